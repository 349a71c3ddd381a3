/* plan.c: gives every value of the unrolled graph a place in memory.
 *
 *   %2 = matmul … place scratch 0      %3 = tanh %2  place scratch 0  (in place: %2 dies here)
 *   %4 = add %3 %0 place output 0      (its only home is the caller's y)
 *
 * The order is the graph's. A value that is an output of its own time step is computed where the caller wants it; all
 * others share one work buffer: first fit over a free list, a place free again after the last use, an element-wise
 * result on top of an operand that dies with it, be it a slot of the state. A group is one moment: what only its own
 * members use has no place at all. The results of a group that holds one sum for many steps, and the vectors that it
 * multiplies, stand in rows, one after the other. A sum that goes to a gradient is computed there. The lower bound is
 * the largest sum of values alive at one time; scratch and bound are in floats and counted with the batch. */
#include "../ops.h"
#include "../pass.h"
#include <stdlib.h>
#include <string.h>

/* Places begin at multiples of this many floats (16 bytes), for the sake of vector loads. */
enum { GRAIN = 4 };
/* Floats of the work buffer at most. */
enum { SCRATCH_MAX = 1 << 28 };

typedef struct {
	int64_t at, n;
} Gap;

/* Values that stand in memory one after the other. */
typedef struct {
	int64_t at, n; /* where the next one goes, -1: not taken yet; how many */
} Rows;

typedef struct {
	Graph *g;
	int32_t *last;                     /* per node: the last node that uses it */
	int32_t *begin;                    /* per node: the first of its group */
	int32_t *next_dying, *first_dying; /* lists of the values that die at the begin of a group */
	int32_t *rows;                     /* per node: 1 + the rows that it belongs to */
	bool *taken;                       /* per node: a result has taken over its place */
	int32_t *update;                   /* per state: its UPDATE */
	TABLE(Rows) row_table;
	Gap *gap; /* free places below `end`, by address */
	int32_t ngap, cap;
	int64_t end; /* floats in use at the most so far */
	int64_t live;
} Planner;

static int64_t
value_size(const Graph *g, const Node *n)
{
	int64_t count = shape_count(n->shape) * (n->batched ? g->batch : 1);
	return (count + GRAIN - 1) / GRAIN * GRAIN;
}

static bool
needs_place(const Node *n)
{
	switch ((Op)n->op) {
	case OP_INPUT:
	case OP_PARAM:
	case OP_CONST:
	case OP_STATE:
	case OP_INIT: return false;
	default: return !op_table[n->op].sink;
	}
}

static void
gap_insert(Planner *p, int32_t k, Gap gap)
{
	if (p->ngap == p->cap) {
		p->cap = p->cap ? 2 * p->cap : 16;
		p->gap = memory_grow(p->gap, (size_t)p->cap, sizeof *p->gap);
	}
	memmove(p->gap + k + 1, p->gap + k, (size_t)(p->ngap - k) * sizeof *p->gap);
	p->gap[k] = gap;
	p->ngap++;
}

static void
gap_remove(Planner *p, int32_t k)
{
	p->ngap--;
	memmove(p->gap + k, p->gap + k + 1, (size_t)(p->ngap - k) * sizeof *p->gap);
}

static int64_t
place_take(Planner *p, int64_t n)
{
	for (int32_t k = 0; k < p->ngap; k++) {
		int64_t at = p->gap[k].at;
		if (p->gap[k].n < n)
			continue;
		p->gap[k].at += n;
		p->gap[k].n -= n;
		if (!p->gap[k].n)
			gap_remove(p, k);
		return at;
	}
	int64_t at = p->end;
	if (p->ngap && p->gap[p->ngap - 1].at + p->gap[p->ngap - 1].n == p->end)
		at = p->gap[--p->ngap].at; /* grow the gap at the end */
	p->end = at + n;
	return at;
}

static void
place_free(Planner *p, int64_t at, int64_t n)
{
	int32_t k = 0;
	while (k < p->ngap && p->gap[k].at < at)
		k++;
	gap_insert(p, k, (Gap){at, n});
	if (k + 1 < p->ngap && at + n == p->gap[k + 1].at) {
		p->gap[k].n += p->gap[k + 1].n;
		gap_remove(p, k + 1);
	}
	if (k > 0 && p->gap[k - 1].at + p->gap[k - 1].n == at) {
		p->gap[k - 1].n += p->gap[k].n;
		gap_remove(p, k);
	}
}

static void
find_last_uses(Planner *p)
{
	const Graph *g = p->g;
	for (int32_t i = 0; i < g->node.n; i++) {
		const Node *n = g->node.v[i];
		p->last[i] = i;
		p->first_dying[i] = -1;
		p->begin[i] = i && n->group && g->node.v[i - 1]->group == n->group ? p->begin[i - 1] : i;
		for (int k = 0; k < n->nin; k++)
			p->last[n->in[k].i] = i;
		if (n->op == OP_UPDATE)
			p->update[n->attr.index] = i;
	}
	for (int32_t i = g->node.n - 1; i >= 0; i--) {
		int32_t death = p->begin[p->last[i]];
		p->next_dying[i] = p->first_dying[death];
		p->first_dying[death] = i;
	}
}

/* Whether only its own group uses node i. */
static bool
is_internal(const Planner *p, int32_t i)
{
	return p->last[i] != i && p->begin[p->last[i]] == p->begin[i];
}

/* A value that is an output of its own step, and no output yet, is computed in the caller's array. */
static void
place_outputs(Graph *g)
{
	for (int32_t i = 0; i < g->node.n; i++) {
		const Node *out = g->node.v[i];
		if (out->op != OP_OUTPUT)
			continue;
		Node *n = g->node.v[out->in[0].i];
		if (needs_place(n) && n->place == PLACE_NONE && n->step == out->step && (n->batched || g->batch == 1)) {
			n->place = PLACE_OUTPUT;
			n->offset = out->attr.index;
		}
	}
}

/* A sum over time that is only added to a gradient needs no place of its own. */
static void
place_gradients(Graph *g)
{
	uint8_t *uses = memory_new((size_t)g->node.n + 1, 1);
	for (int32_t i = 0; i < g->node.n; i++)
		for (int k = 0; k < g->node.v[i]->nin; k++) {
			uint8_t *u = &uses[g->node.v[i]->in[k].i];
			*u = (uint8_t)(*u + (*u < 2));
		}
	for (int32_t i = 0; i < g->node.n; i++) {
		const Node *sink = g->node.v[i];
		if (sink->op != OP_GRAD || uses[sink->in[0].i] != 1 ||
		    !op_table[graph_node(g, sink->in[0])->op].sums_batch)
			continue;
		Node *n = graph_node(g, sink->in[0]);
		n->place = PLACE_GRAD;
		n->offset = sink->attr.index;
	}
	free(uses);
}

/* Whether a node needs the whole of operand k, not only its own element. */
static bool
reads_whole(const Node *n, int k)
{
	return n->op == OP_AFFINE ? k >= n->attr.sum.addends : !op_elementwise((Op)n->op);
}

/* Whether the loop [i, end) may write a result over value v: it reads v element by element, for the last time. */
static bool
dies_in_place(const Planner *p, int32_t v, int32_t i, int32_t end)
{
	const Graph *g = p->g;
	if (p->last[v] >= end || p->taken[v])
		return false;
	for (int32_t m = i; m < end; m++)
		for (int k = 0; k < g->node.v[m]->nin; k++)
			if (g->node.v[m]->in[k].i == v && reads_whole(g->node.v[m], k))
				return false;
	return true;
}

/* A slot of the state may be written before the update if what stands in it then is dead by that time. */
static bool
is_free_slot(const Planner *p, const Node *in, int32_t r)
{
	const Graph *g = p->g;
	if (in->op != OP_STATE)
		return false;
	int32_t state = in->attr.slot.state;
	return g->state.v[state].depth == 1 && p->last[r] <= p->update[state];
}

/* The operand of the loop [i, end) whose place its result r may take over. */
static int32_t
dying_operand(const Planner *p, int32_t r, int32_t i, int32_t end)
{
	const Graph *g = p->g;
	const Node *n = g->node.v[r];
	for (int32_t m = i; m < end; m++)
		for (int k = 0; k < g->node.v[m]->nin; k++) {
			int32_t v = g->node.v[m]->in[k].i;
			const Node *in = g->node.v[v];
			bool place = (v < i && in->place == PLACE_SCRATCH) || is_free_slot(p, in, r) ||
				     (v < i && in->place == PLACE_STATE && p->last[r] <= p->update[in->offset]);
			if (place && in->batched == n->batched && shape_equal(in->shape, n->shape) &&
			    dies_in_place(p, v, i, end))
				return v;
		}
	return -1;
}

static void
place_at(Planner *p, Node *n, int64_t at)
{
	n->place = PLACE_SCRATCH;
	n->offset = (int32_t)at;
	p->live += value_size(p->g, n);
	if (p->live > p->g->scratch_bound)
		p->g->scratch_bound = p->live;
}

static bool
wants_place(const Planner *p, int32_t i)
{
	const Node *n = p->g->node.v[i];
	return needs_place(n) && n->place == PLACE_NONE && !is_internal(p, i);
}

/* Takes over the place of operand v. */
static void
place_over(Planner *p, Node *n, int32_t v)
{
	const Node *in = p->g->node.v[v];
	p->taken[v] = true;
	n->place = in->op == OP_STATE ? PLACE_STATE : in->place;
	n->offset = in->op == OP_STATE ? in->attr.slot.state : in->offset;
}

static void
place_result(Planner *p, int32_t r, int32_t i, int32_t end)
{
	Node *n = p->g->node.v[r];
	Rows *rows = p->rows[r] ? &p->row_table.v[p->rows[r] - 1] : NULL;
	int32_t v = rows ? -1 : dying_operand(p, r, i, end);
	if (v >= 0) {
		place_over(p, n, v);
	} else if (rows) {
		if (rows->at < 0)
			rows->at = place_take(p, rows->n * value_size(p->g, n));
		place_at(p, n, rows->at);
		rows->at += value_size(p->g, n);
	} else {
		place_at(p, n, place_take(p, value_size(p->g, n)));
	}
}

/* The results of a group over many steps: rows without gaps. */
static void
place_rows(Planner *p, int32_t i, int32_t end)
{
	int64_t size = 0;
	for (int32_t m = i; m < end; m++)
		size += wants_place(p, m) ? value_size(p->g, p->g->node.v[m]) : 0;
	int64_t at = size ? place_take(p, size) : 0;
	for (int32_t m = i; m < end; m++)
		if (wants_place(p, m)) {
			place_at(p, p->g->node.v[m], at);
			at += value_size(p->g, p->g->node.v[m]);
		}
}

static bool
is_over_steps(const Graph *g, int32_t i, int32_t end)
{
	return end > i + 1 && g->node.v[i]->step != g->node.v[end - 1]->step;
}

static int32_t
group_end(const Planner *p, int32_t i)
{
	int32_t end = i + 1;
	while (end < p->g->node.n && p->begin[end] == i)
		end++;
	return end;
}

/* The vectors that a group over many steps multiplies want to be rows, in its order. */
static void
find_rows(Planner *p)
{
	const Graph *g = p->g;
	for (int32_t i = 0, end; i < g->node.n; i = end) {
		end = group_end(p, i);
		if (!is_over_steps(g, i, end))
			continue;
		Rows *rows = table_push(g->arena, &p->row_table);
		*rows = (Rows){-1, 0};
		for (int32_t m = i; m < end; m++)
			for (int k = g->node.v[m]->attr.sum.addends; k < g->node.v[m]->nin; k++) {
				int32_t v = g->node.v[m]->in[k].i;
				if (!wants_place(p, v) || p->rows[v])
					continue;
				p->rows[v] = p->row_table.n;
				rows->n++;
			}
	}
}

static void
place_group(Planner *p, int32_t i, int32_t end)
{
	Graph *g = p->g;
	if (is_over_steps(g, i, end))
		place_rows(p, i, end);
	for (int32_t m = i; m < end; m++)
		if (wants_place(p, m))
			place_result(p, m, i, end);
	for (int32_t d = p->first_dying[i]; d >= 0; d = p->next_dying[d]) {
		const Node *dead = g->node.v[d];
		if (dead->place != PLACE_SCRATCH || p->taken[d])
			continue;
		place_free(p, dead->offset, value_size(g, dead));
		p->live -= value_size(g, dead);
	}
}

void
pass_plan(Graph *g)
{
	size_t n = (size_t)g->node.n + 1;
	Planner p = {.g = g,
		     .last = memory_new(n, sizeof *p.last),
		     .begin = memory_new(n, sizeof *p.begin),
		     .next_dying = memory_new(n, sizeof *p.next_dying),
		     .first_dying = memory_new(n, sizeof *p.first_dying),
		     .rows = memory_new(n, sizeof *p.rows),
		     .taken = memory_new(n, sizeof *p.taken),
		     .update = memory_new((size_t)g->state.n + 1, sizeof *p.update)};
	g->scratch_bound = 0;
	for (int32_t i = 0; i < g->node.n; i++)
		g->node.v[i]->place = PLACE_NONE;
	find_last_uses(&p);
	place_outputs(g);
	place_gradients(g);
	find_rows(&p);
	for (int32_t i = 0; i < g->node.n && p.end <= SCRATCH_MAX;) {
		int32_t end = group_end(&p, i);
		place_group(&p, i, end);
		i = end;
	}
	if (p.end > SCRATCH_MAX)
		diag_file_error(g->diag, g->file, "the work buffer of a window is larger than %d bytes",
				SCRATCH_MAX * 4);
	g->scratch = p.end;
	free(p.gap);
	free(p.last);
	free(p.begin);
	free(p.next_dying);
	free(p.first_dying);
	free(p.rows);
	free(p.taken);
	free(p.update);
}
