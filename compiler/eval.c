/* eval.c: one walk over the nodes, calling each operator's evaluation rule once per batch row. */
#include "eval.h"
#include "ops.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
	const Graph *g;
	EvalState *state;
	const double *const *in;
	double *const *out;
	double **value; /* per node: [batch or 1][count] */
} Evaluator;

double
eval_initial(const StateInfo *s, int64_t k)
{
	return s->init.value ? (double)s->init.value[k] : 0.0;
}

static int64_t
state_count(const Graph *g, const StateInfo *s)
{
	return shape_count(s->shape) * g->batch;
}

EvalState *
eval_state_new(const Graph *g)
{
	EvalState *e = arena_alloc(g->arena, sizeof *e);
	e->state = arena_alloc(g->arena, ((size_t)g->state.n + 1) * sizeof *e->state);
	for (int i = 0; i < g->state.n; i++) {
		const StateInfo *s = &g->state.v[i];
		if (!s->depth || !shape_known(s->shape))
			continue;
		int64_t n = state_count(g, s) * s->depth, one = shape_count(s->shape);
		e->state[i] = arena_alloc(g->arena, (size_t)n * sizeof **e->state);
		for (int64_t k = 0; k < n; k++)
			e->state[i][k] = eval_initial(s, k % one);
	}
	e->grad = arena_alloc(g->arena, ((size_t)g->param.n + 1) * sizeof *e->grad);
	for (int i = 0; i < g->param.n && g->loss.kind; i++)
		if (shape_known(g->param.v[i].shape))
			e->grad[i] = arena_alloc(g->arena, (size_t)shape_count(g->param.v[i].shape) * sizeof **e->grad);
	return e;
}

static const double *
port_at(const double *port, const Graph *g, const Node *n)
{
	return port + shape_count(n->shape) * g->batch * (g->input.v[n->attr.index].last ? 0 : n->step);
}

/* Row b of node r: a value without a batch is the same in every row. */
static EvalArg
arg_row(const Evaluator *e, Ref r, int32_t b)
{
	const Node *n = graph_node(e->g, r);
	int64_t row = n->batched ? b : 0;
	return (EvalArg){e->value[r.i] + row * shape_count(n->shape), n->shape};
}

static void
fill(double *to, const float *from, int64_t n)
{
	for (int64_t k = 0; k < n; k++)
		to[k] = from ? (double)from[k] : 0.0;
}

static void
eval_leaf(Evaluator *e, const Node *n, double *to, size_t size)
{
	const Graph *g = e->g;
	int64_t count = shape_count(n->shape);
	switch ((Op)n->op) {
	case OP_INPUT: memcpy(to, port_at(e->in[n->attr.index], g, n), size); break;
	case OP_PARAM:
		if (e->state->param)
			memcpy(to, e->state->param[n->attr.index], size);
		else
			fill(to, g->param.v[n->attr.index].value, count);
		break;
	case OP_INIT: fill(to, g->state.v[n->attr.index].init.value, count); break;
	case OP_CONST: to[0] = n->attr.number; break;
	case OP_STATE:
		memcpy(to, e->state->state[n->attr.slot.state] + count * g->batch * (n->attr.slot.depth - 1), size);
		break;
	default: assert(0 && "not a leaf");
	}
}

/* Shifts the older slots back and puts the new values, newest first, in front. */
static void
eval_update(Evaluator *e, const Node *n)
{
	const Graph *g = e->g;
	const StateInfo *s = &g->state.v[n->attr.index];
	int64_t count = shape_count(s->shape), slot = state_count(g, s);
	double *to = e->state->state[n->attr.index];
	memmove(to + slot * n->nin, to, (size_t)(slot * (s->depth - n->nin)) * sizeof *to);
	for (int k = 0; k < n->nin; k++)
		for (int32_t b = 0; b < g->batch; b++)
			memcpy(to + slot * k + count * b, arg_row(e, n->in[k], b).v, (size_t)count * sizeof *to);
}

static bool
any_batched(const Graph *g, const Node *n)
{
	for (int k = 0; k < n->nin; k++)
		if (graph_node(g, n->in[k])->batched)
			return true;
	return false;
}

static void
add_to(double *to, const double *from, int64_t n, double factor)
{
	for (int64_t k = 0; k < n; k++)
		to[k] += factor * from[k];
}

static void
eval_rule(Evaluator *e, const Node *n, double *to)
{
	EvalArg fixed[8], *arg = n->nin <= 8 ? fixed : memory_new((size_t)n->nin, sizeof *arg);
	int64_t count = shape_count(n->shape);
	bool sums = op_table[n->op].sums_batch && any_batched(e->g, n);
	double *row = sums ? memory_new((size_t)count, sizeof *row) : to;
	assert(op_table[n->op].eval);
	for (int32_t b = 0; b < (n->batched || sums ? e->g->batch : 1); b++) {
		for (int k = 0; k < n->nin; k++)
			arg[k] = arg_row(e, n->in[k], b);
		op_table[n->op].eval(n, arg, sums && b ? row : to + (n->batched ? b * count : 0));
		if (sums && b)
			add_to(to, row, count, 1);
	}
	if (sums)
		free(row);
	if (arg != fixed)
		free(arg);
}

/* LOSS and GRAD: what they add up, over the batch. */
static void
eval_gradient(Evaluator *e, const Node *n)
{
	int64_t count = shape_count(graph_node(e->g, n->in[0])->shape);
	for (int32_t b = 0; b < (n->batched ? e->g->batch : 1); b++) {
		const double *v = arg_row(e, n->in[0], b).v;
		if (n->op == OP_LOSS)
			add_to(&e->state->loss, v, 1, n->attr.number);
		else
			add_to(e->state->grad[n->attr.index], v, count, 1);
	}
}

static void
eval_output(Evaluator *e, const Node *n)
{
	const Graph *g = e->g;
	int64_t count = shape_count(n->shape);
	double *to = e->out[n->attr.index] + (g->output.v[n->attr.index].last ? 0 : count * g->batch * n->step);
	for (int32_t b = 0; b < g->batch; b++)
		memcpy(to + count * b, arg_row(e, n->in[0], b).v, (size_t)count * sizeof *to);
}

void
eval_run(const Graph *g, EvalState *s, const double *const *in, double *const *out)
{
	assert(g->steps > 0);
	Evaluator e = {.g = g, .state = s, .in = in, .out = out};
	size_t total = 0;
	for (int32_t i = 0; i < g->node.n; i++)
		if (!op_table[g->node.v[i]->op].sink)
			total += (size_t)(shape_count(g->node.v[i]->shape) * (g->node.v[i]->batched ? g->batch : 1));
	e.value = memory_new((size_t)g->node.n + 1, sizeof *e.value);
	double *pool = memory_new(total + 1, sizeof *pool), *next = pool;
	for (int32_t i = 0; i < g->node.n; i++) {
		const Node *n = g->node.v[i];
		if (n->op == OP_UPDATE) {
			eval_update(&e, n);
		} else if (n->op == OP_OUTPUT) {
			eval_output(&e, n);
		} else if (op_table[n->op].sink) {
			eval_gradient(&e, n);
		} else {
			size_t count = (size_t)(shape_count(n->shape) * (n->batched ? g->batch : 1));
			e.value[i] = next;
			next += count;
			if (n->nin == 0)
				eval_leaf(&e, n, e.value[i], count * sizeof *next);
			else
				eval_rule(&e, n, e.value[i]);
		}
	}
	free(e.value);
	free(pool);
}
