/* bind.c: names, shapes and values of weights against the model's parameters.
 *
 * Seeded values come from a counter-based generator (splitmix64) keyed by seed, parameter name and element, so a
 * parameter's values do not depend on what else the model has. */
#include "bind.h"
#include <assert.h>
#include <math.h>
#include <string.h>

static void
bind_name(ParamInfo *p, const TensorTable *t)
{
	const Tensor *x = tensor_find(t, p->name);
	p->file_rank = RANK_UNKNOWN;
	if (!x)
		return;
	p->file_rank = x->rank;
	p->file_value = x->value;
	for (int k = 0; k < 2; k++)
		p->file_dim[k] = k < x->rank ? x->dim[k] : 1;
}

void
bind_names(Graph *g, const TensorTable *t)
{
	for (int i = 0; i < g->param.n; i++)
		bind_name(&g->param.v[i], t);
	for (int i = 0; i < g->state.n; i++)
		if (!g->state.v[i].from_param)
			bind_name(&g->state.v[i].init, t);
}

static uint64_t
mix(uint64_t z)
{
	z += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* Uniform in [0, 1), 24 bits: exact in float. */
static double
uniform(uint64_t key, uint64_t counter)
{
	return (double)(mix(key ^ mix(counter)) >> 40) * 0x1p-24;
}

/* Close to normal without libm, whose last bits differ between machines: the sum of twelve uniforms (Irwin–Hall). */
static double
normal(uint64_t key, uint64_t counter)
{
	double sum = -6;
	for (uint64_t k = 0; k < 12; k++)
		sum += uniform(key, counter * 12 + k);
	return sum;
}

static double
seeded_value(const ParamInfo *p, uint64_t key, uint64_t i)
{
	double fan = p->shape.rank == 2 ? (double)p->shape.dim[0] + p->shape.dim[1] : (double)shape_count(p->shape) + 1;
	switch (p->init) {
	case INIT_DEFAULT: return p->shape.rank == 2 ? (2 * uniform(key, i) - 1) * sqrt(6 / fan) : 0;
	case INIT_ZEROS: return 0;
	case INIT_ONES: return 1;
	case INIT_FILL: return p->fill;
	case INIT_GLOROT_UNIFORM: return (2 * uniform(key, i) - 1) * sqrt(6 / fan) * p->fill;
	case INIT_GLOROT_NORMAL: return normal(key, i) * sqrt(2 / fan) * p->fill;
	case INIT_UNIFORM: return uniform(key, i) * p->fill;
	case INIT_NORMAL: return normal(key, i) * p->fill;
	}
	return 0;
}

/* One list of everything that is wrong. */
typedef struct {
	Text lines;
	int n;
	int width; /* of the names */
} Complaints;

static void
complain(Complaints *c, const char *what, const char *name, const char *rest)
{
	enum { SHOWN = 40 };
	if (c->n++ < SHOWN)
		text_add(&c->lines, "\n  %-10s  %-*s  %s", what, c->width, name, rest);
}

static int64_t
count_non_finite(const double *v, int64_t n)
{
	int64_t bad = 0;
	for (int64_t i = 0; i < n; i++)
		bad += !isfinite((float)v[i]);
	return bad;
}

static const char *
found_shape(const Graph *g, const ParamInfo *p, const TensorTable *t)
{
	const Tensor *x = tensor_find(t, p->name);
	return x ? tensor_shape_text(g->arena, x) : "nothing";
}

static void
give_values(Graph *g, ParamInfo *p, const BindOptions *o, Complaints *c)
{
	int64_t n = shape_count(p->shape);
	float *v = arena_alloc(g->arena, ((size_t)n + 1) * sizeof *v);
	int64_t bad = p->file_value ? count_non_finite(p->file_value, n) : 0;
	if (bad)
		complain(c, "not finite", p->name,
			 arena_printf(g->arena, "%lld of %lld values %s NaN, infinite or too large for float32",
				      (long long)bad, (long long)n, bad == 1 ? "is" : "are"));
	uint64_t key = mix(hash_bytes(HASH_SEED, p->name, strlen(p->name)) ^ mix(o->seed));
	for (int64_t i = 0; i < n; i++)
		v[i] = (float)(p->file_value ? p->file_value[i] : seeded_value(p, key, (uint64_t)i));
	p->value = v;
}

static bool
is_transposed(const ParamInfo *p)
{
	return p->file_rank == 2 && p->shape.rank == 2 && p->file_dim[0] == p->shape.dim[1] &&
	       p->file_dim[1] == p->shape.dim[0];
}

static void
check_param(Graph *g, ParamInfo *p, const TensorTable *t, const BindOptions *o, Complaints *c)
{
	const char *wanted = shape_text(g->arena, p->shape);
	if (p->misfit)
		complain(c, "misshapen", p->name,
			 arena_printf(g->arena, "wanted %s, found %s%s", wanted, found_shape(g, p, t),
				      is_transposed(p) ? " (transposed?)" : ""));
	else if (p->file_rank == RANK_UNKNOWN && !p->optional && !o->seeded)
		complain(c, "missing", p->name, arena_printf(g->arena, "wanted %s", wanted));
	else if (shape_known(p->shape))
		give_values(g, p, o, c);
}

static bool
graph_has(const Graph *g, const char *name)
{
	for (int i = 0; i < g->param.n; i++)
		if (strcmp(g->param.v[i].name, name) == 0)
			return true;
	for (int i = 0; i < g->state.n; i++)
		if (strcmp(g->state.v[i].name, name) == 0)
			return true;
	return false;
}

static const char *
nearest_param(const Graph *g, const char *name)
{
	const char **candidate = arena_alloc(g->arena, ((size_t)(g->param.n + g->state.n) + 1) * sizeof *candidate);
	int n = 0;
	for (int i = 0; i < g->param.n; i++)
		if (g->param.v[i].file_rank == RANK_UNKNOWN)
			candidate[n++] = g->param.v[i].name;
	return diag_nearest(name, candidate, n);
}

static int
name_width(const Graph *g, const TensorTable *t)
{
	size_t width = 14;
	for (int i = 0; i < g->param.n; i++)
		width = strlen(g->param.v[i].name) > width ? strlen(g->param.v[i].name) : width;
	for (int i = 0; i < t->tensor.n; i++)
		width = strlen(t->tensor.v[i].name) > width ? strlen(t->tensor.v[i].name) : width;
	return width < 40 ? (int)width : 40;
}

static void
check_all(Graph *g, const TensorTable *t, const BindOptions *o)
{
	Complaints c = {.width = name_width(g, t)};
	for (int i = 0; i < g->param.n; i++)
		check_param(g, &g->param.v[i], t, o, &c);
	for (int i = 0; i < g->state.n; i++) {
		StateInfo *s = &g->state.v[i];
		if (s->from_param)
			s->init.value = g->param.v[s->from_param - 1].value;
		else
			check_param(g, &s->init, t, o, &c);
	}
	for (int i = 0; i < t->tensor.n; i++) {
		const Tensor *x = &t->tensor.v[i];
		if (graph_has(g, x->name))
			continue;
		const char *near = nearest_param(g, x->name);
		complain(&c, "extra", x->name,
			 arena_printf(g->arena, "found %s%s%s%s", tensor_shape_text(g->arena, x),
				      near ? "; did you mean '" : "", near ? near : "", near ? "'?" : ""));
	}
	if (c.n > 40)
		text_add(&c.lines, "\n  and %d more", c.n - 40);
	if (c.n && !o->file)
		diag_file_error(g->diag, o->source,
				"%d weight%s missing; give --weights FILE, or --init=seeded to fill them from --seed%s",
				c.n, c.n == 1 ? " is" : "s are", c.lines.v);
	else if (c.n)
		diag_file_error(g->diag, o->file, "%d weight%s not fit the model%s", c.n, c.n == 1 ? " does" : "s do",
				c.lines.v);
	text_free(&c.lines);
}

void
bind_values(Graph *g, const TensorTable *t, const BindOptions *o)
{
	BindOptions options = *o;
	options.seeded |= !o->need_values;
	check_all(g, t, &options);
}

void
bind_explain(Graph *g, const TensorTable *t, const BindOptions *o)
{
	if (o->file)
		check_all(g, t, o);
}
