/* grid_levels.c: gives each row a level in its band, from top to bottom.
 *
 * On a level stands what waits for the level above (Sugiyama's layers). A row whose value goes to another column has
 * its level for itself, so that the arrow to there is straight and crosses no box. */
#include "grid_parts.h"
#include "../ops.h"

enum { STAGGER = 3 }; /* products of one sum stand below each other, up to this many */

/* What stands on the levels of a band so far; levels of all bands in one array. */
typedef struct {
	int32_t *base; /* per band: its first level in the arrays */
	bool *used, *alone, *left, *right;
	bool *tied; /* per row: its value goes to another column */
} Levels;

static Levels
levels_new(GridPlacer *p)
{
	Grid *grid = p->grid;
	Levels l = {.base = arena_alloc(grid->arena, ((size_t)grid->bands.n + 1) * sizeof *l.base)};
	for (int32_t r = 0; r < grid->rows.n; r++)
		grid->bands.v[grid->rows.v[r].band].rows++;
	int32_t total = 0;
	for (int32_t b = 0; b < grid->bands.n; b++) {
		l.base[b] = total;
		total += (STAGGER + 2) * grid->bands.v[b].rows + 8;
	}
	bool **list[] = {&l.used, &l.alone, &l.left, &l.right};
	for (int i = 0; i < COUNT(list); i++)
		*list[i] = arena_alloc(grid->arena, (size_t)total + 1);
	l.tied = arena_alloc(grid->arena, (size_t)grid->rows.n + 1);
	for (int32_t r = 0; r < grid->rows.n; r++)
		if (!row_is_node(grid, r) && grid->rows.v[r].from >= 0)
			l.tied[grid->rows.v[r].from] = true;
	return l;
}

/* How far below the others a product stands that only one sum takes. */
static int32_t
stagger_of(const GridPlacer *p, int32_t row)
{
	const Grid *grid = p->grid;
	if (op_look((Op)graph_node(grid->g, grid->rows.v[row].like)->op) != LOOK_PRODUCT || row_users(p, row) != 1)
		return 0;
	int32_t user = grid->edges.v[p->out.edge[p->out.first[row]]].to, before = 0;
	for (int32_t k = p->in.first[user]; k < p->in.first[user + 1]; k++) {
		int32_t other = grid->edges.v[p->in.edge[k]].from;
		if (other == row)
			break;
		const Node *n = graph_node(grid->g, grid->rows.v[other].like);
		before += row_is_node(grid, other) && op_look((Op)n->op) == LOOK_PRODUCT && row_users(p, other) == 1;
		if (before >= STAGGER - 1)
			break;
	}
	return before;
}

static void
level_nodes(GridPlacer *p, Levels *l)
{
	Grid *grid = p->grid;
	for (int32_t i = 0; i < grid->rows.n; i++) {
		int32_t r = p->order[i], level = 0;
		GridRow *row = &grid->rows.v[r];
		if (row->kind != ROW_NODE)
			continue;
		for (int32_t k = p->in.first[r]; k < p->in.first[r + 1]; k++) {
			const GridEdge *e = &grid->edges.v[p->in.edge[k]];
			const GridRow *from = &grid->rows.v[e->from];
			if (edge_is_forward(p, e) && from->band == row->band && from->level >= level)
				level = from->level + 1;
		}
		level += stagger_of(p, r);
		const bool *busy = (l->tied[r] ? l->used : l->alone) + l->base[row->band];
		while (busy[level])
			level++;
		l->used[l->base[row->band] + level] = true;
		l->alone[l->base[row->band] + level] = l->tied[r];
		row->level = level;
		if (level >= grid->bands.v[row->band].levels)
			grid->bands.v[row->band].levels = level + 1;
	}
}

/* What waits for nothing in its band stands just above its first user, not at the top. */
static void
sink_nodes(GridPlacer *p, Levels *l)
{
	Grid *grid = p->grid;
	for (int32_t i = grid->rows.n - 1; i >= 0; i--) {
		int32_t r = p->order[i], level = INT32_MAX;
		GridRow *row = &grid->rows.v[r];
		bool free_to_sink = row->kind == ROW_NODE && !l->tied[r] && row_users(p, r);
		for (int32_t k = p->in.first[r]; k < p->in.first[r + 1]; k++)
			free_to_sink &= grid->rows.v[grid->edges.v[p->in.edge[k]].from].kind != ROW_NODE;
		for (int32_t k = p->out.first[r]; free_to_sink && k < p->out.first[r + 1]; k++) {
			const GridRow *to = &grid->rows.v[grid->edges.v[p->out.edge[k]].to];
			free_to_sink = to->band == row->band;
			level = to->level < level ? to->level : level;
		}
		while (free_to_sink && --level > row->level && l->alone[l->base[row->band] + level])
			;
		if (free_to_sink && level > row->level)
			row->level = level;
	}
}

/* At the level of its value if that is free, else on one that no arrow between columns runs along. */
static void
level_edge_row(GridPlacer *p, Levels *l, int32_t r)
{
	Grid *grid = p->grid;
	GridRow *row = &grid->rows.v[r];
	int32_t base = l->base[row->band];
	bool *busy = (row->kind == ROW_PAST ? l->left : l->right) + base;
	bool near = row->from >= 0 && (row->kind == ROW_STORE || row->delta == 1 || row->delta == -1);
	row->level = row->from >= 0 ? grid->rows.v[row->from].level : 0;
	if (!near || busy[row->level] || (row->kind == ROW_FUTURE && l->left[base + row->level]))
		while (busy[row->level] || l->alone[base + row->level])
			row->level++;
	busy[row->level] = true;
	if (row->level >= grid->bands.v[row->band].levels)
		grid->bands.v[row->band].levels = row->level + 1;
}

/* First the next step's, which have a right to the level of their value, then the last step's, then others. */
static void
level_edge_rows(GridPlacer *p, Levels *l)
{
	for (int pass = 0; pass < 3; pass++)
		for (int32_t r = 0; r < p->grid->rows.n; r++) {
			const GridRow *row = &p->grid->rows.v[r];
			bool known = row->from >= 0;
			int turn = known && (row->kind == ROW_STORE || row->delta == 1) ? 0
				   : known && row->delta == -1                          ? 1
											: 2;
			if (row->kind != ROW_NODE && turn == pass)
				level_edge_row(p, l, r);
		}
}

static void
stack_bands(Grid *grid)
{
	int32_t first = 0;
	for (int32_t b = 0; b < grid->bands.n; b++) {
		grid->bands.v[b].first = first;
		first += grid->bands.v[b].levels;
	}
	grid->parts->levels = first;
	for (int32_t r = 0; r < grid->rows.n; r++)
		grid->rows.v[r].level += grid->bands.v[grid->rows.v[r].band].first;
}

void
grid_levels(GridPlacer *p)
{
	Levels l = levels_new(p);
	level_nodes(p, &l);
	sink_nodes(p, &l);
	level_edge_rows(p, &l);
	stack_bands(p->grid);
}
