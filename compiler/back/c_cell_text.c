/* c_cell_text.c: the kernel of a cell as C.
 *
 *   for a block of lanes (all of them on a host, a few on a microcontroller)
 *       for the accumulators that fit the registers: bias, then k by k of every vector, contiguous weights
 *       tanh of the sums that only it uses, in one loop
 *       the operations that follow, lane by lane
 *
 * No sum is reordered, so all compilers and vector widths give the same bits without contraction. Loops have constant
 * bounds and contiguous arrays, so they vectorise; accumulators of several rows are arrays with names of their own in
 * one loop, which compilers keep in registers. How many lanes are computed at a time follows the target: NN_BLOCK. */
#include "c_cell_write.h"

/* Floats of accumulators that the registers hold, in one array and in each of two, of four rows and of four sets; and
 * of one vector: AVX-512; AVX and 64-bit ARM; SSE and the like; scalar. */
enum { CLASSES = 4 };
static const int64_t one_array[CLASSES] = {192, 80, 40, SCALAR_LANES}, each_of_two[CLASSES] = {96, 40, 24, 8};
static const int64_t each_row[CLASSES] = {64, 16, 16, 4}, each_set[CLASSES] = {64, 64, 32, 4};
static const int64_t vector_size[CLASSES] = {16, 8, 4, 1};

static int64_t
largest_divisor(int64_t n, int64_t most, int64_t multiple)
{
	for (int64_t d = most < n ? most : n; d > 0; d--)
		if (n % d == 0 && d % multiple == 0)
			return d;
	return 0;
}

/* Accumulators at a time in each of `arrays` arrays, of `lanes` that stand side by side. gcc unrolls loops of 16 rounds
 * before it vectorises, and then does not; more than the registers hold is the smaller evil. */
static int64_t
lanes_of(int64_t lanes, int class, int rows, int sets)
{
	const int64_t *budget = rows * sets == 1   ? one_array
				: rows * sets == 2 ? each_of_two
				: rows > 1         ? each_row
						   : each_set;
	int64_t most = budget[class];
	int64_t least = class == CLASSES - 1 ? 1 : sets == 1 && rows > 1 ? 16 : 17;
	int64_t best = largest_divisor(lanes, most, vector_size[class]);
	if (best >= least)
		return best;
	for (int64_t d = rounded_up(least, vector_size[class]); d <= 64; d += vector_size[class])
		if (lanes % d == 0)
			return d;
	return lanes <= 64 ? lanes : largest_divisor(lanes, most, 1);
}

/* Lanes of each sum that a scalar target computes at a time. */
static int64_t
scalar_unit(const Cell *c)
{
	int64_t unit = largest_divisor(c->unit, SCALAR_LANES / (cell_most_sums(c) * cell_sets(c)), 1);
	return unit ? unit : 1;
}

static const char *
pick(const Writer *w, const int64_t v[CLASSES])
{
	if (v[0] == v[1] && v[1] == v[2] && v[2] == v[3])
		return num(w, v[0]);
	return arena_printf(w->c->e->arena, "NN_BLOCK(%" PRId64 ", %" PRId64 ", %" PRId64 ", %" PRId64 ")", v[0], v[1],
			    v[2], v[3]);
}

static const char *
lanes_name(const Writer *w, int segment)
{
	return w->c->segment.n == 1 ? "LANES" : arena_printf(w->c->e->arena, "LANES%d", segment);
}

/* Dot products of one row at a time, which share the loads of the vector; of several rows, which share those of the
 * weights, too, where there are 32 registers. */
enum { DOTS = 4, DOTS_OF_ROWS = 5 };

static int
dots_at_a_time(const Cell *c, const CellSegment *s, int most)
{
	return (int)largest_divisor(s->n * c->width, most, 1);
}

/* Lanes at a time: all rows go over the weights of a few dot products while these are in the innermost cache. */
static int64_t
dot_units(const Cell *c, int most)
{
	return c->sum.n == 1 ? dots_at_a_time(c, &c->segment.v[0], most) : c->width;
}

/* Rows of dot products at a time where there are 32 registers. */
static int
dot_rows(const Cell *c)
{
	return c->rows < 4 ? 1 : c->rows % 5 == 0 ? 5 : 4;
}

/* Arrays of accumulators: of each row, every set. */
static int
arrays(const Writer *w)
{
	return w->rows * cell_sets(w->c);
}

/* How much is computed at a time. */
static void
write_sizes(const Writer *w)
{
	const Cell *c = w->c;
	if (c->dots) {
		int64_t few = dot_units(c, DOTS), many = dot_rows(c) > 1 ? dot_units(c, DOTS_OF_ROWS) : few;
		text_add(w->t, "\tenum { UNITS = %s };\n", pick(w, (int64_t[]){many, few, few, few}));
		return;
	}
	int64_t unit[CLASSES] = {c->unit, c->unit, c->unit, w->blocks ? scalar_unit(c) : c->unit};
	text_add(w->t, "\tenum { UNITS = %s", pick(w, unit));
	for (int i = 0; i < c->segment.n; i++) {
		int64_t lanes[CLASSES];
		for (int k = 0; k < CLASSES; k++)
			lanes[k] = w->blocks && k == CLASSES - 1 && unit[k] > 1
					   ? c->segment.v[i].n * unit[k] /* whole sums: see nn_lane */
					   : lanes_of(c->segment.v[i].n * unit[k], k, w->rows,
						      segment_sets(c, &c->segment.v[i]));
		text_add(w->t, ", %s = %s", lanes_name(w, i), pick(w, lanes));
	}
	text_add(w->t, " };\n");
}

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
	return arrays(w) == 1 ? "a" : arena_printf(w->c->e->arena, "a%d", row * cell_sets(w->c) + set);
}

/* Sums that start from values: z takes them before the products. */
static void
write_values(const Writer *w, const CellSegment *s)
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

/* gcc unrolls what fits one vector before it vectorises, and then the loop over k in its place. */
static const char *
unroll(const Writer *w, int segment)
{
	const Cell *c = w->c;
	const CellSegment *s = &c->segment.v[segment];
	bool one = lanes_of(s->n * c->unit, 0, w->rows, segment_sets(c, s)) == vector_size[0];
	return one ? "NN_ONE_VECTOR" : "NN_UNROLL";
}

/* A loop over the lanes with `n` statements in it, which the caller writes, each on a line of its own. */
static void
open_lanes(const Writer *w, int segment, const char *indent, int n)
{
	text_add(w->t, "%s%s\n%sfor (int j = 0; j < %s; j++)%s\n", indent, unroll(w, segment), indent,
		 lanes_name(w, segment), n > 1 ? " {" : "");
}

static void
close_lanes(const Writer *w, const char *indent, int n)
{
	if (n > 1)
		text_add(w->t, "%s}\n", indent);
}

/* How the weights of one product are walked. */
typedef struct {
	const CellArg *x;
	int64_t lane, row; /* floats from lane to lane, from k to k + 1 */
	int sets;
} Product;

/* Whether the next row of weights is loaded while several rows of x use this one, where there are 32 registers
 * (NN_AHEAD). gcc, seeing one load and four uses, may fold it into each; then loads take longer than products. */
static bool
loads_ahead(const Writer *w, const CellSegment *s)
{
	const Cell *c = w->c;
	const Node *n = c->g->node.v[c->sum.v[s->first].node];
	bool ahead = w->rows > 1 && segment_sets(c, s) == 1 && !c->g->small;
	for (int k = n->attr.sum.addends; k < n->nin && ahead; k += 2) {
		Ref parameter;
		bool transposed;
		cell_product(c, n, k, &parameter, &transposed);
		ahead = c->packed || !transposed;
	}
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
	Ref parameter;
	bool transposed;
	cell_product(c, n, k, &parameter, &transposed);
	return c->weight.v[cell_arg(&c->weight, parameter)].name;
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
		Ref parameter;
		bool transposed, first = k == n->attr.sum.addends;
		const CellArg *x = cell_vector(c, n, k);
		cell_product(c, n, k, &parameter, &transposed);
		bool across = transposed && !c->packed; /* the matrix lies the other way */
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

/* Whether a segment is what the registers of a microcontroller hold: its sums are taken where they are wanted, in z. */
static bool
is_small(const Writer *w, const CellSegment *s)
{
	int64_t lanes = s->n * w->c->unit;
	return w->c->g->small && w->c->packed && w->rows == 1 && lanes > 1 && lanes <= SCALAR_LANES;
}

/* Whether the weights of a small cell are read from the first to the last. */
static bool
is_walked(const Writer *w)
{
	const Cell *c = w->c;
	bool walked = c->rows == 1 && !c->backward;
	for (int i = 0; i < c->segment.n; i++)
		walked &= is_small(w, &c->segment.v[i]);
	return walked;
}

/* What the sums of a small segment start from; q is then behind it. */
static void
write_small_start(const Writer *w, const CellSegment *s, const char *z, const char *q, int64_t lanes)
{
	if (s->values)
		write_values(w, s);
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

static void
write_small_segment(const Writer *w, const CellSegment *s)
{
	const Cell *c = w->c;
	const Node *n = c->g->node.v[c->sum.v[s->first].node];
	int64_t lanes = s->n * c->unit;
	const char *z = z_offset(w, 0, s->first), *q = is_walked(w) ? "q" : arena_printf(c->e->arena, "q%d", s->first);
	const char *at = s->at ? arena_printf(c->e->arena, " + %" PRId64, s->at) : "";
	text_add(w->t, is_walked(w) ? "\t\tq = NN_SPEED(" : "\t\tconst float *%s = ", q);
	text_add(w->t, "w + u / %" PRId64 " * %" PRId64 "%s%s;\n", c->unit, c->panel, at, is_walked(w) ? ", q)" : "");
	write_small_start(w, s, z, q, lanes);
	for (int k = n->attr.sum.addends; k < n->nin; k += 2) {
		const CellArg *x = cell_vector(c, n, k);
		text_add(w->t, "\t\t%s = %s(%sz, %s, ", q, c_rows(c->e, lanes), z, q);
		text_add(w->t, "%s%s, %" PRId64 ");\n", row_offset(w, x, 0), x->name, x->count);
	}
	if (!is_walked(w))
		text_add(w->t, "\t\t(void)%s;\n", q);
}

static void
write_segment(const Writer *w, int segment)
{
	const Cell *c = w->c;
	const CellSegment *s = &c->segment.v[segment];
	const char *lanes = lanes_name(w, segment);
	if (is_small(w, s)) {
		write_small_segment(w, s);
		return;
	}
	const char *all = s->n == 1 ? "UNITS" : arena_printf(c->e->arena, "%d * UNITS", s->n);
	if (s->values)
		write_values(w, s);
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
static void
write_dots(const Writer *w, const CellSegment *s)
{
	const Cell *c = w->c;
	const Node *sum = c->g->node.v[c->sum.v[s->first].node];
	const CellArg *x = cell_vector(c, sum, sum->attr.sum.addends);
	int n = dots_at_a_time(c, s, w->dots), all = w->rows * n;
	int64_t whole = x->count / DOT * DOT, lanes = s->n * c->width;
	const char *at = s->at ? arena_printf(c->e->arena, "%" PRId64 " + ", s->at) : "";
	if (s->values)
		write_values(w, s);
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
			write_dots(w, &c->segment.v[i]);
		else
			write_segment(w, i);
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

/* Rows at a time: as many as share the weights well. */
static int
rows_at_a_time(const Cell *c)
{
	int sets = cell_sets(c);
	if (c->rows < 4 || !c->sum.n || c->dots)
		return 1;
	return sets > 1 ? 4 / sets : c->rows % 4 && c->rows % 5 == 0 ? 5 : 4;
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
	int rows = rows_at_a_time(c);
	Writer w = {.c = c, .t = t, .rows = rows, .dots = DOTS};
	w.blocks = rows == 1 && c->sum.n && !c->dots && !c->g->small;
	write_arguments(&w);
	if (!c->sum.n) {
		write_rows(&w, 0, c->rows);
		text_add(t, "}\n");
		return;
	}
	write_sizes(&w);
	if (is_walked(&w))
		text_add(t, "\tconst float *q = w;\n");
	if (c->backward)
		text_add(t, "\tfor (int u = %" PRId64 " - UNITS; u >= 0; u -= UNITS) {\n", c->unit * cell_panels(c));
	else
		text_add(t, "\tfor (int u = 0; u < %" PRId64 "; u += UNITS) {\n", c->width);
	if (c->dots && dot_rows(c) > 1) {
		Writer many = w;
		many.rows = dot_rows(c);
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
