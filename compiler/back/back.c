/* back.c: the list of back ends, the walk they share, and what they all need to know of a node. */
#include "back.h"
#include "../ops.h"
#include <string.h>

static const Backend *const back_table[] = {
	&back_c,    &back_selftest, &back_summary, &back_shapes, &back_ir,      &back_forecast, &back_forecast_json,
	&back_onnx, &back_svg,      &back_html,    &back_dot,    &back_mermaid, &back_json};

const Backend *
back_named(const char *name)
{
	for (int i = 0; i < COUNT(back_table); i++)
		if (strcmp(back_table[i]->name, name) == 0)
			return back_table[i];
	return NULL;
}

const char *
back_names(Arena *a)
{
	const char *names = back_table[0]->name;
	for (int i = 1; i < COUNT(back_table); i++)
		names = arena_printf(a, "%s, %s", names, back_table[i]->name);
	return names;
}

static void
walk(const Backend *b, Emit *e, const Graph *g)
{
	if (b->graph_begin)
		b->graph_begin(e, g);
	for (int32_t i = 0; i < g->node.n && b->node; i++)
		b->node(e, g, (Ref){i});
	if (b->graph_end)
		b->graph_end(e, g);
}

void
back_run(const Backend *b, Emit *e)
{
	if (b->begin)
		b->begin(e);
	if (e->step)
		walk(b, e, e->step);
	if (e->window)
		walk(b, e, e->window);
	if (e->train && b->trains)
		walk(b, e, e->train);
	if (b->end)
		b->end(e);
}

int64_t
node_rows(const Graph *g, const Node *n)
{
	return n->batched ? g->batch : 1;
}

/* Outer products: of each pair, and row of the batch. */
static int64_t
outer_macs(const Graph *g, const Node *n)
{
	int64_t rows = 0;
	for (int k = 0; k < n->nin; k += 2)
		rows += graph_node(g, n->in[k])->batched || graph_node(g, n->in[k + 1])->batched ? g->batch : 1;
	return rows * shape_count(n->shape);
}

int64_t
node_macs(const Graph *g, const Node *n)
{
	int64_t macs = 0;
	for (int k = n->attr.sum.addends; n->op == OP_AFFINE && k < n->nin; k += 2)
		macs += shape_count(graph_node(g, sum_matrix(g, n, k))->shape) * node_rows(g, n);
	if (n->op == OP_OUTER || n->op == OP_OUTERSUM)
		return outer_macs(g, n);
	if (n->op != OP_MATMUL)
		return macs;
	Shape a = g->node.v[n->in[0].i]->shape;
	return shape_count(n->shape) * a.dim[a.rank - 1] * node_rows(g, n);
}

int64_t
graph_macs(const Graph *g)
{
	int64_t n = 0;
	for (int32_t i = 0; i < g->node.n; i++)
		n += node_macs(g, g->node.v[i]);
	return n;
}

int64_t
node_flops(const Graph *g, const Node *n)
{
	if (!op_table[n->op].flops)
		return 0;
	Shape over = n->shape.rank == 0 && n->nin == 1 ? g->node.v[n->in[0].i]->shape : n->shape;
	return op_table[n->op].flops * shape_count(over) * node_rows(g, n);
}

int64_t
graph_weight_bytes(const Graph *g)
{
	int64_t n = 0;
	for (int i = 0; i < g->node.n; i++)
		if (g->node.v[i]->op == OP_PARAM)
			n += shape_count(g->node.v[i]->shape);
	return n * 4;
}

int64_t
graph_state_bytes(const Graph *g)
{
	int64_t n = 0;
	for (int i = 0; i < g->node.n; i++) {
		const Node *u = g->node.v[i];
		if (u->op == OP_UPDATE)
			n += shape_count(g->state.v[u->attr.index].shape) * g->state.v[u->attr.index].depth * g->batch;
	}
	return n * 4;
}

static const char *
source_text(const Emit *e, const Node *n)
{
	Place p = diag_place(e->diag, n->at.lo);
	int len;
	const char *text = diag_text(e->diag, n->at, &len);
	const char *end = memchr(text, '\n', (size_t)len);
	if (end)
		len = (int)(end - text);
	if (len > 72)
		for (len = 72; len && ((unsigned char)text[len] & 0xc0) == 0x80; len--)
			;
	const char *file = path_base(p.file);
	return arena_printf(e->arena, "%s:%d %s", c_comment(e->arena, file, (int)strlen(file)), p.line,
			    c_comment(e->arena, text, len));
}

const char *
node_source(Emit *e, const Node *n)
{
	if (!n->at.hi)
		return n->name ? c_comment(e->arena, n->name, (int)strlen(n->name)) : op_table[n->op].name;
	struct SourceText *seen = &e->seen[(n->at.lo * 31 + n->at.hi) % COUNT(e->seen)];
	if (seen->at.lo != n->at.lo || seen->at.hi != n->at.hi) {
		seen->at = n->at;
		seen->text = source_text(e, n);
	}
	return seen->text;
}

/* Terminal columns of a UTF-8 text. */
static int
text_width(const char *s)
{
	int width = 0;
	const char *end = s + strlen(s);
	while (s < end) {
		int len = 1;
		int32_t c = utf8_decode(s, end, &len);
		width += c < 0 ? 1 : utf8_width(c);
		s += c < 0 ? 1 : len;
	}
	return width;
}

void
text_padded(Text *t, const char *s, int width)
{
	text_add(t, "%s%*s", s, width > text_width(s) ? width - text_width(s) : 0, "");
}
