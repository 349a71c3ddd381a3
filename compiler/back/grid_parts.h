/* grid_parts.h: what placing and routing share: the levels of a cell, from top to bottom, and what stands on them.
 *
 * An edge over several levels passes through a bend on each level between, so that boxes make way for it. Edges that go
 * up, come from the side or are very long leave the levels and take a rail at the edge of the column. */
#ifndef NETC_BACK_GRID_PARTS_H
#define NETC_BACK_GRID_PARTS_H
#include "grid.h"

/* A box or a bend. */
typedef struct {
	int32_t row; /* of the box; of a bend: of the value that passes */
	bool bend;
	int32_t level, order; /* from the left */
	double x;             /* its middle */
	int32_t w;
} GridItem;

/* From an item to one on the next level. */
typedef struct {
	int32_t from, to; /* items */
	int32_t edge;     /* where `to` is a box: the edge that enters it, else -1 */
} GridLink;

struct GridParts {
	int32_t levels;
	TABLE(GridItem) items;
	TABLE(GridLink) links;
	int32_t *level_first, *level_item; /* items by level, each from left to right */
	int32_t *item;                     /* per row: its box, or -1 */
	int32_t *bend;                     /* per row: its first bend, one level below it, or -1 */
	bool *rail;                        /* per edge: it takes a rail */
	double nodes_width;
};

/* Lists of edges by one of their ends. */
typedef struct {
	int32_t *first, *edge;
} GridEdgesBy;

/* What the steps of placing share. */
typedef struct {
	Grid *grid;
	GridEdgesBy in, out;
	int32_t *order; /* rows, operands first */
	int32_t *rank;  /* per row: where it stands there */
} GridPlacer;

static inline bool
row_is_node(const Grid *grid, int32_t row)
{
	return grid->rows.v[row].kind == ROW_NODE;
}
static inline int32_t
row_users(const GridPlacer *p, int32_t row)
{
	return p->out.first[row + 1] - p->out.first[row];
}
/* An edge to what comes later in that order: not part of a cycle. */
static inline bool
edge_is_forward(const GridPlacer *p, const GridEdge *e)
{
	return row_is_node(p->grid, e->from) && p->rank[e->from] < p->rank[e->to];
}

/* grid_bands.c: gives each row its band, in the order of the data. */
void grid_bands(GridPlacer *p);
/* grid_levels.c: gives each row its level. */
void grid_levels(GridPlacer *p);

/* The item that carries an edge into its last level. */
int32_t grid_carrier(const Grid *grid, const GridEdge *e);
#endif
