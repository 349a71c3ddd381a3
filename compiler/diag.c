/* diag.c: the source map, and messages as text with carets or as JSON.
 *
 * Sources lie one after the other in one space of offsets, each followed by a place for its NUL; offset 0 is
 * nowhere. A message in text form is printed at once; in JSON form it is kept until diag_flush, as notes that
 * come later belong inside it. */
#include "diag.h"
#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	ERRORS_SHOWN = 20,
	WARNINGS_SHOWN = 100, /* of each kind */
	LINE_COLUMNS = 100,   /* of a source line that is shown */
	CARET_COLUMNS = 50,   /* before the caret, where a line is cut */
	TAB_COLUMNS = 8,      /* the gutter "    4 | " is one tab wide, so tabs stop where they would without it */
	NAME_LENGTH_MAX = 64  /* of names that are compared */
};

typedef struct {
	const char *name, *text; /* borrowed */
	size_t n;
	uint32_t first;       /* offset of text[0] */
	TABLE(uint32_t) line; /* where each line begins in text; filled when first asked for */
	/* the last column that was counted: in a long line the next one starts from here */
	uint32_t counted_to, counted_line;
	int counted;
} Source;

typedef enum { KIND_ERROR, KIND_WARNING, KIND_NOTE } Kind;

typedef struct Message {
	struct Message *next;
	Kind kind;
	const char *text;
	const char *option; /* "-Wshadow", or NULL */
	const char *file;   /* of a message without a span, or NULL */
	Span at;
	struct Message *note, *last_note;
} Message;

struct Diag {
	Arena *arena; /* borrowed */
	FILE *out;    /* borrowed; NULL: silent */
	ColorWhen color;
	DiagFormat format;
	TABLE(Source *) source;
	bool on[WARN_COUNT], as_error[WARN_COUNT];
	bool silent; /* -w */
	int errors, warnings[WARN_COUNT];
	bool muted;
	int muted_errors;
	bool hidden;           /* the last message was not shown, so its notes are not */
	Message *first, *last; /* JSON only */
};

static const char *const kind_name[] = {"error", "warning", "note"};
static const char *const kind_color[] = {"\33[01;31m\33[K", "\33[01;35m\33[K", "\33[01;36m\33[K"};

static const struct {
	const char *name;
	bool on;
} warning[] = {
#define W(id, name, on, what) {name, on},
	WARNINGS(W)
#undef W
};

Diag *
diag_new(Arena *a, FILE *out)
{
	Diag *d = arena_alloc(a, sizeof *d);
	d->arena = a;
	d->out = out;
	for (int i = 0; i < WARN_COUNT; i++)
		d->on[i] = warning[i].on;
	return d;
}

void
diag_color(Diag *d, ColorWhen when)
{
	d->color = when;
}

void
diag_format(Diag *d, DiagFormat format)
{
	d->format = format;
}

/* Sets flag of the warning called name, or of all of them. */
static bool
set_flag(bool flag[WARN_COUNT], const char *name, bool value)
{
	bool all = strcmp(name, "all") == 0, found = all;
	for (int i = 0; i < WARN_COUNT; i++)
		if (all || strcmp(name, warning[i].name) == 0) {
			flag[i] = value;
			found = true;
		}
	return found;
}

bool
diag_warning_option(Diag *d, const char *name)
{
	if (strcmp(name, "none") == 0)
		return d->silent = true;
	bool value = strncmp(name, "no-", 3) != 0;
	if (!value)
		name += 3;
	if (strcmp(name, "error") == 0)
		return set_flag(d->as_error, "all", value);
	if (strncmp(name, "error=", 6) != 0)
		return set_flag(d->on, name, value);
	name += 6;
	if (strcmp(name, "all") == 0)
		return false;
	return set_flag(d->as_error, name, value) && (!value || set_flag(d->on, name, true));
}

uint32_t
diag_next_source(const Diag *d)
{
	const Source *before = d->source.n ? d->source.v[d->source.n - 1] : NULL;
	return before ? before->first + (uint32_t)before->n + 1 : 1;
}

uint32_t
diag_add_source(Diag *d, const char *name, const char *text, size_t n)
{
	Source *s = arena_alloc(d->arena, sizeof *s);
	s->name = name;
	s->text = text;
	s->n = n;
	s->first = diag_next_source(d);
	assert(n < UINT32_MAX - s->first);
	*table_push(d->arena, &d->source) = s;
	return s->first;
}

/* The source that holds an offset. */
static Source *
find_source(const Diag *d, uint32_t offset)
{
	int lo = 0, hi = d->source.n;
	while (hi - lo > 1) {
		int mid = lo + (hi - lo) / 2;
		if (d->source.v[mid]->first <= offset)
			lo = mid;
		else
			hi = mid;
	}
	assert(hi > 0 && offset >= d->source.v[lo]->first);
	return d->source.v[lo];
}

static void
find_lines(Arena *a, Source *s)
{
	*table_push(a, &s->line) = 0;
	for (const char *p = s->text, *end = s->text + s->n; p < end; p++) {
		p = memchr(p, '\n', (size_t)(end - p));
		if (!p)
			break;
		*table_push(a, &s->line) = (uint32_t)(p + 1 - s->text);
	}
}

/* The index of the line that holds byte i of the text. */
static int
find_line(Arena *a, Source *s, uint32_t i)
{
	if (!s->line.n)
		find_lines(a, s);
	int lo = 0, hi = s->line.n;
	while (hi - lo > 1) {
		int mid = lo + (hi - lo) / 2;
		if (s->line.v[mid] <= i)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

/* Byte of the text that an offset means; offsets past the end mean the end. */
static uint32_t
byte_of(const Source *s, uint32_t offset)
{
	uint32_t i = offset - s->first;
	return i > s->n ? (uint32_t)s->n : i;
}

Place
diag_place(const Diag *d, uint32_t offset)
{
	if (offset == 0 || d->source.n == 0)
		return (Place){"netc", 0, 0, ""};
	Source *s = find_source(d, offset);
	uint32_t i = byte_of(s, offset);
	int line = find_line(d->arena, s, i);
	uint32_t begin = s->line.v[line];
	return (Place){s->name, line + 1, (int)(i - begin) + 1, s->text + begin};
}

bool
diag_source(const Diag *d, uint32_t offset, SourceFile *out)
{
	if (offset == 0 || d->source.n == 0)
		return false;
	const Source *s = find_source(d, offset);
	*out = (SourceFile){s->name, s->text, s->n, s->first};
	return true;
}

const char *
diag_text(const Diag *d, Span at, int *n)
{
	*n = 0;
	if (at.hi == 0 || d->source.n == 0)
		return "";
	Source *s = find_source(d, at.lo);
	uint32_t lo = byte_of(s, at.lo), hi = at.hi < at.lo ? lo : byte_of(s, at.hi);
	*n = (int)(hi - lo);
	return s->text + lo;
}

/* 1-based column of byte i in its line, in characters. */
static int
count_column(Source *s, uint32_t begin, uint32_t i)
{
	if (s->counted_line != begin || s->counted_to > i || s->counted_to < begin) {
		s->counted_line = s->counted_to = begin;
		s->counted = 0;
	}
	while (s->counted_to < i) {
		int len;
		utf8_decode(s->text + s->counted_to, s->text + s->n, &len);
		s->counted_to += (uint32_t)len;
		s->counted++;
	}
	return s->counted + 1;
}

static bool
use_color(const Diag *d)
{
	if (d->color != COLOR_AUTO)
		return d->color == COLOR_ALWAYS;
	const char *term = getenv("TERM");
	return isatty(fileno(d->out)) && term && strcmp(term, "dumb") != 0;
}

static void
put_string(Text *t, const char *s)
{
	text_put(t, s, strlen(s));
}

/* True if a terminal would not simply show the character. */
static bool
is_unprintable(int32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

/* The message, made safe for a terminal; what stands in ' ' is bold, as in gcc. */
static void
put_message(Text *t, const char *s, bool color)
{
	const char *end = s + strlen(s);
	bool quoted = false;
	for (int len; s < end; s += len) {
		bool after_word = t->n && t->v[t->n - 1] != ' ' && t->v[t->n - 1] != '(';
		if (is_unprintable(utf8_decode(s, end, &len)) && *s != '\n')
			put_string(t, "?");
		else if (*s != '\'' || !color)
			text_put(t, s, (size_t)len);
		else if (quoted || !after_word) {
			put_string(t, quoted ? "\33[m\33[K'" : "'\33[01m\33[K");
			quoted = !quoted;
		} else
			put_string(t, "'");
	}
	if (quoted)
		put_string(t, "\33[m\33[K");
}

/* What is shown of a source line: bytes [from, to), between '…' where it was cut. */
typedef struct {
	const char *from, *to;
	bool cut_left, cut_right;
} Window;

/* Columns of the character at *p when it begins at column; moves *p past it. */
static int
char_columns(const char **p, const char *end, int column)
{
	int len, width;
	int32_t c = utf8_decode(*p, end, &len);
	if (c == '\t')
		width = TAB_COLUMNS - column % TAB_COLUMNS;
	else
		width = is_unprintable(c) ? 1 : utf8_width(c);
	*p += len;
	return width;
}

/* Goes right from p until the line or the columns end. */
static const char *
go_right(const char *p, const char *end, int columns)
{
	for (int column = 0; p < end && *p != '\n';) {
		const char *next = p;
		column += char_columns(&next, end, column);
		if (column > columns || next - p > end - p)
			break;
		p = next;
	}
	return p;
}

static const char *
go_left(const char *p, const char *begin, int columns)
{
	while (p > begin && columns-- > 0) {
		p--;
		for (int i = 0; i < 3 && p > begin && (*p & 0xC0) == 0x80; i++)
			p--;
	}
	return p;
}

static bool
at_line_end(const char *p, const char *end)
{
	return p == end || *p == '\n' || (*p == '\r' && (p + 1 == end || p[1] == '\n'));
}

/* The part of the line around caret that fits. */
static Window
choose_window(const char *begin, const char *caret, const char *end)
{
	Window w = {begin, go_right(begin, end, LINE_COLUMNS), false, false};
	bool whole = at_line_end(w.to, end);
	if (!whole && caret - begin > LINE_COLUMNS - CARET_COLUMNS / 2) {
		w.from = go_left(caret, begin, CARET_COLUMNS);
		w.to = go_right(w.from, end, LINE_COLUMNS);
	}
	w.cut_left = w.from > begin;
	w.cut_right = !at_line_end(w.to, end);
	if (w.to > w.from && w.to[-1] == '\r' && !w.cut_right)
		w.to--;
	return w;
}

static void
put_source_line(Text *t, int line, const Window *w, const char *lo, const char *hi, const char *color)
{
	text_add(t, "%5d | %s", line, w->cut_left ? "…" : "");
	for (const char *p = w->from; p < w->to;) {
		int len;
		if (color && p == lo)
			put_string(t, color);
		if (is_unprintable(utf8_decode(p, w->to, &len)) && *p != '\t')
			put_string(t, "\xEF\xBF\xBD");
		else
			text_put(t, p, (size_t)len);
		p += len;
		if (color && p >= hi && p - len < hi && p > lo)
			put_string(t, "\33[m\33[K");
	}
	if (color && hi > w->to)
		put_string(t, "\33[m\33[K");
	put_string(t, w->cut_right ? "…\n" : "\n");
}

static void
put_caret_line(Text *t, const Window *w, const char *lo, const char *hi, const char *color)
{
	int column = w->cut_left;
	put_string(t, w->cut_left ? "      |  " : "      | ");
	const char *p = w->from;
	while (p < lo && p < w->to) {
		bool tab = *p == '\t';
		int width = char_columns(&p, w->to, column);
		text_add(t, tab ? "\t" : "%*s", width, "");
		column += width;
	}
	put_string(t, color ? color : "");
	int width = 0;
	while (p < hi && p < w->to)
		width += char_columns(&p, w->to, column + width);
	put_string(t, "^");
	while (--width > 0)
		put_string(t, "~");
	put_string(t, color ? "\33[m\33[K\n" : "\n");
}

static void
put_source(Text *t, const Diag *d, Span at, const Place *place, const char *color)
{
	const Source *s = find_source(d, at.lo);
	const char *end = s->text + s->n;
	const char *lo = s->text + byte_of(s, at.lo);
	const char *hi = at.hi > at.lo ? s->text + byte_of(s, at.hi) : lo;
	Window w = choose_window(place->line_text, lo, end);
	if (hi > w.to)
		hi = w.to;
	put_source_line(t, place->line, &w, lo, hi, hi > lo ? color : NULL);
	put_caret_line(t, &w, lo, hi, color);
}

/* 1-based column of an offset, in characters. */
static int
column_of(const Diag *d, uint32_t offset)
{
	Source *s = find_source(d, offset);
	uint32_t i = byte_of(s, offset);
	int line = find_line(d->arena, s, i);
	return count_column(s, s->line.v[line], i);
}

static void
print_text(const Diag *d, const Message *m)
{
	Text t = {0};
	bool color = use_color(d), has_source = m->at.hi != 0 && d->source.n > 0;
	const char *bold = color ? "\33[01m\33[K" : "", *off = color ? "\33[m\33[K" : "";
	const char *tint = color ? kind_color[m->kind] : "";
	Place place = diag_place(d, has_source ? m->at.lo : 0);
	put_string(&t, bold);
	put_message(&t, m->file ? m->file : place.file, false);
	if (has_source)
		text_add(&t, ":%d:%d", place.line, column_of(d, m->at.lo));
	text_add(&t, ":%s %s%s:%s ", off, tint, kind_name[m->kind], off);
	put_message(&t, m->text, color);
	if (m->option)
		text_add(&t, " [%s%s%s]", tint, m->option, off);
	put_string(&t, "\n");
	if (has_source)
		put_source(&t, d, m->at, &place, color ? tint : NULL);
	fwrite(t.v, 1, t.n, d->out);
	text_free(&t);
}

static void
json_string(Text *t, const char *s)
{
	const char *end = s + strlen(s);
	put_string(t, "\"");
	for (int len; s < end; s += len) {
		int32_t c = utf8_decode(s, end, &len);
		if (c < 0)
			put_string(t, "\\ufffd");
		else if (c == '"' || c == '\\')
			text_add(t, "\\%c", (char)c);
		else if (c == '\n')
			put_string(t, "\\n");
		else if (c < 0x20 || c == 0x7F)
			text_add(t, "\\u%04x", (unsigned)c);
		else
			text_put(t, s, (size_t)len);
	}
	put_string(t, "\"");
}

static void
json_place(Text *t, const Diag *d, const char *key, uint32_t offset)
{
	Place place = diag_place(d, offset);
	text_add(t, "\"%s\": {\"file\": ", key);
	json_string(t, place.file);
	text_add(t, ", \"line\": %d, \"column\": %d}", place.line, column_of(d, offset));
}

/* Where the last character of a span begins. */
static uint32_t
last_char(const Diag *d, Span at)
{
	int n;
	const char *s = diag_text(d, at, &n);
	int i = n > 0 ? n - 1 : 0;
	for (int back = 0; back < 3 && i > 0 && (s[i] & 0xC0) == 0x80; back++)
		i--;
	return at.lo + (uint32_t)i;
}

static void
json_locations(Text *t, const Diag *d, const Message *m)
{
	put_string(t, "\"locations\": [");
	if (m->at.hi != 0 && d->source.n > 0) {
		put_string(t, "{");
		json_place(t, d, "caret", m->at.lo);
		put_string(t, ", ");
		json_place(t, d, "finish", last_char(d, m->at));
		put_string(t, "}");
	} else if (m->file) {
		put_string(t, "{\"caret\": {\"file\": ");
		json_string(t, m->file);
		put_string(t, "}}");
	}
	put_string(t, "]");
}

static void
json_message(Text *t, const Diag *d, const Message *m)
{
	text_add(t, "{\"kind\": \"%s\", \"message\": ", kind_name[m->kind]);
	json_string(t, m->text);
	if (m->option)
		text_add(t, ", \"option\": \"%s\"", m->option);
	put_string(t, ", ");
	json_locations(t, d, m);
	if (m->kind != KIND_NOTE) {
		put_string(t, ", \"children\": [");
		for (const Message *note = m->note; note; note = note->next) {
			put_string(t, note == m->note ? "" : ", ");
			json_message(t, d, note);
		}
		put_string(t, "]");
	}
	put_string(t, "}");
}

static void
keep(Diag *d, const Message *message)
{
	Message *m = arena_alloc(d->arena, sizeof *m);
	*m = *message;
	if (m->kind == KIND_NOTE && d->last)
		list_append(d->last->note, d->last->last_note, m);
	else
		list_append(d->first, d->last, m);
}

static void
emit(Diag *d, const Message *m)
{
	if (!d->out)
		return;
	if (d->format == DIAG_JSON)
		keep(d, m);
	else
		print_text(d, m);
}

static const char *
format_message(Arena *a, const char *fmt, va_list args)
{
	va_list again;
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	assert(n >= 0);
	char *s = arena_alloc(a, (size_t)n + 1);
	vsnprintf(s, (size_t)n + 1, fmt, args);
	return s;
}

static void
say(Diag *d, Message m, const char *fmt, va_list args)
{
	if (d->muted) {
		d->muted_errors += m.kind == KIND_ERROR;
		return;
	}
	if (m.kind == KIND_ERROR)
		d->hidden = ++d->errors > ERRORS_SHOWN;
	if (d->hidden)
		return;
	m.text = format_message(d->arena, fmt, args);
	emit(d, &m);
}

static void
say_warning(Diag *d, Warning w, Message m, const char *fmt, va_list args)
{
	assert((int)w >= 0 && w < WARN_COUNT);
	if (d->muted)
		return;
	d->hidden = d->silent || !d->on[w] || (!d->as_error[w] && ++d->warnings[w] > WARNINGS_SHOWN);
	if (d->hidden)
		return;
	m.kind = d->as_error[w] ? KIND_ERROR : KIND_WARNING;
	m.option = arena_printf(d->arena, "-W%s%s", d->as_error[w] ? "error=" : "", warning[w].name);
	say(d, m, fmt, args);
}

void
diag_error(Diag *d, Span at, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	say(d, (Message){.kind = KIND_ERROR, .at = at}, fmt, args);
	va_end(args);
}

void
diag_warning(Diag *d, Warning w, Span at, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	say_warning(d, w, (Message){.at = at}, fmt, args);
	va_end(args);
}

void
diag_note(Diag *d, Span at, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	say(d, (Message){.kind = KIND_NOTE, .at = at}, fmt, args);
	va_end(args);
}

void
diag_file_error(Diag *d, const char *file, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	say(d, (Message){.kind = KIND_ERROR, .file = file}, fmt, args);
	va_end(args);
}

void
diag_file_warning(Diag *d, Warning w, const char *file, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	say_warning(d, w, (Message){.file = file}, fmt, args);
	va_end(args);
}

void
diag_mute(Diag *d, bool on)
{
	d->muted = on;
	d->muted_errors = 0;
}

int
diag_errors(const Diag *d)
{
	return d->muted ? d->muted_errors : d->errors;
}

/* Says how much was not shown. */
static void
count_hidden(Diag *d)
{
	for (int i = 0; i < WARN_COUNT; i++)
		if (d->warnings[i] > WARNINGS_SHOWN) {
			const char *text =
				arena_printf(d->arena, "too many of these warnings (%d); the first %d are shown",
					     d->warnings[i], WARNINGS_SHOWN);
			const char *option = arena_printf(d->arena, "-W%s", warning[i].name);
			emit(d, &(Message){.kind = KIND_WARNING, .text = text, .option = option});
		}
	if (d->errors > ERRORS_SHOWN) {
		const char *text =
			arena_printf(d->arena, "too many errors (%d); the first %d are shown", d->errors, ERRORS_SHOWN);
		emit(d, &(Message){.kind = KIND_ERROR, .text = text});
	}
}

void
diag_flush(Diag *d)
{
	if (!d->out)
		return;
	count_hidden(d);
	if (d->format == DIAG_JSON) {
		Text t = {0};
		for (const Message *m = d->first; m; m = m->next) {
			put_string(&t, m == d->first ? "[" : ",\n ");
			json_message(&t, d, m);
		}
		put_string(&t, d->first ? "]\n" : "[]\n");
		fwrite(t.v, 1, t.n, d->out);
		text_free(&t);
	}
	fflush(d->out);
}

/* The characters of a name in lower case; their number, or -1 if there are too many. */
static int
fold_name(const char *name, int32_t out[NAME_LENGTH_MAX])
{
	const char *end = name + strlen(name);
	int n = 0;
	for (int len; name < end; name += len) {
		if (n == NAME_LENGTH_MAX)
			return -1;
		int32_t c = utf8_decode(name, end, &len);
		out[n++] = c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
	}
	return n;
}

static int
min2(int a, int b)
{
	return a < b ? a : b;
}

/* Insertions, deletions, substitutions and swaps of neighbours between two names (Damerau 1964). */
static int
edit_distance(const int32_t *a, int na, const int32_t *b, int nb)
{
	int row[3][NAME_LENGTH_MAX + 1]; /* the last three rows of the table, in turn */
	for (int j = 0; j <= nb; j++)
		row[0][j] = j;
	for (int i = 1; i <= na; i++) {
		int *now = row[i % 3], *up = row[(i + 2) % 3], *up2 = row[(i + 1) % 3];
		now[0] = i;
		for (int j = 1; j <= nb; j++) {
			now[j] = min2(up[j - 1] + (a[i - 1] != b[j - 1]), min2(up[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = min2(now[j], up2[j - 2] + 1);
		}
	}
	return row[na % 3][nb];
}

const char *
diag_nearest(const char *name, const char *const *candidate, int n)
{
	int32_t a[NAME_LENGTH_MAX], b[NAME_LENGTH_MAX];
	int na = fold_name(name, a), best_distance = 0;
	const char *best = NULL;
	for (int i = 0; na >= 0 && i < n; i++) {
		int nb = fold_name(candidate[i], b);
		if (nb < 0)
			continue;
		int distance = edit_distance(a, na, b, nb), longer = na > nb ? na : nb;
		if (distance > longer / 3)
			continue;
		if (!best || distance < best_distance) {
			best = candidate[i];
			best_distance = distance;
		}
	}
	return best;
}
