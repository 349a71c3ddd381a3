/* dce.c: drops the values that no output and no state needs.
 *
 *   before  %1 = tanh %0    %2 = exp %0    %3 = output #0 %1
 *   after   %1 = tanh %0    %2 = output #0 %1
 *
 * Marks from the sinks backward; a delay's operand may come later, so it is marked through a stack. */
#include "../ops.h"
#include "../pass.h"
#include <stdlib.h>

void
pass_dce(Graph *g)
{
	bool *keep = memory_new((size_t)g->node.n + 1, sizeof *keep);
	int32_t *stack = memory_new((size_t)g->node.n + 1, sizeof *stack), top = 0;
	for (int32_t i = g->node.n - 1; i >= 0; i--)
		if (op_table[g->node.v[i]->op].sink)
			keep[i] = true, stack[top++] = i;
	while (top) {
		const Node *n = g->node.v[stack[--top]];
		for (int k = 0; k < n->nin; k++)
			if (!keep[n->in[k].i])
				keep[n->in[k].i] = true, stack[top++] = n->in[k].i;
	}
	graph_compact(g, keep);
	free(keep);
	free(stack);
}
