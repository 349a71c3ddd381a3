/* ir.c: building, copying and checking graphs. The text form is in ir_text.c. */
#include "ir.h"
#include "ops.h"
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LOG2E 1.44269504088896340736

Graph *
graph_new(Arena *a, Diag *d)
{
	Graph *g = arena_alloc(a, sizeof *g);
	g->arena = a;
	g->diag = d;
	g->model = "model";
	g->batch = 1;
	g->window = 1;
	return g;
}

Node *
graph_node(const Graph *g, Ref r)
{
	assert(r.i >= 0 && r.i < g->node.n);
	return g->node.v[r.i];
}

const char *const loss_name[LOSS_COUNT] = {"none", "mse", "mae", "huber", "crossentropy", "bce"};

static bool
op_starts_batch(Op op)
{
	return op == OP_INPUT || op == OP_STATE || op == OP_DELAY;
}

Ref
graph_add(Graph *g, Op op, int nin, const Ref *in)
{
	assert(nin >= 0 && (op_table[op].nin < 0 || op_table[op].nin == nin));
	Node *n = arena_alloc(g->arena, sizeof *n + (size_t)nin * sizeof *in);
	n->op = (uint8_t)op;
	n->shape = shape_unknown();
	n->step = -1;
	n->nin = nin;
	n->batched = op_starts_batch(op);
	for (int i = 0; i < nin; i++) {
		n->in[i] = in[i];
		if (in[i].i >= 0 && in[i].i < g->node.n && !op_table[op].sums_batch)
			n->batched |= g->node.v[in[i].i]->batched;
	}
	*table_push(g->arena, &g->node) = n;
	return (Ref){g->node.n - 1};
}

Ref
graph_add1(Graph *g, Op op, Ref a)
{
	return graph_add(g, op, 1, &a);
}

Ref
graph_add2(Graph *g, Op op, Ref a, Ref b)
{
	return graph_add(g, op, 2, (Ref[]){a, b});
}

Ref
graph_number(Graph *g, double value)
{
	Ref r = graph_add(g, OP_CONST, 0, NULL);
	Node *n = graph_node(g, r);
	n->attr.number = value;
	n->shape = shape_scalar();
	return r;
}

Span
node_place(const Node *n)
{
	return n->site.hi ? n->site : n->at;
}

double
sum_scale(const Node *affine)
{
	static const double scale[] = {
		[SCALE_ONE] = 1, [SCALE_HALF] = 0.5, [SCALE_LOGISTIC] = -LOG2E, [SCALE_TANH] = -2 * LOG2E};
	return scale[affine->attr.sum.scale];
}

Ref
sum_vector(const Graph *g, const Node *affine, int k)
{
	return affine->in[graph_node(g, affine->in[k])->shape.rank == 1 ? k : k + 1];
}

Ref
sum_matrix(const Graph *g, const Node *affine, int k)
{
	return affine->in[graph_node(g, affine->in[k])->shape.rank == 1 ? k + 1 : k];
}

void
graph_origin(Graph *g, Ref to, const Node *from)
{
	Node *n = graph_node(g, to);
	n->at = from->at;
	n->site = from->site;
	n->name = from->name;
	n->path = from->path;
	n->step = from->step;
	n->again = from->again;
}

int32_t
graph_fresh_dim(Graph *g)
{
	return -++g->ndim;
}

const char *
graph_layer_label(const Graph *g, const char *name)
{
	const char *dot = strrchr(name, '.');
	size_t n = dot ? (size_t)(dot - name) : 0;
	for (int i = 0; i < g->layer.n; i++) {
		const char *prefix = g->layer.v[i].prefix;
		if (prefix && strlen(prefix) == n && memcmp(prefix, name, n) == 0)
			return g->layer.v[i].label;
	}
	return NULL;
}

bool
graph_looks_ahead(const Graph *g)
{
	for (int i = 0; i < g->node.n; i++)
		if (g->node.v[i]->op == OP_DELAY && g->node.v[i]->attr.slot.depth < 0)
			return true;
	return false;
}

static void *
copy_of(Arena *a, const void *v, size_t size)
{
	return size ? memcpy(arena_alloc(a, size), v, size) : NULL;
}

Graph *
graph_copy(const Graph *g)
{
	Graph *c = copy_of(g->arena, g, sizeof *g);
	c->node.v = copy_of(g->arena, g->node.v, (size_t)g->node.n * sizeof *g->node.v);
	c->node.cap = g->node.n;
	for (int i = 0; i < g->node.n; i++) {
		const Node *n = g->node.v[i];
		c->node.v[i] = copy_of(g->arena, n, sizeof *n + (size_t)n->nin * sizeof *n->in);
	}
	c->param.v = copy_of(g->arena, g->param.v, (size_t)g->param.n * sizeof *g->param.v);
	c->state.v = copy_of(g->arena, g->state.v, (size_t)g->state.n * sizeof *g->state.v);
	c->input.v = copy_of(g->arena, g->input.v, (size_t)g->input.n * sizeof *g->input.v);
	c->output.v = copy_of(g->arena, g->output.v, (size_t)g->output.n * sizeof *g->output.v);
	c->param.cap = g->param.n;
	c->state.cap = g->state.n;
	c->input.cap = g->input.n;
	c->output.cap = g->output.n;
	return c;
}

void
graph_replace(Graph *g, const Ref *to)
{
	for (int i = 0; i < g->node.n; i++) {
		Node *n = g->node.v[i];
		for (int k = 0; k < n->nin; k++)
			while (to[n->in[k].i].i != n->in[k].i)
				n->in[k] = to[n->in[k].i];
	}
}

static void
renumber_ports(Graph *g, const int32_t *to)
{
	for (int i = 0; i < g->input.n; i++)
		g->input.v[i].node.i = ref_ok(g->input.v[i].node) ? to[g->input.v[i].node.i] : -1;
	for (int i = 0; i < g->output.n; i++)
		g->output.v[i].node.i = ref_ok(g->output.v[i].node) ? to[g->output.v[i].node.i] : -1;
}

void
graph_renumber(Graph *g, const int32_t *to)
{
	for (int i = 0; i < g->node.n; i++)
		if (g->node.v[i]->op == OP_DELAY)
			g->node.v[i]->in[0].i = to[g->node.v[i]->in[0].i];
	renumber_ports(g, to);
}

void
graph_compact(Graph *g, const bool *keep)
{
	int32_t *to = memory_new((size_t)g->node.n + 1, sizeof *to);
	int32_t n = 0;
	for (int i = 0; i < g->node.n; i++)
		to[i] = keep[i] ? n++ : -1;
	n = 0;
	for (int i = 0; i < g->node.n; i++) {
		if (!keep[i])
			continue;
		Node *node = g->node.v[i];
		for (int k = 0; k < node->nin; k++) {
			node->in[k].i = to[node->in[k].i];
			assert(node->in[k].i >= 0 && "a kept node uses a dropped one");
		}
		g->node.v[n++] = node;
	}
	g->node.n = n;
	renumber_ports(g, to);
	free(to);
}

Shape
shape_unknown(void)
{
	return (Shape){RANK_UNKNOWN, {0, 0}};
}

Shape
shape_scalar(void)
{
	return (Shape){0, {0, 0}};
}

Shape
shape_vector(int32_t n)
{
	return (Shape){1, {n, 0}};
}

Shape
shape_matrix(int32_t rows, int32_t columns)
{
	return (Shape){2, {rows, columns}};
}

int64_t
shape_count(Shape s)
{
	assert(shape_known(s));
	int64_t n = 1;
	for (int i = 0; i < s.rank; i++)
		n *= s.dim[i];
	return n;
}

bool
shape_known(Shape s)
{
	if (s.rank < 0)
		return false;
	for (int i = 0; i < s.rank; i++)
		if (s.dim[i] <= 0)
			return false;
	return true;
}

bool
shape_equal(Shape a, Shape b)
{
	if (a.rank != b.rank)
		return false;
	for (int i = 0; i < a.rank; i++)
		if (a.dim[i] != b.dim[i])
			return false;
	return true;
}

const char *
shape_text(Arena *a, Shape s)
{
	char dim[2][16];
	for (int i = 0; i < 2; i++) {
		if (s.dim[i] > 0)
			snprintf(dim[i], sizeof dim[i], "%" PRId32, s.dim[i]);
		else
			snprintf(dim[i], sizeof dim[i], "_");
	}
	switch (s.rank) {
	case 0: return "()";
	case 1: return arena_printf(a, "(%s)", dim[0]);
	case 2: return arena_printf(a, "(%s, %s)", dim[0], dim[1]);
	default: return "?";
	}
}

static const char *
verify_attr(const Graph *g, const Node *n)
{
	int32_t k = n->attr.index;
	switch ((Op)n->op) {
	case OP_INPUT: return k >= 0 && k < g->input.n ? NULL : "no such input";
	case OP_OUTPUT: return k >= 0 && k < g->output.n ? NULL : "no such output";
	case OP_GRAD:
	case OP_PARAM: return k >= 0 && k < g->param.n ? NULL : "no such parameter";
	case OP_INIT:
	case OP_UPDATE: return k >= 0 && k < g->state.n ? NULL : "no such state";
	case OP_AFFINE:
		k = n->attr.sum.addends;
		return k >= 0 && k <= n->nin && (n->nin - k) % 2 == 0 ? NULL : "its operands do not pair";
	case OP_DELAY:
	case OP_STATE:
		if (n->attr.slot.state < 0 || n->attr.slot.state >= g->state.n)
			return "no such state";
		if (n->attr.slot.depth == 0 || n->attr.slot.depth > g->state.v[n->attr.slot.state].depth)
			return "no such slot of its state";
		return n->op == OP_STATE && n->attr.slot.depth < 0 ? "a slot before the first" : NULL;
	default: return NULL;
	}
}

static bool
wants_pairs(Op op)
{
	return op == OP_OUTER || op == OP_OUTERSUM || op == OP_SCATTER || op == OP_SCATTERSUM;
}

static const char *
verify_node(const Graph *g, int i)
{
	const Node *n = g->node.v[i];
	if (n->op >= OP_COUNT)
		return "no such operator";
	if (op_table[n->op].nin >= 0 && op_table[n->op].nin != n->nin)
		return "wrong number of operands";
	if (op_table[n->op].nin < 0 && n->op != OP_UPDATE && n->nin < 1)
		return "there is nothing to join";
	if (wants_pairs((Op)n->op) && n->nin % 2)
		return "its operands are not pairs";
	bool batched = op_starts_batch((Op)n->op);
	for (int k = 0; k < n->nin; k++) {
		if (n->in[k].i < 0 || n->in[k].i >= g->node.n)
			return "an operand that is not there";
		if (n->in[k].i >= i && n->op != OP_DELAY)
			return "an operand that comes later";
		const Node *in = g->node.v[n->in[k].i];
		if (op_table[in->op].sink)
			return "uses a node that has no value";
		if (n->step < 0 && in->step >= 0 && n->op != OP_UPDATE)
			return "a value without a time step depends on one with";
		batched |= in->batched && !op_table[n->op].sums_batch;
	}
	if (batched != n->batched)
		return "its batch flag is wrong";
	if (n->step < -1 || (g->steps && n->step >= g->steps) || (!g->steps && n->step != -1))
		return "its time step is outside the window";
	if (g->steps && n->op == OP_DELAY)
		return "a delay is left after unrolling";
	if (!g->steps && (n->op == OP_STATE || n->op == OP_UPDATE))
		return "state is touched before unrolling";
	return verify_attr(g, n);
}

static const char *
verify_place(const Graph *g, const Node *n)
{
	switch ((PlaceKind)n->place) {
	case PLACE_NONE: return NULL;
	case PLACE_OUTPUT: return n->offset >= 0 && n->offset < g->output.n ? NULL : "its place is no output";
	case PLACE_STATE:
		if (n->offset < 0 || n->offset >= g->state.n || g->state.v[n->offset].depth != 1)
			return "its place is no state of one slot";
		return n->batched && shape_equal(n->shape, g->state.v[n->offset].shape) ? NULL
											: "it does not fill the state";
	case PLACE_GRAD:
		return n->offset >= 0 && n->offset < g->param.n ? NULL : "its place is no parameter's gradient";
	case PLACE_SCRATCH: break;
	}
	if (!shape_known(n->shape))
		return "it has a place but no shape";
	int64_t end = n->offset + shape_count(n->shape) * (n->batched ? g->batch : 1);
	return n->offset >= 0 && end <= g->scratch ? NULL : "its place is outside the work buffer";
}

/* In a planned graph the members of a group stand beside each other, and groups are numbered in order; before, the
 * numbers are marks of the hoist pass. The node that does not, or -1. */
static int
find_stray(const Graph *g)
{
	bool planned = false;
	for (int i = 0; i < g->node.n; i++)
		planned |= g->node.v[i]->place != PLACE_NONE;
	for (int32_t i = 0, last = 0; i < g->node.n && planned; i++) {
		int32_t group = g->node.v[i]->group;
		bool beside = i && g->node.v[i - 1]->group == group;
		if (group && !beside && group <= last)
			return i;
		last = group ? group : last;
	}
	return -1;
}

/* The first thing that is wrong: NULL if nothing is; *where is its node, or -1. */
const char *
graph_flaw(const Graph *g, int *where)
{
	for (int i = 0; i < g->node.n; i++) {
		const char *what = verify_node(g, i);
		what = what ? what : verify_place(g, g->node.v[i]);
		*where = i;
		if (what)
			return what;
	}
	*where = find_stray(g);
	if (*where >= 0)
		return "the members of its group do not stand together";
	for (int i = 0; i < g->input.n; i++) {
		Ref r = g->input.v[i].node;
		if (r.i >= g->node.n || r.i < -1)
			return "an input of the graph is a node that is not there";
	}
	for (int i = 0; i < g->output.n; i++) {
		Ref r = g->output.v[i].node;
		*where = r.i;
		if (!g->steps && (r.i < 0 || r.i >= g->node.n || g->node.v[r.i]->op != OP_OUTPUT))
			return "an output of the graph is not an output node";
	}
	return NULL;
}

void
graph_verify(const Graph *g, const char *pass)
{
	int i;
	const char *what = graph_flaw(g, &i);
	if (!what)
		return;
	fprintf(stderr, "netc: internal error: after pass '%s', %%%d (%s) breaks an invariant: %s\n", pass, i,
		i >= 0 && i < g->node.n && g->node.v[i]->op < OP_COUNT ? op_table[g->node.v[i]->op].name : "?", what);
	abort();
}
