/* protobuf.c: the wire format: varints, and bytes with their length in front. */
#include "protobuf.h"
#include <assert.h>
#include <string.h>

enum { WIRE_VARINT = 0, WIRE_BYTES = 2 };
enum { VARINT_MAX = 10 };

static size_t
varint_encode(uint64_t v, char *out)
{
	size_t n = 0;
	for (; v >= 0x80; v >>= 7)
		out[n++] = (char)(unsigned char)(v | 0x80);
	out[n++] = (char)(unsigned char)v;
	return n;
}

static void
put_varint(Text *t, uint64_t v)
{
	char bytes[VARINT_MAX];
	text_put(t, bytes, varint_encode(v, bytes));
}

static void
put_key(Text *t, int field, int wire)
{
	assert(field > 0);
	put_varint(t, (uint64_t)field << 3 | (unsigned)wire);
}

void
pb_int(Text *t, int field, int64_t v)
{
	put_key(t, field, WIRE_VARINT);
	put_varint(t, (uint64_t)v);
}

void
pb_bytes(Text *t, int field, const void *p, size_t n)
{
	put_key(t, field, WIRE_BYTES);
	put_varint(t, n);
	text_put(t, p, n);
}

void
pb_string(Text *t, int field, const char *s)
{
	pb_bytes(t, field, s, strlen(s));
}

size_t
pb_begin(Text *t, int field)
{
	put_key(t, field, WIRE_BYTES);
	return t->n;
}

void
pb_end(Text *t, size_t mark)
{
	char bytes[VARINT_MAX];
	size_t length = t->n - mark, n = varint_encode(length, bytes);
	text_put(t, bytes, n); /* room for the length */
	memmove(t->v + mark + n, t->v + mark, length);
	memcpy(t->v + mark, bytes, n);
}
