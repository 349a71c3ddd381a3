/* c_cell_text.c: the kernel of a cell as C.
 *
 *   for a block of lanes (all of them on a host, a few on a microcontroller)
 *       for a few rows
 *           the sums: c_cell_sums.c, c_cell_dots.c, c_cell_small.c
 *           the operations that follow, lane by lane: c_cell_ops.c
 *
 * How much is done at a time follows the target: c_cell_block.c. */
#include "c_cell_write.h"

static void
write_block(const Writer *w)
{
	const Cell *c = w->c;
	if (!c->sum.n) {
		cell_operations(w);
		return;
	}
	text_add(w->t, "\t\tfloat z[%d * UNITS] NN_ALIGNED;\n", w->rows * c->sum.n);
	for (int i = 0; i < c->segment.n; i++)
		if (c->dots)
			cell_dots(w, &c->segment.v[i]);
		else
			cell_segment(w, i);
	cell_operations(w);
}

static void
write_arguments(const Writer *w)
{
	const Cell *c = w->c;
	const char *separator = "(";
	for (int i = 0; i < c->result.n; i++, separator = ", ")
		text_add(w->t, "%sfloat *NN_RESTRICT %s", separator, c->result.v[i].name);
	for (int i = 0; i < c->vector.n; i++, separator = ", ")
		text_add(w->t, "%sconst float *%s", separator, c->vector.v[i].name);
	for (int i = 0; i < c->lane.n; i++)
		if (!cell_is_passed_twice(c, i))
			text_add(w->t, ", const float *%s", c->lane.v[i].name);
	for (int i = 0; i < c->weight.n; i++)
		text_add(w->t, ", const float *%s", c->weight.v[i].name);
	text_add(w->t, "%s)\n{\n", c->packed ? ", const float *w" : "");
}

static void
write_rows(const Writer *w, int64_t from, int64_t to)
{
	const Cell *c = w->c;
	Writer block = *w;
	block.row = c->rows > 1 ? "r" : NULL;
	if (c->rows > 1)
		text_add(w->t, "\tfor (int r = %" PRId64 "; r < %" PRId64 "; r += %d) {\n", from, to, w->rows);
	write_block(&block);
	if (c->rows > 1)
		text_add(w->t, "\t}\n");
}

/* Several rows at a time, then what is left. */
static void
write_all_rows(Writer w)
{
	int64_t rows = w.c->rows, whole = rows / w.rows * w.rows;
	write_rows(&w, 0, whole);
	w.rows = 1;
	if (rows > whole)
		write_rows(&w, whole, rows);
}

void
cell_text(const Cell *c, Text *t)
{
	int rows = cell_rows_at_a_time(c);
	Writer w = {.c = c, .t = t, .rows = rows, .dots = DOTS};
	w.blocks = rows == 1 && c->sum.n && !c->dots && !c->g->small;
	write_arguments(&w);
	if (!c->sum.n) {
		write_rows(&w, 0, c->rows);
		text_add(t, "}\n");
		return;
	}
	cell_sizes(&w);
	if (cell_is_walked(&w))
		text_add(t, "\tconst float *q = w;\n");
	if (c->backward)
		text_add(t, "\tfor (int u = %" PRId64 " - UNITS; u >= 0; u -= UNITS) {\n", c->unit * cell_panels(c));
	else
		text_add(t, "\tfor (int u = 0; u < %" PRId64 "; u += UNITS) {\n", c->width);
	if (c->dots && cell_dot_rows(c) > 1) {
		Writer many = w;
		many.rows = cell_dot_rows(c);
		many.dots = DOTS_OF_ROWS;
		text_add(t, "#if NN_BLOCK(1, 0, 0, 0)\n");
		write_all_rows(many);
		text_add(t, "#else\n");
		write_all_rows(w);
		text_add(t, "#endif\n");
	} else {
		write_all_rows(w);
	}
	text_add(t, "\t}\n}\n");
}
