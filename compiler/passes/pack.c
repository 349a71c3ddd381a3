/* pack.c: decides which weights go into packed tables, folds scales into them, and splits sums that are narrow.
 *
 *   before  %7 = affine 1 %b %x %W      %8 = sigmoid %7
 *   after   %7 = affine 1 packed half %b %x %W      %8 = sigmoid2 %7
 *
 * A packed sum has its weights in one table with the other sums of its group, in the order in which they are read.
 * σ(x) = ½ + ½ tanh(x / 2): where sigmoids are all that a sum is for, its weights take the ½, which is exact, and one
 * tanh serves all gates of a cell. For a microcontroller sigmoid and tanh are made of 2^x, and the weights take the
 * factors that lead there: logistic2, tanh2.
 *
 *   before  %7 = affine 1 packed %b %x %W %h %V : (30)      after   %7 = affine 1 packed split %b %x %W %h %V : (30)
 *
 * Each lane adds up its products one after the other, and each addition waits for the last. A processor with vectors
 * does other lanes meanwhile; where there are few, the sum is split into four that take turns. */
#include "../ops.h"
#include "../pass.h"
#include <stdlib.h>

/* The scale that the operations of kind `op` want of the sum that they are all for. */
static SumScale
scale_for(const Graph *g, Op op)
{
	if (op == OP_SIGMOID)
		return g->small ? SCALE_LOGISTIC : SCALE_HALF;
	return op == OP_TANH && g->small ? SCALE_TANH : SCALE_ONE;
}

static Op
scaled_op(SumScale scale)
{
	return scale == SCALE_HALF ? OP_SIGMOID2 : scale == SCALE_LOGISTIC ? OP_LOGISTIC2 : OP_TANH2;
}

/* Whether a sum has few lanes and many products; `sums` is how many multiply its first vector: they are computed
 * together. */
static bool
is_narrow(const Graph *g, const Node *sum, const int *sums)
{
	enum { LANES = 32, LONG = 16 };
	int k = sum->attr.sum.addends;
	int64_t length = 0;
	if (g->small || k == sum->nin || shape_count(sum->shape) > LANES || sums[sum_vector(g, sum, k).i] > 1)
		return false;
	for (; k < sum->nin; k += 2)
		length += graph_node(g, sum_vector(g, sum, k))->shape.dim[0];
	return length >= LONG;
}

static void
split_sums(const Graph *g)
{
	int *sums = memory_new((size_t)g->node.n + 1, sizeof *sums);
	for (int32_t i = 0; i < g->node.n; i++) {
		const Node *n = g->node.v[i];
		if (n->op == OP_AFFINE && n->attr.sum.addends < n->nin)
			sums[sum_vector(g, n, n->attr.sum.addends).i]++;
	}
	for (int32_t i = 0; i < g->node.n; i++) {
		Node *n = g->node.v[i];
		if (n->op == OP_AFFINE)
			n->attr.sum.split = is_narrow(g, n, sums);
	}
	free(sums);
}

void
pass_pack(Graph *g)
{
	/* Per node: the one operation of all its users, 1 + op; 0: none, or several. Of a sum that gets a scale here.
	 */
	int *users = memory_new((size_t)g->node.n + 1, sizeof *users);
	bool *mixed = memory_new((size_t)g->node.n + 1, sizeof *mixed);
	for (int32_t i = 0; i < g->node.n; i++)
		for (int k = 0; k < g->node.v[i]->nin; k++) {
			int32_t in = g->node.v[i]->in[k].i;
			mixed[in] |= users[in] && users[in] != g->node.v[i]->op + 1;
			users[in] = g->node.v[i]->op + 1;
		}
	for (int32_t i = 0; i < g->node.n; i++) {
		Node *n = g->node.v[i];
		bool scales = n->op == OP_AFFINE && n->attr.sum.scale == SCALE_ONE && users[i] && !mixed[i];
		SumScale scale = scales ? scale_for(g, (Op)(users[i] - 1)) : SCALE_ONE;
		if (n->op == OP_AFFINE)
			n->attr.sum.packed = true;
		if (scale != SCALE_ONE)
			n->attr.sum.scale = (uint8_t)scale;
		else
			users[i] = 0;
	}
	for (int32_t i = 0; i < g->node.n; i++) {
		Node *n = g->node.v[i];
		if (n->nin == 1 && users[n->in[0].i] == n->op + 1)
			n->op = (uint8_t)scaled_op((SumScale)g->node.v[n->in[0].i]->attr.sum.scale);
	}
	free(users);
	free(mixed);
	split_sums(g);
}
