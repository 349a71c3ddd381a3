/* c_cell_small.c: the sums of a cell's kernel on a microcontroller, through the functions of c_rows.c. */
#include "c_cell_write.h"

bool
cell_is_small(const Writer *w, const CellSegment *s)
{
	int64_t lanes = s->n * w->c->unit;
	return w->c->g->small && w->c->packed && w->rows == 1 && lanes > 1 && lanes <= SCALAR_LANES;
}

bool
cell_is_walked(const Writer *w)
{
	const Cell *c = w->c;
	bool walked = c->rows == 1 && !c->backward;
	for (int i = 0; i < c->segment.n; i++)
		walked &= cell_is_small(w, &c->segment.v[i]);
	return walked;
}

/* What the sums of a small segment start from; q is then behind it. */
static void
write_small_start(const Writer *w, const CellSegment *s, const char *z, const char *q, int64_t lanes)
{
	if (s->values)
		cell_values(w, s);
	if (s->bias && !s->values) {
		text_add(w->t, "\t\t%s = %s(%sz, %s);\n", q, c_rows_start(w->c->e, lanes), z, q);
		return;
	}
	if (s->values && !s->bias)
		return;
	text_add(w->t, "\t\tNN_UNROLL_FAST\n\t\tfor (int j = 0; j < %" PRId64 "; j++)\n\t\t\tz[%sj] ", lanes, z);
	if (s->bias)
		text_add(w->t, "+= %s[j];\n\t\t%s += %" PRId64 ";\n", q, q, lanes);
	else
		text_add(w->t, "= 0.0f;\n");
}

void
cell_small_segment(const Writer *w, const CellSegment *s)
{
	const Cell *c = w->c;
	const Node *n = c->g->node.v[c->sum.v[s->first].node];
	int64_t lanes = s->n * c->unit;
	const char *z = z_offset(w, 0, s->first),
		   *q = cell_is_walked(w) ? "q" : arena_printf(c->e->arena, "q%d", s->first);
	const char *at = s->at ? arena_printf(c->e->arena, " + %" PRId64, s->at) : "";
	text_add(w->t, cell_is_walked(w) ? "\t\tq = NN_SPEED(" : "\t\tconst float *%s = ", q);
	text_add(w->t, "w + u / %" PRId64 " * %" PRId64 "%s%s;\n", c->unit, c->panel, at,
		 cell_is_walked(w) ? ", q)" : "");
	write_small_start(w, s, z, q, lanes);
	for (int k = n->attr.sum.addends; k < n->nin; k += 2) {
		const CellArg *x = cell_vector(c, n, k);
		text_add(w->t, "\t\t%s = %s(%sz, %s, ", q, c_rows(c->e, lanes), z, q);
		text_add(w->t, "%s%s, %" PRId64 ");\n", row_offset(w, x, 0), x->name, x->count);
	}
	if (!cell_is_walked(w))
		text_add(w->t, "\t\t(void)%s;\n", q);
}
