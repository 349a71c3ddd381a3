/* cost.c: counts the work of a graph by class of operator, and prices it with the table of cost.def.
 *
 * A line of the generated code is a group of nodes, or a node that stands alone; lines that do the same on the same
 * sizes share a kernel. Nothing here knows how the C back end writes a kernel: what that is worth is in the prices. */
#include "cost.h"
#include "../ops.h"
#include <string.h>

const CostTarget cost_target[] = {
#define TARGET(...) {__VA_ARGS__},
#include "cost.def"
#undef TARGET
};
const int cost_targets = COUNT(cost_target);

/* The class of an operator's elements; products are counted by their sizes. */
static Work
class_of(Op op)
{
	switch (op) {
	case OP_SQRT:
	case OP_DIV: return WORK_DIVIDE;
	case OP_EXP:
	case OP_LOG:
	case OP_TANH:
	case OP_SIGMOID:
	case OP_SIGMOID2:
	case OP_LOGISTIC2:
	case OP_TANH2:
	case OP_SOFTMAX:
	case OP_LOGSOFTMAX: return WORK_CURVE;
	case OP_POW: return WORK_POWER;
	default: return WORK_SIMPLE;
	}
}

/* Whether generated code does something for the node. A value that was computed in its state's place needs no update.
 */
static bool
is_line(const Graph *g, const Node *n)
{
	if (n->op == OP_UPDATE)
		return n->nin > 1 || graph_node(g, n->in[0])->place != PLACE_STATE;
	return n->nin > 0 && n->op != OP_DELAY && n->op != OP_OUTPUT && n->op != OP_EXPECT && n->op != OP_LAST;
}

/* Nodes of one group stand side by side and are one line. */
static bool
begins_line(const Graph *g, int32_t i)
{
	const Node *n = g->node.v[i];
	return is_line(g, n) && (!n->group || !i || g->node.v[i - 1]->group != n->group);
}

static void
count_product(const Graph *g, const Node *n, WorkCount *w)
{
	int64_t macs = node_macs(g, n), elements = shape_count(n->shape), rows = node_rows(g, n);
	w->n[WORK_MAC] += macs;
	w->n[WORK_LANE] += elements * rows;
	w->n[WORK_ROW] += macs / elements;
	if (n->op == OP_AFFINE)
		w->n[WORK_SIMPLE] += n->attr.sum.addends * elements * rows;
}

void
cost_work(const Graph *g, Ref r, WorkCount *w)
{
	const Node *n = graph_node(g, r);
	if (!is_line(g, n))
		return;
	w->n[WORK_CALL] += begins_line(g, r.i);
	if (n->op == OP_MATMUL || n->op == OP_AFFINE) {
		count_product(g, n, w);
		return;
	}
	const Node *first = graph_node(g, n->in[0]);
	bool reduces = n->op != OP_GATHER && n->shape.rank == 0;
	int64_t elements = shape_count(n->op == OP_UPDATE || reduces ? first->shape : n->shape);
	w->n[class_of((Op)n->op)] += elements * node_rows(g, n->op == OP_UPDATE ? first : n);
	if (n->op == OP_SOFTMAX || n->op == OP_LOGSOFTMAX)
		w->n[WORK_SIMPLE] += 3 * elements * node_rows(g, n);
}

typedef struct {
	uint64_t *v;
	size_t n, cap;
} HashSet;

static bool
set_add(Arena *a, HashSet *s, uint64_t h)
{
	if (2 * (s->n + 1) > s->cap) {
		HashSet old = *s;
		*s = (HashSet){.cap = old.cap ? 2 * old.cap : 64};
		s->v = arena_alloc(a, s->cap * sizeof *s->v);
		for (size_t i = 0; i < old.cap; i++)
			if (old.v[i])
				set_add(a, s, old.v[i]);
	}
	h += !h; /* zero is an empty slot */
	size_t at = (size_t)h & (s->cap - 1);
	while (s->v[at] && s->v[at] != h)
		at = (at + 1) & (s->cap - 1);
	bool is_new = !s->v[at];
	s->v[at] = h;
	s->n += is_new;
	return is_new;
}

/* What a kernel is made for: operators, sizes, and which operand is which member of the line. */
static uint64_t
line_hash(const Graph *g, int32_t begin, int32_t end)
{
	uint64_t h = HASH_SEED;
	for (int32_t i = begin; i < end; i++) {
		const Node *n = g->node.v[i];
		int32_t key[4] = {n->op, n->shape.rank, n->shape.dim[0], n->shape.dim[1]};
		h = hash_bytes(h, key, sizeof key);
		for (int k = 0; k < n->nin; k++) {
			const Node *a = graph_node(g, n->in[k]);
			int32_t member = n->in[k].i >= begin ? n->in[k].i - begin : -1;
			int32_t operand[5] = {a->op == OP_CONST, member, a->shape.rank, a->shape.dim[0],
					      a->shape.dim[1]};
			h = hash_bytes(h, operand, sizeof operand);
		}
	}
	return h;
}

/* Operand k of a node, if it is the vector of a product. */
static bool
is_vector(const Graph *g, const Node *n, int k)
{
	if (n->op == OP_MATMUL)
		return k == (graph_node(g, n->in[0])->shape.rank != 1);
	return n->op == OP_AFFINE && k >= n->attr.sum.addends && graph_node(g, n->in[k])->shape.rank == 1;
}

/* Loops over vectors in a line: sums that multiply the same vectors share them. */
static void
count_loops(Arena *a, const Graph *g, int32_t begin, int32_t end, CodeCount *c)
{
	HashSet seen = {0};
	for (int32_t i = begin; i < end; i++) {
		const Node *n = g->node.v[i];
		uint64_t h = HASH_SEED;
		enum { LONG = 32 }; /* LONG_LOOP of c.h */
		int loops = 0, longs = 0;
		for (int k = 0; k < n->nin; k++)
			if (is_vector(g, n, k)) {
				h = hash_bytes(h, &n->in[k], sizeof n->in[k]);
				loops++;
				longs += shape_count(graph_node(g, n->in[k])->shape) >= LONG;
			}
		if (!loops || !set_add(a, &seen, h))
			continue;
		c->n[CODE_LOOP] += loops;
		c->n[CODE_ROWS] += node_rows(g, n) > 1 ? loops : 0;
		c->n[CODE_LONG] += longs;
	}
}

static void
count_line(Arena *a, const Graph *g, int32_t begin, int32_t end, HashSet *seen, CodeCount *c)
{
	c->n[CODE_CALL]++;
	if (!set_add(a, seen, line_hash(g, begin, end)))
		return;
	c->n[CODE_KERNEL]++;
	c->n[CODE_OPERATOR] += end - begin;
	count_loops(a, g, begin, end, c);
}

CodeCount
cost_code(Arena *a, const Graph *g)
{
	CodeCount c = {.n = {[CODE_ALWAYS] = 1}};
	HashSet seen = {0};
	bool used[OP_COUNT] = {false};
	for (int32_t i = 0, end; i < g->node.n; i = end) {
		end = i + 1;
		if (!is_line(g, g->node.v[i]))
			continue;
		while (end < g->node.n && is_line(g, g->node.v[end]) && !begins_line(g, end))
			end++;
		for (int32_t k = i; k < end; k++)
			used[g->node.v[k]->op] = true;
		count_line(a, g, i, end, &seen, &c);
	}
	for (int op = 0; op < OP_COUNT; op++)
		c.n[CODE_CURVE] += used[op] && class_of((Op)op) == WORK_CURVE;
	c.n[CODE_POWER] = used[OP_POW];
	return c;
}

int64_t
cost_insn(const CostTarget *t, const WorkCount *w)
{
	double sum = 0;
	for (int i = 0; i < WORK_KINDS; i++)
		sum += t->insn[i] * (double)w->n[i];
	return (int64_t)(sum + 0.5);
}

int64_t
cost_bytes(const CostTarget *t, const CodeCount *c)
{
	double sum = 0;
	for (int i = 0; i < CODE_KINDS; i++)
		sum += t->code[i] * (double)c->n[i];
	return (int64_t)(sum + 0.5);
}
