/* layout_match.c: which layer of the file is which layer of the model.
 *
 * A source fits a layer if kind, sizes and direction agree. Where names agree they decide; then a layer that only one
 * source fits takes it; then layers of one kind whose sources differ only in a number ("lstm", "lstm_1"; "_l0",
 * "_l1") are paired in order. Nothing is guessed beyond that. */
#include "layout_parts.h"
#include <assert.h>
#include <ctype.h>
#include <string.h>

int
natural_compare(const char *a, const char *b)
{
	const char *x = a, *y = b;
	while (*x && *y) {
		if (isdigit((unsigned char)*x) && isdigit((unsigned char)*y)) {
			while (*x == '0')
				x++;
			while (*y == '0')
				y++;
			size_t nx = strspn(x, "0123456789"), ny = strspn(y, "0123456789");
			int c = nx != ny ? (nx > ny) - (nx < ny) : memcmp(x, y, nx);
			if (c)
				return c;
			x += nx;
			y += ny;
		} else if (*x == *y) {
			x++;
			y++;
		} else {
			return *x == '.' ? -1 : *y == '.' ? 1 : (unsigned char)*x < (unsigned char)*y ? -1 : 1;
		}
	}
	return *x ? 1 : *y ? -1 : strcmp(a, b);
}

static bool
is_wrapper(Word w)
{
	static const char *const word[] = {"cell",   "lstm_cell", "gru_cell", "rnn_cell", "simple_rnn_cell",
					   "layers", "model",     "module",   "params",   "_orig_mod"};
	for (int i = 0; i < COUNT(word); i++)
		if (word_is(w, word[i]))
			return true;
	return false;
}

const char *
path_stem(Arena *a, const char *path)
{
	Text t = {0};
	for (Word w; word_next(&path, '.', &w);) {
		while (w.n > 0 && isdigit((unsigned char)w.s[w.n - 1]))
			w.n--;
		while (w.n > 0 && w.s[w.n - 1] == '_')
			w.n--;
		if (w.n > 0 && !is_wrapper(w))
			text_add(&t, "%s%.*s", t.n ? "." : "", w.n, w.s);
	}
	const char *stem = intern_n(a, t.v ? t.v : "", t.n);
	text_free(&t);
	return stem;
}

const WantField *
want_field(const Want *w, Word name)
{
	for (int i = 0; i < w->field.n; i++)
		if (word_is(name, w->field.v[i].field))
			return &w->field.v[i];
	return NULL;
}

/* How many of the fields belong to this kind of layer; 0 if it lacks one that the kind must have. */
static int
layer_covers(Layer layer, const Want *w)
{
	const char *list = layer_table[layer].fields;
	int n = 0;
	for (LayerField f; layer_field_next(&list, &f);) {
		bool there = want_field(w, f.name) != NULL;
		if (!there && !f.optional)
			return 0;
		n += there;
	}
	return n;
}

static bool
layer_is_type(Layer layer, const char *written)
{
	const char *list = layer_table[layer].types;
	Word type = {written, (int)strcspn(written, "( ")};
	for (Word w; word_next(&list, '|', &w);)
		if (w.n == type.n && memcmp(w.s, type.s, (size_t)w.n) == 0)
			return true;
	return false;
}

/* Takes the fields of the kind that covers most of them out of rest into a layer of its own; false if none fits. Kinds
 * with the same fields are told apart by the layer's type. */
static bool
want_split(Arena *a, const WantedTensor *wanted, Want *rest, WantTable *out)
{
	int most = 0;
	unsigned layers = 0;
	for (int k = 0; k < LAYER_COUNT; k++) {
		int n = layer_covers((Layer)k, rest);
		if (n > most)
			layers = 0;
		if (n > 0 && n >= most) {
			most = n;
			layers |= 1u << k;
		}
	}
	if (!layers)
		return false;
	const char *written = wanted[rest->field.v[0].wanted].layer;
	for (int k = 0; written && k < LAYER_COUNT; k++)
		if ((layers & 1u << k) && layer_is_type((Layer)k, written))
			layers = 1u << k;
	Want *w = table_push(a, out), left = *rest;
	*w = (Want){.path = rest->path, .stem = rest->stem, .layers = layers};
	w->reversed = wanted[rest->field.v[0].wanted].reversed;
	left.field.n = 0;
	for (int i = 0; i < rest->field.n; i++) {
		LayerField f;
		bool mine = false;
		Word name = {rest->field.v[i].field, (int)strlen(rest->field.v[i].field)};
		for (int k = 0; k < LAYER_COUNT; k++)
			mine |= (layers & 1u << k) && layer_field_find((Layer)k, name, &f);
		if (mine)
			*table_push(a, &w->field) = rest->field.v[i];
		else
			left.field.v[left.field.n++] = rest->field.v[i];
	}
	*rest = left;
	return true;
}

void
layout_wants(Arena *a, const WantedTensor *wanted, int n, const bool *given, WantTable *out)
{
	WantTable group = {0};
	for (int i = 0, at = 0; i < n; i++) {
		const char *dot = strrchr(wanted[i].name, '.');
		const char *path = dot ? intern_n(a, wanted[i].name, (size_t)(dot - wanted[i].name)) : intern(a, "");
		if (given[i])
			continue;
		if (at >= group.n || group.v[at].path != path)
			for (at = 0; at < group.n && group.v[at].path != path;)
				at++;
		if (at == group.n) {
			Want *new = table_push(a, &group);
			*new = (Want){.path = path, .stem = path_stem(a, path)};
		}
		*table_push(a, &group.v[at].field) = (WantField){i, dot ? dot + 1 : wanted[i].name};
	}
	for (int i = 0; i < group.n; i++)
		while (want_split(a, wanted, &group.v[i], out))
			;
}

/* The first name of the kind's types. */
static Word
layer_type(Layer layer)
{
	const char *list = layer_table[layer].types;
	Word w = {"", 0};
	word_next(&list, '|', &w);
	return w;
}

const char *
fit_text(Arena *a, const Fit *f)
{
	Word type = layer_type(f->layer);
	const char *text = arena_strndup(a, type.s, (size_t)type.n);
	const int64_t *size = f->size;
	if (size['n' - 'a'])
		return arena_printf(a, "%s(%lld)", text, (long long)size['n' - 'a']);
	return arena_printf(a, "%s(%lld => %lld)", text, (long long)size['i' - 'a'],
			    (long long)(size['h' - 'a'] ? size['h' - 'a'] : size['o' - 'a']));
}

static bool
dims_agree(const WantedTensor *t, const Fit *fit, const LayerField *f)
{
	int64_t dim[2] = {0, 0};
	for (int i = 0; i < f->size.n; i++)
		dim[i] = fit->size[f->size.s[i] - 'a'];
	if (t->rank < 0)
		return true;
	if (f->size.n == 1) {
		int64_t n = t->rank == 1 ? t->dim[0] : t->dim[1];
		return (t->rank == 1 || (t->rank == 2 && t->dim[0] <= 1)) && (n < 1 || n == dim[0]);
	}
	return t->rank == 2 && (t->dim[0] < 1 || t->dim[0] == dim[0]) && (t->dim[1] < 1 || t->dim[1] == dim[1]);
}

static bool
is_zero(const View *v)
{
	int64_t n = 1;
	for (int i = 0; i < v->rank; i++)
		n *= v->dim[i];
	for (int64_t i = 0; i < n; i++)
		if (v->value[i] != 0)
			return false;
	return true;
}

/* Why a reading of a source cannot be this layer, or NULL. */
static const char *
fit_misfit(Arena *a, const WantedTensor *wanted, const Want *w, const Fit *fit)
{
	if (!(w->layers & 1u << fit->layer))
		return "another kind of layer";
	for (int i = 0; i < fit->n; i++) {
		const char *list = fit->part[i].row->blocks;
		for (Word b; word_next(&list, ' ', &b);) {
			LayerField f;
			const WantField *to = want_field(w, b);
			if (word_is(b, "_") || !layer_field_find(fit->layer, b, &f))
				continue;
			if (to && !dims_agree(&wanted[to->wanted], fit, &f))
				return "another size";
			if (!to && !is_zero(&fit->part[i].view))
				return arena_printf(a, "no field '%.*s' for '%s'", b.n, b.s,
						    fit->part[i].view.tensor->name);
		}
	}
	return NULL;
}

const char *
layout_misfit(Arena *a, const WantedTensor *wanted, const Want *w, const Source *s, bool directed, const Fit **fit)
{
	const char *why = NULL;
	int found = 0;
	for (int i = 0; i < s->fit.n; i++) {
		const char *no = fit_misfit(a, wanted, w, &s->fit.v[i]);
		if (!no) {
			*fit = &s->fit.v[i];
			found++;
		} else if (!why || strcmp(no, "another kind of layer") != 0) {
			why = no;
		}
	}
	if (found > 1)
		return "more than one way to read it";
	if (found == 1 && directed && s->reverse != w->reversed)
		return s->reverse ? "it runs backwards" : "it runs forwards";
	return found ? NULL : why;
}

typedef struct {
	Arena *arena;
	const WantedTensor *wanted;
	WantTable *want;
	const SourceTable *source;
	bool *taken;
	bool *fits;    /* by layer of the model and source */
	bool directed; /* the file has layers that run backwards */
	int matched;
} Match;

typedef TABLE(int) Places;

static bool *
fits_at(const Match *m, int w, int s)
{
	return &m->fits[(size_t)w * (size_t)m->source->n + (size_t)s];
}

static void
pair(Match *m, int w, int s)
{
	Want *want = &m->want->v[w];
	const char *why = layout_misfit(m->arena, m->wanted, want, &m->source->v[s], m->directed, &want->fit);
	assert(!why && !want->source && !m->taken[s]);
	(void)why;
	want->source = &m->source->v[s];
	m->taken[s] = true;
	m->matched++;
}

/* The one source among those that this layer can take, or -1. */
static int
only_source(const Match *m, int w, const Places *sources)
{
	int found = -1;
	for (int i = 0; i < sources->n; i++) {
		int s = sources->v[i];
		if (m->taken[s] || !*fits_at(m, w, s))
			continue;
		if (found >= 0)
			return -1;
		found = s;
	}
	return found;
}

/* Pairs layers that can take one source only, if no other layer has only that one, until nothing changes. */
static void
match_only(Match *m, const Places *wants, const Places *sources)
{
	int *only = arena_alloc(m->arena, ((size_t)wants->n + 1) * sizeof *only);
	int *claims = arena_alloc(m->arena, ((size_t)m->source->n + 1) * sizeof *claims);
	for (bool changed = true; changed;) {
		changed = false;
		memset(claims, 0, (size_t)m->source->n * sizeof *claims);
		for (int i = 0; i < wants->n; i++) {
			only[i] = m->want->v[wants->v[i]].source ? -1 : only_source(m, wants->v[i], sources);
			if (only[i] >= 0)
				claims[only[i]]++;
		}
		for (int i = 0; i < wants->n; i++)
			if (only[i] >= 0 && claims[only[i]] == 1) {
				pair(m, wants->v[i], only[i]);
				changed = true;
			}
	}
}

/* Pairs the layers of one kind that are left with the sources that are left, in order, if the sources differ only in a
 * number and there are as many. */
static void
match_order(Match *m, const Places *wants, const Places *sources, unsigned layers)
{
	Places w = {0}, s = {0};
	for (int i = 0; i < wants->n; i++)
		if (!m->want->v[wants->v[i]].source && m->want->v[wants->v[i]].layers == layers)
			*table_push(m->arena, &w) = wants->v[i];
	for (int i = 0; i < sources->n; i++) {
		bool any = false;
		for (int k = 0; k < w.n; k++)
			any |= *fits_at(m, w.v[k], sources->v[i]);
		if (any && !m->taken[sources->v[i]])
			*table_push(m->arena, &s) = sources->v[i];
	}
	if (w.n != s.n)
		return;
	for (int i = 0; i < s.n; i++)
		if (m->source->v[s.v[i]].stem != m->source->v[s.v[0]].stem || !*fits_at(m, w.v[i], s.v[i]))
			return;
	for (int i = 0; i < s.n; i++)
		pair(m, w.v[i], s.v[i]);
}

static void
match_among(Match *m, const Places *wants, const Places *sources)
{
	bool tried[1 << LAYER_COUNT] = {false};
	match_only(m, wants, sources);
	for (int i = 0; i < wants->n; i++) {
		const Want *w = &m->want->v[wants->v[i]];
		if (w->source || tried[w->layers])
			continue;
		tried[w->layers] = true;
		match_order(m, wants, sources, w->layers);
	}
	match_only(m, wants, sources);
}

static bool
has_plain_number(const char *path)
{
	for (Word w; word_next(&path, '.', &w);)
		if (strspn(w.s, "0123456789") >= (size_t)w.n)
			return true;
	return false;
}

static bool
ends_with_n(const char *path, const char *tail, size_t k)
{
	size_t n = strlen(path);
	return n >= k && memcmp(path + n - k, tail, k) == 0 && (n == k || path[n - k - 1] == '.');
}

static bool
ends_with(const char *path, const char *tail)
{
	return ends_with_n(path, tail, strlen(tail));
}

/* How names agree, best first. A plain number counts from 0 in one place and from 1 in another. */
typedef enum { AGREE_WHOLE, AGREE_STEM, AGREE_END, AGREE_PARENT, AGREE_LAST, AGREE_ANY } Agree;

static bool
names_agree(const Want *w, const Source *s, Agree how)
{
	const char *dot = strrchr(w->stem, '.');
	switch (how) {
	case AGREE_WHOLE: return ends_with(s->path, w->path) && *w->path && !has_plain_number(w->path);
	case AGREE_STEM: return *w->stem && s->stem == w->stem;
	case AGREE_END: return *w->stem && ends_with(s->stem, w->stem);
	case AGREE_PARENT: return dot && ends_with_n(s->stem, w->stem, (size_t)(dot - w->stem));
	case AGREE_LAST: return *w->stem && ends_with(s->stem, dot ? dot + 1 : w->stem);
	case AGREE_ANY: return true;
	}
	return false;
}

static bool
has_kind(const Want *w, const Source *s)
{
	for (int i = 0; i < s->fit.n; i++)
		if (w->layers & 1u << s->fit.v[i].layer)
			return true;
	return false;
}

/* A layer whose whole name is in the file must not get another's weights because its own have the wrong size. */
static void
forbid_strangers(Match *m)
{
	for (int w = 0; w < m->want->n; w++) {
		bool good = false, bad = false;
		for (int s = 0; s < m->source->n; s++) {
			const Want *want = &m->want->v[w];
			const Source *source = &m->source->v[s];
			if (!names_agree(want, source, AGREE_WHOLE) || !has_kind(want, source))
				continue;
			good |= *fits_at(m, w, s);
			bad |= !*fits_at(m, w, s);
		}
		for (int s = 0; bad && !good && s < m->source->n; s++)
			*fits_at(m, w, s) = false;
	}
}

static void
match_level(Match *m, Agree how)
{
	bool *done = arena_alloc(m->arena, (size_t)m->want->n + 1);
	for (int i = 0; i < m->want->n; i++) {
		const Want *w = &m->want->v[i];
		Places wants = {0}, sources = {0};
		if (w->source || done[i])
			continue;
		for (int k = i; k < m->want->n; k++) {
			const Want *other = &m->want->v[k];
			bool same = how == AGREE_WHOLE ? other->path == w->path
				    : how == AGREE_ANY ? true
						       : other->stem == w->stem;
			if (!same || other->source)
				continue;
			*table_push(m->arena, &wants) = k;
			done[k] = true;
		}
		for (int s = 0; s < m->source->n; s++)
			if (!m->taken[s] && names_agree(w, &m->source->v[s], how))
				*table_push(m->arena, &sources) = s;
		if (sources.n > 0)
			match_among(m, &wants, &sources);
	}
}

int
layout_match(Arena *a, const WantedTensor *wanted, WantTable *want, const SourceTable *source, bool *taken)
{
	Match m = {.arena = a, .wanted = wanted, .want = want, .source = source};
	m.taken = taken;
	if (want->n == 0 || source->n == 0)
		return 0;
	m.fits = arena_alloc(a, (size_t)want->n * (size_t)source->n);
	for (int s = 0; s < source->n; s++)
		m.directed |= source->v[s].reverse;
	for (int w = 0; w < want->n; w++)
		for (int s = 0; s < source->n; s++) {
			const Fit *fit;
			*fits_at(&m, w, s) = !layout_misfit(a, wanted, &want->v[w], &source->v[s], m.directed, &fit);
		}
	forbid_strangers(&m);
	for (int how = AGREE_WHOLE; how <= AGREE_ANY; how++)
		match_level(&m, (Agree)how);
	return m.matched;
}
