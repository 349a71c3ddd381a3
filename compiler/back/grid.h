/* grid.h: a graph as people see it. Time steps are columns and layers are bands; what is the same node of a cell in
 * every step is a row, and stands at the same place in every column.
 *
 * grid_new finds the rows (grid.c), grid_place gives them bands, levels and places (grid_bands.c, grid_levels.c,
 * grid_place.c), grid_route draws the lines between them (grid_route.c). All are linear in nodes; only the first looks
 * at every step. */
#ifndef NETC_BACK_GRID_H
#define NETC_BACK_GRID_H
#include "look.h"

typedef enum {
	ROW_NODE,   /* computed in the column */
	ROW_PAST,   /* a value of an earlier step, or of the incoming state: at the left edge */
	ROW_FUTURE, /* a value of a later step: at the right edge */
	ROW_STORE,  /* what goes into the state after the last step: right of the last column */
} RowKind;

typedef struct {
	RowKind kind;
	Ref like;      /* a node of the row; of a ROW_PAST or ROW_FUTURE one that stands for it or uses it */
	int32_t from;  /* not ROW_NODE: the row whose value it is, or -1 */
	int32_t delta; /* ROW_PAST, ROW_FUTURE: how many steps ago; < 0 ahead */
	int32_t state; /* not ROW_NODE: which state, or -1 */
	int32_t next;  /* the next row with the same origin, or -1 */
	int32_t band, level;
	int32_t x, y, w; /* left, top, width, in the column */
	const char *label, *name;
} GridRow;

/* A value and its user in the same column. */
typedef struct {
	int32_t from, to; /* rows */
	int32_t port;     /* where it enters, from the middle of the user's top */
	const char *path; /* of an SVG path, relative to the column */
} GridEdge;

typedef struct {
	const char *label, *layer; /* "clipper = Clipper", "model.clipper" */
	int32_t y, h;
	int32_t levels, first; /* its levels begin at `first` */
	int32_t rows;
	int32_t weights, chip; /* how many weights, the width of one */
} GridBand;

/* A parameter, or what is computed once for all steps: drawn once, left of the columns. */
typedef struct {
	Ref node;
	int32_t band;
	int32_t x, y, w;
	const char *label;
} GridWeight;

typedef struct GridMap GridMap;
typedef struct GridParts GridParts;

typedef struct {
	Arena *arena; /* borrowed */
	const Graph *g;
	int32_t columns; /* ≥ 1 */
	int32_t *row;    /* per node, -1: none (a weight, or a value that stands for a ROW_PAST) */
	int32_t *first;  /* per column and one more: where its nodes begin … */
	int32_t *node;   /* … in this list */
	TABLE(GridRow) rows;
	TABLE(GridEdge) edges;
	TABLE(GridBand) bands;
	TABLE(GridWeight) weights;
	int32_t *producer;    /* per state: the row that it takes its value from, or -1 */
	GridMap *borrowed_at; /* (row, delta) → the ROW_PAST or ROW_FUTURE */
	GridMap *edge_at;     /* (row, row) → the edge */
	GridParts *parts;     /* levels, for placing and routing */
	int32_t width;        /* of a column */
	int32_t height;
	int32_t weights_width, stores_width;
} Grid;

enum { GRID_NODE_HEIGHT = 22 };

/* All three steps. */
Grid *grid_new(Arena *a, const Graph *g);
void grid_find_rows(Grid *grid);
void grid_place(Grid *grid);
void grid_route(Grid *grid);

/* The column of a node that has a row, else -1. */
int32_t grid_column(const Grid *grid, Ref r);
/* The row that operand k of a node is drawn at in the node's column, or -1 if it is a weight. */
int32_t grid_operand(const Grid *grid, Ref user, int k);
/* The edge between two rows, or NULL. */
GridEdge *grid_edge(const Grid *grid, int32_t from, int32_t to);
/* Pixels that a text of 12 px takes, roughly. */
int32_t grid_text_width(const char *s);
/* The layer part of a node's path, "model.clipper" of "model.clipper = Clipper › keep", and its label with the type. */
const char *grid_layer(Arena *a, const char *path, bool with_type);

/* Tables from pairs of numbers to a number ≥ 0; -1 is "not there". */
GridMap *grid_map_new(Arena *a);
void grid_map_set(GridMap *m, int32_t a, int32_t b, int32_t value);
int32_t grid_map_get(const GridMap *m, int32_t a, int32_t b);
#endif
