/* onnx_ops.c: each operator as ONNX nodes.
 *
 * Our values are scalars, vectors and matrices, with the batch implied; ONNX sees the batch as a first axis and
 * broadcasts from the last one. So an operand of lower rank that has a batch gets axes after it, (B) → (B, 1), and
 * a matrix of one row or column that stands for a vector is reshaped. */
#include "onnx.h"
#include "../ops.h"
#include <assert.h>

#define LN_2 0.69314718055994531

static const Node *
operand(const Onnx *o, const Node *n, int k)
{
	return graph_node(o->g, n->in[k]);
}

static const char *
operand_value(const Onnx *o, const Node *n, int k)
{
	return o->value[n->in[k].i];
}

static const char *
reshape(Onnx *o, const char *a, const Node *n, Dims to)
{
	return onnx_node(o, "Reshape", onnx_helper(o, n, "shaped"), NULL, a, onnx_numbers(o, to.dim, to.rank));
}

static const char *
unsqueeze(Onnx *o, const char *a, const Node *n, int64_t axis)
{
	return onnx_node(o, "Unsqueeze", onnx_helper(o, n, "axis"), NULL, a, onnx_numbers(o, &axis, 1));
}

/* Operand k so that ONNX's broadcasting does what ours does. */
static const char *
broadcast(Onnx *o, const Node *n, int k)
{
	const Node *a = operand(o, n, k);
	const char *value = operand_value(o, n, k);
	int missing = n->shape.rank - a->shape.rank;
	if (missing == 0 || (missing > 0 && !onnx_batched(o, a)))
		return value;
	Dims to = {0};
	if (onnx_batched(o, a))
		to.dim[to.rank++] = o->g->batch;
	for (int i = 0; i < missing; i++)
		to.dim[to.rank++] = 1;
	if (missing < 0 && n->shape.rank == 1)
		to.dim[to.rank++] = shape_count(a->shape);
	for (int i = 0; missing > 0 && i < a->shape.rank; i++)
		to.dim[to.rank++] = a->shape.dim[i];
	return reshape(o, value, n, to);
}

static void
put_elementwise(Onnx *o, const Node *n, const char *result)
{
	const char *in[2] = {NULL, NULL};
	assert(n->nin >= 1 && n->nin <= COUNT(in));
	for (int k = 0; k < n->nin; k++)
		in[k] = broadcast(o, n, k);
	onnx_node(o, op_table[n->op].onnx, result, n, in[0], in[1]);
}

/* matrix * vector, the vectors the rows of a batch: rows * transposed matrix. */
static void
put_gemm(Onnx *o, const Node *n, const char *matrix, const char *rows, const char *result)
{
	size_t m = onnx_begin(o, "Gemm", result, n);
	onnx_input(o, rows);
	onnx_input(o, matrix);
	onnx_int(o, "transB", 1);
	onnx_end(o, m);
}

/* Operand k times operand k + 1. MatMul sees vectors with a batch as the rows of a matrix. That is right for
 * vector * matrix; else the vector becomes a matrix of one row or column. */
static const char *
product(Onnx *o, const Node *n, int k, const char *result)
{
	const Node *a = operand(o, n, k), *b = operand(o, n, k + 1);
	const char *av = operand_value(o, n, k), *bv = operand_value(o, n, k + 1), *op = op_table[OP_MATMUL].onnx;
	bool row = a->shape.rank == 1 && onnx_batched(o, a) && onnx_batched(o, b);
	bool column = b->shape.rank == 1 && onnx_batched(o, b);
	if (!row && !column)
		return onnx_node(o, op, result, n, av, bv);
	if (column && !onnx_batched(o, a)) {
		put_gemm(o, n, av, bv, result);
		return result;
	}
	int64_t axis = row ? 1 : 2;
	if (row)
		av = unsqueeze(o, av, n, axis);
	else
		bv = unsqueeze(o, bv, n, axis);
	const char *whole = onnx_node(o, op, onnx_helper(o, n, "product"), NULL, av, bv);
	return onnx_node(o, "Squeeze", result, n, whole, onnx_numbers(o, &axis, 1));
}

/* Addends, then products, one added to the next. */
static void
put_affine(Onnx *o, const Node *n, const char *result)
{
	const char *sum = NULL;
	int addends = n->attr.sum.addends;
	for (int k = 0; k < n->nin; k += k < addends ? 1 : 2) {
		const char *term = operand_value(o, n, k);
		if (k >= addends)
			term = product(o, n, k, onnx_helper(o, n, "product"));
		sum = sum ? onnx_node(o, "Add", onnx_helper(o, n, "sum"), NULL, sum, term) : term;
	}
	onnx_node(o, "Mul", result, n, sum, onnx_float(o, sum_scale(n)));
}

/* The operator of x times a factor: what the pack pass made of sigmoid and tanh. */
static void
put_scaled(Onnx *o, const Node *n, double factor, const char *result)
{
	const char *by = onnx_float(o, factor);
	const char *x = onnx_node(o, "Mul", onnx_helper(o, n, "scaled"), NULL, operand_value(o, n, 0), by);
	onnx_node(o, op_table[n->op].onnx, result, n, x, NULL);
}

/* The axes to reduce are an input of ReduceSum and an attribute of the others, until opset 18. */
static void
put_reduce(Onnx *o, const Node *n, const char *result)
{
	static const int64_t axes[] = {-2, -1};
	int rank = operand(o, n, 0)->shape.rank;
	const char *numbers = n->op == OP_SUM && rank ? onnx_numbers(o, axes + 2 - rank, rank) : NULL;
	if (rank == 0) {
		onnx_node(o, "Identity", result, n, operand_value(o, n, 0), NULL);
		return;
	}
	size_t m = onnx_begin(o, op_table[n->op].onnx, result, n);
	onnx_input(o, operand_value(o, n, 0));
	if (numbers)
		onnx_input(o, numbers);
	else
		onnx_ints(o, "axes", axes + 2 - rank, rank);
	onnx_int(o, "keepdims", 0);
	onnx_end(o, m);
}

static void
put_softmax(Onnx *o, const Node *n, const char *result)
{
	size_t m = onnx_begin(o, op_table[n->op].onnx, result, n);
	onnx_input(o, operand_value(o, n, 0));
	onnx_int(o, "axis", -1);
	onnx_end(o, m);
}

/* Rows are counted from 1, and what is no row is the nearest one. */
static void
put_gather(Onnx *o, const Node *n, const char *result)
{
	const Node *index = operand(o, n, 1);
	const char *value = operand_value(o, n, 1);
	Dims flat = {0};
	if (onnx_batched(o, index))
		flat.dim[flat.rank++] = o->g->batch;
	if (index->shape.rank > 0)
		value = reshape(o, value, n, flat);
	value = onnx_node(o, "Max", onnx_helper(o, n, "least"), NULL, value, onnx_float(o, 1));
	value = onnx_node(o, "Min", onnx_helper(o, n, "most"), NULL, value,
			  onnx_float(o, operand(o, n, 0)->shape.dim[0]));
	const char *row = onnx_helper(o, n, "row"), *zero_based = onnx_helper(o, n, "index");
	size_t m = onnx_begin(o, "Cast", row, NULL);
	onnx_input(o, value);
	onnx_int(o, "to", ONNX_INT64);
	onnx_end(o, m);
	onnx_node(o, "Sub", zero_based, NULL, row, onnx_index(o, 1));
	onnx_node(o, op_table[n->op].onnx, result, n, operand_value(o, n, 0), zero_based);
}

/* Operand k as a vector with a batch axis if the result has one. */
static const char *
part(Onnx *o, const Node *n, int k)
{
	const Node *a = operand(o, n, k);
	const char *value = operand_value(o, n, k);
	Dims to = {0};
	if (onnx_batched(o, n))
		to.dim[to.rank++] = o->g->batch;
	to.dim[to.rank++] = shape_count(a->shape);
	if (onnx_batched(o, n) && !onnx_batched(o, a))
		return onnx_node(o, "Expand", onnx_helper(o, n, "rows"), NULL, value, onnx_numbers(o, to.dim, to.rank));
	return a->shape.rank == 1 ? value : reshape(o, value, n, to);
}

static void
put_concat(Onnx *o, const Node *n, const char *result)
{
	const char **in = arena_alloc(o->e->arena, (size_t)n->nin * sizeof *in);
	for (int k = 0; k < n->nin; k++)
		in[k] = part(o, n, k);
	size_t m = onnx_begin(o, op_table[n->op].onnx, result, n);
	for (int k = 0; k < n->nin; k++)
		onnx_input(o, in[k]);
	onnx_int(o, "axis", -1);
	onnx_end(o, m);
}

static void
put_slice(Onnx *o, const Node *n, const char *result)
{
	int64_t first = n->attr.range.first - 1, end = n->attr.range.last, axis = -1;
	const char *numbers[] = {onnx_numbers(o, &first, 1), onnx_numbers(o, &end, 1), onnx_numbers(o, &axis, 1)};
	size_t m = onnx_begin(o, op_table[n->op].onnx, result, n);
	onnx_input(o, operand_value(o, n, 0));
	for (int i = 0; i < COUNT(numbers); i++)
		onnx_input(o, numbers[i]);
	onnx_end(o, m);
}

static void
put_element(Onnx *o, const Node *n, const char *result)
{
	const char *index = onnx_index(o, n->attr.range.first - 1);
	size_t m = onnx_begin(o, op_table[n->op].onnx, result, n);
	onnx_input(o, operand_value(o, n, 0));
	onnx_input(o, index);
	onnx_int(o, "axis", -1);
	onnx_end(o, m);
}

void
onnx_operator(Onnx *o, const Node *n, const char *result)
{
	switch ((Op)n->op) {
	case OP_MATMUL: product(o, n, 0, result); break;
	case OP_AFFINE: put_affine(o, n, result); break;
	case OP_SIGMOID2: put_scaled(o, n, 2, result); break;
	case OP_LOGISTIC2: put_scaled(o, n, -LN_2, result); break;
	case OP_TANH2: put_scaled(o, n, -LN_2 / 2, result); break;
	case OP_SUM:
	case OP_MEAN:
	case OP_MAXIMUM:
	case OP_MINIMUM: put_reduce(o, n, result); break;
	case OP_SOFTMAX:
	case OP_LOGSOFTMAX: put_softmax(o, n, result); break;
	case OP_GATHER: put_gather(o, n, result); break;
	case OP_CONCAT: put_concat(o, n, result); break;
	case OP_SLICE: put_slice(o, n, result); break;
	case OP_ELEMENT: put_element(o, n, result); break;
	default: put_elementwise(o, n, result); break;
	}
}
