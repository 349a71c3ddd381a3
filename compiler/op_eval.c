/* op_eval.c: what each operator computes, in double: the oracle of every test.
 *
 * A rule sees one batch row at a time. NaN follows Julia: min and max of a NaN are NaN. */
#include "ops.h"
#include <assert.h>
#include <math.h>
#include <string.h>

#define UNARY(rule, expression)                                   \
	void rule(const Node *n, const EvalArg *arg, double *out) \
	{                                                         \
		int64_t count = shape_count(n->shape);            \
		for (int64_t i = 0; i < count; i++) {             \
			double x = arg[0].v[i];                   \
			out[i] = expression;                      \
		}                                                 \
	}

UNARY(ev_copy, x)
UNARY(ev_neg, -x)
UNARY(ev_abs, fabs(x))
UNARY(ev_sqrt, sqrt(x))
UNARY(ev_exp, exp(x))
UNARY(ev_log, log(x))
UNARY(ev_tanh, tanh(x))
UNARY(ev_sigmoid, 1 / (1 + exp(-x)))
UNARY(ev_logistic2, 1 / (1 + exp2(x)))
UNARY(ev_tanh2, (1 - exp2(x)) / (1 + exp2(x)))
UNARY(ev_sigmoid2, 1 / (1 + exp(-2 * x)))
UNARY(ev_sign, (x > 0) - (x < 0))

/* Which element of a broadcast operand meets element (row, column) of the result. */
static int64_t
broadcast_index(Shape from, Shape to, int64_t row, int64_t column)
{
	if (shape_count(from) == 1)
		return 0;
	if (to.rank <= 1 || from.rank <= 1) /* a vector, or a matrix of one row or column */
		return column;
	return (from.dim[0] == 1 ? 0 : row) * from.dim[1] + (from.dim[1] == 1 ? 0 : column);
}

static double
broadcast(const EvalArg *a, Shape to, int64_t row, int64_t column)
{
	return a->v[broadcast_index(a->shape, to, row, column)];
}

#define BINARY(rule, expression)                                               \
	void rule(const Node *n, const EvalArg *arg, double *out)              \
	{                                                                      \
		int64_t rows = n->shape.rank == 2 ? n->shape.dim[0] : 1;       \
		int64_t columns = shape_count(n->shape) / rows;                \
		for (int64_t i = 0; i < rows; i++)                             \
			for (int64_t j = 0; j < columns; j++) {                \
				double a = broadcast(&arg[0], n->shape, i, j); \
				double b = broadcast(&arg[1], n->shape, i, j); \
				out[i * columns + j] = expression;             \
			}                                                      \
	}

BINARY(ev_add, a + b)
BINARY(ev_sub, a - b)
BINARY(ev_mul, a *b)
BINARY(ev_div, a / b)
BINARY(ev_pow, pow(a, b))
BINARY(ev_min, isnan(a) || a < b ? a : b)
BINARY(ev_max, isnan(a) || a > b ? a : b)
BINARY(ev_gt, a > b)
BINARY(ev_eq, a == b)
BINARY(ev_dtanh, a *(1 - b * b))
BINARY(ev_dsigmoid, a *(b - b * b))

void
ev_matmul(const Node *n, const EvalArg *arg, double *out)
{
	Shape a = arg[0].shape, b = arg[1].shape;
	int64_t rows = a.rank == 2 ? a.dim[0] : 1;
	int64_t inner = a.rank == 2 ? a.dim[1] : a.dim[0];
	int64_t columns = b.rank == 2 ? b.dim[1] : 1;
	assert(shape_count(n->shape) == rows * columns);
	for (int64_t i = 0; i < rows; i++)
		for (int64_t j = 0; j < columns; j++) {
			double sum = 0;
			for (int64_t k = 0; k < inner; k++)
				sum += arg[0].v[i * inner + k] * arg[1].v[k * columns + j];
			out[i * columns + j] = sum;
		}
}

/* Addends first, then the products in order. */
void
ev_affine(const Node *n, const EvalArg *arg, double *out)
{
	int64_t count = shape_count(n->shape);
	for (int64_t j = 0; j < count; j++) {
		out[j] = 0;
		for (int k = 0; k < n->attr.sum.addends; k++)
			out[j] += arg[k].v[j];
	}
	for (int k = n->attr.sum.addends; k < n->nin; k += 2) {
		const EvalArg *a = &arg[k], *b = &arg[k + 1];
		bool left = a->shape.rank == 1; /* vector by matrix */
		const double *v = left ? a->v : b->v, *w = left ? b->v : a->v;
		int64_t inner = left ? a->shape.dim[0] : b->shape.dim[0];
		for (int64_t j = 0; j < count; j++)
			for (int64_t i = 0; i < inner; i++)
				out[j] += v[i] * w[left ? i * count + j : j * inner + i];
	}
	for (int64_t j = 0; j < count; j++)
		out[j] *= sum_scale(n);
}

static double
sum_of(const EvalArg *a)
{
	double sum = 0;
	for (int64_t i = 0; i < shape_count(a->shape); i++)
		sum += a->v[i];
	return sum;
}

static double
largest(const EvalArg *a)
{
	double m = a->v[0];
	for (int64_t i = 1; i < shape_count(a->shape); i++)
		m = isnan(m) || m > a->v[i] ? m : a->v[i];
	return m;
}

void
ev_sum(const Node *n, const EvalArg *arg, double *out)
{
	(void)n;
	out[0] = sum_of(arg);
}

void
ev_mean(const Node *n, const EvalArg *arg, double *out)
{
	(void)n;
	out[0] = sum_of(arg) / (double)shape_count(arg[0].shape);
}

void
ev_maximum(const Node *n, const EvalArg *arg, double *out)
{
	(void)n;
	out[0] = largest(arg);
}

void
ev_minimum(const Node *n, const EvalArg *arg, double *out)
{
	(void)n;
	double m = arg[0].v[0];
	for (int64_t i = 1; i < shape_count(arg[0].shape); i++)
		m = isnan(m) || m < arg[0].v[i] ? m : arg[0].v[i];
	out[0] = m;
}

/* Sum of exp(x - max): the maximum is subtracted so that nothing overflows. */
static double
exp_sum(const EvalArg *a, double max)
{
	double sum = 0;
	for (int64_t i = 0; i < shape_count(a->shape); i++)
		sum += exp(a->v[i] - max);
	return sum;
}

void
ev_softmax(const Node *n, const EvalArg *arg, double *out)
{
	double max = largest(arg), sum = exp_sum(arg, max);
	for (int64_t i = 0; i < shape_count(n->shape); i++)
		out[i] = exp(arg[0].v[i] - max) / sum;
}

void
ev_logsoftmax(const Node *n, const EvalArg *arg, double *out)
{
	double max = largest(arg), log_sum = log(exp_sum(arg, max));
	for (int64_t i = 0; i < shape_count(n->shape); i++)
		out[i] = arg[0].v[i] - max - log_sum;
}

/* The row that an index names; what is no row is the nearest one, and NaN the first. */
static int64_t
row_index(double index, int64_t rows)
{
	if (!(index >= 1))
		return 0;
	return index < (double)rows ? (int64_t)index - 1 : rows - 1;
}

void
ev_gather(const Node *n, const EvalArg *arg, double *out)
{
	int64_t columns = arg[0].shape.dim[1];
	int64_t row = row_index(arg[1].v[0], arg[0].shape.dim[0]);
	assert(columns == shape_count(n->shape));
	memcpy(out, arg[0].v + row * columns, (size_t)columns * sizeof *out);
}

void
ev_concat(const Node *n, const EvalArg *arg, double *out)
{
	for (int k = 0; k < n->nin; k++) {
		size_t count = (size_t)shape_count(arg[k].shape);
		memcpy(out, arg[k].v, count * sizeof *out);
		out += count;
	}
}

void
ev_slice(const Node *n, const EvalArg *arg, double *out)
{
	memcpy(out, arg[0].v + n->attr.range.first - 1, (size_t)shape_count(n->shape) * sizeof *out);
}

void
ev_spread(const Node *n, const EvalArg *arg, double *out)
{
	int64_t rows = n->shape.rank == 2 ? n->shape.dim[0] : 1, columns = shape_count(n->shape) / rows;
	for (int64_t i = 0; i < rows; i++)
		for (int64_t j = 0; j < columns; j++)
			out[i * columns + j] = broadcast(&arg[0], n->shape, i, j);
}

void
ev_sumto(const Node *n, const EvalArg *arg, double *out)
{
	Shape from = arg[0].shape;
	int64_t rows = from.rank == 2 ? from.dim[0] : 1, columns = shape_count(from) / rows;
	memset(out, 0, (size_t)shape_count(n->shape) * sizeof *out);
	for (int64_t i = 0; i < rows; i++)
		for (int64_t j = 0; j < columns; j++)
			out[broadcast_index(n->shape, from, i, j)] += arg[0].v[i * columns + j];
}

void
ev_onehot(const Node *n, const EvalArg *arg, double *out)
{
	int64_t count = shape_count(n->shape);
	double index = arg[0].v[0];
	bool there = index >= 1 && index <= (double)count && index == floor(index);
	for (int64_t i = 0; i < count; i++)
		out[i] = !there ? (double)NAN : (double)(i + 1) == index ? 1.0 : 0.0;
}

void
ev_transpose(const Node *n, const EvalArg *arg, double *out)
{
	int64_t rows = n->shape.dim[0], columns = n->shape.dim[1];
	for (int64_t i = 0; i < rows; i++)
		for (int64_t j = 0; j < columns; j++)
			out[i * columns + j] = arg[0].v[j * rows + i];
}

void
ev_outer(const Node *n, const EvalArg *arg, double *out)
{
	int64_t rows = n->shape.dim[0], columns = n->shape.dim[1];
	memset(out, 0, (size_t)(rows * columns) * sizeof *out);
	for (int k = 0; k < n->nin; k += 2)
		for (int64_t i = 0; i < rows; i++)
			for (int64_t j = 0; j < columns; j++)
				out[i * columns + j] += arg[k].v[i] * arg[k + 1].v[j];
}

void
ev_scatter(const Node *n, const EvalArg *arg, double *out)
{
	int64_t rows = n->shape.dim[0], columns = n->shape.dim[1];
	memset(out, 0, (size_t)(rows * columns) * sizeof *out);
	for (int k = 0; k < n->nin; k += 2) {
		double *row = out + row_index(arg[k].v[0], rows) * columns;
		for (int64_t j = 0; j < columns; j++)
			row[j] += arg[k + 1].v[j];
	}
}

void
ev_total(const Node *n, const EvalArg *arg, double *out)
{
	int64_t count = shape_count(n->shape);
	memset(out, 0, (size_t)count * sizeof *out);
	for (int k = 0; k < n->nin; k++)
		for (int64_t i = 0; i < count; i++)
			out[i] += arg[k].v[i];
}
