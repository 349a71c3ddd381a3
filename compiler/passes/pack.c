/* pack.c: decides which weights go into packed tables, and folds scales into them.
 *
 *   before  %7 = affine 1 %b %x %W      %8 = sigmoid %7
 *   after   %7 = affine 1 packed half %b %x %W      %8 = sigmoid2 %7
 *
 * A packed sum has its weights in one table with the other sums of its group, in the order in which they are read.
 * σ(x) = ½ + ½ tanh(x / 2): where sigmoids are all that a sum is for, its weights take the ½, which is exact, and one
 * tanh serves all gates of a cell. For a microcontroller sigmoid and tanh are made of 2^x, and the weights take the
 * factors that lead there: logistic2, tanh2. */
#include "../ops.h"
#include "../pass.h"
#include <assert.h>
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

void
pass_pack(Graph *g)
{
	/* Per node: the one operation of all its users, 1 + op; 0: none, or several. Of a sum that gets a scale here.
	 */
	int *users = calloc((size_t)g->node.n + 1, sizeof *users);
	bool *mixed = calloc((size_t)g->node.n + 1, sizeof *mixed);
	assert(users && mixed);
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
}
