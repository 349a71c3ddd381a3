/* ops.h: the operator table, and the rules that its rows name. */
#ifndef NETC_OPS_H
#define NETC_OPS_H
#include "ir.h"

typedef struct ShapeSolver ShapeSolver;

/* Tells the solver what one node's shape and its operands' shapes say about each other. Called until nothing
 * changes, so it must only add knowledge. */
typedef void ShapeRule(ShapeSolver *s, Ref r);

/* One value during evaluation: the elements of one batch row. */
typedef struct {
	const double *v;
	Shape shape;
} EvalArg;
/* Writes the shape_count(n->shape) elements of out; arg has n->nin entries. out overlaps no argument. */
typedef void EvalRule(const Node *n, const EvalArg *arg, double *out);

typedef struct Reverse Reverse;
/* Adds to the gradients of the operands of r what d, the gradient of r, makes of them. */
typedef void GradRule(Reverse *v, Ref r, Ref d);

typedef struct {
	const char *name;
	int nin;
	AttrTag attr;
	ShapeRule *shape;
	EvalRule *eval;
	const char *c;    /* one element, with the runtime's functions */
	const char *libm; /* the same with math.h's, where it differs */
	const char *onnx; /* ONNX's operator, opset 13 */
	GradRule *grad;
	int flops;
	bool sink;       /* has an effect, never removed */
	bool sums_batch; /* adds up the rows of its operands: one result for the batch */
	bool internal;   /* only passes make it, with its shape known */
} OpRow;

extern const OpRow op_table[OP_COUNT];

/* The operator of that name in a dump, or OP_COUNT. */
Op op_named(const char *name);
/* One C expression per element: operands of the result's shape, or broadcast to it. */
static inline bool
op_elementwise(Op op)
{
	return op_table[op].c != NULL;
}

ShapeRule sh_leaf, sh_sink, sh_same, sh_delay, sh_broadcast, sh_matmul, sh_affine, sh_reduce, sh_features, sh_gather,
	sh_concat, sh_slice;
EvalRule ev_copy, ev_neg, ev_abs, ev_sqrt, ev_exp, ev_log, ev_tanh, ev_sigmoid, ev_sigmoid2, ev_logistic2, ev_tanh2,
	ev_add, ev_sub, ev_mul, ev_div, ev_pow, ev_min, ev_max, ev_matmul, ev_affine, ev_sum, ev_mean, ev_maximum,
	ev_minimum, ev_softmax, ev_logsoftmax, ev_gather, ev_concat, ev_slice;
EvalRule ev_sign, ev_gt, ev_eq, ev_dtanh, ev_dsigmoid, ev_spread, ev_sumto, ev_onehot, ev_transpose, ev_outer,
	ev_scatter, ev_total;
GradRule gr_copy, gr_neg, gr_abs, gr_sqrt, gr_exp, gr_log, gr_tanh, gr_sigmoid, gr_sigmoid2, gr_logistic2, gr_tanh2,
	gr_add, gr_sub, gr_mul, gr_div, gr_pow, gr_min, gr_max, gr_matmul, gr_affine, gr_sum, gr_mean, gr_maximum,
	gr_minimum, gr_softmax, gr_logsoftmax, gr_gather, gr_concat, gr_slice;

/* What shape rules may ask and say. A shape is known piece by piece: first its rank, then each size. */
enum {
	GUESS_NOTHING,
	GUESS_MATRIX, /* a parameter in a product is a matrix */
	GUESS_RESULT, /* a broadcast has the rank of the operand that is known */
	GUESS_RANK,   /* an unknown operand of a broadcast has the rank of the result */
	GUESS_SIZE,   /* the two sides of a broadcast have one size */
	GUESS_ONE,    /* what is added to a vector of one number is one number */
	GUESS_SCALAR, /* what is still unknown is a scalar */
	GUESS_COUNT
};
int shape_guess(const ShapeSolver *s); /* how far the solver may assume what is usual */
const Node *shape_node(const ShapeSolver *s, Ref r);
int shape_rank(const ShapeSolver *s, Ref r);        /* or RANK_UNKNOWN */
int32_t shape_dim(ShapeSolver *s, Ref r, int axis); /* or 0 */
/* The PARAM node that holds the initial value of a DELAY's state, or REF_NONE. */
Ref shape_initial(const ShapeSolver *s, Ref delay);
void shape_set_rank(ShapeSolver *s, Ref r, int rank);
void shape_set_dim(ShapeSolver *s, Ref r, int axis, int32_t n);
void shape_same_dim(ShapeSolver *s, Ref a, int a_axis, Ref b, int b_axis);
void shape_same(ShapeSolver *s, Ref a, Ref b);
/* What has just been said cannot be: reported once per node, with the shapes of its operands if wanted. */
void shape_conflict(ShapeSolver *s, Ref r, bool shapes, const char *fmt, ...) PRINTF_LIKE(4, 5);

/* What gradient rules may ask and say. Every node that a rule makes belongs to the backward half. */
Node *grad_node(const Reverse *v, Ref r);
/* Does anything that is trained depend on it? If not, no rule need say anything of it. */
bool grad_wanted(const Reverse *v, Ref r);
/* The value of a node of the forward half: itself, or its copy where it is computed again. */
Ref grad_value(const Reverse *v, Ref r);
/* A node of the backward half, of that shape. */
Ref grad_make(Reverse *v, Op op, int nin, const Ref *in, Shape shape);
/* An element-wise operator whose result has the shape of a; the sum of all elements of a. */
Ref grad_make1(Reverse *v, Op op, Ref a), grad_make2(Reverse *v, Op op, Ref a, Ref b), grad_sum_of(Reverse *v, Ref a);
Ref grad_number(Reverse *v, double x);
/* Adds to the gradient of `to`: a value of the shape that `to` was broadcast to; the outer product of two vectors; a
 * row of a table, `index` counted from 1; the elements from `first` (1-based) on. */
void grad_add(Reverse *v, Ref to, Ref d);
void grad_add_outer(Reverse *v, Ref to, Ref a, Ref b);
void grad_add_row(Reverse *v, Ref to, Ref index, Ref d);
void grad_add_part(Reverse *v, Ref to, int32_t first, Ref d);
#endif
