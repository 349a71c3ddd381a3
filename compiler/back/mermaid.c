/* mermaid.c: the back end for Mermaid, which Markdown pages draw: a subgraph per time step.
 *
 * Mermaid refuses more than some hundred lines, so weights are named in the boxes and a long window is folded, as in
 * the SVG. */
#include "picture.h"
#include "../ops.h"
#include <inttypes.h>
#include <string.h>

static void
mermaid_box(Emit *e, const char *id, const char *label, const char *open, const char *close, Look look)
{
	text_add(&e->text, "    %s%s\"", id, open);
	escape(&e->text, SINK_MERMAID, label);
	text_add(&e->text, "\"%s:::%s\n", close, look_name(look));
}

static const char *
row_text(Emit *e, const GridRow *r)
{
	return arena_printf(e->arena, "%s%s%s", r->label, *r->label && *r->name ? " " : "", r->name);
}

/* A value of another step gets a box of its own in the column that uses it. */
static const char *
row_id(Emit *e, int32_t row, int32_t column)
{
	return arena_printf(e->arena, "r%" PRId32 "s%" PRId32, row, column);
}

static void
mermaid_column(Emit *e, const Grid *grid, int32_t column, int32_t *stamp)
{
	const Graph *g = grid->g;
	text_add(&e->text, "  subgraph s%" PRId32 "[\"", column);
	text_add(&e->text, g->steps ? "step %" PRId32 "\"]\n" : "every step\"]\n", column);
	for (int32_t k = grid->first[column]; k < grid->first[column + 1]; k++) {
		Ref r = {grid->node[k]};
		const Node *n = graph_node(g, r);
		const GridRow *row = &grid->rows.v[grid->row[r.i]];
		mermaid_box(e, row_id(e, grid->row[r.i], column), row_text(e, row), "[", "]",
			    row->kind == ROW_STORE ? LOOK_STATE : op_look((Op)n->op));
		for (int q = 0; q < n->nin; q++) {
			int32_t from = n->op == OP_UPDATE ? -1 : grid_operand(grid, r, q);
			if (from < 0 || grid->rows.v[from].kind == ROW_NODE || stamp[from] == column + 1)
				continue;
			stamp[from] = column + 1;
			mermaid_box(e, row_id(e, from, column), row_text(e, &grid->rows.v[from]), "([", "])",
				    LOOK_STATE);
		}
	}
	text_add(&e->text, "  end\n");
}

static void
mermaid_tie(Emit *e, const Grid *grid, int32_t row, int32_t column)
{
	const GridRow *r = &grid->rows.v[row];
	int32_t from = column - r->delta;
	if (r->from < 0 || !grid->g->steps || from < 0 || from >= grid->columns)
		return;
	const char *source = picture_shows(grid->columns, from) ? row_id(e, r->from, from) : "more";
	text_add(&e->text, "  %s ==> %s\n", source, row_id(e, row, column));
}

static void
mermaid_edges(Emit *e, const Grid *grid, int32_t column, int32_t *stamp)
{
	for (int32_t k = grid->first[column]; k < grid->first[column + 1]; k++) {
		Ref r = {grid->node[k]};
		const Node *n = graph_node(grid->g, r);
		const GridRow *row = &grid->rows.v[grid->row[r.i]];
		if (n->op == OP_UPDATE && row->from >= 0)
			text_add(&e->text, "  %s ==> %s\n", row_id(e, row->from, column),
				 row_id(e, grid->row[r.i], column));
		for (int q = 0; q < n->nin && n->op != OP_UPDATE; q++) {
			int32_t from = grid_operand(grid, r, q);
			if (from < 0)
				continue;
			text_add(&e->text, "  %s --> %s\n", row_id(e, from, column), row_id(e, grid->row[r.i], column));
			if (grid->rows.v[from].kind != ROW_NODE && stamp[from] != column + 1)
				mermaid_tie(e, grid, from, column);
			stamp[from] = column + 1;
		}
	}
}

static void
mermaid_classes(Emit *e)
{
	static const char *const style[LOOK_COUNT] = {
		[LOOK_INPUT] = "fill:#e2f5e8,stroke:#1f7a45",   [LOOK_OUTPUT] = "fill:#d8f3ef,stroke:#0f766e",
		[LOOK_STATE] = "fill:#efe8fc,stroke:#6d3fc0",   [LOOK_WEIGHT] = "fill:#f7f1e3,stroke:#846517",
		[LOOK_PRODUCT] = "fill:#e0ecfd,stroke:#1f5fbf", [LOOK_SUM] = "fill:#eceef2,stroke:#4b5563",
		[LOOK_CURVE] = "fill:#fdeadb,stroke:#b45309",   [LOOK_REDUCE] = "fill:#fbe3ee,stroke:#b02a6b",
		[LOOK_MOVE] = "fill:#e0f2fa,stroke:#0b6a91",
	};
	for (int look = 0; look < LOOK_COUNT; look++)
		text_add(&e->text, "  classDef %s %s,color:#1f2430\n", look_name((Look)look), style[look]);
}

static void
mermaid_end(Emit *e)
{
	const Grid *grid = grid_new(e->arena, picture_graph(e));
	int32_t *boxes = arena_alloc(e->arena, ((size_t)grid->rows.n + 1) * sizeof *boxes);
	int32_t *ties = arena_alloc(e->arena, ((size_t)grid->rows.n + 1) * sizeof *ties);
	text_add(&e->text, "flowchart TB\n");
	for (int32_t c = 0; c < grid->columns; c++)
		if (picture_shows(grid->columns, c))
			mermaid_column(e, grid, c, boxes);
	if (picture_folded(grid->columns))
		text_add(&e->text, "  more[/\"⋯ %" PRId32 " steps\"/]\n", grid->columns - 3);
	for (int32_t c = 0; c < grid->columns; c++)
		if (picture_shows(grid->columns, c))
			mermaid_edges(e, grid, c, ties);
	mermaid_classes(e);
}

const Backend back_mermaid = {
	.name = "mermaid", .suffix = ".mmd", .what = "a diagram for Markdown", .end = mermaid_end};
