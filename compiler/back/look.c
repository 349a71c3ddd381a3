/* look.c: classes and signs of the operators, for the pictures. */
#include "look.h"
#include "../ops.h"
#include <inttypes.h>
#include <string.h>

static const struct {
	const char *name, *what;
} look_table[LOOK_COUNT] = {
	[LOOK_INPUT] = {"input", "input"},
	[LOOK_OUTPUT] = {"output", "output"},
	[LOOK_STATE] = {"state", "of another step"},
	[LOOK_WEIGHT] = {"weight", "weight"},
	[LOOK_PRODUCT] = {"product", "matrix product"},
	[LOOK_SUM] = {"sum", "element by element"},
	[LOOK_CURVE] = {"curve", "activation"},
	[LOOK_REDUCE] = {"reduce", "reduction"},
	[LOOK_MOVE] = {"move", "moved numbers"},
};

/* Class and sign; the class is one more than Look, so that a missing row shows. */
static const struct {
	int look;
	const char *sign;
} op_looks[OP_COUNT] = {
	[OP_INPUT] = {1 + LOOK_INPUT, ""},      [OP_PARAM] = {1 + LOOK_WEIGHT, ""},
	[OP_CONST] = {1 + LOOK_WEIGHT, ""},     [OP_STATE] = {1 + LOOK_STATE, ""},
	[OP_INIT] = {1 + LOOK_STATE, ""},       [OP_DELAY] = {1 + LOOK_STATE, ""},
	[OP_UPDATE] = {1 + LOOK_STATE, ""},     [OP_OUTPUT] = {1 + LOOK_OUTPUT, ""},
	[OP_LAST] = {1 + LOOK_MOVE, NULL},      [OP_EXPECT] = {1 + LOOK_MOVE, "::"},
	[OP_COPY] = {1 + LOOK_MOVE, "="},       [OP_NEG] = {1 + LOOK_SUM, "−"},
	[OP_ABS] = {1 + LOOK_CURVE, "|·|"},     [OP_SQRT] = {1 + LOOK_CURVE, "√"},
	[OP_EXP] = {1 + LOOK_CURVE, NULL},      [OP_LOG] = {1 + LOOK_CURVE, NULL},
	[OP_TANH] = {1 + LOOK_CURVE, NULL},     [OP_SIGMOID] = {1 + LOOK_CURVE, "σ"},
	[OP_SIGMOID2] = {1 + LOOK_CURVE, "σ"},  [OP_ADD] = {1 + LOOK_SUM, "+"},
	[OP_SUB] = {1 + LOOK_SUM, "−"},         [OP_MUL] = {1 + LOOK_SUM, "⊙"},
	[OP_DIV] = {1 + LOOK_SUM, "÷"},         [OP_POW] = {1 + LOOK_SUM, "^"},
	[OP_MIN] = {1 + LOOK_SUM, NULL},        [OP_MAX] = {1 + LOOK_SUM, NULL},
	[OP_MATMUL] = {1 + LOOK_PRODUCT, "×"},  [OP_AFFINE] = {1 + LOOK_PRODUCT, "×"},
	[OP_SUM] = {1 + LOOK_REDUCE, "Σ"},      [OP_MEAN] = {1 + LOOK_REDUCE, NULL},
	[OP_MAXIMUM] = {1 + LOOK_REDUCE, NULL}, [OP_MINIMUM] = {1 + LOOK_REDUCE, NULL},
	[OP_SOFTMAX] = {1 + LOOK_CURVE, NULL},  [OP_LOGSOFTMAX] = {1 + LOOK_CURVE, NULL},
	[OP_GATHER] = {1 + LOOK_MOVE, NULL},    [OP_CONCAT] = {1 + LOOK_MOVE, NULL},
	[OP_SLICE] = {1 + LOOK_MOVE, NULL},     [OP_ELEMENT] = {1 + LOOK_MOVE, NULL},
};

const char *
look_name(Look look)
{
	return look_table[look].name;
}

const char *
look_what(Look look)
{
	return look_table[look].what;
}

Look
op_look(Op op)
{
	if (op_looks[op].look)
		return (Look)(op_looks[op].look - 1);
	if (op_table[op].sink)
		return LOOK_OUTPUT;
	return op_elementwise(op) ? LOOK_SUM : op_table[op].flops ? LOOK_REDUCE : LOOK_PRODUCT;
}

/* An end of a slice: ≤ 0 counts from the end. */
static const char *
slice_end(Arena *a, int32_t i)
{
	return i > 0 ? arena_printf(a, "%" PRId32, i) : i == 0 ? "end" : arena_printf(a, "end%" PRId32, i);
}

const char *
node_sign(Arena *a, const Node *n)
{
	if (op_table[n->op].attr == ATTR_RANGE) {
		const char *first = slice_end(a, n->attr.range.first), *last = slice_end(a, n->attr.range.last);
		return strcmp(first, last) == 0 ? arena_printf(a, "[%s]", first)
						: arena_printf(a, "[%s:%s]", first, last);
	}
	return op_looks[n->op].sign ? op_looks[n->op].sign : op_table[n->op].name;
}

bool
node_is_once(const Graph *g, const Node *n)
{
	return n->op == OP_PARAM || n->op == OP_CONST || (g->steps && n->step < 0 && n->op != OP_INIT);
}

const char *
node_called(const Graph *g, const Node *n)
{
	if (n->op == OP_INPUT)
		return g->input.v[n->attr.index].name;
	if (n->op == OP_OUTPUT)
		return g->output.v[n->attr.index].name;
	if (n->op == OP_PARAM && !n->name)
		return g->param.v[n->attr.index].name;
	return n->name ? n->name : "";
}

static const char *
once_name(Arena *a, const Graph *g, Ref r)
{
	const Node *n = graph_node(g, r);
	if (n->op == OP_CONST)
		return arena_printf(a, "%g", n->attr.number);
	const char *name = node_called(g, n);
	return *name ? name : arena_printf(a, "%%%" PRId32, r.i);
}

/* "× Wx × Wy + b": products first, as people write it. */
static const char *
affine_label(Arena *a, const Graph *g, const Node *n)
{
	const char *label = "";
	for (int turn = 0; turn < 2; turn++)
		for (int k = 0; k < n->nin; k++) {
			bool product = k >= n->attr.sum.addends;
			if (product == (turn == 0) && node_is_once(g, graph_node(g, n->in[k])))
				label = arena_printf(a, "%s%s%s %s", label, *label ? " " : "", product ? "×" : "+",
						     once_name(a, g, n->in[k]));
		}
	return *label ? label : "× +";
}

const char *
node_label(Arena *a, const Graph *g, const Node *n)
{
	const char *label = node_sign(a, n);
	if (n->op == OP_AFFINE)
		return affine_label(a, g, n);
	for (int k = 0; k < n->nin; k++) {
		if (!node_is_once(g, graph_node(g, n->in[k])))
			continue;
		const char *name = once_name(a, g, n->in[k]);
		label = k == 0 && n->nin == 2 ? arena_printf(a, "%s %s", name, label)
					      : arena_printf(a, "%s %s", label, name);
	}
	return label;
}
