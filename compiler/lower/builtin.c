/* builtin.c: the functions that are operators, initialisers or ways to build models; all others are in prelude.net. */
#include "value.h"
#include <assert.h>
#include <string.h>

static Value
call_unary(Lower *l, const Builtin *b, Args *args)
{
	Ref x = value_ref(l, args->v[0].value);
	return ref_ok(x) ? value_node(lower_add(l, b->op, 1, &x, args->at), args->at) : value_error();
}

/* min(a, b, c) is min(min(a, b), c). */
static Value
call_binary(Lower *l, const Builtin *b, Args *args)
{
	Ref x = value_ref(l, args->v[0].value);
	for (int i = 1; i < args->n; i++) {
		Ref y = value_ref(l, args->v[i].value);
		if (!ref_ok(x) || !ref_ok(y))
			return value_error();
		x = lower_add(l, b->op, 2, (Ref[]){x, y}, args->at);
	}
	return ref_ok(x) ? value_node(x, args->at) : value_error();
}

/* + - * / ^ and their dotted forms as functions; more than two operands are taken from the left. */
static Value
call_operator(Lower *l, const Builtin *b, Args *args)
{
	bool dot = b->name[0] == '.';
	Value v = args->v[0].value;
	for (int i = 1; i < args->n; i++)
		v = value_binary(l, b->name[dot], dot || args->dot, v, args->v[i].value, args->at);
	return v;
}

static Value
call_concat(Lower *l, const Builtin *b, Args *args)
{
	Ref *in = arena_alloc(l->arena, ((size_t)args->n + 1) * sizeof *in);
	for (int i = 0; i < args->n; i++) {
		in[i] = value_ref(l, args->v[i].value);
		if (!ref_ok(in[i]))
			return value_error();
	}
	return value_node(lower_add(l, b->op, args->n, in, args->at), args->at);
}

static Value
call_dot(Lower *l, const Builtin *b, Args *args)
{
	Value product = value_binary(l, '*', true, args->v[0].value, args->v[1].value, args->at);
	Ref x = value_ref(l, product);
	return ref_ok(x) ? value_node(lower_add(l, b->op, 1, &x, args->at), args->at) : value_error();
}

/* zeros(Float32, 3) says what netc does anyway. */
static bool
is_float32(const Value *v)
{
	return v->kind == V_BUILTIN && strcmp(v->u.builtin->name, "Float32") == 0;
}

static Value
call_float32(Lower *l, const Builtin *b, Args *args)
{
	(void)l;
	(void)b;
	return args->v[0].value;
}

/* zeros(3), zeros(1, 3), zeros((1, 3)), zeros(_), zeros() */
static Value
call_initialiser(Lower *l, const Builtin *b, Args *args)
{
	const Value *size[3];
	int n = 0, i = args->n && is_float32(&args->v[0].value) ? 1 : 0;
	if (args->n == 1 && args->v[0].value.kind == V_TUPLE) {
		const ValueList *list = args->v[0].value.u.list;
		for (int k = 0; k < list->n && n < 3; k++)
			size[n++] = &list->v[k];
	} else {
		for (; i < args->n && n < 3; i++)
			size[n++] = &args->v[i].value;
	}
	Tensor0 *t = arena_alloc(l->arena, sizeof *t);
	*t = (Tensor0){b->init, b->number, n ? (Shape){(int8_t)n, {0, 0}} : shape_unknown()};
	if (n > 2) {
		lower_error(l, args->at, "'%s' makes a vector or a matrix; found %d sizes", b->name, n);
		return value_error();
	}
	for (int k = 0; k < n; k++) {
		if (!value_is_size(size[k])) {
			lower_error(l, size[k]->at.hi ? size[k]->at : args->at,
				    "a size is a whole number from 1; found %s",
				    size[k]->kind == V_NUMBER ? arena_printf(l->arena, "%g", size[k]->u.number)
							      : value_what(size[k]));
			return value_error();
		}
		t->shape.dim[k] = size[k]->kind == V_DIM ? size[k]->u.dim : (int32_t)size[k]->u.number;
	}
	return (Value){.kind = V_TENSOR, .at = args->at, .u.tensor = t};
}

/* create_bias(bias, n): true: n zeros to train; false: none; a tensor: itself (Flux). */
static Value
call_create_bias(Lower *l, const Builtin *b, Args *args)
{
	Value bias = args->v[0].value;
	if (bias.kind == V_BOOL && bias.u.boolean) {
		Args zeros = {args->v + 1, args->n - 1, false, args->at, 0};
		return call_initialiser(l, b, &zeros);
	}
	if (bias.kind == V_BOOL || bias.kind == V_TENSOR)
		return bias;
	lower_error(l, bias.at, "bias is true, false or an initial value; found %s", value_what(&bias));
	return value_error();
}

static Value
call_container(Lower *l, ModelKind kind, Args *args, int first)
{
	Model *m = model_new(l, kind, args->at);
	m->child = arena_alloc(l->arena, ((size_t)args->n + 1) * sizeof *m->child);
	m->key = arena_alloc(l->arena, ((size_t)args->n + 1) * sizeof *m->key);
	bool bad = false;
	for (int i = first; i < args->n; i++) {
		Value v = args->v[i].value;
		if (v.kind != V_MODEL && v.kind != V_FUNC && v.kind != V_BUILTIN && v.kind != V_TYPE) {
			lower_error(l, v.at, "wanted a layer or a function, found %s", value_what(&v));
			bad = true;
			continue;
		}
		v = layer_of_type(l, v);
		if (v.kind == V_ERROR)
			return v;
		for (int k = 0; k < m->nchild; k++)
			if (args->v[i].key && m->key[k] == args->v[i].key) {
				lower_error(l, v.at, "the name '%s' is given twice", args->v[i].key);
				return value_error();
			}
		m->key[m->nchild] = args->v[i].key;
		m->child[m->nchild++] = v;
	}
	if (!m->nchild && !bad)
		lower_error(l, args->at, "'%s' wants at least one layer", kind == MODEL_CHAIN ? "Chain" : "Parallel");
	if (!m->nchild || bad)
		return value_error();
	return model_value(m);
}

static Value
call_chain(Lower *l, const Builtin *b, Args *args)
{
	(void)b;
	return call_container(l, MODEL_CHAIN, args, 0);
}

static Value
call_parallel(Lower *l, const Builtin *b, Args *args)
{
	(void)b;
	Value op = args->v[0].value;
	if (op.kind != V_FUNC && op.kind != V_BUILTIN) {
		lower_error(l, op.at,
			    "Parallel wants a function that joins the branches first, as in Parallel(vcat, a, b); "
			    "found %s",
			    value_what(&op));
		return value_error();
	}
	Value v = call_container(l, MODEL_PARALLEL, args, 1);
	if (v.kind == V_MODEL)
		v.u.model->op = op;
	return v;
}

/* A layer around one other. */
static Model *
wrap_model(Lower *l, ModelKind kind, Value inner, Span at)
{
	Model *m = model_new(l, kind, at);
	m->child = arena_alloc(l->arena, sizeof *m->child);
	m->key = arena_alloc(l->arena, sizeof *m->key);
	m->child[0] = inner;
	m->nchild = 1;
	return m;
}

static Value
call_flip(Lower *l, const Builtin *b, Args *args)
{
	(void)b;
	Value v = layer_of_type(l, args->v[0].value);
	if (v.kind != V_MODEL) {
		lower_error(l, v.at, "flip wants a layer, found %s", value_what(&v));
		return value_error();
	}
	return model_value(wrap_model(l, MODEL_FLIP, v, args->at));
}

static Value
call_last(Lower *l, const Builtin *b, Args *args)
{
	(void)b;
	Value v = layer_of_type(l, args->v[0].value);
	if (v.kind != V_MODEL && v.kind != V_FUNC) {
		lower_error(l, v.at, "last wants a layer, found %s", value_what(&v));
		return value_error();
	}
	return model_value(wrap_model(l, MODEL_LAST, v, args->at));
}

/* Recur(cell, h0), Recurrence(cell) */
static Value
call_recur(Lower *l, const Builtin *b, Args *args)
{
	Value v = layer_of_type(l, args->v[0].value);
	if (v.kind == V_ERROR)
		return v;
	if (v.kind != V_MODEL && v.kind != V_FUNC) {
		lower_error(l, v.at, "%s wants a cell first, found %s", b->name, value_what(&v));
		return value_error();
	}
	Model *m = wrap_model(l, MODEL_RECUR, v, args->at);
	m->label = b->name;
	m->key[0] = intern(l->arena, "cell");
	m->op = args->n > 1 ? args->v[1].value : value_error();
	return model_value(m);
}

/* map(f, (a, b)) is (f(a), f(b)); over one value it is f of that. */
static Value
call_map(Lower *l, const Builtin *b, Args *args)
{
	(void)b;
	Value f = args->v[0].value, t = args->v[1].value;
	if (t.kind != V_TUPLE)
		return call_one(l, f, t, args->at);
	Value *v = arena_alloc(l->arena, ((size_t)t.u.list->n + 1) * sizeof *v);
	for (int i = 0; i < t.u.list->n; i++) {
		v[i] = call_one(l, f, t.u.list->v[i], args->at);
		if (v[i].kind == V_ERROR)
			return v[i];
	}
	return value_tuple(l, v, t.u.list->n, args->at);
}

static Value
call_gather(Lower *l, const Builtin *b, Args *args)
{
	Ref table = value_ref(l, args->v[0].value), index = value_ref(l, args->v[1].value);
	if (!ref_ok(table) || !ref_ok(index))
		return value_error();
	return value_node(lower_add(l, b->op, 2, (Ref[]){table, index}, args->at), args->at);
}

/* unroll(m, n): the model itself; n is the default of --unroll. */
static Value
call_unroll(Lower *l, const Builtin *b, Args *args)
{
	Value m = args->v[0].value;
	if (m.kind != V_MODEL && m.kind != V_FUNC && m.kind != V_TYPE) {
		lower_error(l, m.at, "%s wants a model first, found %s", b->name, value_what(&m));
		return value_error();
	}
	if (args->n > 1) {
		Value n = args->v[1].value;
		if (n.kind != V_NUMBER || !value_is_size(&n)) {
			lower_error(l, n.at, "the number of steps is a whole number from 1; found %s",
				    n.kind == V_NUMBER ? arena_printf(l->arena, "%g", n.u.number) : value_what(&n));
			return value_error();
		}
		l->window = (int32_t)n.u.number;
	}
	return m;
}

#define UNARY(name_, op_)                                                                             \
	{                                                                                             \
		.name = name_, .call = call_unary, .op = op_, .min = 1, .max = 1, .elementwise = true \
	}
#define REDUCE(name_, op_)                                                       \
	{                                                                        \
		.name = name_, .call = call_unary, .op = op_, .min = 1, .max = 1 \
	}
#define BINARY(name_, op_)                                                                              \
	{                                                                                               \
		.name = name_, .call = call_binary, .op = op_, .min = 2, .max = -1, .elementwise = true \
	}
#define INIT(name_, init_, scale_)                                                                           \
	{                                                                                                    \
		.name = name_, .call = call_initialiser, .init = init_, .number = scale_, .min = 0, .max = 3 \
	}
#define NUMBER(name_, value_)                                     \
	{                                                         \
		.name = name_, .constant = true, .number = value_ \
	}

#define OPERATOR(name_)                                                                        \
	{                                                                                      \
		.name = name_, .call = call_operator, .min = 2, .max = -1, .elementwise = true \
	}

static const Builtin builtin_table[] = {
	OPERATOR("+"),
	OPERATOR("-"),
	OPERATOR("*"),
	OPERATOR("/"),
	OPERATOR("^"),
	OPERATOR(".+"),
	OPERATOR(".-"),
	OPERATOR(".*"),
	OPERATOR("./"),
	OPERATOR(".^"),
	UNARY("tanh", OP_TANH),
	UNARY("sigmoid", OP_SIGMOID),
	UNARY("σ", OP_SIGMOID),
	UNARY("exp", OP_EXP),
	UNARY("log", OP_LOG),
	UNARY("sqrt", OP_SQRT),
	UNARY("abs", OP_ABS),
	BINARY("min", OP_MIN),
	BINARY("max", OP_MAX),
	REDUCE("sum", OP_SUM),
	REDUCE("mean", OP_MEAN),
	REDUCE("maximum", OP_MAXIMUM),
	REDUCE("minimum", OP_MINIMUM),
	REDUCE("softmax", OP_SOFTMAX),
	REDUCE("logsoftmax", OP_LOGSOFTMAX),
	{.name = "dot", .call = call_dot, .op = OP_SUM, .min = 2, .max = 2},
	{.name = "vcat", .call = call_concat, .op = OP_CONCAT, .min = 1, .max = -1},
	{.name = "hcat", .call = call_concat, .op = OP_CONCAT, .min = 1, .max = -1},
	INIT("zeros", INIT_ZEROS, 0),
	INIT("zeros32", INIT_ZEROS, 0),
	INIT("ones", INIT_ONES, 0),
	INIT("ones32", INIT_ONES, 0),
	INIT("glorot_uniform", INIT_GLOROT_UNIFORM, 1),
	INIT("glorot_normal", INIT_GLOROT_NORMAL, 1),
	INIT("rand", INIT_UNIFORM, 1),
	INIT("rand32", INIT_UNIFORM, 1),
	INIT("randn", INIT_NORMAL, 1),
	INIT("randn32", INIT_NORMAL, 1),
	INIT("initn", INIT_NORMAL, 0.01),
	{.name = "create_bias", .call = call_create_bias, .init = INIT_ZEROS, .min = 2, .max = 3},
	{.name = "Float32", .call = call_float32, .min = 1, .max = 1},
	{.name = "Chain", .call = call_chain, .min = 0, .max = -1},
	{.name = "Parallel", .call = call_parallel, .min = 1, .max = -1},
	{.name = "flip", .call = call_flip, .min = 1, .max = 1},
	{.name = "last", .call = call_last, .min = 1, .max = 1},
	{.name = "Recur", .call = call_recur, .min = 1, .max = 2},
	{.name = "Recurrence", .call = call_recur, .min = 1, .max = 1},
	{.name = "map", .call = call_map, .min = 2, .max = 2},
	{.name = "gather", .call = call_gather, .op = OP_GATHER, .min = 2, .max = 2},
	{.name = "unroll", .call = call_unroll, .min = 2, .max = 2},
	{.name = "unroll1", .call = call_unroll, .min = 1, .max = 1},
	NUMBER("π", 3.14159265358979323846),
	NUMBER("pi", 3.14159265358979323846),
	NUMBER("ℯ", 2.71828182845904523536),
};

const Builtin *
builtin_find(const char *name)
{
	for (int i = 0; i < COUNT(builtin_table); i++)
		if (strcmp(builtin_table[i].name, name) == 0)
			return &builtin_table[i];
	return NULL;
}

int
builtin_names(const char **out, int max)
{
	int n = 0;
	for (; n < COUNT(builtin_table) && n < max; n++)
		out[n] = builtin_table[n].name;
	return n;
}
