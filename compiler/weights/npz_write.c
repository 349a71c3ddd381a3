/* npz_write.c: writes a table as an .npz of float64 arrays: a zip file of .npy files, stored.
 *
 * The bytes depend on nothing but the table: no clock (the DOS date is 1980-01-01), no padding from memory,
 * little-endian everywhere. The sizes are computed first, then one buffer is filled and written at once. */
#include "bytes.h"
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { LOCAL_BYTES = 30, CENTRAL_BYTES = 46, END_BYTES = 22, NPY_PREFIX = 10, NPY_ALIGN = 64 };
enum { ZIP_VERSION = 20, FLAG_UTF8 = 1 << 11, DOS_DATE = 1 << 5 | 1 };

typedef struct {
	char *v; /* owned */
	size_t n, cap;
} Out;

static void
put(Out *o, uint64_t v, int bytes)
{
	assert(o->cap - o->n >= (size_t)bytes);
	for (int i = 0; i < bytes; i++)
		o->v[o->n++] = (char)(v >> (8 * i) & 0xff);
}

static void
put_bytes(Out *o, const char *s, size_t n)
{
	assert(o->cap - o->n >= n);
	memcpy(o->v + o->n, s, n);
	o->n += n;
}

/* The dict of a .npy file, padded with spaces so that the data begin at a multiple of 64 bytes. */
static const char *
npy_header(Arena *a, const Tensor *t, size_t *n)
{
	const char *shape = tensor_shape_text(a, t);
	if (t->rank == 1)
		shape = arena_printf(a, "(%lld,)", (long long)t->dim[0]);
	const char *dict = arena_printf(a, "{'descr': '<f8', 'fortran_order': False, 'shape': %s, }", shape);
	size_t full = (NPY_PREFIX + strlen(dict) + 1 + NPY_ALIGN - 1) / NPY_ALIGN * NPY_ALIGN;
	*n = full - NPY_PREFIX;
	return arena_printf(a, "%-*s\n", (int)*n - 1, dict);
}

static uint64_t
npy_bytes(Arena *a, const Tensor *t)
{
	size_t header;
	npy_header(a, t, &header);
	return NPY_PREFIX + header + (uint64_t)t->count * 8;
}

static void
npy_put(Out *o, Arena *a, const Tensor *t)
{
	size_t n;
	const char *header = npy_header(a, t, &n);
	put_bytes(o, "\x93NUMPY\1", 7);
	put(o, 0, 1);
	put(o, n, 2);
	put_bytes(o, header, n);
	for (int64_t i = 0; i < t->count; i++) {
		uint64_t bits;
		memcpy(&bits, &t->value[i], sizeof bits);
		put(o, bits, 8);
	}
}

static bool
is_ascii(const char *s)
{
	while (*s && (unsigned char)*s < 0x80)
		s++;
	return *s == 0;
}

/* What the local header and the directory entry have in common. */
static void
entry_put(Out *o, const Tensor *t, uint32_t crc, uint64_t size)
{
	put(o, ZIP_VERSION, 2);
	put(o, is_ascii(t->name) ? 0 : FLAG_UTF8, 2);
	put(o, 0, 2); /* stored */
	put(o, 0, 2); /* midnight */
	put(o, DOS_DATE, 2);
	put(o, crc, 4);
	put(o, size, 4);
	put(o, size, 4);
	put(o, strlen(t->name) + strlen(".npy"), 2);
	put(o, 0, 2); /* extra fields */
}

static void
local_put(Out *o, Arena *a, const Tensor *t, uint32_t *crc)
{
	uint64_t size = npy_bytes(a, t);
	size_t at = o->n;
	put(o, 0x04034b50, 4);
	entry_put(o, t, 0, size);
	put_bytes(o, t->name, strlen(t->name));
	put_bytes(o, ".npy", 4);
	size_t data = o->n;
	npy_put(o, a, t);
	*crc = (uint32_t)crc32_z(0, (const unsigned char *)o->v + data, o->n - data);
	Out patch = {o->v + at + 14, 0, 4};
	put(&patch, *crc, 4);
}

static void
central_put(Out *o, Arena *a, const Tensor *t, uint32_t crc, uint64_t header)
{
	put(o, 0x02014b50, 4);
	put(o, ZIP_VERSION, 2);
	entry_put(o, t, crc, npy_bytes(a, t));
	put(o, 0, 2); /* comment */
	put(o, 0, 2); /* disk */
	put(o, 0, 2); /* internal attributes */
	put(o, 0, 4); /* external attributes */
	put(o, header, 4);
	put_bytes(o, t->name, strlen(t->name));
	put_bytes(o, ".npy", 4);
}

static void
zip_put(Out *o, const TensorTable *t)
{
	size_t n = (size_t)t->tensor.n;
	uint32_t *crc = arena_alloc(t->arena, (n + 1) * sizeof *crc);
	uint64_t *header = arena_alloc(t->arena, (n + 1) * sizeof *header);
	for (size_t i = 0; i < n; i++) {
		header[i] = o->n;
		local_put(o, t->arena, &t->tensor.v[i], &crc[i]);
	}
	size_t directory = o->n;
	for (size_t i = 0; i < n; i++)
		central_put(o, t->arena, &t->tensor.v[i], crc[i], header[i]);
	size_t end = o->n;
	put(o, 0x06054b50, 4);
	put(o, 0, 4); /* disks */
	put(o, n, 2);
	put(o, n, 2);
	put(o, end - directory, 4);
	put(o, directory, 4);
	put(o, 0, 2); /* comment */
}

/* Without zip64, which no reader of small files should need, 4 GiB and 65 534 arrays are the most. */
bool
npz_write(const TensorTable *t, const char *path)
{
	uint64_t total = END_BYTES;
	for (int i = 0; i < t->tensor.n; i++) {
		const Tensor *x = &t->tensor.v[i];
		size_t name_n = strlen(x->name) + strlen(".npy");
		uint64_t size = (uint64_t)x->count > UINT32_MAX / 8 ? UINT32_MAX : npy_bytes(t->arena, x);
		total += LOCAL_BYTES + CENTRAL_BYTES + 2 * name_n + size;
		if (total >= UINT32_MAX || total > SIZE_MAX || name_n > UINT16_MAX || i >= UINT16_MAX - 1) {
			errno = EFBIG;
			return false;
		}
	}
	Out o = {malloc((size_t)total), 0, (size_t)total};
	if (!o.v)
		return false;
	zip_put(&o, t);
	assert(o.n == o.cap);
	bool ok = file_write(path, o.v, o.n);
	int saved = errno;
	free(o.v);
	errno = saved;
	return ok;
}
