/* json.c: the back end that writes the graph as JSON, and the parts of it that the page takes too.
 *
 * What all steps have in common of a node is said once, in "rows"; a node says which row it is. */
#include "json.h"
#include "../ops.h"
#include <assert.h>
#include <inttypes.h>
#include <string.h>

void
json_string(Text *t, const char *s)
{
	text_add(t, "\"");
	escape(t, SINK_JSON, s);
	text_add(t, "\"");
}

static void
put_key(Text *t, const char *key, const char *value)
{
	text_add(t, "\"%s\":", key);
	json_string(t, value);
}

static void
put_shape(Text *t, Shape s)
{
	if (s.rank < 0) {
		text_add(t, "\"shape\":null");
		return;
	}
	text_add(t, "\"shape\":[");
	for (int i = 0; i < s.rank; i++)
		text_add(t, "%s%" PRId32, i ? "," : "", s.dim[i] > 0 ? s.dim[i] : 0);
	text_add(t, "]");
}

static int
file_number(JsonGraph *j, uint32_t offset, SourceFile *file)
{
	if (!diag_source(j->e->diag, offset, file))
		return -1;
	for (int i = 0; i < j->files->n; i++)
		if (j->files->v[i].first == file->first)
			return i;
	*table_push(j->e->arena, j->files) = *file;
	return j->files->n - 1;
}

/* ,"at":{"file":0,"line":12,"column":9,"from":120,"to":131}; bytes of the file. */
static void
put_span(JsonGraph *j, const char *key, Span at)
{
	SourceFile file;
	int number = at.hi ? file_number(j, at.lo, &file) : -1;
	if (number < 0)
		return;
	Place p = diag_place(j->e->diag, at.lo);
	text_add(j->t, ",\"%s\":{\"file\":%d,\"line\":%d,\"column\":%d,\"from\":%" PRIu32 ",\"to\":%" PRIu32 "}", key,
		 number, p.line, p.column, at.lo - file.first, at.hi - file.first);
}

static bool
costs_known(const Graph *g, const Node *n)
{
	bool known = shape_known(n->shape);
	for (int k = 0; k < n->nin; k++)
		known &= shape_known(graph_node(g, n->in[k])->shape);
	return known;
}

static const char *const row_kind[] = {
	[ROW_NODE] = "value", [ROW_PAST] = "past", [ROW_FUTURE] = "future", [ROW_STORE] = "store"};

/* What every step has in common; `grid_row` is NULL for what the grid has no row for. */
static void
put_row(JsonGraph *j, const GridRow *grid_row, Ref like)
{
	const Graph *g = j->grid->g;
	const Node *n = graph_node(g, like);
	bool of_state = grid_row && grid_row->kind != ROW_NODE;
	text_add(j->t, "{\"kind\":\"%s\",\"op\":\"%s\",\"class\":\"%s\",",
		 grid_row             ? row_kind[grid_row->kind]
		 : node_is_once(g, n) ? "once"
				      : "state",
		 op_table[n->op].name, look_name(of_state ? LOOK_STATE : op_look((Op)n->op)));
	put_key(j->t, "sign", grid_row ? grid_row->label : node_label(j->e->arena, g, n));
	text_add(j->t, ",");
	put_key(j->t, "name", grid_row ? grid_row->name : node_called(g, n));
	text_add(j->t, ",");
	put_key(j->t, "layer", grid_layer(j->e->arena, n->path, false));
	text_add(j->t, ",");
	put_shape(j->t, n->shape);
	bool counts = !of_state && costs_known(g, n);
	text_add(j->t, ",\"batched\":%s,\"macs\":%" PRId64 ",\"flops\":%" PRId64 ",\"bytes\":%" PRId64,
		 n->batched ? "true" : "false", counts ? node_macs(g, n) : 0, counts ? node_flops(g, n) : 0,
		 counts && !op_table[n->op].sink ? 4 * shape_count(n->shape) * node_rows(g, n) : 0);
	if (of_state)
		text_add(j->t, ",\"from\":%" PRId32 ",\"delta\":%" PRId32 ",\"state\":%" PRId32, grid_row->from,
			 grid_row->delta, grid_row->state);
	put_span(j, "at", n->at);
	put_span(j, "site", n->site);
	text_add(j->t, "}");
}

static void
put_rows(JsonGraph *j)
{
	const Grid *grid = j->grid;
	int32_t rows = grid->rows.n;
	text_add(j->t, "\"rows\":[");
	for (int32_t r = 0; r < grid->rows.n; r++) {
		text_add(j->t, r ? ",\n" : "\n");
		put_row(j, &grid->rows.v[r], grid->rows.v[r].like);
	}
	j->more = grid_map_new(j->e->arena);
	for (int32_t i = 0; i < grid->g->node.n; i++) {
		if (grid->row[i] >= 0)
			continue;
		grid_map_set(j->more, i, 0, rows);
		text_add(j->t, rows++ ? ",\n" : "\n");
		put_row(j, NULL, (Ref){i});
	}
	text_add(j->t, "],\n");
}

static void
put_attr(Text *t, const Node *n)
{
	switch (op_table[n->op].attr) {
	case ATTR_NONE: break;
	case ATTR_NUMBER: text_add(t, ",\"value\":%.17g", n->attr.number); break;
	case ATTR_INDEX: text_add(t, ",\"index\":%" PRId32, n->attr.index); break;
	case ATTR_SLOT:
		text_add(t, ",\"state\":%" PRId32 ",\"depth\":%" PRId32, n->attr.slot.state, n->attr.slot.depth);
		break;
	case ATTR_SUM: text_add(t, ",\"addends\":%" PRId32, n->attr.sum.addends); break;
	case ATTR_RANGE:
		text_add(t, ",\"first\":%" PRId32 ",\"last\":%" PRId32, n->attr.range.first, n->attr.range.last);
		break;
	}
}

static void
put_node(JsonGraph *j, int32_t i)
{
	const Node *n = j->grid->g->node.v[i];
	int32_t row = j->grid->row[i];
	text_add(j->t, "{\"id\":%" PRId32 ",\"op\":\"%s\",\"row\":%" PRId32 ",\"step\":%" PRId32 ",\"in\":[", i,
		 op_table[n->op].name, row >= 0 ? row : grid_map_get(j->more, i, 0), n->step);
	for (int k = 0; k < n->nin; k++)
		text_add(j->t, "%s%" PRId32, k ? "," : "", n->in[k].i);
	text_add(j->t, "]");
	put_attr(j->t, n);
	if (n->place == PLACE_SCRATCH)
		text_add(j->t, ",\"offset\":%" PRId64, (int64_t)n->offset * 4);
	else if (n->place == PLACE_OUTPUT)
		text_add(j->t, ",\"output\":%" PRId32, n->offset);
	else if (n->place == PLACE_STATE)
		text_add(j->t, ",\"into\":%" PRId32, n->offset);
	if (n->group > 0)
		text_add(j->t, ",\"group\":%" PRId32, n->group);
	text_add(j->t, "}");
}

static void
put_nodes(JsonGraph *j)
{
	const char *comma = "\n";
	text_add(j->t, "\"nodes\":[");
	for (int32_t i = 0; i < j->grid->g->node.n; i++) {
		if (j->keep && !j->keep[i])
			continue;
		text_add(j->t, "%s", comma);
		comma = ",\n";
		put_node(j, i);
	}
	text_add(j->t, "]");
}

static void
put_ports(Text *t, const char *key, const PortInfo *port, int n)
{
	text_add(t, "\"%s\":[", key);
	for (int i = 0; i < n; i++) {
		text_add(t, "%s{", i ? "," : "");
		put_key(t, "name", port[i].name);
		text_add(t, ",");
		put_shape(t, port[i].shape);
		text_add(t, "%s}", port[i].last ? ",\"last\":true" : "");
	}
	text_add(t, "],\n");
}

static void
put_tables(JsonGraph *j)
{
	const Graph *g = j->grid->g;
	put_ports(j->t, "inputs", g->input.v, g->input.n);
	put_ports(j->t, "outputs", g->output.v, g->output.n);
	text_add(j->t, "\"params\":[");
	for (int i = 0; i < g->param.n; i++) {
		text_add(j->t, i ? ",\n{" : "{");
		put_key(j->t, "name", g->param.v[i].name);
		text_add(j->t, ",");
		put_shape(j->t, g->param.v[i].shape);
		text_add(j->t, ",\"trainable\":%s}", g->param.v[i].trainable ? "true" : "false");
	}
	text_add(j->t, "],\n\"states\":[");
	for (int i = 0; i < g->state.n; i++) {
		text_add(j->t, i ? ",\n{" : "{");
		put_key(j->t, "name", g->state.v[i].name);
		text_add(j->t, ",");
		put_shape(j->t, g->state.v[i].shape);
		text_add(j->t, ",\"depth\":%" PRId32 "}", g->state.v[i].depth);
	}
	text_add(j->t, "],\n");
}

/* What the nodes of a layer weigh and cost, over all steps. */
typedef struct {
	const char *name;
	int64_t weights, macs, flops, nodes;
} LayerCost;

static void
put_layers(JsonGraph *j)
{
	const Graph *g = j->grid->g;
	TABLE(LayerCost) layer = {0};
	GridMap *seen = grid_map_new(j->e->arena);
	for (int32_t i = 0; i < g->node.n; i++) {
		const Node *n = g->node.v[i];
		if (!costs_known(g, n) || op_table[n->op].sink || n->op == OP_INPUT || n->op == OP_CONST)
			continue;
		const char *name = grid_layer(j->e->arena, n->path, false);
		uint64_t key = (uint64_t)(uintptr_t)name;
		int32_t at = grid_map_get(seen, (int32_t)(key >> 32), (int32_t)key);
		if (at < 0) {
			grid_map_set(seen, (int32_t)(key >> 32), (int32_t)key, at = layer.n);
			*table_push(j->e->arena, &layer) = (LayerCost){.name = name};
		}
		assert(layer.n > at);
		layer.v[at].weights += n->op == OP_PARAM ? 4 * shape_count(n->shape) : 0;
		layer.v[at].macs += node_macs(g, n);
		layer.v[at].flops += node_flops(g, n);
		layer.v[at].nodes += n->nin > 0;
	}
	text_add(j->t, "\"layers\":[");
	for (int i = 0; i < layer.n; i++) {
		text_add(j->t, i ? ",\n{" : "{");
		put_key(j->t, "layer", layer.v[i].name);
		text_add(j->t,
			 ",\"weightBytes\":%" PRId64 ",\"macs\":%" PRId64 ",\"flops\":%" PRId64 ",\"nodes\":%" PRId64
			 "}",
			 layer.v[i].weights, layer.v[i].macs, layer.v[i].flops, layer.v[i].nodes);
	}
	text_add(j->t, "],\n");
}

static void
put_files(JsonGraph *j)
{
	text_add(j->t, "\"files\":[");
	for (int i = 0; i < j->files->n; i++) {
		text_add(j->t, "%s", i ? "," : "");
		json_string(j->t, path_base(j->files->v[i].name));
	}
	text_add(j->t, "]");
}

void
json_graph(JsonGraph *j)
{
	const Graph *g = j->grid->g;
	text_add(j->t, "{\"format\":\"netc graph 1\",");
	put_key(j->t, "netc", NETC_VERSION);
	text_add(j->t, ",");
	put_key(j->t, "model", g->model);
	text_add(j->t, ",\"batch\":%" PRId32 ",\"steps\":%" PRId32 ",\n", g->batch, g->steps);
	put_tables(j);
	put_layers(j);
	put_rows(j);
	put_nodes(j);
	text_add(j->t, ",\n");
	if (g->steps)
		text_add(j->t, "\"memory\":{\"peak\":%" PRId64 ",\"bound\":%" PRId64 ",\"state\":%" PRId64 "},\n",
			 g->scratch * 4, g->scratch_bound * 4, graph_state_bytes(g));
	put_files(j);
	text_add(j->t, "}");
}

static void
layout_rows(JsonGraph *j)
{
	const Grid *grid = j->grid;
	text_add(j->t, "\"rows\":[");
	for (int32_t r = 0; r < grid->rows.n; r++)
		text_add(j->t, "%s[%" PRId32 ",%" PRId32 ",%" PRId32 "]", r ? "," : "", grid->rows.v[r].x,
			 grid->rows.v[r].y, grid->rows.v[r].w);
	text_add(j->t, "],\n\"edges\":[");
	for (int32_t i = 0; i < grid->edges.n; i++)
		text_add(j->t, "%s[%" PRId32 ",%" PRId32 ",\"%s\"]", i ? ",\n" : "", grid->edges.v[i].from,
			 grid->edges.v[i].to, grid->edges.v[i].path);
}

void
json_layout(JsonGraph *j)
{
	const Grid *grid = j->grid;
	text_add(j->t,
		 "{\"columns\":%" PRId32 ",\"width\":%" PRId32 ",\"height\":%" PRId32 ",\"weightsWidth\":%" PRId32
		 ",\"storesWidth\":%" PRId32 ",\"rowHeight\":%d,\n",
		 grid->columns, grid->width, grid->height, grid->weights_width, grid->stores_width, GRID_NODE_HEIGHT);
	layout_rows(j);
	text_add(j->t, "],\n\"bands\":[");
	for (int32_t b = 0; b < grid->bands.n; b++) {
		text_add(j->t, b ? ",[" : "[");
		json_string(j->t, grid->bands.v[b].label);
		text_add(j->t, ",%" PRId32 ",%" PRId32 "]", grid->bands.v[b].y, grid->bands.v[b].h);
	}
	text_add(j->t, "],\n\"weights\":[");
	for (int32_t i = 0; i < grid->weights.n; i++) {
		const GridWeight *w = &grid->weights.v[i];
		text_add(j->t, "%s[%" PRId32 ",%" PRId32 ",%" PRId32 ",%" PRId32 ",", i ? "," : "", w->node.i, w->x,
			 w->y, w->w);
		json_string(j->t, w->label);
		text_add(j->t, "]");
	}
	text_add(j->t, "]}");
}

static void
json_end(Emit *e)
{
	JsonFiles files = {0};
	JsonGraph j = {.e = e, .t = &e->text, .grid = grid_new(e->arena, picture_graph(e)), .files = &files};
	json_graph(&j);
	text_add(&e->text, "\n");
}

const Backend back_json = {.name = "json", .suffix = ".json", .what = "the graph as JSON", .end = json_end};
