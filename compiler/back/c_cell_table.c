/* c_cell_table.c: the weights of a cell in the order in which its kernel reads them.
 *
 * [panel][segment][bias, then k of each vector][sum][lane of the panel]: the inner loop of the kernel walks contiguous
 * floats. Scales and the sum of several biases are folded in. A panel is what is computed at a time on a host; lanes
 * behind the last one are zero. */
#include "c_cell.h"
#include <assert.h>
#include <string.h>

static int64_t
segment_rows(const Cell *c, const CellSegment *s)
{
	const Node *n = c->g->node.v[c->sum.v[s->first].node];
	int64_t rows = s->bias;
	for (int k = n->attr.sum.addends; k < n->nin; k += 2)
		rows += cell_node(c, sum_vector(c->g, n, k))->shape.dim[0];
	return rows;
}

void
cell_table_layout(Cell *c)
{
	c->panel = 0;
	for (int i = 0; i < c->segment.n; i++) {
		CellSegment *s = &c->segment.v[i];
		s->at = c->panel;
		c->panel += segment_rows(c, s) * s->n * c->unit;
	}
}

static float
bias_of(const Cell *c, const Node *sum, int64_t lane)
{
	double v = 0;
	for (int k = 0; k < sum->attr.sum.addends; k++) {
		const Node *n = cell_node(c, sum->in[k]);
		if (n->op == OP_PARAM)
			v += (double)c->g->param.v[n->attr.index].value[lane];
	}
	return (float)(v * sum_scale(sum));
}

static float
weight_of(const Cell *c, const Node *sum, int k, int64_t row, int64_t lane)
{
	const float *w = c->g->param.v[cell_node(c, sum_matrix(c->g, sum, k))->attr.index].value;
	int64_t inner = cell_node(c, sum_vector(c->g, sum, k))->shape.dim[0];
	bool transposed = cell_node(c, sum->in[k])->shape.rank == 2; /* W * v */
	float x = transposed ? w[lane * inner + row] : w[row * c->width + lane];
	return (float)((double)x * sum_scale(sum));
}

/* One row of a segment: k < 0: the bias. */
static float *
fill_row(const Cell *c, const CellSegment *s, int64_t lane0, int k, int64_t row, float *out)
{
	for (int i = s->first; i < s->first + s->n; i++)
		for (int64_t l = lane0; l < lane0 + c->unit; l++) {
			const Node *sum = c->g->node.v[c->sum.v[i].node];
			int product = k < 0 ? k : sum->attr.sum.addends + k;
			*out++ = l >= c->width ? 0.0f : k < 0 ? bias_of(c, sum, l) : weight_of(c, sum, product, row, l);
		}
	return out;
}

/* Lane by lane its weights along k, then the biases. */
static float *
fill_dots(const Cell *c, const CellSegment *s, float *out)
{
	for (int i = s->first; i < s->first + s->n; i++)
		for (int64_t l = 0; l < c->width; l++) {
			const Node *sum = c->g->node.v[c->sum.v[i].node];
			int64_t rows = segment_rows(c, s) - s->bias;
			for (int64_t row = 0; row < rows; row++)
				*out++ = weight_of(c, sum, sum->attr.sum.addends, row, l);
		}
	for (int i = s->first; i < s->first + s->n && s->bias; i++)
		for (int64_t l = 0; l < c->width; l++)
			*out++ = bias_of(c, c->g->node.v[c->sum.v[i].node], l);
	return out;
}

static void
fill(const Cell *c, float *out)
{
	for (int64_t p = 0; p < cell_panels(c); p++)
		for (int i = 0; i < c->segment.n; i++) {
			const CellSegment *s = &c->segment.v[i];
			const Node *n = c->g->node.v[c->sum.v[s->first].node];
			if (c->dots) {
				out = fill_dots(c, s, out);
				continue;
			}
			if (s->bias)
				out = fill_row(c, s, p * c->unit, -1, 0, out);
			for (int k = n->attr.sum.addends; k < n->nin; k += 2) {
				int64_t inner = cell_node(c, sum_vector(c->g, n, k))->shape.dim[0];
				for (int64_t row = 0; row < inner; row++)
					out = fill_row(c, s, p * c->unit, k - n->attr.sum.addends, row, out);
			}
		}
}

/* Tables are one if they hold the same parameters in the same order. */
static uint64_t
table_key(const Cell *c, Text *key)
{
	text_put(key, (const char *)&c->unit, sizeof c->unit);
	text_put(key, (const char *)&c->dots, sizeof c->dots);
	for (int i = 0; i < c->sum.n; i++) {
		const Node *n = c->g->node.v[c->sum.v[i].node];
		text_put(key, (const char *)&n->attr.sum, sizeof n->attr.sum);
		for (int k = 0; k < n->nin; k++) {
			const Node *in = cell_node(c, n->in[k]);
			int32_t id = in->op == OP_PARAM ? in->attr.index : -1 - in->shape.dim[0];
			text_put(key, (const char *)&id, sizeof id);
		}
	}
	return hash_bytes(HASH_SEED, key->v, key->n);
}

/* "Wxi, Whi, bi; …": what is in it, for the comment. */
static const char *
table_contents(const Cell *c)
{
	static const char *const scale_text[] = {
		[SCALE_ONE] = "", [SCALE_HALF] = "½ ", [SCALE_LOGISTIC] = "-log2 e ", [SCALE_TANH] = "-2 log2 e "};
	Text t = {0};
	for (int i = 0; i < c->sum.n; i++) {
		const Node *n = c->g->node.v[c->sum.v[i].node];
		const char *separator = i ? "; " : "";
		for (int k = 0; k < n->nin; k++) {
			const Node *in = cell_node(c, n->in[k]);
			if (in->op != OP_PARAM)
				continue;
			const char *name = c->g->param.v[in->attr.index].name;
			text_add(&t, "%s%s%s", separator, scale_text[n->attr.sum.scale],
				 c_comment(c->e->arena, name, (int)strlen(name)));
			separator = ", ";
		}
	}
	const char *s = arena_strndup(c->e->arena, t.v ? t.v : "", t.n);
	text_free(&t);
	return s;
}

const char *
cell_table(const Cell *c)
{
	C *own = c->e->own;
	Arena *a = c->e->arena;
	Text key = {0};
	uint64_t hash = table_key(c, &key);
	for (int i = 0; i < own->table.n; i++) {
		const Packed *t = &own->table.v[i];
		if (t->hash == hash && t->nkey == key.n && memcmp(t->key, key.v, key.n) == 0) {
			text_free(&key);
			return t->name;
		}
	}
	Packed *t = table_push(a, &own->table);
	t->hash = hash;
	t->nkey = key.n;
	t->key = arena_strndup(a, key.v, key.n);
	t->n = c->panel * cell_panels(c);
	t->value = arena_alloc(a, (size_t)t->n * sizeof *t->value);
	fill(c, t->value);
	t->contents = table_contents(c);
	t->shape = arena_printf(a, "[%lld][%lld]", (long long)cell_panels(c), (long long)c->panel);
	t->name = c_unique(a, &own->names, arena_printf(a, "%s_weights%d", c->e->prefix, own->table.n));
	text_free(&key);
	return t->name;
}
