/* svg.c: the back end that draws: a grid as SVG, readable in light, dark and print, without a script. */
#include "picture.h"
#include "../embedded.h"
#include "../ops.h"
#include <inttypes.h>
#include <string.h>

enum { MARGIN = 12, HEAD = 26, COLUMN_GAP = 28, FOLD = 84, STUB = 18, LEGEND = 16, LEGEND_ROW = 20 };

typedef struct {
	Emit *e;
	Text *t;
	const Grid *grid;
	int32_t *shown; /* columns */
	int32_t nshown;
	int32_t *left; /* x of each shown column */
	int32_t fold;  /* x of the fold, after the second shown column; 0: none */
	int32_t width, height;
	bool there[LOOK_COUNT];
	int32_t *stamp; /* per row: 1 + the column that has drawn it last */
} Drawing;

static void
put_rect(Drawing *d, const char *class, double x, double y, double w, double h, double round)
{
	text_add(d->t, "<rect%s%s%s x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\" rx=\"%g\"/>", class ? " class=\"" : "",
		 class ? class : "", class ? "\"" : "", x, y, w, h, round);
}

static void
put_text(Drawing *d, const char *class, double x, double y, const char *text)
{
	text_add(d->t, "<text class=\"%s\" x=\"%g\" y=\"%g\">", class, x, y);
	escape(d->t, SINK_XML, text);
	text_add(d->t, "</text>");
}

static void
put_tie(Drawing *d, double from, double to, double y)
{
	text_add(d->t, "<path class=\"tie\" marker-end=\"url(#tie)\" d=\"M%g %gH%g\"/>\n", from, y, to);
}

/* Sign and name in the middle of a box. */
static void
put_label(Drawing *d, double x, double y, const char *sign, const char *name)
{
	text_add(d->t, "<text x=\"%g\" y=\"%g\">", x, y);
	if (*sign) {
		text_add(d->t, "<tspan class=\"sign\">");
		escape(d->t, SINK_XML, sign);
		text_add(d->t, "</tspan>");
	}
	if (*name) {
		text_add(d->t, "<tspan class=\"name\"%s>", *sign ? " dx=\"6\"" : "");
		escape(d->t, SINK_XML, name);
		text_add(d->t, "</tspan>");
	}
	text_add(d->t, "</text>");
}

static void
find_looks(Drawing *d)
{
	const Grid *grid = d->grid;
	for (int32_t r = 0; r < grid->rows.n; r++) {
		Op op = (Op)graph_node(grid->g, grid->rows.v[r].like)->op;
		d->there[grid->rows.v[r].kind == ROW_NODE ? op_look(op) : LOOK_STATE] = true;
	}
	d->there[LOOK_WEIGHT] = grid->weights.n > 0;
}

/* The classes that are there, in as many lines as they take; returns their height. */
static int32_t
put_legend(Drawing *d, bool draw)
{
	int32_t x = MARGIN, y = 0;
	for (int look = 0; look < LOOK_COUNT; look++) {
		const char *what = look_what((Look)look);
		int32_t width = grid_text_width(what) + 40;
		if (!d->there[look])
			continue;
		if (x > MARGIN && x + width > d->width) {
			x = MARGIN;
			y += LEGEND_ROW;
		}
		if (draw) {
			int32_t top = HEAD + d->grid->height + LEGEND + y;
			text_add(d->t, "<g class=\"box %s\">", look_name((Look)look));
			put_rect(d, NULL, x, top, 14, 12, 3);
			text_add(d->t, "</g>");
			put_text(d, "more left", x + 20, top + 6, what);
			text_add(d->t, "\n");
		}
		x += width;
	}
	return y + LEGEND_ROW;
}

static void
place_drawing(Drawing *d)
{
	const Grid *grid = d->grid;
	int32_t x = MARGIN + grid->weights_width + STUB + MARGIN;
	d->shown = arena_alloc(d->e->arena, (PICTURE_COLUMNS + 1) * sizeof *d->shown);
	d->left = arena_alloc(d->e->arena, (PICTURE_COLUMNS + 1) * sizeof *d->left);
	for (int32_t c = 0; c < grid->columns; c += c == 1 && picture_folded(grid->columns) ? grid->columns - 2 : 1) {
		if (d->nshown == 2 && picture_folded(grid->columns)) {
			d->fold = x;
			x += FOLD + COLUMN_GAP;
		}
		d->shown[d->nshown] = c;
		d->left[d->nshown++] = x;
		x += grid->width + COLUMN_GAP;
	}
	d->width = x + (grid->stores_width ? grid->stores_width : STUB - COLUMN_GAP / 2) - COLUMN_GAP / 2 + MARGIN;
	find_looks(d);
	d->height = HEAD + grid->height + LEGEND + put_legend(d, false);
}

static void
put_style(Drawing *d)
{
	text_add(d->t, "<style>\n");
	text_put(d->t, picture_text, picture_size);
	for (int32_t i = 0; i < d->grid->weights.n; i++) {
		int32_t n = d->grid->weights.v[i].node.i;
		text_add(d->t,
			 ".picture:has(.w%" PRId32 ":hover) .w%" PRId32
			 " rect { stroke: var(--pick); stroke-width: 2.5; }\n",
			 n, n);
	}
	text_add(d->t, "</style>\n");
}

static void
put_head(Drawing *d)
{
	const Graph *g = d->grid->g;
	text_add(d->t,
		 "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"picture\" width=\"%" PRId32 "\" height=\"%" PRId32
		 "\" viewBox=\"0 0 %" PRId32 " %" PRId32 "\" role=\"img\">\n<title>",
		 d->width, d->height, d->width, d->height);
	escape(d->t, SINK_XML, d->e->source);
	text_add(d->t, "</title>\n<desc>");
	escape(d->t, SINK_XML, g->model);
	if (g->steps)
		text_add(d->t, ", unrolled over %" PRId32 " steps", g->steps);
	text_add(d->t, ": time steps are columns, layers are bands</desc>\n");
	put_style(d);
	static const char *const tip[][2] = {{"edge", "tip"}, {"tie", "tie-tip"}};
	text_add(d->t, "<defs>");
	for (int i = 0; i < COUNT(tip); i++)
		text_add(d->t,
			 "<marker id=\"%s\" viewBox=\"0 0 6 6\" refX=\"6\" refY=\"3\" markerWidth=\"6\" "
			 "markerHeight=\"6\" "
			 "markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"%s\" d=\"M0 0L6 3L0 "
			 "6z\"/></marker>",
			 tip[i][0], tip[i][1]);
	text_add(d->t, "</defs>\n");
	put_rect(d, "paper", 0, 0, d->width, d->height, 0);
	text_add(d->t, "\n");
}

static void
put_bands(Drawing *d)
{
	const Grid *grid = d->grid;
	for (int32_t b = 0; b < grid->bands.n; b++) {
		const GridBand *band = &grid->bands.v[b];
		put_rect(d, "band", MARGIN, HEAD + band->y, d->width - 2 * MARGIN, band->h, 8);
		put_text(d, "layer left", MARGIN + 10, HEAD + band->y + 14, band->label);
		text_add(d->t, "\n");
	}
	for (int32_t i = 0; i < grid->weights.n; i++) {
		const GridWeight *w = &grid->weights.v[i];
		text_add(d->t, "<g class=\"box weight w%" PRId32 "\"><title>", w->node.i);
		picture_tip(d->e, grid->g, w->node, SINK_XML, "\n");
		text_add(d->t, "</title>");
		put_rect(d, NULL, MARGIN + w->x, HEAD + w->y, w->w, 18, 3);
		const char *shape = shape_text(d->e->arena, graph_node(grid->g, w->node)->shape);
		text_add(d->t, "<text x=\"%g\" y=\"%" PRId32 "\"><tspan class=\"name\">", MARGIN + w->x + w->w / 2.0,
			 HEAD + w->y + 9);
		escape(d->t, SINK_XML, w->label);
		text_add(d->t, "</tspan><tspan class=\"sign\" dx=\"6\">%s</tspan></text></g>\n", shape);
	}
}

/* The weights that a box uses, as classes. */
static void
put_weight_classes(Drawing *d, const Node *n)
{
	const Graph *g = d->grid->g;
	for (int k = 0; k < n->nin; k++) {
		const Node *in = graph_node(g, n->in[k]);
		if (node_is_once(g, in) && in->op != OP_CONST)
			text_add(d->t, " w%" PRId32, n->in[k].i);
	}
}

static void
put_box(Drawing *d, int32_t row, Ref r)
{
	const GridRow *box = &d->grid->rows.v[row];
	const Node *n = graph_node(d->grid->g, r);
	Look look = box->kind == ROW_NODE ? op_look((Op)n->op) : LOOK_STATE;
	text_add(d->t, "<g class=\"box %s", look_name(look));
	if (box->kind == ROW_NODE)
		put_weight_classes(d, n);
	text_add(d->t, "\"><title>");
	picture_tip(d->e, d->grid->g, r, SINK_XML, "\n");
	text_add(d->t, "</title>");
	put_rect(d, NULL, box->x, HEAD + box->y, box->w, GRID_NODE_HEIGHT, box->kind == ROW_NODE ? 4 : 11);
	put_label(d, box->x + box->w / 2.0, HEAD + box->y + GRID_NODE_HEIGHT / 2.0, box->label, box->name);
	text_add(d->t, "</g>\n");
}

static bool
draw_once(Drawing *d, int32_t row, int32_t column)
{
	if (d->stamp[row] == column + 1)
		return false;
	d->stamp[row] = column + 1;
	return true;
}

static void
put_column_edges(Drawing *d, int32_t column)
{
	const Grid *grid = d->grid;
	text_add(d->t, "<g transform=\"translate(0 %d)\">\n", HEAD);
	for (int32_t k = grid->first[column]; k < grid->first[column + 1]; k++) {
		Ref r = {grid->node[k]};
		const Node *n = graph_node(grid->g, r);
		for (int i = 0; i < n->nin && n->op != OP_UPDATE; i++) {
			int32_t from = grid_operand(grid, r, i);
			const GridEdge *e = from >= 0 ? grid_edge(grid, from, grid->row[r.i]) : NULL;
			if (e)
				text_add(d->t, "<path class=\"edge\" marker-end=\"url(#edge)\" d=\"%s\"/>\n", e->path);
		}
	}
	text_add(d->t, "</g>\n");
}

static void
put_column(Drawing *d, int32_t i)
{
	const Grid *grid = d->grid;
	int32_t column = d->shown[i];
	text_add(d->t, "<g class=\"column\" transform=\"translate(%" PRId32 " 0)\">\n", d->left[i]);
	put_text(d, "step", grid->width / 2.0, HEAD / 2.0,
		 grid->g->steps ? arena_printf(d->e->arena, "step %" PRId32, column) : "every step");
	text_add(d->t, "\n");
	put_column_edges(d, column);
	for (int32_t k = grid->first[column]; k < grid->first[column + 1]; k++) {
		Ref r = {grid->node[k]};
		const Node *n = graph_node(grid->g, r);
		put_box(d, grid->row[r.i], r);
		for (int q = 0; q < n->nin && n->op != OP_UPDATE; q++) {
			int32_t from = grid_operand(grid, r, q);
			if (from >= 0 && grid->rows.v[from].kind != ROW_NODE && draw_once(d, from, column))
				put_box(d, from, n->in[q]);
		}
	}
	text_add(d->t, "</g>\n");
}

static double
row_middle(const GridRow *r)
{
	return HEAD + r->y + GRID_NODE_HEIGHT / 2.0;
}

/* Whether column number i of the drawing follows the one before it in time. */
static bool
follows(const Drawing *d, int32_t i)
{
	return i > 0 && d->shown[i] == d->shown[i - 1] + 1;
}

static bool
is_drawn(const Drawing *d, int32_t row, int32_t column)
{
	return d->stamp[row] == column + 1;
}

/* The row of the neighbouring step that an arrow can run straight from, or NULL. */
static const GridRow *
tied_to(const Drawing *d, const GridRow *r)
{
	const GridRow *from = r->from >= 0 ? &d->grid->rows.v[r->from] : NULL;
	bool next = r->kind == ROW_STORE || r->delta == 1 || r->delta == -1;
	return from && next && from->level == r->level ? from : NULL;
}

/* From the step before, from the fold, or from outside. */
static void
put_tie_past(Drawing *d, int32_t i, const GridRow *r)
{
	double to = d->left[i] + r->x, y = row_middle(r);
	const GridRow *from = tied_to(d, r);
	if (from && follows(d, i))
		put_tie(d, d->left[i - 1] + from->x + from->w, to, y);
	else if (from && i > 0)
		put_tie(d, d->fold + FOLD, to, y);
	else
		put_tie(d, d->left[i] - STUB, to, y);
	if (from && i + 1 < d->nshown && !follows(d, i + 1))
		put_tie(d, d->left[i] + from->x + from->w, d->fold, y);
	if (from && !d->grid->g->steps)
		put_tie(d, d->left[i] + from->x + from->w, d->left[i] + d->grid->width + STUB / 2.0, y);
}

static void
put_tie_future(Drawing *d, int32_t i, const GridRow *r)
{
	double to = d->left[i] + r->x + r->w, y = row_middle(r);
	const GridRow *from = tied_to(d, r);
	if (from && i + 1 < d->nshown && follows(d, i + 1))
		put_tie(d, d->left[i + 1] + from->x, to, y);
	else if (from && i + 1 < d->nshown)
		put_tie(d, d->fold, to, y);
	else
		put_tie(d, d->left[i] + d->grid->width + STUB / 2.0, to, y);
	if (from && i > 0 && !follows(d, i))
		put_tie(d, d->left[i] + from->x, d->fold + FOLD, y);
	if (from && !d->grid->g->steps)
		put_tie(d, d->left[i] + from->x, d->left[i] - STUB, y);
}

static void
put_ties(Drawing *d, int32_t i)
{
	const Grid *grid = d->grid;
	for (int32_t row = 0; row < grid->rows.n; row++) {
		const GridRow *r = &grid->rows.v[row];
		if (r->kind == ROW_PAST && is_drawn(d, row, d->shown[i]))
			put_tie_past(d, i, r);
		else if (r->kind == ROW_FUTURE && is_drawn(d, row, d->shown[i]))
			put_tie_future(d, i, r);
		else if (r->kind == ROW_STORE && tied_to(d, r) && i == d->nshown - 1)
			put_tie(d, d->left[i] + tied_to(d, r)->x + tied_to(d, r)->w, d->left[i] + r->x, row_middle(r));
	}
}

static void
put_fold(Drawing *d)
{
	if (!d->fold)
		return;
	put_rect(d, "fold", d->fold, HEAD, FOLD, d->grid->height, 8);
	put_text(d, "more", d->fold + FOLD / 2.0, HEAD + d->grid->height / 2.0 - 8, "⋯");
	put_text(d, "more", d->fold + FOLD / 2.0, HEAD + d->grid->height / 2.0 + 10,
		 arena_printf(d->e->arena, "%" PRId32 " steps", d->grid->columns - 3));
	text_add(d->t, "\n");
}

static void
svg_end(Emit *e)
{
	Drawing d = {.e = e, .t = &e->text, .grid = grid_new(e->arena, picture_graph(e))};
	d.stamp = arena_alloc(e->arena, ((size_t)d.grid->rows.n + 1) * sizeof *d.stamp);
	place_drawing(&d);
	put_head(&d);
	put_bands(&d);
	put_fold(&d);
	for (int32_t i = 0; i < d.nshown; i++) {
		put_column(&d, i);
		put_ties(&d, i);
	}
	put_legend(&d, true);
	text_add(d.t, "</svg>\n");
}

const Backend back_svg = {.name = "svg", .suffix = ".svg", .what = "a drawing: steps are columns", .end = svg_end};
