/* dot.c: the back end for Graphviz: a cluster per time step; weights once, and by name where they are used. A long
 * window is folded, as in the SVG: Graphviz would take minutes over it. */
#include "picture.h"
#include "../ops.h"
#include <inttypes.h>
#include <string.h>

/* Fill, frame and shape of each class. */
static const struct {
	const char *fill, *line, *shape;
} dot_style[LOOK_COUNT] = {
	[LOOK_INPUT] = {"#e2f5e8", "#1f7a45", "box"},   [LOOK_OUTPUT] = {"#d8f3ef", "#0f766e", "box"},
	[LOOK_STATE] = {"#efe8fc", "#6d3fc0", "box"},   [LOOK_WEIGHT] = {"#f7f1e3", "#846517", "note"},
	[LOOK_PRODUCT] = {"#e0ecfd", "#1f5fbf", "box"}, [LOOK_SUM] = {"#eceef2", "#4b5563", "box"},
	[LOOK_CURVE] = {"#fdeadb", "#b45309", "box"},   [LOOK_REDUCE] = {"#fbe3ee", "#b02a6b", "box"},
	[LOOK_MOVE] = {"#e0f2fa", "#0b6a91", "box"},
};

/* "σ keep", or the state's name for what touches a state. */
static const char *
dot_label(Emit *e, const Graph *g, const Node *n)
{
	const char *sign;
	switch ((Op)n->op) {
	case OP_CONST: return arena_printf(e->arena, "%g", n->attr.number);
	case OP_STATE:
	case OP_DELAY:
		return arena_printf(e->arena, "%s{%s%" PRId32 "}", g->state.v[n->attr.slot.state].name,
				    n->attr.slot.depth > 0 ? "−" : "+",
				    n->attr.slot.depth > 0 ? n->attr.slot.depth : -n->attr.slot.depth);
	case OP_INIT: return g->state.v[n->attr.index].name;
	case OP_UPDATE: return arena_printf(e->arena, "%s →", g->state.v[n->attr.index].name);
	case OP_PARAM: return g->param.v[n->attr.index].name;
	default:
		sign = node_label(e->arena, g, n);
		return arena_printf(e->arena, "%s%s%s", sign, *sign && *node_called(g, n) ? " " : "",
				    node_called(g, n));
	}
}

static void
dot_node(Emit *e, const Graph *g, int32_t i)
{
	const Node *n = g->node.v[i];
	Look look = op_look((Op)n->op);
	text_add(&e->text, "\t\tn%" PRId32 " [label=\"", i);
	escape(&e->text, SINK_DOT, dot_label(e, g, n));
	text_add(&e->text, "\\n%s\", tooltip=\"", shape_text(e->arena, n->shape));
	picture_tip(e, g, (Ref){i}, SINK_DOT, "\\n");
	text_add(&e->text, "\", shape=%s, fillcolor=\"%s\", color=\"%s\"];\n", dot_style[look].shape,
		 dot_style[look].fill, dot_style[look].line);
}

/* A node of a folded step is the one box that stands for them all. */
static void
dot_name(Text *t, const Grid *grid, Ref r)
{
	int32_t column = grid_column(grid, r);
	if (column >= 0 && !picture_shows(grid->columns, column))
		text_add(t, "more");
	else
		text_add(t, "n%" PRId32, r.i);
}

static void
dot_edges(Emit *e, const Grid *grid, Ref to)
{
	const Graph *g = grid->g;
	const Node *n = graph_node(g, to);
	for (int k = 0; k < n->nin; k++) {
		const Node *in = graph_node(g, n->in[k]);
		const char *style = "";
		if (node_is_once(g, in) && !node_is_once(g, n))
			continue;
		if (n->op == OP_DELAY)
			style = " [color=\"#6d3fc0\", style=dashed, constraint=false]";
		else if (grid_column(grid, to) != grid_column(grid, n->in[k]))
			style = " [color=\"#6d3fc0\", penwidth=1.6]";
		text_add(&e->text, "\t");
		dot_name(&e->text, grid, n->in[k]);
		text_add(&e->text, " -> ");
		dot_name(&e->text, grid, to);
		text_add(&e->text, "%s;\n", style);
	}
}

/* Of the first folded step, only what comes from before it. */
static void
dot_fold(Emit *e, const Grid *grid)
{
	text_add(&e->text,
		 "\tmore [label=\"⋯\\n%" PRId32 " steps\", shape=box, style=\"dashed,rounded\", color=\"#8a93a3\"];\n",
		 grid->columns - 3);
	for (int32_t k = grid->first[2]; k < grid->first[3]; k++) {
		const Node *n = grid->g->node.v[grid->node[k]];
		for (int i = 0; i < n->nin; i++)
			if (grid_column(grid, n->in[i]) == 1)
				text_add(&e->text, "\tn%" PRId32 " -> more [color=\"#6d3fc0\", penwidth=1.6];\n",
					 n->in[i].i);
	}
}

static void
dot_column(Emit *e, const Grid *grid, int32_t column)
{
	const char *label = grid->g->steps ? arena_printf(e->arena, "step %" PRId32, column) : "every step";
	text_add(&e->text,
		 "\tsubgraph cluster_step%" PRId32 " {\n\t\tlabel=\"%s\"; style=rounded; color=\"#c9ced6\";\n", column,
		 label);
	for (int32_t k = grid->first[column]; k < grid->first[column + 1]; k++)
		dot_node(e, grid->g, grid->node[k]);
	text_add(&e->text, "\t}\n");
}

static void
dot_weights(Emit *e, const Grid *grid)
{
	text_add(&e->text, "\tsubgraph cluster_weights {\n\t\tlabel=\"weights\"; style=rounded; color=\"#c9ced6\";\n");
	for (int i = 0; i < grid->weights.n; i++)
		dot_node(e, grid->g, grid->weights.v[i].node.i);
	text_add(&e->text, "\t}\n");
}

static void
dot_end(Emit *e)
{
	const Grid *grid = grid_new(e->arena, picture_graph(e));
	const Graph *g = grid->g;
	text_add(&e->text, "digraph \"");
	escape(&e->text, SINK_DOT, g->model);
	text_add(&e->text,
		 "\" {\n\trankdir=TB;\n\tnode [style=\"filled,rounded\", fontname=\"sans-serif\", fontsize=11, "
		 "height=0.3];\n\tedge [color=\"#8a93a3\", arrowsize=0.6];\n");
	dot_weights(e, grid);
	for (int32_t i = 0; i < g->node.n; i++)
		if (grid_column(grid, (Ref){i}) < 0 && !node_is_once(g, g->node.v[i]))
			dot_node(e, g, i);
	for (int32_t c = 0; c < grid->columns; c++)
		if (picture_shows(grid->columns, c))
			dot_column(e, grid, c);
	if (picture_folded(grid->columns))
		dot_fold(e, grid);
	for (int32_t i = 0; i < g->node.n; i++)
		if (grid_column(grid, (Ref){i}) < 0 || picture_shows(grid->columns, grid_column(grid, (Ref){i})))
			dot_edges(e, grid, (Ref){i});
	text_add(&e->text, "}\n");
}

const Backend back_dot = {.name = "dot", .suffix = ".dot", .what = "the graph for Graphviz", .end = dot_end};
