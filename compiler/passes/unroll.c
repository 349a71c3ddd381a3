/* unroll.c: one copy of the net per time step; delays become values of other copies.
 *
 *   before  %1 = delay #0 1 %3      %3 = add %0 %1     (window 2)
 *   after   %1 = state #0 1  step 0
 *           %2 = add %0 %1   step 0
 *           %4 = add %3 %2   step 1
 *           %5 = update #0 %4
 *
 * A delay of k steps in copy t is its operand in copy t - k; before the first copy it is slot k - t of the incoming
 * state, and, for the future, past the last copy the initial value. Values that never change are not copied. An
 * UPDATE per state ends the window. Copies are made on demand with an explicit stack, so looking ahead works and the
 * time is linear in nodes times steps. */
#include "../ops.h"
#include "../pass.h"
#include <stdlib.h>
#include <string.h>

enum { NOT_MADE = -1, IN_PROGRESS = -2 };
/* Nodes times steps: about 10 GB. */
enum { COPIES_MAX = 64 << 20 };

typedef struct {
	int32_t i, t;
} Copy;

typedef struct {
	Graph *g;
	Node **old;
	int32_t n, steps;
	bool *varies;   /* per old node */
	int32_t *made;  /* [step][old node]: new node, NOT_MADE or IN_PROGRESS; invariant nodes stand at step 0 */
	int32_t **slot; /* per state: new STATE node of each slot */
	int32_t *init;  /* per state: new INIT node */
	Copy *stack;
	size_t top, cap;
} Unroller;

static int32_t *
made_at(Unroller *u, int32_t i, int32_t t)
{
	return &u->made[(size_t)(u->varies[i] ? t : 0) * (size_t)u->n + (size_t)i];
}

static void
find_varying(Unroller *u)
{
	for (int32_t i = 0; i < u->n; i++) {
		const Node *n = u->old[i];
		u->varies[i] = n->op == OP_INPUT || n->op == OP_DELAY || op_table[n->op].sink;
		for (int k = 0; k < n->nin && !u->varies[i]; k++)
			u->varies[i] = u->varies[n->in[k].i];
	}
}

static int32_t
state_slot(Unroller *u, const Node *delay, int32_t slot)
{
	int32_t s = delay->attr.slot.state;
	int32_t *made = &u->slot[s][slot];
	if (!*made) {
		Ref r = graph_add(u->g, OP_STATE, 0, NULL);
		Node *n = graph_node(u->g, r);
		graph_origin(u->g, r, delay);
		n->shape = delay->shape;
		n->step = 0;
		n->attr.slot.state = s;
		n->attr.slot.depth = slot;
		*made = r.i + 1;
	}
	return *made - 1;
}

static int32_t
state_init(Unroller *u, const Node *delay)
{
	int32_t s = delay->attr.slot.state;
	if (!u->init[s]) {
		Ref r = graph_add(u->g, OP_INIT, 0, NULL);
		graph_origin(u->g, r, delay);
		graph_node(u->g, r)->shape = delay->shape;
		graph_node(u->g, r)->attr.index = s;
		u->init[s] = r.i + 1;
	}
	return u->init[s] - 1;
}

/* Where operand k of copy (i, t) comes from: true and the copy, or false if it is none. */
static bool
operand_copy(const Unroller *u, int32_t i, int32_t t, int k, Copy *from)
{
	const Node *n = u->old[i];
	int64_t at = n->op == OP_DELAY ? (int64_t)t - n->attr.slot.depth : t;
	*from = (Copy){n->in[k].i, (int32_t)at};
	return at >= 0 && at < u->steps;
}

static void
push(Unroller *u, int32_t i, int32_t t)
{
	if (u->top == u->cap) {
		u->cap = u->cap ? 2 * u->cap : 64;
		u->stack = memory_grow(u->stack, u->cap, sizeof *u->stack);
	}
	*made_at(u, i, t) = IN_PROGRESS;
	u->stack[u->top++] = (Copy){i, t};
}

static int32_t
make_copy(Unroller *u, int32_t i, int32_t t)
{
	const Node *n = u->old[i];
	Copy from;
	if (n->op == OP_LAST)
		return *made_at(u, n->in[0].i, t);
	if (n->op == OP_DELAY) {
		if (operand_copy(u, i, t, 0, &from))
			return *made_at(u, from.i, from.t);
		return n->attr.slot.depth > 0 ? state_slot(u, n, n->attr.slot.depth - t) : state_init(u, n);
	}
	Ref fixed[8], *in = n->nin <= 8 ? fixed : arena_alloc(u->g->arena, (size_t)n->nin * sizeof *in);
	for (int k = 0; k < n->nin; k++)
		in[k].i = *made_at(u, n->in[k].i, t);
	Ref r = graph_add(u->g, (Op)n->op, n->nin, in);
	Node *c = graph_node(u->g, r);
	graph_origin(u->g, r, n);
	c->attr = n->attr;
	c->group = n->group;
	c->shape = n->shape;
	c->step = u->varies[i] ? t : -1;
	return r.i;
}

/* Makes copy (i, t) and all that it needs. false: it needs itself. */
static bool
demand(Unroller *u, int32_t i, int32_t t)
{
	if (*made_at(u, i, t) >= 0)
		return true;
	push(u, i, t);
	while (u->top) {
		Copy c = u->stack[u->top - 1];
		bool ready = true;
		for (int k = 0; k < u->old[c.i]->nin && ready; k++) {
			Copy from;
			if (!operand_copy(u, c.i, c.t, k, &from))
				continue;
			int32_t state = *made_at(u, from.i, from.t);
			if (state == IN_PROGRESS) {
				const Node *n = u->old[c.i];
				const char *name = n->op == OP_DELAY ? u->g->state.v[n->attr.slot.state].name : n->name;
				diag_error(u->g->diag, node_place(n),
					   "%s%s%s needs its own value: what it looks ahead to looks back at it",
					   name ? "'" : "", name ? name : "this", name ? "'" : "");
				return false;
			}
			if (state == NOT_MADE) {
				push(u, from.i, from.t);
				ready = false;
			}
		}
		if (ready) {
			u->top--;
			*made_at(u, c.i, c.t) = make_copy(u, c.i, c.t);
		}
	}
	return true;
}

/* The value that each state remembers, the operand of its delays (or -1), and its deepest delay. */
static void
find_remembered(const Unroller *u, int32_t *value, int32_t *depth)
{
	for (int32_t s = 0; s < u->g->state.n; s++)
		value[s] = -1;
	for (int32_t i = 0; i < u->n; i++) {
		const Node *n = u->old[i];
		if (n->op != OP_DELAY)
			continue;
		value[n->attr.slot.state] = n->in[0].i;
		if (n->attr.slot.depth > depth[n->attr.slot.state])
			depth[n->attr.slot.state] = n->attr.slot.depth;
	}
}

/* A state slot that goes into another state is copied first: updates happen all at once. */
static Ref
value_to_keep(Unroller *u, int32_t i, int32_t t)
{
	Ref r = {*made_at(u, i, t)};
	const Node *n = graph_node(u->g, r);
	if (n->op != OP_STATE)
		return r;
	Ref copy = graph_add1(u->g, OP_COPY, r);
	graph_origin(u->g, copy, n);
	graph_node(u->g, copy)->shape = n->shape;
	return copy;
}

static void
update_states(Unroller *u)
{
	TABLE(Ref) in = {0};
	int32_t *first = arena_alloc(u->g->arena, ((size_t)u->g->state.n + 1) * sizeof *first);
	int32_t *count = arena_alloc(u->g->arena, ((size_t)u->g->state.n + 1) * sizeof *count);
	int32_t *value = arena_alloc(u->g->arena, ((size_t)u->g->state.n + 1) * sizeof *value);
	int32_t *depth = arena_alloc(u->g->arena, ((size_t)u->g->state.n + 1) * sizeof *depth);
	find_remembered(u, value, depth);
	for (int32_t s = 0; s < u->g->state.n; s++) {
		count[s] = depth[s] < u->steps ? depth[s] : u->steps;
		u->g->state.v[s].depth = depth[s];
		first[s] = in.n;
		for (int32_t k = 0; k < count[s]; k++)
			*table_push(u->g->arena, &in) = value_to_keep(u, value[s], u->steps - 1 - k);
	}
	for (int32_t s = 0; s < u->g->state.n; s++) {
		if (!count[s])
			continue;
		Ref r = graph_add(u->g, OP_UPDATE, count[s], in.v + first[s]);
		Node *n = graph_node(u->g, r);
		n->shape = shape_scalar();
		n->step = u->steps - 1;
		n->attr.index = s;
		n->name = u->g->state.v[s].name;
		n->at = u->g->state.v[s].at;
	}
}

/* Outputs that depend on a LAST node are outputs of the last step only. */
static void
find_last_outputs(Unroller *u)
{
	bool *last = arena_alloc(u->g->arena, (size_t)u->n + 1);
	for (bool changed = true; changed;) {
		changed = false;
		for (int32_t i = 0; i < u->n; i++) {
			const Node *n = u->old[i];
			bool is = n->op == OP_LAST;
			for (int k = 0; k < n->nin; k++)
				is |= last[n->in[k].i];
			changed |= is != last[i];
			last[i] = is;
		}
	}
	for (int32_t i = 0; i < u->n; i++)
		if (u->old[i]->op == OP_OUTPUT)
			u->g->output.v[u->old[i]->attr.index].last = last[i];
}

static bool
is_copied(const Unroller *u, int32_t i, int32_t t)
{
	const Node *n = u->old[i];
	return n->op != OP_OUTPUT || t == u->steps - 1 || !u->g->output.v[n->attr.index].last;
}

void
pass_unroll(Graph *g)
{
	Unroller u = {.g = g, .old = g->node.v, .n = g->node.n, .steps = g->window};
	if ((int64_t)g->node.n * g->window > COPIES_MAX) {
		diag_file_error(g->diag, g->file, "%d nodes unrolled %d times are more than netc compiles (%d)",
				g->node.n, (int)g->window, COPIES_MAX);
		return;
	}
	size_t nmade = (size_t)u.n * (size_t)u.steps;
	u.varies = arena_alloc(g->arena, (size_t)u.n + 1);
	u.made = memory_new(nmade + 1, sizeof *u.made);
	u.slot = arena_alloc(g->arena, ((size_t)g->state.n + 1) * sizeof *u.slot);
	u.init = arena_alloc(g->arena, ((size_t)g->state.n + 1) * sizeof *u.init);
	memset(u.made, 0xff, nmade * sizeof *u.made);
	for (int s = 0; s < g->state.n; s++)
		u.slot[s] = arena_alloc(g->arena, ((size_t)g->state.v[s].depth + 1) * sizeof *u.slot[s]);
	find_varying(&u);
	find_last_outputs(&u);
	g->node.v = NULL;
	g->node.n = g->node.cap = 0;
	bool ok = true;
	for (int32_t i = 0; i < u.n && ok; i++)
		if (!u.varies[i])
			ok = demand(&u, i, 0);
	for (int32_t t = 0; t < u.steps && ok; t++)
		for (int32_t i = 0; i < u.n && ok; i++)
			if (u.varies[i] && is_copied(&u, i, t))
				ok = demand(&u, i, t);
	if (ok)
		update_states(&u);
	g->steps = g->window;
	for (int i = 0; i < g->input.n; i++)
		g->input.v[i].node = REF_NONE;
	for (int i = 0; i < g->output.n; i++)
		g->output.v[i].node = REF_NONE;
	free(u.made);
	free(u.stack);
}
