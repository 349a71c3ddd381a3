/* parse.c: files → AST: reads them, checks that they are text, parses, and splices in what they include.
 *
 * A file is read once, however often it is included: the second 'include' of it does nothing, so that two files
 * may share a third. A file that includes itself, over others or not, is an error that shows the way round. */
#include "front.h"
#include "net.tab.h"
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { INCLUDE_DEPTH_MAX = 32, INCLUDE_BYTES_MAX = 4 * SOURCE_BYTES_MAX };

/* A file on the way from the main one to the one being read. */
typedef struct Source {
	const struct Source *from; /* includes this one; NULL for the main one */
	const char *path;
	dev_t dev;
	ino_t ino;
} Source;

typedef struct {
	dev_t dev;
	ino_t ino;
} FileId;

typedef struct {
	Arena *arena;
	Diag *diag;
	TABLE(const char *) file;
	TABLE(FileId) id; /* of every file read */
	size_t bytes;
	uint64_t hash;
	bool unread; /* an included file could not be read */
} Reader;

/* Refuses what is not UTF-8 text. */
static bool
check_text(const Front *f)
{
	const char *end = f->text + f->n;
	int len;
	for (const char *p = f->text; p < end; p += len) {
		Span at = {f->base + (uint32_t)(p - f->text), f->base + (uint32_t)(p - f->text) + 1};
		unsigned byte = (unsigned char)*p;
		if (utf8_decode(p, end, &len) > 0)
			continue;
		if (p == f->text && f->n >= 2 && (memcmp(p, "\xFF\xFE", 2) == 0 || memcmp(p, "\xFE\xFF", 2) == 0))
			diag_error(f->diag, at, "found UTF-16, wanted UTF-8: save the file as UTF-8");
		else if (byte == 0)
			diag_error(f->diag, at, "byte %zu of the file is 0, wanted text", (size_t)(p - f->text) + 1);
		else
			diag_error(f->diag, at, "byte %zu of the file (0x%02X) is not UTF-8", (size_t)(p - f->text) + 1,
				   byte);
		return false;
	}
	return true;
}

/* The declarations of one text; its includes are still calls. */
static Decl *
parse_source(Reader *r, const char *name, const char *text, size_t n)
{
	Front f = {.arena = r->arena, .diag = r->diag, .text = text, .n = n};
	f.base = diag_add_source(r->diag, name, text, n);
	f.text_end = f.base;
	r->bytes += n;
	r->hash = hash_bytes(r->hash, text, n);
	if (!check_text(&f))
		return NULL;
	raw_open(&f);
	net_parse(&f);
	raw_close(&f);
	return f.first;
}

static const Expr *
included_name(const Decl *d)
{
	if (d->kind != DECL_EXPR || d->u.stmt->value->kind != EX_CALL || !d->u.stmt->value->u.call.arg)
		return NULL;
	const Expr *e = d->u.stmt->value->u.call.arg->value;
	return e->kind == EX_STRING ? e : NULL;
}

static const char *
relative_path(Arena *a, const char *from, const char *name)
{
	if (*name == '/')
		return name;
	return arena_printf(a, "%.*s%s", (int)(path_base(from) - from), from, name);
}

/* "a.net → b.net → a.net" if the file is being read already, else NULL. */
static const char *
find_cycle(Reader *r, const Source *from, const struct stat *st, const char *path)
{
	const char *way = path;
	for (const Source *s = from; s; s = s->from) {
		way = arena_printf(r->arena, "%s → %s", s->path, way);
		if (s->dev == st->st_dev && s->ino == st->st_ino)
			return way;
	}
	return NULL;
}

static bool
was_read(const Reader *r, const struct stat *st)
{
	for (int i = 0; i < r->id.n; i++)
		if (r->id.v[i].dev == st->st_dev && r->id.v[i].ino == st->st_ino)
			return true;
	return false;
}

/* The text of a file, in the arena; NULL with errno set. */
static const char *
read_source(Reader *r, const char *path, size_t *n)
{
	char *data;
	if (!file_read(path, SOURCE_BYTES_MAX, &data, n))
		return NULL;
	const char *text = arena_strndup(r->arena, data, *n);
	free(data);
	return text;
}

static const char *
read_error(void)
{
	return errno == EFBIG    ? "the file is larger than 16 MB"
	       : errno == EISDIR ? "it is a folder, wanted a file"
				 : strerror(errno);
}

static Decl *read_includes(Reader *r, const Source *self, Decl *first);

/* What an include stands for: the declarations of the file. */
static Decl *
read_included(Reader *r, const Source *from, const Expr *name)
{
	struct stat st = {0};
	size_t n;
	const char *path = relative_path(r->arena, from->path, name->u.string);
	int depth = 0;
	for (const Source *s = from; s; s = s->from)
		depth++;
	if (stat(path, &st) == 0) {
		const char *way = find_cycle(r, from, &st, path);
		if (way)
			diag_error(r->diag, name->at, "this file includes itself: %s", way);
		if (way || was_read(r, &st))
			return NULL;
	}
	if (depth >= INCLUDE_DEPTH_MAX || r->bytes > INCLUDE_BYTES_MAX) {
		diag_error(r->diag, name->at,
			   depth >= INCLUDE_DEPTH_MAX ? "files include each other more than %d deep"
						      : "the files together are larger than %d bytes",
			   depth >= INCLUDE_DEPTH_MAX ? (int)INCLUDE_DEPTH_MAX : (int)INCLUDE_BYTES_MAX);
		return NULL;
	}
	const char *text = read_source(r, path, &n);
	if (!text) {
		diag_error(r->diag, name->at, "cannot read '%s': %s", path, read_error());
		r->unread = true;
		return NULL;
	}
	Source self = {from, path, st.st_dev, st.st_ino};
	*table_push(r->arena, &r->file) = path;
	*table_push(r->arena, &r->id) = (FileId){st.st_dev, st.st_ino};
	return read_includes(r, &self, parse_source(r, path, text, n));
}

/* Puts the declarations of included files in the place of the includes. */
static Decl *
read_includes(Reader *r, const Source *self, Decl *first)
{
	Decl **link = &first;
	while (*link) {
		const Expr *name = included_name(*link);
		if (name) {
			Decl *rest = (*link)->next;
			*link = read_included(r, self, name);
			while (*link)
				link = &(*link)->next;
			*link = rest;
		} else
			link = &(*link)->next;
	}
	return first;
}

static void
parse_main(Reader *r, const Source *self, const char *text, size_t n, Ast *out)
{
	int errors = diag_errors(r->diag);
	out->decl = read_includes(r, self, parse_source(r, self->path, text, n));
	out->file = r->file.v;
	out->nfile = r->file.n;
	out->hash = r->hash;
	out->unread = r->unread;
	if (!out->decl && r->file.n <= 1 && diag_errors(r->diag) == errors) {
		const char *what = n == 0 ? "is empty" : memchr(text, '#', n) ? "has only comments" : "is blank";
		diag_file_error(r->diag, self->path, "no model in '%s': the file %s", self->path, what);
	}
}

bool
parse_file(Arena *a, Diag *diag, const char *path, Ast *out)
{
	Reader r = {.arena = a, .diag = diag, .hash = HASH_SEED};
	struct stat st = {0};
	size_t n;
	*out = (Ast){.hash = HASH_SEED};
	const char *text = read_source(&r, path, &n);
	if (!text) {
		diag_file_error(diag, path, "cannot be read: %s", read_error());
		return false;
	}
	if (stat(path, &st) != 0)
		st.st_ino = 0;
	Source self = {NULL, path, st.st_dev, st.st_ino};
	*table_push(a, &r.file) = path;
	*table_push(a, &r.id) = (FileId){st.st_dev, st.st_ino};
	parse_main(&r, &self, text, n, out);
	return true;
}

void
parse_text(Arena *a, Diag *diag, const char *name, const char *text, size_t n, Ast *out)
{
	Reader r = {.arena = a, .diag = diag, .hash = HASH_SEED};
	Source self = {NULL, name, 0, 0};
	*out = (Ast){.hash = HASH_SEED};
	if (n > SOURCE_BYTES_MAX) {
		diag_file_error(diag, name, "the text is larger than 16 MB");
		return;
	}
	parse_main(&r, &self, text, n, out);
}
