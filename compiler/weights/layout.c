/* layout.c: translates a file: which framework it is from, then layer by layer and block by block.
 *
 * Each framework is tried on the whole file. One that gives every tensor a place is taken; if several do, they must say
 * the same of every number (PyTorch and Equinox agree on a Linear layer), else the user is asked. */
#include "layout_parts.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Layers of the model times layers of the file. */
#define PAIRS_MAX (1 << 20)
enum { NAMED_MAX = 1 << 15 };

bool
layout_known(const char *name)
{
	for (int i = 0; i < FRAMEWORK_COUNT; i++)
		if (strcmp(name, framework_table[i].name) == 0)
			return true;
	return false;
}

const char *
layout_names(Arena *arena)
{
	const char *s = "";
	for (int i = 0; i < FRAMEWORK_COUNT; i++)
		s = arena_printf(arena, "%s%s%s", s, i ? ", " : "", framework_table[i].name);
	return s;
}

typedef struct {
	Arena *arena;
	Diag *diag;
	const char *file;
	const WantedTensor *wanted;
	int nwanted;
	bool *given; /* by wanted */
	const Tensor **tensor;
	int ntensor;
	bool *used; /* by tensor */
	TensorTable *out;
	Text *report;
} Job;

/* One framework, tried on a file. */
typedef struct {
	Framework framework;
	SourceTable source;
	WantTable want;
	bool *used, *taken;
	int matched, left; /* layers paired; tensors and layers of the file without a place */
	bool too_many;
} Attempt;

static int
wanted_find(const Job *j, const char *name)
{
	for (int i = 0; i < j->nwanted; i++)
		if (strcmp(j->wanted[i].name, name) == 0)
			return i;
	return -1;
}

static void
tensor_pass(Job *j, int i, int wanted)
{
	const Tensor *from = j->tensor[i];
	Tensor *to = tensor_add(j->out, from->name, from->rank, from->dim);
	const char *name = to->name;
	*to = *from;
	to->name = name;
	j->used[i] = true;
	if (wanted >= 0)
		j->given[wanted] = true;
}

/* The tensors that count, their names without the prefix. */
static void
tensors_begin(Job *j, const TensorTable *in, const char *prefix)
{
	size_t skip = prefix ? strlen(prefix) : 0;
	Tensor *copy = arena_alloc(j->arena, ((size_t)in->tensor.n + 1) * sizeof *copy);
	j->tensor = arena_alloc(j->arena, ((size_t)in->tensor.n + 1) * sizeof *j->tensor);
	j->used = arena_alloc(j->arena, (size_t)in->tensor.n + 1);
	j->given = arena_alloc(j->arena, (size_t)j->nwanted + 1);
	for (int i = 0; i < in->tensor.n; i++) {
		if (skip && strncmp(in->tensor.v[i].name, prefix, skip) != 0)
			continue;
		copy[i] = in->tensor.v[i];
		copy[i].name += skip;
		j->tensor[j->ntensor++] = &copy[i];
	}
}

/* Takes the tensors that carry a name of the model: all, or those of layers that are there whole. */
static void
pass_own(Job *j, bool whole_layers)
{
	WantTable want = {0};
	bool *wanted_whole = arena_alloc(j->arena, (size_t)j->nwanted + 1);
	int *place = arena_alloc(j->arena, ((size_t)j->nwanted + 1) * sizeof *place);
	for (int i = 0; i < j->nwanted; i++)
		place[i] = -1;
	for (int i = 0; i < j->ntensor; i++) {
		int w = j->used[i] ? -1 : wanted_find(j, j->tensor[i]->name);
		if (w >= 0)
			place[w] = i;
	}
	for (int i = 0; i < j->nwanted; i++)
		wanted_whole[i] = true;
	layout_wants(j->arena, j->wanted, j->nwanted, j->given, &want);
	for (int i = 0; i < want.n; i++) {
		bool whole = true;
		for (int k = 0; k < want.v[i].field.n; k++) {
			int w = want.v[i].field.v[k].wanted;
			whole &= place[w] >= 0 || j->wanted[w].optional;
		}
		for (int k = 0; k < want.v[i].field.n; k++)
			wanted_whole[want.v[i].field.v[k].wanted] = whole;
	}
	for (int w = 0; w < j->nwanted; w++)
		if (place[w] >= 0 && !j->given[w] && (wanted_whole[w] || !whole_layers))
			tensor_pass(j, place[w], w);
}

static bool
tensors_left(const Job *j)
{
	for (int i = 0; i < j->ntensor; i++)
		if (!j->used[i])
			return true;
	return false;
}

/* Tensors that are not used yet, and where they stand. */
static const Tensor **
tensors_rest(const Job *j, int *place, int *n)
{
	const Tensor **rest = arena_alloc(j->arena, ((size_t)j->ntensor + 1) * sizeof *rest);
	*n = 0;
	for (int i = 0; i < j->ntensor; i++)
		if (!j->used[i]) {
			place[*n] = i;
			rest[(*n)++] = j->tensor[i];
		}
	return rest;
}

static Attempt
attempt_make(const Job *j, Framework f)
{
	Attempt t = {.framework = f, .used = arena_alloc(j->arena, (size_t)j->ntensor + 1)};
	int *place = arena_alloc(j->arena, ((size_t)j->ntensor + 1) * sizeof *place), n;
	const Tensor **rest = tensors_rest(j, place, &n);
	bool *used = arena_alloc(j->arena, (size_t)n + 1);
	layout_sources(j->arena, f, rest, n, &t.source, used);
	for (int i = 0; i < n; i++)
		t.used[place[i]] = used[i];
	layout_wants(j->arena, j->wanted, j->nwanted, j->given, &t.want);
	t.taken = arena_alloc(j->arena, (size_t)t.source.n + 1);
	t.too_many = t.want.n > 0 && t.source.n > PAIRS_MAX / t.want.n;
	if (!t.too_many)
		t.matched = layout_match(j->arena, j->wanted, &t.want, &t.source, t.taken);
	t.left = t.source.n - t.matched;
	for (int i = 0; i < j->ntensor; i++)
		if (!j->used[i] && !t.used[i]) {
			int w = wanted_find(j, j->tensor[i]->name);
			t.left += w < 0 || j->given[w];
		}
	return t;
}

/* A number for what a wanted tensor is made of, whatever the order. */
static void
attempt_hashes(const Attempt *t, uint64_t *hash)
{
	for (int i = 0; i < t->want.n; i++) {
		const Want *w = &t->want.v[i];
		for (int p = 0; w->source && p < w->fit->n; p++) {
			const Part *part = &w->fit->part[p];
			const char *list = part->row->blocks;
			int k = 0;
			for (Word b; word_next(&list, ' ', &b); k++) {
				const WantField *to = want_field(w, b);
				int64_t key[3] = {(int64_t)(intptr_t)part->view.value, k,
						  part->view.rank == 2 ? (int64_t)part->row->axis : -1};
				if (to)
					hash[to->wanted] += hash_bytes(HASH_SEED, key, sizeof key);
			}
		}
	}
}

static int
attempts_differ(const Job *j, const Attempt *a, const Attempt *b)
{
	size_t n = (size_t)j->nwanted;
	uint64_t *x = arena_alloc(j->arena, (n + 1) * sizeof *x), *y = arena_alloc(j->arena, (n + 1) * sizeof *y);
	attempt_hashes(a, x);
	attempt_hashes(b, y);
	for (size_t i = 0; i < n; i++)
		if (x[i] != y[i])
			return (int)i;
	return -1;
}

/* Adds block k of a part to a tensor of netc's. */
static void
block_add(const Part *p, int k, int blocks, Tensor *out)
{
	const View *v = &p->view;
	Axis axis = p->row->axis;
	if (axis == AXIS_VECTOR || axis == AXIS_DIR_VECTOR) {
		for (int64_t i = 0; i < out->count; i++)
			out->value[i] += v->value[k * out->count + i];
		return;
	}
	int64_t columns = v->dim[1], in = out->dim[0], n = out->dim[1];
	bool across = axis == AXIS_IN_OUT;
	assert((across ? v->dim[1] : v->dim[0]) == n * blocks && (across ? v->dim[0] : v->dim[1]) == in);
	for (int64_t i = 0; i < in; i++)
		for (int64_t o = 0; o < n; o++)
			out->value[i * n + o] +=
				across ? v->value[i * columns + k * n + o] : v->value[(k * n + o) * columns + i];
}

static Tensor *
field_tensor(Job *j, const Want *w, const WantField *to, Word name)
{
	const WantedTensor *wanted = &j->wanted[to->wanted];
	LayerField f;
	int64_t dim[2] = {0, 0};
	int rank = 0;
	bool known = layer_field_find(w->fit->layer, name, &f);
	assert(known);
	(void)known;
	if (f.size.n == 1 && wanted->rank == 2)
		dim[rank++] = 1;
	for (int i = 0; i < f.size.n; i++)
		dim[rank++] = w->fit->size[f.size.s[i] - 'a'];
	Tensor *t = tensor_add(j->out, wanted->name, rank, dim);
	t->dtype = w->fit->part[0].view.tensor->dtype;
	t->file = w->fit->part[0].view.tensor->file;
	return t;
}

/* Puts every block where it belongs. */
static void
fields_fill(Job *j, const Want *w)
{
	for (int p = 0; p < w->fit->n; p++) {
		const Part *part = &w->fit->part[p];
		const char *list = part->row->blocks;
		int blocks = word_count(list, ' '), k = 0;
		for (Word b; word_next(&list, ' ', &b); k++) {
			const WantField *to = want_field(w, b);
			if (!to)
				continue;
			Tensor *t = j->given[to->wanted] ? (Tensor *)tensor_find(j->out, j->wanted[to->wanted].name)
							 : field_tensor(j, w, to, b);
			j->given[to->wanted] = true;
			block_add(part, k, blocks, t);
		}
	}
}

static void
report_blocks(Job *j, const Fit *fit)
{
	const char *list = fit->part[0].row->blocks;
	if (word_count(list, ' ') > 1)
		text_add(j->report, ", blocks %s", list);
	for (int i = 0; i < fit->n; i++)
		if (fit->part[i].row->need == NEED_BIAS)
			return;
	text_add(j->report, ", no biases");
}

/* The fields that the framework has no tensor for are zero: a layer without biases. */
static void
fields_zero(Job *j, const Want *w)
{
	for (int i = 0; i < w->field.n; i++) {
		const WantField *to = &w->field.v[i];
		LayerField f;
		Word name = {to->field, (int)strlen(to->field)};
		if (j->given[to->wanted] || j->wanted[to->wanted].optional)
			continue;
		if (!layer_field_find(w->fit->layer, name, &f))
			continue;
		assert(f.size.n == 1);
		field_tensor(j, w, to, name);
		j->given[to->wanted] = true;
		text_add(j->report, ", %s = 0", to->field);
	}
}

static void
attempt_take(Job *j, const Attempt *t, bool asked)
{
	int n = 0;
	for (int i = 0; i < j->ntensor; i++) {
		n += t->used[i] && !j->used[i];
		j->used[i] |= t->used[i];
	}
	text_add(j->report, "%s: layout %s (%s): %d tensor%s for %d layer%s\n", j->file,
		 framework_table[t->framework].name, asked ? "as asked for" : "recognised by the names", n,
		 n == 1 ? "" : "s", t->matched, t->matched == 1 ? "" : "s");
	for (int i = 0; i < t->want.n; i++) {
		const Want *w = &t->want.v[i];
		if (!w->source)
			continue;
		text_add(j->report, "  %s = %s from %s", *w->path ? w->path : "(the model)", fit_text(j->arena, w->fit),
			 w->source->shown);
		report_blocks(j, w->fit);
		fields_fill(j, w);
		fields_zero(j, w);
		text_add(j->report, "\n");
	}
}

/* The layers of the model that a source could have been meant for, and why it is none of them. */
static void
complain_source(const Job *j, const Attempt *t, const Source *s, Text *lines)
{
	int shown = 0, fitting = 0;
	bool directed = false;
	for (int i = 0; i < t->source.n; i++)
		directed |= t->source.v[i].reverse;
	text_add(lines, "\n  %s, a layer %s", s->shown, fit_text(j->arena, &s->fit.v[0]));
	for (int i = 0; i < t->want.n; i++) {
		const Fit *fit;
		fitting += !layout_misfit(j->arena, j->wanted, &t->want.v[i], s, directed, &fit);
	}
	for (int i = 0; i < t->want.n && shown < 4; i++) {
		const Want *w = &t->want.v[i];
		const Fit *fit;
		const char *why = layout_misfit(j->arena, j->wanted, w, s, directed, &fit);
		if (why ? fitting > 0 || strcmp(why, "another kind of layer") == 0 : fitting == 0)
			continue;
		const char *path = *w->path ? w->path : "(the model)";
		if (why)
			text_add(lines, "%s not '%s': %s", shown ? ";" : ":", path, why);
		else
			text_add(lines, "%s '%s'%s", shown ? "," : ": could be", path,
				 w->source ? ", which has one" : "");
		shown++;
	}
	if (!shown)
		text_add(lines, ": no layer of this kind is wanted");
}

static const char *
nearest_wanted(const Job *j, const char *name)
{
	const char **candidate = arena_alloc(j->arena, ((size_t)j->nwanted + 1) * sizeof *candidate);
	int n = 0;
	for (int i = 0; i < j->nwanted; i++)
		if (!j->given[i])
			candidate[n++] = j->wanted[i].name;
	return diag_nearest(name, candidate, n);
}

static bool
attempt_complain(const Job *j, const Attempt *t, bool asked)
{
	Text lines = {0};
	int shown = 0, left = 0;
	for (int i = 0; i < t->source.n; i++)
		if (!t->taken[i] && ++left && shown++ < SHOWN_LINES)
			complain_source(j, t, &t->source.v[i], &lines);
	for (int i = 0; i < j->ntensor; i++) {
		const Tensor *x = j->tensor[i];
		int w = wanted_find(j, x->name);
		if (j->used[i] || t->used[i] || (w >= 0 && !j->given[w]) || (left++, shown++ >= SHOWN_LINES))
			continue;
		const char *near = nearest_wanted(j, x->name);
		text_add(&lines, "\n  '%s' %s%s%s%s", x->name, tensor_shape_text(j->arena, x),
			 near ? ", did you mean '" : ", which no layer of this layout has", near ? near : "",
			 near ? "'?" : "");
	}
	if (left > SHOWN_LINES)
		text_add(&lines, "\n  and %d more", left - SHOWN_LINES);
	shown = 0;
	for (int i = 0; i < t->want.n; i++)
		if (!t->want.v[i].source && shown++ < SHOWN_LINES)
			text_add(&lines, "%s'%s'", shown > 1 ? ", " : "\n  layers of the model still without weights: ",
				 *t->want.v[i].path ? t->want.v[i].path : "(the model)");
	text_add(&lines, "\n  name them one by one with --map FILE, or leave out others with --prefix P");
	diag_file_error(j->diag, j->file, "%d layer%s or tensor%s no place in the model (layout %s%s)%s", left,
			left == 1 ? "" : "s", left == 1 ? " has" : "s have", framework_table[t->framework].name,
			asked ? "" : ", the nearest", lines.v);
	text_free(&lines);
	return false;
}

static bool
ambiguous(const Job *j, const Attempt *a, const Attempt *b, int wanted)
{
	diag_file_error(j->diag, j->file,
			"the names fit %s and %s, which differ in what '%s' is; give --layout %s or --layout %s",
			framework_table[a->framework].shown, framework_table[b->framework].shown,
			j->wanted[wanted].name, framework_table[a->framework].name, framework_table[b->framework].name);
	return false;
}

static bool
too_many(const Job *j)
{
	diag_file_error(j->diag, j->file, "has more tensors (%d) than can be told apart by name; give --layout net",
			j->ntensor);
	return false;
}

/* Tries one framework, or all, and takes what one of them says. */
static bool
frameworks_try(Job *j, const char *layout)
{
	Attempt best = {.matched = -1}, t;
	for (int f = 0; f < FRAMEWORK_COUNT; f++) {
		if (layout && strcmp(layout, framework_table[f].name) != 0)
			continue;
		t = attempt_make(j, (Framework)f);
		if (t.too_many)
			return too_many(j);
		int differ = best.matched > 0 && best.left == 0 && t.left == 0 ? attempts_differ(j, &best, &t) : -1;
		if (differ >= 0)
			return ambiguous(j, &best, &t, differ);
		if (best.matched < 0 || t.left < best.left || (t.left == best.left && t.matched > best.matched))
			best = t;
	}
	/* netc's own names in other places: the caller lists them with the nearest names. */
	if (!layout && best.framework == FRAMEWORK_NET)
		return true;
	if (best.left > 0 && (layout || best.source.n > 0))
		return attempt_complain(j, &best, layout != NULL);
	if (best.matched > 0)
		attempt_take(j, &best, layout != NULL);
	return true;
}

static bool
prefix_missing(const Job *j, const TensorTable *in, const char *prefix)
{
	const char **candidate = arena_alloc(j->arena, ((size_t)in->tensor.n + 1) * sizeof *candidate);
	for (int i = 0; i < in->tensor.n; i++) {
		const char *name = in->tensor.v[i].name;
		size_t n = strcspn(name, "./");
		candidate[i] = intern_n(j->arena, name, n + (name[n] != '\0'));
	}
	const char *near = diag_nearest(prefix, candidate, in->tensor.n);
	diag_file_error(j->diag, j->file, "no tensor has the prefix '%s'%s%s%s", prefix,
			near ? "; did you mean '" : "; the first is '",
			near               ? near
			: in->tensor.n > 0 ? in->tensor.v[0].name
					   : "",
			near ? "'?" : "'");
	return false;
}

bool
layout_apply(Arena *arena, Diag *diag, const char *file, const LayoutOptions *o, const WantedTensor *wanted, int n,
	     const TensorTable *in, TensorTable *out, Text *report)
{
	Job j = {.arena = arena,
		 .diag = diag,
		 .file = file,
		 .wanted = wanted,
		 .nwanted = n,
		 .out = out,
		 .report = report};
	assert(!o->layout || layout_known(o->layout));
	bool net = o->layout && strcmp(o->layout, "net") == 0;
	tensors_begin(&j, in, o->prefix);
	if (j.ntensor == 0 && in->tensor.n > 0)
		return prefix_missing(&j, in, o->prefix);
	if (j.ntensor < in->tensor.n)
		text_add(report, "%s: %d of %d tensors have the prefix '%s'\n", file, j.ntensor, in->tensor.n,
			 o->prefix);
	if (o->map &&
	    !layout_map_apply(arena, diag, o->map, file, wanted, n, j.tensor, j.ntensor, out, j.given, j.used, report))
		return false;
	if (!net && j.ntensor > NAMED_MAX)
		return too_many(&j);
	if (!o->layout || net)
		pass_own(&j, !net);
	if (!net && tensors_left(&j) && !frameworks_try(&j, o->layout))
		return false;
	pass_own(&j, false);
	for (int i = 0; i < j.ntensor; i++)
		if (!j.used[i])
			tensor_pass(&j, i, -1);
	return true;
}

const char *
layout_guess(Arena *arena, const TensorTable *t, int *n)
{
	const char *names = NULL;
	const Tensor **tensor = arena_alloc(arena, ((size_t)t->tensor.n + 1) * sizeof *tensor);
	bool *used = arena_alloc(arena, (size_t)t->tensor.n + 1);
	*n = 0;
	for (int i = 0; i < t->tensor.n; i++)
		tensor[i] = &t->tensor.v[i];
	for (int f = 0; f < FRAMEWORK_COUNT && t->tensor.n <= NAMED_MAX; f++) {
		SourceTable source = {0};
		int found = 0;
		memset(used, 0, (size_t)t->tensor.n);
		layout_sources(arena, (Framework)f, tensor, t->tensor.n, &source, used);
		for (int i = 0; i < t->tensor.n; i++)
			found += used[i];
		const char *shown = framework_table[f].shown;
		if (found > *n)
			names = shown;
		else if (found == *n && found > 0)
			names = arena_printf(arena, "%s or %s", names, shown);
		*n = found > *n ? found : *n;
	}
	return names;
}
