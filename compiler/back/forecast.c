/* forecast.c: --emit=forecast and forecast-json: flash, RAM, stack and instructions of the generated code on each
 * target of cost.def, before any compiler has run, and which layer they belong to. docs/inspecting.md has the columns.
 */
#include "cost.h"
#include "../ops.h"
#include <inttypes.h>
#include <string.h>

enum { NAME_WIDTH = 28 };

typedef struct {
	const char *name;
	int64_t weights, state; /* bytes */
	int64_t macs, other;    /* operations of a step */
	WorkCount work;
} Layer;

typedef struct {
	Emit *e;
	const Graph *g; /* the step, or the window of a net that looks ahead */
	TABLE(Layer) layer;
	Layer total;
	CodeCount step, window; /* code of the two functions */
} Forecast;

/* "model[1] = LSTM › forget" and a parameter's "model[1]" are the same layer. */
static Layer *
layer_of(Forecast *f, const char *path)
{
	const char *end = path ? strstr(path, " = ") : NULL, *arrow = path ? strstr(path, " › ") : NULL;
	if (!end || (arrow && arrow < end))
		end = arrow;
	size_t n = end ? (size_t)(end - path) : path ? strlen(path) : 0;
	const char *name = n ? path : "state and outputs";
	n = n ? n : strlen(name);
	for (int i = f->layer.n; i-- > 0;)
		if (strlen(f->layer.v[i].name) == n && memcmp(f->layer.v[i].name, name, n) == 0)
			return &f->layer.v[i];
	*table_push(f->e->arena, &f->layer) = (Layer){.name = arena_strndup(f->e->arena, name, n)};
	return &f->layer.v[f->layer.n - 1];
}

static void
add_node(Forecast *f, Layer *to, Ref r)
{
	const Graph *g = f->g;
	const Node *n = graph_node(g, r);
	if (n->op == OP_PARAM)
		to->weights += 4 * shape_count(n->shape);
	if (n->op == OP_STATE && n->attr.slot.depth == 1)
		to->state += 4 * shape_count(n->shape) * g->state.v[n->attr.slot.state].depth * g->batch;
	to->macs += node_macs(g, n);
	to->other += node_flops(g, n);
	cost_work(g, r, &to->work);
}

static bool
is_empty(const Layer *l)
{
	static const WorkCount none;
	return !l->weights && !l->state && memcmp(&l->work, &none, sizeof none) == 0;
}

static Forecast *
forecast_new(Emit *e)
{
	Forecast *f = arena_alloc(e->arena, sizeof *f);
	f->e = e;
	f->g = e->step ? e->step : e->window;
	for (int32_t i = 0; i < f->g->node.n; i++) {
		const Node *n = f->g->node.v[i];
		bool counted = n->nin > 0 || n->op == OP_PARAM || n->op == OP_STATE;
		if (counted)
			add_node(f, layer_of(f, n->path), (Ref){i});
		add_node(f, &f->total, (Ref){i});
	}
	f->total.state = graph_state_bytes(f->g);
	if (e->step)
		f->step = cost_code(e->arena, e->step);
	if (e->window)
		f->window = cost_code(e->arena, e->window);
	return f;
}

static int64_t
insn_of(const Forecast *f, const CostTarget *t, const Layer *l)
{
	return (cost_insn(t, &l->work) + f->g->steps / 2) / f->g->steps;
}

static int64_t
flash_of(const Forecast *f, const CostTarget *t, bool window)
{
	int64_t weights = f->e->weights_as == WEIGHTS_CONST ? f->total.weights : 0;
	return weights + cost_bytes(t, window ? &f->window : &f->step);
}

/* The work buffer of a step is on the stack; that of the window where --scratch says. */
static int64_t
stack_of(const Forecast *f, const CostTarget *t, bool window)
{
	const Emit *e = f->e;
	if (window)
		return t->frame + (e->scratch_in == SCRATCH_STACK ? 4 * e->window->scratch : 0);
	return t->frame + 4 * e->step->scratch;
}

static int64_t
ram_of(const Forecast *f)
{
	const Emit *e = f->e;
	int64_t buffer = e->window && e->scratch_in != SCRATCH_STACK ? 4 * e->window->scratch : 0;
	int64_t weights = e->weights_as == WEIGHTS_PARAMS ? f->total.weights : 0;
	return f->total.state + buffer + weights;
}

static void
put_heading(Text *t, const char *what)
{
	text_padded(t, what, NAME_WIDTH);
	for (int i = 0; i < cost_targets; i++)
		text_add(t, " %9s", cost_target[i].name);
	text_add(t, "\n");
}

static void
put_layer(Text *t, const Layer *l)
{
	text_padded(t, l->name, NAME_WIDTH);
	text_add(t, " %9" PRId64 " %9" PRId64 " %9" PRId64 " %9" PRId64 "\n", l->weights, l->state, l->macs, l->other);
}

static void
put_insns(const Forecast *f, Text *t, const Layer *l)
{
	text_padded(t, l->name, NAME_WIDTH);
	for (int i = 0; i < cost_targets; i++)
		text_add(t, " %9" PRId64, insn_of(f, &cost_target[i], l));
	text_add(t, "\n");
}

static void
put_bytes(const Forecast *f, Text *t)
{
	const Emit *e = f->e;
	static const char *const what[] = {"flash", "stack"};
	for (int row = 0; row < 4; row++) {
		bool window = row % 2, stack = row / 2;
		if (window ? !e->window : !e->step)
			continue;
		text_padded(
			t,
			window ? arena_printf(e->arena, "%s, %" PRId32 " steps unrolled", what[stack], e->window->steps)
			       : arena_printf(e->arena, "%s, step by step", what[stack]),
			NAME_WIDTH);
		for (int i = 0; i < cost_targets; i++)
			text_add(t, " %9" PRId64,
				 stack ? stack_of(f, &cost_target[i], window) : flash_of(f, &cost_target[i], window));
		text_add(t, "\n");
	}
}

static int64_t
count_params(const Graph *g, bool trained)
{
	int64_t n = 0;
	for (int i = 0; i < g->param.n; i++)
		n += !trained || g->param.v[i].trainable ? shape_count(g->param.v[i].shape) : 0;
	return n;
}

/* What stays in RAM while it trains; the state comes on top. */
static void
forecast_training(Emit *e)
{
	const Graph *g = e->train;
	int64_t trained = count_params(g, true), all = count_params(g, false);
	text_add(&e->text,
		 "training    %10" PRId64 " bytes of tape for a window of %" PRId32
		 " (no plan in this order needs less than %" PRId64 ")\n",
		 g->scratch * 4, g->steps, g->scratch_bound * 4);
	text_add(&e->text,
		 "training    %10" PRId64 " bytes of parameters, %" PRId64 " trained; %" PRId64 " bytes of gradient\n",
		 all * 4, trained, trained * 4);
	text_add(&e->text,
		 "training    %10" PRId64 " bytes of state for AdamW and Adam, %" PRId64
		 " for momentum, none for SGD\n",
		 trained * 8 + 32, trained * 4);
	text_add(&e->text, "training    %10" PRId64 " multiply-adds in a call of loss_grad\n", graph_macs(g));
}

static void
training_json(Text *t, const Graph *g)
{
	text_add(t, "  \"training\": {\"steps\": %" PRId32 ", \"tape\": %" PRId64 ", \"bound\": %" PRId64, g->steps,
		 4 * g->scratch, 4 * g->scratch_bound);
	text_add(t, ", \"params\": %" PRId64 ", \"trained\": %" PRId64 ", \"mult_adds\": %" PRId64 "},\n",
		 count_params(g, false), count_params(g, true), graph_macs(g));
}

static void
forecast_end(Emit *e)
{
	Forecast *f = forecast_new(e);
	Text *t = &e->text;
	f->total.name = "total";
	text_padded(t, f->g->steps > 1 ? "per window" : "per step", NAME_WIDTH);
	text_add(t, " %9s %9s %9s %9s\n", "weights B", "state B", "mult-adds", "other ops");
	for (int i = 0; i < f->layer.n; i++)
		if (!is_empty(&f->layer.v[i]))
			put_layer(t, &f->layer.v[i]);
	put_layer(t, &f->total);
	text_add(t, "\n");
	put_heading(t, "instructions per step");
	for (int i = 0; i < f->layer.n; i++)
		if (!is_empty(&f->layer.v[i]))
			put_insns(f, t, &f->layer.v[i]);
	put_insns(f, t, &f->total);
	text_add(t, "\n");
	put_heading(t, "bytes");
	put_bytes(f, t);
	text_padded(t, "RAM", NAME_WIDTH);
	text_add(t, " %9" PRId64 " on all of them: the state%s\n", ram_of(f),
		 ram_of(f) > f->total.state ? " and what the caller or the file holds" : "");
	if (e->window)
		text_add(t,
			 "\nThe work buffer of the window has %" PRId64
			 " bytes; no plan in this order needs less than %" PRId64 ".\n",
			 4 * e->window->scratch, 4 * e->window->scratch_bound);
	if (e->train)
		forecast_training(e);
	text_add(t, "Estimates for gcc 12 -O2 (for microcontrollers give --target=mcu here, too); docs/inspecting.md "
		    "says how near they come.\n");
}

static void
put_string(Text *t, const char *s)
{
	text_add(t, "\"");
	for (; *s; s++)
		if (*s == '"' || *s == '\\')
			text_add(t, "\\%c", *s);
		else if ((unsigned char)*s < 0x20)
			text_add(t, "\\u%04x", (unsigned)(unsigned char)*s);
		else
			text_put(t, s, 1);
	text_add(t, "\"");
}

static void
put_layer_json(const Forecast *f, Text *t, const Layer *l)
{
	text_add(t, "{\"layer\": ");
	put_string(t, l->name);
	text_add(t,
		 ", \"weights\": %" PRId64 ", \"state\": %" PRId64 ", \"multiply_adds\": %" PRId64
		 ", \"other\": %" PRId64 ", \"instructions\": {",
		 l->weights, l->state, l->macs, l->other);
	for (int i = 0; i < cost_targets; i++)
		text_add(t, "%s\"%s\": %" PRId64, i ? ", " : "", cost_target[i].name, insn_of(f, &cost_target[i], l));
	text_add(t, "}}");
}

static void
put_target_json(const Forecast *f, Text *t, const CostTarget *target)
{
	const Emit *e = f->e;
	text_add(t, "{\"target\": \"%s\", \"what\": \"%s\", \"instructions\": %" PRId64 ", \"ram\": %" PRId64,
		 target->name, target->what, insn_of(f, target, &f->total), ram_of(f));
	if (e->step)
		text_add(t, ", \"step\": {\"code\": %" PRId64 ", \"flash\": %" PRId64 ", \"stack\": %" PRId64 "}",
			 cost_bytes(target, &f->step), flash_of(f, target, false), stack_of(f, target, false));
	if (e->window)
		text_add(t, ", \"unrolled\": {\"code\": %" PRId64 ", \"flash\": %" PRId64 ", \"stack\": %" PRId64 "}",
			 cost_bytes(target, &f->window), flash_of(f, target, true), stack_of(f, target, true));
	text_add(t, "}");
}

static void
put_numbers(Text *t, const char *name, const int64_t *v, int n)
{
	text_add(t, "  \"%s\": [", name);
	for (int i = 0; i < n; i++)
		text_add(t, "%s%" PRId64, i ? ", " : "", v[i]);
	text_add(t, "],\n");
}

static void
forecast_json_end(Emit *e)
{
	Forecast *f = forecast_new(e);
	Text *t = &e->text;
	bool first = true;
	f->total.name = "";
	text_add(t, "{\n  \"net\": ");
	put_string(t, e->source);
	text_add(t, ",\n  \"steps\": %" PRId32 ",\n  \"scratch\": {", f->g->steps);
	if (e->step)
		text_add(t, "\"step\": %" PRId64 "%s", 4 * e->step->scratch, e->window ? ", " : "");
	if (e->window)
		text_add(t, "\"unrolled\": %" PRId64 ", \"bound\": %" PRId64, 4 * e->window->scratch,
			 4 * e->window->scratch_bound);
	text_add(t, "},\n");
	if (e->train)
		training_json(t, e->train);
	/* What was counted: the prices of cost.def are fitted to it. */
	put_numbers(t, "work", f->total.work.n, WORK_KINDS);
	if (e->step)
		put_numbers(t, "step_code", f->step.n, CODE_KINDS);
	if (e->window)
		put_numbers(t, "unrolled_code", f->window.n, CODE_KINDS);
	text_add(t, "  \"total\": ");
	put_layer_json(f, t, &f->total);
	text_add(t, ",\n  \"layers\": [");
	for (int i = 0; i < f->layer.n; i++) {
		if (is_empty(&f->layer.v[i]))
			continue;
		text_add(t, "%s\n    ", first ? "" : ",");
		put_layer_json(f, t, &f->layer.v[i]);
		first = false;
	}
	text_add(t, "\n  ],\n  \"targets\": [");
	for (int i = 0; i < cost_targets; i++) {
		text_add(t, "%s\n    ", i ? "," : "");
		put_target_json(f, t, &cost_target[i]);
	}
	text_add(t, "\n  ]\n}\n");
}

const Backend back_forecast = {.name = "forecast",
			       .suffix = ".txt",
			       .what = "flash, RAM and work on each target, by layer",
			       .needs_plan = true,
			       .trains = true,
			       .end = forecast_end};
const Backend back_forecast_json = {.name = "forecast-json",
				    .suffix = ".json",
				    .what = "the same for programs",
				    .needs_plan = true,
				    .trains = true,
				    .end = forecast_json_end};
