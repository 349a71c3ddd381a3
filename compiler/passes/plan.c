/* plan.c: gives every value of the unrolled graph a place in memory.
 *
 *   %2 = matmul … place scratch 0      %3 = tanh %2  place scratch 0  (in place: %2 dies here)
 *   %4 = add %3 %0 place output 0      (its only home is the caller's y)
 *
 * The order is the graph's. A value that is an output of its own time step is computed where the caller wants it; all
 * others share one work buffer: first fit over a free list, a place free again after the last use, an element-wise
 * result on top of an operand that dies with it. The lower bound is the largest sum of values alive at one time;
 * scratch and bound are in floats and counted with the batch. */
#include "../ops.h"
#include "../pass.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Places begin at multiples of this many floats (16 bytes), for the sake of vector loads. */
enum { GRAIN = 4 };
/* Floats of the work buffer at most. */
enum { SCRATCH_MAX = 1 << 28 };

typedef struct {
	int64_t at, n;
} Gap;

typedef struct {
	Graph *g;
	int32_t *last;                     /* per node: the last node that uses it */
	int32_t *next_dying, *first_dying; /* lists of the values that die at a node */
	Gap *gap;                          /* free places below `end`, by address */
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
		p->gap = realloc(p->gap, (size_t)p->cap * sizeof *p->gap);
		assert(p->gap);
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
		p->last[i] = i;
		p->first_dying[i] = -1;
		for (int k = 0; k < g->node.v[i]->nin; k++)
			p->last[g->node.v[i]->in[k].i] = i;
	}
	for (int32_t i = g->node.n - 1; i >= 0; i--) {
		p->next_dying[i] = p->first_dying[p->last[i]];
		p->first_dying[p->last[i]] = i;
	}
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

/* The operand whose place an element-wise result may take over. */
static Node *
dying_operand(const Planner *p, int32_t i)
{
	const Graph *g = p->g;
	const Node *n = g->node.v[i];
	if (!op_elementwise((Op)n->op))
		return NULL;
	for (int k = 0; k < n->nin; k++) {
		Node *in = g->node.v[n->in[k].i];
		if (in->place == PLACE_SCRATCH && p->last[n->in[k].i] == i && in->batched == n->batched &&
		    shape_equal(in->shape, n->shape))
			return in;
	}
	return NULL;
}

static void
place_node(Planner *p, int32_t i)
{
	Graph *g = p->g;
	Node *n = g->node.v[i], *reuse = NULL;
	if (needs_place(n) && n->place == PLACE_NONE) {
		reuse = dying_operand(p, i);
		int64_t size = value_size(g, n);
		int64_t at = reuse ? reuse->offset : place_take(p, size);
		n->place = PLACE_SCRATCH;
		n->offset = (int32_t)at;
		p->live += reuse ? 0 : size;
		if (p->live > g->scratch_bound)
			g->scratch_bound = p->live;
	}
	for (int32_t d = p->first_dying[i]; d >= 0; d = p->next_dying[d]) {
		const Node *dead = g->node.v[d];
		if (dead->place != PLACE_SCRATCH || dead == reuse)
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
		     .last = calloc(n, sizeof *p.last),
		     .next_dying = calloc(n, sizeof *p.next_dying),
		     .first_dying = calloc(n, sizeof *p.first_dying)};
	assert(p.last && p.next_dying && p.first_dying);
	g->scratch_bound = 0;
	for (int32_t i = 0; i < g->node.n; i++)
		g->node.v[i]->place = PLACE_NONE;
	find_last_uses(&p);
	place_outputs(g);
	for (int32_t i = 0; i < g->node.n && p.end <= SCRATCH_MAX; i++)
		place_node(&p, i);
	if (p.end > SCRATCH_MAX)
		diag_file_error(g->diag, g->file, "the work buffer of a window is larger than %d bytes",
				SCRATCH_MAX * 4);
	g->scratch = p.end;
	free(p.gap);
	free(p.last);
	free(p.next_dying);
	free(p.first_dying);
}
