/* pack.c: decides which weights go into packed tables, and folds scales into them.
 *
 *   before  %7 = affine 1 %b %x %W      %8 = sigmoid %7
 *   after   %7 = affine 1 packed half %b %x %W      %8 = sigmoid2 %7
 *
 * A packed sum has its weights in one table with the other sums of its group, in the order in which they are read.
 * σ(x) = ½ + ½ tanh(x / 2): where sigmoids are all that a sum is for, its weights take the ½, which is exact, and one
 * tanh serves all gates of a cell. */
#include "../ops.h"
#include "../pass.h"
#include <assert.h>
#include <stdlib.h>

/* A sum takes the ½ into its weights if all its uses are sigmoids; over another sum it can, as halving is exact. */
static void
fold_half(Graph *g, const int32_t *uses, int32_t *sigmoids)
{
	for (int32_t i = 0; i < g->node.n; i++) {
		Node *n = g->node.v[i];
		int32_t in = n->op == OP_SIGMOID ? n->in[0].i : -1;
		if (n->op == OP_AFFINE && n->attr.sum.half)
			sigmoids[i] = -1;
		else if (n->op == OP_AFFINE)
			n->attr.sum.half = uses[i] && uses[i] == sigmoids[i];
		else if (in >= 0 && g->node.v[in]->op == OP_AFFINE && uses[in] == sigmoids[in])
			n->op = OP_SIGMOID2;
	}
}

void
pass_pack(Graph *g)
{
	int32_t *uses = calloc((size_t)g->node.n + 1, sizeof *uses);
	int32_t *sigmoids = calloc((size_t)g->node.n + 1, sizeof *sigmoids);
	assert(uses && sigmoids);
	for (int32_t i = 0; i < g->node.n; i++) {
		Node *n = g->node.v[i];
		if (n->op == OP_AFFINE)
			n->attr.sum.packed = true;
		for (int k = 0; k < n->nin; k++) {
			uses[n->in[k].i]++;
			sigmoids[n->in[k].i] += n->op == OP_SIGMOID;
		}
	}
	fold_half(g, uses, sigmoids);
	free(uses);
	free(sigmoids);
}
