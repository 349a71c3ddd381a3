/* c_cell_sums.c: the sums of a cell's kernel: for the accumulators that fit the registers what they start from, then k
 * by k of every vector, contiguous weights.
 *
 * No sum is reordered, so all compilers and vector widths give the same bits without contraction. Loops have constant
 * bounds and contiguous arrays, so they vectorise; accumulators of several rows are arrays with names of their own in
 * one loop, which compilers keep in registers. */
#include "c_cell_write.h"

/* Lane j of a block in a row of weights. */
static const char *
lane_index(const Writer *w)
{
	const Cell *c = w->c;
	return w->blocks && c->packed ? arena_printf(c->e->arena, "nn_lane(j, UNITS, %" PRId64 ")", c->unit) : "j";
}

static const char *
accumulator(const Writer *w, int row, int set)
{
	int sets = cell_sets(w->c);
	return w->rows * sets == 1 ? "a" : arena_printf(w->c->e->arena, "a%d", row * sets + set);
}

void
cell_values(const Writer *w, const CellSegment *s)
{
	const Cell *c = w->c;
	for (int i = 0; i < w->rows; i++)
		for (int k = s->first; k < s->first + s->n; k++) {
			const Node *n = c->g->node.v[c->sum.v[k].node];
			bool scaled = n->attr.sum.scale != SCALE_ONE;
			const char *separator = "", *open = scaled ? arena_printf(c->e->arena, "%s * (",
										  c_float(c->e->arena, sum_scale(n)))
								   : "";
			text_add(w->t, "\t\tfor (int j = 0; j < UNITS; j++)\n\t\t\tz[%sj] = %s", z_offset(w, i, k),
				 open);
			bool any = false;
			for (int m = 0; m < n->attr.sum.addends; m++) {
				int arg = cell_arg(&c->lane, n->in[m]);
				if (cell_node(c, n->in[m])->op == OP_PARAM)
					continue;
				const CellArg *v = &c->lane.v[arg];
				text_add(w->t, "%s%s[%su + j]", separator, v->name, row_offset(w, v, i));
				separator = " + ";
				any = true;
			}
			text_add(w->t, "%s%s;\n", any ? "" : "0.0f", *open && any ? ")" : *open ? "0.0f)" : "");
		}
}

/* What the accumulators of row i start from: "z[j0 + j] + q[j]". */
static void
write_start(const Writer *w, const CellSegment *s, int i)
{
	const Cell *c = w->c;
	const Node *n = c->g->node.v[c->sum.v[s->first].node];
	const char *separator = "";
	if (s->values) {
		text_add(w->t, "z[%sj0 + j]", z_offset(w, i, s->first));
		separator = " + ";
	}
	if (s->bias && c->packed) {
		text_add(w->t, "%sq[%s]", separator, lane_index(w));
		separator = " + ";
	}
	for (int k = 0; k < n->attr.sum.addends && !c->packed; k++) {
		int arg = cell_arg(&c->weight, n->in[k]);
		if (arg < 0)
			continue;
		text_add(w->t, "%s%s[u + j0 + j]", separator, c->weight.v[arg].name);
		separator = " + ";
	}
	if (!*separator)
		text_add(w->t, "0.0f");
}

/* A loop over the lanes with `n` statements in it, which the caller writes, each on a line of its own. */
static void
open_lanes(const Writer *w, int segment, const char *indent, int n)
{
	text_add(w->t, "%s%s\n%sfor (int j = 0; j < %s; j++)%s\n", indent, cell_unroll(w, segment), indent,
		 cell_lanes_name(w, segment), n > 1 ? " {" : "");
}

/* How the weights of one product are walked. */
typedef struct {
	const CellArg *x;
	int64_t lane, row; /* floats from lane to lane, from k to k + 1 */
	int sets;
} Product;

/* Whether the matrix of the product at operand k lies the other way: W * v. Packed ones never do. */
static bool
lies_across(const Cell *c, const Node *sum, int k)
{
	return !c->packed && cell_node(c, sum->in[k])->shape.rank == 2;
}

/* Whether the next row of weights is loaded while several rows of x use this one, where there are 32 registers
 * (NN_AHEAD). gcc, seeing one load and four uses, may fold it into each; then loads take longer than products. */
static bool
loads_ahead(const Writer *w, const CellSegment *s)
{
	const Cell *c = w->c;
	const Node *n = c->g->node.v[c->sum.v[s->first].node];
	bool ahead = w->rows > 1 && segment_sets(c, s) == 1 && !c->g->small;
	for (int k = n->attr.sum.addends; k < n->nin; k += 2)
		ahead &= !lies_across(c, n, k);
	return ahead;
}

/* The first set starts from the sum's addends, the others from nothing. */
static void
write_begin(const Writer *w, int segment, int sets)
{
	int n = w->rows * sets;
	open_lanes(w, segment, "\t\t\t", n);
	for (int row = 0; row < w->rows; row++)
		for (int set = 0; set < sets; set++) {
			text_add(w->t, "\t\t\t\t%s[j] = ", accumulator(w, row, set));
			if (set)
				text_add(w->t, "0.0f");
			else
				write_start(w, &w->c->segment.v[segment], row);
			text_add(w->t, ";\n");
		}
	close_lanes(w, "\t\t\t", n);
}

/* The products of `sets` elements of x, from x[k] on. */
static void
write_lanes(const Writer *w, int segment, const Product *p, const char *indent, const char *k, int sets)
{
	Arena *a = w->c->e->arena;
	int n = w->rows * sets;
	open_lanes(w, segment, indent, n);
	for (int row = 0; row < w->rows; row++)
		for (int set = 0; set < sets; set++) {
			const char *at = set ? arena_printf(a, "%s + %d", k, set) : k;
			const char *lane = p->lane == 1 ? lane_index(w) : arena_printf(a, "j * %" PRId64, p->lane);
			if (set)
				lane = arena_printf(a, "%" PRId64 " + %s", set * p->row, lane);
			text_add(w->t, "%s\t%s[j] += q[%s] * %s[%s%s];\n", indent, accumulator(w, row, set), lane,
				 p->x->name, row_offset(w, p->x, row), at);
		}
	close_lanes(w, indent, n);
}

/* Folds the other three sets into the first. */
static void
write_fold(const Writer *w, int segment)
{
	open_lanes(w, segment, "\t\t\t", w->rows);
	for (int row = 0; row < w->rows; row++) {
		const char *a = accumulator(w, row, 0);
		text_add(w->t, "\t\t\t\t%s[j] = (%s[j] + %s[j]) + (%s[j] + %s[j]);\n", a, a, accumulator(w, row, 1),
			 accumulator(w, row, 2), accumulator(w, row, 3));
	}
	close_lanes(w, "\t\t\t", w->rows);
}

/* One product: q stands at its first row, and behind its last one in the end. Sets take turns. */
static void
write_product(const Writer *w, int segment, const Product *p)
{
	int64_t count = p->x->count, whole = count / p->sets * p->sets;
	int left = (int)(count - whole), n = w->rows * p->sets;
	const char *next = p->sets > 1 ? arena_printf(w->c->e->arena, "k += %d", p->sets) : "k++";
	if (whole) {
		if (w->c->segment.v[segment].n * w->c->unit <= 4 && whole >= LONG_LOOP)
			text_add(w->t, "\t\t\tNN_TURNS(8)\n"); /* a round is hardly more than its own cost */
		text_add(w->t, "\t\t\tfor (int k = 0; k < %" PRId64 "; %s, q += %" PRId64 ")%s\n", whole, next,
			 p->sets * p->row, n > 1 ? " {" : "");
		write_lanes(w, segment, p, "\t\t\t\t", "k", p->sets);
		close_lanes(w, "\t\t\t", n);
	}
	if (left) {
		write_lanes(w, segment, p, "\t\t\t", num(w, whole), left);
		text_add(w->t, "\t\t\tq += %" PRId64 ";\n", left * p->row);
	}
}

/* write_begin for weights that are loaded ahead: with the first products, since gcc would make a copy of memory of a
 * start without. The weights are `at` floats behind q. `next`: those that follow, or NULL. */
static void
write_begin_ahead(const Writer *w, int segment, const Product *p, int64_t at, const char *next)
{
	const char *skip = at ? arena_printf(w->c->e->arena, "%" PRId64 " + ", at) : "";
	open_lanes(w, segment, "\t\t\t", 2);
	for (int row = 0; row < w->rows; row++) {
		text_add(w->t, "\t\t\t\t%s[j] = ", accumulator(w, row, 0));
		write_start(w, &w->c->segment.v[segment], row);
		text_add(w->t, " + q[%sj] * %s[%s0];\n", skip, p->x->name, row_offset(w, p->x, row));
	}
	if (next)
		text_add(w->t, "\t\t\t\tif (NN_AHEAD)\n\t\t\t\t\tq0[j] = %s;\n", next);
	close_lanes(w, "\t\t\t", 2);
	text_add(w->t, "\t\t\tq += %" PRId64 ";\n", at + p->row);
}

/* The products of x[k] with weights that were loaded before; then those of `next` are, unless it is NULL. */
static void
write_lanes_ahead(const Writer *w, int segment, const CellArg *x, const char *k, const char *weight, const char *next)
{
	open_lanes(w, segment, "\t\t\t\t", 2);
	text_add(w->t, "\t\t\t\t\tconst float q1 = %s;\n", weight);
	for (int row = 0; row < w->rows; row++)
		text_add(w->t, "\t\t\t\t\t%s[j] += q1 * %s[%s%s];\n", accumulator(w, row, 0), x->name,
			 row_offset(w, x, row), k);
	if (next)
		text_add(w->t, "\t\t\t\t\tif (NN_AHEAD)\n\t\t\t\t\t\tq0[j] = %s;\n", next);
	close_lanes(w, "\t\t\t\t", 2);
}

/* write_product for weights that are loaded ahead, from x[k] on. Nothing may be loaded from behind a table, so the last
 * row stands behind the loop, unless the next product's weights follow. `next`: these. */
static void
write_product_ahead(const Writer *w, int segment, const Product *p, int64_t k, const char *next)
{
	const CellArg *x = p->x;
	bool goes_on = w->c->packed && next;
	if (k == x->count)
		return;
	text_add(w->t, "\t\t\tfor (int k = %" PRId64 "; k < %" PRId64 "%s; k++, q += %" PRId64 ") {\n", k, x->count,
		 goes_on ? "" : " - NN_AHEAD", p->row);
	write_lanes_ahead(w, segment, x, "k", "NN_AHEAD ? q0[j] : q[j]",
			  arena_printf(w->c->e->arena, "q[%" PRId64 " + j]", p->row));
	text_add(w->t, "\t\t\t}\n");
	if (goes_on)
		return;
	text_add(w->t, "\t\t\tif (NN_AHEAD) {\n");
	write_lanes_ahead(w, segment, x, num(w, x->count - 1), "q0[j]", next);
	text_add(w->t, "\t\t\t}\n");
}

/* The name of the weights of the product at operand k, where they are not packed. */
static const char *
weight_name(const Cell *c, const Node *n, int k)
{
	return c->weight.v[cell_arg(&c->weight, sum_matrix(c->g, n, k))].name;
}

/* The products of a segment whose weights are loaded ahead. */
static void
write_products_ahead(const Writer *w, int segment)
{
	const Cell *c = w->c;
	const CellSegment *s = &c->segment.v[segment];
	const Node *n = c->g->node.v[c->sum.v[s->first].node];
	int64_t row = c->packed ? s->n * c->unit : c->width, at = s->bias && c->packed ? row : 0;
	for (int k = n->attr.sum.addends; k < n->nin; k += 2, at = 0) {
		bool first = k == n->attr.sum.addends, last = k + 2 == n->nin;
		Product p = {.x = cell_vector(c, n, k), .row = row};
		if (!c->packed)
			text_add(w->t, "\t\t\t%sq = %s + u + j0;\n", first ? "const float *" : "",
				 weight_name(c, n, k));
		/* of the product behind this one, seen from its last row */
		const char *next = last        ? NULL
				   : c->packed ? arena_printf(c->e->arena, "q[%" PRId64 " + j]", at + row)
					       : arena_printf(c->e->arena, "%s[u + j0 + j]", weight_name(c, n, k + 2));
		if (first)
			write_begin_ahead(w, segment, &p, at,
					  p.x->count > 1 ? arena_printf(c->e->arena, "q[%" PRId64 " + j]", at + row)
							 : next);
		write_product_ahead(w, segment, &p, first, next);
	}
}

/* The products of a segment with one vector after the other. */
static void
write_products(const Writer *w, int segment)
{
	const Cell *c = w->c;
	const CellSegment *s = &c->segment.v[segment];
	const Node *n = c->g->node.v[c->sum.v[s->first].node];
	int64_t row = c->packed ? s->n * c->unit : c->width;
	int sets = segment_sets(c, s);
	for (int k = n->attr.sum.addends; k < n->nin; k += 2) {
		bool first = k == n->attr.sum.addends, across = lies_across(c, n, k);
		const CellArg *x = cell_vector(c, n, k);
		Product p = {.x = x, .lane = across ? x->count : 1, .row = across ? 1 : row, .sets = sets};
		if (!c->packed)
			text_add(w->t,
				 across ? "\t\t\t%sq = %s + (u + j0) * %" PRId64 ";\n" : "\t\t\t%sq = %s + u + j0;\n",
				 first ? "const float *" : "", weight_name(c, n, k), p.lane);
		if (first)
			write_begin(w, segment, sets);
		if (first && s->bias && c->packed)
			text_add(w->t, "\t\t\tq += %" PRId64 ";\n", row);
		write_product(w, segment, &p);
	}
	if (sets > 1)
		write_fold(w, segment);
}

/* Where a block's weights begin in the packed table. */
static void
write_origin(const Writer *w, const CellSegment *s)
{
	const Cell *c = w->c;
	text_add(w->t, "\t\t\tconst float *q = w + ");
	if (cell_panels(c) > 1)
		text_add(w->t, "u / %" PRId64 " * %" PRId64 " + %s", c->unit, c->panel,
			 w->blocks ? arena_printf(c->e->arena, "u %% %" PRId64 " + ", c->unit) : "");
	else
		text_add(w->t, "u + ");
	if (s->at)
		text_add(w->t, "%" PRId64 " + ", s->at);
	if (w->blocks)
		text_add(w->t, "nn_lane(j0, UNITS, %" PRId64 ");\n", c->unit);
	else
		text_add(w->t, "j0;\n");
}

void
cell_segment(const Writer *w, int segment)
{
	const Cell *c = w->c;
	const CellSegment *s = &c->segment.v[segment];
	const char *lanes = cell_lanes_name(w, segment);
	if (cell_is_small(w, s)) {
		cell_small_segment(w, s);
		return;
	}
	const char *all = s->n == 1 ? "UNITS" : arena_printf(c->e->arena, "%d * UNITS", s->n);
	if (s->values)
		cell_values(w, s);
	text_add(w->t, "\t\tfor (int j0 = 0; j0 < %s; j0 += %s) {\n\t\t\tfloat ", all, lanes);
	for (int i = 0; i < w->rows; i++)
		for (int set = 0; set < segment_sets(c, s); set++)
			text_add(w->t, "%s%s[%s] NN_ALIGNED", i + set ? ", " : "", accumulator(w, i, set), lanes);
	if (loads_ahead(w, s))
		text_add(w->t, ", q0[%s] NN_ALIGNED", lanes);
	text_add(w->t, ";\n");
	if (c->packed)
		write_origin(w, s);
	if (loads_ahead(w, s))
		write_products_ahead(w, segment);
	else
		write_products(w, segment);
	open_lanes(w, segment, "\t\t\t", w->rows);
	for (int i = 0; i < w->rows; i++) {
		const char *sum = arena_printf(c->e->arena, "%s[j]", accumulator(w, i, 0));
		if (acts_in_registers(w, s))
			sum = arena_printf(c->e->arena, "NN_VECTORS ? nn_tanh(%s) : %s", sum, sum);
		text_add(w->t, "\t\t\t\tz[%sj0 + j] = %s;\n", z_offset(w, i, s->first), sum);
	}
	close_lanes(w, "\t\t\t", w->rows);
	text_add(w->t, "\t\t}\n");
}
