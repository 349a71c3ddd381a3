/* text.c: the back ends for people: summary, shapes, ir and forecast. */
#include "back.h"
#include "../ops.h"
#include <inttypes.h>
#include <string.h>

static bool
belongs(const char *name, const char *prefix)
{
	size_t n = strlen(prefix);
	return n == 0 || (strncmp(name, prefix, n) == 0 && name[n] == '.');
}

static int64_t
layer_params(const Graph *g, const char *prefix, int *arrays)
{
	int64_t n = 0;
	for (int i = 0; prefix && i < g->param.n; i++)
		if (belongs(g->param.v[i].name, prefix)) {
			n += shape_count(g->param.v[i].shape);
			*arrays += 1;
		}
	return n;
}

static int64_t
layer_state(const Graph *g, const char *prefix)
{
	int64_t n = 0;
	for (int i = 0; prefix && i < g->state.n; i++)
		if (!g->state.v[i].from_param && shape_known(g->state.v[i].shape) &&
		    belongs(g->state.v[i].name, prefix))
			n += shape_count(g->state.v[i].shape);
	return n;
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

static void
put_padded(Text *t, const char *s, int width)
{
	text_add(t, "%s%*s", s, width > text_width(s) ? width - text_width(s) : 0, "");
}

static const char *
plural(int64_t n)
{
	return n == 1 ? "" : "s";
}

/* What stands in a container itself, not in a layer inside it. */
static bool
is_own(const char *name, const char *prefix)
{
	return belongs(name, prefix) && !strchr(name + strlen(prefix) + (*prefix ? 1 : 0), '.');
}

static void
own_numbers(const Graph *g, const char *prefix, int64_t *params, int64_t *state)
{
	*params = *state = 0;
	for (int i = 0; prefix && i < g->param.n; i++)
		if (is_own(g->param.v[i].name, prefix))
			*params += shape_count(g->param.v[i].shape);
	for (int i = 0; prefix && i < g->state.n; i++)
		if (!g->state.v[i].from_param && shape_known(g->state.v[i].shape) && is_own(g->state.v[i].name, prefix))
			*state += shape_count(g->state.v[i].shape);
}

static void
summary_layer(Emit *e, const LayerInfo *layer)
{
	const Graph *g = e->net;
	const char *dot = layer->prefix ? strrchr(layer->prefix, '.') : NULL;
	const char *name = layer->depth == 0 ? g->model : layer->key ? layer->key : dot ? dot + 1 : layer->prefix;
	if (name && strcmp(name, layer->label) == 0)
		name = NULL;
	const char *head = arena_printf(e->arena, "%*s%s%s%s%s", 2 * layer->depth, "", name ? name : "",
					name ? " = " : "", layer->label, layer->container ? " with" : "");
	int arrays = 0;
	int64_t params = layer_params(g, layer->prefix, &arrays), state = layer_state(g, layer->prefix);
	if (layer->container)
		own_numbers(g, layer->prefix, &params, &state);
	if (!params && !state) {
		text_add(&e->text, "%s\n", head);
		return;
	}
	put_padded(&e->text, head, 44);
	if (!params && layer->container) {
		text_add(&e->text, "  # %" PRId64 " of initial state\n", state);
		return;
	}
	text_add(&e->text, "  # %" PRId64 " parameter%s", params, plural(params));
	if (state)
		text_add(&e->text, ", %" PRId64 " with the initial state", params + state);
	text_add(&e->text, "\n");
}

static void
summary_totals(Emit *e)
{
	const Graph *g = e->net;
	int arrays = 0, frozen = 0;
	int64_t params = layer_params(g, "", &arrays), state = layer_state(g, "");
	for (int i = 0; i < g->param.n; i++)
		frozen += !g->param.v[i].trainable;
	text_add(&e->text, "# Total: %d array%s, %" PRId64 " parameter%s, %" PRId64 " bytes", arrays, plural(arrays),
		 params, plural(params), params * 4);
	if (state)
		text_add(&e->text, "; %" PRId64 " parameters with the initial state", params + state);
	if (frozen)
		text_add(&e->text, "; %d array%s not trainable", frozen, plural(frozen));
	text_add(&e->text, "\n");
}

static void
summary_row(Emit *e, const char *kind, const char *name, Shape shape, const char *rest)
{
	text_add(&e->text, "%-10s ", kind);
	put_padded(&e->text, name, 24);
	text_add(&e->text, " %-12s %8" PRId64 "%s\n", shape_text(e->arena, shape), shape_count(shape), rest);
}

static void
summary_end(Emit *e)
{
	const Graph *g = e->net;
	for (int i = 0; i < g->layer.n; i++)
		summary_layer(e, &g->layer.v[i]);
	summary_totals(e);
	text_add(&e->text, "\n%-10s %-24s %-12s %8s\n", "", "name", "shape", "numbers");
	for (int i = 0; i < g->input.n; i++)
		summary_row(e, "input", g->input.v[i].name, g->input.v[i].shape, "");
	for (int i = 0; i < g->param.n; i++)
		summary_row(e, "parameter", g->param.v[i].name, g->param.v[i].shape,
			    g->param.v[i].trainable ? "" : "  not trainable");
	for (int i = 0; i < g->state.n; i++)
		if (shape_known(g->state.v[i].shape))
			summary_row(e, "state", g->state.v[i].name, g->state.v[i].shape,
				    g->state.v[i].depth > 1
					    ? arena_printf(e->arena, "  %" PRId32 " slots", g->state.v[i].depth)
					    : "");
	for (int i = 0; i < g->output.n; i++)
		summary_row(e, "output", g->output.v[i].name, g->output.v[i].shape, "");
}

/* The layer part of "model[1] = LSTM › forget". */
static size_t
layer_part(const char *path)
{
	const char *end = path ? strstr(path, " › ") : NULL;
	return end ? (size_t)(end - path) : path ? strlen(path) : 0;
}

static void
shapes_node(Emit *e, const Node *n)
{
	const Graph *g = e->net;
	Text operands = {0};
	for (int k = 0; k < n->nin; k++)
		text_add(&operands, "%s%s", k ? ", " : "", shape_text(e->arena, graph_node(g, n->in[k])->shape));
	text_add(&e->text, "  %-12s ", shape_text(e->arena, n->shape));
	const char *what = n->op == OP_DELAY ? g->state.v[n->attr.slot.state].name : n->name;
	int len = 0;
	const char *text = n->at.hi ? diag_text(e->diag, n->at, &len) : "";
	const char *newline = memchr(text, '\n', (size_t)len);
	if (n->op != OP_DELAY && what)
		put_padded(&e->text, what, 10);
	else
		text_add(&e->text, "%10s", "");
	text_add(&e->text, " = %.*s   # %s(%s)\n", newline ? (int)(newline - text) : len, text, op_table[n->op].name,
		 operands.v ? operands.v : "");
	text_free(&operands);
}

static void
shapes_end(Emit *e)
{
	const Graph *g = e->net;
	const char *layer = NULL;
	size_t nlayer = 0;
	for (int i = 0; i < g->input.n; i++)
		text_add(&e->text, "input %s %s\n", g->input.v[i].name, shape_text(e->arena, g->input.v[i].shape));
	for (int32_t i = 0; i < g->node.n; i++) {
		const Node *n = g->node.v[i];
		if (n->op == OP_INPUT || n->op == OP_CONST || n->op == OP_OUTPUT)
			continue;
		size_t len = layer_part(n->path);
		if (n->op != OP_PARAM && len && (!layer || len != nlayer || memcmp(layer, n->path, len) != 0)) {
			layer = n->path;
			nlayer = len;
			text_add(&e->text, "\n%.*s\n", (int)len, n->path);
			for (int k = 0; k < g->param.n; k++) {
				size_t at = strlen(g->param.v[k].layer ? g->param.v[k].layer : "");
				if (at && len > at && strncmp(n->path, g->param.v[k].layer, at) == 0 &&
				    n->path[at] == ' ')
					text_add(&e->text, "  %-12s %s\n", shape_text(e->arena, g->param.v[k].shape),
						 g->param.v[k].name);
			}
		}
		if (n->op != OP_PARAM)
			shapes_node(e, n);
	}
	text_add(&e->text, "\n");
	for (int i = 0; i < g->output.n; i++)
		text_add(&e->text, "output %s %s\n", g->output.v[i].name, shape_text(e->arena, g->output.v[i].shape));
}

static void
ir_end(Emit *e)
{
	graph_print(e->train ? e->train : e->window ? e->window : e->step ? e->step : e->net, &e->text);
}

/* What one layer costs. */
typedef struct {
	const char *layer;
	size_t n;
	int64_t weights, state, macs, flops, lines;
} Cost;

typedef TABLE(Cost) CostTable;

static Cost *
cost_of(Emit *e, CostTable *t, const char *path)
{
	/* "model[1] = LSTM › forget" and a parameter's "model[1]" are the same layer. */
	size_t n = layer_part(path);
	const char *type = path ? strstr(path, " = ") : NULL;
	if (type && (size_t)(type - path) < n)
		n = (size_t)(type - path);
	for (int i = 0; i < t->n; i++)
		if (t->v[i].n == n && memcmp(t->v[i].layer, path ? path : "", n) == 0)
			return &t->v[i];
	*table_push(e->arena, t) = (Cost){.layer = path ? path : "", .n = n};
	return &t->v[t->n - 1];
}

static void
cost_add(Emit *e, CostTable *t, const Graph *g, const Node *n)
{
	Cost *c = cost_of(e, t, n->path);
	if (n->op == OP_PARAM)
		c->weights += 4 * shape_count(n->shape);
	if (n->op == OP_STATE && n->attr.slot.depth == 1)
		c->state += 4 * shape_count(n->shape) * g->state.v[n->attr.slot.state].depth * g->batch;
	c->macs += node_macs(g, n);
	c->flops += node_flops(g, n);
	c->lines += n->nin > 0 && !op_table[n->op].sink;
}

static void
forecast_row(Emit *e, const char *name, const Cost *c)
{
	put_padded(&e->text, name, 24);
	text_add(&e->text, " %10" PRId64 " %8" PRId64 " %12" PRId64 " %10" PRId64 " %6" PRId64 "\n", c->weights,
		 c->state, c->macs, c->flops, c->lines);
}

static int64_t
graph_count_macs(const Graph *g)
{
	int64_t n = 0;
	for (int32_t i = 0; i < g->node.n; i++)
		n += node_macs(g, g->node.v[i]);
	return n;
}

/* What stays in RAM while it trains; the state comes on top. */
static void
forecast_training(Emit *e)
{
	const Graph *g = e->train;
	int64_t trained = 0, all = 0;
	for (int i = 0; i < g->param.n; i++) {
		all += shape_count(g->param.v[i].shape);
		trained += g->param.v[i].trainable ? shape_count(g->param.v[i].shape) : 0;
	}
	text_add(&e->text,
		 "\ntraining    %10" PRId64 " bytes of tape for a window of %" PRId32
		 " (no plan in this order needs less than %" PRId64 ")\n",
		 g->scratch * 4, g->steps, g->scratch_bound * 4);
	text_add(&e->text,
		 "training    %10" PRId64 " bytes of parameters, %" PRId64 " trained; %" PRId64 " bytes of gradient\n",
		 all * 4, trained, trained * 4);
	text_add(&e->text,
		 "training    %10" PRId64 " bytes of state for AdamW and Adam, %" PRId64
		 " for momentum, none for SGD\n",
		 trained * 8 + 32, trained * 4);
	text_add(&e->text, "training    %10" PRId64 " multiply-adds in a call of loss_grad\n", graph_count_macs(g));
}

static void
forecast_end(Emit *e)
{
	/* Measured on Thumb-2 code of gcc 12 -Os: a call with its arguments, a kernel, the runtime's functions. */
	enum { BYTES_PER_LINE = 11, BYTES_PER_KERNEL = 24, BYTES_OF_RUNTIME = 300 };
	const Graph *g = e->step ? e->step : e->window;
	int64_t steps = g->steps;
	CostTable t = {0};
	Cost total = {.layer = ""};
	for (int32_t i = 0; i < g->node.n; i++)
		cost_add(e, &t, g, g->node.v[i]);
	text_add(&e->text, "%-24s %10s %8s %12s %10s %6s\n", steps > 1 ? "per window, by layer" : "per step, by layer",
		 "weights B", "state B", "mult-adds", "other ops", "lines");
	for (int i = 0; i < t.n; i++) {
		const Cost *c = &t.v[i];
		if (c->weights || c->state || c->macs || c->flops || c->lines)
			forecast_row(e, c->n ? arena_strndup(e->arena, c->layer, c->n) : "(model)", c);
		total.weights += c->weights;
		total.state += c->state;
		total.macs += c->macs;
		total.flops += c->flops;
		total.lines += c->lines;
	}
	forecast_row(e, "total", &total);
	int64_t lines = total.lines;
	for (int32_t i = 0; e->window && e->step && i < e->window->node.n; i++)
		lines += e->window->node.v[i]->nin > 0;
	text_add(&e->text, "\nflash       %10" PRId64 " bytes of weights, about %" PRId64 " of code\n", total.weights,
		 lines * BYTES_PER_LINE + total.lines * BYTES_PER_KERNEL + BYTES_OF_RUNTIME);
	text_add(&e->text, "RAM         %10" PRId64 " bytes of state\n", graph_state_bytes(g));
	if (e->step)
		text_add(&e->text, "work buffer %10" PRId64 " bytes in a step\n", e->step->scratch * 4);
	if (e->window)
		text_add(&e->text,
			 "work buffer %10" PRId64 " bytes in a window of %" PRId32
			 " (no plan in this order needs less than %" PRId64 ")\n",
			 e->window->scratch * 4, e->window->steps, e->window->scratch_bound * 4);
	if (e->train)
		forecast_training(e);
}

const Backend back_summary = {
	.name = "summary", .suffix = ".txt", .what = "layers, parameters, totals", .end = summary_end};
const Backend back_shapes = {
	.name = "shapes", .suffix = ".txt", .what = "the equations with every shape", .end = shapes_end};
const Backend back_ir = {.name = "ir", .suffix = ".ir", .what = "the graph as text", .trains = true, .end = ir_end};
const Backend back_forecast = {.name = "forecast",
			       .suffix = ".txt",
			       .what = "flash, RAM and work, by layer",
			       .needs_plan = true,
			       .trains = true,
			       .end = forecast_end};
