/* c_cell_write.h: what the files that write the kernel of a cell share. c_cell_text.c writes its loops and sums,
 * c_cell_ops.c the operations that follow. */
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

/* The operations of the rows at a time, on the sums in z. */
void cell_operations(const Writer *w);
#endif
