/* grid_route.c: gives the levels their heights and draws the edges of a cell.
 *
 * Lines run down and across only. Between two levels is a channel; each value that moves sideways in it has a track of
 * its own there, so that no two lines lie on each other. What comes from the edge of the column runs up or down on a
 * rail beside the boxes. */
#include "grid_parts.h"
#include <stdlib.h>
#include <string.h>

enum {
	PAD = 10,
	TRACK = 6,
	CHANNEL = 14,
	BAND_PAD = 8,
	BAND_GAP = 8,
	RAIL = 7,
	RAILS_MAX = 64,
	NEIGHBOURS = 256, /* nets of a channel that a track is compared with */
	CHIP_HEIGHT = 18,
	CHIP_STEP = 22,
	LABEL_HEIGHT = 26,
	CHIP_COLUMNS = 3,
};

/* A value in a channel: from one place to others. */
typedef struct {
	int32_t channel, row;
	double from, low, high; /* across */
	int32_t track, y;
} Net;

typedef struct {
	Grid *grid;
	TABLE(Net) net;
	GridMap *net_at;     /* (item, -1) or (row, channel) → net */
	int32_t *tracks;     /* per channel */
	int32_t *top;        /* per level: y of its boxes */
	int32_t *channel_y;  /* per channel: where its tracks begin */
	int32_t *rail;       /* per row: its rail, or -1 */
	int32_t left, right; /* rails */
	double rail_left, rail_right;
} Router;

static bool
from_right(const Grid *grid, int32_t row)
{
	return grid->rows.v[row].kind == ROW_FUTURE;
}

/* What a row's rail runs over, in half levels: channels are even, boxes odd. */
typedef struct {
	int32_t row, low, high;
} Extent;

static int
compare_extents(const void *a, const void *b)
{
	const Extent *x = a, *y = b;
	return x->low != y->low ? (x->low > y->low) - (x->low < y->low) : (x->row > y->row) - (x->row < y->row);
}

static int32_t
find_extents(Router *r, Extent *of)
{
	const Grid *grid = r->grid;
	int32_t n = 0;
	for (int32_t i = 0; i < grid->edges.n; i++) {
		const GridEdge *e = &grid->edges.v[i];
		if (!grid->parts->rail[i])
			continue;
		int32_t *k = &r->rail[e->from], at = 2 * grid->rows.v[e->to].level;
		if (*k < 0) {
			int32_t start =
				2 * grid->rows.v[e->from].level + (grid->rows.v[e->from].kind == ROW_NODE ? 2 : 1);
			*k = n;
			of[n++] = (Extent){e->from, start, start};
		}
		of[*k].low = at < of[*k].low ? at : of[*k].low;
		of[*k].high = at > of[*k].high ? at : of[*k].high;
	}
	return n;
}

/* Rails that do not overlap share a lane. */
static void
place_rails(Router *r)
{
	const Grid *grid = r->grid;
	Extent *of = arena_alloc(grid->arena, ((size_t)grid->rows.n + 1) * sizeof *of);
	int32_t end[2][RAILS_MAX], n;
	for (int i = 0; i < 2 * RAILS_MAX; i++)
		end[i / RAILS_MAX][i % RAILS_MAX] = -1;
	for (int32_t i = 0; i < grid->rows.n; i++)
		r->rail[i] = -1;
	n = find_extents(r, of);
	qsort(of, (size_t)n, sizeof *of, compare_extents);
	for (int32_t i = 0; i < n; i++) {
		bool right = from_right(grid, of[i].row);
		int32_t lane = 0;
		while (lane < RAILS_MAX - 1 && end[right][lane] >= of[i].low)
			lane++;
		end[right][lane] = of[i].high;
		r->rail[of[i].row] = lane;
		int32_t *lanes = right ? &r->right : &r->left;
		*lanes = lane >= *lanes ? lane + 1 : *lanes;
	}
}

static double
rail_x(const Router *r, int32_t row)
{
	return from_right(r->grid, row) ? r->rail_right + RAIL * r->rail[row]
					: r->rail_left + RAIL * (r->left - 1 - r->rail[row]);
}

static void
place_columns(Router *r)
{
	Grid *grid = r->grid;
	int32_t past = 0, future = 0, store = 0;
	for (int32_t i = 0; i < grid->rows.n; i++) {
		const GridRow *row = &grid->rows.v[i];
		int32_t *widest = row->kind == ROW_PAST ? &past : row->kind == ROW_FUTURE ? &future : &store;
		if (row->kind != ROW_NODE && row->w > *widest)
			*widest = row->w;
	}
	r->rail_left = PAD + past + (past ? PAD : 0);
	double nodes = r->rail_left + (r->left ? r->left * RAIL + PAD / 2 : 0);
	for (int32_t i = 0; i < grid->parts->items.n; i++)
		grid->parts->items.v[i].x += nodes;
	double end = nodes + grid->parts->nodes_width;
	r->rail_right = end + PAD;
	int32_t futures = (int32_t)(r->right ? r->rail_right + r->right * RAIL : end) + PAD;
	grid->width = future ? futures + future + PAD : (int32_t)end + PAD;
	grid->stores_width = store ? store + 34 : 0;
	for (int32_t i = 0; i < grid->rows.n; i++) {
		GridRow *row = &grid->rows.v[i];
		if (row->kind == ROW_NODE) {
			const GridItem *item = &grid->parts->items.v[grid->parts->item[i]];
			row->x = (int32_t)(item->x - item->w / 2.0);
		} else {
			row->x = row->kind == ROW_PAST ? PAD : row->kind == ROW_FUTURE ? futures : grid->width + 28;
		}
	}
}

static Net *
net_of(Router *r, int32_t a, int32_t b, int32_t channel, int32_t row, double from)
{
	int32_t i = grid_map_get(r->net_at, a, b);
	if (i < 0) {
		i = r->net.n;
		grid_map_set(r->net_at, a, b, i);
		*table_push(r->grid->arena, &r->net) = (Net){channel, row, from, from, from, -1, 0};
	}
	return &r->net.v[i];
}

static void
net_reach(Net *n, double x)
{
	n->low = x < n->low ? x : n->low;
	n->high = x > n->high ? x : n->high;
}

static double
port_x(const Grid *grid, const GridEdge *e)
{
	return grid->parts->items.v[grid->parts->item[e->to]].x + e->port;
}

/* Keys of net_at: links by their upper item, rails by row and channel; rows are shifted so that the two differ. */
static Net *
item_net(Router *r, int32_t item)
{
	const GridItem *from = &r->grid->parts->items.v[item];
	return net_of(r, item, -1, from->level + 1, from->row, from->x);
}

static Net *
rail_net(Router *r, int32_t row, int32_t channel)
{
	return net_of(r, row, channel, channel, row, rail_x(r, row));
}

static void
make_nets(Router *r)
{
	Grid *grid = r->grid;
	const GridParts *parts = grid->parts;
	for (int32_t i = 0; i < parts->links.n; i++) {
		const GridLink *link = &parts->links.v[i];
		net_reach(item_net(r, link->from),
			  link->edge >= 0 ? port_x(grid, &grid->edges.v[link->edge]) : parts->items.v[link->to].x);
	}
	for (int32_t i = 0; i < grid->edges.n; i++) {
		const GridEdge *e = &grid->edges.v[i];
		if (!parts->rail[i])
			continue;
		net_reach(rail_net(r, e->from, grid->rows.v[e->to].level), port_x(grid, e));
		if (grid->rows.v[e->from].kind == ROW_NODE)
			net_reach(rail_net(r, e->from, grid->rows.v[e->from].level + 1),
				  parts->items.v[parts->item[e->from]].x);
	}
}

/* In this order lines that go the same way do not cross: rightward ones from the right, then leftward ones. */
static int
compare_nets(const void *a, const void *b)
{
	const Net *x = *(const Net *const *)a, *y = *(const Net *const *)b;
	bool x_left = x->from - x->low > x->high - x->from, y_left = y->from - y->low > y->high - y->from;
	if (x->channel != y->channel)
		return x->channel < y->channel ? -1 : 1;
	if (x_left != y_left)
		return x_left ? 1 : -1;
	if (x->from != y->from)
		return (x->from < y->from) == x_left ? -1 : 1;
	return x->row - y->row;
}

static void
place_tracks(Router *r)
{
	Net **net = arena_alloc(r->grid->arena, ((size_t)r->net.n + 1) * sizeof *net);
	for (int32_t i = 0; i < r->net.n; i++)
		net[i] = &r->net.v[i];
	qsort(net, (size_t)r->net.n, sizeof *net, compare_nets);
	for (int32_t i = 0; i < r->net.n; i++) {
		Net *n = net[i];
		if (n->low == n->high)
			continue;
		n->track = 0;
		for (int32_t k = i - 1; k >= 0 && k >= i - NEIGHBOURS && net[k]->channel == n->channel; k--)
			if (net[k]->track >= n->track && net[k]->low <= n->high + TRACK &&
			    n->low <= net[k]->high + TRACK)
				n->track = net[k]->track + 1;
		if (n->track >= r->tracks[n->channel])
			r->tracks[n->channel] = n->track + 1;
	}
}

static void
place_levels(Router *r)
{
	Grid *grid = r->grid;
	int32_t y = 0;
	for (int32_t b = 0; b < grid->bands.n; b++) {
		GridBand *band = &grid->bands.v[b];
		band->y = y;
		y += BAND_PAD;
		for (int32_t l = band->first; l < band->first + band->levels; l++) {
			r->channel_y[l] = y + (l > band->first || b ? 4 : 0);
			y += r->tracks[l] ? CHANNEL + r->tracks[l] * TRACK : l > band->first ? CHANNEL : 0;
			r->top[l] = y;
			y += GRID_NODE_HEIGHT;
		}
		r->channel_y[band->first + band->levels] = y;
		int32_t chips = (band->weights + CHIP_COLUMNS - 1) / CHIP_COLUMNS;
		int32_t least = chips ? chips * CHIP_STEP + LABEL_HEIGHT : 0;
		y += BAND_PAD;
		y += y - band->y < least ? least - (y - band->y) : 0;
		band->h = y - band->y;
		y += BAND_GAP;
	}
	int32_t below = r->tracks[grid->parts->levels] * TRACK;
	grid->height = y - BAND_GAP + (below ? below + TRACK : 0);
	for (int32_t i = 0; i < r->net.n; i++)
		r->net.v[i].y = r->channel_y[r->net.v[i].channel] + r->net.v[i].track * TRACK + TRACK / 2;
	for (int32_t i = 0; i < grid->rows.n; i++)
		grid->rows.v[i].y = r->top[grid->rows.v[i].level];
}

/* Points of a line, and the line with rounded corners. */
typedef struct {
	double x[64 + 2], y[64 + 2];
	int n;
} Line;

static void
line_to(Line *l, double x, double y)
{
	if (l->n && l->x[l->n - 1] == x && l->y[l->n - 1] == y)
		return;
	if (l->n > 1 && l->x[l->n - 1] == x && l->x[l->n - 2] == x)
		l->n--; /* straight on */
	if (l->n < COUNT(l->x)) {
		l->x[l->n] = x;
		l->y[l->n++] = y;
	}
}

static double
size_of(double v)
{
	return v < 0 ? -v : v;
}

static double
toward(double from, double to, double most)
{
	double d = to - from;
	return size_of(d) <= most ? to : from + (d < 0 ? -most : most);
}

static const char *
line_path(Arena *a, const Line *l)
{
	Text t = {0};
	text_add(&t, "M%g %g", l->x[0], l->y[0]);
	for (int i = 1; i < l->n - 1; i++) {
		double before = size_of(l->x[i] - l->x[i - 1]) + size_of(l->y[i] - l->y[i - 1]);
		double after = size_of(l->x[i + 1] - l->x[i]) + size_of(l->y[i + 1] - l->y[i]);
		double radius = (before < after ? before : after) / 2;
		radius = radius > 5 ? 5 : radius;
		text_add(&t, "L%g %gQ%g %g %g %g", toward(l->x[i], l->x[i - 1], radius),
			 toward(l->y[i], l->y[i - 1], radius), l->x[i], l->y[i], toward(l->x[i], l->x[i + 1], radius),
			 toward(l->y[i], l->y[i + 1], radius));
	}
	text_add(&t, "L%g %g", l->x[l->n - 1], l->y[l->n - 1]);
	const char *path = arena_strndup(a, t.v, t.n);
	text_free(&t);
	return path;
}

static void
line_across(Line *l, const Net *n, double x)
{
	line_to(l, l->x[l->n - 1], n->y);
	line_to(l, x, n->y);
}

static void
draw_rail(Router *r, Line *l, const GridEdge *e)
{
	const Grid *grid = r->grid;
	const GridRow *from = &grid->rows.v[e->from];
	double rail = rail_x(r, e->from);
	if (from->kind == ROW_NODE) {
		line_to(l, grid->parts->items.v[grid->parts->item[e->from]].x, from->y + GRID_NODE_HEIGHT);
		line_across(l, rail_net(r, e->from, from->level + 1), rail);
	} else {
		line_to(l, from->kind == ROW_PAST ? from->x + from->w : from->x, from->y + GRID_NODE_HEIGHT / 2.0);
		line_to(l, rail, from->y + GRID_NODE_HEIGHT / 2.0);
	}
	line_across(l, rail_net(r, e->from, grid->rows.v[e->to].level), port_x(grid, e));
}

static void
draw_levels(Router *r, Line *l, const GridEdge *e)
{
	const Grid *grid = r->grid;
	int32_t item = grid->parts->item[e->from], last = grid_carrier(grid, e);
	line_to(l, grid->parts->items.v[item].x, grid->rows.v[e->from].y + GRID_NODE_HEIGHT);
	while (item != last) {
		int32_t bend = grid->parts->items.v[item].bend ? item + 1 : grid->parts->bend[e->from];
		double x = grid->parts->items.v[bend].x;
		if (x != grid->parts->items.v[item].x)
			line_across(l, item_net(r, item), x);
		item = bend;
	}
	double x = port_x(grid, e);
	if (x != grid->parts->items.v[item].x)
		line_across(l, item_net(r, item), x);
}

static void
draw_edges(Router *r)
{
	Grid *grid = r->grid;
	for (int32_t i = 0; i < grid->edges.n; i++) {
		GridEdge *e = &grid->edges.v[i];
		Line l = {.n = 0};
		if (grid->parts->rail[i])
			draw_rail(r, &l, e);
		else
			draw_levels(r, &l, e);
		line_to(&l, port_x(grid, e), grid->rows.v[e->to].y);
		e->path = line_path(grid->arena, &l);
	}
}

/* Where a band holds several layers, with the part of the path that the band's own layer lacks: "align.W". */
static const char *
weight_name(const Grid *grid, const Node *n, const GridBand *band)
{
	const char *name = node_called(grid->g, n);
	name = *name ? name : node_label(grid->arena, grid->g, n);
	const char *layer = grid_layer(grid->arena, n->path, false);
	size_t own = strlen(band->layer);
	if (n->op != OP_PARAM || strncmp(layer, band->layer, own) != 0 || (own && layer[own] != '.'))
		return name;
	layer += own ? own + 1 : 0;
	return *layer ? arena_printf(grid->arena, "%s.%s", layer, name) : name;
}

/* Weights stand in the band of the first that uses them. */
static void
find_weights(Grid *grid)
{
	const Graph *g = grid->g;
	int32_t *band = arena_alloc(grid->arena, ((size_t)g->node.n + 1) * sizeof *band);
	for (int32_t i = g->node.n - 1; i >= 0; i--) {
		const Node *n = g->node.v[i];
		int32_t own = grid->row[i] >= 0 ? grid->rows.v[grid->row[i]].band + 1 : band[i];
		for (int k = 0; k < n->nin && own; k++)
			if (node_is_once(g, g->node.v[n->in[k].i]))
				band[n->in[k].i] = own;
	}
	for (int32_t i = 0; i < g->node.n; i++) {
		const Node *n = g->node.v[i];
		if (!node_is_once(g, n) || n->op == OP_CONST)
			continue;
		const char *name = weight_name(grid, n, &grid->bands.v[band[i] ? band[i] - 1 : 0]);
		GridBand *in = &grid->bands.v[band[i] ? band[i] - 1 : 0];
		int32_t width = grid_text_width(name) * 15 / 14 + 16; /* bold; the shape is smaller */
		width += grid_text_width(shape_text(grid->arena, n->shape));
		in->weights++;
		in->chip = width > in->chip ? width : in->chip;
		*table_push(grid->arena, &grid->weights) =
			(GridWeight){.node = {i}, .band = (int32_t)(in - grid->bands.v), .label = name};
	}
}

/* Chips in up to three columns below the band's label. */
static void
place_weights(Grid *grid)
{
	int32_t *put = arena_alloc(grid->arena, ((size_t)grid->bands.n + 1) * sizeof *put);
	grid->weights_width = 90;
	for (int32_t i = 0; i < grid->weights.n; i++) {
		GridWeight *w = &grid->weights.v[i];
		const GridBand *band = &grid->bands.v[w->band];
		int32_t fit = (band->h - LABEL_HEIGHT) / CHIP_STEP, columns = (band->weights + fit - 1) / fit;
		int32_t k = put[w->band]++, rows = (band->weights + columns - 1) / columns;
		w->x = PAD + k / rows * (band->chip + 6);
		w->y = band->y + LABEL_HEIGHT + k % rows * CHIP_STEP;
		w->w = band->chip;
		if (w->x + w->w + PAD > grid->weights_width)
			grid->weights_width = w->x + w->w + PAD;
	}
	for (int32_t b = 0; b < grid->bands.n; b++) {
		int32_t width = grid_text_width(grid->bands.v[b].label) + 3 * PAD;
		grid->weights_width = width > grid->weights_width ? width : grid->weights_width;
	}
}

void
grid_route(Grid *grid)
{
	size_t levels = (size_t)grid->parts->levels + 2;
	Router r = {.grid = grid,
		    .net_at = grid_map_new(grid->arena),
		    .tracks = arena_alloc(grid->arena, levels * sizeof *r.tracks),
		    .top = arena_alloc(grid->arena, levels * sizeof *r.top),
		    .channel_y = arena_alloc(grid->arena, levels * sizeof *r.channel_y),
		    .rail = arena_alloc(grid->arena, ((size_t)grid->rows.n + 1) * sizeof *r.rail)};
	place_rails(&r);
	place_columns(&r);
	make_nets(&r);
	place_tracks(&r);
	find_weights(grid);
	place_levels(&r);
	place_weights(grid);
	draw_edges(&r);
}
