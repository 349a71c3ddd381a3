/* merge.c: sums of products with parameters become one affine node.
 *
 *   before  %4 = matmul %h %U   %5 = matmul %x %W   %6 = add %4 %5   %7 = add %6 %b
 *   after   %7 = affine #1 %b %x %W %h %U
 *
 * A tree of additions whose inner sums have no other use is one sum; its parameters come first, then the products that
 * do not wait for this sum's own past, then those that do. With the recurrence last, hoist can split the sum without
 * changing the order of a single addition. What is neither a parameter nor a product is added to the result. */
#include "../ops.h"
#include "../pass.h"
#include "recurrence.h"
#include <stdlib.h>

typedef struct {
	Graph *g;
	Node **old;
	int32_t n;
	int32_t *uses;
	int32_t *cycle;
	bool *inner;                          /* per old node: part of a later sum */
	int32_t *to;                          /* per old node: the new one */
	TABLE(Ref) addend, early, late, rest; /* of the sum in hand; early and late in pairs */
	TABLE(Ref) taken;                     /* its inner nodes */
} Merger;

static bool
is_parameter(const Node *n)
{
	return n->op == OP_PARAM;
}

/* A vector by a parameter matrix, in either order. */
static bool
is_product(const Merger *m, const Node *n)
{
	if (n->op != OP_MATMUL || n->shape.rank != 1)
		return false;
	const Node *a = m->old[n->in[0].i], *b = m->old[n->in[1].i];
	return (a->shape.rank == 1 && is_parameter(b)) || (b->shape.rank == 1 && is_parameter(a));
}

static bool
is_sum(const Node *n)
{
	return n->op == OP_ADD && n->shape.rank == 1;
}

/* Whether node i is used by this one sum alone and adds all its elements. */
static bool
belongs(const Merger *m, int32_t i, Shape sum)
{
	return m->uses[i] == 1 && shape_equal(m->old[i]->shape, sum);
}

static void
collect(Merger *m, int32_t root, int32_t i)
{
	const Node *n = m->old[i];
	Arena *a = m->g->arena;
	Shape sum = m->old[root]->shape;
	bool takes = i == root || ((is_sum(n) || is_product(m, n)) && belongs(m, i, sum));
	if (takes)
		*table_push(a, &m->taken) = (Ref){i};
	if (takes && is_sum(n)) {
		collect(m, root, n->in[0].i);
		collect(m, root, n->in[1].i);
	} else if (takes) {
		int32_t v = m->old[n->in[0].i]->shape.rank == 1 ? n->in[0].i : n->in[1].i;
		bool waits = m->cycle[v] == m->cycle[root];
		*table_push(a, waits ? &m->late : &m->early) = n->in[0];
		*table_push(a, waits ? &m->late : &m->early) = n->in[1];
	} else if (is_parameter(n) && shape_equal(n->shape, sum)) {
		*table_push(a, &m->addend) = (Ref){i};
	} else {
		*table_push(a, &m->rest) = (Ref){i};
	}
}

static void
collect_sum(Merger *m, int32_t root)
{
	m->addend.n = m->early.n = m->late.n = m->rest.n = m->taken.n = 0;
	collect(m, root, root);
}

static Ref
add_like(Merger *m, Op op, int nin, const Ref *in, const Node *like)
{
	Ref r = graph_add(m->g, op, nin, in);
	graph_origin(m->g, r, like);
	graph_node(m->g, r)->shape = like->shape;
	return r;
}

/* The new nodes of a sum; the last one is its value. */
static int32_t
make_sum(Merger *m, int32_t root)
{
	int nin = 0;
	Ref *in = arena_alloc(m->g->arena, (size_t)(m->addend.n + m->early.n + m->late.n) * sizeof *in);
	for (int k = 0; k < m->addend.n; k++)
		in[nin++].i = m->to[m->addend.v[k].i];
	for (int k = 0; k < m->early.n; k++)
		in[nin++].i = m->to[m->early.v[k].i];
	for (int k = 0; k < m->late.n; k++)
		in[nin++].i = m->to[m->late.v[k].i];
	Ref r = add_like(m, OP_AFFINE, nin, in, m->old[root]);
	graph_node(m->g, r)->attr.sum.addends = m->addend.n;
	if (m->rest.n)
		graph_node(m->g, r)->name = NULL;
	for (int k = 0; k < m->rest.n; k++)
		r = add_like(m, OP_ADD, 2, (Ref[]){r, {m->to[m->rest.v[k].i]}}, m->old[root]);
	return r.i;
}

/* Roots are found from the end: what a later sum has taken in is none. */
static void
find_inner(Merger *m, bool *root)
{
	for (int32_t i = m->n - 1; i >= 0; i--) {
		if (m->inner[i] || (!is_sum(m->old[i]) && !is_product(m, m->old[i])))
			continue;
		collect_sum(m, i);
		root[i] = m->early.n + m->late.n > 0;
		for (int k = 0; k < m->taken.n && root[i]; k++)
			m->inner[m->taken.v[k].i] = m->taken.v[k].i != i;
	}
}

static void
rebuild(Merger *m, const bool *root)
{
	Graph *g = m->g;
	g->node.v = NULL;
	g->node.n = g->node.cap = 0;
	for (int32_t i = 0; i < m->n; i++) {
		Node *n = m->old[i];
		if (m->inner[i])
			continue;
		if (root[i]) {
			collect_sum(m, i);
			m->to[i] = make_sum(m, i);
			continue;
		}
		for (int k = 0; k < n->nin && n->op != OP_DELAY; k++)
			n->in[k].i = m->to[n->in[k].i];
		m->to[i] = g->node.n;
		*table_push(g->arena, &g->node) = n;
	}
	graph_renumber(g, m->to);
}

void
pass_merge(Graph *g)
{
	size_t n = (size_t)g->node.n + 1;
	Merger m = {.g = g, .old = g->node.v, .n = g->node.n, .cycle = graph_cycles(g)};
	m.uses = memory_new(n, sizeof *m.uses);
	m.inner = memory_new(n, sizeof *m.inner);
	m.to = memory_new(n, sizeof *m.to);
	bool *root = memory_new(n, sizeof *root);
	for (int32_t i = 0; i < m.n; i++)
		for (int k = 0; k < m.old[i]->nin; k++)
			m.uses[m.old[i]->in[k].i]++;
	find_inner(&m, root);
	rebuild(&m, root);
	free(m.uses);
	free(m.inner);
	free(m.to);
	free(root);
}
