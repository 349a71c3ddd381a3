/* grad.c: reverse-mode differentiation of an unrolled graph (Linnainmaa 1970; through time: Werbos 1990).
 *
 *   before  %2 = matmul %0(x) %1(W) step 0   %3 = output #0 %2        (loss mse)
 *   after   %2 = matmul %0 %1   %4 = sub %2 %3(target)   %5 = mul %4 %4   %6 = sum %5   loss 0.1 %6
 *           %7 = mul %4 0.2     %8 = outersum %0 %7      grad #0 %8
 *
 * The outputs become losses; then the nodes are walked from the last to the first, and each one's rule adds to the
 * gradients of its operands. The incoming state is where the walk ends; updates of the state come last. What is added
 * to a weight in many steps is collected and becomes one product over time (OUTERSUM) for up to PIECE steps.
 * With loss.recompute K, a segment of K steps is computed again (`again`) before its backward half, from what crosses
 * its border, so that only that lives between the halves. The result has no outputs. */
#include "../pass.h"
#include "reverse.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Addends of one gradient that are summed up at a time. */
enum { PIECE = 64 };

Node *
grad_node(const Reverse *v, Ref r)
{
	return graph_node(v->g, r);
}

bool
grad_wanted(const Reverse *v, Ref r)
{
	return v->wanted[r.i];
}

Ref
grad_value(const Reverse *v, Ref r)
{
	if (r.i < v->n)
		r.i = v->copy[r.i];
	return r;
}

Ref
grad_make(Reverse *v, Op op, int nin, const Ref *in, Shape shape)
{
	Ref r = graph_add(v->g, op, nin, in);
	Node *n = graph_node(v->g, r);
	n->shape = shape;
	if (!v->now)
		return r;
	n->at = v->now->at;
	n->site = v->now->site;
	n->path = v->now->path;
	n->name = v->now->name ? arena_printf(v->g->arena, "∂%s", v->now->name) : NULL;
	n->step = op == OP_CONST ? -1 : v->now->step < 0 ? 0 : v->now->step;
	return r;
}

Ref
grad_number(Reverse *v, double x)
{
	Ref r = grad_make(v, OP_CONST, 0, NULL, shape_scalar());
	graph_node(v->g, r)->attr.number = x;
	return r;
}

static void adjoint_settle(Reverse *v, Ref r);

/* Only a few nodes stand outside time, and all steps may add to them. */
static bool
is_shared(const Reverse *v, Ref r)
{
	return graph_node(v->g, r)->step < 0;
}

static void
add(Reverse *v, Ref to, Addend what)
{
	if (!v->wanted[to.i])
		return;
	Adjoint *a = &v->adjoint[to.i];
	int32_t at = v->addend.n;
	what.next = -1;
	*table_push(v->g->arena, &v->addend) = what;
	if (a->n++)
		v->addend.v[a->tail].next = at;
	else
		a->head = at;
	a->tail = at;
	if (!is_shared(v, to))
		return;
	if (a->n == 1)
		*table_push(v->g->arena, &v->pending) = to.i;
	if (a->n == PIECE)
		adjoint_settle(v, to);
}

void
grad_add(Reverse *v, Ref to, Ref d)
{
	Shape shape = graph_node(v->g, to)->shape;
	if (!v->wanted[to.i])
		return;
	if (!shape_equal(graph_node(v->g, d)->shape, shape))
		d = grad_make(v, OP_SUMTO, 1, &d, shape);
	add(v, to, (Addend){.kind = ADDS_VALUE, .a = d});
}

void
grad_add_outer(Reverse *v, Ref to, Ref a, Ref b)
{
	add(v, to, (Addend){.kind = ADDS_OUTER, .a = a, .b = b});
}

void
grad_add_row(Reverse *v, Ref to, Ref index, Ref d)
{
	add(v, to, (Addend){.kind = ADDS_ROW, .a = index, .b = d});
}

void
grad_add_part(Reverse *v, Ref to, int32_t first, Ref d)
{
	add(v, to, (Addend){.kind = ADDS_PART, .a = d, .first = first});
}

static bool
is_batched(const Reverse *v, const Addend *a)
{
	return graph_node(v->g, a->a)->batched || (a->kind != ADDS_VALUE && graph_node(v->g, a->b)->batched);
}

static Ref
zeros(Reverse *v, int32_t n)
{
	return grad_make(v, OP_SPREAD, 1, (Ref[]){grad_number(v, 0)}, shape_vector(n));
}

/* Puts parts that do not overlap, in order, into one vector, with zeros between. */
static Ref
join_parts(Reverse *v, const Addend *part, int n, Shape shape)
{
	Ref *in = arena_alloc(v->g->arena, (2 * (size_t)n + 1) * sizeof *in);
	int32_t nin = 0, at = 1;
	for (int k = 0; k < n; k++) {
		if (part[k].first > at)
			in[nin++] = zeros(v, part[k].first - at);
		in[nin++] = part[k].a;
		at = part[k].first + (int32_t)shape_count(graph_node(v->g, part[k].a)->shape);
	}
	if (at <= shape.dim[0])
		in[nin++] = zeros(v, shape.dim[0] + 1 - at);
	bool whole = nin == 1 && shape_equal(graph_node(v->g, in[0])->shape, shape);
	return whole ? in[0] : grad_make(v, OP_CONCAT, nin, in, shape);
}

static int
by_first(const void *a, const void *b)
{
	const Addend *x = a, *y = b;
	return x->first != y->first ? (x->first > y->first) - (x->first < y->first)
				    : (x->next > y->next) - (x->next < y->next);
}

typedef TABLE(Ref) RefList;

/* The gradients of slices: those that do not overlap share a vector. */
static void
settle_parts(Reverse *v, const Addend *list, int n, Shape shape, RefList *values)
{
	Arena *arena = v->g->arena;
	Addend *part = arena_alloc(arena, ((size_t)n + 1) * sizeof *part);
	int nparts = 0;
	for (int k = 0; k < n; k++)
		if (list[k].kind == ADDS_PART) {
			part[nparts] = list[k];
			part[nparts++].next = k; /* the order among equals */
		}
	qsort(part, (size_t)nparts, sizeof *part, by_first);
	for (int k = 0, from = 0; k < nparts; k++) {
		int32_t end = part[k].first + (int32_t)shape_count(graph_node(v->g, part[k].a)->shape);
		if (k + 1 < nparts && part[k + 1].first >= end)
			continue;
		*table_push(arena, values) = join_parts(v, part + from, k + 1 - from, shape);
		from = k + 1;
	}
}

/* One node over all pairs of a kind, batched or not. */
static void
settle_pairs(Reverse *v, const Addend *list, int n, AddKind kind, bool batched, bool sums, Shape shape, RefList *values)
{
	RefList in = {0};
	for (int k = 0; k < n; k++)
		if (list[k].kind == kind && is_batched(v, &list[k]) == batched) {
			*table_push(v->g->arena, &in) = list[k].a;
			*table_push(v->g->arena, &in) = list[k].b;
		}
	Op op = kind == ADDS_OUTER ? (sums ? OP_OUTERSUM : OP_OUTER) : sums ? OP_SCATTERSUM : OP_SCATTER;
	if (in.n)
		*table_push(v->g->arena, values) = grad_make(v, op, in.n, in.v, shape);
}

/* Of values of both kinds those of the batch, in one TOTAL. */
static void
settle_batch(Reverse *v, Shape shape, RefList *values)
{
	RefList in = {0}, rest = {0};
	for (int k = 0; k < values->n; k++) {
		RefList *kind = &rest;
		assert(values->v);
		if (graph_node(v->g, values->v[k])->batched)
			kind = &in;
		*table_push(v->g->arena, kind) = values->v[k];
	}
	if (in.n)
		*table_push(v->g->arena, &rest) = grad_make(v, OP_TOTAL, in.n, in.v, shape);
	*values = rest;
}

/* What has been added to a node's gradient, as few values; the list is empty after that. */
static RefList
adjoint_values(Reverse *v, Ref r)
{
	const Node *n = graph_node(v->g, r);
	Adjoint *a = &v->adjoint[r.i];
	Arena *arena = v->g->arena;
	Shape shape = n->shape;
	RefList values = {0};
	Addend *list = arena_alloc(arena, ((size_t)a->n + 1) * sizeof *list);
	int count = 0;
	for (int32_t k = a->n ? a->head : -1; k >= 0; k = v->addend.v[k].next)
		list[count++] = v->addend.v[k];
	a->n = 0;
	for (int k = 0; k < count; k++)
		if (list[k].kind == ADDS_VALUE)
			*table_push(arena, &values) = list[k].a;
	settle_parts(v, list, count, shape, &values);
	if (!n->batched)
		settle_batch(v, shape, &values);
	for (int kind = ADDS_OUTER; kind <= ADDS_ROW; kind++)
		for (int batched = 0; batched < 2; batched++)
			settle_pairs(v, list, count, (AddKind)kind, batched, batched && !n->batched, shape, &values);
	return values;
}

static Ref
plus(Reverse *v, Ref a, Ref b, Shape shape)
{
	return ref_ok(a) ? grad_make(v, OP_ADD, 2, (Ref[]){a, b}, shape) : b;
}

/* The usual case, a few values: their sum, without lists. REF_NONE: it is not that case. */
static Ref
adjoint_quick(Reverse *v, Ref r)
{
	const Node *n = graph_node(v->g, r);
	Adjoint *a = &v->adjoint[r.i];
	Ref sum = REF_NONE;
	for (int32_t k = a->head; k >= 0; k = v->addend.v[k].next)
		if (!n->batched || v->addend.v[k].kind != ADDS_VALUE)
			return REF_NONE;
	for (int32_t k = a->head; k >= 0; k = v->addend.v[k].next)
		sum = plus(v, sum, v->addend.v[k].a, n->shape);
	a->n = 0;
	return sum;
}

/* The gradient of a node that has addends. */
static Ref
adjoint_sum(Reverse *v, Ref r)
{
	Ref sum = adjoint_quick(v, r);
	if (ref_ok(sum))
		return sum;
	RefList values = adjoint_values(v, r);
	for (int k = 0; k < values.n; k++)
		sum = plus(v, sum, values.v[k], graph_node(v->g, r)->shape);
	return sum;
}

static void
grad_param(Reverse *v, Ref r)
{
	RefList values = adjoint_values(v, r);
	for (int k = 0; k < values.n; k++) {
		Ref sink = grad_make(v, OP_GRAD, 1, &values.v[k], shape_scalar());
		Node *n = graph_node(v->g, sink);
		n->attr.index = graph_node(v->g, r)->attr.index;
		n->name = v->g->param.v[n->attr.index].name;
	}
}

/* Adds up what a node outside time has got until now. */
static void
adjoint_settle(Reverse *v, Ref r)
{
	if (!v->adjoint[r.i].n)
		return;
	if (graph_node(v->g, r)->op == OP_PARAM) {
		grad_param(v, r);
		return;
	}
	Ref sum = adjoint_sum(v, r);
	grad_add(v, r, sum);
}

/* At the end of a segment no weight waits for another step. */
static void
settle_pending(Reverse *v)
{
	int32_t n = v->pending.n;
	int32_t *list = v->pending.v;
	v->pending.v = NULL;
	v->pending.n = v->pending.cap = 0;
	for (int32_t k = 0; k < n; k++) {
		Ref r = {list[k]};
		adjoint_settle(v, r);
	}
}

/* Marks what depends on something trained. */
static void
find_wanted(Reverse *v)
{
	const Graph *g = v->g;
	for (int32_t i = 0; i < v->n; i++) {
		const Node *n = g->node.v[i];
		v->wanted[i] = n->op == OP_PARAM && g->param.v[n->attr.index].trainable;
		for (int k = 0; k < n->nin; k++)
			v->wanted[i] |= v->wanted[n->in[k].i];
	}
}

/* Computes the values of a segment once more: forward nodes from … to. */
static void
compute_again(Reverse *v, int32_t from, int32_t to)
{
	for (int32_t i = from; i <= to; i++) {
		const Node *n = v->g->node.v[i];
		if (n->nin == 0 || n->step < 0 || op_table[n->op].sink)
			continue;
		Ref *in = arena_alloc(v->g->arena, (size_t)n->nin * sizeof *in);
		for (int k = 0; k < n->nin; k++)
			in[k].i = n->in[k].i >= from ? v->copy[n->in[k].i] : n->in[k].i;
		Ref r = graph_add(v->g, (Op)n->op, n->nin, in);
		Node *c = graph_node(v->g, r);
		graph_origin(v->g, r, n);
		c->attr = n->attr;
		c->shape = n->shape;
		c->again = v->segment[i];
		v->copy[i] = r.i;
	}
}

/* Segments: stretches of the list whose steps lie in the same K. */
static void
find_segments(Reverse *v)
{
	int32_t k = v->g->loss.recompute, current = 1, block = -1;
	for (int32_t i = 0; i < v->n; i++) {
		int32_t step = v->g->node.v[i]->step;
		if (k && step >= 0 && step / k != block) {
			current += block >= 0;
			block = step / k;
		}
		v->segment[i] = current;
		v->copy[i] = i;
	}
}

static void
reverse_node(Reverse *v, int32_t i)
{
	Ref r = {i};
	const Node *n = v->g->node.v[i];
	v->now = n;
	if (!v->wanted[i] || !v->adjoint[i].n)
		return;
	if (n->op == OP_PARAM) {
		grad_param(v, r);
	} else if (!op_table[n->op].grad) {
		diag_error(v->g->diag, node_place(n), "'%s' has no gradient, so what is below it cannot be trained",
			   op_table[n->op].name);
		v->failed = true;
	} else {
		Ref d = adjoint_sum(v, r);
		op_table[n->op].grad(v, r, d);
	}
}

static void
reverse_all(Reverse *v)
{
	int32_t head = v->head.n - 1, last = v->n ? v->segment[v->n - 1] : 0;
	for (int32_t i = v->n - 1; i >= 0 && !v->failed; i--) {
		if (i + 1 < v->n && v->segment[i] != v->segment[i + 1])
			settle_pending(v);
		if (v->segment[i] != last && v->segment[i] != v->segment[i + 1]) {
			int32_t from = i;
			while (from > 0 && v->segment[from - 1] == v->segment[i])
				from--;
			compute_again(v, from, i);
		}
		for (; head >= 0 && v->head.v[head].at == i + 1; head--)
			loss_start(v, &v->head.v[head]);
		reverse_node(v, i);
	}
}

/* The old nodes with losses for outputs; returns the state updates, which come last. */
static RefList
forward_half(Reverse *v, Node **old, int32_t n)
{
	Graph *g = v->g;
	RefList updates = {0};
	int32_t *to = memory_new((size_t)n + 1, sizeof *to);
	for (int32_t i = 0; i < n; i++) {
		Node *node = old[i];
		for (int k = 0; k < node->nin; k++)
			node->in[k].i = to[node->in[k].i];
		to[i] = g->node.n;
		if (node->op == OP_UPDATE)
			*table_push(g->arena, &updates) = (Ref){i};
		else if (node->op == OP_OUTPUT)
			loss_of(v, node);
		else
			*table_push(g->arena, &g->node) = node;
	}
	free(to);
	return updates;
}

/* A parameter's initial values are not read from the state. */
static void
start_from_params(Graph *g)
{
	for (int32_t i = 0; i < g->node.n && g->loss.train_state; i++) {
		Node *n = g->node.v[i];
		int32_t state = n->op == OP_STATE ? n->attr.slot.state : n->op == OP_INIT ? n->attr.index : -1;
		if (state < 0 || !g->state.v[state].from_param)
			continue;
		n->op = OP_PARAM;
		n->attr = (Attr){.index = g->state.v[state].from_param - 1};
		n->step = -1;
	}
}

static void
set_batched(Graph *g)
{
	for (int32_t i = 0; i < g->node.n; i++) {
		Node *n = g->node.v[i];
		n->batched = n->op == OP_INPUT || n->op == OP_STATE;
		for (int k = 0; k < n->nin && !op_table[n->op].sums_batch; k++)
			n->batched |= g->node.v[n->in[k].i]->batched;
	}
}

void
pass_grad(Graph *g)
{
	Node **old = g->node.v;
	int32_t n = g->node.n;
	if (!g->loss.kind) {
		diag_file_error(g->diag, g->file, "the graph says no loss, so there is nothing to differentiate");
		return;
	}
	start_from_params(g);
	set_batched(g);
	Reverse v = {.g = g};
	g->node.v = NULL;
	g->node.n = g->node.cap = 0;
	loss_begin(&v, (const Node *const *)old, n);
	RefList updates = {0};
	if (!v.failed)
		updates = forward_half(&v, old, n);
	v.n = g->node.n;
	size_t count = (size_t)v.n + 1;
	v.adjoint = memory_new(count, sizeof *v.adjoint);
	v.wanted = memory_new(count, sizeof *v.wanted);
	v.segment = memory_new(count, sizeof *v.segment);
	v.copy = memory_new(count, sizeof *v.copy);
	find_wanted(&v);
	find_segments(&v);
	if (!v.failed)
		reverse_all(&v);
	for (int32_t k = 0; k < updates.n; k++)
		*table_push(g->arena, &g->node) = old[updates.v[k].i];
	g->output.n = 0;
	free(v.adjoint);
	free(v.wanted);
	free(v.segment);
	free(v.copy);
}
