/* hoist.c: products that do not wait for the recurrence are taken out of it, to run once for many steps.
 *
 *   before  %7 = affine 1 %b %x %W %h %U
 *   after   %7 = affine 1 %b %x %W : group 1
 *           %8 = affine 1 %7 %h %U
 *
 * Nodes of one group are computed together by the passes after unrolling: all steps of x·W are one product of two
 * matrices, which reads W once for several steps. That pays where W is too large to stay in the innermost cache beside
 * the recurrent weights; smaller ones are left alone, and so is a window of one step. The order of the additions does
 * not change. */
#include "../ops.h"
#include "../pass.h"
#include "recurrence.h"
#include <assert.h>
#include <stdlib.h>

/* Bytes of weights on one operand from which on hoisting pays: half of a usual first-level cache. */
enum { WORTH = 16 << 10 };

typedef struct {
	Graph *g;
	const int32_t *cycle;
	int64_t *bytes; /* per node: of the weights that multiply it and do not wait */
	int32_t *group; /* per node: of the products with it, 0: not hoisted */
	int32_t groups;
} Hoister;

static int32_t
vector_of(const Graph *g, const Node *n, int k)
{
	return g->node.v[n->in[k].i]->shape.rank == 1 ? n->in[k].i : n->in[k + 1].i;
}

/* Operands of node i before the first product that waits for i itself. */
static int
early_operands(const Hoister *h, int32_t i)
{
	const Node *n = h->g->node.v[i];
	int k = n->attr.sum.addends;
	while (k < n->nin && h->cycle[vector_of(h->g, n, k)] != h->cycle[i])
		k += 2;
	return k;
}

/* The one vector that all early products of node i multiply, or -1. */
static int32_t
early_vector(const Hoister *h, int32_t i)
{
	const Node *n = h->g->node.v[i];
	int end = early_operands(h, i);
	int32_t v = -1;
	for (int k = n->attr.sum.addends; k < end; k += 2) {
		if (v >= 0 && vector_of(h->g, n, k) != v)
			return -1;
		v = vector_of(h->g, n, k);
	}
	return v;
}

static void
weigh(Hoister *h)
{
	for (int32_t i = 0; i < h->g->node.n; i++) {
		const Node *n = h->g->node.v[i];
		int32_t v = n->op == OP_AFFINE ? early_vector(h, i) : -1;
		if (v >= 0 && h->g->node.v[v]->batched)
			h->bytes[v] += 4 * shape_count(n->shape) * h->g->node.v[v]->shape.dim[0];
	}
	for (int32_t i = 0; i < h->g->node.n; i++)
		h->group[i] = h->bytes[i] >= WORTH ? ++h->groups : 0;
}

/* Takes the early products of a sum into a node of their own; its new place in the list. */
static Ref
split(Hoister *h, Node *n, int early, int32_t group)
{
	Graph *g = h->g;
	Ref r = graph_add(g, OP_AFFINE, early, n->in);
	Node *first = graph_node(g, r);
	graph_origin(g, r, n);
	first->name = NULL;
	first->shape = n->shape;
	first->attr.sum.addends = n->attr.sum.addends;
	first->group = group;
	return r;
}

/* In place where the whole sum is early, else as two nodes. */
static Ref
hoist_sum(Hoister *h, Node *n, int early, int32_t group)
{
	Graph *g = h->g;
	if (early == n->nin) {
		n->group = group;
		*table_push(g->arena, &g->node) = n;
		return (Ref){g->node.n - 1};
	}
	int nin = n->nin - early + 1;
	Ref *in = arena_alloc(g->arena, (size_t)nin * sizeof *in);
	in[0] = split(h, n, early, group);
	for (int k = 1; k < nin; k++)
		in[k] = n->in[early + k - 1];
	Ref r = graph_add(g, OP_AFFINE, nin, in);
	graph_origin(g, r, n);
	graph_node(g, r)->shape = n->shape;
	graph_node(g, r)->attr.sum.addends = 1;
	return r;
}

/* New nodes stand before their users, so the list is made again. */
static void
rebuild(Hoister *h)
{
	Graph *g = h->g;
	Node **old = g->node.v;
	int32_t n = g->node.n, *to = malloc(((size_t)n + 1) * sizeof *to);
	int *early = calloc((size_t)n + 1, sizeof *early);
	int32_t *group = calloc((size_t)n + 1, sizeof *group);
	assert(to && early && group);
	for (int32_t i = 0; i < n; i++) {
		int32_t v = old[i]->op == OP_AFFINE ? early_vector(h, i) : -1;
		group[i] = v >= 0 ? h->group[v] : 0;
		early[i] = group[i] ? early_operands(h, i) : 0;
	}
	g->node.v = NULL;
	g->node.n = g->node.cap = 0;
	for (int32_t i = 0; i < n; i++) {
		for (int k = 0; k < old[i]->nin && old[i]->op != OP_DELAY; k++)
			old[i]->in[k].i = to[old[i]->in[k].i];
		if (group[i]) {
			to[i] = hoist_sum(h, old[i], early[i], group[i]).i;
		} else {
			to[i] = g->node.n;
			*table_push(g->arena, &g->node) = old[i];
		}
	}
	graph_renumber(g, to);
	free(to);
	free(early);
	free(group);
}

void
pass_hoist(Graph *g)
{
	if (g->window < 2)
		return;
	size_t n = (size_t)g->node.n + 1;
	Hoister h = {.g = g, .cycle = graph_cycles(g), .bytes = calloc(n, sizeof *h.bytes)};
	h.group = calloc(n, sizeof *h.group);
	assert(h.bytes && h.group);
	weigh(&h);
	if (h.groups)
		rebuild(&h);
	free(h.bytes);
	free(h.group);
}
