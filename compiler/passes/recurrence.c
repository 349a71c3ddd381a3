/* recurrence.c: Tarjan's strongly connected components of a net, with its delays as edges (Depth-First Search and
 * Linear Graph Algorithms, 1972), on an explicit stack. */
#include "recurrence.h"
#include <stdlib.h>

typedef struct {
	int32_t node, next; /* the operand to look at next */
} Frame;

typedef struct {
	const Graph *g;
	int32_t *cycle;       /* per node: number of its component, -1 while unknown */
	int32_t *order, *low; /* order of discovery, 0: not yet seen */
	int32_t *open, nopen; /* nodes whose component is not complete */
	Frame *frame;
	int32_t depth, seen, count;
} Tarjan;

static void
enter(Tarjan *t, int32_t i)
{
	t->order[i] = t->low[i] = ++t->seen;
	t->open[t->nopen++] = i;
	t->frame[t->depth++] = (Frame){i, 0};
}

static void
leave(Tarjan *t)
{
	int32_t i = t->frame[--t->depth].node;
	if (t->low[i] == t->order[i]) {
		int32_t member;
		do {
			member = t->open[--t->nopen];
			t->cycle[member] = t->count;
		} while (member != i);
		t->count++;
	}
	if (t->depth) {
		int32_t parent = t->frame[t->depth - 1].node;
		t->low[parent] = t->low[i] < t->low[parent] ? t->low[i] : t->low[parent];
	}
}

static void
search(Tarjan *t, int32_t root)
{
	enter(t, root);
	while (t->depth) {
		Frame *f = &t->frame[t->depth - 1];
		const Node *n = t->g->node.v[f->node];
		if (f->next == n->nin) {
			leave(t);
			continue;
		}
		int32_t in = n->in[f->next++].i;
		if (!t->order[in])
			enter(t, in);
		else if (t->cycle[in] < 0 && t->order[in] < t->low[f->node])
			t->low[f->node] = t->order[in];
	}
}

int32_t *
graph_cycles(const Graph *g)
{
	size_t n = (size_t)g->node.n + 1;
	Tarjan t = {.g = g,
		    .cycle = arena_alloc(g->arena, n * sizeof *t.cycle),
		    .order = memory_new(n, sizeof *t.order),
		    .low = memory_new(n, sizeof *t.low),
		    .open = memory_new(n, sizeof *t.open),
		    .frame = memory_new(n, sizeof *t.frame)};
	for (int32_t i = 0; i < g->node.n; i++)
		t.cycle[i] = -1;
	for (int32_t i = 0; i < g->node.n; i++)
		if (!t.order[i])
			search(&t, i);
	free(t.order);
	free(t.low);
	free(t.open);
	free(t.frame);
	return t.cycle;
}
