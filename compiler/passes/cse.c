/* cse.c: computes equal values once.
 *
 *   before  %1 = tanh %0    %2 = tanh %0    %3 = add %1 %2
 *   after   %1 = tanh %0    %3 = add %1 %1          (%2 is left to dce)
 *
 * One hash table from (operator, attribute, operands) to the first node that has them. Additions and products are
 * compared with their operands in either order, which gives the same bits. */
#include "../ops.h"
#include "../pass.h"
#include <stdlib.h>
#include <string.h>

static bool
commutes(const Node *n)
{
	return n->op == OP_ADD || n->op == OP_MUL;
}

static void
order_operands(const Node *n, Ref *a, Ref *b)
{
	bool swap = commutes(n) && n->in[0].i > n->in[1].i;
	*a = n->in[swap];
	*b = n->in[!swap];
}

static uint64_t
node_hash(const Node *n)
{
	uint64_t h = hash_bytes(HASH_SEED, &n->op, sizeof n->op);
	h = hash_bytes(h, &n->attr, sizeof n->attr);
	h = hash_bytes(h, &n->again, sizeof n->again);
	if (n->op == OP_DELAY)
		return h;
	if (n->nin == 2) {
		Ref in[2];
		order_operands(n, &in[0], &in[1]);
		return hash_bytes(h, in, sizeof in);
	}
	return hash_bytes(h, n->in, (size_t)n->nin * sizeof *n->in);
}

static bool
node_equal(const Node *a, const Node *b)
{
	uint64_t x_attr, y_attr; /* as bits: 0 and -0 are two constants */
	memcpy(&x_attr, &a->attr, sizeof x_attr);
	memcpy(&y_attr, &b->attr, sizeof y_attr);
	if (a->op != b->op || a->nin != b->nin || x_attr != y_attr || a->again != b->again)
		return false;
	if (!shape_equal(a->shape, b->shape) || (a->op == OP_INPUT && a->step != b->step))
		return false;
	if (a->op == OP_DELAY) /* a state has one value, so its slot says all */
		return true;
	if (a->nin == 2) {
		Ref x[2], y[2];
		order_operands(a, &x[0], &x[1]);
		order_operands(b, &y[0], &y[1]);
		return x[0].i == y[0].i && x[1].i == y[1].i;
	}
	return memcmp(a->in, b->in, (size_t)a->nin * sizeof *a->in) == 0;
}

void
pass_cse(Graph *g)
{
	size_t cap = 16;
	while (cap < 2 * (size_t)g->node.n)
		cap *= 2;
	int32_t *table = memory_new(cap, sizeof *table); /* node + 1 */
	Ref *to = memory_new((size_t)g->node.n + 1, sizeof *to);
	for (int32_t i = 0; i < g->node.n; i++) {
		Node *n = g->node.v[i];
		to[i].i = i;
		for (int k = 0; k < n->nin && n->op != OP_DELAY; k++)
			n->in[k] = to[n->in[k].i];
		if (op_table[n->op].sink)
			continue;
		size_t h = (size_t)node_hash(n) + (n->op == OP_INPUT ? (size_t)n->step * 0x9e3779b9u : 0);
		size_t at = h & (cap - 1);
		while (table[at] && !node_equal(g->node.v[table[at] - 1], n))
			at = (at + 1) & (cap - 1);
		if (table[at])
			to[i].i = table[at] - 1;
		else
			table[at] = i + 1;
	}
	graph_replace(g, to);
	free(table);
	free(to);
}
