/* hoist.c: products that do not wait for the recurrence are taken out of it, to run once for many steps.
 *
 *   before  %7 = affine 1 %b %x %W %h %U
 *   after   %7 = affine 1 %b %x %W : group 1
 *           %8 = affine 1 %7 %h %U
 *
 * Nodes of one group are computed together by the passes after unrolling: all steps of x·W are one product of two
 * matrices, which reads W once for several steps. That pays where W is too large to stay in the innermost cache beside
 * the recurrent weights; smaller ones are left alone, and so is a batch, whose rows share what is read. A single step
 * is split in the same way, so that it shares its tables with the window. The order of the additions does not change.
 */
#include "../ops.h"
#include "../pass.h"
#include "recurrence.h"
#include <assert.h>
#include <stdlib.h>

/* Bytes of weights on one operand from which on hoisting pays: half of a usual first-level cache. */
enum { WORTH = 16 << 10 };
/* From so many rows on, a step is enough to read weights for. */
enum { ROWS = 4 };

/* The early products of one vector with matrices of one width. */
typedef struct {
	int32_t vector, width;
	int64_t bytes; /* of their weights */
	int32_t group; /* of their sums, 0: not hoisted */
} Family;

typedef struct {
	Graph *g;
	const int32_t *cycle;
	TABLE(Family) family;
	int32_t *of; /* per node: 1 + its family; 0: none */
} Hoister;

/* Operands of node i before the first product that waits for i itself. */
static int
early_operands(const Hoister *h, int32_t i)
{
	const Node *n = h->g->node.v[i];
	int k = n->attr.sum.addends;
	while (k < n->nin && h->cycle[sum_vector(h->g, n, k).i] != h->cycle[i])
		k += 2;
	return k;
}

/* The one vector that all early products of node i multiply, or -1; -1 too if something else than parameters is added,
 * which could wait for another sum of that vector. */
static int32_t
early_vector(const Hoister *h, int32_t i)
{
	const Node *n = h->g->node.v[i];
	int end = early_operands(h, i);
	int32_t v = -1;
	for (int k = 0; k < n->attr.sum.addends; k++)
		if (h->g->node.v[n->in[k].i]->op != OP_PARAM)
			return -1;
	for (int k = n->attr.sum.addends; k < end; k += 2) {
		if (v >= 0 && sum_vector(h->g, n, k).i != v)
			return -1;
		v = sum_vector(h->g, n, k).i;
	}
	return v;
}

static void
find_families(Hoister *h)
{
	Graph *g = h->g;
	int32_t *first = memory_new((size_t)g->node.n + 1, sizeof *first); /* per vector: 1 + where to look from */
	for (int32_t i = 0; i < g->node.n; i++) {
		const Node *n = g->node.v[i];
		int32_t v = n->op == OP_AFFINE ? early_vector(h, i) : -1;
		if (v < 0 || !g->node.v[v]->batched)
			continue;
		int32_t width = n->shape.dim[0], k = first[v] ? first[v] - 1 : h->family.n;
		assert(h->family.v || k == h->family.n);
		while (k < h->family.n && (h->family.v[k].vector != v || h->family.v[k].width != width))
			k++;
		if (k == h->family.n)
			*table_push(g->arena, &h->family) = (Family){v, width, 0, 0};
		if (!first[v])
			first[v] = k + 1;
		assert(h->family.v);
		h->of[i] = k + 1;
		h->family.v[k].bytes += 4 * (int64_t)width * g->node.v[v]->shape.dim[0];
	}
	free(first);
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
	first->attr.sum.packed = n->attr.sum.packed;
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
	graph_node(g, r)->attr = n->attr;
	graph_node(g, r)->attr.sum.addends = 1;
	return r;
}

static int32_t
group_of(const Hoister *h, int32_t i)
{
	return h->of[i] ? h->family.v[h->of[i] - 1].group : 0;
}

/* New nodes stand before their users, so the list is made again. */
static void
rebuild(Hoister *h)
{
	Graph *g = h->g;
	Node **old = g->node.v;
	int32_t n = g->node.n, *to = memory_new((size_t)n + 1, sizeof *to);
	int *early = memory_new((size_t)n + 1, sizeof *early);
	for (int32_t i = 0; i < n; i++)
		early[i] = group_of(h, i) ? early_operands(h, i) : 0;
	g->node.v = NULL;
	g->node.n = g->node.cap = 0;
	for (int32_t i = 0; i < n; i++) {
		for (int k = 0; k < old[i]->nin && old[i]->op != OP_DELAY; k++)
			old[i]->in[k].i = to[old[i]->in[k].i];
		if (early[i]) {
			to[i] = hoist_sum(h, old[i], early[i], group_of(h, i)).i;
		} else {
			to[i] = g->node.n;
			*table_push(g->arena, &g->node) = old[i];
		}
	}
	graph_renumber(g, to);
	free(to);
	free(early);
}

void
pass_hoist(Graph *g)
{
	int32_t groups = 0;
	Hoister h = {.g = g, .cycle = graph_cycles(g), .of = memory_new((size_t)g->node.n + 1, sizeof *h.of)};
	find_families(&h);
	for (int32_t k = 0; k < h.family.n && g->batch < ROWS; k++)
		if (h.family.v[k].bytes >= WORTH)
			h.family.v[k].group = ++groups;
	if (groups)
		rebuild(&h);
	free(h.of);
}
