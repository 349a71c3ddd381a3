/* c_cell_dots.c: the sums of a cell's kernel as dot products, where lanes are few and vectors long.
 *
 *   a0[j] += q[k + j] * x[k + j]     j < 16 partial sums, which are added in pairs at the end
 *
 * A few dot products of one row, and where there are 32 registers of several rows, share what they load. */
#include "c_cell_write.h"

/* `n` accumulators of each row take x[k + j] times their weights, for j < lanes; k is a text. */
static void
write_dot(const Writer *w, const CellArg *x, int n, const char *indent, const char *k, int64_t lanes)
{
	text_add(w->t, "%sNN_UNROLL_FAST\n%sfor (int j = 0; j < %" PRId64 "; j++)%s\n", indent, indent, lanes,
		 w->rows * n > 1 ? " {" : "");
	for (int i = 0; i < w->rows * n; i++) {
		const char *ahead = i % n ? arena_printf(w->c->e->arena, "%" PRId64 " + ", i % n * x->count) : "";
		text_add(w->t, "%s\ta%d[j] += q[%s%s + j] * %s[%s%s + j];\n", indent, i, ahead, k, x->name,
			 row_offset(w, x, i / n), k);
	}
	close_lanes(w, indent, w->rows * n);
}

/* Partial sums are added in pairs. */
static void
write_tree(const Writer *w, int n)
{
	for (int half = DOT / 2; half; half /= 2) {
		text_add(w->t, "\t\t\tNN_UNROLL_FAST\n\t\t\tfor (int j = 0; j < %d; j++)%s\n", half, n > 1 ? " {" : "");
		for (int i = 0; i < n; i++)
			text_add(w->t, "\t\t\t\ta%d[j] += a%d[%d + j];\n", i, i, half);
		close_lanes(w, "\t\t\t", n);
	}
}

/* What the sum of dot product i of a row is: a value, a bias, the products. */
static void
write_dot_sum(const Writer *w, const CellSegment *s, int row, int i, int n, int64_t bias)
{
	const char *lane = i ? arena_printf(w->c->e->arena, "i + %d", i) : "i";
	const char *z = arena_printf(w->c->e->arena, "z[%s%s]", z_offset(w, row, s->first), lane);
	text_add(w->t, "\t\t\t%s = ", z);
	if (s->values)
		text_add(w->t, "%s + ", z);
	if (s->bias)
		text_add(w->t, "w[%" PRId64 " + u + %s] + ", bias, lane);
	text_add(w->t, "a%d[0];\n", row * n + i);
}

/* A segment whose lanes are dot products with one vector. */
void
cell_dots(const Writer *w, const CellSegment *s)
{
	const Cell *c = w->c;
	const Node *sum = c->g->node.v[c->sum.v[s->first].node];
	const CellArg *x = cell_vector(c, sum, sum->attr.sum.addends);
	int n = cell_dots_at_a_time(c, s, w->dots), all = w->rows * n;
	int64_t whole = x->count / DOT * DOT, lanes = s->n * c->width;
	const char *at = s->at ? arena_printf(c->e->arena, "%" PRId64 " + ", s->at) : "";
	if (s->values)
		cell_values(w, s);
	text_add(w->t, "\t\tfor (int i = 0; i < %d * UNITS; i += %d) {\n\t\t\tfloat ", s->n, n);
	for (int i = 0; i < all; i++)
		text_add(w->t, "%sa%d[%d] NN_ALIGNED = {0.0f}", i ? ", " : "", i, DOT);
	text_add(w->t, ";\n\t\t\tconst float *q = w + %s(u + i) * %" PRId64 ";\n", at, x->count);
	text_add(w->t, "\t\t\tfor (int k = 0; k < %" PRId64 "; k += %d)%s\n", whole, DOT, all > 1 ? " {" : "");
	write_dot(w, x, n, "\t\t\t\t", "k", DOT);
	close_lanes(w, "\t\t\t", all);
	if (x->count > whole)
		write_dot(w, x, n, "\t\t\t", num(w, whole), x->count - whole);
	write_tree(w, all);
	for (int i = 0; i < all; i++)
		write_dot_sum(w, s, i / n, i % n, n, s->at + lanes * x->count);
	text_add(w->t, "\t\t}\n");
}
