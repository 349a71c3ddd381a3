/* oracle.c: computes a graph as it stands before unrolling, each value by going back in time, and compares. */
#include "prop.h"

int64_t
port_row(const Graph *g, const PortInfo *p)
{
	return shape_known(p->shape) ? shape_count(p->shape) * g->batch : 0;
}

Inputs
random_inputs(Case *c, const Graph *g)
{
	Inputs x = {.windows = WINDOWS};
	for (int i = 0; i < g->input.n; i++) {
		int64_t n = port_row(g, &g->input.v[i]) * g->window * WINDOWS;
		x.in[i] = arena_alloc(c->arena, ((size_t)n + 1) * sizeof *x.in[i]);
		for (int64_t k = 0; k < n; k++)
			x.in[i][k] = signed_unit(c);
	}
	return x;
}

static Result
result_new(Case *c, const Graph *g, int64_t steps)
{
	Result r = {.cycle = false};
	for (int i = 0; i < g->output.n; i++)
		r.out[i] = arena_alloc(c->arena, (size_t)(port_row(g, &g->output.v[i]) * steps + 1) * sizeof(double));
	return r;
}

/* The interpreter that unrolling is compared with: the value of node i at step t, found by going back in time. */
typedef struct {
	const Graph *g;
	const Inputs *x;
	int window;     /* number of the current one */
	double **past;  /* per state [slot][batch][count], at the start of the window */
	double **value; /* [step][node], NULL until computed */
	bool *busy;
	bool noisy; /* every value is a little off, as floats are: shows how well-conditioned the graph is */
	bool cycle;
	Arena *arena;
} Oracle;

static const double *oracle_value(Oracle *o, int32_t i, int32_t t);

static void
oracle_leaf(Oracle *o, const Node *n, int32_t t, double *v)
{
	const Graph *g = o->g;
	int64_t count = shape_count(n->shape);
	const ParamInfo *p = n->op == OP_PARAM  ? &g->param.v[n->attr.index]
			     : n->op == OP_INIT ? &g->state.v[n->attr.index].init
						: NULL;
	for (int32_t b = 0; b < g->batch; b++)
		for (int64_t k = 0; k < count; k++) {
			int64_t step = (int64_t)o->window * g->window + t;
			double x = n->op == OP_CONST   ? n->attr.number
				   : n->op == OP_INPUT ? o->x->in[n->attr.index][(step * g->batch + b) * count + k]
				   : p && p->value     ? (double)p->value[k]
						       : 0;
			v[b * count + k] = x;
		}
}

static void
oracle_delay(Oracle *o, const Node *n, int32_t t, double *v)
{
	const Graph *g = o->g;
	const StateInfo *s = &g->state.v[n->attr.slot.state];
	int64_t count = shape_count(n->shape), row = count * g->batch;
	int32_t from = t - n->attr.slot.depth;
	const double *operand = from >= 0 && from < g->window ? oracle_value(o, n->in[0].i, from) : NULL;
	for (int64_t k = 0; k < row; k++) {
		if (operand)
			v[k] = operand[k];
		else if (from < 0)
			v[k] = o->past[n->attr.slot.state][(-from - 1) * row + k];
		else
			v[k] = s->init.value ? (double)s->init.value[k % count] : 0;
	}
}

static const double *
oracle_value(Oracle *o, int32_t i, int32_t t)
{
	const Graph *g = o->g;
	const Node *n = g->node.v[i];
	size_t at = (size_t)t * (size_t)g->node.n + (size_t)i;
	int64_t count = shape_count(n->shape);
	if (o->value[at])
		return o->value[at];
	double *v = arena_alloc(o->arena, (size_t)(count * g->batch) * sizeof *v);
	if (o->busy[at]) {
		o->cycle = true;
		return v;
	}
	o->busy[at] = true;
	if (n->op == OP_DELAY) {
		oracle_delay(o, n, t, v);
	} else if (n->nin == 0 && n->op != OP_CONCAT) {
		oracle_leaf(o, n, t, v);
	} else {
		const double *in[8] = {0};
		EvalArg arg[8] = {{0}};
		assert(n->nin <= 8);
		for (int k = 0; k < n->nin; k++)
			in[k] = oracle_value(o, n->in[k].i, t);
		for (int32_t b = 0; b < g->batch; b++) {
			for (int k = 0; k < n->nin; k++) {
				Shape s = g->node.v[n->in[k].i]->shape;
				arg[k] = (EvalArg){in[k] + b * shape_count(s), s};
			}
			op_table[n->op].eval(n, arg, v + b * count);
		}
	}
	for (int64_t k = 0; o->noisy && k < count * g->batch; k++)
		v[k] += ((i * 7 + t * 3 + k) % 2 ? 3e-7 : -3e-7) * (1 + fabs(v[k]));
	o->busy[at] = false;
	return o->value[at] = v;
}

static double **
initial_past(Case *c, const Graph *g)
{
	double **past = arena_alloc(c->arena, ((size_t)g->state.n + 1) * sizeof *past);
	for (int s = 0; s < g->state.n; s++) {
		const StateInfo *st = &g->state.v[s];
		if (!shape_known(st->shape))
			continue;
		int64_t count = shape_count(st->shape), n = count * g->batch * st->depth;
		past[s] = arena_alloc(c->arena, ((size_t)n + 1) * sizeof **past);
		for (int64_t k = 0; k < n; k++)
			past[s][k] = st->init.value ? (double)st->init.value[k % count] : 0;
	}
	return past;
}

/* The slots after a window: the values of its last steps, then what there was before. */
static void
oracle_advance(Oracle *o)
{
	const Graph *g = o->g;
	double **next = arena_alloc(o->arena, ((size_t)g->state.n + 1) * sizeof *next);
	for (int32_t i = 0; i < g->node.n; i++) {
		const Node *n = g->node.v[i];
		int32_t s = n->op == OP_DELAY ? n->attr.slot.state : -1;
		if (s < 0 || next[s])
			continue;
		int64_t row = shape_count(n->shape) * g->batch;
		next[s] = arena_alloc(o->arena, (size_t)(row * g->state.v[s].depth + 1) * sizeof **next);
		for (int32_t k = 0; k < g->state.v[s].depth; k++) {
			int32_t t = g->window - 1 - k;
			const double *from =
				t >= 0 ? oracle_value(o, n->in[0].i, t) : o->past[s] + (k - g->window) * row;
			memcpy(next[s] + k * row, from, (size_t)row * sizeof *from);
		}
	}
	o->past = next;
}

/* Which outputs depend on a LAST node, through time too. */
static void
find_last(Case *c, const Graph *g, bool *last)
{
	Op op_last = op_named("last");
	bool *depends = arena_alloc(c->arena, (size_t)g->node.n + 1);
	for (int round = 0; round <= g->node.n; round++)
		for (int32_t i = 0; i < g->node.n; i++) {
			depends[i] |= g->node.v[i]->op == op_last;
			for (int k = 0; k < g->node.v[i]->nin; k++)
				depends[i] |= depends[g->node.v[i]->in[k].i];
			if (g->node.v[i]->op == OP_OUTPUT)
				last[g->node.v[i]->attr.index] = depends[i];
		}
}

Result
run_oracle(Case *c, const Graph *g, const Inputs *x, bool noisy)
{
	Result r = result_new(c, g, (int64_t)g->window * x->windows);
	size_t n = (size_t)g->node.n * (size_t)g->window;
	Oracle o = {.g = g, .x = x, .past = initial_past(c, g), .noisy = noisy, .arena = c->arena};
	find_last(c, g, r.last);
	for (; o.window < x->windows && !o.cycle; o.window++) {
		o.value = arena_alloc(c->arena, n * sizeof *o.value);
		o.busy = arena_alloc(c->arena, n);
		for (int32_t t = 0; t < g->window; t++)
			for (int32_t i = 0; i < g->node.n; i++) {
				const Node *node = g->node.v[i];
				const double *v = oracle_value(&o, i, t);
				if (node->op != OP_OUTPUT)
					continue;
				int64_t row = port_row(g, &g->output.v[node->attr.index]);
				memcpy(r.out[node->attr.index] + row * ((int64_t)o.window * g->window + t), v,
				       (size_t)row * sizeof *v);
			}
		oracle_advance(&o);
	}
	r.cycle = o.cycle;
	r.state = o.past;
	return r;
}

/* The evaluator of netc over the same inputs, by windows of g->steps. */
Result
run_eval(Case *c, const Graph *g, const Inputs *x, int64_t steps)
{
	Result r = result_new(c, g, steps);
	EvalState *state = eval_state_new(g);
	for (int64_t t = 0; t < steps; t += g->steps) {
		const double *in[PORTS] = {0};
		double *out[PORTS] = {0};
		for (int i = 0; i < g->input.n; i++)
			in[i] = x->in[i] + port_row(g, &g->input.v[i]) * t;
		for (int i = 0; i < g->output.n; i++)
			out[i] = r.out[i] + port_row(g, &g->output.v[i]) * (g->output.v[i].last ? t + g->steps - 1 : t);
		eval_run(g, state, in, out);
	}
	r.state = state->state;
	return r;
}

static bool
agree(double a, double b, double tolerance)
{
	if (isnan(a) || isnan(b))
		return isnan(a) && isnan(b);
	return a == b || fabs(a - b) <= tolerance * (1 + fabs(b));
}

bool
compare_row(Case *c, const char *what, const char *name, int64_t at, const double *a, const double *b,
	    const double *noisy, int64_t n, double tolerance)
{
	for (int64_t k = 0; k < n; k++) {
		/* The noise is 3e-7, some 1e9 times the rounding of a double. */
		double carried = noisy ? 1e-6 * fabs(noisy[k] - b[k]) : 0;
		bool lost = noisy && (!isfinite(noisy[k]) || !isfinite(b[k]));
		if (!agree(a[k], b[k], tolerance) && !lost && !(fabs(a[k] - b[k]) <= carried))
			return fail(c, "%s: %s, row %" PRId64 ", element %" PRId64 ": found %.17g, wanted %.17g", what,
				    name, at, k, a[k], b[k]);
	}
	return true;
}

/* g: the graph that `found` is of; steps of one window in `window`. */
bool
compare(Case *c, const char *what, const Graph *g, const Result *found, const Result *wanted, const Result *noisy,
	int window, double tolerance)
{
	for (int i = 0; i < g->output.n; i++) {
		int64_t row = port_row(g, &g->output.v[i]);
		for (int64_t t = 0; t < (int64_t)window * WINDOWS; t++)
			if ((!wanted->last[i] || (t + 1) % window == 0) &&
			    !compare_row(c, what, g->output.v[i].name, t, found->out[i] + t * row,
					 wanted->out[i] + t * row, noisy ? noisy->out[i] + t * row : NULL, row,
					 tolerance))
				return false;
	}
	for (int s = 0; s < g->state.n; s++) {
		int64_t n = g->state.v[s].depth ? shape_count(g->state.v[s].shape) * g->batch * g->state.v[s].depth : 0;
		if (n && wanted->state[s] &&
		    !compare_row(c, what, g->state.v[s].name, 0, found->state[s], wanted->state[s],
				 noisy ? noisy->state[s] : NULL, n, tolerance))
			return false;
	}
	return true;
}
