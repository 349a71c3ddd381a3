/* selftest.c: the generated code with test vectors and a main: a program that proves itself, on a desk or a board.
 *
 * It holds the text of the C back end unchanged, then the inputs and outputs of --check V.npz, and runs them step by
 * step and in windows. Nothing but the report needs stdio: -DNN_SELFTEST_NO_MAIN leaves that out. */
#include "c.h"
#include <inttypes.h>
#include <string.h>

static const Vector *
vector_named(const Emit *e, const char *name)
{
	for (int i = 0; i < e->nvector; i++)
		if (strcmp(e->vector[i].name, name) == 0)
			return &e->vector[i];
	return NULL;
}

static void
add_array(Emit *e, const char *name, const Vector *v)
{
	text_add(&e->text, "static const float %s_%s[%" PRId64 "] = {", e->prefix, name, v->count);
	for (int64_t i = 0; i < v->count; i++)
		text_add(&e->text, "%s%s,", i % 8 ? " " : "\n\t", c_float(e->arena, v->value[i]));
	text_add(&e->text, "\n};\n\n");
}

/* One port's row at step `at`, as the argument that the function wants. */
static const char *
row_text(Emit *e, const char *array, int64_t width, const char *at, const char *type)
{
	const char *base = arena_printf(e->arena, "%s + %s * %" PRId64, array, at, width);
	return *type ? arena_printf(e->arena, "(%s)(%s)", type, base) : base;
}

/* "const float (*)[4][10]": what an array of several dimensions decays to; "" for float *. */
static const char *
port_type(Emit *e, bool input, bool timed, int64_t features)
{
	int32_t batch = e->net->batch;
	const char *dims = "";
	if (timed && batch > 1)
		dims = arena_printf(e->arena, "[%" PRId32 "][%" PRId64 "]", batch, features);
	else if (timed || batch > 1)
		dims = arena_printf(e->arena, "[%" PRId64 "]", features);
	return *dims ? arena_printf(e->arena, "%sfloat (*)%s", input ? "const " : "", dims) : "";
}

static void
add_call(Emit *e, const Graph *g, const char *function, const char *at)
{
	bool window = g == e->window;
	text_add(&e->text, "\t\t%s_%s(%s&s", e->prefix, function,
		 e->weights_as == WEIGHTS_PARAMS ? arena_printf(e->arena, "&%s_weights, ", e->prefix) : "");
	for (int i = 0; i < g->input.n; i++) {
		int64_t features = shape_count(g->input.v[i].shape), width = features * g->batch;
		text_add(&e->text, ", %s",
			 row_text(e, arena_printf(e->arena, "%s_test_in%d", e->prefix, i), width, at,
				  port_type(e, true, window, features)));
	}
	for (int i = 0; i < g->output.n; i++) {
		int64_t features = shape_count(g->output.v[i].shape), width = features * g->batch;
		bool timed = window && !g->output.v[i].last;
		text_add(&e->text, ", %s",
			 row_text(e, arena_printf(e->arena, "%s_test_y%d", e->prefix, i), width,
				  g->output.v[i].last ? "0" : at, port_type(e, false, timed, features)));
	}
	text_add(&e->text, "%s);\n", window && e->scratch_in == SCRATCH_CALLER ? ", &work" : "");
}

/* Compares what the call just wrote for the steps [t, t + steps). An output of the last step is compared at the end of
 * its window. */
static void
add_compare(Emit *e, const Graph *g, int32_t steps)
{
	const char *p = e->prefix;
	int32_t window = e->window ? e->window->steps : 1;
	for (int i = 0; i < g->output.n; i++) {
		int64_t width = shape_count(g->output.v[i].shape) * g->batch;
		if (g->output.v[i].last)
			text_add(&e->text,
				 "\t\tif ((t + %" PRId32 ") %% %" PRId32
				 " == 0)\n\t\t\t%s_compare(&r, %s_test_y%d, %s_test_out%d + t / %" PRId32 " * %" PRId64
				 ", %" PRId64 ", t, %" PRId64 ");\n",
				 steps, window, p, p, i, p, i, window, width, width, width);
		else
			text_add(&e->text,
				 "\t\t%s_compare(&r, %s_test_y%d + t * %" PRId64 ", %s_test_out%d + t * %" PRId64
				 ", %" PRId64 ", t, %" PRId64 ");\n",
				 p, p, i, width, p, i, width, width * steps, width);
	}
}

static void
add_reset(Emit *e, const Graph *g)
{
	const C *c = e->own;
	text_add(&e->text, "\t%s_reset(%s&s);\n", e->prefix,
		 e->weights_as == WEIGHTS_PARAMS ? arena_printf(e->arena, "&%s_weights, ", e->prefix) : "");
	for (int i = 0; i < g->state.n; i++) {
		const Vector *v = c->state_used[i] ? vector_named(e, g->state.v[i].name) : NULL;
		int64_t n = c->state_used[i] ? shape_count(g->state.v[i].shape) * g->batch * g->state.v[i].depth : 0;
		if (v && v->initial)
			text_add(&e->text,
				 "\tfor (i = 0; i < %" PRId64
				 "; i++)\n\t\t((float *)s.%s)[i] = %s_test_state%d[i %% %" PRId64 "];\n",
				 n, c->member[i], e->prefix, i, v->count);
	}
}

static void
add_run(Emit *e, const Graph *g, const char *what)
{
	bool window = g == e->window;
	int32_t steps = window ? g->steps : 1;
	text_add(&e->text, "/* %s */\nstatic %s_result\n%s_test_%s(void)\n{\n", window ? "All windows." : "All steps.",
		 e->prefix, e->prefix, what);
	text_add(&e->text, "\tstatic %s_state s;\n", e->prefix);
	if (window && e->scratch_in == SCRATCH_CALLER)
		text_add(&e->text, "\tstatic %s_scratch work;\n", e->prefix);
	text_add(&e->text, "\t%s_result r = {0.0f, 0.0f, -1};\n\tlong t%s;\n", e->prefix, e->has_initial ? ", i" : "");
	add_reset(e, g);
	text_add(&e->text, "\tfor (t = 0; t + %" PRId32 " <= %" PRId64 "; t += %" PRId32 ") {\n", steps,
		 e->vector_steps, steps);
	add_call(e, g, window ? "unrolled" : "step", "t");
	add_compare(e, g, steps);
	text_add(&e->text, "\t}\n\treturn r;\n}\n\n");
}

static void
add_helpers(Emit *e)
{
	text_add(&e->text,
		 "/* The largest absolute and relative error, and the first step over the bound, or -1. */\n"
		 "typedef struct {\n\tfloat absolute, relative;\n\tlong first;\n} %s_result;\n\n"
		 "static void\n%s_compare(%s_result *r, const float *y, const float *wanted, long n, long step, long "
		 "width)\n{\n"
		 "\tlong i;\n\tfor (i = 0; i < n; i++) {\n"
		 "\t\tfloat d = y[i] > wanted[i] ? y[i] - wanted[i] : wanted[i] - y[i];\n"
		 "\t\tfloat size = wanted[i] < 0.0f ? -wanted[i] : wanted[i];\n"
		 "\t\tif (!(d <= r->absolute))\n\t\t\tr->absolute = d;\n"
		 "\t\tif (size > 0.0f && !(d / size <= r->relative))\n\t\t\tr->relative = d / size;\n"
		 "\t\tif (!(d <= %s * (1.0f + size)) && r->first < 0)\n\t\t\tr->first = step + i / width;\n"
		 "\t}\n}\n\n",
		 e->prefix, e->prefix, e->prefix, c_float(e->arena, e->tolerance));
}

static void
add_main(Emit *e)
{
	const char *p = e->prefix;
	text_add(
		&e->text,
		"#ifndef NN_SELFTEST_NO_MAIN\n#include <stdio.h>\n\nstatic int\n%s_report(const char *what, %s_result "
		"r)\n{\n"
		"\tprintf(\"%%-10s largest error %%.3g absolute, %%.3g relative: \", what, (double)r.absolute, "
		"(double)r.relative);\n"
		"\tif (r.first < 0)\n\t\tprintf(\"ok\\n\");\n\telse\n\t\tprintf(\"over %%g from step %%ld on\\n\", %s, "
		"r.first + 1);\n\treturn r.first >= 0;\n}\n\n",
		p, p, arena_printf(e->arena, "%.9g", e->tolerance));
	text_add(&e->text, "int\nmain(void)\n{\n\tint bad = 0;\n");
	if (e->step)
		text_add(&e->text, "\tbad |= %s_report(\"step\", %s_test_step());\n", p, p);
	if (e->window)
		text_add(&e->text, "\tbad |= %s_report(\"unrolled\", %s_test_unrolled());\n", p, p);
	text_add(&e->text, "\treturn bad;\n}\n#endif\n");
}

static void
selftest_begin(Emit *e)
{
	e->one_stream = true;
	back_c.begin(e);
}

static void
selftest_end(Emit *e)
{
	const Graph *net = e->window ? e->window : e->step;
	back_c.end(e);
	text_add(&e->text, "\n/* Test vectors: %" PRId64 " steps. */\n", e->vector_steps);
	for (int i = 0; i < net->input.n; i++)
		add_array(e, arena_printf(e->arena, "test_in%d", i), vector_named(e, net->input.v[i].name));
	for (int i = 0; i < net->output.n; i++) {
		const Vector *v = vector_named(e, net->output.v[i].name);
		add_array(e, arena_printf(e->arena, "test_out%d", i), v);
		text_add(&e->text, "static float %s_test_y%d[%" PRId64 "];\n\n", e->prefix, i, v->count);
	}
	for (int i = 0; i < net->state.n; i++) {
		const Vector *v = vector_named(e, net->state.v[i].name);
		if (v && v->initial)
			add_array(e, arena_printf(e->arena, "test_state%d", i), v);
		e->has_initial |= v && v->initial;
	}
	add_helpers(e);
	if (e->step)
		add_run(e, e->step, "step");
	if (e->window)
		add_run(e, e->window, "unrolled");
	add_main(e);
}

static void
selftest_graph_begin(Emit *e, const Graph *g)
{
	back_c.graph_begin(e, g);
}

static void
selftest_node(Emit *e, const Graph *g, Ref r)
{
	back_c.node(e, g, r);
}

static void
selftest_graph_end(Emit *e, const Graph *g)
{
	back_c.graph_end(e, g);
}

const Backend back_selftest = {
	.name = "selftest",
	.suffix = ".c",
	.what = "a C program that runs the vectors of --check",
	.needs_weights = true,
	.needs_plan = true,
	.needs_vectors = true,
	.begin = selftest_begin,
	.graph_begin = selftest_graph_begin,
	.node = selftest_node,
	.graph_end = selftest_graph_end,
	.end = selftest_end,
};
