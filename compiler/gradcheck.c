/* gradcheck.c: every trained number is moved a little, and the loss evaluated in double.
 *
 * The central difference over four points, (8 f(h) - 8 f(-h) - f(2h) + f(-2h)) / 12h, is off by h⁴. Beside a kink of
 * relu or max a difference is wrong at one h and right at a smaller one, so where it does not agree smaller ones are
 * tried. */
#include "gradcheck.h"
#include "eval.h"
#include "ops.h"
#include "pass.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

typedef struct {
	const Graph *train, *loss; /* all of it; without gradients and updates */
	const double **in;
	double **param;
	double **state;
	uint64_t random;
} Checker;

static double
random_unit(Checker *c)
{
	uint64_t z = c->random += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

/* How many rows the table has that this input is an index into, or 0. */
static int64_t
index_range(const Graph *g, int32_t input)
{
	for (int32_t i = 0; i < g->node.n; i++) {
		const Node *n = g->node.v[i];
		if (n->op != OP_GATHER && n->op != OP_ONEHOT && n->op != OP_SCATTER && n->op != OP_SCATTERSUM)
			continue;
		const Node *index = graph_node(g, n->in[n->op == OP_GATHER ? 1 : 0]);
		while (index->nin == 1)
			index = graph_node(g, index->in[0]);
		if (index->op != OP_INPUT || index->attr.index != input)
			continue;
		return n->op == OP_GATHER ? graph_node(g, n->in[0])->shape.dim[0] : n->shape.dim[0];
	}
	return 0;
}

/* Inputs in [-1, 1), or class numbers; probabilities for the losses that want them. */
static double *
random_input(Checker *c, int32_t input)
{
	const Graph *g = c->train;
	const PortInfo *p = &g->input.v[input];
	int64_t one = shape_count(p->shape), n = one * g->batch * (p->last ? 1 : g->steps),
		rows = index_range(g, input);
	bool positive = strncmp(p->name, "target", 6) == 0 && g->loss.kind >= LOSS_CROSSENTROPY;
	positive |= strcmp(p->name, "mask") == 0;
	double *v = arena_alloc(g->arena, ((size_t)n + 1) * sizeof *v);
	for (int64_t k = 0; k < n; k++)
		v[k] = rows       ? 1 + floor(random_unit(c) * (double)rows)
		       : positive ? random_unit(c)
				  : 2 * random_unit(c) - 1;
	return v;
}

static const Graph *
without_gradients(const Graph *train)
{
	Graph *g = graph_copy(train);
	bool *keep = arena_alloc(g->arena, (size_t)g->node.n + 1);
	for (int32_t i = 0; i < g->node.n; i++)
		keep[i] = g->node.v[i]->op != OP_GRAD && g->node.v[i]->op != OP_UPDATE;
	graph_compact(g, keep);
	pass_dce(g);
	return g;
}

/* A state that all evaluations start from. */
static void
random_states(Checker *c)
{
	const Graph *g = c->train;
	EvalState *s = eval_state_new(g);
	c->state = s->state;
	for (int i = 0; i < g->state.n; i++)
		for (int64_t k = 0;
		     s->state[i] && k < shape_count(g->state.v[i].shape) * g->batch * g->state.v[i].depth; k++)
			s->state[i][k] = random_unit(c) - 0.5;
}

/* Moved a little, because many start at 0, where relu and abs have a kink. */
static void
copy_params(Checker *c)
{
	const Graph *g = c->train;
	c->param = arena_alloc(g->arena, ((size_t)g->param.n + 1) * sizeof *c->param);
	for (int i = 0; i < g->param.n; i++) {
		int64_t n = shape_known(g->param.v[i].shape) ? shape_count(g->param.v[i].shape) : 0;
		c->param[i] = arena_alloc(g->arena, ((size_t)n + 1) * sizeof **c->param);
		for (int64_t k = 0; k < n && g->param.v[i].value; k++)
			c->param[i][k] = (double)g->param.v[i].value[k] + (random_unit(c) - 0.5) * 0.02;
	}
}

static double
loss_at(const Checker *c)
{
	EvalState s = {.state = c->state, .param = (const double **)c->param};
	eval_run(c->loss, &s, c->in, NULL);
	return s.loss;
}

static double
difference(Checker *c, double *x, double h)
{
	double keep = *x, f[4];
	static const int at[] = {1, -1, 2, -2};
	for (int k = 0; k < 4; k++) {
		*x = keep + at[k] * h;
		f[k] = loss_at(c);
	}
	*x = keep;
	return (8 * (f[0] - f[1]) - (f[2] - f[3])) / (12 * h);
}

/* Of that size or larger, errors count as relative ones. */
static double
gradient_scale(const double *grad, int64_t n)
{
	double most = 1e-6;
	for (int64_t k = 0; k < n; k++)
		most = fabs(grad[k]) > most ? fabs(grad[k]) : most;
	return most;
}

static void
check_element(Checker *c, int param, int64_t k, double gradient, double scale, GradCheck *out)
{
	double best = INFINITY, found = 0;
	for (double h = 1e-3; h > 5e-7 && !(best < 1e-8); h /= 8) {
		double d = difference(c, &c->param[param][k], h), error = fabs(gradient - d) / scale;
		if (error < best || isinf(best)) {
			best = isnan(error) ? INFINITY : error;
			found = d;
		}
	}
	out->checked++;
	if (best >= out->worst || out->param < 0) {
		out->worst = best;
		out->param = param;
		out->element = k;
		out->gradient = gradient;
		out->difference = found;
	}
}

GradCheck
gradcheck_graph(const Graph *train, uint64_t seed, int64_t most)
{
	Checker c = {.train = train, .loss = without_gradients(train), .random = seed};
	GradCheck out = {.param = -1};
	c.in = arena_alloc(train->arena, ((size_t)train->input.n + 1) * sizeof *c.in);
	for (int i = 0; i < train->input.n; i++)
		c.in[i] = random_input(&c, i);
	random_states(&c);
	copy_params(&c);
	EvalState *s = eval_state_new(train);
	for (int i = 0; i < train->state.n; i++)
		if (s->state[i])
			memcpy(s->state[i], c.state[i],
			       (size_t)(shape_count(train->state.v[i].shape) * train->batch * train->state.v[i].depth) *
				       sizeof **s->state);
	s->param = (const double **)c.param;
	eval_run(train, s, c.in, NULL);
	for (int i = 0; i < train->param.n; i++)
		if (train->param.v[i].trainable && shape_known(train->param.v[i].shape))
			out.total += shape_count(train->param.v[i].shape);
	for (int i = 0; i < train->param.n; i++) {
		const ParamInfo *p = &train->param.v[i];
		if (!p->trainable || !shape_known(p->shape) || !out.total)
			continue;
		int64_t n = shape_count(p->shape), wanted = 1 + n * most / out.total,
			every = n > wanted ? n / wanted : 1;
		double scale = gradient_scale(s->grad[i], n);
		for (int64_t k = 0; k < n; k += every)
			check_element(&c, i, k, s->grad[i][k], scale, &out);
	}
	return out;
}

bool
gradcheck_run(const Graph *net, uint64_t seed, FILE *report)
{
	enum { MOST = 2000 };
	Graph *g = graph_copy(net);
	PassRun run = {.facts = FACT_SHAPED};
	if (!pass_run(g, "UGFCD", &run))
		return false;
	GradCheck r = gradcheck_graph(g, seed, MOST);
	if (r.param < 0) {
		diag_file_error(g->diag, g->file, "nothing is trainable, so there is no gradient to check");
		return false;
	}
	const char *name = g->param.v[r.param].name;
	if (!(r.worst <= GRADCHECK_TOLERANCE)) {
		diag_file_error(g->diag, g->file,
				"the gradient of '%s' differs from central differences: element %" PRId64
				" is %.9g, they give %.9g; relative error %.2g",
				name, r.element + 1, r.gradient, r.difference, r.worst);
		return false;
	}
	fprintf(report,
		"gradients agree with central differences: %" PRId64 " of %" PRId64
		" numbers, worst relative error %.2g in '%s'\n",
		r.checked, r.total, r.worst, name);
	return true;
}
