/* layout_map.c: --map FILE, names given one by one.
 *
 * A line is "netc.name = file.name": after the file's name may follow words that are applied in order, "transpose" and
 * "rows a:b" (from 1, both included, of the first dimension), and "+ file.name …" for a sum. '#' begins a comment. A
 * name with a space or a '#' stands between double quotes. */
#include "layout_parts.h"
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MAP_BYTES_MAX = 1 << 20, STEPS_MAX = 8 };

typedef struct {
	bool transpose;
	int64_t first, last; /* rows, if not transpose */
	Span at;
} Step;

typedef struct {
	const char *name;
	Span at;
	Step step[STEPS_MAX];
	int nstep;
} Term;

typedef struct {
	const char *to;
	Span at;
	TABLE(Term) term;
	bool used;
} MapLine;

struct LayoutMap {
	Arena *arena;
	const char *path, *text;
	uint32_t base; /* of its text in the source map */
	TABLE(MapLine) line;
	TABLE(const char *) seen; /* names in the files so far */
};

typedef struct {
	LayoutMap *map;
	Diag *diag;
	const char *at, *end; /* of the line */
	Word word;            /* the one that was read last, without its quotes */
	Span span;
	bool quoted, ok;
} Scan;

/* The next word of the line; false at its end or at a comment. */
static bool
scan_word(Scan *s)
{
	while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' || *s->at == '\r'))
		s->at++;
	const char *begin = s->at;
	uint32_t lo = s->map->base + (uint32_t)(begin - s->map->text);
	s->span = (Span){lo, lo + 1};
	if (s->at == s->end || *s->at == '#')
		return false;
	s->quoted = *begin == '"';
	if (s->quoted) {
		const char *close = memchr(begin + 1, '"', (size_t)(s->end - begin - 1));
		s->at = close ? close + 1 : s->end;
		s->word = (Word){begin + 1, close ? (int)(close - begin - 1) : 0};
	} else if (*begin == '=' || *begin == '+') {
		s->at++;
		s->word = (Word){begin, 1};
	} else {
		while (s->at < s->end && !strchr(" \t\r#=", *s->at))
			s->at++;
		s->word = (Word){begin, (int)(s->at - begin)};
	}
	s->span.hi = lo + (uint32_t)(s->at - begin);
	return true;
}

static bool
scan_fail(Scan *s, const char *wanted)
{
	if (s->ok)
		diag_error(s->diag, s->span, "wanted %s", wanted);
	return s->ok = false;
}

static bool
scan_is(const Scan *s, const char *word)
{
	return !s->quoted && word_is(s->word, word);
}

static bool
scan_name(Scan *s, const char *wanted, const char **out)
{
	if (!scan_word(s) || scan_is(s, "=") || scan_is(s, "+") || s->word.n == 0)
		return scan_fail(s, wanted);
	*out = intern_n(s->map->arena, s->word.s, (size_t)s->word.n);
	return true;
}

/* "3:5" */
static bool
scan_range(Scan *s, Step *out)
{
	char text[48], *end = text;
	static const char wanted[] = "rows as first:last, counted from 1, such as 'rows 1:8'";
	if (!scan_word(s) || (size_t)s->word.n >= sizeof text)
		return scan_fail(s, wanted);
	memcpy(text, s->word.s, (size_t)s->word.n);
	text[s->word.n] = '\0';
	out->at = s->span;
	errno = 0;
	out->first = strtoll(text, &end, 10);
	if (end == text || *end != ':')
		return scan_fail(s, wanted);
	char *second = end + 1;
	out->last = strtoll(second, &end, 10);
	return (end != second && !*end && !errno && out->first >= 1 && out->last >= out->first) || scan_fail(s, wanted);
}

static bool
scan_step(Scan *s, Term *t)
{
	Step step = {.at = s->span};
	if (t->nstep == STEPS_MAX)
		return scan_fail(s, "at most eight words after a name");
	if (scan_is(s, "transpose"))
		step.transpose = true;
	else if (!scan_is(s, "rows"))
		return scan_fail(s, "'transpose', 'rows first:last', '+' or the end of the line");
	else if (!scan_range(s, &step))
		return false;
	t->step[t->nstep++] = step;
	return true;
}

static void
scan_line(Scan *s)
{
	MapLine line = {0};
	Term term = {0};
	if (!scan_word(s))
		return;
	if (s->word.n == 0 || scan_is(s, "=") || scan_is(s, "+")) {
		scan_fail(s, "the name of a parameter of the model");
		return;
	}
	line.to = intern_n(s->map->arena, s->word.s, (size_t)s->word.n);
	line.at = s->span;
	if (!scan_word(s) || !scan_is(s, "=")) {
		scan_fail(s, "'=' and the name of a tensor of the weight file");
		return;
	}
	if (!scan_name(s, "the name of a tensor of the weight file", &term.name))
		return;
	term.at = s->span;
	while (scan_word(s)) {
		if (!scan_is(s, "+")) {
			if (!scan_step(s, &term))
				return;
			continue;
		}
		*table_push(s->map->arena, &line.term) = term;
		term = (Term){0};
		if (!scan_name(s, "the name of a tensor after '+'", &term.name))
			return;
		term.at = s->span;
	}
	*table_push(s->map->arena, &line.term) = term;
	for (int i = 0; i < s->map->line.n; i++)
		if (s->map->line.v[i].to == line.to) {
			diag_error(s->diag, line.at, "'%s' is given twice", line.to);
			diag_note(s->diag, s->map->line.v[i].at, "first here");
			s->ok = false;
			return;
		}
	*table_push(s->map->arena, &s->map->line) = line;
}

LayoutMap *
layout_map_parse(Arena *arena, Diag *diag, const char *path, const char *text, size_t n)
{
	LayoutMap *map = arena_alloc(arena, sizeof *map);
	*map = (LayoutMap){.arena = arena, .path = path, .text = arena_strndup(arena, text, n)};
	if (memchr(text, 0, n)) {
		diag_file_error(diag, path, "is not a text file; wanted lines 'netc.name = file.name'");
		return NULL;
	}
	map->base = diag_add_source(diag, path, map->text, n);
	bool ok = true;
	for (const char *at = map->text, *end = map->text + n; at < end; at++) {
		Scan s = {.map = map, .diag = diag, .at = at, .end = memchr(at, '\n', (size_t)(end - at)), .ok = true};
		s.end = s.end ? s.end : end;
		scan_line(&s);
		ok &= s.ok;
		at = s.end;
	}
	return ok ? map : NULL;
}

LayoutMap *
layout_map_read(Arena *arena, Diag *diag, const char *path, bool *io)
{
	char *text;
	size_t n;
	if (!file_read(path, MAP_BYTES_MAX, &text, &n)) {
		*io = true;
		diag_file_error(diag, path, "cannot be read: %s", errno == EISDIR ? "is a folder" : strerror(errno));
		return NULL;
	}
	LayoutMap *map = layout_map_parse(arena, diag, path, text, n);
	free(text);
	return map;
}

bool
layout_map_end(Diag *diag, const LayoutMap *map)
{
	bool ok = true;
	for (int i = 0; i < map->line.n; i++) {
		const MapLine *line = &map->line.v[i];
		for (int k = 0; !line->used && k < line->term.n; k++) {
			const char *name = line->term.v[k].name;
			bool there = false;
			for (int s = 0; s < map->seen.n; s++)
				there |= strcmp(map->seen.v[s], name) == 0;
			if (there && line->term.n > 1)
				continue;
			const char *near = diag_nearest(name, map->seen.v, map->seen.n);
			diag_error(diag, line->term.v[k].at, "no weight file has a tensor '%s'%s%s%s", name,
				   near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
			ok = false;
		}
	}
	return ok;
}

static void
transpose(Arena *a, Tensor *t)
{
	Tensor from = *t;
	double *to = arena_alloc(a, ((size_t)t->count + 1) * sizeof *to);
	t->dim[0] = from.dim[1];
	t->dim[1] = from.dim[0];
	for (int64_t i = 0; i < from.dim[0]; i++)
		for (int64_t k = 0; k < from.dim[1]; k++)
			to[k * from.dim[0] + i] = from.value[i * from.dim[1] + k];
	t->value = to;
}

/* Takes off leading dimensions of one, which ONNX has for the direction. */
static void
squeeze(Tensor *t)
{
	while (t->rank > 2 && t->dim[0] == 1) {
		memmove(t->dim, t->dim + 1, sizeof t->dim[0] * (size_t)(t->rank - 1));
		t->rank--;
	}
}

static bool
term_apply(Arena *a, Diag *d, const Term *term, Tensor *t)
{
	squeeze(t);
	for (int i = 0; i < term->nstep; i++) {
		const Step *s = &term->step[i];
		if (s->transpose && t->rank == 2) {
			transpose(a, t);
		} else if (s->transpose) {
			diag_error(d, s->at, "'%s' has the shape %s; only a matrix can be transposed", term->name,
				   tensor_shape_text(a, t));
			return false;
		} else {
			if (t->rank < 1 || s->last > t->dim[0]) {
				diag_error(d, s->at, "rows %lld:%lld of '%s', whose shape is %s", (long long)s->first,
					   (long long)s->last, term->name, tensor_shape_text(a, t));
				return false;
			}
			int64_t row = t->count / t->dim[0];
			t->value += row * (s->first - 1);
			t->dim[0] = s->last - s->first + 1;
			t->count = row * t->dim[0];
		}
	}
	squeeze(t);
	return true;
}

typedef struct {
	Arena *arena;
	Diag *diag;
	const Tensor *const *tensor;
	int ntensor;
	bool *used;
} MapFile;

static int
file_find(const MapFile *f, const char *name)
{
	for (int i = 0; i < f->ntensor; i++)
		if (strcmp(f->tensor[i]->name, name) == 0)
			return i;
	return -1;
}

/* The sum of a line's terms; false after a message. */
static bool
line_value(const MapFile *f, const MapLine *line, Tensor *out)
{
	for (int i = 0; i < line->term.n; i++) {
		const Term *term = &line->term.v[i];
		int at = file_find(f, term->name);
		Tensor t = *f->tensor[at];
		f->used[at] = true;
		if (!term_apply(f->arena, f->diag, term, &t))
			return false;
		if (i == 0) {
			*out = t;
			out->value = arena_alloc(f->arena, ((size_t)t.count + 1) * sizeof *t.value);
		} else if (t.rank != out->rank || memcmp(t.dim, out->dim, sizeof t.dim[0] * (size_t)t.rank) != 0) {
			diag_error(f->diag, term->at, "'%s' has the shape %s; the terms before it have %s", term->name,
				   tensor_shape_text(f->arena, &t), tensor_shape_text(f->arena, out));
			return false;
		}
		for (int64_t k = 0; k < t.count; k++)
			out->value[k] += t.value[k];
	}
	return true;
}

bool
layout_map_apply(Arena *a, Diag *d, LayoutMap *map, const char *file, const WantedTensor *wanted, int n,
		 const Tensor *const *tensor, int ntensor, TensorTable *out, bool *given, bool *used, Text *report)
{
	MapFile f = {.arena = a, .diag = d, .tensor = tensor, .ntensor = ntensor};
	bool ok = true;
	int lines = 0;
	f.used = used;
	for (int i = 0; i < ntensor; i++)
		*table_push(a, &map->seen) = tensor[i]->name;
	for (int i = 0; i < map->line.n; i++) {
		MapLine *line = &map->line.v[i];
		Tensor value;
		bool here = true;
		int to = 0;
		for (int k = 0; k < line->term.n; k++)
			here &= file_find(&f, line->term.v[k].name) >= 0;
		if (!here)
			continue;
		while (to < n && strcmp(wanted[to].name, line->to) != 0)
			to++;
		line->used = true;
		if (to == n) {
			const char **candidate = arena_alloc(a, ((size_t)n + 1) * sizeof *candidate);
			for (int k = 0; k < n; k++)
				candidate[k] = wanted[k].name;
			const char *near = diag_nearest(line->to, candidate, n);
			diag_error(d, line->at, "the model has no parameter '%s'%s%s%s", line->to,
				   near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
			ok = false;
		} else if (line_value(&f, line, &value)) {
			value.name = wanted[to].name;
			*tensor_add(out, value.name, 0, NULL) = value;
			given[to] = true;
			lines++;
		} else {
			ok = false;
		}
	}
	if (lines)
		text_add(report, "%s: %d name%s by %s\n", file, lines, lines == 1 ? "" : "s", map->path);
	return ok;
}
