/* op_grad.c: the gradient of each operator, as nodes.
 *
 * A rule is given d, the gradient of the loss with respect to its node r, which has r's shape, and adds to the
 * gradients of r's operands; what an operand was broadcast to is summed up by grad_add. Where a function has no slope
 * it takes one from a side: min and max that of the operand that they pick, |x| that of 0. */
#include "ops.h"

#define LN2 0.69314718055994531

static Ref
operand(const Reverse *v, Ref r, int k)
{
	return grad_node(v, r)->in[k];
}

static Ref
operand_value(const Reverse *v, Ref r, int k)
{
	return grad_value(v, operand(v, r, k));
}

Ref
grad_make1(Reverse *v, Op op, Ref a)
{
	return grad_make(v, op, 1, &a, grad_node(v, a)->shape);
}

Ref
grad_make2(Reverse *v, Op op, Ref a, Ref b)
{
	return grad_make(v, op, 2, (Ref[]){a, b}, grad_node(v, a)->shape);
}

Ref
grad_sum_of(Reverse *v, Ref a)
{
	return grad_make(v, OP_SUM, 1, &a, shape_scalar());
}

/* To both operands at most; a side that nobody wants is not made. */
static bool
wanted(const Reverse *v, Ref r, int k)
{
	return grad_wanted(v, operand(v, r, k));
}

void
gr_copy(Reverse *v, Ref r, Ref d)
{
	grad_add(v, operand(v, r, 0), d);
}

void
gr_neg(Reverse *v, Ref r, Ref d)
{
	grad_add(v, operand(v, r, 0), grad_make1(v, OP_NEG, d));
}

void
gr_abs(Reverse *v, Ref r, Ref d)
{
	grad_add(v, operand(v, r, 0), grad_make2(v, OP_MUL, d, grad_make1(v, OP_SIGN, operand_value(v, r, 0))));
}

void
gr_sqrt(Reverse *v, Ref r, Ref d)
{
	Ref half = grad_make2(v, OP_MUL, d, grad_number(v, 0.5));
	grad_add(v, operand(v, r, 0), grad_make2(v, OP_DIV, half, grad_value(v, r)));
}

void
gr_exp(Reverse *v, Ref r, Ref d)
{
	grad_add(v, operand(v, r, 0), grad_make2(v, OP_MUL, d, grad_value(v, r)));
}

void
gr_log(Reverse *v, Ref r, Ref d)
{
	grad_add(v, operand(v, r, 0), grad_make2(v, OP_DIV, d, operand_value(v, r, 0)));
}

void
gr_tanh(Reverse *v, Ref r, Ref d)
{
	grad_add(v, operand(v, r, 0), grad_make2(v, OP_DTANH, d, grad_value(v, r)));
}

void
gr_sigmoid(Reverse *v, Ref r, Ref d)
{
	grad_add(v, operand(v, r, 0), grad_make2(v, OP_DSIGMOID, d, grad_value(v, r)));
}

/* d times a slope in terms of the result, and a factor of the operand */
static void
scaled_slope(Reverse *v, Ref r, Ref d, Op slope, double factor)
{
	Ref s = grad_make2(v, slope, d, grad_value(v, r));
	grad_add(v, operand(v, r, 0), grad_make2(v, OP_MUL, s, grad_number(v, factor)));
}

void
gr_sigmoid2(Reverse *v, Ref r, Ref d)
{
	scaled_slope(v, r, d, OP_DSIGMOID, 2);
}

void
gr_logistic2(Reverse *v, Ref r, Ref d)
{
	scaled_slope(v, r, d, OP_DSIGMOID, -LN2);
}

void
gr_tanh2(Reverse *v, Ref r, Ref d)
{
	scaled_slope(v, r, d, OP_DTANH, -LN2 / 2);
}

void
gr_add(Reverse *v, Ref r, Ref d)
{
	grad_add(v, operand(v, r, 0), d);
	grad_add(v, operand(v, r, 1), d);
}

void
gr_sub(Reverse *v, Ref r, Ref d)
{
	grad_add(v, operand(v, r, 0), d);
	if (wanted(v, r, 1))
		grad_add(v, operand(v, r, 1), grad_make1(v, OP_NEG, d));
}

void
gr_mul(Reverse *v, Ref r, Ref d)
{
	for (int k = 0; k < 2; k++)
		if (wanted(v, r, k))
			grad_add(v, operand(v, r, k), grad_make2(v, OP_MUL, d, operand_value(v, r, 1 - k)));
}

/* a / b: d / b, and -d r / b */
void
gr_div(Reverse *v, Ref r, Ref d)
{
	Ref over = grad_make2(v, OP_DIV, d, operand_value(v, r, 1));
	grad_add(v, operand(v, r, 0), over);
	if (wanted(v, r, 1))
		grad_add(v, operand(v, r, 1), grad_make1(v, OP_NEG, grad_make2(v, OP_MUL, over, grad_value(v, r))));
}

/* a ^ b: d b a^(b-1), and d r ln a, where ln 0 is cut off so that 0 ln 0 is 0 */
void
gr_pow(Reverse *v, Ref r, Ref d)
{
	Ref a = operand_value(v, r, 0), b = operand_value(v, r, 1);
	Shape shape = grad_node(v, r)->shape;
	if (wanted(v, r, 0)) {
		Ref less = grad_make2(v, OP_SUB, b, grad_number(v, 1));
		Ref power = grad_make(v, OP_POW, 2, (Ref[]){a, less}, shape);
		grad_add(v, operand(v, r, 0), grad_make2(v, OP_MUL, grad_make2(v, OP_MUL, d, power), b));
	}
	if (wanted(v, r, 1)) {
		Ref log = grad_make2(v, OP_MAX, grad_make1(v, OP_LOG, a), grad_number(v, -104));
		grad_add(v, operand(v, r, 1), grad_make2(v, OP_MUL, grad_make2(v, OP_MUL, d, grad_value(v, r)), log));
	}
}

/* The gradient goes to operand 0 where that is the one picked, else to the other. */
static void
picked(Reverse *v, Ref r, Ref d, Ref more, Ref less)
{
	Ref is = grad_make(v, OP_GT, 2, (Ref[]){more, less}, grad_node(v, r)->shape);
	Ref first = grad_make2(v, OP_MUL, d, is);
	grad_add(v, operand(v, r, 0), first);
	if (wanted(v, r, 1))
		grad_add(v, operand(v, r, 1), grad_make2(v, OP_SUB, d, first));
}

void
gr_max(Reverse *v, Ref r, Ref d)
{
	picked(v, r, d, operand_value(v, r, 0), operand_value(v, r, 1));
}

void
gr_min(Reverse *v, Ref r, Ref d)
{
	picked(v, r, d, operand_value(v, r, 1), operand_value(v, r, 0));
}

static Ref
transposed(Reverse *v, Ref a)
{
	Shape s = grad_node(v, a)->shape;
	return grad_make(v, OP_TRANSPOSE, 1, &a, shape_matrix(s.dim[1], s.dim[0]));
}

/* A (n, k) * B (k, m): d Bᵀ and Aᵀ d */
static void
matrix_product(Reverse *v, Ref r, Ref d)
{
	for (int k = 0; k < 2; k++) {
		if (!wanted(v, r, k))
			continue;
		Ref other = transposed(v, operand_value(v, r, 1 - k));
		Ref in[2] = {k ? other : d, k ? d : other};
		grad_add(v, operand(v, r, k), grad_make(v, OP_MATMUL, 2, in, grad_node(v, operand(v, r, k))->shape));
	}
}

/* x * W or W * x, operands k and k + 1: the product of W and d from the other side, and the outer product of x and d */
static void
vector_product(Reverse *v, Ref r, Ref d, int k)
{
	bool vector_first = grad_node(v, operand(v, r, k))->shape.rank == 1;
	int vector = vector_first ? k : k + 1, matrix = vector_first ? k + 1 : k;
	Ref x = operand_value(v, r, vector), w = operand_value(v, r, matrix);
	if (wanted(v, r, vector))
		grad_add(v, operand(v, r, vector),
			 grad_make(v, OP_MATMUL, 2, (Ref[]){vector_first ? w : d, vector_first ? d : w},
				   grad_node(v, x)->shape));
	if (wanted(v, r, matrix))
		grad_add_outer(v, operand(v, r, matrix), vector_first ? x : d, vector_first ? d : x);
}

void
gr_matmul(Reverse *v, Ref r, Ref d)
{
	if (grad_node(v, r)->shape.rank == 2)
		matrix_product(v, r, d);
	else
		vector_product(v, r, d, 0);
}

void
gr_affine(Reverse *v, Ref r, Ref d)
{
	int addends = grad_node(v, r)->attr.sum.addends, nin = grad_node(v, r)->nin;
	double scale = sum_scale(grad_node(v, r));
	if (scale != 1)
		d = grad_make2(v, OP_MUL, d, grad_number(v, scale));
	for (int k = 0; k < addends; k++)
		grad_add(v, operand(v, r, k), d);
	for (int k = addends; k < nin; k += 2)
		vector_product(v, r, d, k);
}

static Ref
spread(Reverse *v, Ref d, Ref like)
{
	return grad_make(v, OP_SPREAD, 1, &d, grad_node(v, like)->shape);
}

void
gr_sum(Reverse *v, Ref r, Ref d)
{
	grad_add(v, operand(v, r, 0), spread(v, d, operand(v, r, 0)));
}

void
gr_mean(Reverse *v, Ref r, Ref d)
{
	double n = (double)shape_count(grad_node(v, operand(v, r, 0))->shape);
	grad_add(v, operand(v, r, 0), spread(v, grad_make2(v, OP_MUL, d, grad_number(v, 1 / n)), operand(v, r, 0)));
}

/* Shared by all elements that are as large. */
static void
extreme(Reverse *v, Ref r, Ref d)
{
	Ref is = grad_make2(v, OP_EQ, operand_value(v, r, 0), grad_value(v, r));
	grad_add(v, operand(v, r, 0), grad_make2(v, OP_MUL, is, grad_make2(v, OP_DIV, d, grad_sum_of(v, is))));
}

void
gr_maximum(Reverse *v, Ref r, Ref d)
{
	extreme(v, r, d);
}

void
gr_minimum(Reverse *v, Ref r, Ref d)
{
	extreme(v, r, d);
}

/* r (d - Σ d r) */
void
gr_softmax(Reverse *v, Ref r, Ref d)
{
	Ref y = grad_value(v, r);
	Ref sum = grad_sum_of(v, grad_make2(v, OP_MUL, d, y));
	grad_add(v, operand(v, r, 0), grad_make2(v, OP_MUL, grad_make2(v, OP_SUB, d, sum), y));
}

/* d - exp(r) Σ d */
void
gr_logsoftmax(Reverse *v, Ref r, Ref d)
{
	Ref p = grad_make1(v, OP_EXP, grad_value(v, r));
	grad_add(v, operand(v, r, 0), grad_make2(v, OP_SUB, d, grad_make2(v, OP_MUL, p, grad_sum_of(v, d))));
}

void
gr_gather(Reverse *v, Ref r, Ref d)
{
	if (wanted(v, r, 0))
		grad_add_row(v, operand(v, r, 0), operand_value(v, r, 1), d);
}

void
gr_concat(Reverse *v, Ref r, Ref d)
{
	int32_t at = 1, nin = grad_node(v, r)->nin;
	for (int k = 0; k < nin; k++) {
		Shape s = grad_node(v, operand(v, r, k))->shape;
		int32_t n = (int32_t)shape_count(s);
		if (wanted(v, r, k)) {
			Ref part = grad_make(v, s.rank == 0 ? OP_ELEMENT : OP_SLICE, 1, &d, s);
			Attr *attr = &grad_node(v, part)->attr;
			attr->range.first = at;
			attr->range.last = at + n - 1;
			grad_add(v, operand(v, r, k), part);
		}
		at += n;
	}
}

void
gr_slice(Reverse *v, Ref r, Ref d)
{
	grad_add_part(v, operand(v, r, 0), grad_node(v, r)->attr.range.first, d);
}
