/* c.c: the C back end: one line of code per operation, or group of operations, and time step.
 *
 * Each line calls a kernel of constant size (c_kernels.c) on places that the plan chose: the caller's arrays, the
 * state, the work buffer w, a weight table. Lines are collected in parts of some hundred, each a noinline function,
 * because compilers take quadratic time over long functions. The text is put together at the end, when it is known
 * which kernels and which runtime functions are used. */
#include "c.h"
#include "c_cell.h"
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Lines per noinline function. */
enum { PART_LINES = 400 };

static const char *
lower_text(Emit *e, const char *fmt, const char *name)
{
	C *c = e->own;
	return c_unique(e->arena, &c->names, arena_printf(e->arena, fmt, e->prefix, c_identifier(e->arena, name)));
}

static void
find_used_states(Emit *e, const Graph *g)
{
	C *c = e->own;
	for (int32_t i = 0; g && i < g->node.n; i++) {
		const Node *n = g->node.v[i];
		if (n->op == OP_UPDATE)
			c->state_used[n->attr.index] = true;
		if (n->op == OP_INIT)
			c->init_read[n->attr.index] = true;
	}
}

static bool
all_zero(const float *v, int64_t n)
{
	for (int64_t i = 0; v && i < n; i++)
		if (v[i] != 0.0f)
			return false;
	return true;
}

/* An argument must not hide a function or table of ours, and its size must have a name of its own. */
static const char *
argument_name(Emit *e, const char *name)
{
	C *c = e->own;
	const char *s = c_alone(e->arena, name);
	size_t n = strlen(e->prefix);
	if (strncmp(s, e->prefix, n) == 0 && s[n] == '_')
		s = arena_printf(e->arena, "arg_%s", s);
	const char *upper = c_upper(e->arena, s), *unique = c_unique(e->arena, &c->sizes, upper);
	return c_unique(e->arena, &c->arguments, arena_printf(e->arena, "%s%s", s, unique + strlen(upper)));
}

static void
name_everything(Emit *e)
{
	C *c = e->own;
	const Graph *net = e->net;
	Arena *a = e->arena;
	NameTable members = {0}, enumerators = {0};
	for (int i = 0; i < net->param.n; i++) {
		c->param[i] = lower_text(e, "%s_w_%s", net->param.v[i].name);
		const char *id = c_identifier(a, net->param.v[i].name);
		c->offset[i] = c_unique(a, &enumerators, c_upper(a, arena_printf(a, "%s_P_%s", e->prefix, id)));
	}
	for (int i = 0; i < net->state.n; i++) {
		const StateInfo *s = &net->state.v[i];
		if (!c->state_used[i] && !c->init_read[i])
			continue;
		c->member[i] = c_unique(a, &members, c_alone(a, s->name));
		if (s->from_param && e->weights_as != WEIGHTS_CONST)
			c->init[i] = e->weights_as == WEIGHTS_EXTERN
					     ? c->param[s->from_param - 1]
					     : arena_printf(a, "p->v + %s", c->offset[s->from_param - 1]);
		else if (shape_known(s->shape) && (c->init_read[i] || !all_zero(s->init.value, shape_count(s->shape))))
			c->init[i] = lower_text(e, "%s_init_%s", s->name);
	}
	if (e->train)
		c_train_names(e);
	for (int i = 0; i < net->input.n; i++)
		c->input[i] = argument_name(e, net->input.v[i].name);
	for (int i = 0; i < net->output.n; i++)
		c->output[i] = argument_name(e, net->output.v[i].name);
}

static void
c_begin(Emit *e)
{
	C *c = arena_alloc(e->arena, sizeof *c);
	const Graph *net = e->net;
	e->own = c;
	c->param = arena_alloc(e->arena, ((size_t)net->param.n + 1) * sizeof *c->param);
	c->offset = arena_alloc(e->arena, ((size_t)net->param.n + 1) * sizeof *c->offset);
	c->member = arena_alloc(e->arena, ((size_t)net->state.n + 1) * sizeof *c->member);
	c->init = arena_alloc(e->arena, ((size_t)net->state.n + 1) * sizeof *c->init);
	c->state_used = arena_alloc(e->arena, (size_t)net->state.n + 1);
	c->init_read = arena_alloc(e->arena, (size_t)net->state.n + 1);
	c->param_read = arena_alloc(e->arena, (size_t)net->param.n + 1);
	size_t ninput = (size_t)(e->train ? e->train->input.n : net->input.n);
	c->input = arena_alloc(e->arena, (ninput + 1) * sizeof *c->input);
	c->output = arena_alloc(e->arena, ((size_t)net->output.n + 1) * sizeof *c->output);
	find_used_states(e, e->step);
	find_used_states(e, e->window);
	name_everything(e);
}

/* Do the caller's arrays have a first axis of time? */
static bool
is_window(const Emit *e, const Graph *g)
{
	return g == e->window || g == e->train;
}

/* The caller's array of one port at one step; -1: the array has no time. */
static void
put_port(const Emit *e, const Graph *g, const char *name, int32_t step, Text *out)
{
	text_add(out, "%s", name);
	if (step >= 0 && is_window(e, g))
		text_add(out, "[%" PRId32 "]", step);
	if (g->batch > 1)
		text_add(out, "[0]");
}

static void
put_slot(const Emit *e, const Graph *g, int32_t state, int32_t depth, Text *out)
{
	const C *c = e->own;
	text_add(out, "s->%s", c->member[state]);
	if (g->state.v[state].depth > 1)
		text_add(out, "[%" PRId32 "]", depth - 1);
	if (g->batch > 1)
		text_add(out, "[0]");
}

/* A constant that somebody wants in memory. */
static const char *
constant_table(Emit *e, double v)
{
	C *c = e->own;
	for (int i = 0; i < c->constant.n; i++)
		if (c->constant.v[i].value == v &&
		    !signbit(c->constant.v[i].value) == !signbit(v)) /* 0 and -0 are two */
			return c->constant.v[i].name;
	const char *name = c_unique(e->arena, &c->names, arena_printf(e->arena, "%s_c%d", e->prefix, c->constant.n));
	*table_push(e->arena, &c->constant) = (Constant){v, name};
	return name;
}

void
c_place(Emit *e, const Graph *g, Ref r, int64_t skip, Text *out)
{
	const C *c = e->own;
	const Node *n = graph_node(g, r);
	switch ((Op)n->op) {
	case OP_INPUT:
		if (c_train_port(e, n->attr.index))
			c_train_place(e, g, n->attr.index, n->step, out);
		else
			put_port(e, g, c->input[n->attr.index], n->step, out);
		break;
	case OP_STATE: put_slot(e, g, n->attr.slot.state, n->attr.slot.depth, out); break;
	case OP_INIT: text_add(out, "%s", c->init[n->attr.index]); break;
	case OP_CONST: text_add(out, "%s", constant_table(e, n->attr.number)); break;
	case OP_PARAM:
		c->param_read[n->attr.index] = true;
		if (e->weights_as == WEIGHTS_PARAMS)
			text_add(out, "p->v + %s", c->offset[n->attr.index]);
		else
			text_add(out, "%s", c->param[n->attr.index]);
		break;
	default:
		if (n->place == PLACE_SCRATCH) {
			text_add(out, "w + %" PRId64, n->offset + skip);
			return;
		}
		if (n->place == PLACE_STATE) {
			put_slot(e, g, n->offset, 1, out);
			break;
		}
		if (n->place == PLACE_GRAD) {
			text_add(out, "%s + %s", c->grad, c->offset[n->offset]);
			return;
		}
		assert(n->place == PLACE_OUTPUT);
		put_port(e, g, c->output[n->offset], g->output.v[n->offset].last ? -1 : n->step, out);
	}
	if (skip)
		text_add(out, " + %" PRId64, skip);
}

void
c_put_arg(Emit *e, const Graph *g, Ref r)
{
	C *c = e->own;
	if (c->args.n)
		text_add(&c->args, ", ");
	c_place(e, g, r, 0, &c->args);
}

void
c_put_table(Emit *e, const char *name)
{
	C *c = e->own;
	text_add(&c->args, ", %s", name);
}

/* "lstm_state *s, const float x[][10], float y[][5], float *w": what the parts of a graph share. */
static const char *
part_signature(Emit *e, const Graph *g)
{
	const char *sig = g == e->train ? c_train_signature(e, g) : c_signature(e, g);
	return g->scratch ? arena_printf(e->arena, "%s, float *w", sig) : sig;
}

static bool
mentions(const char *text, const char *word)
{
	size_t n = strlen(word);
	for (const char *p = text; (p = strstr(p, word)) != NULL; p++) {
		bool left = p == text || strchr(" (,\t", p[-1]);
		if (left && p[n] && strchr(" [,)-;", p[n]))
			return true;
	}
	return false;
}

/* Arguments that a part does not need: silences -Wunused-parameter. */
static void
add_unused(Emit *e, const Graph *g, const char *body, Text *out)
{
	const C *c = e->own;
	bool train = g == e->train;
	const char *own[] = {"s", g->scratch ? "w" : NULL, e->weights_as == WEIGHTS_PARAMS ? "p" : NULL,
			     train ? c->grad : NULL, train ? "loss" : NULL};
	for (int i = 0; i < COUNT(own) + g->input.n + g->output.n; i++) {
		int k = i - COUNT(own);
		const char *name = k < 0 ? own[i] : k < g->input.n ? c->input[k] : c->output[k - g->input.n];
		if (name && !mentions(body, name))
			text_add(out, "\t(void)%s;\n", name);
	}
}

static const char *
argument_list(Emit *e, const Graph *g)
{
	const C *c = e->own;
	const char *args = e->weights_as == WEIGHTS_PARAMS ? "p, s" : "s";
	for (int i = 0; i < g->input.n; i++)
		args = arena_printf(e->arena, "%s, %s", args, c->input[i]);
	for (int i = 0; i < g->output.n; i++)
		args = arena_printf(e->arena, "%s, %s", args, c->output[i]);
	if (g == e->train)
		args = arena_printf(e->arena, "%s, %s, loss", args, c->grad);
	return g->scratch ? arena_printf(e->arena, "%s, w", args) : args;
}

/* Makes a noinline function of the lines so far. */
static void
end_part(Emit *e, const Graph *g)
{
	C *c = e->own;
	const char *what = g == e->train ? "grad_part" : is_window(e, g) ? "part" : "step_part";
	const char *name =
		c_unique(e->arena, &c->names, arena_printf(e->arena, "%s_%s%d", e->prefix, what, c->parts++));
	text_add(&c->functions, "NN_NOINLINE static void\n%s(%s)\n{\n", name, part_signature(e, g));
	add_unused(e, g, c->part_code.v, &c->functions);
	text_put(&c->functions, c->part.v, c->part.n);
	text_add(&c->functions, "}\n\n");
	text_add(&c->calls, "\t%s(%s);\n", name, argument_list(e, g));
	c->part.n = c->part_code.n = 0;
	c->part_lines = 0;
}

void
c_line_room(Emit *e, const Graph *g)
{
	const C *c = e->own;
	if (c->part_lines >= PART_LINES)
		end_part(e, g);
}

/* One line: the kernel on the arguments in c->args, and where it comes from. */
void
c_add_line(Emit *e, const Graph *g, const Node *n, const char *kernel)
{
	C *c = e->own;
	c_line_room(e, g);
	text_add(&c->part, "\t%s(%s); /* ", kernel, c->args.v);
	if (n->name && n->op != OP_OUTPUT)
		text_add(&c->part, "%s: ", n->name);
	text_add(&c->part, "%s */\n", node_source(e, n));
	text_put(&c->part_code, c->args.v, c->args.n);
	text_put(&c->part_code, ",", 1);
	c->part_lines++;
	c->args.n = 0;
}

/* Copies count floats of each row of `from`; the target is in c->args. */
static void
copy_line(Emit *e, const Graph *g, const Node *n, Ref from, int64_t skip, int64_t count, int64_t to_stride)
{
	C *c = e->own;
	const Node *a = graph_node(g, from);
	int64_t rows = n->batched || op_table[n->op].sink ? g->batch : 1;
	int64_t stride = a->batched ? shape_count(a->shape) : 0;
	const char *kernel = c_kernel_copy(e, rows, count, to_stride, rows == 1 ? count : stride);
	text_add(&c->args, ", ");
	c_place(e, g, from, skip, &c->args);
	c_add_line(e, g, n, kernel);
}

static void
emit_output(Emit *e, const Graph *g, const Node *n)
{
	C *c = e->own;
	const Node *a = graph_node(g, n->in[0]);
	int64_t count = shape_count(a->shape);
	if (a->place == PLACE_OUTPUT && a->offset == n->attr.index && a->step == n->step)
		return;
	put_port(e, g, c->output[n->attr.index], g->output.v[n->attr.index].last ? -1 : n->step, &c->args);
	copy_line(e, g, n, n->in[0], 0, count, count);
}

/* Older slots move back, the new values go in front. */
static void
emit_update(Emit *e, const Graph *g, const Node *n)
{
	C *c = e->own;
	int32_t state = n->attr.index, depth = g->state.v[state].depth;
	int64_t count = shape_count(g->state.v[state].shape), slot = count * g->batch;
	if (depth > n->nin) {
		const char *kernel = c_kernel_shift(e, slot * (depth - n->nin));
		put_slot(e, g, state, n->nin + 1, &c->args);
		text_add(&c->args, ", ");
		put_slot(e, g, state, 1, &c->args);
		c_add_line(e, g, n, kernel);
	}
	for (int k = 0; k < n->nin; k++) {
		const Node *value = graph_node(g, n->in[k]);
		if (value->place == PLACE_STATE && value->offset == state)
			continue; /* it was computed there */
		put_slot(e, g, state, k + 1, &c->args);
		copy_line(e, g, n, n->in[k], 0, count, count);
	}
}

static void
emit_concat(Emit *e, const Graph *g, Ref r)
{
	C *c = e->own;
	const Node *n = graph_node(g, r);
	int64_t at = 0, width = shape_count(n->shape);
	for (int k = 0; k < n->nin; k++) {
		int64_t count = shape_count(graph_node(g, n->in[k])->shape);
		c_place(e, g, r, at, &c->args);
		copy_line(e, g, n, n->in[k], 0, count, width);
		at += count;
	}
}

static void
emit_slice(Emit *e, const Graph *g, Ref r)
{
	C *c = e->own;
	const Node *n = graph_node(g, r);
	int64_t count = shape_count(n->shape);
	c_place(e, g, r, 0, &c->args);
	copy_line(e, g, n, n->in[0], n->attr.range.first - 1, count, count);
}

static void
emit_kernel(Emit *e, const Graph *g, Ref r)
{
	const Node *n = graph_node(g, r);
	const char *kernel = c_kernel(e, g, n);
	c_put_arg(e, g, r);
	for (int k = 0; k < n->nin; k++)
		if (c_kernel_takes(g, n, k))
			c_put_arg(e, g, n->in[k]);
	c_add_line(e, g, n, kernel);
}

/* A group is emitted at its first node. */
static void
emit_group(Emit *e, const Graph *g, Ref r)
{
	int32_t group = graph_node(g, r)->group, end = r.i + 1;
	if (group && r.i && g->node.v[r.i - 1]->group == group)
		return;
	while (group && end < g->node.n && g->node.v[end]->group == group)
		end++;
	c_cell(e, g, r.i, end);
}

static void
c_node(Emit *e, const Graph *g, Ref r)
{
	const Node *n = graph_node(g, r);
	if (n->group || n->op == OP_AFFINE) {
		emit_group(e, g, r);
		return;
	}
	switch ((Op)n->op) {
	case OP_INPUT:
	case OP_PARAM:
	case OP_CONST:
	case OP_INIT:
	case OP_STATE: return;
	case OP_OUTPUT: emit_output(e, g, n); return;
	case OP_UPDATE: emit_update(e, g, n); return;
	case OP_CONCAT: emit_concat(e, g, r); return;
	case OP_SLICE:
	case OP_ELEMENT: emit_slice(e, g, r); return;
	default:
		if (c_train_has(n))
			c_train_node(e, g, r);
		else
			emit_kernel(e, g, r);
		return;
	}
}

static void
c_graph_begin(Emit *e, const Graph *g)
{
	(void)g;
	C *c = e->own;
	c->part.n = c->part_code.n = c->calls.n = 0;
	c->part_lines = c->parts = 0;
}

/* The public function: the lines themselves if they fit one part, else calls of the parts. */
static void
c_graph_end(Emit *e, const Graph *g)
{
	C *c = e->own;
	bool window = is_window(e, g);
	if (c->parts && c->part_lines)
		end_part(e, g);
	const Text *body = c->parts ? &c->calls : &c->part, *code = c->parts ? &c->calls : &c->part_code;
	if (g == e->train) {
		c_train_function(e, g, body);
		return;
	}
	const char *name = window ? "unrolled" : "step", *sig = c_signature(e, g);
	bool caller = window && e->scratch_in == SCRATCH_CALLER;
	text_add(&c->functions, "void\n%s_%s(%s%s)\n{\n", e->prefix, name, sig,
		 caller ? arena_printf(e->arena, ", %s_scratch *work", e->prefix) : "");
	if (g->scratch && caller)
		text_add(&c->functions, "\tfloat *w = work->w;\n");
	else if (caller)
		text_add(&c->functions, "\t(void)work;\n");
	else if (g->scratch && window && e->scratch_in == SCRATCH_STATIC)
		text_add(&c->functions, "\tstatic float w[%" PRId64 "];\n", g->scratch);
	else if (g->scratch)
		text_add(&c->functions, "\tfloat w[%" PRId64 "];\n", g->scratch);
	add_unused(e, g, code->n ? code->v : "", &c->functions);
	if (body->n)
		text_put(&c->functions, body->v, body->n);
	text_add(&c->functions, "}\n\n");
}

static void
emit_reset(Emit *e)
{
	C *c = e->own;
	const Graph *net = e->window ? e->window : e->step;
	bool any = false;
	text_add(&c->functions, "void\n%s_reset(%s%s_state *s)\n{\n", e->prefix,
		 e->weights_as == WEIGHTS_PARAMS ? arena_printf(e->arena, "const %s_params *p, ", e->prefix) : "",
		 e->prefix);
	if (e->weights_as == WEIGHTS_PARAMS)
		text_add(&c->functions, "\t(void)p;\n");
	for (int i = 0; i < net->state.n; i++) {
		if (!c->state_used[i])
			continue;
		int64_t n = shape_count(net->state.v[i].shape), rows = (int64_t)net->state.v[i].depth * net->batch;
		const char *kernel =
			c->init[i] ? c_kernel_copy(e, rows, n, n, rows == 1 ? n : 0) : c_kernel_zero(e, n * rows);
		text_add(&c->functions, "\t%s(", kernel);
		put_slot(e, net, i, 1, &c->functions);
		text_add(&c->functions, "%s%s);\n", c->init[i] ? ", " : "", c->init[i] ? c->init[i] : "");
		any = true;
	}
	text_add(&c->functions, "%s}\n\n", any ? "" : "\ts->none = 0;\n");
}

const int *
c_param_order(Emit *e)
{
	const Graph *net = e->net;
	int *order = arena_alloc(e->arena, ((size_t)net->param.n + 1) * sizeof *order), n = 0;
	for (int frozen = 0; frozen < 2; frozen++)
		for (int i = 0; i < net->param.n; i++)
			if ((e->train && !net->param.v[i].trainable) == frozen)
				order[n++] = i;
	return order;
}

static void
add_table(Text *out, const float *v, int64_t n)
{
	for (int64_t i = 0; i < n; i++) {
		char s[32];
		int len = snprintf(s, sizeof s, "%.9g", (double)v[i]);
		const char *point = memchr(s, '.', (size_t)len) || memchr(s, 'e', (size_t)len) ? "" : ".0";
		text_add(out, "%s%s%sf,", i % 8 ? " " : "\n\t", s, point);
	}
}

static void
emit_tables(Emit *e)
{
	C *c = e->own;
	for (int i = 0; i < e->net->param.n && e->weights_as == WEIGHTS_CONST; i++) {
		const ParamInfo *p = &e->net->param.v[i];
		if (!c->param_read[i])
			continue;
		text_add(&e->text, "/* %s %s */\nstatic const float %s[%" PRId64 "] NN_ALIGNED NN_SECTION = {",
			 c_comment(e->arena, p->name, (int)strlen(p->name)), shape_text(e->arena, p->shape),
			 c->param[i], shape_count(p->shape));
		add_table(&e->text, p->value, shape_count(p->shape));
		text_add(&e->text, "\n};\n\n");
	}
	for (int i = 0; i < c->table.n; i++) {
		const Packed *t = &c->table.v[i];
		text_add(&e->text,
			 "/* %s, in the order of use */\nstatic const float %s[%" PRId64 "] NN_ALIGNED NN_SECTION = {",
			 t->contents, t->name, t->n);
		add_table(&e->text, t->value, t->n);
		text_add(&e->text, "\n};\n\n");
	}
	if (e->weights_as == WEIGHTS_PARAMS && e->has_values) {
		const int *order = c_param_order(e);
		text_add(&e->text, "const %s_params %s_weights NN_SECTION = {{", e->prefix, e->prefix);
		for (int i = 0; i < e->net->param.n; i++) {
			const ParamInfo *p = &e->net->param.v[order[i]];
			text_add(&e->text, "\n\t/* %s %s */", c_comment(e->arena, p->name, (int)strlen(p->name)),
				 shape_text(e->arena, p->shape));
			add_table(&e->text, p->value, shape_count(p->shape));
		}
		text_add(&e->text, "%s\n}};\n\n", e->net->param.n ? "" : "0.0f");
	}
	for (int i = 0; i < c->constant.n; i++)
		text_add(&e->text, "static const float %s[1] = {%s};\n\n", c->constant.v[i].name,
			 c_float(e->arena, c->constant.v[i].value));
	for (int i = 0; i < e->net->state.n; i++) {
		const StateInfo *s = &e->net->state.v[i];
		if (!c->init[i] || (s->from_param && e->weights_as != WEIGHTS_CONST))
			continue;
		text_add(&e->text, "/* initial %s %s */\nstatic const float %s[%" PRId64 "] NN_ALIGNED = {",
			 c_comment(e->arena, s->name, (int)strlen(s->name)), shape_text(e->arena, s->shape), c->init[i],
			 shape_count(s->shape));
		add_table(&e->text, s->init.value, shape_count(s->shape));
		text_add(&e->text, "\n};\n\n");
	}
}

static const char portability[] = "#if defined(__GNUC__) || defined(__clang__)\n"
				  "#define NN_ALIGN(n) __attribute__((aligned(n)))\n"
				  "#define NN_NOINLINE __attribute__((noinline))\n"
				  "#define NN_INLINE inline __attribute__((always_inline))\n"
				  "#define NN_RESTRICT __restrict__\n"
				  "#elif defined(_MSC_VER)\n"
				  "#define NN_ALIGN(n)\n"
				  "#define NN_NOINLINE __declspec(noinline)\n"
				  "#define NN_INLINE __forceinline\n"
				  "#define NN_RESTRICT __restrict\n"
				  "#else\n"
				  "#define NN_ALIGN(n)\n"
				  "#define NN_NOINLINE\n"
				  "#define NN_INLINE\n"
				  "#define NN_RESTRICT\n"
				  "#endif\n\n";

static void
emit_section(Emit *e)
{
	if (e->section)
		text_add(&e->text,
			 "#if defined(__GNUC__) || defined(__clang__)\n#define NN_SECTION "
			 "__attribute__((section(\"%s\")))\n"
			 "#else\n#define NN_SECTION\n#endif\n\n",
			 e->section);
	else
		text_add(&e->text, "#define NN_SECTION\n\n");
}

/* What fits the registers of the target, and that a compiler keeps it there. */
static const char blocking[] =
	"#if defined(__AVX512F__)\n"
	"#define NN_BLOCK(avx512, avx, sse, scalar) avx512\n"
	"#elif defined(__AVX__) || defined(__aarch64__)\n"
	"#define NN_BLOCK(avx512, avx, sse, scalar) avx\n"
	"#elif defined(__SSE__) || defined(__ARM_NEON) || defined(__ALTIVEC__) || \\\n"
	"	defined(__wasm_simd128__) || defined(_M_X64)\n"
	"#define NN_BLOCK(avx512, avx, sse, scalar) sse\n"
	"#else\n"
	"#define NN_BLOCK(avx512, avx, sse, scalar) scalar\n"
	"#endif\n"
	"#define NN_VECTORS NN_BLOCK(1, 1, 1, 0)\n"
	"#define NN_AHEAD NN_BLOCK(1, 0, 0, 0) /* weights for several rows are loaded before their turn */\n"
	"#if NN_BLOCK(0, 0, 0, 1)\n"
	"#define NN_ALIGNED\n"
	"#else\n"
	"#define NN_ALIGNED NN_ALIGN(64)\n"
	"#endif\n"
	"#define NN_ROWS NN_SPEED(NN_INLINE, NN_NOINLINE)\n"
	"#if defined(NN_VMUL) /* register a += w * x, the products of some lanes before their sums */\n"
	"#define NN_PRODUCT(w, x) \"vmul.f32 s\" #w \", s\" #w \", s\" #x \"\\n\\t\"\n"
	"#define NN_SUM(a, w, x) \"vadd.f32 s\" #a \", s\" #a \", s\" #w \"\\n\\t\"\n"
	"#else\n"
	"#define NN_PRODUCT(w, x)\n"
	"#define NN_SUM(a, w, x) \"vfma.f32 s\" #a \", s\" #w \", s\" #x \"\\n\\t\"\n"
	"#endif\n"
	"#if NN_BLOCK(0, 0, 0, 1) && defined(__GNUC__) && defined(__OPTIMIZE__)\n"
	"#define NN_UNROLL _Pragma(\"GCC unroll 32\")\n"
	"#else\n"
	"#define NN_UNROLL\n"
	"#endif\n"
	"#if NN_BLOCK(1, 0, 0, 0) && defined(__GNUC__) && !defined(__clang__)\n"
	"#define NN_ONE_VECTOR _Pragma(\"GCC unroll 1\")\n"
	"#else\n"
	"#define NN_ONE_VECTOR NN_UNROLL\n"
	"#endif\n"
	"#if defined(__OPTIMIZE_SIZE__)\n"
	"#define NN_SPEED(fast, small) small\n"
	"#define NN_UNROLL_FAST\n"
	"#else\n"
	"#define NN_SPEED(fast, small) fast\n"
	"#define NN_UNROLL_FAST NN_UNROLL\n"
	"#endif\n"
	"#if (defined(__ARM_ARCH_7EM__) && defined(__ARM_FP) || defined(__riscv_flen)) && defined(__GNUC__) && \\\n"
	"	defined(__OPTIMIZE__) && !defined(__OPTIMIZE_SIZE__) /* for M33 and M55 gcc runs out of registers */\n"
	"#define NN_PRAGMA(text) _Pragma(#text)\n"
	"#define NN_TURNS(n) NN_PRAGMA(GCC unroll n)\n"
	"#define NN_LONG(n) ((n) >= 32)\n"
	"#else\n"
	"#define NN_TURNS(n)\n"
	"#define NN_LONG(n) 0\n"
	"#endif\n"
	"#if defined(__GNUC__) && !defined(__clang__) && defined(__OPTIMIZE_SIZE__)\n"
	"#define NN_FAST __attribute__((optimize(\"no-tree-loop-distribute-patterns\"))) /* no calls of memcpy */\n"
	"#elif defined(__GNUC__) && !defined(__clang__) && defined(__OPTIMIZE__) && !NN_BLOCK(0, 0, 0, 1)\n"
	"#define NN_FAST __attribute__((optimize(\"O3\", \"no-loop-unroll-and-jam\"))) /* loops over accumulators "
	"become registers */\n"
	"#elif defined(__GNUC__) && !defined(__clang__) && defined(__OPTIMIZE__) && defined(__riscv)\n"
	"#define NN_FAST __attribute__((optimize(\"no-tree-loop-distribute-patterns\", \"no-tree-pre\", "
	"\"sched-pressure\"))) /* accumulators stay in registers */\n"
	"#elif defined(__GNUC__) && !defined(__clang__) && defined(__OPTIMIZE__)\n"
	"#define NN_FAST __attribute__((optimize(\"no-tree-loop-distribute-patterns\", \"no-tree-pre\"))) /* loops "
	"stay as they are */\n"
	"#else\n"
	"#define NN_FAST\n"
	"#endif\n\n";

static void
c_end(Emit *e)
{
	C *c = e->own;
	emit_reset(e);
	c_header(e);
	Text kernels = {0}, named = {0};
	for (int i = 0; i < c->kernel.n; i++)
		text_add(&kernels, "%s\n%s%s\n", c->kernel.v[i].head, c->kernel.v[i].name, c->kernel.v[i].body);
	const char *ext =
		arena_printf(e->arena, "/* %s.c: generated by netc %s from %s (%016" PRIx64 "); do not edit. */\n",
			     e->prefix, NETC_VERSION, c_comment(e->arena, e->source, (int)strlen(e->source)), e->hash);
	text_add(&e->text, "%s", ext);
	if (!e->one_stream)
		text_add(&e->text, "#include \"%s.h\"\n", e->file_stem);
	text_add(&e->text, "%s\n%s", c->uses_math ? "#include <math.h>\n" : "", portability);
	if (kernels.n)
		text_add(&e->text, "%s", blocking);
	if (kernels.n)
		emit_section(e);
	if (kernels.n)
		text_put(&named, kernels.v, kernels.n);
	if (e->train) { /* not the functions themselves: they are long */
		size_t at = c->functions.n;
		c_train_optimisers(e, &c->functions);
		text_put(&named, c->functions.v + at, c->functions.n - at);
		text_add(&named, " nn_loss nn_float");
	}
	if (named.n)
		c_runtime(e, named.v, &e->text);
	text_free(&named);
	emit_tables(e);
	if (kernels.n)
		text_put(&e->text, kernels.v, kernels.n);
	text_put(&e->text, c->functions.v, c->functions.n - 1);
	text_free(&kernels);
	text_free(&c->functions);
	text_free(&c->part);
	text_free(&c->part_code);
	text_free(&c->args);
	text_free(&c->calls);
	text_free(&c->key);
}

const Backend back_c = {
	.name = "c",
	.suffix = ".c",
	.what = "C99 source and header",
	.needs_weights = true,
	.needs_plan = true,
	.trains = true,
	.begin = c_begin,
	.graph_begin = c_graph_begin,
	.node = c_node,
	.graph_end = c_graph_end,
	.end = c_end,
};
