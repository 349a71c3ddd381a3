/* layout_source.c: the layers in a file, found by the names and shapes of its tensors.
 *
 * Every tensor is compared with every row of the framework; those with one path and one kind of layer make a group; a
 * group counts if it is whole and its shapes agree. A tensor belongs to the largest group that it is in, so Flax's
 * "cell.ii.kernel" is a gate of an LSTM called "cell" and not a Dense layer called "cell.ii". */
#include "layout_parts.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A tensor under one row of the table. */
typedef struct {
	const char *path; /* interned */
	int index, tensor;
	bool reverse;
	const LayoutRow *row;
	View view;
} Candidate;

typedef TABLE(Candidate) CandidateTable;

/* '/' and '.' alike part components; Keras adds ":0". */
static const char *
plain_name(Arena *a, const char *name)
{
	size_t n = strlen(name);
	if (n > 2 && strcmp(name + n - 2, ":0") == 0)
		n -= 2;
	char *s = arena_strndup(a, name, n), *to = s;
	for (const char *from = s; *from; from++) {
		bool dot = *from == '/' || *from == '.';
		if (!dot)
			*to++ = *from;
		else if (to > s && to[-1] != '.')
			*to++ = '.';
	}
	*to = '\0';
	return s;
}

/* Takes "_reverse" and "_l3" off the end of a name. */
static size_t
number_strip(const char *name, size_t n, int *index, bool *reverse)
{
	static const char backwards[] = "_reverse";
	size_t tail = sizeof backwards - 1;
	if (n > tail && memcmp(name + n - tail, backwards, tail) == 0) {
		*reverse = true;
		n -= tail;
	}
	size_t digits = 0;
	while (digits < n && digits < 6 && name[n - 1 - digits] >= '0' && name[n - 1 - digits] <= '9')
		digits++;
	if (digits == 0 || n < digits + 3 || memcmp(name + n - digits - 2, "_l", 2) != 0)
		return n;
	*index = atoi(name + n - digits);
	return n - digits - 2;
}

/* "a.forward_lstm" and "a.backward_lstm" are the two directions of "a.lstm". */
static const char *
path_side(Arena *a, const char *path, bool *reverse)
{
	static const char *const side[] = {"forward_", "backward_"};
	for (int i = 0; i < 2; i++)
		for (const char *at = strstr(path, side[i]); at; at = strstr(at + 1, side[i]))
			if (at == path || at[-1] == '.') {
				*reverse |= i == 1;
				return arena_printf(a, "%.*s%s", (int)(at - path), path, at + strlen(side[i]));
			}
	return path;
}

/* Whether a name ends as one of the row's names does; the rest is the path. */
static bool
row_names(Arena *a, const LayoutRow *row, const char *name, Candidate *out)
{
	const char *list = row->names;
	size_t whole = strlen(name);
	for (Word w; word_next(&list, '|', &w);) {
		size_t n = whole, want = (size_t)w.n;
		*out = (Candidate){.row = row};
		if (w.s[want - 1] == '%') {
			want--;
			n = number_strip(name, n, &out->index, &out->reverse);
		}
		if (n < want || memcmp(name + n - want, w.s, want) != 0 || (n > want && name[n - want - 1] != '.'))
			continue;
		const char *path = arena_strndup(a, name, n > want ? n - want - 1 : 0);
		out->path = intern(a, path_side(a, path, &out->reverse));
		return true;
	}
	return false;
}

static View
view_of(const Tensor *t)
{
	View v = {.tensor = t, .value = t->value, .rank = t->rank};
	memcpy(v.dim, t->dim, sizeof v.dim);
	return v;
}

/* Adds a tensor under a row, or its two directions. */
static void
candidate_add(Arena *a, CandidateTable *all, Candidate c, const Tensor *t)
{
	c.view = view_of(t);
	bool directed =
		(c.row->axis == AXIS_DIR_OUT_IN && t->rank == 3) || (c.row->axis == AXIS_DIR_VECTOR && t->rank >= 2);
	if (directed && (t->dim[0] < 1 || t->dim[0] > 2))
		return;
	for (int dir = 0; directed && dir < t->dim[0]; dir++) {
		Candidate one = c;
		one.view.rank--;
		memmove(one.view.dim, one.view.dim + 1, sizeof one.view.dim[0] * (size_t)one.view.rank);
		one.view.value += t->count / t->dim[0] * dir;
		one.view.slot = dir;
		one.reverse |= dir == 1;
		*table_push(a, all) = one;
	}
	if (!directed)
		*table_push(a, all) = c;
}

static int
candidate_compare(const void *x, const void *y)
{
	const Candidate *a = x, *b = y;
	int c = a->path == b->path ? 0 : natural_compare(a->path, b->path);
	if (c == 0)
		c = (a->index > b->index) - (a->index < b->index);
	if (c == 0)
		c = a->reverse - b->reverse;
	if (c == 0)
		c = (int)a->row->layer - (int)b->row->layer;
	if (c == 0)
		c = a->row->form - b->row->form;
	if (c == 0)
		c = (a->row > b->row) - (a->row < b->row);
	return c ? c : (a->tensor > b->tensor) - (a->tensor < b->tensor);
}

static bool
same_source(const Candidate *a, const Candidate *b)
{
	return a->path == b->path && a->index == b->index && a->reverse == b->reverse;
}

static bool
size_set(int64_t *size, char letter, int64_t n)
{
	int64_t *s = &size[letter - 'a'];
	if (n < 1 || (*s && *s != n))
		return false;
	*s = n;
	return true;
}

/* A vector may be stored as a row or a column; as two rows if its blocks are two runs. */
static bool
is_vector(const View *v, int blocks)
{
	int wide = 0;
	for (int i = 0; i < v->rank; i++)
		wide += v->dim[i] != 1;
	return wide <= 1 || (v->rank == 2 && v->dim[0] == 2 && blocks % 2 == 0);
}

/* The sizes that a tensor gives the fields of its blocks; false if they contradict those that are there. */
static bool
part_sizes(const Part *p, int64_t *size)
{
	const View *v = &p->view;
	int blocks = word_count(p->row->blocks, ' ');
	bool vector = p->row->axis == AXIS_VECTOR || p->row->axis == AXIS_DIR_VECTOR;
	bool columns = p->row->axis == AXIS_IN_OUT;
	int64_t count = 1;
	for (int i = 0; i < v->rank; i++)
		count *= v->dim[i];
	if (vector ? !is_vector(v, blocks) : v->rank != 2)
		return false;
	int64_t packed = vector ? count : columns ? v->dim[1] : v->dim[0], other = columns ? v->dim[0] : v->dim[1];
	if (packed % blocks != 0)
		return false;
	const char *list = p->row->blocks;
	for (Word w; word_next(&list, ' ', &w);) {
		LayerField f;
		if (word_is(w, "_"))
			continue;
		bool known = layer_field_find(p->row->layer, w, &f);
		assert(known);
		(void)known;
		if (vector ? !size_set(size, f.size.s[0], packed / blocks)
			   : !size_set(size, f.size.s[0], other) || !size_set(size, f.size.s[1], packed / blocks))
			return false;
	}
	return true;
}

/* Whether a run of candidates, all of one kind of layer, is a whole layer. */
static bool
fit_make(const Candidate *c, int n, Fit *out)
{
	*out = (Fit){.layer = c->row->layer, .form = c->row->form};
	int biases = 0, biases_all = 0;
	for (int i = 0; i < layout_table_count; i++) {
		const LayoutRow *row = &layout_table[i];
		if (row->framework != c->row->framework || row->layer != c->row->layer || row->form != c->row->form)
			continue;
		int found = 0;
		for (int k = 0; k < n; k++)
			found += c[k].row == row;
		if (found > 1 || (row->need == NEED_ALWAYS && !found))
			return false;
		biases += row->need == NEED_BIAS && found;
		biases_all += row->need == NEED_BIAS;
	}
	assert(n <= PARTS_MAX);
	for (int i = 0; i < n; i++) {
		out->part[out->n++] = (Part){c[i].row, c[i].view};
		if (!part_sizes(&out->part[i], out->size))
			return false;
	}
	return biases == 0 || biases == biases_all;
}

typedef struct {
	const Candidate *at;
	Fit fit;
} Found;

static int
found_compare(const void *x, const void *y)
{
	const Found *a = x, *b = y;
	if (a->fit.n != b->fit.n)
		return b->fit.n - a->fit.n;
	return (a->at > b->at) - (a->at < b->at);
}

static int
source_compare(const void *x, const void *y)
{
	const Source *a = x, *b = y;
	int c = natural_compare(a->path, b->path);
	if (c == 0)
		c = (a->index > b->index) - (a->index < b->index);
	return c ? c : a->reverse - b->reverse;
}

/* Gives a layer its tensors, unless a larger one has some of them. owner is by tensor and direction: 1 + its source. */
static void
source_claim(Arena *a, const Found *f, const Candidate *c, SourceTable *out, int *owner)
{
	int first = owner[2 * c[0].tensor + c[0].view.slot];
	for (int i = 1; i < f->fit.n; i++)
		if (owner[2 * c[i].tensor + c[i].view.slot] != first)
			return;
	if (first) {
		Source *s = &out->v[first - 1];
		if (s->fit.v[0].n == f->fit.n)
			*table_push(a, &s->fit) = f->fit;
		return;
	}
	Source *s = table_push(a, out);
	*s = (Source){.path = c->path, .index = c->index, .reverse = c->reverse, .stem = path_stem(a, c->path)};
	s->shown = f->fit.n == 1 ? arena_printf(a, "'%s'", c->view.tensor->name)
				 : arena_printf(a, "'%s' and %d more", c->view.tensor->name, f->fit.n - 1);
	*table_push(a, &s->fit) = f->fit;
	for (int i = 0; i < f->fit.n; i++)
		owner[2 * c[i].tensor + c[i].view.slot] = out->n;
}

void
layout_sources(Arena *a, Framework f, const Tensor *const *tensor, int n, SourceTable *out, bool *used)
{
	CandidateTable all = {0};
	TABLE(Found) found = {0};
	for (int i = 0; i < n; i++) {
		const char *name = plain_name(a, tensor[i]->name);
		for (int k = 0; k < layout_table_count; k++) {
			Candidate c;
			if (layout_table[k].framework != f || !row_names(a, &layout_table[k], name, &c))
				continue;
			c.tensor = i;
			candidate_add(a, &all, c, tensor[i]);
		}
	}
	if (all.n == 0)
		return;
	qsort(all.v, (size_t)all.n, sizeof *all.v, candidate_compare);
	for (int i = 0, end; i < all.n; i = end) {
		Found *one;
		Fit fit;
		for (end = i + 1; end < all.n && same_source(&all.v[i], &all.v[end]) &&
				  all.v[i].row->layer == all.v[end].row->layer &&
				  all.v[i].row->form == all.v[end].row->form;)
			end++;
		if (!fit_make(&all.v[i], end - i, &fit))
			continue;
		one = table_push(a, &found);
		*one = (Found){&all.v[i], fit};
	}
	int *owner = arena_alloc(a, ((size_t)n + 1) * 2 * sizeof *owner);
	if (found.n > 0)
		qsort(found.v, (size_t)found.n, sizeof *found.v, found_compare);
	for (int i = 0; i < found.n; i++)
		source_claim(a, &found.v[i], found.v[i].at, out, owner);
	for (int i = 0; i < n; i++)
		used[i] = owner[2 * (size_t)i] != 0;
	for (int i = 0; i < all.n; i++) /* both directions, or none */
		used[all.v[i].tensor] &= owner[2 * all.v[i].tensor + all.v[i].view.slot] != 0;
	if (out->n > 0)
		qsort(out->v, (size_t)out->n, sizeof *out->v, source_compare);
}
