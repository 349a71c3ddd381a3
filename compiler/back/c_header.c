/* c_header.c: the public header: sizes, the state, three functions, and what they cost. */
#include "c.h"
#include <inttypes.h>
#include <string.h>

/* LSTM_IN when there is one input, else LSTM_IN_A. */
const char *
c_size_name(Emit *e, bool input, int port)
{
	const C *c = e->own;
	const Graph *net = e->net;
	const char *kind = input ? "IN" : "OUT", *upper = c_upper(e->arena, e->prefix);
	if ((input ? net->input.n : net->output.n) == 1)
		return arena_printf(e->arena, "%s_%s", upper, kind);
	return arena_printf(e->arena, "%s_%s_%s", upper, kind,
			    c_upper(e->arena, input ? c->input[port] : c->output[port]));
}

static void
add_port(Emit *e, const Graph *g, bool input, int port, Text *t)
{
	const C *c = e->own;
	const char *upper = c_upper(e->arena, e->prefix);
	text_add(t, ", %sfloat %s", input ? "const " : "", input ? c->input[port] : c->output[port]);
	if ((g == e->window || g == e->train) && (input || !g->output.v[port].last))
		text_add(t, "[%s_STEPS]", upper);
	if (g->batch > 1)
		text_add(t, "[%s_BATCH]", upper);
	text_add(t, "[%s]", c_size_name(e, input, port));
}

const char *
c_signature(Emit *e, const Graph *g)
{
	Text t = {0};
	if (e->weights_as == WEIGHTS_PARAMS)
		text_add(&t, "const %s_params *p, ", e->prefix);
	text_add(&t, "%s_state *s", e->prefix);
	for (int i = 0; i < g->input.n; i++)
		if (c_train_port(e, i))
			c_train_argument(e, g, i, &t);
		else
			add_port(e, g, true, i, &t);
	for (int i = 0; i < g->output.n; i++)
		add_port(e, g, false, i, &t);
	const char *s = arena_strndup(e->arena, t.v, t.n);
	text_free(&t);
	return s;
}

const char *
c_state_dims(Emit *e, int state)
{
	const Graph *g = e->window ? e->window : e->step;
	const StateInfo *s = &g->state.v[state];
	const char *dims = s->depth > 1 ? arena_printf(e->arena, "[%" PRId32 "]", s->depth) : "";
	if (g->batch > 1)
		dims = arena_printf(e->arena, "%s[%s_BATCH]", dims, c_upper(e->arena, e->prefix));
	return arena_printf(e->arena, "%s[%" PRId64 "]", dims, shape_count(s->shape));
}

static void
add_sizes(Emit *e, Text *t)
{
	const Graph *net = e->net;
	const char *upper = c_upper(e->arena, e->prefix);
	text_add(t, "enum {\n");
	for (int i = 0; i < net->input.n; i++)
		text_add(t, "\t%s = %" PRId64 ", /* features of %s */\n", c_size_name(e, true, i),
			 shape_count(net->input.v[i].shape),
			 c_comment(e->arena, net->input.v[i].name, (int)strlen(net->input.v[i].name)));
	for (int i = 0; i < net->output.n; i++)
		text_add(t, "\t%s = %" PRId64 ", /* features of %s */\n", c_size_name(e, false, i),
			 shape_count(net->output.v[i].shape),
			 c_comment(e->arena, net->output.v[i].name, (int)strlen(net->output.v[i].name)));
	text_add(t, "\t%s_STEPS = %" PRId32 ", /* time steps of %s_unrolled */\n", upper,
		 e->window ? e->window->steps : 0, e->prefix);
	text_add(t, "\t%s_BATCH = %" PRId32 "\n};\n\n", upper, net->batch);
	text_add(t, "/* Bytes of the work buffer of %s_unrolled%s. */\n#define %s_SCRATCH_BYTES %" PRId64 "\n\n",
		 e->prefix,
		 e->scratch_in == SCRATCH_STACK    ? ", on its stack"
		 : e->scratch_in == SCRATCH_STATIC ? ", static"
						   : "",
		 upper, e->window ? e->window->scratch * 4 : 0);
	text_add(t, "/* Bytes of weights that the functions read. */\n#define %s_WEIGHT_BYTES %" PRId64 "\n\n", upper,
		 graph_weight_bytes(e->window ? e->window : e->step));
}

static void
add_state(Emit *e, Text *t)
{
	const C *c = e->own;
	const Graph *g = e->window ? e->window : e->step;
	bool any = false;
	text_add(t, "/* What the net remembers between steps. The caller owns it; several may live side by side. Plain "
		    "values, to\n"
		    "   be copied, saved and set at will");
	text_add(t, "%s. */\ntypedef struct {\n", g->batch > 1 ? "; one row per element of the batch" : "");
	for (int i = 0; i < g->state.n; i++) {
		const StateInfo *s = &g->state.v[i];
		if (!c->state_used[i])
			continue;
		any = true;
		text_add(t, "\tfloat %s%s; /* %s, %s */\n", c->member[i], c_state_dims(e, i),
			 c_comment(e->arena, s->name, (int)strlen(s->name)),
			 s->depth > 1 ? arena_printf(e->arena, "[k] is its value k + 1 steps ago") : "its last value");
	}
	if (!any)
		text_add(t, "\tunsigned char none; /* this net remembers nothing */\n");
	text_add(t, "} %s_state;\n\n", e->prefix);
}

static void
add_params(Emit *e, Text *t)
{
	const C *c = e->own;
	const Graph *net = e->net;
	const char *upper = c_upper(e->arena, e->prefix);
	if (e->weights_as == WEIGHTS_EXTERN) {
		text_add(t, "/* Weights, linked from elsewhere: row-major, (in, out). */\n");
		for (int i = 0; i < net->param.n; i++)
			text_add(t, "extern const float %s[%" PRId64 "]; /* %s %s */\n", c->param[i],
				 shape_count(net->param.v[i].shape),
				 c_comment(e->arena, net->param.v[i].name, (int)strlen(net->param.v[i].name)),
				 shape_text(e->arena, net->param.v[i].shape));
		text_add(t, "\n");
	}
	if (e->weights_as != WEIGHTS_PARAMS)
		return;
	const int *order = c_param_order(e);
	int64_t at = 0;
	text_add(t, "/* Where each weight begins in the params: row-major, (in, out). */\nenum {\n");
	for (int i = 0; i < net->param.n; i++) {
		const ParamInfo *p = &net->param.v[order[i]];
		text_add(t, "\t%s = %" PRId64 ", /* %s%s */\n", c->offset[order[i]], at, shape_text(e->arena, p->shape),
			 e->train && !p->trainable ? ", not trained" : "");
		at += shape_count(p->shape);
	}
	if (e->train && c_train_count(e) < at)
		text_add(t,
			 "\t%s_NWEIGHT = %" PRId64 ", /* all of them; NPARAM: the trained ones, which come first */\n",
			 upper, at);
	text_add(t, "\t%s_NPARAM = %" PRId64 "\n};\ntypedef struct {\n\tfloat v[%" PRId64 "];\n} %s_params;\n", upper,
		 e->train ? c_train_count(e) : at, at ? at : 1, e->prefix);
	if (e->has_values)
		text_add(t, "/* The weights that netc was given. */\nextern const %s_params %s_weights;\n", e->prefix,
			 e->prefix);
	text_add(t, "\n");
}

static void
add_functions(Emit *e, Text *t)
{
	const char *p = e->prefix,
		   *params = e->weights_as == WEIGHTS_PARAMS ? arena_printf(e->arena, "const %s_params *p, ", p) : "";
	text_add(t,
		 "/* Sets every value of the state to its initial value. Call once before the first step. */\nvoid "
		 "%s_reset(%s%s_state *s);\n\n",
		 p, params, p);
	if (e->step)
		text_add(t,
			 "/* One time step. No two arrays may overlap. %" PRId64 " multiply-adds, %" PRId64
			 " bytes of work buffer on the stack. */\nvoid %s_step(%s);\n\n",
			 graph_macs(e->step), e->step->scratch * 4, p, c_signature(e, e->step));
	else
		text_add(t, "/* There is no %s_step: the net looks ahead, so it runs on whole windows only. */\n\n", p);
	if (!e->window)
		return;
	bool caller = e->scratch_in == SCRATCH_CALLER;
	if (caller)
		text_add(t,
			 "/* Work buffer of %s_unrolled: holds nothing between calls. */\ntypedef struct {\n\tfloat "
			 "w[%" PRId64 "];\n} %s_scratch;\n\n",
			 p, e->window->scratch ? e->window->scratch : 1, p);
	text_add(t,
		 "/* %" PRId32 " time step%s%s No two arrays may overlap. %" PRId64
		 " multiply-adds. */\nvoid %s_unrolled(%s%s);\n\n",
		 e->window->steps, e->window->steps == 1 ? "" : "s",
		 !e->step                ? "."
		 : e->window->steps == 1 ? ", the same as a call of the step."
					 : ", the same as that many calls of the step.",
		 graph_macs(e->window), p, c_signature(e, e->window),
		 caller ? arena_printf(e->arena, ", %s_scratch *work", p) : "");
}

void
c_header(Emit *e)
{
	const Graph *g = e->window ? e->window : e->step;
	const char *guard = arena_printf(e->arena, "%s_H", c_upper(e->arena, e->prefix));
	Text *t = &e->header;
	text_add(t, "/* %s.h: generated by netc %s from %s (%016" PRIx64 "); do not edit.\n *\n", e->prefix,
		 NETC_VERSION, c_comment(e->arena, e->source, (int)strlen(e->source)), e->hash);
	text_add(t, " * Weights %" PRId64 " bytes, state %" PRId64 " bytes, no heap", graph_weight_bytes(g),
		 graph_state_bytes(g));
	text_add(t, ", no globals that change%s.\n", e->scratch_in == SCRATCH_STATIC ? " but the work buffer" : "");
	text_add(t, " * Functions are re-entrant%s. Arrays are row-major float32. */\n",
		 e->scratch_in == SCRATCH_STATIC ? " except the unrolled one"
						 : ": all they change is what they are given");
	text_add(t, "#ifndef %s\n#define %s\n#include <stddef.h>\n#include <stdint.h>\n\n", guard, guard);
	text_add(t, "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
	add_sizes(e, t);
	add_state(e, t);
	add_params(e, t);
	add_functions(e, t);
	if (e->train)
		c_train_header(e, t);
	text_add(t, "#ifdef __cplusplus\n}\n#endif\n#endif\n");
}
