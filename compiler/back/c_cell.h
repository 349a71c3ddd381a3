/* c_cell.h: a group of nodes as one kernel. c_cell.c finds out what the kernel computes, c_cell_table.c lays out its
 * weights, c_cell_text.c and what c_cell_write.h declares write it. */
#ifndef NETC_BACK_C_CELL_H
#define NETC_BACK_C_CELL_H
#include "c.h"

/* One sum of products. */
typedef struct {
	int32_t node;
	int32_t user; /* the one operation that uses it, if that only wants its tanh; else -1 */
} CellSum;

/* Sums that multiply the same vectors in the same order: their weights stand side by side. */
typedef struct {
	int first, n; /* sums; those that only a tanh uses come first */
	int acts;     /* … so many of them */
	bool values;  /* some sum starts from a value */
	bool bias;    /* some sum starts from a parameter */
	int64_t at;   /* of its part of a panel of the packed table, in floats */
} CellSegment;

/* Accumulators that the registers of a scalar target hold. */
enum { SCALAR_LANES = 16 };

/* Partial sums of a dot product. Part of what the result means, as it orders the additions. */
enum { DOT = 16 };

/* An argument of the kernel. */
typedef struct {
	Ref node;
	int64_t count, stride; /* elements of a row; from row to row */
	int over;              /* a result: the lane argument that it is written over, or -1 */
	const char *name;
} CellArg;
typedef TABLE(CellArg) CellArgs;

/* Each of `rows` rows: the same sums, then the same operations on `width` lanes. */
typedef struct {
	Emit *e;
	const Graph *g;
	int32_t begin, end; /* the members of one row */
	int64_t rows, width;
	bool packed;
	bool dots;     /* packed, few lanes and a long vector: each lane is a dot product */
	int64_t unit;  /* lanes of a panel of the packed table, with padding; else width */
	int64_t panel; /* floats */
	bool backward; /* from the last panel to the first */
	TABLE(CellSum) sum;
	TABLE(CellSegment) segment;
	CellArgs vector; /* read as a whole: operands of products */
	CellArgs lane;   /* read lane by lane; of one element: the same for all lanes */
	CellArgs weight; /* parameters, where they are not packed */
	CellArgs result;
} Cell;

static inline int64_t
rounded_up(int64_t n, int64_t multiple)
{
	return (n + multiple - 1) / multiple * multiple;
}
static inline int64_t
cell_panels(const Cell *c)
{
	return (c->width + c->unit - 1) / c->unit;
}
static inline const Node *
cell_node(const Cell *c, Ref r)
{
	return graph_node(c->g, r);
}
const CellArg *cell_vector(const Cell *c, const Node *sum, int k); /* of the product at operand k */
int cell_most_sums(const Cell *c);                                 /* of a segment */
/* Sets of accumulators that take turns over k: those of a segment, and the most of any. */
int segment_sets(const Cell *c, const CellSegment *s);
int cell_sets(const Cell *c);
int cell_arg(const CellArgs *args, Ref node); /* its number, or -1 */
/* Whether argument i of the lanes needs no place in the list, being there under another role. */
bool cell_is_passed_twice(const Cell *c, int i);

/* A table with the names that a kernel uses itself. */
NameTable cell_own_names(const Cell *c);
/* A user's name, or "v" for NULL, as C that is not of a form that a kernel uses itself: a0, q1, LANES2, old_state. */
const char *cell_name(const Cell *c, const char *name);

/* The floats of a panel; sets the segments' places in it. */
void cell_table_layout(Cell *c);
/* The name of the packed table of this cell, made if it is new. */
const char *cell_table(const Cell *c);
/* Lines for the members [i, end) of a group, or for a sum that stands alone. */
void c_cell(Emit *e, const Graph *g, int32_t i, int32_t end);
/* The function that adds rows of `lanes` weights to as many accumulators, and the one that begins with the first row as
 * it is; both return where the weights end. */
const char *c_rows_start(Emit *e, int64_t lanes);
const char *c_rows(Emit *e, int64_t lanes);
/* The kernel, from its argument list on. */
void cell_text(const Cell *c, Text *t);
#endif
