/* prop.c: random graphs and random nets, and what must hold for every one of them.
 *
 *   prop N FIRST           seeds FIRST … FIRST + N - 1; ends in "prop: N passed, N failed"
 *   prop --one SEED SIZE   one case, and the graph it made
 *
 * Three kinds of case: graphs made with the builders of ir.h, nets of random equations, chains of layers. Each is
 * compared with two other ways to compute it: an interpreter of the graph as it stands before unrolling, and, for
 * equations, one of the equations themselves. Every 25th seed also goes through the C back end and a C compiler.
 * A failure is searched again with smaller sizes, and the smallest graph found is printed. */
#include "../../compiler/back/back.h"
#include "../../compiler/bind.h"
#include "../../compiler/embedded.h"
#include "../../compiler/eval.h"
#include "../../compiler/lower/lower.h"
#include "../../compiler/ops.h"
#include "../../compiler/pass.h"
#include "../../grammar/parse.h"
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PORTS = 3, WINDOWS = 3, SIZE_MAX_CASE = 40, C_EVERY = 25 };

typedef struct Formula Formula;

/* One equation of a random net: name = value. */
typedef struct {
	char name[16];
	int size;
	Formula *value;
	bool is_field;  /* may be delayed */
	bool sized;     /* its size is said */
	double initial; /* of every element, in every slot */
} Equation;

typedef struct {
	uint64_t seed, random;
	int size;
	bool verbose, tame; /* tame: only well-conditioned operators, so that float and double agree */
	Arena *arena;
	Diag *diag;
	Graph *g;
	Shape *expected; /* per node of g, or NULL */
	Text source;     /* the text of a net */
	TABLE(Equation) equation;
	TABLE(int) order; /* the equations as they are written */
	int in;           /* features of x, for equations */
	int dim[3];       /* the sizes that shapes are made of */
	char why[1000];
} Case;

/* Random numbers: splitmix64. */
static uint64_t
next_random(Case *c)
{
	uint64_t z = c->random += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static int
below(Case *c, int n)
{
	assert(n > 0);
	return (int)(next_random(c) % (uint64_t)n);
}

static int
between(Case *c, int lo, int hi)
{
	return lo + below(c, hi - lo + 1);
}

static bool
chance(Case *c, int percent)
{
	return below(c, 100) < percent;
}

/* In [-1, 1), exact in float. */
static double
signed_unit(Case *c)
{
	return (double)(next_random(c) >> 40) * 0x1p-23 - 1;
}

static bool fail(Case *c, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Notes why the case failed, and is false. */
static bool
fail(Case *c, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	if (!*c->why)
		vsnprintf(c->why, sizeof c->why, fmt, ap);
	va_end(ap);
	return false;
}

static Shape
random_shape(Case *c)
{
	int m = c->dim[below(c, 3)], n = c->dim[below(c, 3)];
	switch (below(c, 12)) {
	case 0: return shape_scalar();
	case 1: return shape_vector(1);
	case 2: return shape_matrix(1, n);
	case 3: return shape_matrix(m, 1);
	case 4:
	case 5: return shape_matrix(m, n);
	default: return shape_vector(n);
	}
}

/* The rules of shapes once more, forward only and on known shapes. RANK_UNKNOWN: the operands do not fit. */
static int32_t
broadcast_dim(int32_t m, int32_t n)
{
	return m == n || n == 1 ? m : m == 1 ? n : -1;
}

static Shape
checked(Shape s)
{
	for (int k = 0; k < s.rank; k++)
		if (s.dim[k] < 1)
			return shape_unknown();
	return s;
}

static Shape
broadcast_shape(Shape a, Shape b)
{
	if (a.rank == 0)
		return b;
	if (b.rank == 0)
		return a;
	if (a.rank == 1 && b.rank == 1)
		return checked(shape_vector(broadcast_dim(a.dim[0], b.dim[0])));
	if (a.rank == 2 && b.rank == 2)
		return checked(shape_matrix(broadcast_dim(a.dim[0], b.dim[0]), broadcast_dim(a.dim[1], b.dim[1])));
	Shape v = a.rank == 1 ? a : b, m = a.rank == 1 ? b : a;
	if (m.dim[0] == 1)
		return checked(shape_vector(broadcast_dim(v.dim[0], m.dim[1])));
	if (m.dim[1] == 1)
		return checked(shape_vector(broadcast_dim(v.dim[0], m.dim[0])));
	return checked(shape_matrix(m.dim[0], broadcast_dim(v.dim[0], m.dim[1])));
}

static Shape
product_shape(Shape a, Shape b)
{
	if (a.rank == 0 || b.rank == 0)
		return a.rank == 0 ? b : a;
	if (a.dim[a.rank - 1] != b.dim[0])
		return shape_unknown();
	if (a.rank == 1)
		return b.rank == 1 ? shape_unknown() : shape_vector(b.dim[1]);
	return b.rank == 1 ? shape_vector(a.dim[0]) : shape_matrix(a.dim[0], b.dim[1]);
}

static Shape
joined_shape(const Shape *in, int n)
{
	int32_t sum = 0;
	for (int k = 0; k < n; k++) {
		if (in[k].rank == 2)
			return shape_unknown();
		sum += in[k].rank == 1 ? in[k].dim[0] : 1;
	}
	return shape_vector(sum);
}

static Shape
part_shape(Op op, Attr attr, Shape in)
{
	int32_t first = attr.range.first, last = attr.range.last;
	if (in.rank != 1)
		return shape_unknown();
	first += first <= 0 ? in.dim[0] : 0;
	last += last <= 0 ? in.dim[0] : 0;
	if (first < 1 || last < first || last > in.dim[0] || (op == OP_ELEMENT && first != last))
		return shape_unknown();
	return op == OP_ELEMENT ? shape_scalar() : shape_vector(last - first + 1);
}

static Shape
result_shape(Op op, Attr attr, const Shape *in, int nin)
{
	switch (op) {
	case OP_MATMUL: return product_shape(in[0], in[1]);
	case OP_SUM:
	case OP_MEAN:
	case OP_MAXIMUM:
	case OP_MINIMUM: return shape_scalar();
	case OP_SOFTMAX:
	case OP_LOGSOFTMAX: return in[0].rank == 1 ? in[0] : shape_unknown();
	case OP_CONCAT: return joined_shape(in, nin);
	case OP_SLICE:
	case OP_ELEMENT: return part_shape(op, attr, in[0]);
	case OP_GATHER:
		return in[0].rank == 2 && (in[1].rank == 0 || (in[1].rank == 1 && in[1].dim[0] == 1))
			       ? shape_vector(in[0].dim[1])
			       : shape_unknown();
	default: return nin == 2 ? broadcast_shape(in[0], in[1]) : in[0];
	}
}

/* Graphs. */
static const char *
random_name(Case *c, const char *stem, int i)
{
	static const char *const odd[] = {
		"σ",         "a.b", "with \"quotes\"", "back\\slash", "\\x41", "tab\there", "″", "int", "%1 #", "%d%s",
		"new\nline", ""};
	if (chance(c, 70))
		return arena_printf(c->arena, "%s%d", stem, i);
	return arena_printf(c->arena, "%s%d%s", odd[below(c, COUNT(odd))], i, stem);
}

static void
note_shape(Case *c, Ref r, Shape s)
{
	c->expected[r.i] = s;
}

static ParamInfo
random_param(Case *c, const char *name, Shape shape)
{
	ParamInfo p = {.name = name, .shape = shape, .file_rank = RANK_UNKNOWN, .fill = 1};
	p.init = (InitKind)below(c, INIT_NORMAL + 1);
	p.fill = p.init == INIT_FILL ? signed_unit(c) : 1;
	p.optional = chance(c, 30);
	p.trainable = chance(c, 80);
	return p;
}

static void
add_leaves(Case *c)
{
	Graph *g = c->g;
	int nin = between(c, 1, PORTS), nparam = between(c, 1, 5), nconst = between(c, 0, 4);
	static const double number[] = {0, 1, -1, 2, 0.5, 3, -0.25, 1e-3};
	for (int i = 0; i < nin; i++) {
		Ref r = graph_add(g, OP_INPUT, 0, NULL);
		Shape s = chance(c, 80) ? shape_vector(c->dim[below(c, 3)]) : random_shape(c);
		graph_node(g, r)->attr.index = i;
		*table_push(c->arena, &g->input) = (PortInfo){.name = random_name(c, "x", i), .node = r, .shape = s};
		note_shape(c, r, s);
	}
	for (int i = 0; i < nparam; i++) {
		Ref r = graph_add(g, OP_PARAM, 0, NULL);
		Shape s = chance(c, 50) ? shape_matrix(c->dim[below(c, 3)], c->dim[below(c, 3)]) : random_shape(c);
		graph_node(g, r)->attr.index = i;
		*table_push(c->arena, &g->param) = random_param(c, random_name(c, "W", i), s);
		note_shape(c, r, s);
	}
	for (int i = 0; i < nconst; i++)
		note_shape(c, graph_number(g, chance(c, 70) ? number[below(c, COUNT(number))] : signed_unit(c)),
			   shape_scalar());
}

/* A state and its delays; their operand is themselves until patch_delays. */
static void
add_state(Case *c, int state, bool ahead)
{
	Graph *g = c->g;
	StateInfo s = {.name = random_name(c, "y", state), .shape = random_shape(c)};
	int ndelay = between(c, 1, 3), nlook = ahead ? between(c, 1, 2) : 0;
	s.init = random_param(c, s.name, s.shape);
	int first = g->node.n;
	for (int k = 0; k < ndelay + nlook; k++) {
		Ref r = graph_add1(g, OP_DELAY, (Ref){first});
		int32_t depth = k < ndelay && !(ahead && chance(c, 50)) ? between(c, 1, 4) : -between(c, 1, 3);
		graph_node(g, r)->attr.slot.state = state;
		graph_node(g, r)->attr.slot.depth = depth;
		note_shape(c, r, s.shape);
		if (depth > s.depth)
			s.depth = depth;
	}
	*table_push(c->arena, &g->state) = s;
}

static Ref
any_node(Case *c)
{
	/* Recent nodes more often: graphs grow deep. */
	int n = c->g->node.n;
	return (Ref){chance(c, 50) ? below(c, n) : n - 1 - below(c, n < 6 ? n : 6)};
}

static bool
is_risky(Op op)
{
	switch (op) {
	case OP_SQRT:
	case OP_LOG:
	case OP_EXP:
	case OP_DIV:
	case OP_POW:
	case OP_GATHER: return true;
	default: return false;
	}
}

/* The operand of exp, log and the like, brought where they are tame, nearly always. */
static Ref
tamed(Case *c, Op op, Ref r, int operand)
{
	Graph *g = c->g;
	Shape s = c->expected[r.i];
	if (!is_risky(op) || (!c->tame && chance(c, 10)) || (op == OP_DIV && operand == 0) ||
	    (op == OP_GATHER && !c->tame))
		return r;
	if (op == OP_GATHER) {
		if (operand == 1)
			note_shape(c, r = graph_number(g, between(c, -1, 5)), shape_scalar());
		return r;
	}
	if (op == OP_POW && operand == 1) {
		static const double exponent[] = {0, 1, 2, 3, 0.5, -1};
		note_shape(c, r = graph_number(g, exponent[below(c, COUNT(exponent))]), shape_scalar());
		return r;
	}
	note_shape(c, r = graph_add1(g, OP_SIGMOID, r), s);
	return r;
}

static Attr
random_range(Case *c, Op op, Shape in)
{
	Attr a = {0};
	int n = in.rank == 1 ? in.dim[0] : 1, first = between(c, 1, n),
	    last = op == OP_SLICE ? between(c, first, n) : first;
	bool from_end = chance(c, 30);
	a.range.first = from_end ? first - n : first;
	a.range.last = from_end || chance(c, 20) ? last - n : last;
	if (op == OP_ELEMENT)
		a.range.last = a.range.first;
	return a;
}

static bool
is_builder_op(Op op)
{
	switch (op) {
	case OP_INPUT:
	case OP_PARAM:
	case OP_CONST:
	case OP_STATE:
	case OP_INIT:
	case OP_DELAY:
	case OP_UPDATE:
	case OP_OUTPUT: return false;
	default: return true;
	}
}

/* One random operator on random operands that fit. */
static void
add_node(Case *c)
{
	Graph *g = c->g;
	Op op = (Op)below(c, OP_COUNT);
	if (!is_builder_op(op) || (strcmp(op_table[op].name, "last") == 0 && !chance(c, 10)))
		return;
	int nin = op_table[op].nin >= 0 ? op_table[op].nin : between(c, 1, 4);
	Ref in[4];
	Shape shape[4];
	for (int k = 0; k < nin; k++) {
		in[k] = any_node(c);
		shape[k] = c->expected[in[k].i];
	}
	Attr attr = op_table[op].attr == ATTR_RANGE ? random_range(c, op, shape[0]) : (Attr){0};
	if (result_shape(op, attr, shape, nin).rank == RANK_UNKNOWN)
		return;
	for (int k = 0; k < nin; k++) {
		in[k] = tamed(c, op, in[k], k);
		shape[k] = c->expected[in[k].i];
	}
	Ref r = graph_add(g, op, nin, in);
	graph_node(g, r)->attr = attr;
	note_shape(c, r, result_shape(op, attr, shape, nin));
	if (c->tame && chance(c, 30) && op != OP_TANH) {
		r = graph_add1(g, OP_TANH, r);
		note_shape(c, r, c->expected[r.i - 1]);
	}
	Node *n = graph_node(g, r);
	if (chance(c, 20))
		n->name = random_name(c, "v", r.i);
	if (chance(c, 20))
		n->path = random_name(c, "model = T › ", r.i);
}

static void
patch_delays(Case *c)
{
	Graph *g = c->g;
	int32_t *fits = arena_alloc(c->arena, (size_t)g->node.n * sizeof *fits);
	for (int s = 0; s < g->state.n; s++) {
		int n = 0;
		for (int32_t i = 0; i < g->node.n; i++)
			if (shape_equal(c->expected[i], g->state.v[s].shape))
				fits[n++] = i;
		int32_t value = fits[chance(c, 60) ? n - 1 : below(c, n)];
		for (int32_t i = 0; i < g->node.n; i++)
			if (g->node.v[i]->op == OP_DELAY && g->node.v[i]->attr.slot.state == s)
				g->node.v[i]->in[0].i = value;
	}
}

static void
add_outputs(Case *c)
{
	Graph *g = c->g;
	int n = between(c, 1, PORTS), nodes = g->node.n;
	for (int i = 0; i < n; i++) {
		Ref from = {chance(c, 70) ? nodes - 1 - below(c, nodes < 4 ? nodes : 4) : below(c, nodes)};
		Ref r = graph_add1(g, OP_OUTPUT, from);
		graph_node(g, r)->attr.index = i;
		note_shape(c, r, c->expected[from.i]);
		*table_push(c->arena, &g->output) = (PortInfo){.name = random_name(c, "out", i), .node = r};
	}
}

/* Some shapes are not said; whether the rest is enough is for the solver to find out. */
static bool
hide_shapes(Case *c)
{
	Graph *g = c->g;
	bool hidden = false;
	for (int i = 0; i < g->param.n + g->input.n + g->state.n; i++) {
		int k = i - g->param.n;
		Shape *s = k < 0            ? &g->param.v[i].shape
			   : k < g->input.n ? &g->input.v[k].shape
					    : &g->state.v[k - g->input.n].shape;
		if (!chance(c, 40))
			continue;
		hidden = true;
		if (chance(c, 40))
			*s = shape_unknown();
		else if (s->rank)
			s->dim[below(c, s->rank)] = chance(c, 50) ? 0 : graph_fresh_dim(g);
	}
	return hidden;
}

static void
make_graph(Case *c)
{
	enum { NODES_MAX = 400 };
	c->g = graph_new(c->arena, c->diag);
	c->expected = arena_alloc(c->arena, NODES_MAX * sizeof *c->expected);
	for (int k = 0; k < 3; k++)
		c->dim[k] = between(c, 1, 7);
	c->g->batch = between(c, 1, 3);
	c->g->window = between(c, 1, 5);
	add_leaves(c);
	int nstate = between(c, 0, 4);
	bool ahead = chance(c, 15);
	for (int i = 0; i < nstate; i++)
		add_state(c, i, ahead && chance(c, 50));
	for (int tries = 0, first = c->g->node.n; c->g->node.n - first < c->size && tries < 50 * c->size; tries++)
		add_node(c);
	patch_delays(c);
	add_outputs(c);
	assert(c->g->node.n < NODES_MAX);
}

/* Values, inputs and results. */
static void
fill_param(Case *c, ParamInfo *p)
{
	int64_t n = shape_count(p->shape);
	float *v = arena_alloc(c->arena, (size_t)n * sizeof *v);
	for (int64_t i = 0; i < n; i++)
		v[i] = (float)signed_unit(c);
	p->value = v;
}

static void
fill_values(Case *c, Graph *g)
{
	for (int i = 0; i < g->param.n; i++)
		if (shape_known(g->param.v[i].shape))
			fill_param(c, &g->param.v[i]);
	for (int i = 0; i < g->state.n; i++)
		if (shape_known(g->state.v[i].shape) && !g->state.v[i].init.value && (c->tame || chance(c, 70)))
			fill_param(c, &g->state.v[i].init);
}

/* What a graph computed over some windows: outputs are [step][batch][count] over all windows. */
typedef struct {
	double *out[PORTS];
	bool last[PORTS]; /* only the last step of each window counts */
	double **state;   /* per state [slot][batch][count] */
	bool cycle;       /* a value needs its own future */
} Result;

typedef struct {
	double *in[PORTS];
	int windows;
} Inputs;

static int64_t
port_row(const Graph *g, const PortInfo *p)
{
	return shape_known(p->shape) ? shape_count(p->shape) * g->batch : 0;
}

static Inputs
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
	bool rounded; /* every value is rounded to float: shows how well-conditioned the graph is */
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
		const double *in[8];
		EvalArg arg[8];
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
	for (int64_t k = 0; o->rounded && k < count * g->batch; k++)
		v[k] = (double)(float)v[k];
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

static Result
run_oracle(Case *c, const Graph *g, const Inputs *x, bool rounded)
{
	Result r = result_new(c, g, (int64_t)g->window * x->windows);
	size_t n = (size_t)g->node.n * (size_t)g->window;
	Oracle o = {.g = g, .x = x, .past = initial_past(c, g), .rounded = rounded, .arena = c->arena};
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
static Result
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

static bool
compare_row(Case *c, const char *what, const char *name, int64_t at, const double *a, const double *b, int64_t n,
	    double tolerance)
{
	for (int64_t k = 0; k < n; k++)
		if (!agree(a[k], b[k], tolerance))
			return fail(c, "%s: %s, row %" PRId64 ", element %" PRId64 ": found %.17g, wanted %.17g", what,
				    name, at, k, a[k], b[k]);
	return true;
}

/* g: the graph that `found` is of; steps of one window in `window`. */
static bool
compare(Case *c, const char *what, const Graph *g, const Result *found, const Result *wanted, int window,
	double tolerance)
{
	for (int i = 0; i < g->output.n; i++) {
		int64_t row = port_row(g, &g->output.v[i]);
		for (int64_t t = 0; t < (int64_t)window * WINDOWS; t++)
			if ((!wanted->last[i] || (t + 1) % window == 0) &&
			    !compare_row(c, what, g->output.v[i].name, t, found->out[i] + t * row,
					 wanted->out[i] + t * row, row, tolerance))
				return false;
	}
	for (int s = 0; s < g->state.n; s++) {
		int64_t n = g->state.v[s].depth ? shape_count(g->state.v[s].shape) * g->batch * g->state.v[s].depth : 0;
		if (n && wanted->state[s] &&
		    !compare_row(c, what, g->state.v[s].name, 0, found->state[s], wanted->state[s], n, tolerance))
			return false;
	}
	return true;
}

/* What must hold for any graph at any stage. */
static Graph *
read_back(Case *c, const Graph *g, const char *stage)
{
	Text a = {0}, b = {0};
	graph_print(g, &a);
	Graph *r = graph_new(c->arena, c->diag);
	if (!graph_read(r, "printed.ir", a.v)) {
		fail(c, "%s: what was printed cannot be read", stage);
		text_free(&a);
		return NULL;
	}
	graph_verify(r, stage);
	graph_print(r, &b);
	bool same = strcmp(a.v, b.v) == 0;
	text_free(&a);
	text_free(&b);
	if (!same) {
		fail(c, "%s: printed, read and printed again is another text", stage);
		return NULL;
	}
	for (int i = 0; i < g->param.n; i++)
		r->param.v[i].value = g->param.v[i].value;
	for (int i = 0; i < g->state.n; i++)
		r->state.v[i].init.value = g->state.v[i].init.value;
	return r;
}

static bool
check_shapes(Case *c, const Graph *g, bool all_said)
{
	for (int32_t i = 0; i < g->node.n; i++) {
		const Node *n = g->node.v[i];
		Shape in[8];
		if (!shape_known(n->shape))
			return fail(c, "shape: %%%d is not known", i);
		if (all_said && !shape_equal(n->shape, c->expected[i]))
			return fail(c, "shape: %%%d is %s, wanted %s", i, shape_text(c->arena, n->shape),
				    shape_text(c->arena, c->expected[i]));
		for (int k = 0; k < n->nin && k < 8; k++)
			in[k] = g->node.v[n->in[k].i]->shape;
		if (n->nin && n->nin <= 8 && !shape_equal(n->shape, result_shape((Op)n->op, n->attr, in, n->nin)))
			return fail(c, "shape: %%%d is %s, which does not follow from its operands", i,
				    shape_text(c->arena, n->shape));
	}
	return true;
}

/* The plan, checked by who owns each float of the work buffer and each row of the outputs as the graph runs. */
typedef struct {
	Case *c;
	const Graph *g;
	int32_t *owner;      /* per float of the work buffer: node + 1 */
	int32_t *row[PORTS]; /* per output and step: node + 1 */
	bool *updated;       /* per state */
	int32_t *last;       /* per node: its last user */
} Memory;

static int64_t
floats_of(const Graph *g, const Node *n)
{
	return shape_count(n->shape) * (n->batched ? g->batch : 1);
}

static int32_t *
output_row(const Memory *m, int output, int32_t step)
{
	return &m->row[output][m->g->output.v[output].last ? 0 : step];
}

static bool
memory_reads(Memory *m, int32_t i, Ref from)
{
	const Node *n = graph_node(m->g, from), *user = m->g->node.v[i];
	if (n->op == OP_STATE && (m->updated[n->attr.slot.state] || user->op == OP_UPDATE))
		return fail(m->c, "plan: %%%d reads %%%d, a state that may have moved on", i, from.i);
	if (n->place == PLACE_OUTPUT && *output_row(m, n->offset, n->step) != from.i + 1)
		return fail(m->c, "plan: %%%d reads %%%d from an output that is not its own", i, from.i);
	for (int64_t k = 0; n->place == PLACE_SCRATCH && k < floats_of(m->g, n); k++)
		if (m->owner[n->offset + k] != from.i + 1)
			return fail(m->c, "plan: %%%d reads %%%d, which %%%d has overwritten", i, from.i,
				    m->owner[n->offset + k] - 1);
	return true;
}

/* Only an element-wise operator may write where it reads, and then exactly there. */
static bool
memory_overlap(Memory *m, int32_t i, Ref from)
{
	const Node *n = m->g->node.v[i], *a = graph_node(m->g, from);
	int64_t size = floats_of(m->g, n), other = floats_of(m->g, a);
	if (n->place != PLACE_SCRATCH || a->place != PLACE_SCRATCH || n->offset >= a->offset + other ||
	    a->offset >= n->offset + size)
		return true;
	if (op_elementwise((Op)n->op) && a->offset == n->offset && shape_equal(a->shape, n->shape) &&
	    a->batched == n->batched)
		return true;
	return fail(m->c, "plan: %%%d is written over its operand %%%d", i, from.i);
}

static bool
memory_writes(Memory *m, int32_t i)
{
	const Graph *g = m->g;
	const Node *n = g->node.v[i];
	if (n->op == OP_OUTPUT) {
		const Node *a = graph_node(g, n->in[0]);
		int32_t *row = output_row(m, n->attr.index, n->step);
		bool there = a->place == PLACE_OUTPUT && a->offset == n->attr.index && a->step == n->step;
		if (*row && !there)
			return fail(m->c, "plan: output %d of step %d is written twice", n->attr.index, n->step);
		*row = there ? *row : i + 1;
	} else if (n->place == PLACE_OUTPUT) {
		if (*output_row(m, n->offset, n->step))
			return fail(m->c, "plan: %%%d is put where another output stands", i);
		*output_row(m, n->offset, n->step) = i + 1;
	} else if (n->place == PLACE_SCRATCH) {
		if (n->offset < 0 || n->offset % 4 || n->offset + floats_of(g, n) > g->scratch)
			return fail(m->c, "plan: %%%d lies outside the work buffer or is not aligned", i);
		for (int64_t k = 0; k < floats_of(g, n); k++)
			m->owner[n->offset + k] = i + 1;
	} else if (n->op == OP_UPDATE) {
		m->updated[n->attr.index] = true;
	} else if (n->nin) {
		return fail(m->c, "plan: %%%d has no place", i);
	}
	return true;
}

/* No order-preserving plan needs less than what lives across one node. */
static bool
check_bound(Memory *m)
{
	const Graph *g = m->g;
	int64_t live = 0, most = 0;
	for (int32_t i = 0; i < g->node.n; i++) {
		const Node *n = g->node.v[i];
		live += n->place == PLACE_SCRATCH ? (floats_of(g, n) + 3) / 4 * 4 : 0;
		for (int32_t k = 0; k <= i; k++)
			if (m->last[k] == i && g->node.v[k]->place == PLACE_SCRATCH)
				live -= (floats_of(g, g->node.v[k]) + 3) / 4 * 4;
		most = live > most ? live : most;
	}
	if (g->scratch_bound < most || g->scratch < g->scratch_bound)
		return fail(m->c, "plan: %" PRId64 " live, bound %" PRId64 ", buffer %" PRId64, most, g->scratch_bound,
			    g->scratch);
	return true;
}

static bool
check_plan(Case *c, const Graph *g)
{
	Memory m = {.c = c, .g = g};
	m.owner = arena_alloc(c->arena, ((size_t)g->scratch + 4) * sizeof *m.owner);
	m.updated = arena_alloc(c->arena, (size_t)g->state.n + 1);
	m.last = arena_alloc(c->arena, ((size_t)g->node.n + 1) * sizeof *m.last);
	for (int i = 0; i < g->output.n; i++)
		m.row[i] = arena_alloc(c->arena, (size_t)g->steps * sizeof **m.row);
	for (int32_t i = 0; i < g->node.n; i++) {
		const Node *n = g->node.v[i];
		m.last[i] = i;
		for (int k = 0; k < n->nin; k++) {
			m.last[n->in[k].i] = i;
			if (!memory_reads(&m, i, n->in[k]) || !memory_overlap(&m, i, n->in[k]))
				return false;
		}
		if (!memory_writes(&m, i))
			return false;
	}
	for (int i = 0; i < g->output.n; i++)
		for (int32_t t = 0; t < (g->output.v[i].last ? 1 : g->steps); t++)
			if (!m.row[i][t])
				return fail(c, "plan: output %d of step %d is never written", i, t);
	return check_bound(&m);
}

/* Runs passes one by one, reading and printing in between. false: a failure, or an error that *refused tells. */
static bool
run_passes(Case *c, Graph *g, const char *letters, bool *refused)
{
	PassRun run = {.out = stderr, .facts = FACT_SHAPED | (g->steps ? FACT_UNROLLED : 0u)};
	for (; *letters; letters++) {
		char one[2] = {*letters, 0};
		*refused = !pass_run(g, one, &run);
		if (*refused || !read_back(c, g, pass_by_letter(*letters)->name))
			return false;
	}
	return true;
}

typedef struct {
	Graph *g; /* shaped, with values */
	Inputs x;
	Result live, all; /* oracle: of the live nodes, of all nodes */
} Wanted;

static const char *const before[] = {"", "F", "C", "D", "FC", "CF", "FCD", "DFC", "CDFCDF"};
static const char *const after[] = {"", "C", "D", "CD", "DC", "F", "FCD"};

/* The graph after some passes computes what the oracle says. */
static Graph *
check_sequence(Case *c, const Wanted *w, const char *first, const char *second)
{
	char what[64];
	bool refused = false, folds = strchr(first, 'F') || strchr(second, 'F');
	snprintf(what, sizeof what, "%sU%s", first, second);
	Graph *g = graph_copy(w->g);
	if (!run_passes(c, g, first, &refused) || !run_passes(c, g, "U", &refused)) {
		if (refused && !w->live.cycle && !(w->all.cycle && !strchr(first, 'D')))
			fail(c, "%s: refused", what);
		return NULL;
	}
	if (w->live.cycle) {
		fail(c, "%s: a value that needs its own future was not refused", what);
		return NULL;
	}
	if (!run_passes(c, g, second, &refused) || !run_passes(c, g, "P", &refused))
		return NULL;
	Result r = run_eval(c, g, &w->x, (int64_t)g->steps * WINDOWS);
	if (!compare(c, what, g, &r, w->all.cycle ? &w->live : &w->all, g->steps, folds ? 1e-12 : 0))
		return NULL;
	if (!strchr(second, 'F') && !check_plan(c, g))
		return NULL;
	Graph *back = read_back(c, g, what);
	if (!back)
		return NULL;
	Result again = run_eval(c, back, &w->x, (int64_t)g->steps * WINDOWS);
	return compare(c, "printed and read", g, &again, &r, g->steps, 0) ? g : NULL;
}

static bool check_c(Case *c, const Wanted *w, const Graph *step, const Graph *window);

/* The pipeline of the compiler: a window, and as many single steps. */
static bool
check_pipeline(Case *c, const Wanted *w, bool compile)
{
	Graph *window = check_sequence(c, w, "FCD", "CD"), *step = NULL;
	if (!window)
		return !*c->why;
	if (!graph_looks_ahead(w->g)) {
		bool refused = false;
		step = graph_copy(w->g);
		step->window = 1;
		if (!run_passes(c, step, "FCDUCDP", &refused))
			return fail(c, "one step is refused");
		if (!check_plan(c, step))
			return false;
		Result a = run_eval(c, window, &w->x, (int64_t)window->steps * WINDOWS);
		Result b = run_eval(c, step, &w->x, (int64_t)window->steps * WINDOWS);
		memcpy(b.last, w->live.last, sizeof b.last);
		if (!compare(c, "stepped and unrolled", window, &a, &b, window->steps, 0))
			return false;
	}
	return !compile || check_c(c, w, step, window);
}

/* g: shapes solved, values bound. */
static bool
check_meaning(Case *c, Graph *g, bool compile, Wanted *w)
{
	*w = (Wanted){.g = g, .x = random_inputs(c, g)};
	Graph *live = graph_copy(g);
	pass_dce(live);
	w->live = run_oracle(c, live, &w->x, false);
	w->all = run_oracle(c, g, &w->x, false);
	for (int k = 0; k < 3; k++)
		if (!check_sequence(c, w, before[below(c, COUNT(before))], after[below(c, COUNT(after))]) && *c->why)
			return false;
	return check_pipeline(c, w, compile);
}

/* The generated C, built and run by the system's compiler. */
static bool write_text(const char *path, const char *fmt, ...) PRINTF_LIKE(2, 3);

static bool
write_text(const char *path, const char *fmt, ...)
{
	va_list ap;
	FILE *f = fopen(path, "w");
	if (!f)
		return false;
	va_start(ap, fmt);
	vfprintf(f, fmt, ap);
	va_end(ap);
	return fclose(f) == 0;
}

static void
add_call(Text *t, const Graph *g, const char *function, const char *at)
{
	text_add(t, "%s(&s", function);
	for (int i = 0; i < g->input.n; i++)
		text_add(t, ", (void *)(x%d + %s * %" PRId64 ")", i, at, port_row(g, &g->input.v[i]));
	for (int i = 0; i < g->output.n; i++)
		text_add(t, ", (void *)(y%d + %s * %" PRId64 ")", i, g->output.v[i].last ? "LAST" : at,
			 port_row(g, &g->output.v[i]));
	text_add(t, ");\n");
}

/* Runs the windows, then as many steps, and fails if the bits differ; writes the outputs to y.raw. */
static void
driver_text(Text *t, const Graph *step, const Graph *g)
{
	int64_t steps = (int64_t)g->steps * WINDOWS;
	text_add(t, "#include \"t.h\"\n#include <stdio.h>\n#include <string.h>\nstatic t_state s;\n");
	for (int i = 0; i < g->input.n; i++)
		text_add(t, "static float x%d[%" PRId64 "];\n", i, port_row(g, &g->input.v[i]) * steps);
	for (int i = 0; i < g->output.n; i++)
		text_add(t, "static float y%d[%" PRId64 "], z%d[sizeof y%d / 4];\n", i,
			 port_row(g, &g->output.v[i]) * steps, i, i);
	text_add(t, "int main(void)\n{\n\tFILE *f = fopen(\"x.raw\", \"rb\");\n");
	for (int i = 0; i < g->input.n; i++)
		text_add(t, "\tif (fread(x%d, 1, sizeof x%d, f) != sizeof x%d) return 3;\n", i, i, i);
	text_add(t, "\tfclose(f);\n\tmemset(&s, 0xa5, sizeof s);\n\tt_reset(&s);\n");
	text_add(t, "\tfor (int t = 0; t < %" PRId64 "; t += %d) {\n#define LAST (t + %d)\n\t\t", steps, g->steps,
		 g->steps - 1);
	add_call(t, g, "t_unrolled", "t");
	text_add(t, "\t}\n#undef LAST\n");
	if (step) {
		for (int i = 0; i < g->output.n; i++)
			text_add(t, "\tmemcpy(z%d, y%d, sizeof z%d);\n\tmemset(y%d, 0, sizeof z%d);\n", i, i, i, i, i);
		text_add(t,
			 "\tmemset(&s, 0xa5, sizeof s);\n\tt_reset(&s);\n\tfor (int t = 0; t < %" PRId64
			 "; t++) {\n#define LAST t\n\t\t",
			 steps);
		add_call(t, g, "t_step", "t");
		for (int i = 0; i < g->output.n; i++) {
			int64_t row = port_row(g, &g->output.v[i]);
			text_add(t,
				 "\t\tif (%s) { if (memcmp(y%d + t * %" PRId64 ", z%d + t * %" PRId64 ", %" PRId64
				 ")) return 4; }\n",
				 g->output.v[i].last ? arena_printf(g->arena, "(t + 1) %% %d == 0", g->steps) : "1", i,
				 row, i, row, row * 4);
		}
		text_add(t, "\t}\n");
	}
	text_add(t, "\tf = fopen(\"y.raw\", \"wb\");\n");
	for (int i = 0; i < g->output.n; i++)
		text_add(t, "\tfwrite(y%d, 1, sizeof y%d, f);\n", i, i);
	text_add(t, "\treturn fclose(f);\n}\n");
}

static bool
write_inputs(const Graph *g, const Inputs *x)
{
	FILE *f = fopen("x.raw", "wb");
	for (int i = 0; f && i < g->input.n; i++)
		for (int64_t k = 0; k < port_row(g, &g->input.v[i]) * g->steps * WINDOWS; k++) {
			float v = (float)x->in[i][k];
			fwrite(&v, sizeof v, 1, f);
		}
	return f && fclose(f) == 0;
}

/* A float may differ by 1e-5 of its size, and by what rounding each value to float moves it. */
static bool
compare_floats(Case *c, const Graph *g, const Result *wanted, const Result *rounded)
{
	FILE *f = fopen("y.raw", "rb");
	bool ok = f != NULL;
	for (int i = 0; i < g->output.n && ok; i++) {
		int64_t row = port_row(g, &g->output.v[i]);
		for (int64_t k = 0; k < row * g->steps * WINDOWS && ok; k++) {
			float v;
			ok = fread(&v, sizeof v, 1, f) == 1;
			double a = wanted->out[i][k], b = rounded->out[i][k], off = fabs(a - b);
			bool counts =
				(!wanted->last[i] || (k / row + 1) % g->steps == 0) && isfinite(a) && fabs(a) < 1e4;
			if (ok && counts && !(fabs((double)v - a) <= 1e-5 * (1 + fabs(a)) + 100 * off))
				ok = fail(c, "C: %s, step %" PRId64 ", element %" PRId64 ": found %.9g, wanted %.17g",
					  g->output.v[i].name, k / row, k % row, (double)v, a);
		}
	}
	if (f)
		fclose(f);
	return ok || fail(c, "C: y.raw is incomplete");
}

static bool
emit_c(const Wanted *w, const Graph *step, const Graph *window)
{
	static Emit e;
	Graph *net = w->g;
	e = (Emit){.arena = net->arena, .diag = net->diag, .net = net, .step = step, .window = window};
	e.prefix = e.file_stem = "t";
	e.source = "prop.net";
	e.scratch_in = SCRATCH_STACK;
	e.has_values = true;
	back_run(&back_c, &e);
	Text driver = {0};
	driver_text(&driver, step, window);
	bool ok = write_text("t.c", "%s", e.text.v) && write_text("t.h", "%s", e.header.v) &&
		  write_text("main.c", "%s", driver.v) && write_inputs(window, &w->x);
	text_free(&e.text);
	text_free(&e.header);
	text_free(&driver);
	return ok;
}

static bool
check_c(Case *c, const Wanted *w, const Graph *step, const Graph *window)
{
	char command[400];
	const char *cc = getenv("CC");
	for (int i = 0; i < w->g->param.n; i++)
		if (!w->g->param.v[i].value) /* nothing said how large it is */
			return true;
	if (!emit_c(w, step, window))
		return fail(c, "C: the files cannot be written");
	snprintf(command, sizeof command,
		 "%s -std=c99 -O1 -ffp-contract=off -Wall -Wextra -Wconversion -Werror -c t.c >cc.log 2>&1 && "
		 "%s -std=c99 -O0 main.c t.o -o t.out >>cc.log 2>&1",
		 cc && *cc ? cc : "cc", cc && *cc ? cc : "cc");
	if (system(command) != 0) {
		if (system("head -n 20 cc.log") != 0)
			return fail(c, "C: cc.log cannot be read");
		return fail(c, "C: it does not compile");
	}
	int status = system("./t.out");
	if (status != 0)
		return fail(c, "C: %s", status == 4 << 8 ? "stepped and unrolled differ" : "the program failed");
	Graph *live = graph_copy(w->g);
	pass_dce(live);
	Result rounded = run_oracle(c, live, &w->x, true);
	return compare_floats(c, window, &w->live, &rounded);
}

/* Nets of random equations, and what they mean. */
typedef enum {
	X_INPUT,
	X_DELAY,
	X_NAME,
	X_PARAM,
	X_NUMBER,
	X_CALL,
	X_BINARY,
	X_TIMES,
	X_JOIN,
	X_PART,
	X_ELEMENT,
	X_REDUCE
} Kind;

struct Formula {
	Kind kind;
	int size;  /* features; 0: a number */
	int which; /* equation, parameter, function, operator; DELAY: -1 is the input */
	int depth; /* DELAY; TIMES: 0 row form x * W, 1 column form W * x */
	int first, last;
	double number;
	Formula *a, *b;
};

static const struct {
	const char *name;
	double (*fn)(double);
} function[] = {{"tanh", tanh}, {"σ", NULL}, {"abs", fabs}, {"relu", NULL}, {"-", NULL}};
static const char *const operator_name[] = {"+", "-", ".*", "max", "min", "./"};
static const int operator_level[] = {1, 1, 2, 0, 0, 2};
static const char *const reduction[] = {"sum", "mean", "maximum"};

static Formula *
expr_new(Case *c, Kind kind, int size)
{
	Formula *e = arena_alloc(c->arena, sizeof *e);
	e->kind = kind;
	e->size = size;
	return e;
}

static int
add_param_field(Case *c, Shape shape)
{
	ParamInfo p = {.name = arena_printf(c->arena, "W%d", c->g->param.n), .shape = shape};
	*table_push(c->arena, &c->g->param) = p;
	return c->g->param.n - 1;
}

/* A delayed field or input of that size, or NULL. */
static Formula *
random_delay(Case *c, int size)
{
	int fits[64], n = 0;
	for (int i = 0; i < c->equation.n && n < 60; i++)
		if (c->equation.v[i].size == size && c->equation.v[i].is_field)
			fits[n++] = i;
	if (c->in == size)
		fits[n++] = -1;
	if (!n)
		return NULL;
	Formula *e = expr_new(c, X_DELAY, size);
	e->which = fits[below(c, n)];
	e->depth = between(c, 1, 4);
	return e;
}

/* An earlier equation, or the input, of that size, or NULL. */
static Formula *
random_use(Case *c, int size, int upto)
{
	int fits[64], n = 0;
	for (int i = 0; i < upto && n < 60; i++)
		if (c->equation.v[i].size == size)
			fits[n++] = i;
	if (c->in == size)
		fits[n++] = -1;
	if (!n)
		return NULL;
	int which = fits[below(c, n)];
	Formula *e = expr_new(c, which < 0 ? X_INPUT : X_NAME, size);
	e->which = which;
	return e;
}

static Formula *random_expr(Case *c, int size, int upto, int depth);

static Formula *
random_number(Case *c, int upto, int depth)
{
	Formula *e;
	if (depth > 0 && chance(c, 60)) {
		e = expr_new(c, chance(c, 50) ? X_REDUCE : X_ELEMENT, 0);
		e->a = random_expr(c, c->dim[below(c, 3)], upto, depth - 1);
		e->which = below(c, COUNT(reduction));
		e->first = e->last = between(c, 1, e->a->size);
		return e;
	}
	e = expr_new(c, X_NUMBER, 0);
	e->number = between(c, 0, 8) / 4.0;
	return e;
}

static Formula *
random_leaf(Case *c, int size, int upto)
{
	Formula *e = NULL;
	if (chance(c, 40))
		e = random_delay(c, size);
	if (!e && chance(c, 70))
		e = random_use(c, size, upto);
	if (e)
		return e;
	e = expr_new(c, X_PARAM, size);
	e->which = add_param_field(c, shape_vector(size));
	return e;
}

static Formula *
random_product(Case *c, int size, int upto, int depth)
{
	Formula *e = expr_new(c, X_TIMES, size);
	int inner = c->dim[below(c, 3)];
	e->a = random_expr(c, inner, upto, depth - 1);
	e->depth = chance(c, 30);
	e->which = add_param_field(c, e->depth ? shape_matrix(size, inner) : shape_matrix(inner, size));
	return e;
}

static Formula *
random_binary(Case *c, int size, int upto, int depth)
{
	Formula *e = expr_new(c, X_BINARY, size);
	e->which = below(c, COUNT(operator_name));
	e->a = chance(c, 20) ? random_number(c, upto, depth - 1) : random_expr(c, size, upto, depth - 1);
	e->b = e->a->size && chance(c, 20) ? random_number(c, upto, depth - 1) : random_expr(c, size, upto, depth - 1);
	if (e->which == 5) { /* nothing is divided by zero */
		Formula *two = expr_new(c, X_NUMBER, 0), *abs = expr_new(c, X_CALL, e->b->size),
			*sum = expr_new(c, X_BINARY, e->b->size);
		two->number = 2;
		abs->which = 2;
		abs->a = e->b;
		sum->a = two;
		sum->b = abs;
		e->b = sum;
	}
	return e;
}

static Formula *
random_expr(Case *c, int size, int upto, int depth)
{
	Formula *e;
	if (depth <= 0)
		return random_leaf(c, size, upto);
	switch (below(c, 8)) {
	case 0:
	case 1: return random_product(c, size, upto, depth);
	case 2:
	case 3: return random_binary(c, size, upto, depth);
	case 4:
		if (size > 1) {
			e = expr_new(c, X_JOIN, size);
			e->first = between(c, 1, size - 1);
			e->a = random_expr(c, e->first, upto, depth - 1);
			e->b = random_expr(c, size - e->first, upto, depth - 1);
			return e;
		}
		return random_leaf(c, size, upto);
	case 5:
		e = expr_new(c, X_PART, size);
		e->a = random_expr(c, size + below(c, 3), upto, depth - 1);
		e->first = between(c, 1, e->a->size - size + 1);
		e->last = e->first + size - 1;
		return e;
	default:
		e = expr_new(c, X_CALL, size);
		e->which = below(c, COUNT(function));
		e->a = random_expr(c, size, upto, depth - 1);
		return e;
	}
}

static void put_expr(Case *c, const Formula *e, int level, Text *t);

static void
put_call(Case *c, const char *name, bool dotted, const Formula *a, const Formula *b, Text *t)
{
	text_add(t, "%s%s(", name, dotted ? "." : "");
	put_expr(c, a, 0, t);
	if (b) {
		text_add(t, ", ");
		put_expr(c, b, 0, t);
	}
	text_add(t, ")");
}

static void
put_infix(Case *c, const Formula *e, int level, Text *t)
{
	int mine = e->kind == X_TIMES ? 2 : operator_level[e->which];
	bool wrap = mine < level || chance(c, 10);
	text_add(t, wrap ? "(" : "");
	if (e->kind == X_TIMES && e->depth) {
		text_add(t, "W%d * ", e->which);
		put_expr(c, e->a, 3, t);
	} else if (e->kind == X_TIMES) {
		put_expr(c, e->a, 2, t);
		text_add(t, " * W%d", e->which);
	} else {
		/* '+' and '-' of vectors may do without their dot; of a number and a vector too. */
		bool dot = e->which < 2 && chance(c, 50);
		put_expr(c, e->a, mine, t);
		text_add(t, " %s%s ", dot ? "." : "", operator_name[e->which]);
		put_expr(c, e->b, mine + 1, t);
	}
	text_add(t, wrap ? ")" : "");
}

/* level: 0 anything, 1 a term of a sum on its left, 2 a factor on its left …, 3 an operand of a unary minus. */
static void
put_expr(Case *c, const Formula *e, int level, Text *t)
{
	const char *name;
	switch (e->kind) {
	case X_INPUT: text_add(t, "x"); break;
	case X_DELAY:
		name = e->which < 0 ? "x" : c->equation.v[e->which].name;
		text_add(t, chance(c, 50) ? "%s{-%d}" : "%s<-%d>", name, e->depth);
		break;
	case X_NAME: text_add(t, "%s", c->equation.v[e->which].name); break;
	case X_PARAM: text_add(t, "W%d", e->which); break;
	case X_NUMBER: text_add(t, "%g", e->number); break;
	case X_CALL:
		if (strcmp(function[e->which].name, "-") == 0) {
			text_add(t, "(-");
			put_expr(c, e->a, 3, t);
			text_add(t, ")");
		} else {
			put_call(c, function[e->which].name, chance(c, 50), e->a, NULL, t);
		}
		break;
	case X_BINARY:
		if (!operator_level[e->which])
			put_call(c, operator_name[e->which], true, e->a, e->b, t);
		else
			put_infix(c, e, level, t);
		break;
	case X_TIMES: put_infix(c, e, level, t); break;
	case X_JOIN: put_call(c, chance(c, 70) ? "vcat" : "hcat", false, e->a, e->b, t); break;
	case X_REDUCE: put_call(c, reduction[e->which], false, e->a, NULL, t); break;
	case X_PART:
	case X_ELEMENT:
		text_add(t, "(");
		put_expr(c, e->a, 0, t);
		if (e->last == e->a->size && chance(c, 50))
			text_add(t, e->kind == X_PART ? ")[%d:end]" : ")[end]", e->first);
		else
			text_add(t, e->kind == X_PART ? ")[%d:%d]" : ")[%d]", e->first, e->last);
		break;
	}
}

/* The meaning: the value of equation i at step t, counted from the reset. One batch row. */
typedef struct {
	Case *c;
	const Graph *g;  /* for the values of its parameters */
	const double *x; /* [step][in] */
	double ***value; /* [step][equation] */
} Meaning;

static const double *meaning_of(Meaning *m, const Formula *e, int t);

static const double *
equation_at(Meaning *m, int i, int t)
{
	const Equation *q = &m->c->equation.v[i];
	if (t >= 0 && m->value[t][i])
		return m->value[t][i];
	double *v = arena_alloc(m->c->arena, (size_t)q->size * sizeof *v);
	if (t < 0) {
		for (int k = 0; k < q->size; k++)
			v[k] = q->initial;
		return v;
	}
	const double *from = meaning_of(m, q->value, t);
	memcpy(v, from, (size_t)q->size * sizeof *v);
	return m->value[t][i] = v;
}

static const float *
param_value(const Meaning *m, int which)
{
	char name[16];
	snprintf(name, sizeof name, "W%d", which);
	for (int i = 0; i < m->g->param.n; i++)
		if (strcmp(m->g->param.v[i].name, name) == 0)
			return m->g->param.v[i].value;
	return NULL;
}

static double
apply_function(int which, double x)
{
	switch (which) {
	case 1: return 1 / (1 + exp(-x));
	case 3: return x > 0 ? x : 0;
	case 4: return -x;
	default: return function[which].fn(x);
	}
}

static double
apply_operator(int which, double a, double b)
{
	switch (which) {
	case 0: return a + b;
	case 1: return a - b;
	case 2: return a * b;
	case 3: return a > b ? a : b;
	case 4: return a < b ? a : b;
	default: return a / b;
	}
}

static double
apply_reduction(int which, const double *v, int n)
{
	double sum = 0, most = v[0];
	for (int k = 0; k < n; k++) {
		sum += v[k];
		most = v[k] > most ? v[k] : most;
	}
	return which == 0 ? sum : which == 1 ? sum / n : most;
}

static void
product(const Meaning *m, const Formula *e, const double *a, double *v)
{
	const float *w = param_value(m, e->which);
	int inner = e->a->size;
	assert(w);
	for (int j = 0; j < e->size; j++) {
		v[j] = 0;
		for (int k = 0; k < inner; k++)
			v[j] += a[k] * (double)(e->depth ? w[j * inner + k] : w[k * e->size + j]);
	}
}

static const double *
meaning_of(Meaning *m, const Formula *e, int t)
{
	int n = e->size ? e->size : 1, in = m->c->in;
	double *v = arena_alloc(m->c->arena, (size_t)n * sizeof *v);
	const double *a = e->a ? meaning_of(m, e->a, t) : NULL, *b = e->b ? meaning_of(m, e->b, t) : NULL;
	const float *w = NULL;
	switch (e->kind) {
	case X_INPUT: return m->x + t * in;
	case X_NAME: return equation_at(m, e->which, t);
	case X_DELAY:
		if (e->which >= 0)
			return equation_at(m, e->which, t - e->depth);
		return t >= e->depth ? m->x + (t - e->depth) * in : v;
	case X_NUMBER: v[0] = e->number; return v;
	case X_PARAM:
		w = param_value(m, e->which);
		assert(w);
		for (int k = 0; k < n; k++)
			v[k] = (double)w[k];
		return v;
	case X_CALL:
		for (int k = 0; k < n; k++)
			v[k] = apply_function(e->which, a[k]);
		return v;
	case X_BINARY:
		for (int k = 0; k < n; k++)
			v[k] = apply_operator(e->which, a[e->a->size ? k : 0], b[e->b->size ? k : 0]);
		return v;
	case X_TIMES: product(m, e, a, v); return v;
	case X_JOIN:
		memcpy(v, a, (size_t)e->a->size * sizeof *v);
		memcpy(v + e->a->size, b, (size_t)e->b->size * sizeof *v);
		return v;
	case X_PART:
	case X_ELEMENT: return a + e->first - 1;
	case X_REDUCE: v[0] = apply_reduction(e->which, a, e->a->size); return v;
	}
	return v;
}

static void
shuffle(Case *c, int *v, int n)
{
	for (int i = n - 1; i > 0; i--) {
		int k = below(c, i + 1), swap = v[i];
		v[i] = v[k];
		v[k] = swap;
	}
}

/* struct T with the equations in any order; the last one is the value. */
static void
make_equations(Case *c)
{
	static const char *const letter[] = {"y", "h", "state", "z", "gate", "ŷ", "s′", "α"};
	c->g = graph_new(c->arena, c->diag); /* for its parameter table */
	for (int k = 0; k < 3; k++)
		c->dim[k] = between(c, 1, 6);
	c->in = c->dim[0];
	int n = 1 + below(c, c->size / 6 + 1);
	for (int i = 0; i < n; i++) {
		Equation *q = table_push(c->arena, &c->equation);
		snprintf(q->name, sizeof q->name, "%s%d", letter[below(c, COUNT(letter))], i);
		q->size = c->dim[below(c, 3)];
		q->is_field = chance(c, 70);
		q->initial = q->is_field && chance(c, 30);
		q->sized = chance(c, 70) || q->initial != 0;
	}
	for (int i = 0; i < n; i++) {
		c->equation.v[i].value = random_expr(c, c->equation.v[i].size, i, 1 + below(c, 4));
		*table_push(c->arena, &c->order) = i;
	}
	shuffle(c, c->order.v, n);
	Text *t = &c->source;
	text_add(t, "@net struct T\n");
	for (int i = 0; i < c->g->param.n; i++) {
		Shape s = c->g->param.v[i].shape;
		text_add(t, s.rank == 1 ? "  W%d::(%d,)\n" : "  W%d::(%d, %d)\n", i, s.dim[0], s.dim[1]);
	}
	for (int i = 0; i < n; i++)
		if (c->equation.v[i].initial != 0)
			text_add(t, "  %s = ones(%d)\n", c->equation.v[i].name, c->equation.v[i].size);
		else if (c->equation.v[i].is_field)
			text_add(t, c->equation.v[i].sized ? "  %s::(%d,)\n" : "  %s\n", c->equation.v[i].name,
				 c->equation.v[i].size);
	text_add(t, "  function (x)\n");
	for (int i = 0; i < n; i++) {
		const Equation *q = &c->equation.v[c->order.v[i]];
		text_add(t, "    %s = ", q->name);
		put_expr(c, q->value, 0, t);
		text_add(t, "\n");
	}
	text_add(t, "  end\nend\n");
}

/* Chains of the prelude's layers, with sizes or without. */
static void
make_chain(Case *c)
{
	static const char *const layer[] = {"LSTM",           "GRU",    "Recurrent", "GRUv3",
					    "GatedRecurrent", "Affine", "RNN",       "Dense"};
	static const char *const act[] = {"σ",   "tanh", "relu",     "softmax",     "swish",
					  "elu", "gelu", "softplus", "hardsigmoid", "twice"};
	Text *t = &c->source;
	int n = 1 + below(c, c->size / 12 + 1), in = between(c, 1, 6);
	c->in = in;
	text_add(t, "@net twice(x) = x .+ 2 .* tanh.(x)\nmodel = Chain(");
	for (int i = 0; i < n; i++) {
		int out = between(c, 1, 6);
		const char *name = layer[below(c, COUNT(layer))];
		bool flip = chance(c, 8);
		text_add(t, "%s%s", i ? ", " : "", flip ? "flip(" : "");
		text_add(t, chance(c, 50) ? "%s(%d, %d)" : "%s(%d => %d)", name, in, out);
		text_add(t, "%s", flip ? ")" : "");
		if (chance(c, 40))
			text_add(t, ", %s", act[below(c, COUNT(act))]);
		in = out;
	}
	text_add(t, ")\n");
}

static bool
all_sized(const Case *c)
{
	for (int i = 0; i < c->equation.n; i++)
		if (!c->equation.v[i].sized)
			return false;
	return true;
}

/* Text → graph with shapes and values. */
static bool
compile_source(Case *c)
{
	Ast prelude = {0}, user = {0};
	DimOption dim = {"in", c->in};
	parse_text(c->arena, c->diag, "prelude.net", prelude_text, prelude_size, &prelude);
	parse_text(c->arena, c->diag, "random.net", c->source.v, c->source.n, &user);
	if (diag_errors(c->diag))
		return fail(c, "it does not parse");
	LowerOptions lo = {.dim = &dim, .ndim = 1, .batch = between(c, 1, 3), .file = "random.net"};
	Lowered l = lower(c->arena, c->diag, &prelude, &user, &lo);
	if (diag_errors(c->diag))
		return fail(c, "it does not lower");
	c->g = l.graph;
	c->g->window = between(c, 1, 5);
	if (!read_back(c, c->g, "lower"))
		return false;
	PassRun run = {.out = stderr};
	if (!pass_run(c->g, "S", &run))
		return c->equation.n && !all_sized(c) ? false : fail(c, "its shapes are not solved");
	TensorTable none = {.arena = c->arena};
	BindOptions bo = {.seeded = true, .seed = c->seed, .need_values = true};
	bind_values(c->g, &none, &bo);
	return !diag_errors(c->diag) || fail(c, "its values are not bound");
}

/* A field whose size is not said may have been solved otherwise: then the net means something else. */
static bool
sizes_as_meant(const Case *c, const Graph *g)
{
	for (int i = 0; i < c->equation.n; i++)
		for (int s = 0; s < g->state.n; s++)
			if (!c->equation.v[i].sized && strcmp(g->state.v[s].name, c->equation.v[i].name) == 0 &&
			    !shape_equal(g->state.v[s].shape, shape_vector(c->equation.v[i].size)))
				return false;
	return true;
}

/* Do the equations say the same as the graph? */
static bool
check_equations(Case *c, const Wanted *w)
{
	const Graph *g = w->g;
	int steps = g->window * WINDOWS, in = c->in;
	int value = c->order.v[c->order.n - 1], out = c->equation.v[value].size;
	if (g->output.n != 1 || shape_count(g->output.v[0].shape) != out)
		return fail(c, "equations: the output is not the last equation");
	for (int b = 0; b < g->batch; b++) {
		Meaning m = {.c = c, .g = g};
		double *x = arena_alloc(c->arena, (size_t)(steps * in) * sizeof *x);
		for (int t = 0; g->input.n && t < steps; t++)
			memcpy(x + t * in, w->x.in[0] + (t * g->batch + b) * in, (size_t)in * sizeof *x);
		m.x = x;
		m.value = arena_alloc(c->arena, (size_t)steps * sizeof *m.value);
		for (int t = 0; t < steps; t++)
			m.value[t] = arena_alloc(c->arena, (size_t)c->equation.n * sizeof **m.value);
		for (int t = 0; t < steps; t++)
			if (!compare_row(c, "equations", c->equation.v[value].name, t,
					 w->live.out[0] + (t * g->batch + b) * out, equation_at(&m, value, t), out,
					 1e-11))
				return false;
	}
	return true;
}

static bool
check_random_graph(Case *c, bool compile)
{
	c->tame = compile;
	make_graph(c);
	bool hidden = chance(c, 30) && hide_shapes(c);
	graph_verify(c->g, "build");
	if (!read_back(c, c->g, "build"))
		return false;
	PassRun run = {.out = stderr};
	if (!pass_run(c->g, "S", &run))
		return hidden || fail(c, "shape: refused");
	fill_values(c, c->g);
	Wanted w;
	return read_back(c, c->g, "shape") && check_shapes(c, c->g, !hidden) && check_meaning(c, c->g, compile, &w);
}

static bool
check_random_net(Case *c, bool equations, bool compile)
{
	Wanted w;
	if (equations)
		make_equations(c);
	else
		make_chain(c);
	if (!compile_source(c))
		return !*c->why;
	for (int i = 0; i < c->g->param.n; i++)
		fill_param(c, &c->g->param.v[i]);
	return check_meaning(c, c->g, compile, &w) &&
	       (!equations || !sizes_as_meant(c, c->g) || check_equations(c, &w));
}

static sigjmp_buf abort_exit;

static void
on_abort(int sig)
{
	(void)sig;
	siglongjmp(abort_exit, 1);
}

/* The seed says everything, and the size how much. */
static bool
run_case(uint64_t seed, int size, bool verbose, char *why, size_t nwhy)
{
	static FILE *nowhere;
	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	Case *volatile keep = calloc(1, sizeof *keep);
	Case *c = keep;
	assert(c && nowhere);
	c->seed = c->random = seed;
	c->size = size;
	c->verbose = verbose;
	c->arena = arena_new();
	c->diag = diag_new(c->arena, verbose ? stderr : nowhere);
	diag_warning_option(c->diag, "none");
	bool compile = seed % C_EVERY == 0;
	volatile bool ok = false;
	if (sigsetjmp(abort_exit, 1) == 0)
		ok = seed / C_EVERY % 5 < 3 ? check_random_graph(c, compile)
					    : check_random_net(c, seed / C_EVERY % 5 == 3, compile);
	else
		fail(keep, "netc aborted");
	c = keep;
	if (verbose) {
		Text t = {0};
		if (c->g)
			graph_print(c->g, &t);
		printf("%s%s%s\n", c->source.v ? c->source.v : "", t.v ? t.v : "", ok ? "passed" : c->why);
		text_free(&t);
	}
	diag_flush(c->diag);
	snprintf(why, nwhy, "%s", c->why);
	text_free(&c->source);
	arena_free(c->arena);
	free(c);
	return ok;
}

static int
case_size(uint64_t seed)
{
	return 3 + (int)(seed * 7 % (SIZE_MAX_CASE - 2));
}

/* The smallest case of this kind that fails: sizes from below, some seeds of each. */
static void
report(uint64_t seed, const char *why)
{
	char other[1000];
	int tries = seed % C_EVERY ? 200 : 2;
	uint64_t best = seed;
	int size = case_size(seed);
	for (int s = 1; s < case_size(seed) && size == case_size(seed); s += seed % C_EVERY ? 1 : 6)
		for (int k = 0; k < tries && size == case_size(seed); k++) {
			uint64_t try = seed + (uint64_t)k * C_EVERY * 5 * 1000;
			if (!run_case(try, s, false, other, sizeof other)) {
				best = try;
				size = s;
			}
		}
	printf("prop: seed %" PRIu64 ": %s\nprop: prop --one %" PRIu64 " %d fails:\n", seed, why, best, size);
	run_case(best, size, true, other, sizeof other);
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	char why[1000];
	signal(SIGABRT, on_abort);
	if (argc == 4 && strcmp(argv[1], "--one") == 0)
		return !run_case(strtoull(argv[2], NULL, 10), atoi(argv[3]), true, why, sizeof why);
	if (argc != 3) {
		fprintf(stderr, "prop: wanted 'prop N FIRST' or 'prop --one SEED SIZE'\n");
		return 2;
	}
	long n = strtol(argv[1], NULL, 10), failed = 0;
	uint64_t first = strtoull(argv[2], NULL, 10);
	for (uint64_t seed = first; seed < first + (uint64_t)n; seed++)
		if (!run_case(seed, case_size(seed), false, why, sizeof why) && failed++ < 3)
			report(seed, why);
		else if (*why)
			printf("prop: seed %" PRIu64 ": %s\n", seed, why);
	printf("prop: %ld passed, %ld failed\n", n - failed, failed);
	return failed != 0;
}
