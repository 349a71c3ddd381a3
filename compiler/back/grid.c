/* grid.c: finds the rows of a grid: which nodes are the same node of the cell in different steps.
 *
 * Nodes with one origin (operator, attribute, equation, name) are one row; if an equation makes several, as a map
 * over a tuple does, they are told apart by their order in the step. A value that comes from another column gets a
 * row of its own at the edge of the column, "y{-1}". */
#include "grid.h"
#include "../ops.h"
#include <assert.h>
#include <inttypes.h>
#include <string.h>

typedef struct {
	int32_t a, b, value; /* value + 1, so that 0 is a free slot */
} MapEntry;

struct GridMap {
	Arena *arena; /* borrowed */
	MapEntry *v;
	uint32_t n, cap;
};

GridMap *
grid_map_new(Arena *a)
{
	GridMap *m = arena_alloc(a, sizeof *m);
	*m = (GridMap){.arena = a, .cap = 64};
	m->v = arena_alloc(a, m->cap * sizeof *m->v);
	return m;
}

static MapEntry *
map_slot(const GridMap *m, int32_t a, int32_t b)
{
	uint64_t h = ((uint64_t)(uint32_t)a << 32 | (uint32_t)b) * UINT64_C(0x9e3779b97f4a7c15);
	uint32_t at = (uint32_t)(h >> 32) & (m->cap - 1);
	while (m->v[at].value && (m->v[at].a != a || m->v[at].b != b))
		at = (at + 1) & (m->cap - 1);
	return &m->v[at];
}

static void
map_grow(GridMap *m)
{
	MapEntry *old = m->v;
	uint32_t cap = m->cap;
	m->cap *= 2;
	m->v = arena_alloc(m->arena, m->cap * sizeof *m->v);
	for (uint32_t i = 0; i < cap; i++)
		if (old[i].value)
			*map_slot(m, old[i].a, old[i].b) = old[i];
}

void
grid_map_set(GridMap *m, int32_t a, int32_t b, int32_t value)
{
	MapEntry *e = map_slot(m, a, b);
	if (!e->value && 2 * ++m->n > m->cap) {
		map_grow(m);
		e = map_slot(m, a, b);
	}
	*e = (MapEntry){a, b, value + 1};
}

int32_t
grid_map_get(const GridMap *m, int32_t a, int32_t b)
{
	return map_slot(m, a, b)->value - 1;
}

const char *
grid_layer(Arena *a, const char *path, bool with_type)
{
	if (!path)
		return "";
	const char *end = strstr(path, " › "), *type = strstr(path, " = ");
	size_t n = end ? (size_t)(end - path) : strlen(path);
	if (!with_type && type && (size_t)(type - path) < n)
		n = (size_t)(type - path);
	return intern_n(a, path, n);
}

/* Not placed in a column: weights, and what stands for a value of another step. */
static bool
is_elsewhere(const Graph *g, const Node *n)
{
	return node_is_once(g, n) || n->op == OP_STATE || n->op == OP_INIT || n->op == OP_DELAY;
}

int32_t
grid_column(const Grid *grid, Ref r)
{
	const Node *n = graph_node(grid->g, r);
	return is_elsewhere(grid->g, n) ? -1 : n->step < 0 ? 0 : n->step;
}

static void
find_columns(Grid *grid)
{
	const Graph *g = grid->g;
	grid->columns = g->steps > 0 ? g->steps : 1;
	grid->first = arena_alloc(grid->arena, ((size_t)grid->columns + 2) * sizeof *grid->first);
	grid->node = arena_alloc(grid->arena, ((size_t)g->node.n + 1) * sizeof *grid->node);
	for (int32_t i = 0; i < g->node.n; i++)
		grid->first[grid_column(grid, (Ref){i}) +
			    2]++; /* those elsewhere count in the first, which is cleared */
	grid->first[1] = 0;
	for (int32_t c = 0; c < grid->columns; c++)
		grid->first[c + 2] += grid->first[c + 1];
	for (int32_t i = 0; i < g->node.n; i++) {
		int32_t c = grid_column(grid, (Ref){i});
		if (c >= 0)
			grid->node[grid->first[c + 1]++] = i;
	}
}

static bool
same_origin(const Node *a, const Node *b)
{
	uint64_t x, y; /* the attributes as bits */
	assert(sizeof a->attr == sizeof x);
	memcpy(&x, &a->attr, sizeof x);
	memcpy(&y, &b->attr, sizeof y);
	return a->op == b->op && x == y && a->at.lo == b->at.lo && a->at.hi == b->at.hi && a->site.lo == b->site.lo &&
	       a->site.hi == b->site.hi && a->path == b->path && a->name == b->name;
}

static uint64_t
origin_hash(const Node *n)
{
	uint64_t h = hash_bytes(HASH_SEED, &n->op, sizeof n->op);
	h = hash_bytes(h, &n->attr, sizeof n->attr);
	h = hash_bytes(h, &n->at, sizeof n->at);
	return hash_bytes(h, &n->path, sizeof n->path);
}

/* The rows of one origin are a list; `last` is the one that the current column had last. */
typedef struct {
	int32_t first, last, column; /* row + 1 */
} Origin;

typedef struct {
	Grid *grid;
	Origin *slot; /* hash table */
	uint32_t n, cap;
} Origins;

static Origin *
origin_slot(const Origins *o, const Node *n)
{
	const Grid *grid = o->grid;
	uint32_t at = (uint32_t)origin_hash(n) & (o->cap - 1);
	while (o->slot[at].first && !same_origin(graph_node(grid->g, grid->rows.v[o->slot[at].first - 1].like), n))
		at = (at + 1) & (o->cap - 1);
	return &o->slot[at];
}

static void
origins_grow(Origins *o)
{
	Origin *old = o->slot;
	uint32_t cap = o->cap;
	o->cap = cap ? 2 * cap : 64;
	o->slot = arena_alloc(o->grid->arena, o->cap * sizeof *o->slot);
	for (uint32_t i = 0; i < cap; i++)
		if (old[i].first)
			*origin_slot(o, graph_node(o->grid->g, o->grid->rows.v[old[i].first - 1].like)) = old[i];
}

static int32_t
row_new(Grid *grid, RowKind kind, Ref like)
{
	*table_push(grid->arena, &grid->rows) =
		(GridRow){.kind = kind, .like = like, .from = -1, .state = -1, .next = -1, .band = -1, .level = -1};
	return grid->rows.n - 1;
}

static int32_t
row_of(Origins *o, int32_t i, int32_t column)
{
	Grid *grid = o->grid;
	const Node *n = grid->g->node.v[i];
	if (2 * o->n >= o->cap)
		origins_grow(o);
	Origin *origin = origin_slot(o, n);
	bool again = origin->first && origin->column == column;
	int32_t row = !origin->first ? -1 : again ? grid->rows.v[origin->last - 1].next : origin->first - 1;
	if (row < 0) {
		row = row_new(grid, n->op == OP_UPDATE ? ROW_STORE : ROW_NODE, (Ref){i});
		if (again)
			grid->rows.v[origin->last - 1].next = row;
		else
			origin->first = row + 1, o->n++;
	}
	origin->last = row + 1;
	origin->column = column;
	return row;
}

static void
rows_of_column(Origins *o, int32_t column)
{
	Grid *grid = o->grid;
	for (int32_t k = grid->first[column]; k < grid->first[column + 1]; k++)
		grid->row[grid->node[k]] = row_of(o, grid->node[k], column);
}

/* A step in the middle has what every step has, so its order is the one to show. */
static void
find_node_rows(Grid *grid)
{
	Origins o = {.grid = grid};
	int32_t middle = grid->columns / 2;
	for (int32_t i = 0; i < grid->g->node.n; i++)
		grid->row[i] = -1;
	rows_of_column(&o, middle);
	for (int32_t c = 0; c < grid->columns; c++)
		if (c != middle)
			rows_of_column(&o, c);
}

/* The row and delay of a value that comes from elsewhere; a row that is not known is -2 - state. */
typedef struct {
	int32_t row, delta, state;
} Borrowed;

static Borrowed
borrowed(const Grid *grid, const int32_t *producer, Ref user, int k)
{
	const Graph *g = grid->g;
	const Node *u = graph_node(g, user), *n = graph_node(g, u->in[k]);
	int32_t column = grid_column(grid, user), state = -1, row = grid->row[u->in[k].i], delta = 0;
	if (n->op == OP_STATE) {
		state = n->attr.slot.state;
		delta = column + n->attr.slot.depth;
	} else if (n->op == OP_INIT) {
		state = n->attr.index;
		delta = -1;
	} else if (n->op == OP_DELAY) {
		state = n->attr.slot.state;
		delta = n->attr.slot.depth;
		row = grid->row[n->in[0].i];
	} else {
		delta = column - grid_column(grid, u->in[k]);
	}
	if (row < 0 && state >= 0)
		row = producer[state] >= 0 ? producer[state] : -2 - state;
	return (Borrowed){row, delta, state};
}

static bool
is_borrowed(const Grid *grid, Ref user, int k)
{
	Ref in = graph_node(grid->g, user)->in[k];
	const Node *n = graph_node(grid->g, in);
	if (n->op == OP_STATE || n->op == OP_INIT || n->op == OP_DELAY)
		return true;
	return grid->row[in.i] >= 0 && grid_column(grid, in) != grid_column(grid, user);
}

static int32_t
borrowed_row(Grid *grid, Borrowed b, Ref user, int k)
{
	int32_t row = grid_map_get(grid->borrowed_at, b.row, b.delta);
	if (row < 0) {
		row = row_new(grid, b.delta < 0 ? ROW_FUTURE : ROW_PAST, graph_node(grid->g, user)->in[k]);
		grid_map_set(grid->borrowed_at, b.row, b.delta, row);
		grid->rows.v[row].from = b.row;
		grid->rows.v[row].delta = b.delta;
	}
	if (b.state >= 0)
		grid->rows.v[row].state = b.state;
	return row;
}

/* Which row each state's newest value is; a state that is only looked ahead to has no UPDATE, but its users in other
 * columns take the value itself. */
static int32_t *
find_producers(Grid *grid)
{
	const Graph *g = grid->g;
	int32_t *producer = arena_alloc(grid->arena, ((size_t)g->state.n + 1) * sizeof *producer);
	GridMap *direct = grid_map_new(grid->arena); /* (row of the user, operand) → row of the value */
	for (int32_t s = 0; s < g->state.n; s++)
		producer[s] = -1;
	for (int32_t i = 0; i < g->node.n; i++) {
		const Node *n = g->node.v[i];
		if (n->op == OP_UPDATE && n->nin)
			producer[n->attr.index] = grid->row[n->in[0].i];
		for (int k = 0; k < n->nin && grid->row[i] >= 0; k++)
			if (grid->row[n->in[k].i] >= 0 && is_borrowed(grid, (Ref){i}, k))
				grid_map_set(direct, grid->row[i], k, grid->row[n->in[k].i]);
	}
	for (int32_t i = 0; i < g->node.n; i++) {
		const Node *n = g->node.v[i];
		for (int k = 0; k < n->nin && grid->row[i] >= 0; k++) {
			const Node *in = g->node.v[n->in[k].i];
			if (in->op == OP_INIT && producer[in->attr.index] < 0)
				producer[in->attr.index] = grid_map_get(direct, grid->row[i], k);
		}
	}
	return producer;
}

static void
add_edge(Grid *grid, int32_t from, int32_t to)
{
	if (grid_map_get(grid->edge_at, from, to) >= 0)
		return;
	grid_map_set(grid->edge_at, from, to, grid->edges.n);
	*table_push(grid->arena, &grid->edges) = (GridEdge){.from = from, .to = to};
}

static void
find_edges(Grid *grid)
{
	const Graph *g = grid->g;
	for (int32_t i = 0; i < g->node.n; i++) {
		const Node *n = g->node.v[i];
		if (grid->row[i] < 0)
			continue;
		if (n->op == OP_UPDATE) {
			GridRow *store = &grid->rows.v[grid->row[i]];
			store->state = n->attr.index;
			store->from = n->nin && !is_borrowed(grid, (Ref){i}, 0) ? grid->row[n->in[0].i] : -1;
			continue;
		}
		for (int k = 0; k < n->nin; k++) {
			int32_t from = grid->row[n->in[k].i];
			if (is_borrowed(grid, (Ref){i}, k))
				from = borrowed_row(grid, borrowed(grid, grid->producer, (Ref){i}, k), (Ref){i}, k);
			if (from >= 0)
				add_edge(grid, from, grid->row[i]);
		}
	}
}

int32_t
grid_operand(const Grid *grid, Ref user, int k)
{
	if (!is_borrowed(grid, user, k))
		return grid->row[graph_node(grid->g, user)->in[k].i];
	Borrowed b = borrowed(grid, grid->producer, user, k);
	return grid_map_get(grid->borrowed_at, b.row, b.delta);
}

GridEdge *
grid_edge(const Grid *grid, int32_t from, int32_t to)
{
	int32_t i = grid_map_get(grid->edge_at, from, to);
	return i < 0 ? NULL : &grid->edges.v[i];
}

int32_t
grid_text_width(const char *s)
{
	int32_t width = 0;
	const char *end = s + strlen(s);
	while (s < end) {
		int len = 1;
		int32_t c = utf8_decode(s, end, &len);
		bool wide = c == 'm' || c == 'w' || c == 'M' || c == 'W';
		width += wide ? 10 : 7 * (c < 0 ? 1 : utf8_width(c));
		s += c < 0 ? 1 : len;
	}
	return width;
}

/* "clipper.y" as its own layer calls it. */
static const char *
short_name(const char *name)
{
	const char *dot = strrchr(name, '.');
	return dot && dot[1] ? dot + 1 : name;
}

static const char *
borrowed_name(const Grid *grid, const GridRow *r)
{
	const char *name = "?";
	if (r->state >= 0)
		name = short_name(grid->g->state.v[r->state].name);
	else if (r->from >= 0) {
		const Node *n = graph_node(grid->g, grid->rows.v[r->from].like);
		name = n->name ? n->name : op_table[n->op].name;
	}
	return arena_printf(grid->arena, "%s{%s%" PRId32 "}", name, r->delta < 0 ? "+" : "−",
			    r->delta < 0 ? -r->delta : r->delta);
}

static void
name_row(Grid *grid, GridRow *r)
{
	const Graph *g = grid->g;
	const Node *n = graph_node(g, r->like);
	r->label = "";
	r->name = node_called(g, n);
	if (r->kind == ROW_PAST || r->kind == ROW_FUTURE)
		r->name = borrowed_name(grid, r);
	else if (r->kind == ROW_STORE)
		r->name = arena_printf(grid->arena, "%s →", short_name(g->state.v[n->attr.index].name));
	else
		r->label = node_label(grid->arena, g, n);
	int32_t op = grid_text_width(r->label), name = grid_text_width(r->name) * 15 / 14; /* bold */
	r->w = op + name + (op && name ? 8 : 0) + 18;
	r->w += r->w < 34 ? 34 - r->w : 0;
}

void
grid_find_rows(Grid *grid)
{
	grid->row = arena_alloc(grid->arena, ((size_t)grid->g->node.n + 1) * sizeof *grid->row);
	grid->borrowed_at = grid_map_new(grid->arena);
	grid->edge_at = grid_map_new(grid->arena);
	find_columns(grid);
	find_node_rows(grid);
	grid->producer = find_producers(grid);
	find_edges(grid);
	for (int32_t i = 0; i < grid->rows.n; i++) {
		if (grid->rows.v[i].from < -1)
			grid->rows.v[i].from = -1;
		name_row(grid, &grid->rows.v[i]);
	}
}

Grid *
grid_new(Arena *a, const Graph *g)
{
	Grid *grid = arena_alloc(a, sizeof *grid);
	grid->arena = a;
	grid->g = g;
	grid_find_rows(grid);
	grid_place(grid);
	grid_route(grid);
	return grid;
}
