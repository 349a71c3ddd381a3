/* zip.c: the container of .npz and .pt: members, stored or deflated.
 *
 * The central directory at the end of the file is the truth about names, sizes and checksums; local headers
 * are used only to find where the data begin, and must agree in name and method. So the data descriptors
 * that NumPy writes to pipes need no parsing. Members may not overlap and must inflate to the size they declare, so a
 * file costs what its directory says, which is checked first. The format: PKWARE's APPNOTE, 4.3 to 4.5. */
#include "zip.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* All members of a file together. */
#define INFLATED_MAX (UINT64_C(1) << 30)
/* No deflated byte yields more than 258 * 4 bytes. */
#define DEFLATE_RATIO_MAX 1032

enum { LOCAL_BYTES = 30, CENTRAL_BYTES = 46, END_BYTES = 22, LOCATOR_BYTES = 20, END64_BYTES = 56 };
enum { METHOD_STORED = 0, METHOD_DEFLATED = 8 };
enum { FLAG_ENCRYPTED = 1 << 0, FLAG_PATCH = 1 << 5, FLAG_STRONG = 1 << 6, FLAG_MASKED = 1 << 13 };

/* The 64-bit end record, which the locator before the end record points to. */
static bool
end64_read(Zip *z, uint64_t end)
{
	if (end < LOCATOR_BYTES || le32(z->p + end - LOCATOR_BYTES) != 0x07064b50)
		return reader_fail(z->r, "the zip directory says it is in zip64 form, but has no zip64 locator");
	uint64_t at = le64(z->p + end - LOCATOR_BYTES + 8);
	if (end - LOCATOR_BYTES < END64_BYTES || at > end - LOCATOR_BYTES - END64_BYTES ||
	    le32(z->p + at) != 0x06064b50)
		return reader_fail(z->r, "the zip64 end record is not where its locator says");
	const unsigned char *e = z->p + at;
	if (le32(e + 16) != 0 || le32(e + 20) != 0 || le64(e + 24) != le64(e + 32))
		return reader_fail(z->r, "is one part of a zip file in several parts");
	z->count = le64(e + 32);
	z->directory_n = le64(e + 40);
	z->directory = le64(e + 48);
	return z->directory <= at && z->directory_n <= at - z->directory
		       ? true
		       : reader_fail(z->r, "the zip directory lies beyond the end of the file");
}

/* Finds the directory by the end record, whose comment must reach to the last byte of the file. */
static bool
end_read(Zip *z)
{
	uint64_t at = z->n < END_BYTES ? 0 : z->n - END_BYTES;
	uint64_t least = at > UINT16_MAX ? at - UINT16_MAX : 0;
	if (z->n < END_BYTES)
		return reader_fail(z->r, "is truncated: the zip directory at its end is missing");
	while (le32(z->p + at) != 0x06054b50 || le16(z->p + at + 20) != z->n - END_BYTES - at)
		if (at-- == least)
			return reader_fail(z->r, "is truncated: the zip directory at its end is missing");
	const unsigned char *e = z->p + at;
	z->count = le16(e + 10);
	z->directory_n = le32(e + 12);
	z->directory = le32(e + 16);
	if (z->count == UINT16_MAX || z->directory_n == UINT32_MAX || z->directory == UINT32_MAX)
		return end64_read(z, at);
	if (le16(e + 4) != 0 || le16(e + 6) != 0 || le16(e + 8) != z->count)
		return reader_fail(z->r, "is one part of a zip file in several parts");
	if (z->directory > at || z->directory_n > at - z->directory)
		return reader_fail(z->r, "the zip directory lies beyond the end of the file");
	return true;
}

/* Replaces the fields that are all ones by those of the zip64 extra field, which has them in this order. */
static bool
extra_read(Member *m, const unsigned char *x, size_t n)
{
	uint64_t *field[] = {&m->size, &m->packed, &m->header};
	while (n >= 4) {
		size_t id = le16(x), len = le16(x + 2), at = 0;
		if (len > n - 4)
			return false;
		for (int i = 0; id == 1 && i < COUNT(field); i++) {
			if (*field[i] != UINT32_MAX)
				continue;
			if (len - at < 8)
				return false;
			*field[i] = le64(x + 4 + at);
			at += 8;
		}
		if (id == 1 && m->disk == UINT16_MAX && len - at >= 4)
			m->disk = le32(x + 4 + at);
		x += 4 + len;
		n -= 4 + len;
	}
	return true; /* fewer than 4 bytes are padding */
}

/* The members as the directory lists them. */
static bool
directory_read(Zip *z)
{
	uint64_t at = z->directory, end = at + z->directory_n;
	if (z->count > TENSORS_MAX)
		return reader_fail(z->r, "has %llu members; at most %d are read", (unsigned long long)z->count,
				   TENSORS_MAX);
	for (uint64_t i = 0; i < z->count; i++) {
		const unsigned char *c = z->p + at;
		if (end - at < CENTRAL_BYTES || le32(c) != 0x02014b50)
			return reader_fail(z->r, "entry %llu of the zip directory is damaged",
					   (unsigned long long)i + 1);
		size_t name_n = le16(c + 28), extra_n = le16(c + 30), comment_n = le16(c + 32);
		if (end - at - CENTRAL_BYTES < name_n + extra_n + comment_n)
			return reader_fail(z->r, "entry %llu of the zip directory is damaged",
					   (unsigned long long)i + 1);
		Member *m = table_push(z->r->arena, &z->member);
		*m = (Member){.name = (const char *)c + CENTRAL_BYTES,
			      .name_n = name_n,
			      .flags = le16(c + 8),
			      .method = le16(c + 10),
			      .crc = le32(c + 16),
			      .packed = le32(c + 20),
			      .size = le32(c + 24),
			      .disk = le16(c + 34),
			      .header = le32(c + 42),
			      .good = true};
		m->shown = name_show(z->r->arena, m->name, m->name_n);
		if (!extra_read(m, c + CENTRAL_BYTES + name_n, extra_n))
			return reader_fail(z->r, "the extra fields of member '%s' are damaged", m->shown);
		at += CENTRAL_BYTES + name_n + extra_n + comment_n;
	}
	if (at != end)
		return reader_fail(z->r, "the zip directory has %llu bytes more than its %llu entries",
				   (unsigned long long)(end - at), (unsigned long long)z->count);
	return true;
}

bool
member_ends(const Member *m, const char *tail)
{
	size_t n = strlen(tail);
	return m->name_n >= n && !memcmp(m->name + m->name_n - n, tail, n);
}

/* Finds a member's data through its local header. */
static bool
local_read(Zip *z, Member *m)
{
	if (m->header > z->directory || z->directory - m->header < LOCAL_BYTES)
		return reader_fail(z->r, "member '%s' lies beyond the end of the file", m->shown);
	const unsigned char *h = z->p + m->header;
	if (le32(h) != 0x04034b50)
		return reader_fail(z->r, "member '%s' has no header at byte %llu", m->shown,
				   (unsigned long long)m->header);
	m->data = m->header + LOCAL_BYTES + le16(h + 26) + le16(h + 28);
	if (m->data > z->directory || m->packed > z->directory - m->data)
		return reader_fail(z->r, "member '%s' is %llu bytes long, more than the file has", m->shown,
				   (unsigned long long)m->packed);
	m->end = m->data + m->packed;
	if (le16(h + 26) != m->name_n || memcmp(h + LOCAL_BYTES, m->name, m->name_n) != 0)
		return reader_fail(z->r, "member '%s' is called '%s' in its own header", m->shown,
				   name_show(z->r->arena, (const char *)h + LOCAL_BYTES, le16(h + 26)));
	if (le16(h + 8) != m->method)
		return reader_fail(z->r, "member '%s' has method %d in the zip directory but %d in its own header",
				   m->shown, m->method, le16(h + 8));
	return true;
}

static bool
member_check(Zip *z, Member *m)
{
	if (m->flags & (FLAG_ENCRYPTED | FLAG_STRONG | FLAG_MASKED))
		return reader_fail(z->r, "member '%s' is encrypted", m->shown);
	if (m->flags & FLAG_PATCH || (m->method != METHOD_STORED && m->method != METHOD_DEFLATED))
		return reader_fail(z->r, "member '%s' is compressed by method %d; wanted 0 (stored) or 8 (deflated)",
				   m->shown, m->method);
	if (m->disk != 0)
		return reader_fail(z->r, "member '%s' lies in another part of a zip file in several parts", m->shown);
	if (m->method == METHOD_STORED && m->packed != m->size)
		return reader_fail(z->r, "member '%s' is stored, but says %llu bytes in the file and %llu outside",
				   m->shown, (unsigned long long)m->packed, (unsigned long long)m->size);
	if (!local_read(z, m))
		return false;
	if (m->size / DEFLATE_RATIO_MAX > m->packed)
		return reader_fail(z->r,
				   "member '%s' says it inflates from %llu to %llu bytes, which deflate cannot do",
				   m->shown, (unsigned long long)m->packed, (unsigned long long)m->size);
	return true;
}

static int
name_compare(const void *a, const void *b)
{
	const Member *x = *(Member *const *)a, *y = *(Member *const *)b;
	int c = memcmp(x->name, y->name, x->name_n < y->name_n ? x->name_n : y->name_n);
	return c ? c : (x->name_n > y->name_n) - (x->name_n < y->name_n);
}

static int
place_compare(const void *a, const void *b)
{
	const Member *x = *(Member *const *)a, *y = *(Member *const *)b;
	return (x->header > y->header) - (x->header < y->header);
}

/* No two members with one name, none that share bytes, and no more than INFLATED_MAX in all. */
static bool
places_check(Zip *z)
{
	size_t n = 0;
	uint64_t total = 0;
	Member **sorted = arena_alloc(z->r->arena, ((size_t)z->member.n + 1) * sizeof *sorted);
	for (int i = 0; i < z->member.n; i++)
		if (z->member.v[i].good)
			sorted[n++] = &z->member.v[i];
	qsort(sorted, n, sizeof *sorted, name_compare);
	for (size_t i = 1; i < n; i++)
		if (name_compare(&sorted[i - 1], &sorted[i]) == 0)
			reader_fail(z->r, "has two members called '%s'", sorted[i]->shown);
	qsort(sorted, n, sizeof *sorted, place_compare);
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && sorted[i]->header < sorted[i - 1]->end)
			return reader_fail(z->r, "members '%s' and '%s' overlap", sorted[i - 1]->shown,
					   sorted[i]->shown);
		if (sorted[i]->size > INFLATED_MAX - total || sorted[i]->packed > INFLATED_MAX)
			return reader_fail(z->r, "holds more than %llu MiB of arrays, the most that is read",
					   (unsigned long long)(INFLATED_MAX >> 20));
		total += sorted[i]->size;
	}
	return true;
}

/* Inflates to exactly m->size bytes. */
static bool
member_inflate(Zip *z, const Member *m, unsigned char *out)
{
	z_stream s = {0};
	s.next_in = (unsigned char *)(uintptr_t)(z->p + m->data);
	s.avail_in = (uInt)m->packed;
	s.next_out = out;
	s.avail_out = (uInt)m->size;
	if (inflateInit2(&s, -MAX_WBITS) != Z_OK)
		return reader_fail(z->r, "not enough memory to inflate member '%s'", m->shown);
	int status = inflate(&s, Z_FINISH);
	bool full = s.avail_out == 0, rest = s.avail_in > 0;
	inflateEnd(&s);
	if (status == Z_STREAM_END && full && !rest)
		return true;
	if (status == Z_STREAM_END && !full)
		return reader_fail(z->r, "member '%s' inflates to fewer than the %llu bytes it declares", m->shown,
				   (unsigned long long)m->size);
	if (status == Z_STREAM_END || (status == Z_BUF_ERROR && full))
		return reader_fail(z->r, "member '%s' goes on after the %llu bytes it declares", m->shown,
				   (unsigned long long)m->size);
	return reader_fail(z->r, "the deflated data of member '%s' are damaged", m->shown);
}

const unsigned char *
member_open(Zip *z, const Member *m, unsigned char **owned)
{
	const unsigned char *data = z->p + m->data;
	bool ok = true;
	*owned = NULL;
	if (m->method == METHOD_DEFLATED) {
		*owned = malloc((size_t)m->size + 1);
		ok = *owned ? member_inflate(z, m, *owned)
			    : reader_fail(z->r, "not enough memory for the %llu bytes of member '%s'",
					  (unsigned long long)m->size, m->shown);
		data = *owned;
	}
	uint32_t crc = ok ? (uint32_t)crc32(0, data, (uInt)m->size) : 0;
	if (ok && crc != m->crc)
		ok = reader_fail(z->r, "member '%s' is damaged: its checksum is %08lx, wanted %08lx", m->shown,
				 (unsigned long)crc, (unsigned long)m->crc);
	if (ok)
		return data;
	free(*owned);
	*owned = NULL;
	return NULL;
}

bool
zip_open(Zip *z, Reader *r, const unsigned char *data, size_t n)
{
	*z = (Zip){.r = r, .p = data, .n = n};
	return end_read(z) && directory_read(z);
}

bool
zip_check(Zip *z)
{
	for (int i = 0; i < z->member.n; i++)
		if (z->member.v[i].good)
			z->member.v[i].good = member_check(z, &z->member.v[i]);
	return places_check(z);
}
