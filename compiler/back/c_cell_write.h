/* c_cell_write.h: what the files that write the kernel of a cell share. */
#ifndef NETC_BACK_C_CELL_WRITE_H
#define NETC_BACK_C_CELL_WRITE_H
#include "c_cell.h"
#include <inttypes.h>

typedef struct {
	const Cell *c;
	Text *t;
	int rows;        /* at a time */
	int dots;        /* dot products of a row at a time, at most */
	const char *row; /* the first of them: "r", or NULL if there is one in all */
	bool blocks;     /* scalar targets compute a part of a panel at a time */
} Writer;

static inline const char *
num(const Writer *w, int64_t v)
{
	return arena_printf(w->c->e->arena, "%" PRId64, v);
}

/* Where row i of an argument begins: "(r + 1) * 40 + ", or nothing. */
static inline const char *
row_offset(const Writer *w, const CellArg *arg, int i)
{
	Arena *a = w->c->e->arena;
	if (!w->row || !arg->stride)
		return "";
	const char *row = i ? arena_printf(a, "(%s + %d)", w->row, i) : w->row;
	return arg->stride == 1 ? arena_printf(a, "%s + ", row)
				: arena_printf(a, "%s * %" PRId64 " + ", row, arg->stride);
}

/* The place of sum s of row i in z, lane 0: "2 * UNITS + ". */
static inline const char *
z_offset(const Writer *w, int row, int sum)
{
	const char *units = sum == 0 ? "" : sum == 1 ? "UNITS + " : arena_printf(w->c->e->arena, "%d * UNITS + ", sum);
	return row ? arena_printf(w->c->e->arena, "%d * UNITS + %s", row * w->c->sum.n, units) : units;
}

/* Whether the sums of a segment, which are all for a tanh, become that on their way from the registers to z, where
 * there are vectors. */
static inline bool
acts_in_registers(const Writer *w, const CellSegment *s)
{
	return w->rows == 1 && s->acts == s->n && !w->c->dots && !w->c->g->small;
}

static inline void
close_lanes(const Writer *w, const char *indent, int n)
{
	if (n > 1)
		text_add(w->t, "%s}\n", indent);
}

/* Dot products of one row at a time, which share the loads of the vector; of several rows, which share those of the
 * weights, too, where there are 32 registers. */
enum { DOTS = 4, DOTS_OF_ROWS = 5 };
int cell_dots_at_a_time(const Cell *c, const CellSegment *s, int most);
int cell_dot_rows(const Cell *c); /* rows of dot products at a time where there are 32 registers */
/* Rows at a time otherwise: as many as share the weights well. */
int cell_rows_at_a_time(const Cell *c);
/* The line of the kernel that says how much is computed at a time, and its names for that: LANES, LANES1. */
void cell_sizes(const Writer *w);
const char *cell_lanes_name(const Writer *w, int segment);
/* What is said before a loop over these lanes. */
const char *cell_unroll(const Writer *w, int segment);

/* Sums that start from values: z takes them before the products. */
void cell_values(const Writer *w, const CellSegment *s);
/* The sums of a segment, into z. */
void cell_segment(const Writer *w, int segment);
void cell_dots(const Writer *w, const CellSegment *s);
void cell_small_segment(const Writer *w, const CellSegment *s);
/* Whether a segment is what the registers of a microcontroller hold: its sums are taken where they are wanted, in z. */
bool cell_is_small(const Writer *w, const CellSegment *s);
/* Whether the weights of a small cell are read from the first to the last. */
bool cell_is_walked(const Writer *w);

/* The operations of the rows at a time, on the sums in z. */
void cell_operations(const Writer *w);
#endif
