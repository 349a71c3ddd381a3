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

typedef struct {
	const char *name;
	int nin;
	AttrTag attr;
	ShapeRule *shape;
	EvalRule *eval;
	const char *c;    /* one element, with the runtime's functions */
	const char *libm; /* the same with math.h's, where it differs */
	const char *onnx; /* ONNX's operator, opset 13 */
	int flops;
	bool sink; /* has an effect, never removed */
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
#endif
