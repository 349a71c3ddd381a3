/* onnx.c: the unrolled window, or the step with --unroll 0, as an ONNX model (opset 13).
 *
 * Inputs x (steps, batch, features) without the axes that are 1 by nature (a step has no steps, one sequence no
 * batch); a state h is an input h and an output h'. Weights are initialisers under their own names; with
 * --weights-as=params or extern they are inputs. A value is called "model[1].forget{3}": layer, name, step from 1.
 * What a node was in the source is its doc string. */
#include "onnx.h"
#include "../ops.h"
#include <inttypes.h>
#include <string.h>

enum { MODEL_IR = 1, MODEL_PRODUCER = 2, MODEL_VERSION = 3, MODEL_DOC = 6, MODEL_GRAPH = 7, MODEL_OPSET = 8 };
enum { MODEL_METADATA = 14, KEY = 1, VALUE = 2, OPSET_DOMAIN = 1, OPSET_VERSION = 2 };
enum { ATTRIBUTE_NAME = 1, ATTRIBUTE_I = 3, ATTRIBUTE_INTS = 8, ATTRIBUTE_TYPE = 20, TYPE_INT = 2, TYPE_INTS = 7 };
enum { TENSOR_DIM = 1, TENSOR_TYPE = 2, TENSOR_NAME = 8, TENSOR_RAW = 9, TENSOR_DOC = 12 };
enum { INFO_NAME = 1, INFO_TYPE = 2, INFO_DOC = 3, TYPE_TENSOR = 1, ELEMENT_TYPE = 1, TYPE_SHAPE = 2 };
enum { SHAPE_DIM = 1, DIM_VALUE = 1 };
enum { IR_VERSION = 7, OPSET = 13 };

bool
onnx_batched(const Onnx *o, const Node *n)
{
	return n->batched && o->g->batch > 1;
}

static Dims
dims_of(const Onnx *o, bool batched, Shape s)
{
	Dims d = {0};
	if (batched && o->g->batch > 1)
		d.dim[d.rank++] = o->g->batch;
	for (int i = 0; i < s.rank; i++)
		d.dim[d.rank++] = s.dim[i];
	return d;
}

static Dims
dims_below(int64_t first, Dims d)
{
	memmove(d.dim + 1, d.dim, (size_t)d.rank * sizeof *d.dim);
	d.dim[0] = first;
	d.rank++;
	return d;
}

Dims
onnx_dims(const Onnx *o, const Node *n)
{
	return dims_of(o, n->batched, n->shape);
}

/* Of one step of an input or output: a scalar is a vector of one. */
static Dims
port_step_dims(const Onnx *o, const PortInfo *p)
{
	return dims_of(o, true, p->shape.rank ? p->shape : shape_vector(1));
}

static Dims
port_dims(const Onnx *o, const PortInfo *p)
{
	Dims d = port_step_dims(o, p);
	return o->stepped || p->last ? d : dims_below(o->g->steps, d);
}

static Dims
state_dims(const Onnx *o, const StateInfo *s)
{
	Dims d = dims_of(o, true, s->shape);
	return s->depth > 1 ? dims_below(s->depth, d) : d;
}

/* "model[1].forget{3}" from the path "model[1] = LSTM › forget". */
static const char *
value_name(const Onnx *o, const Node *n, const char *what)
{
	const char *path = n->path ? n->path : "", *arrow = strstr(path, " › "), *type = strstr(path, " = ");
	const char *equation = arrow ? arrow + strlen(" › ") : "";
	size_t layer = type ? (size_t)(type - path) : arrow ? (size_t)(arrow - path) : strlen(path);
	if (layer == strlen(o->g->model) && strncmp(path, o->g->model, layer) == 0)
		layer = 0;
	const char *name = n->name ? n->name : *equation ? equation : op_table[n->op].name;
	const char *kind = what ? what : n->name || !*equation ? NULL : op_table[n->op].name;
	name = arena_printf(o->e->arena, "%.*s%s%s%s%s", (int)layer, path, layer ? "." : "", name, kind ? "." : "",
			    kind ? kind : "");
	if (o->stepped || n->step < 0)
		return name;
	return arena_printf(o->e->arena, "%s{%" PRId32 "}", name, n->step + 1);
}

const char *
onnx_helper(Onnx *o, const Node *n, const char *what)
{
	return c_unique(o->e->arena, &o->names, value_name(o, n, what));
}

size_t
onnx_begin(Onnx *o, const char *op, const char *result, const Node *from)
{
	size_t m = pb_begin(o->out, GRAPH_NODE);
	pb_string(o->out, NODE_OUTPUT, result);
	pb_string(o->out, NODE_NAME, result);
	pb_string(o->out, NODE_OP, op);
	if (from)
		pb_string(o->out, NODE_DOC, node_source(o->e, from));
	return m;
}

void
onnx_input(Onnx *o, const char *name)
{
	pb_string(o->out, NODE_INPUT, name);
}

void
onnx_int(Onnx *o, const char *attribute, int64_t v)
{
	size_t m = pb_begin(o->out, NODE_ATTRIBUTE);
	pb_string(o->out, ATTRIBUTE_NAME, attribute);
	pb_int(o->out, ATTRIBUTE_I, v);
	pb_int(o->out, ATTRIBUTE_TYPE, TYPE_INT);
	pb_end(o->out, m);
}

void
onnx_ints(Onnx *o, const char *attribute, const int64_t *v, int n)
{
	size_t m = pb_begin(o->out, NODE_ATTRIBUTE);
	pb_string(o->out, ATTRIBUTE_NAME, attribute);
	for (int i = 0; i < n; i++)
		pb_int(o->out, ATTRIBUTE_INTS, v[i]);
	pb_int(o->out, ATTRIBUTE_TYPE, TYPE_INTS);
	pb_end(o->out, m);
}

void
onnx_end(Onnx *o, size_t mark)
{
	pb_end(o->out, mark);
}

const char *
onnx_node(Onnx *o, const char *op, const char *result, const Node *from, const char *a, const char *b)
{
	size_t m = onnx_begin(o, op, result, from);
	onnx_input(o, a);
	if (b)
		onnx_input(o, b);
	onnx_end(o, m);
	return result;
}

static void
put_tensor(Onnx *o, const char *name, const char *doc, int type, Dims d, const Text *bytes)
{
	size_t m = pb_begin(o->out, GRAPH_INITIALIZER);
	for (int i = 0; i < d.rank; i++)
		pb_int(o->out, TENSOR_DIM, d.dim[i]);
	pb_int(o->out, TENSOR_TYPE, type);
	pb_string(o->out, TENSOR_NAME, name);
	if (doc)
		pb_string(o->out, TENSOR_DOC, doc);
	pb_bytes(o->out, TENSOR_RAW, bytes->v, bytes->n);
	pb_end(o->out, m);
}

/* The bytes of a number, the lowest first. */
static void
put_little(Text *t, uint64_t bits, int n)
{
	for (int i = 0; i < n; i++)
		text_put(t, &(char){(char)(unsigned char)(bits >> (8 * i))}, 1);
}

/* v may be NULL: zeros. */
static void
put_floats(Onnx *o, const char *name, const char *doc, Dims d, const float *v)
{
	Text bytes = {0};
	int64_t n = 1;
	for (int i = 0; i < d.rank; i++)
		n *= d.dim[i];
	for (int64_t i = 0; i < n; i++) {
		uint32_t bits = 0;
		if (v)
			memcpy(&bits, &v[i], sizeof bits);
		put_little(&bytes, bits, sizeof bits);
	}
	put_tensor(o, name, doc, ONNX_FLOAT, d, &bytes);
	text_free(&bytes);
}

/* Whether the constant of that name is new; from now on it is not. */
static bool
is_new_number(Onnx *o, const char *name)
{
	NumberSet *s = &o->numbers, old = *s;
	if (2 * (s->n + 1) > s->cap) {
		*s = (NumberSet){.cap = old.cap ? 2 * old.cap : 64};
		s->v = arena_alloc(o->e->arena, s->cap * sizeof *s->v);
		for (size_t i = 0; i < old.cap; i++)
			if (old.v[i])
				is_new_number(o, old.v[i]);
	}
	size_t at = (size_t)hash_bytes(HASH_SEED, name, strlen(name)) & (s->cap - 1);
	while (s->v[at] && strcmp(s->v[at], name) != 0)
		at = (at + 1) & (s->cap - 1);
	bool is_new = !s->v[at];
	s->v[at] = name;
	s->n += is_new;
	return is_new;
}

/* An int64 constant, a scalar if n < 0. */
static const char *
put_numbers(Onnx *o, const char *name, const int64_t *v, int n)
{
	Text bytes = {0};
	for (int i = 0; i < (n < 0 ? 1 : n); i++)
		put_little(&bytes, (uint64_t)v[i], sizeof *v);
	Dims dims = {n >= 0, {n < 0 ? 0 : n}};
	if (is_new_number(o, name))
		put_tensor(o, name, NULL, ONNX_INT64, dims, &bytes);
	text_free(&bytes);
	return name;
}

const char *
onnx_numbers(Onnx *o, const int64_t *v, int n)
{
	Text name = {0};
	text_add(&name, "[");
	for (int i = 0; i < n; i++)
		text_add(&name, "%s%" PRId64, i ? ", " : "", v[i]);
	text_add(&name, "]");
	const char *result = put_numbers(o, arena_strndup(o->e->arena, name.v, name.n), v, n);
	text_free(&name);
	return result;
}

const char *
onnx_index(Onnx *o, int64_t v)
{
	return put_numbers(o, arena_printf(o->e->arena, "#%" PRId64, v), &v, -1);
}

const char *
onnx_float(Onnx *o, double v)
{
	float number = (float)v;
	const char *name = arena_printf(o->e->arena, "%.9g", (double)number);
	if (is_new_number(o, name))
		put_floats(o, name, NULL, (Dims){0}, &number);
	return name;
}

static void
put_info(Onnx *o, int field, const char *name, Dims d, const char *doc)
{
	Text *t = o->out;
	size_t info = pb_begin(t, field);
	pb_string(t, INFO_NAME, name);
	size_t type = pb_begin(t, INFO_TYPE), tensor = pb_begin(t, TYPE_TENSOR);
	pb_int(t, ELEMENT_TYPE, ONNX_FLOAT);
	size_t shape = pb_begin(t, TYPE_SHAPE);
	for (int i = 0; i < d.rank; i++) {
		size_t dim = pb_begin(t, SHAPE_DIM);
		pb_int(t, DIM_VALUE, d.dim[i]);
		pb_end(t, dim);
	}
	pb_end(t, shape);
	pb_end(t, tensor);
	pb_end(t, type);
	if (doc)
		pb_string(t, INFO_DOC, doc);
	pb_end(t, info);
}

static bool
is_passed_on(const Node *n)
{
	return n->op == OP_LAST || n->op == OP_EXPECT || n->op == OP_COPY;
}

/* The value may be computed under the name of a graph's output: it has the output's shape, and no other name yet. */
static bool
may_be_named(const Onnx *o, Ref r, bool scalar)
{
	const Node *n = graph_node(o->g, r);
	return !o->given[r.i] && n->nin > 0 && !is_passed_on(n) && (n->batched || o->g->batch == 1) &&
	       (scalar || n->shape.rank > 0);
}

static void
give_names(Onnx *o)
{
	for (int32_t i = 0; i < o->g->node.n; i++) {
		const Node *n = o->g->node.v[i];
		bool whole = n->op == OP_OUTPUT && (o->stepped || o->g->output.v[n->attr.index].last);
		if (whole && may_be_named(o, n->in[0], false))
			o->given[n->in[0].i] = o->output[n->attr.index];
		if (n->op == OP_UPDATE && o->g->state.v[n->attr.index].depth == 1 && may_be_named(o, n->in[0], true))
			o->given[n->in[0].i] = o->final[n->attr.index];
	}
}

static void
put_parameters(Onnx *o)
{
	const Graph *g = o->g;
	for (int i = 0; i < g->param.n; i++) {
		const ParamInfo *p = &g->param.v[i];
		Dims d = {0};
		if (!o->param[i])
			continue;
		for (int k = 0; k < p->shape.rank; k++)
			d.dim[d.rank++] = p->shape.dim[k];
		const char *doc = arena_printf(o->e->arena, "parameter %s", p->name);
		if (o->e->weights_as == WEIGHTS_CONST)
			put_floats(o, o->param[i], doc, d, p->value);
		else
			put_info(o, GRAPH_INPUT, o->param[i], d, doc);
	}
}

/* "(2) 0.5 -1"; NULL: zeros, or no values. */
static const char *
values_text(Onnx *o, Shape shape, const float *v)
{
	Text t = {0};
	bool zeros = true;
	text_add(&t, "%s", shape_text(o->e->arena, shape));
	for (int64_t k = 0; v && k < shape_count(shape); k++) {
		text_add(&t, " %.9g", (double)v[k]);
		zeros &= v[k] >= 0 && v[k] <= 0;
	}
	const char *text = zeros ? NULL : arena_strndup(o->e->arena, t.v, t.n);
	text_free(&t);
	return text;
}

static void
put_ports(Onnx *o)
{
	const Graph *g = o->g;
	Arena *a = o->e->arena;
	for (int i = 0; i < g->input.n; i++)
		put_info(o, GRAPH_INPUT, o->input[i], port_dims(o, &g->input.v[i]), NULL);
	for (int i = 0; i < g->output.n; i++)
		put_info(o, GRAPH_OUTPUT, o->output[i], port_dims(o, &g->output.v[i]), NULL);
	for (int i = 0; i < g->state.n; i++) {
		const StateInfo *s = &g->state.v[i];
		if (!o->state[i])
			continue;
		const char *slots = s->depth > 1 ? ", the newest first" : "";
		const char *start = values_text(o, s->shape, s->init.value);
		put_info(o, GRAPH_INPUT, o->state[i], state_dims(o, s),
			 arena_printf(a, "the state before the first step%s; a sequence starts from %s", slots,
				      start ? start : "zeros"));
		put_info(o, GRAPH_OUTPUT, o->final[i], state_dims(o, s),
			 arena_printf(a, "the state after the last step%s", slots));
	}
}

/* Names everything that a user addresses: they come first, so that they are not renamed. */
static void
name_ports(Onnx *o)
{
	const Graph *g = o->g;
	Arena *a = o->e->arena;
	for (int i = 0; i < g->input.n; i++)
		o->input[i] = c_unique(a, &o->names, g->input.v[i].name);
	for (int i = 0; i < g->output.n; i++)
		o->output[i] = c_unique(a, &o->names, g->output.v[i].name);
	for (int32_t i = 0; i < g->node.n; i++) {
		const Node *n = g->node.v[i];
		if (n->op == OP_PARAM)
			o->param[n->attr.index] = "";
		if (n->op == OP_INIT && g->state.v[n->attr.index].from_param)
			o->param[g->state.v[n->attr.index].from_param - 1] = "";
		if (n->op == OP_UPDATE)
			o->state[n->attr.index] = "";
	}
	for (int i = 0; i < g->param.n; i++)
		if (o->param[i])
			o->param[i] = c_unique(a, &o->names, g->param.v[i].name);
	for (int i = 0; i < g->state.n; i++) {
		const char *name = g->state.v[i].name, *free = c_unique(a, &o->names, name);
		if (!o->state[i])
			continue;
		o->state[i] = strcmp(free, name) == 0 ? free : c_unique(a, &o->names, arena_printf(a, "%s{0}", name));
		o->final[i] = c_unique(a, &o->names, arena_printf(a, "%s'", name));
	}
}

static const char *
pick(Onnx *o, const char *result, const Node *from, const char *a, int64_t at)
{
	const char *index = onnx_index(o, at);
	size_t m = onnx_begin(o, "Gather", result, from);
	onnx_input(o, a);
	onnx_input(o, index);
	onnx_int(o, "axis", 0);
	onnx_end(o, m);
	return result;
}

static const char *
put_input(Onnx *o, const Node *n)
{
	const char *value = o->input[n->attr.index];
	if (!o->stepped)
		value = pick(o, onnx_helper(o, n, NULL), n, value, n->step);
	if (n->shape.rank > 0)
		return value;
	return onnx_node(o, "Squeeze", onnx_helper(o, n, "scalar"), NULL, value, onnx_numbers(o, &(int64_t){-1}, 1));
}

static const char *
put_state(Onnx *o, const Node *n)
{
	const char *state = o->state[n->attr.slot.state];
	if (o->g->state.v[n->attr.slot.state].depth == 1)
		return state;
	return pick(o, onnx_helper(o, n, NULL), n, state, n->attr.slot.depth - 1);
}

static const char *
put_initial(Onnx *o, const Node *n)
{
	const StateInfo *s = &o->g->state.v[n->attr.index];
	if (s->from_param)
		return o->param[s->from_param - 1];
	const char *name = c_unique(o->e->arena, &o->names, arena_printf(o->e->arena, "%s{0}", s->name));
	put_floats(o, name, NULL, dims_of(o, false, s->shape), s->init.value);
	return name;
}

static void
concat(Onnx *o, const char *result, const char **in, int n)
{
	size_t m = onnx_begin(o, "Concat", result, NULL);
	for (int i = 0; i < n; i++)
		onnx_input(o, in[i]);
	onnx_int(o, "axis", 0);
	onnx_end(o, m);
}

/* Operand k in the shape of a graph's output; result NULL: under a name of its own. */
static const char *
shaped(Onnx *o, const Node *n, int k, Dims to, const char *result)
{
	const Node *a = graph_node(o->g, n->in[k]);
	const char *value = o->value[n->in[k].i];
	bool same = to.rank == onnx_dims(o, a).rank;
	if (!result)
		result = onnx_helper(o, a, "out");
	if (o->g->batch > 1 && !a->batched)
		return onnx_node(o, "Expand", result, NULL, value, onnx_numbers(o, to.dim, to.rank));
	if (to.rank == onnx_dims(o, a).rank + 1 && a->shape.rank > 0)
		return onnx_node(o, "Unsqueeze", result, NULL, value, onnx_numbers(o, &(int64_t){0}, 1));
	if (!same)
		return onnx_node(o, "Reshape", result, NULL, value, onnx_numbers(o, to.dim, to.rank));
	return onnx_node(o, "Identity", result, NULL, value, NULL);
}

static void
put_output(Onnx *o, const Node *n)
{
	int port = n->attr.index;
	const PortInfo *p = &o->g->output.v[port];
	Dims d = port_step_dims(o, p);
	if (!o->stepped && !p->last)
		o->steps[port][o->nsteps[port]++] = shaped(o, n, 0, dims_below(1, d), NULL);
	else if (o->value[n->in[0].i] != o->output[port])
		shaped(o, n, 0, d, o->output[port]);
}

/* The newest values in front, as many of the older ones as there is room for behind. */
static void
put_update(Onnx *o, const Node *n)
{
	const StateInfo *s = &o->g->state.v[n->attr.index];
	const char *final = o->final[n->attr.index];
	Dims one = dims_of(o, true, s->shape);
	if (s->depth == 1) {
		if (o->value[n->in[0].i] != final)
			shaped(o, n, 0, one, final);
		return;
	}
	const char **in = arena_alloc(o->e->arena, ((size_t)n->nin + 1) * sizeof *in);
	for (int k = 0; k < n->nin; k++)
		in[k] = shaped(o, n, k, dims_below(1, one), NULL);
	if (n->nin < s->depth) {
		int64_t zero = 0, end = s->depth - n->nin;
		const char *numbers[] = {onnx_numbers(o, &zero, 1), onnx_numbers(o, &end, 1),
					 onnx_numbers(o, &zero, 1)};
		in[n->nin] = onnx_helper(o, n, "older");
		size_t m = onnx_begin(o, "Slice", in[n->nin], NULL);
		onnx_input(o, o->state[n->attr.index]);
		for (int i = 0; i < COUNT(numbers); i++)
			onnx_input(o, numbers[i]);
		onnx_end(o, m);
	}
	concat(o, final, in, n->nin + (n->nin < s->depth));
}

static void
put_computed(Onnx *o, Ref r, const Node *n)
{
	const char *given = o->given[r.i], *name = given ? given : onnx_helper(o, n, NULL);
	o->value[r.i] = name;
	if (!op_table[n->op].onnx) {
		if (!o->reported[n->op])
			diag_file_error(o->e->diag, o->e->source, "--emit=onnx: the operator '%s' has no ONNX form%s",
					op_table[n->op].name, n->op == OP_DELAY ? " before the graph is unrolled" : "");
		o->reported[n->op] = true;
		return;
	}
	onnx_operator(o, n, name);
	if (!given)
		put_info(o, GRAPH_INFO, name, onnx_dims(o, n), NULL);
}

static void
put_node(Onnx *o, Ref r)
{
	const Node *n = graph_node(o->g, r);
	switch ((Op)n->op) {
	case OP_INPUT: o->value[r.i] = put_input(o, n); break;
	case OP_PARAM: o->value[r.i] = o->param[n->attr.index]; break;
	case OP_CONST: o->value[r.i] = onnx_float(o, n->attr.number); break;
	case OP_STATE: o->value[r.i] = put_state(o, n); break;
	case OP_INIT: o->value[r.i] = put_initial(o, n); break;
	case OP_LAST:
	case OP_EXPECT:
	case OP_COPY: o->value[r.i] = o->value[n->in[0].i]; break;
	case OP_OUTPUT: put_output(o, n); break;
	case OP_UPDATE: put_update(o, n); break;
	default: put_computed(o, r, n); break;
	}
}

static void
put_graph(Onnx *o)
{
	size_t m = pb_begin(o->out, MODEL_GRAPH);
	pb_string(o->out, GRAPH_NAME, o->g->model);
	name_ports(o);
	give_names(o);
	put_ports(o);
	put_parameters(o);
	for (int32_t i = 0; i < o->g->node.n; i++)
		put_node(o, (Ref){i});
	for (int i = 0; i < o->g->output.n; i++)
		if (!o->stepped && !o->g->output.v[i].last)
			concat(o, o->output[i], o->steps[i], o->nsteps[i]);
	pb_end(o->out, m);
}

static Onnx *
onnx_new(Emit *e, const Graph *g)
{
	Arena *a = e->arena;
	size_t nodes = (size_t)g->node.n + 1, states = (size_t)g->state.n + 1, outputs = (size_t)g->output.n + 1;
	Onnx *o = arena_alloc(a, sizeof *o);
	o->e = e;
	o->g = g;
	o->out = &e->text;
	o->stepped = !e->window;
	o->value = arena_alloc(a, nodes * sizeof *o->value);
	o->given = arena_alloc(a, nodes * sizeof *o->given);
	o->param = arena_alloc(a, ((size_t)g->param.n + 1) * sizeof *o->param);
	o->input = arena_alloc(a, ((size_t)g->input.n + 1) * sizeof *o->input);
	o->state = arena_alloc(a, states * sizeof *o->state);
	o->final = arena_alloc(a, states * sizeof *o->final);
	o->output = arena_alloc(a, outputs * sizeof *o->output);
	o->nsteps = arena_alloc(a, outputs * sizeof *o->nsteps);
	o->steps = arena_alloc(a, outputs * sizeof *o->steps);
	for (int i = 0; i < g->output.n; i++)
		o->steps[i] = arena_alloc(a, ((size_t)g->steps + 1) * sizeof **o->steps);
	return o;
}

static void
put_metadata(Onnx *o, const char *key, const char *value)
{
	if (!value)
		return;
	size_t m = pb_begin(o->out, MODEL_METADATA);
	pb_string(o->out, KEY, key);
	pb_string(o->out, VALUE, value);
	pb_end(o->out, m);
}

/* What states start from unless it is zeros, and the parameters that no node uses: for programs, netc among them. */
static void
put_values(Onnx *o)
{
	const Graph *g = o->g;
	Arena *a = o->e->arena;
	for (int i = 0; i < g->state.n; i++)
		if (o->state[i])
			put_metadata(o, arena_printf(a, "initial:%s", g->state.v[i].name),
				     values_text(o, g->state.v[i].shape, g->state.v[i].init.value));
	for (int i = 0; i < g->param.n; i++)
		if (!o->param[i])
			put_metadata(o, arena_printf(a, "parameter:%s", g->param.v[i].name),
				     values_text(o, g->param.v[i].shape, g->param.v[i].value));
}

static void
onnx_emit(Emit *e)
{
	const Graph *g = e->window ? e->window : e->step ? e->step : e->net;
	Onnx *o = onnx_new(e, g);
	Text *t = o->out;
	const char *what = o->stepped ? "one step" : arena_printf(e->arena, "unrolled, steps: %" PRId32, g->steps);
	pb_int(t, MODEL_IR, IR_VERSION);
	pb_string(t, MODEL_PRODUCER, "netc");
	pb_string(t, MODEL_VERSION, NETC_VERSION);
	pb_string(t, MODEL_DOC, arena_printf(e->arena, "%s, %s", e->source, what));
	put_graph(o);
	size_t m = pb_begin(t, MODEL_OPSET);
	pb_string(t, OPSET_DOMAIN, "");
	pb_int(t, OPSET_VERSION, OPSET);
	pb_end(t, m);
	put_values(o);
	if (t->n > INT32_MAX)
		diag_file_error(e->diag, e->source, "--emit=onnx: the model has %zu bytes; protobuf allows %d", t->n,
				INT32_MAX);
}

const Backend back_onnx = {.name = "onnx",
			   .suffix = ".onnx",
			   .what = "the unrolled graph for ONNX Runtime and Netron",
			   .without = "MHKEP",
			   .binary = true,
			   .needs_weights = true,
			   .end = onnx_emit};
