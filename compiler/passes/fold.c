/* fold.c: computes what is constant and drops what does nothing.
 *
 *   before  %1 = const 2    %2 = const 3    %3 = mul %1 %2    %4 = pow %0 %1    %5 = add %4 %6(const 0)
 *   after   %3 = const 6    %4 = mul %0 %0  and users of %5 use %4
 *
 * Constants are scalars and are computed in double. x + 0, x * 1, x / 1 and -(-x) are x; x ^ 2 is a product and
 * x ^ 0.5 a square root. Nothing here changes a rounded result for the worse. */
#include "../ops.h"
#include "../pass.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>

static bool
is_number(const Graph *g, Ref r, double *v)
{
	const Node *n = graph_node(g, r);
	*v = n->attr.number;
	return n->op == OP_CONST;
}

static void
become_number(Node *n, double v)
{
	n->op = OP_CONST;
	n->nin = 0;
	n->attr.number = v;
}

/* Rounded alike on every machine; exp and its kind are left to the kernels, as a host's libm may differ. */
static bool
is_exact(Op op)
{
	return op == OP_NEG || op == OP_ABS || op == OP_SQRT || op == OP_ADD || op == OP_SUB || op == OP_MUL ||
	       op == OP_DIV || op == OP_MIN || op == OP_MAX;
}

static bool
fold_constant(const Graph *g, Node *n)
{
	EvalArg arg[2];
	double v[2], out;
	if (n->nin < 1 || n->nin > 2 || n->shape.rank != 0 || !is_exact((Op)n->op))
		return false;
	for (int k = 0; k < n->nin; k++) {
		if (!is_number(g, n->in[k], &v[k]))
			return false;
		arg[k] = (EvalArg){&v[k], shape_scalar()};
	}
	op_table[n->op].eval(n, arg, &out);
	if (!(fabs(out) <= FLT_MAX)) /* not a float: computed when it runs */
		return false;
	become_number(n, out);
	return true;
}

/* The operand that a node only passes on, or REF_NONE. */
static Ref
identity_operand(const Graph *g, const Node *n)
{
	double v;
	switch ((Op)n->op) {
	case OP_ADD:
		if (is_number(g, n->in[0], &v) && v == 0)
			return n->in[1];
		return is_number(g, n->in[1], &v) && v == 0 ? n->in[0] : REF_NONE;
	case OP_MUL:
		if (is_number(g, n->in[0], &v) && v == 1)
			return n->in[1];
		return is_number(g, n->in[1], &v) && v == 1 ? n->in[0] : REF_NONE;
	case OP_SUB: return is_number(g, n->in[1], &v) && v == 0 ? n->in[0] : REF_NONE;
	case OP_DIV:
	case OP_POW: return is_number(g, n->in[1], &v) && v == 1 ? n->in[0] : REF_NONE;
	case OP_NEG: return graph_node(g, n->in[0])->op == OP_NEG ? graph_node(g, n->in[0])->in[0] : REF_NONE;
	default: return REF_NONE;
	}
}

static void
fold_power(const Graph *g, Node *n)
{
	double v;
	if (n->op != OP_POW || !is_number(g, n->in[1], &v))
		return;
	if (v == 2) {
		n->op = OP_MUL;
		n->in[1] = n->in[0];
	} else if (v == 0.5) {
		n->op = OP_SQRT;
		n->nin = 1;
	}
}

void
pass_fold(Graph *g)
{
	Ref *to = memory_new((size_t)g->node.n + 1, sizeof *to);
	for (int32_t i = 0; i < g->node.n; i++) {
		Node *n = g->node.v[i];
		to[i].i = i;
		for (int k = 0; k < n->nin && n->op != OP_DELAY; k++)
			n->in[k] = to[n->in[k].i];
		if (fold_constant(g, n))
			continue;
		fold_power(g, n);
		Ref same = identity_operand(g, n);
		if (ref_ok(same) && shape_equal(graph_node(g, same)->shape, n->shape))
			to[i] = same;
	}
	graph_replace(g, to);
	free(to);
}
