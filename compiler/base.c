/* base.c: memory, arena, interned strings, growable tables, text, UTF-8, whole files.
 *
 * The arena is a list of zeroed blocks that are filled from the front; an object that would waste much of a
 * block gets one of its own. With -DARENA_MALLOC every object is such a block. Interned strings sit in an open
 * hash table that doubles when it is half full. */
#define _XOPEN_SOURCE 700 /* realpath */
#include "base.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef TINY
enum { TABLE_START = 2, TEXT_START = 2 };
#else
enum { TABLE_START = 8, TEXT_START = 256 };
#endif

enum { BLOCK_BYTES = 1 << 16 };

/* What an object is aligned to. */
typedef union {
	long long i;
	double d;
	long double ld;
	void *p;
	void (*f)(void);
} Aligned;

typedef struct Block {
	struct Block *next;
	size_t used, size; /* bytes of data */
	Aligned data[];
} Block;

typedef struct {
	const char *s; /* NULL: free */
	size_t n;
	uint64_t hash;
} InternSlot;

struct Arena {
	Block *block; /* the one being filled first */
	size_t bytes;
	InternSlot *slot; /* owned */
	size_t nslot, nintern;
};

static void (*memory_end)(void) = abort;

void
memory_end_by(void (*end)(void))
{
	memory_end = end;
}

static void *
check_memory(void *p)
{
	if (!p) {
		fputs("netc: error: out of memory\n", stderr);
		memory_end();
	}
	return p;
}

/* One element at least, as none may be NULL. */
void *
memory_new(size_t n, size_t size)
{
	assert(size > 0);
	return check_memory(calloc(n ? n : 1, size));
}

void *
memory_grow(void *p, size_t n, size_t size)
{
	assert(n > 0 && size > 0);
	return check_memory(n <= SIZE_MAX / size ? realloc(p, n * size) : NULL);
}

Arena *
arena_new(void)
{
	Arena *a = memory_new(1, sizeof *a);
	a->nslot = TABLE_START;
	a->slot = memory_new(a->nslot, sizeof *a->slot);
	return a;
}

void
arena_free(Arena *a)
{
	if (!a)
		return;
	for (Block *b = a->block, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(a->slot);
	free(a);
}

static Block *
block_new(size_t size)
{
	if (size > SIZE_MAX - sizeof(Block))
		check_memory(NULL);
	Block *b = memory_new(1, sizeof *b + size);
	b->size = size;
	return b;
}

#ifdef ARENA_MALLOC

void *
arena_alloc(Arena *a, size_t n)
{
	Block *b = block_new(n);
	b->next = a->block;
	a->block = b;
	a->bytes += n;
	return b->data;
}

#else

/* A block with room for n bytes, linked so that the one to fill next stays in front. */
static Block *
block_for(Arena *a, size_t n)
{
	Block *first = a->block;
	if (first && first->size - first->used >= n)
		return first;
	bool own = n > BLOCK_BYTES / 4;
	Block *b = block_new(own ? n : BLOCK_BYTES);
	if (own && first) {
		b->next = first->next;
		first->next = b;
	} else {
		b->next = first;
		a->block = b;
	}
	return b;
}

void *
arena_alloc(Arena *a, size_t n)
{
	if (n > SIZE_MAX - sizeof(Aligned))
		check_memory(NULL);
	size_t size = (n + sizeof(Aligned) - 1) / sizeof(Aligned) * sizeof(Aligned);
	if (size == 0)
		size = sizeof(Aligned);
	Block *b = block_for(a, size);
	assert(b->size - b->used >= size);
	void *p = (char *)b->data + b->used;
	b->used += size;
	a->bytes += n;
	return p;
}

#endif

char *
arena_strndup(Arena *a, const char *s, size_t n)
{
	char *copy = arena_alloc(a, n + 1);
	if (n)
		memcpy(copy, s, n);
	return copy;
}

char *
arena_printf(Arena *a, const char *fmt, ...)
{
	va_list args, again;
	va_start(args, fmt);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	assert(n >= 0);
	char *s = arena_alloc(a, (size_t)n + 1);
	vsnprintf(s, (size_t)n + 1, fmt, again);
	va_end(again);
	return s;
}

size_t
arena_bytes(const Arena *a)
{
	return a->bytes;
}

/* The slot that holds the string, or the free one where it belongs. */
static InternSlot *
intern_slot(InternSlot *slot, size_t nslot, const char *s, size_t n, uint64_t hash)
{
	assert((nslot & (nslot - 1)) == 0);
	for (size_t i = (size_t)hash & (nslot - 1);; i = (i + 1) & (nslot - 1)) {
		InternSlot *p = &slot[i];
		if (!p->s || (p->hash == hash && p->n == n && memcmp(p->s, s, n) == 0))
			return p;
	}
}

static void
intern_grow(Arena *a)
{
	size_t nslot = 2 * a->nslot;
	InternSlot *slot = memory_new(nslot, sizeof *slot);
	for (size_t i = 0; i < a->nslot; i++) {
		InternSlot *old = &a->slot[i];
		if (old->s)
			*intern_slot(slot, nslot, old->s, old->n, old->hash) = *old;
	}
	free(a->slot);
	a->slot = slot;
	a->nslot = nslot;
}

const char *
intern_n(Arena *a, const char *s, size_t n)
{
	uint64_t hash = hash_bytes(HASH_SEED, s, n);
	InternSlot *p = intern_slot(a->slot, a->nslot, s, n, hash);
	if (p->s)
		return p->s;
	const char *copy = arena_strndup(a, s, n);
	*p = (InternSlot){copy, n, hash};
	if (2 * ++a->nintern >= a->nslot)
		intern_grow(a);
	return copy;
}

const char *
intern(Arena *a, const char *s)
{
	return intern_n(a, s, strlen(s));
}

void *
table_room(Arena *a, void *v, int n, int *cap, size_t size)
{
	assert(n >= 0 && n <= *cap && size > 0);
	if (n < *cap)
		return v;
	if (*cap > INT_MAX / 2 || (size_t)*cap > SIZE_MAX / 2 / size)
		check_memory(NULL);
	int room = *cap ? 2 * *cap : TABLE_START;
	void *larger = arena_alloc(a, (size_t)room * size);
	if (n)
		memcpy(larger, v, (size_t)n * size);
	*cap = room;
	return larger;
}

/* Room for n more bytes and a NUL. */
static void
text_room(Text *t, size_t n)
{
	if (n >= SIZE_MAX / 2 - t->n)
		check_memory(NULL);
	size_t want = t->n + n + 1;
	if (want <= t->cap)
		return;
	size_t cap = t->cap ? t->cap : TEXT_START;
	while (cap < want)
		cap *= 2;
	t->v = memory_grow(t->v, cap, 1);
	t->cap = cap;
}

void
text_put(Text *t, const char *s, size_t n)
{
	text_room(t, n);
	if (n)
		memcpy(t->v + t->n, s, n);
	t->n += n;
	t->v[t->n] = '\0';
}

void
text_add(Text *t, const char *fmt, ...)
{
	va_list args, again;
	va_start(args, fmt);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	assert(n >= 0);
	text_room(t, (size_t)n);
	vsnprintf(t->v + t->n, (size_t)n + 1, fmt, again);
	va_end(again);
	t->n += (size_t)n;
}

void
text_free(Text *t)
{
	free(t->v);
	*t = (Text){0};
}

uint64_t
hash_bytes(uint64_t h, const void *p, size_t n)
{
	const unsigned char *byte = p;
	for (size_t i = 0; i < n; i++)
		h = (h ^ byte[i]) * UINT64_C(1099511628211);
	return h;
}

int32_t
utf8_decode(const char *s, const char *end, int *len)
{
	static const int32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	*len = 1;
	if (s >= end)
		return -1;
	unsigned char first = (unsigned char)*s;
	if (first < 0x80)
		return first;
	int n = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
	if (first < 0xC2 || first > 0xF4 || end - s < n)
		return -1;
	int32_t c = first & (0xFF >> (n + 1));
	for (int i = 1; i < n; i++) {
		if ((s[i] & 0xC0) != 0x80)
			return -1;
		c = c << 6 | (s[i] & 0x3F);
	}
	if (c < least[n] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		return -1;
	*len = n;
	return c;
}

typedef struct {
	int32_t lo, hi;
} CharRange;

/* Sorted. Marks that sit on the character before them, and format characters. */
static const CharRange zero_width[] = {
	{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A}, {0x064B, 0x065F}, {0x0E31, 0x0E31},
	{0x0E34, 0x0E3A}, {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x202A, 0x202E},
	{0x2060, 0x2064}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF},
};

/* Sorted. East Asian wide and full-width characters, and emoji. */
static const CharRange double_width[] = {
	{0x1100, 0x115F},   {0x231A, 0x231B},   {0x2E80, 0x303E},   {0x3041, 0x33FF},
	{0x3400, 0x4DBF},   {0x4E00, 0xA4CF},   {0xA960, 0xA97F},   {0xAC00, 0xD7A3},
	{0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},
	{0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
};

static bool
in_ranges(int32_t c, const CharRange *range, int n)
{
	for (int i = 0; i < n; i++)
		if (c <= range[i].hi)
			return c >= range[i].lo;
	return false;
}

int
utf8_width(int32_t c)
{
	if (c < 0x20 || (c >= 0x7F && c < 0xA0))
		return 0;
	if (in_ranges(c, zero_width, COUNT(zero_width)))
		return 0;
	return in_ranges(c, double_width, COUNT(double_width)) ? 2 : 1;
}

/* Reads all of f; false with errno set. */
static bool
stream_read(FILE *f, size_t max, size_t room, char **data, size_t *n)
{
	char *buf = check_memory(malloc(room));
	size_t have = 0;
	for (;;) {
		size_t got = fread(buf + have, 1, room - 1 - have, f);
		have += got;
		if (have > max || ferror(f)) {
			errno = have > max ? EFBIG : errno ? errno : EIO;
			int why = errno;
			free(buf);
			errno = why;
			return false;
		}
		if (feof(f))
			break;
		if (have == room - 1) {
			if (room > SIZE_MAX / 2)
				check_memory(NULL);
			room *= 2;
			buf = memory_grow(buf, room, 1);
		}
	}
	buf[have] = '\0';
	*data = buf;
	*n = have;
	return true;
}

bool
file_read(const char *path, size_t max, char **data, size_t *n)
{
	struct stat st;
	*data = NULL;
	*n = 0;
	FILE *f = fopen(path, "rb");
	if (!f)
		return false;
	bool ok = false;
	int why = 0;
	errno = 0;
	if (fstat(fileno(f), &st) != 0)
		why = errno;
	else if (S_ISDIR(st.st_mode))
		why = EISDIR;
	else if (S_ISREG(st.st_mode) && (uintmax_t)st.st_size > max)
		why = EFBIG;
	else {
		/* two bytes more than expected: one for the NUL, one so that the end is seen at once */
		ok = stream_read(f, max, S_ISREG(st.st_mode) ? (size_t)st.st_size + 2 : 4096, data, n);
		why = errno;
	}
	fclose(f);
	errno = why;
	return ok;
}

/* Writes and closes f; false with errno set. */
static bool
stream_write(FILE *f, const char *data, size_t n)
{
	int why = 0;
	errno = 0;
	if (n && fwrite(data, 1, n, f) != n)
		why = errno ? errno : EIO;
	if (fclose(f) != 0 && !why)
		why = errno;
	errno = why;
	return why == 0;
}

/* The mode a new file gets: that of the file it replaces, or what the user's mask leaves. */
static mode_t
new_file_mode(const struct stat *old)
{
	if (old)
		return old->st_mode & 07777;
	mode_t mask = umask(0);
	umask(mask);
	return 0666 & ~mask;
}

/* Where a path leads: a link stays a link, what it points at is replaced. */
static char *
path_target(const char *path)
{
	char *real = realpath(path, NULL);
	if (real)
		return real;
	size_t n = strlen(path) + 1;
	return memcpy(memory_new(n, 1), path, n);
}

/* Puts the text into a temporary file beside the target; false with errno set, and nothing left behind. */
static bool
file_prepare(FileOut *f)
{
	struct stat st;
	bool exists = stat(f->path, &st) == 0;
	f->is_new = !exists;
	if (exists && !S_ISREG(st.st_mode)) {
		errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
		return false;
	}
	f->target = path_target(f->path);
	Text tmp = {0};
	text_add(&tmp, "%.*s.netc-XXXXXX", (int)(path_base(f->target) - f->target), f->target);
	int fd = mkstemp(tmp.v);
	int why = errno;
	bool ok = false;
	if (fd >= 0) {
		FILE *out = fchmod(fd, new_file_mode(exists ? &st : NULL)) == 0 ? fdopen(fd, "wb") : NULL;
		ok = out && stream_write(out, f->data, f->n);
		why = errno;
		if (!out)
			close(fd);
		if (!ok)
			unlink(tmp.v);
	}
	if (ok)
		f->temporary = tmp.v;
	else
		text_free(&tmp);
	errno = why;
	return ok;
}

/* Renames all, in order; what was new is taken back if a later one fails. */
static bool
files_commit(FileOut *f, int n, int *failed)
{
	for (int i = 0; i < n; i++) {
		if (rename(f[i].temporary, f[i].target) == 0)
			continue;
		int why = errno;
		*failed = i;
		for (int k = 0; k < n; k++)
			if (k >= i)
				unlink(f[k].temporary);
			else if (f[k].is_new)
				unlink(f[k].target);
		errno = why;
		return false;
	}
	return true;
}

bool
files_write(FileOut *f, int n, int *failed)
{
	bool ok = true;
	int made = 0;
	while (made < n && (ok = file_prepare(&f[made])))
		made++;
	*failed = made;
	int why = errno;
	for (int i = 0; i < made && !ok; i++)
		unlink(f[i].temporary);
	if (ok) {
		ok = files_commit(f, n, failed);
		why = errno;
	}
	for (int i = 0; i < n; i++) {
		free(f[i].temporary);
		free(f[i].target);
	}
	errno = why;
	return ok;
}

bool
file_write(const char *path, const char *data, size_t n)
{
	if (path_is_stream(path)) {
		FILE *f = fopen(path, "wb");
		return f && stream_write(f, data, n);
	}
	FileOut one = {.path = path, .data = data, .n = n};
	int failed;
	return files_write(&one, 1, &failed);
}

bool
path_is_stream(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

bool
path_same(const char *a, const char *b)
{
	struct stat x, y;
	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

const char *
path_base(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}
