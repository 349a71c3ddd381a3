/* c_cell.c: what the kernel of a group computes, and the lines that call it.
 *
 * A group is some sums of products and the element-wise operations that follow, on vectors of one width. Groups of one
 * structure share a kernel: its key has the operators, the sizes and which operand is which, but no names. A group
 * over steps is one sum for many time steps; it becomes a kernel over rows where its operands and results stand at
 * equal distances, else several. */
#include "c_cell.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

int
cell_arg(const CellArgs *args, Ref node)
{
	for (int i = 0; i < args->n; i++)
		if (args->v[i].node.i == node.i)
			return i;
	return -1;
}

const CellArg *
cell_vector(const Cell *c, const Node *sum, int k)
{
	return &c->vector.v[cell_arg(&c->vector, sum_vector(c->g, sum, k))];
}

int
cell_most_sums(const Cell *c)
{
	int most = 1;
	for (int i = 0; i < c->segment.n; i++)
		most = c->segment.v[i].n > most ? c->segment.v[i].n : most;
	return most;
}

bool
cell_is_passed_twice(const Cell *c, int i)
{
	for (int k = 0; k < c->result.n; k++)
		if (c->result.v[k].over == i)
			return true;
	return cell_arg(&c->vector, c->lane.v[i].node) >= 0;
}

static void
add_arg(const Cell *c, CellArgs *args, Ref r)
{
	if (cell_arg(args, r) >= 0)
		return;
	const Node *n = cell_node(c, r);
	int64_t count = shape_count(n->shape);
	*table_push(c->e->arena, args) = (CellArg){r, count, n->batched ? count : 0, -1, NULL};
}

static bool
is_member(const Cell *c, Ref r)
{
	return r.i >= c->begin && r.i < c->end;
}

/* Whether an operation on a sum is one loop over all of them and something small: with tanh, or with 2^x. */
static bool
is_act(const Cell *c, Op op)
{
	return c->g->small ? op == OP_LOGISTIC2 || op == OP_TANH2 : op == OP_TANH || op == OP_SIGMOID2;
}

/* The operation of that kind that is all a sum is for. */
static int32_t
only_act(const Cell *c, int32_t sum)
{
	int32_t user = -1;
	if (c->g->node.v[sum]->place != PLACE_NONE || c->e->libm)
		return -1;
	for (int32_t i = c->begin; i < c->end; i++)
		for (int k = 0; k < c->g->node.v[i]->nin; k++) {
			if (c->g->node.v[i]->in[k].i != sum)
				continue;
			Op op = (Op)c->g->node.v[i]->op;
			if (user >= 0 || !is_act(c, op))
				return -1;
			user = i;
		}
	return user;
}

/* Whether two sums multiply the same vectors in the same order. */
static bool
same_vectors(const Cell *c, const Node *a, const Node *b)
{
	if (a->nin - a->attr.sum.addends != b->nin - b->attr.sum.addends)
		return false;
	for (int k = 0; k + a->attr.sum.addends < a->nin; k += 2)
		if (sum_vector(c->g, a, a->attr.sum.addends + k).i != sum_vector(c->g, b, b->attr.sum.addends + k).i)
			return false;
	return true;
}

static void
segment_add(Cell *c, CellSegment *s, int32_t node)
{
	const Node *n = c->g->node.v[node];
	*table_push(c->e->arena, &c->sum) = (CellSum){node, only_act(c, node)};
	s->n++;
	s->acts += only_act(c, node) >= 0;
	for (int k = 0; k < n->attr.sum.addends; k++) {
		bool parameter = cell_node(c, n->in[k])->op == OP_PARAM;
		s->bias |= parameter;
		s->values |= !parameter;
	}
}

/* A segment is all sums that read what its first one reads; where nothing is packed, that one alone. */
static void
find_segments(Cell *c)
{
	int32_t size = c->end - c->begin;
	bool *done = arena_alloc(c->e->arena, (size_t)size);
	for (int32_t i = c->begin; i < c->end; i++) {
		const Node *first = c->g->node.v[i];
		if (first->op != OP_AFFINE || done[i - c->begin])
			continue;
		CellSegment *s = table_push(c->e->arena, &c->segment);
		*s = (CellSegment){.first = c->sum.n};
		for (int acts = 1; acts >= 0; acts--)
			for (int32_t k = i; k < (c->packed ? c->end : i + 1); k++) {
				const Node *n = c->g->node.v[k];
				if (n->op != OP_AFFINE || done[k - c->begin] || !same_vectors(c, first, n) ||
				    (only_act(c, k) >= 0) != acts)
					continue;
				done[k - c->begin] = true;
				segment_add(c, s, k);
			}
	}
}

static void
find_args(Cell *c)
{
	for (int32_t i = c->begin; i < c->end; i++) {
		const Node *n = c->g->node.v[i];
		for (int k = 0; k < n->nin; k++) {
			Ref in = n->in[k];
			const Node *operand = cell_node(c, in);
			bool product = n->op == OP_AFFINE && k >= n->attr.sum.addends;
			bool weight =
				n->op == OP_AFFINE && operand->op == OP_PARAM && (!product || operand->shape.rank == 2);
			if (weight && !c->packed)
				add_arg(c, &c->weight, in);
			else if (product && !weight)
				add_arg(c, &c->vector, in);
			else if (!weight && !is_member(c, in) && operand->op != OP_CONST)
				add_arg(c, &c->lane, in);
		}
		if (n->place != PLACE_NONE)
			add_arg(c, &c->result, (Ref){i});
	}
}

/* Whether two values stand in the same place: a result is written over the operand that it replaces. */
static bool
same_place(const Node *result, const Node *operand)
{
	if (operand->op == OP_STATE)
		return result->place == PLACE_STATE && result->offset == operand->attr.slot.state;
	return operand->place == result->place && operand->offset == result->offset && result->place != PLACE_OUTPUT;
}

static void
find_overwritten(Cell *c)
{
	for (int i = 0; i < c->result.n; i++)
		for (int k = 0; k < c->lane.n; k++)
			if (same_place(cell_node(c, c->result.v[i].node), cell_node(c, c->lane.v[k].node)))
				c->result.v[i].over = k;
}

/* Lanes with padding, so that vectors of 16, 8 or 4 fill them, where that costs little. */
static int64_t
padded(int64_t n)
{
	if (rounded_up(n, 16) - n <= n / 8)
		return rounded_up(n, 16);
	for (int64_t v = 8; v >= 4; v /= 2)
		if (rounded_up(n, v) - n <= n / 4)
			return rounded_up(n, v);
	return n;
}

int
segment_sets(const Cell *c, const CellSegment *s)
{
	return c->packed && c->g->node.v[c->sum.v[s->first].node]->attr.sum.split ? 4 : 1;
}

int
cell_sets(const Cell *c)
{
	int most = 1;
	for (int i = 0; i < c->segment.n; i++) {
		int sets = segment_sets(c, &c->segment.v[i]);
		most = sets > most ? sets : most;
	}
	return most;
}

/* A few long dot products: vectors of weights lie along k instead of across the lanes. What is decided here orders
 * additions, so it must not depend on what else is in the group: a sum has the same bits in a step and in a window. */
static bool
is_dots(const Cell *c)
{
	enum { FEW = 12, SOME = 32, LONG = 256 };
	bool dots = c->packed && !c->g->small && c->width <= SOME;
	for (int i = 0; i < c->sum.n && dots; i++) {
		const Node *n = c->g->node.v[c->sum.v[i].node];
		int64_t length = cell_vector(c, n, n->attr.sum.addends)->count;
		dots = n->nin == n->attr.sum.addends + 2 && length >= (c->width <= FEW ? DOT : LONG);
	}
	return dots;
}

/* On a microcontroller a panel is what its registers hold. */
static int64_t
small_unit(int64_t width, int64_t sums)
{
	int64_t most = SCALAR_LANES / sums > 1 ? SCALAR_LANES / sums : 1, unit = most < width ? most : width;
	while (width % unit)
		unit--;
	return unit * 2 < most && rounded_up(width, most) - width <= width / 8 ? most : unit;
}

/* A panel is as many lanes as one pass over the vectors computes on the widest host. It does not depend on the number
 * of rows, so that a step and a window share their tables. */
static int64_t
unit_of(const Cell *c)
{
	enum { ONE_ROW = 192, SHARED = 64 };
	const int64_t most_lanes = c->g->batch >= 4 ? SHARED : ONE_ROW;
	int64_t width = padded(c->width), most = cell_most_sums(c);
	if (c->g->small)
		return small_unit(c->width, most);
	if (most * width <= most_lanes)
		return width;
	for (int64_t unit = most_lanes / most / 16 * 16; unit >= 16; unit -= 16)
		if (width % unit == 0)
			return unit;
	return width;
}

static Cell *
cell_new(Emit *e, const Graph *g, int32_t i, int32_t end, int64_t rows)
{
	Cell *c = arena_alloc(e->arena, sizeof *c);
	*c = (Cell){.e = e, .g = g, .begin = i, .end = end, .rows = rows};
	c->width = shape_count(g->node.v[i]->shape);
	for (int32_t k = i; k < end; k++)
		c->packed |= g->node.v[k]->op == OP_AFFINE && g->node.v[k]->attr.sum.packed;
	find_segments(c);
	find_args(c);
	find_overwritten(c);
	return c;
}

/* Weights that exceed the second-level cache are walked backwards at every other step: what was read last is still
 * there. */
static bool
zigzags(const Cell *c)
{
	enum { LARGE = 1 << 20 };
	return c->g->node.v[c->begin]->step % 2 == 1 && c->rows == 1 && 4 * c->panel * cell_panels(c) > LARGE;
}

/* How the weights lie, which depends on the number of rows. */
static void
lay_out(Cell *c)
{
	c->dots = is_dots(c);
	c->unit = c->packed && !c->dots ? unit_of(c) : c->width;
	if (c->packed)
		cell_table_layout(c);
	c->backward = c->packed && zigzags(c);
}

static void
key_put(Text *key, int64_t v)
{
	text_put(key, (const char *)&v, sizeof v);
}

static void
key_args(Text *key, const CellArgs *args)
{
	key_put(key, args->n);
	for (int i = 0; i < args->n; i++) {
		key_put(key, args->v[i].count);
		key_put(key, args->v[i].stride);
		key_put(key, args->v[i].over);
	}
}

/* Which value an operand is, without names: a member, an argument or a constant. */
static void
key_operand(Text *key, const Cell *c, Ref r)
{
	const Node *n = cell_node(c, r);
	if (is_member(c, r)) {
		key_put(key, r.i - c->begin);
	} else if (n->op == OP_CONST) {
		key_put(key, -1);
		text_put(key, (const char *)&n->attr.number, sizeof n->attr.number);
	} else {
		key_put(key, -3 - cell_arg(&c->lane, r));
		key_put(key, cell_arg(&c->vector, r));
		key_put(key, n->op == OP_PARAM ? 1 + cell_arg(&c->weight, r) : -1);
		key_put(key, n->shape.rank);
	}
}

static void
cell_key(const Cell *c, Text *key)
{
	key_put(key, c->rows);
	key_put(key, c->width);
	key_put(key, c->packed);
	key_put(key, c->backward);
	key_args(key, &c->vector);
	key_args(key, &c->lane);
	key_args(key, &c->weight);
	key_args(key, &c->result);
	for (int32_t i = c->begin; i < c->end; i++) {
		const Node *n = c->g->node.v[i];
		key_put(key, n->op);
		key_put(key, cell_arg(&c->result, (Ref){i}));
		key_put(key,
			n->op == OP_AFFINE ? 8 * n->attr.sum.addends + 4 * n->attr.sum.split + n->attr.sum.scale : 0);
		for (int k = 0; k < n->nin; k++)
			key_operand(key, c, n->in[k]);
	}
}

/* The first of a user's names: "h" for a state "rnn.h". */
static const char *
plain_name(const Cell *c, Ref r)
{
	const Node *n = cell_node(c, r);
	const char *name = n->op == OP_STATE   ? c->g->state.v[n->attr.slot.state].name
			   : n->op == OP_INIT  ? c->g->state.v[n->attr.index].name
			   : n->op == OP_PARAM ? c->g->param.v[n->attr.index].name
			   : n->op == OP_INPUT ? c->g->input.v[n->attr.index].name
					       : n->name;
	const char *dot = name ? strrchr(name, '.') : NULL;
	name = !name ? "v" : dot && dot[1] ? dot + 1 : name;
	bool old = n->op == OP_STATE || (!is_member(c, r) && n->op != OP_PARAM && n->op != OP_INPUT && n->name &&
					 c->g->node.v[c->begin]->step != n->step);
	return arena_printf(c->e->arena, "%s%s", old ? "last_" : "", c_identifier(c->e->arena, name));
}

NameTable
cell_own_names(const Cell *c)
{
	static const char *const own[] = {"u", "j", "j0", "k", "r", "i", "z", "a", "q", "w", "UNITS", "LANES"};
	NameTable names = {0};
	for (int i = 0; i < COUNT(own); i++)
		c_unique(c->e->arena, &names, own[i]);
	return names;
}

static bool
is_own_form(const char *name)
{
	if (strncmp(name, "old_", 4) == 0)
		return true;
	size_t letters = strcspn(name, "0123456789");
	bool stem = (letters == 1 && strchr("aq", *name)) || (letters == 5 && strncmp(name, "LANES", 5) == 0);
	return stem && name[letters] && !name[letters + strspn(name + letters, "0123456789")];
}

const char *
cell_name(const Cell *c, const char *name)
{
	const char *id = name ? c_alone(c->e->arena, name) : "v";
	return is_own_form(id) ? arena_printf(c->e->arena, "user_%s", id) : id;
}

static void
name_args(const Cell *c, CellArgs *args, NameTable *names)
{
	for (int i = 0; i < args->n; i++)
		args->v[i].name = c_unique(c->e->arena, names, cell_name(c, plain_name(c, args->v[i].node)));
}

/* Arguments get names of their own; a vector that is also read lane by lane is one argument. */
static void
name_all(Cell *c)
{
	NameTable names = cell_own_names(c);
	name_args(c, &c->result, &names);
	name_args(c, &c->vector, &names);
	name_args(c, &c->lane, &names);
	name_args(c, &c->weight, &names);
	for (int i = 0; i < c->result.n; i++)
		if (c->result.v[i].over >= 0)
			c->lane.v[c->result.v[i].over].name = c->result.v[i].name;
	for (int i = 0; i < c->lane.n; i++) {
		int k = cell_arg(&c->vector, c->lane.v[i].node);
		if (k >= 0)
			c->lane.v[i].name = c->vector.v[k].name;
	}
}

static const char *
cell_stem(const Cell *c)
{
	const char *what = c->sum.n == 0 ? "map" : c->end - c->begin > 1 ? "cell" : "affine";
	const char *stem = arena_printf(c->e->arena, "%s_", what);
	for (int i = 0; i < c->vector.n; i++)
		stem = arena_printf(c->e->arena, "%s%s%lld", stem, i ? "_" : "", (long long)c->vector.v[i].count);
	return arena_printf(c->e->arena, "%s%sx%lld", stem, "", (long long)c->width);
}

static const char *
cell_kernel(Cell *c)
{
	Text key = {0}, t = {0};
	cell_key(c, &key);
	const char *name = *c_kernel_named(c->e, KEY_CELL, key.v, key.n);
	if (!name) {
		name_all(c);
		cell_text(c, &t);
		name = c_kernel_add(c->e, cell_stem(c), &t);
		*c_kernel_named(c->e, KEY_CELL, key.v, key.n) = name; /* the text may have made other kernels */
	}
	text_free(&key);
	return name;
}

static void
put_args(const Cell *c, const CellArgs *args)
{
	for (int i = 0; i < args->n; i++)
		c_put_arg(c->e, c->g, args->v[i].node);
}

static void
cell_line(Cell *c)
{
	lay_out(c);
	const char *kernel = cell_kernel(c);
	put_args(c, &c->result);
	put_args(c, &c->vector);
	for (int i = 0; i < c->lane.n; i++)
		if (!cell_is_passed_twice(c, i))
			c_put_arg(c->e, c->g, c->lane.v[i].node);
	put_args(c, &c->weight);
	if (c->packed)
		c_put_table(c->e, cell_table(c));
	const Node *last = c->g->node.v[c->end - 1];
	c_add_line(c->e, c->g, last, kernel);
}

/* Where a value of one step stands, so that distances between steps can be told. */
typedef struct {
	int kind;
	int32_t which;
	int64_t at;
} Address;

static Address
address_of(const Graph *g, const Node *n)
{
	int64_t size = shape_count(n->shape) * (n->batched ? g->batch : 1);
	switch ((PlaceKind)n->place) {
	case PLACE_SCRATCH: return (Address){PLACE_SCRATCH, 0, n->offset};
	case PLACE_OUTPUT: return (Address){PLACE_OUTPUT, n->offset, g->output.v[n->offset].last ? 0 : size * n->step};
	case PLACE_STATE: return (Address){PLACE_STATE, n->offset, 0};
	case PLACE_GRAD:
	case PLACE_NONE: break;
	}
	if (n->op == OP_INPUT)
		return (Address){-1, n->attr.index, size * n->step};
	return (Address){-2 - n->op, n->attr.index, 0};
}

/* How far a step's value is behind that of the step before; -1: elsewhere. */
static int64_t
distance(const Graph *g, const Node *a, const Node *b)
{
	Address x = address_of(g, a), y = address_of(g, b);
	return x.kind == y.kind && x.which == y.which && y.at > x.at ? y.at - x.at : -1;
}

/* Whether step s of a group over steps (members per step: n) continues the rows that begin at its first member. */
static bool
continues(const Cell *c, int32_t s)
{
	const Graph *g = c->g;
	int32_t n = c->end - c->begin;
	for (int32_t m = c->begin; m < c->end; m++) {
		const Node *a = g->node.v[m + (s - 1) * n], *b = g->node.v[m + s * n];
		for (int k = -1; k < a->nin; k++) {
			const Node *x = k < 0 ? a : cell_node(c, a->in[k]), *y = k < 0 ? b : cell_node(c, b->in[k]);
			if (x == y && x->op == OP_PARAM)
				continue;
			const CellArgs *args = k < 0 ? &c->result : &c->vector;
			Ref value = {m};
			if (k >= 0)
				value = g->node.v[m]->in[k];
			int i = cell_arg(args, value);
			int64_t d = distance(g, x, y);
			if (i < 0 || d < 0 || (s > 1 && d != args->v[i].stride) ||
			    (g->batch > 1 && d != args->v[i].count * g->batch))
				return false;
		}
	}
	return true;
}

/* Sets how far apart rows are. */
static void
set_strides(const Cell *c, CellArgs *args)
{
	int32_t n = c->end - c->begin;
	for (int i = 0; i < args->n; i++) {
		CellArg *arg = &args->v[i];
		if (c->g->batch > 1)
			continue;
		for (int32_t m = c->begin; m < c->end; m++) {
			const Node *a = c->g->node.v[m], *b = c->g->node.v[m + n];
			if (m == arg->node.i)
				arg->stride = distance(c->g, a, b);
			for (int k = 0; k < a->nin; k++)
				if (a->in[k].i == arg->node.i)
					arg->stride = distance(c->g, cell_node(c, a->in[k]), cell_node(c, b->in[k]));
		}
	}
}

/* A group over steps: as many steps at a time as stand at equal distances. */
static void
emit_steps(Emit *e, const Graph *g, int32_t i, int32_t end)
{
	int32_t n = 1;
	while (i + n < end && g->node.v[i + n]->step == g->node.v[i]->step)
		n++;
	while (i < end) {
		Cell *c = cell_new(e, g, i, i + n, node_rows(g, g->node.v[i]));
		int32_t steps = 1;
		while (i + steps * n < end && continues(c, steps)) {
			if (steps == 1) {
				set_strides(c, &c->vector);
				set_strides(c, &c->result);
			}
			steps++;
		}
		c->rows *= steps;
		cell_line(c);
		i += steps * n;
	}
}

void
c_cell(Emit *e, const Graph *g, int32_t i, int32_t end)
{
	if (g->node.v[i]->step != g->node.v[end - 1]->step)
		emit_steps(e, g, i, end);
	else
		cell_line(cell_new(e, g, i, end, node_rows(g, g->node.v[i])));
}
