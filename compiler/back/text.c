/* text.c: the back ends for people: summary and ir. */
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
	text_padded(&e->text, head, 44);
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
	text_padded(&e->text, name, 24);
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

static void
ir_end(Emit *e)
{
	graph_print(e->train ? e->train : e->window ? e->window : e->step ? e->step : e->net, &e->text);
}

const Backend back_summary = {
	.name = "summary", .suffix = ".txt", .what = "layers, parameters, totals", .end = summary_end};
const Backend back_ir = {.name = "ir", .suffix = ".ir", .what = "the graph as text", .trains = true, .end = ir_end};
