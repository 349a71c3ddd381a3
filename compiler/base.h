/* base.h: what every file of netc may use: memory, an arena, interned strings, growable tables, a string builder.
 *
 * One arena lives as long as one compile and is freed once. Building with -DARENA_MALLOC gives every object
 * its own malloc, so that the sanitizers see overruns; -DTINY starts tables at two slots, so that growth
 * runs in every test. */
#ifndef NETC_BASE_H
#define NETC_BASE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define PRINTF_LIKE(fmt, args)
#endif

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

/* Where memory runs out, no caller could do anything better: a message, then the program ends by the function given
 * here, which does not return; without one, by abort. */
void memory_end_by(void (*end)(void));
/* n zeroed elements of size bytes; free() releases them. Never NULL. */
void *memory_new(size_t n, size_t size);
/* A block of memory_new or NULL with room for n elements; new ones are not zeroed. Never NULL. */
void *memory_grow(void *p, size_t n, size_t size);

typedef struct Arena Arena;

Arena *arena_new(void);
void arena_free(Arena *a);
/* n zeroed bytes, aligned for any type. Never NULL. */
void *arena_alloc(Arena *a, size_t n);
char *arena_strndup(Arena *a, const char *s, size_t n);
char *arena_printf(Arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Bytes handed out so far. */
size_t arena_bytes(const Arena *a);

/* The one copy of a string in this arena: equal strings have equal pointers. */
const char *intern(Arena *a, const char *s);
const char *intern_n(Arena *a, const char *s, size_t n);

/* A growable table: TABLE(Node *) nodes = {0}; *table_push(arena, &nodes) = node; */
#define TABLE(T)            \
	struct {            \
		T *v;       \
		int n, cap; \
	}
#define table_push(a, t) ((t)->v = table_room((a), (t)->v, (t)->n, &(t)->cap, sizeof *(t)->v), &(t)->v[(t)->n++])
/* Room for one more than n elements: the old table, or a larger copy whose new elements are zero. */
void *table_room(Arena *a, void *v, int n, int *cap, size_t size);

/* Appends to a list whose ends are first and last, both NULL while it is empty. */
#define list_append(first, last, item) (*((last) ? &(last)->next : &(first)) = (item), (last) = (item))

/* A string that grows; not in an arena, so that it can be freed while large. Zero-initialise it. */
typedef struct {
	char *v; /* owned, NUL-terminated, NULL while empty */
	size_t n, cap;
} Text;
void text_add(Text *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
void text_put(Text *t, const char *s, size_t n);
void text_free(Text *t);

/* 64-bit FNV-1a, continued from h; begin with HASH_SEED. */
#define HASH_SEED UINT64_C(14695981039346656037)
uint64_t hash_bytes(uint64_t h, const void *p, size_t n);

/* Decodes one UTF-8 character of [s, end): its code point and its length in *len; -1 if it is malformed,
 * overlong, a surrogate, or above U+10FFFF. */
int32_t utf8_decode(const char *s, const char *end, int *len);
/* Terminal columns of a character (0, 1 or 2). */
int utf8_width(int32_t c);

/* Reads a whole file into malloc'd memory with a NUL after the last byte. false with errno set on failure,
 * EFBIG if it is larger than max bytes, EISDIR for a folder. */
bool file_read(const char *path, size_t max, char **data, size_t *n);
/* Writes a file whole or not at all: a temporary file beside it, then a rename. false with errno set.
 * Something that is not a regular file (/dev/stdout, a pipe) is written directly. */
bool file_write(const char *path, const char *data, size_t n);
/* The same for several files: all of them or none. On failure *failed is the index of the one that could not be
 * written. No path may be a stream. */
typedef struct {
	const char *path, *data;
	size_t n;
	char *temporary, *target; /* files_write's own */
	bool is_new;
} FileOut;
bool files_write(FileOut *f, int n, int *failed);
/* A device, a pipe: something that is written to, not replaced. */
bool path_is_stream(const char *path);
/* Both exist and are one file. */
bool path_same(const char *a, const char *b);
/* The part of a path after its last slash (borrowed). */
const char *path_base(const char *path);
#endif
