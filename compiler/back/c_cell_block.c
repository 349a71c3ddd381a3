/* c_cell_block.c: how much a cell's kernel computes at a time, by the registers of the target: NN_BLOCK.
 *
 *   enum { UNITS = NN_BLOCK(40, 40, 40, 4), LANES = NN_BLOCK(160, 80, 40, 16) };
 *
 * UNITS lanes of every sum make a block; LANES of the sums of a segment, side by side, are in registers at a time. */
#include "c_cell_write.h"

/* Floats of accumulators that the registers hold, in one array, in each of those of several rows and of four sets; and
 * of one vector: AVX-512; AVX and 64-bit ARM; SSE and the like; scalar. */
enum { CLASSES = 4 };
static const int64_t one_array[CLASSES] = {192, 80, 40, SCALAR_LANES};
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

/* Accumulators at a time in each array, of `lanes` that stand side by side. gcc unrolls loops of 16 rounds
 * before it vectorises, and then does not; more than the registers hold is the smaller evil. */
static int64_t
lanes_of(int64_t lanes, int class, int rows, int sets)
{
	const int64_t *budget = rows > 1 ? each_row : sets > 1 ? each_set : one_array;
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

const char *
cell_lanes_name(const Writer *w, int segment)
{
	return w->c->segment.n == 1 ? "LANES" : arena_printf(w->c->e->arena, "LANES%d", segment);
}

/* gcc unrolls what fits one vector before it vectorises, and then the loop over k in its place. */
const char *
cell_unroll(const Writer *w, int segment)
{
	const Cell *c = w->c;
	const CellSegment *s = &c->segment.v[segment];
	bool one = lanes_of(s->n * c->unit, 0, w->rows, segment_sets(c, s)) == vector_size[0];
	return one ? "NN_ONE_VECTOR" : "NN_UNROLL";
}

int
cell_dots_at_a_time(const Cell *c, const CellSegment *s, int most)
{
	return (int)largest_divisor(s->n * c->width, most, 1);
}

/* Lanes at a time: all rows go over the weights of a few dot products while these are in the innermost cache. */
static int64_t
dot_units(const Cell *c, int most)
{
	return c->sum.n == 1 ? cell_dots_at_a_time(c, &c->segment.v[0], most) : c->width;
}

int
cell_dot_rows(const Cell *c)
{
	return c->rows < 4 ? 1 : c->rows % 5 == 0 ? 5 : 4;
}

int
cell_rows_at_a_time(const Cell *c)
{
	if (c->rows < 4 || !c->sum.n || c->dots || cell_sets(c) > 1)
		return 1;
	return c->rows % 4 && c->rows % 5 == 0 ? 5 : 4;
}

void
cell_sizes(const Writer *w)
{
	const Cell *c = w->c;
	if (c->dots) {
		int64_t few = dot_units(c, DOTS), many = cell_dot_rows(c) > 1 ? dot_units(c, DOTS_OF_ROWS) : few;
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
		text_add(w->t, ", %s = %s", cell_lanes_name(w, i), pick(w, lanes));
	}
	text_add(w->t, " };\n");
}
