/* grid_place.c: places the boxes of a cell from left to right.
 *
 * Order on each level by barycentres, then places by least squares with a least distance (pool adjacent violators),
 * then lines that bend only a little are made straight. */
#include "grid_parts.h"
#include "../ops.h"
#include <stdlib.h>

enum {
	SPAN_MAX = 24, /* levels that an edge may pass through */
	SWEEPS = 4,
	RELAX = 8,
	BEND_WIDTH = 8,
	GAP = 12,
	PORT_GAP = 12,
};

static GridEdgesBy
edges_by(const Grid *grid, bool to)
{
	GridEdgesBy by = {arena_alloc(grid->arena, ((size_t)grid->rows.n + 2) * sizeof *by.first),
			  arena_alloc(grid->arena, ((size_t)grid->edges.n + 1) * sizeof *by.edge)};
	for (int32_t i = 0; i < grid->edges.n; i++)
		by.first[(to ? grid->edges.v[i].to : grid->edges.v[i].from) + 2]++;
	for (int32_t r = 0; r < grid->rows.n; r++)
		by.first[r + 2] += by.first[r + 1];
	for (int32_t i = 0; i < grid->edges.n; i++)
		by.edge[by.first[(to ? grid->edges.v[i].to : grid->edges.v[i].from) + 1]++] = i;
	return by;
}

int32_t
grid_carrier(const Grid *grid, const GridEdge *e)
{
	const GridParts *parts = grid->parts;
	int32_t span = grid->rows.v[e->to].level - grid->rows.v[e->from].level;
	return span == 1 ? parts->item[e->from] : parts->bend[e->from] + span - 2;
}

static int32_t
item_new(Grid *grid, int32_t row, bool bend, int32_t level)
{
	int32_t w = bend ? BEND_WIDTH : grid->rows.v[row].w;
	*table_push(grid->arena, &grid->parts->items) = (GridItem){.row = row, .bend = bend, .level = level, .w = w};
	return grid->parts->items.n - 1;
}

static void
link_new(Grid *grid, int32_t from, int32_t to, int32_t edge)
{
	*table_push(grid->arena, &grid->parts->links) = (GridLink){from, to, edge};
}

static void
make_items(GridPlacer *p)
{
	Grid *grid = p->grid;
	GridParts *parts = grid->parts;
	parts->item = arena_alloc(grid->arena, ((size_t)grid->rows.n + 1) * sizeof *parts->item);
	parts->bend = arena_alloc(grid->arena, ((size_t)grid->rows.n + 1) * sizeof *parts->bend);
	parts->rail = arena_alloc(grid->arena, ((size_t)grid->edges.n + 1) * sizeof *parts->rail);
	for (int32_t i = 0; i < grid->rows.n; i++) {
		int32_t r = p->order[i], deepest = 0;
		const GridRow *row = &grid->rows.v[r];
		parts->item[r] = parts->bend[r] = -1;
		if (row->kind == ROW_NODE)
			parts->item[r] = item_new(grid, r, false, row->level);
		for (int32_t k = p->out.first[r]; k < p->out.first[r + 1]; k++) {
			int32_t span = grid->rows.v[grid->edges.v[p->out.edge[k]].to].level - row->level;
			bool rail = row->kind != ROW_NODE || span < 1 || span > SPAN_MAX;
			parts->rail[p->out.edge[k]] = rail;
			deepest = !rail && span > deepest ? span : deepest;
		}
		for (int32_t d = 1; d < deepest; d++) {
			int32_t bend = item_new(grid, r, true, row->level + d);
			parts->bend[r] = d == 1 ? bend : parts->bend[r];
			link_new(grid, d == 1 ? parts->item[r] : bend - 1, bend, -1);
		}
	}
	for (int32_t e = 0; e < grid->edges.n; e++)
		if (!parts->rail[e])
			link_new(grid, grid_carrier(grid, &grid->edges.v[e]), parts->item[grid->edges.v[e].to], e);
}

/* Items by level, in the order in which they were made, which is the program's. */
static void
list_levels(Grid *grid)
{
	GridParts *parts = grid->parts;
	int32_t *first = parts->level_first = arena_alloc(grid->arena, ((size_t)parts->levels + 2) * sizeof *first);
	parts->level_item = arena_alloc(grid->arena, ((size_t)parts->items.n + 1) * sizeof *parts->level_item);
	for (int32_t i = 0; i < parts->items.n; i++)
		first[parts->items.v[i].level + 2]++;
	first[1] = 0;
	for (int32_t l = 0; l < parts->levels; l++)
		first[l + 2] += first[l + 1];
	for (int32_t i = 0; i < parts->items.n; i++) {
		GridItem *item = &parts->items.v[i];
		item->order = first[item->level + 1] - first[item->level];
		parts->level_item[first[item->level + 1]++] = i;
	}
	for (int32_t l = 0; l < parts->levels; l++)
		for (int32_t k = first[l]; k < first[l + 1]; k++)
			parts->items.v[parts->level_item[k]].order = k - first[l];
}

/* Links by their upper or lower item. */
typedef struct {
	int32_t *first, *link;
} LinksBy;

static LinksBy
links_by(const Grid *grid, bool to)
{
	const GridParts *parts = grid->parts;
	LinksBy by = {arena_alloc(grid->arena, ((size_t)parts->items.n + 2) * sizeof *by.first),
		      arena_alloc(grid->arena, ((size_t)parts->links.n + 1) * sizeof *by.link)};
	for (int32_t i = 0; i < parts->links.n; i++)
		by.first[(to ? parts->links.v[i].to : parts->links.v[i].from) + 2]++;
	for (int32_t i = 0; i < parts->items.n; i++)
		by.first[i + 2] += by.first[i + 1];
	for (int32_t i = 0; i < parts->links.n; i++)
		by.link[by.first[(to ? parts->links.v[i].to : parts->links.v[i].from) + 1]++] = i;
	return by;
}

typedef struct {
	double wish;
	int32_t order, item;
} Wish;

static int
compare_wishes(const void *a, const void *b)
{
	const Wish *x = a, *y = b;
	if (x->wish != y->wish)
		return x->wish < y->wish ? -1 : 1;
	return x->order - y->order;
}

/* The mean of the neighbours' orders, or its own. */
static double
barycentre(const GridParts *parts, const LinksBy *by, int32_t item, bool up)
{
	double sum = 0;
	int32_t n = by->first[item + 1] - by->first[item];
	for (int32_t k = by->first[item]; k < by->first[item + 1]; k++) {
		const GridLink *link = &parts->links.v[by->link[k]];
		sum += parts->items.v[up ? link->from : link->to].order;
	}
	return n ? sum / n : parts->items.v[item].order;
}

static void
sort_level(Grid *grid, const LinksBy *by, int32_t level, bool up, Wish *wish)
{
	GridParts *parts = grid->parts;
	int32_t first = parts->level_first[level], n = parts->level_first[level + 1] - first;
	for (int32_t k = 0; k < n; k++) {
		int32_t item = parts->level_item[first + k];
		wish[k] = (Wish){barycentre(parts, by, item, up), k, item};
	}
	qsort(wish, (size_t)n, sizeof *wish, compare_wishes);
	for (int32_t k = 0; k < n; k++) {
		parts->level_item[first + k] = wish[k].item;
		parts->items.v[wish[k].item].order = k;
	}
}

static bool
commutes(Op op)
{
	return op == OP_ADD || op == OP_AFFINE || op == OP_MUL || op == OP_MIN || op == OP_MAX;
}

/* Which operand of a box an edge is, where that matters. */
static int32_t
operand_of(const Grid *grid, const GridEdge *e)
{
	Ref user = grid->rows.v[e->to].like;
	const Node *n = graph_node(grid->g, user);
	for (int k = 0; k < n->nin; k++)
		if (grid_operand(grid, user, k) == e->from)
			return k;
	return n->nin;
}

/* Where the edges enter each box: from the left in the order of the operands, or, of a sum, in the order of where they
 * come from. */
static void
place_ports(GridPlacer *p, Wish *wish)
{
	Grid *grid = p->grid;
	for (int32_t r = 0; r < grid->rows.n; r++) {
		int32_t first = p->in.first[r], n = p->in.first[r + 1] - first;
		if (n > grid->parts->items.n)
			continue;
		bool ordered = !commutes((Op)graph_node(grid->g, grid->rows.v[r].like)->op);
		for (int32_t k = 0; k < n; k++) {
			int32_t e = p->in.edge[first + k];
			const GridRow *from = &grid->rows.v[grid->edges.v[e].from];
			double at = from->kind == ROW_FUTURE ? INT32_MAX : -1;
			if (ordered)
				at = operand_of(grid, &grid->edges.v[e]);
			else if (!grid->parts->rail[e])
				at = grid->parts->items.v[grid_carrier(grid, &grid->edges.v[e])].order;
			wish[k] = (Wish){at, k, e};
		}
		qsort(wish, (size_t)n, sizeof *wish, compare_wishes);
		int32_t gap = n > 1 ? (grid->rows.v[r].w - 14) / (n - 1) : 0;
		gap = gap > PORT_GAP ? PORT_GAP : gap;
		for (int32_t k = 0; k < n; k++)
			grid->edges.v[wish[k].item].port = (2 * k - n + 1) * gap / 2;
	}
}

/* Least squares of places with least distances: pool adjacent violators. */
typedef struct {
	double sum, weight;
	int32_t n;
} Pool;

static double
distance(const GridItem *a, const GridItem *b)
{
	return (a->w + b->w) / 2.0 + (a->bend && b->bend ? GAP / 2 : GAP);
}

static void
relax_level(Grid *grid, const LinksBy *by, int32_t level, bool up, Pool *pool)
{
	GridParts *parts = grid->parts;
	int32_t first = parts->level_first[level], n = parts->level_first[level + 1] - first, pools = 0;
	double offset = 0;
	for (int32_t k = 0; k < n; k++) {
		int32_t i = parts->level_item[first + k];
		const GridItem *item = &parts->items.v[i];
		double sum = 0, weight = 0;
		if (k)
			offset += distance(&parts->items.v[parts->level_item[first + k - 1]], item);
		for (int32_t q = by->first[i]; q < by->first[i + 1]; q++) {
			const GridLink *link = &parts->links.v[by->link[q]];
			int32_t port = link->edge >= 0 ? grid->edges.v[link->edge].port : 0;
			double w = item->bend && parts->items.v[up ? link->from : link->to].bend ? 4 : 1;
			sum += w * (up ? parts->items.v[link->from].x - port : parts->items.v[link->to].x + port);
			weight += w;
		}
		if (weight == 0) {
			weight = 0.1;
			sum = weight * item->x;
		}
		pool[pools++] = (Pool){sum - weight * offset, weight, 1};
		while (pools > 1 &&
		       pool[pools - 2].sum * pool[pools - 1].weight > pool[pools - 1].sum * pool[pools - 2].weight) {
			pools--;
			pool[pools - 1].sum += pool[pools].sum;
			pool[pools - 1].weight += pool[pools].weight;
			pool[pools - 1].n += pool[pools].n;
		}
	}
	offset = 0;
	for (int32_t q = 0, k = 0; q < pools; q++)
		for (int32_t m = 0; m < pool[q].n; m++, k++) {
			GridItem *item = &parts->items.v[parts->level_item[first + k]];
			if (k)
				offset += distance(&parts->items.v[parts->level_item[first + k - 1]], item);
			item->x = pool[q].sum / pool[q].weight + offset;
		}
}

/* Moves an item to a place where a line gets straight, if its neighbours leave it there. */
static void
move_item(GridParts *parts, int32_t i, double x)
{
	GridItem *item = &parts->items.v[i];
	int32_t at = parts->level_first[item->level] + item->order;
	if (at > parts->level_first[item->level]) {
		const GridItem *left = &parts->items.v[parts->level_item[at - 1]];
		if (x - left->x < distance(left, item))
			return;
	}
	if (at + 1 < parts->level_first[item->level + 1]) {
		const GridItem *right = &parts->items.v[parts->level_item[at + 1]];
		if (right->x - x < distance(item, right))
			return;
	}
	item->x = x;
}

/* Lines that bend only a little. */
static void
straighten(Grid *grid)
{
	GridParts *parts = grid->parts;
	for (int32_t i = 0; i < parts->items.n; i++)
		parts->items.v[i].x = (double)(int32_t)(parts->items.v[i].x + 100000.5) - 100000;
	for (int pass = 0; pass < 3; pass++)
		for (int32_t i = 0; i < parts->links.n; i++) {
			const GridLink *link = &parts->links.v[pass % 2 ? parts->links.n - 1 - i : i];
			int32_t port = link->edge >= 0 ? grid->edges.v[link->edge].port : 0;
			double bend = parts->items.v[link->to].x + port - parts->items.v[link->from].x;
			if (bend == 0 || bend > 3 * GAP || bend < -3 * GAP)
				continue;
			if (parts->items.v[link->to].bend)
				move_item(parts, link->to, parts->items.v[link->from].x);
			else if (parts->items.v[link->from].bend)
				move_item(parts, link->from, parts->items.v[link->to].x + port);
		}
}

static void
shift_left(GridParts *parts)
{
	double left = 0, right = 0;
	for (int32_t i = 0; i < parts->items.n; i++) {
		const GridItem *item = &parts->items.v[i];
		left = i == 0 || item->x - item->w / 2.0 < left ? item->x - item->w / 2.0 : left;
	}
	for (int32_t i = 0; i < parts->items.n; i++) {
		GridItem *item = &parts->items.v[i];
		item->x -= left;
		right = item->x + item->w / 2.0 > right ? item->x + item->w / 2.0 : right;
	}
	parts->nodes_width = right;
}

static void
place_items(GridPlacer *p)
{
	Grid *grid = p->grid;
	GridParts *parts = grid->parts;
	LinksBy above = links_by(grid, true), below = links_by(grid, false);
	size_t most = (size_t)(parts->items.n > grid->edges.n ? parts->items.n : grid->edges.n) + 1;
	Wish *wish = arena_alloc(grid->arena, most * sizeof *wish);
	Pool *pool = arena_alloc(grid->arena, most * sizeof *pool);
	for (int sweep = 0; sweep < SWEEPS; sweep++) {
		for (int32_t l = 1; l < parts->levels; l++)
			sort_level(grid, &above, l, true, wish);
		for (int32_t l = parts->levels - 2; l >= 0 && sweep < SWEEPS - 1; l--)
			sort_level(grid, &below, l, false, wish);
	}
	place_ports(p, wish);
	for (int pass = 0; pass < RELAX; pass++) {
		for (int32_t l = 0; l < parts->levels; l++)
			relax_level(grid, &above, l, true, pool);
		for (int32_t l = parts->levels - 1; l >= 0 && pass < RELAX - 1; l--)
			relax_level(grid, &below, l, false, pool);
	}
	straighten(grid);
	shift_left(parts);
}

/* Operands first, by depth-first search without recursion. */
static void
sort_rows(GridPlacer *p)
{
	Grid *grid = p->grid;
	size_t n = (size_t)grid->rows.n + 1;
	int32_t *stack = arena_alloc(grid->arena, n * sizeof *stack),
		*next = arena_alloc(grid->arena, n * sizeof *next);
	int32_t count = 0;
	p->order = arena_alloc(grid->arena, n * sizeof *p->order);
	p->rank = arena_alloc(grid->arena, n * sizeof *p->rank);
	for (int32_t r = 0; r < grid->rows.n; r++) {
		int32_t top = 0;
		if (next[r])
			continue;
		stack[top++] = r;
		next[r] = p->in.first[r] + 1;
		while (top) {
			int32_t at = stack[top - 1];
			if (next[at] - 1 == p->in.first[at + 1]) {
				p->rank[at] = count;
				p->order[count++] = at;
				top--;
				continue;
			}
			int32_t from = grid->edges.v[p->in.edge[next[at]++ - 1]].from;
			if (!next[from]) {
				next[from] = p->in.first[from] + 1;
				stack[top++] = from;
			}
		}
	}
}

void
grid_place(Grid *grid)
{
	GridPlacer p = {.grid = grid, .in = edges_by(grid, true), .out = edges_by(grid, false)};
	grid->parts = arena_alloc(grid->arena, sizeof *grid->parts);
	sort_rows(&p);
	grid_bands(&p);
	grid_levels(&p);
	make_items(&p);
	list_levels(grid);
	place_items(&p);
}
