/* test_eval.c: the evaluation rule of every operator against numbers worked out by hand, and state over windows. */
#include "../../compiler/eval.h"
#include "../../compiler/ops.h"
#include <check.h>
#include <math.h>
#include <string.h>

Suite *suite_eval(void);

#define NONE                  \
	{                     \
		RANK_UNKNOWN, \
		{             \
			0, 0  \
		}             \
	}
#define SCALAR               \
	{                    \
		0,           \
		{            \
			0, 0 \
		}            \
	}
#define VECTOR(n)            \
	{                    \
		1,           \
		{            \
			n, 0 \
		}            \
	}
#define MATRIX(m, n)         \
	{                    \
		2,           \
		{            \
			m, n \
		}            \
	}
#define EPS 1e-15

typedef struct {
	Op op;
	Shape a, b, out;
	double x[6], y[6], wanted[6];
	Attr attr;
} Rule;

static const double inf = INFINITY, nan_ = NAN;

/* exp, log and tanh of small numbers to 17 digits, from tables. */
#define E1 2.7182818284590452
#define TANH1 0.76159415595576489
#define SIGMOID1 0.73105857863000488
#define LN2 0.69314718055994531

#define RULES 80
static const Rule *
rules(void)
{
	static Rule rule[] = {
		{OP_OUTPUT, VECTOR(2), NONE, VECTOR(2), {3, -4}, {0}, {3, -4}, {0}},
		{OP_EXPECT, VECTOR(2), NONE, VECTOR(2), {3, -4}, {0}, {3, -4}, {0}},
		{OP_COPY, MATRIX(1, 2), NONE, MATRIX(1, 2), {3, -4}, {0}, {3, -4}, {0}},
		{OP_LAST, SCALAR, NONE, SCALAR, {3}, {0}, {3}, {0}},
		{OP_NEG, VECTOR(3), NONE, VECTOR(3), {3, -4, 0}, {0}, {-3, 4, 0}, {0}},
		{OP_ABS, VECTOR(3), NONE, VECTOR(3), {3, -4, 0}, {0}, {3, 4, 0}, {0}},
		{OP_SQRT, VECTOR(4), NONE, VECTOR(4), {9, 0, 2, -1}, {0}, {3, 0, 1.4142135623730951, 0}, {0}},
		{OP_EXP, VECTOR(4), NONE, VECTOR(4), {0, 1, -1, 1000}, {0}, {1, E1, 1 / E1, 0}, {0}},
		{OP_LOG, VECTOR(4), NONE, VECTOR(4), {1, 2, 0, -1}, {0}, {0, LN2, 0, 0}, {0}},
		{OP_TANH, VECTOR(4), NONE, VECTOR(4), {0, 1, -1, 100}, {0}, {0, TANH1, -TANH1, 1}, {0}},
		{OP_SIGMOID, VECTOR(4), NONE, VECTOR(4), {0, 1, -1, -1000}, {0}, {0.5, SIGMOID1, 1 - SIGMOID1, 0}, {0}},
		{OP_SIGMOID2, VECTOR(3), NONE, VECTOR(3), {0, 0.5, -0.5}, {0}, {0.5, SIGMOID1, 1 - SIGMOID1}, {0}},
		{OP_LOGISTIC2, VECTOR(3), NONE, VECTOR(3), {0, 1, -1}, {0}, {0.5, 1.0 / 3, 2.0 / 3}, {0}},
		{OP_TANH2, VECTOR(3), NONE, VECTOR(3), {0, 1, -1}, {0}, {0, -1.0 / 3, 1.0 / 3}, {0}},
		{OP_AFFINE, VECTOR(2), MATRIX(2, 3), VECTOR(3), {2, 3}, {1, 2, 3, 4, 5, 6}, {14, 19, 24}, {0}},
		{OP_AFFINE, MATRIX(2, 3), VECTOR(3), VECTOR(2), {1, 2, 3, 4, 5, 6}, {1, 0, -1}, {-2, -2}, {0}},
		{OP_ADD, VECTOR(2), VECTOR(2), VECTOR(2), {1, 2}, {10, 20}, {11, 22}, {0}},
		{OP_ADD, VECTOR(2), SCALAR, VECTOR(2), {1, 2}, {10}, {11, 12}, {0}},
		{OP_ADD, SCALAR, VECTOR(2), VECTOR(2), {10}, {1, 2}, {11, 12}, {0}},
		{OP_ADD, VECTOR(2), MATRIX(1, 2), VECTOR(2), {1, 2}, {10, 20}, {11, 22}, {0}},
		{OP_ADD, MATRIX(2, 1), VECTOR(2), VECTOR(2), {1, 2}, {10, 20}, {11, 22}, {0}},
		{OP_ADD, MATRIX(1, 1), VECTOR(2), VECTOR(2), {5}, {10, 20}, {15, 25}, {0}},
		{OP_ADD, VECTOR(1), VECTOR(3), VECTOR(3), {5}, {1, 2, 3}, {6, 7, 8}, {0}},
		{OP_ADD,
		 MATRIX(2, 3),
		 VECTOR(3),
		 MATRIX(2, 3),
		 {1, 2, 3, 4, 5, 6},
		 {10, 20, 30},
		 {11, 22, 33, 14, 25, 36},
		 {0}},
		{OP_ADD,
		 MATRIX(2, 3),
		 MATRIX(1, 3),
		 MATRIX(2, 3),
		 {1, 2, 3, 4, 5, 6},
		 {10, 20, 30},
		 {11, 22, 33, 14, 25, 36},
		 {0}},
		{OP_ADD,
		 MATRIX(2, 3),
		 MATRIX(2, 1),
		 MATRIX(2, 3),
		 {1, 2, 3, 4, 5, 6},
		 {10, 20},
		 {11, 12, 13, 24, 25, 26},
		 {0}},
		{OP_ADD, MATRIX(2, 1), MATRIX(1, 3), MATRIX(2, 3), {1, 2}, {10, 20, 30}, {11, 21, 31, 12, 22, 32}, {0}},
		{OP_ADD, MATRIX(2, 2), SCALAR, MATRIX(2, 2), {1, 2, 3, 4}, {10}, {11, 12, 13, 14}, {0}},
		{OP_SUB, VECTOR(2), VECTOR(2), VECTOR(2), {1, 2}, {10, 30}, {-9, -28}, {0}},
		{OP_SUB, SCALAR, VECTOR(2), VECTOR(2), {1}, {10, 30}, {-9, -29}, {0}},
		{OP_SUB, MATRIX(2, 2), VECTOR(2), MATRIX(2, 2), {1, 2, 3, 4}, {1, 3}, {0, -1, 2, 1}, {0}},
		{OP_MUL, VECTOR(2), VECTOR(2), VECTOR(2), {2, 3}, {10, -5}, {20, -15}, {0}},
		{OP_MUL, SCALAR, MATRIX(2, 2), MATRIX(2, 2), {2}, {1, 2, 3, 4}, {2, 4, 6, 8}, {0}},
		{OP_DIV, VECTOR(2), VECTOR(2), VECTOR(2), {2, -3}, {8, 2}, {0.25, -1.5}, {0}},
		{OP_DIV, SCALAR, VECTOR(2), VECTOR(2), {1}, {4, -2}, {0.25, -0.5}, {0}},
		{OP_POW, VECTOR(4), VECTOR(4), VECTOR(4), {2, -2, 4, 5}, {3, 3, 0.5, 0}, {8, -8, 2, 1}, {0}},
		{OP_POW, VECTOR(2), SCALAR, VECTOR(2), {3, -1}, {2}, {9, 1}, {0}},
		{OP_MIN, VECTOR(2), VECTOR(2), VECTOR(2), {2, -3}, {8, -5}, {2, -5}, {0}},
		{OP_MIN, VECTOR(2), SCALAR, VECTOR(2), {2, -3}, {0}, {0, -3}, {0}},
		{OP_MAX, VECTOR(2), VECTOR(2), VECTOR(2), {2, -3}, {8, -5}, {8, -3}, {0}},
		{OP_MAX, SCALAR, VECTOR(2), VECTOR(2), {0}, {2, -3}, {2, 0}, {0}},
		{OP_MATMUL, VECTOR(2), MATRIX(2, 3), VECTOR(3), {2, 3}, {1, 2, 3, 4, 5, 6}, {14, 19, 24}, {0}},
		{OP_MATMUL, MATRIX(2, 3), VECTOR(3), VECTOR(2), {1, 2, 3, 4, 5, 6}, {1, 0, -1}, {-2, -2}, {0}},
		{OP_MATMUL,
		 MATRIX(2, 2),
		 MATRIX(2, 3),
		 MATRIX(2, 3),
		 {1, 2, 3, 4},
		 {1, 0, 2, 0, 1, 3},
		 {1, 2, 8, 3, 4, 18},
		 {0}},
		{OP_MATMUL, VECTOR(1), MATRIX(1, 3), VECTOR(3), {2}, {1, 2, 3}, {2, 4, 6}, {0}},
		{OP_MATMUL, MATRIX(1, 3), VECTOR(3), VECTOR(1), {1, 2, 3}, {4, 5, 6}, {32}, {0}},
		{OP_SUM, VECTOR(3), NONE, SCALAR, {1, 2, 4}, {0}, {7}, {0}},
		{OP_SUM, MATRIX(2, 2), NONE, SCALAR, {1, 2, 4, 8}, {0}, {15}, {0}},
		{OP_MEAN, VECTOR(4), NONE, SCALAR, {1, 2, 4, 8}, {0}, {3.75}, {0}},
		{OP_MAXIMUM, VECTOR(3), NONE, SCALAR, {-3, -1, -2}, {0}, {-1}, {0}},
		{OP_MINIMUM, VECTOR(3), NONE, SCALAR, {3, 1, 2}, {0}, {1}, {0}},
		{OP_SOFTMAX, VECTOR(3), NONE, VECTOR(3), {0, LN2, 0}, {0}, {0.25, 0.5, 0.25}, {0}},
		{OP_SOFTMAX, VECTOR(2), NONE, VECTOR(2), {1000, 1000}, {0}, {0.5, 0.5}, {0}},
		{OP_LOGSOFTMAX, VECTOR(3), NONE, VECTOR(3), {0, LN2, 0}, {0}, {-2 * LN2, -LN2, -2 * LN2}, {0}},
		{OP_LOGSOFTMAX, VECTOR(2), NONE, VECTOR(2), {-2000, -1000}, {0}, {-1000, 0}, {0}},
		{OP_CONCAT, VECTOR(2), VECTOR(3), VECTOR(5), {1, 2}, {3, 4, 5}, {1, 2, 3, 4, 5}, {0}},
		{OP_CONCAT, SCALAR, VECTOR(1), VECTOR(2), {1}, {2}, {1, 2}, {0}},
		{OP_SLICE, VECTOR(5), NONE, VECTOR(3), {1, 2, 3, 4, 5}, {0}, {2, 3, 4}, {0}},
		{OP_ELEMENT, VECTOR(5), NONE, SCALAR, {1, 2, 3, 4, 5}, {0}, {5}, {0}},
		{OP_GATHER, MATRIX(3, 2), SCALAR, VECTOR(2), {1, 2, 3, 4, 5, 6}, {2}, {3, 4}, {0}},
		{OP_GATHER, MATRIX(3, 2), VECTOR(1), VECTOR(2), {1, 2, 3, 4, 5, 6}, {3}, {5, 6}, {0}},
		{OP_SIGN, VECTOR(3), NONE, VECTOR(3), {-2, 0, 3}, {0}, {-1, 0, 1}, {0}},
		{OP_GT, VECTOR(3), VECTOR(3), VECTOR(3), {1, 2, 2}, {2, 1, 2}, {0, 1, 0}, {0}},
		{OP_EQ, VECTOR(2), SCALAR, VECTOR(2), {1, 2}, {2}, {0, 1}, {0}},
		{OP_DTANH, VECTOR(2), VECTOR(2), VECTOR(2), {2, 3}, {0.5, -1}, {1.5, 0}, {0}},
		{OP_DSIGMOID, VECTOR(2), VECTOR(2), VECTOR(2), {8, 3}, {0.25, 1}, {1.5, 0}, {0}},
		{OP_SPREAD, SCALAR, NONE, MATRIX(2, 2), {3}, {0}, {3, 3, 3, 3}, {0}},
		{OP_SPREAD, VECTOR(2), NONE, MATRIX(2, 2), {1, 2}, {0}, {1, 2, 1, 2}, {0}},
		{OP_SPREAD, MATRIX(2, 1), NONE, MATRIX(2, 2), {1, 2}, {0}, {1, 1, 2, 2}, {0}},
		{OP_SUMTO, VECTOR(3), NONE, SCALAR, {1, 2, 4}, {0}, {7}, {0}},
		{OP_SUMTO, MATRIX(2, 3), NONE, VECTOR(3), {1, 2, 3, 4, 5, 6}, {0}, {5, 7, 9}, {0}},
		{OP_SUMTO, MATRIX(2, 3), NONE, MATRIX(2, 1), {1, 2, 3, 4, 5, 6}, {0}, {6, 15}, {0}},
		{OP_ONEHOT, SCALAR, NONE, VECTOR(3), {2}, {0}, {0, 1, 0}, {0}},
		{OP_ONEHOT, SCALAR, NONE, VECTOR(3), {4}, {0}, {0}, {0}},
		{OP_TRANSPOSE, MATRIX(2, 3), NONE, MATRIX(3, 2), {1, 2, 3, 4, 5, 6}, {0}, {1, 4, 2, 5, 3, 6}, {0}},
		{OP_OUTER, VECTOR(2), VECTOR(3), MATRIX(2, 3), {1, 2}, {1, 2, 3}, {1, 2, 3, 2, 4, 6}, {0}},
		{OP_OUTERSUM, VECTOR(2), VECTOR(2), MATRIX(2, 2), {1, 2}, {3, 4}, {3, 4, 6, 8}, {0}},
		{OP_SCATTER, SCALAR, VECTOR(2), MATRIX(3, 2), {2}, {5, 6}, {0, 0, 5, 6, 0, 0}, {0}},
		{OP_SCATTERSUM, SCALAR, VECTOR(2), MATRIX(2, 2), {9}, {5, 6}, {0, 0, 5, 6}, {0}},
		{OP_TOTAL, VECTOR(2), VECTOR(2), VECTOR(2), {1, 2}, {3, 4}, {4, 6}, {0}},
	};
	ck_assert_int_eq(COUNT(rule), RULES);
	for (int i = 0; i < RULES; i++) {
		if (rule[i].op == OP_SQRT)
			rule[i].wanted[3] = nan_;
		if (rule[i].op == OP_EXP)
			rule[i].wanted[3] = inf;
		if (rule[i].op == OP_LOG) {
			rule[i].wanted[2] = -inf;
			rule[i].wanted[3] = nan_;
		}
		if (rule[i].op == OP_ONEHOT && rule[i].x[0] > 3)
			rule[i].wanted[0] = rule[i].wanted[1] = rule[i].wanted[2] = nan_;
		if (rule[i].op == OP_SLICE) {
			rule[i].attr.range.first = 2;
			rule[i].attr.range.last = 4;
		}
		if (rule[i].op == OP_ELEMENT)
			rule[i].attr.range.first = rule[i].attr.range.last = 5;
	}
	return rule;
}

static Node *
node_of(Arena *a, const Rule *r)
{
	Node *n = arena_alloc(a, sizeof *n);
	n->op = (uint8_t)r->op;
	n->shape = r->out;
	n->nin = r->b.rank == RANK_UNKNOWN ? 1 : 2;
	n->attr = r->attr;
	return n;
}

static void
check_value(Op op, int64_t k, double found, double wanted)
{
	bool ok = isnan(wanted) ? isnan(found) : found == wanted || fabs(found - wanted) <= EPS * (1 + fabs(wanted));
	ck_assert_msg(ok, "%s, element %d: found %.17g, wanted %.17g", op_table[op].name, (int)k, found, wanted);
}

START_TEST(by_hand)
{
	const Rule *r = &rules()[_i];
	Arena *a = arena_new();
	double out[8];
	EvalArg arg[2] = {{r->x, r->a}, {r->y, r->b}};
	for (int k = 0; k < 8; k++)
		out[k] = 12345;
	op_table[r->op].eval(node_of(a, r), arg, out);
	int64_t n = shape_count(r->out);
	for (int64_t k = 0; k < n; k++)
		check_value(r->op, k, out[k], r->wanted[k]);
	ck_assert_double_eq(out[n], 12345);
	arena_free(a);
}
END_TEST

START_TEST(every_rule_is_here)
{
	const Rule *r = rules();
	for (int op = 0; op < OP_COUNT; op++) {
		bool seen = !op_table[op].eval;
		for (int i = 0; i < RULES; i++)
			seen |= r[i].op == (Op)op;
		ck_assert_msg(seen, "'%s' has an evaluation rule and no test here", op_table[op].name);
	}
}
END_TEST

/* Julia's rule: min and max of a NaN are NaN, whichever side it is on, and so are the reductions. */
START_TEST(not_a_number)
{
	static const Op two[] = {OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_MIN, OP_MAX};
	static const Op one[] = {OP_NEG, OP_ABS, OP_SQRT, OP_EXP, OP_LOG, OP_TANH, OP_SIGMOID, OP_COPY};
	static const Op many[] = {OP_SUM, OP_MEAN, OP_MAXIMUM, OP_MINIMUM};
	Arena *a = arena_new();
	double x[3] = {1, nan_, 2}, y[3] = {nan_, 1, 2}, out[3];
	for (int i = 0; i < COUNT(two); i++) {
		Rule r = {.op = two[i], .a = VECTOR(3), .b = VECTOR(3), .out = VECTOR(3)};
		op_table[two[i]].eval(node_of(a, &r), (EvalArg[]){{x, r.a}, {y, r.b}}, out);
		ck_assert_msg(isnan(out[0]) && isnan(out[1]) && !isnan(out[2]), "%s", op_table[two[i]].name);
	}
	for (int i = 0; i < COUNT(one); i++) {
		Rule r = {.op = one[i], .a = VECTOR(3), .b = NONE, .out = VECTOR(3)};
		op_table[one[i]].eval(node_of(a, &r), (EvalArg[]){{x, r.a}}, out);
		ck_assert_msg(!isnan(out[0]) && isnan(out[1]) && !isnan(out[2]), "%s", op_table[one[i]].name);
	}
	for (int i = 0; i < COUNT(many); i++)
		for (int at = 0; at < 3; at++) {
			Rule r = {.op = many[i], .a = VECTOR(3), .b = NONE, .out = SCALAR};
			double v[3] = {1, 2, 3};
			v[at] = nan_;
			op_table[many[i]].eval(node_of(a, &r), (EvalArg[]){{v, r.a}}, out);
			ck_assert_msg(isnan(out[0]), "%s, NaN at %d", op_table[many[i]].name, at);
		}
	arena_free(a);
}
END_TEST

/* An index that is no row takes the nearest row, NaN the first. */
START_TEST(gather_is_clamped)
{
	static const double index[] = {-5, 0, 0.9, 1, 1.9, 2, 3, 3.5, 1e300};
	static const double row[] = {10, 10, 10, 10, 10, 20, 30, 30, 30};
	Arena *a = arena_new();
	double table[3] = {10, 20, 30}, out[1], nothing = nan_;
	Rule r = {.op = OP_GATHER, .a = MATRIX(3, 1), .b = SCALAR, .out = VECTOR(1)};
	for (int i = 0; i < COUNT(index); i++) {
		op_table[OP_GATHER].eval(node_of(a, &r), (EvalArg[]){{table, r.a}, {&index[i], r.b}}, out);
		ck_assert_msg(out[0] == row[i], "row %g: found %g, wanted %g", index[i], out[0], row[i]);
	}
	op_table[OP_GATHER].eval(node_of(a, &r), (EvalArg[]){{table, r.a}, {&nothing, r.b}}, out);
	ck_assert_double_eq(out[0], 10);
	arena_free(a);
}
END_TEST

START_TEST(joins_many)
{
	Arena *a = arena_new();
	double v[10], out[30];
	EvalArg arg[10];
	Node *n = arena_alloc(a, sizeof *n);
	n->op = OP_CONCAT;
	n->nin = 10;
	n->shape = shape_vector(10);
	for (int k = 0; k < 10; k++) {
		v[k] = k;
		arg[k] = (EvalArg){&v[k], shape_scalar()};
	}
	op_table[OP_CONCAT].eval(n, arg, out);
	for (int k = 0; k < 10; k++)
		ck_assert_double_eq(out[k], k);
	arena_free(a);
}
END_TEST

/* Whole graphs. */
static Graph *
graph_from(Arena *a, const char *text)
{
	Graph *g = graph_new(a, diag_new(a, stderr));
	ck_assert(graph_read(g, "t.ir", text));
	graph_verify(g, "read");
	return g;
}

/* y = 10 y{-1} + x over two windows of two steps, batch 2; the state is of depth 3, so it keeps more than a window. */
START_TEST(state_moves_on)
{
	Arena *a = arena_new();
	Graph *g = graph_from(
		a, "graph \"m\" batch 2 window 2 steps 2\nstate \"y\" (1) depth 3\ninput \"x\" (1)\n"
		   "output \"y\" (1)\noutput \"old\" (1)\n"
		   "%0 = const 10 : ()\n%1 = state #0 1 : (1) step 0\n%2 = input #0 : (1) step 0\n"
		   "%3 = mul %1 %0 : (1) step 0\n%4 = add %3 %2 : (1) step 0\n"
		   "%5 = output #0 %4 : (1) step 0\n%6 = state #0 3 : (1) step 0\n%7 = output #1 %6 : (1) step 0\n"
		   "%8 = input #0 : (1) step 1\n%9 = mul %4 %0 : (1) step 1\n%10 = add %9 %8 : (1) step 1\n"
		   "%11 = output #0 %10 : (1) step 1\n%12 = state #0 2 : (1) step 1\n"
		   "%13 = output #1 %12 : (1) step 1\n%14 = update #0 %10 %4 : () step 1\n");
	float initial = 1;
	g->state.v[0].init.value = &initial;
	EvalState *s = eval_state_new(g);
	double x[2][4] = {{1, 2, 3, 4}, {5, 6, 7, 8}}, y[2][4], old[2][4]; /* [window][step][batch] */
	for (int w = 0; w < 2; w++)
		eval_run(g, s, (const double *[]){x[w]}, (double *[]){y[w], old[w]});
	static const double wanted[2][4] = {{11, 12, 113, 124}, {1135, 1246, 11357, 12468}};
	/* three steps ago: before the first step everything is the initial value */
	static const double wanted_old[2][4] = {{1, 1, 1, 1}, {1, 1, 11, 12}};
	for (int w = 0; w < 2; w++)
		for (int k = 0; k < 4; k++) {
			ck_assert_double_eq(y[w][k], wanted[w][k]);
			ck_assert_double_eq(old[w][k], wanted_old[w][k]);
		}
	static const double slots[] = {11357, 12468, 1135, 1246, 113, 124}; /* [slot][batch] */
	for (int k = 0; k < 6; k++)
		ck_assert_double_eq(s->state[0][k], slots[k]);
	arena_free(a);
}
END_TEST

/* A value without a batch reaches every row; weights are rounded to float, constants are not. */
START_TEST(values_without_a_batch)
{
	Arena *a = arena_new();
	Graph *g = graph_from(
		a, "graph \"m\" batch 3 window 1 steps 1\nparam \"W\" (2) zeros\noutput \"y\" (2)\noutput \"c\" ()\n"
		   "state \"s\" (2) depth 1\n"
		   "%0 = param #0 : (2)\n%1 = output #0 %0 : (2) step 0\n%2 = const 0.1 : ()\n"
		   "%3 = output #1 %2 : () step 0\n%4 = update #0 %0 : () step 0\n");
	float w[2] = {0.1f, 7};
	g->param.v[0].value = w;
	EvalState *s = eval_state_new(g);
	double y[3][2], c[3];
	eval_run(g, s, NULL, (double *[]){y[0], c});
	for (int b = 0; b < 3; b++) {
		ck_assert_double_eq(y[b][0], (double)0.1f);
		ck_assert_double_eq(y[b][1], 7);
		ck_assert_double_eq(c[b], 0.1);
	}
	for (int k = 1; k < 6; k += 2)
		ck_assert_double_eq(s->state[0][k], 7);
	arena_free(a);
}
END_TEST

Suite *
suite_eval(void)
{
	Suite *s = suite_create("eval");
	TCase *t = tcase_create("rules");
	tcase_add_loop_test(t, by_hand, 0, RULES);
	tcase_add_test(t, every_rule_is_here);
	tcase_add_test(t, not_a_number);
	tcase_add_test(t, gather_is_clamped);
	tcase_add_test(t, joins_many);
	suite_add_tcase(s, t);
	t = tcase_create("graphs");
	tcase_add_test(t, state_moves_on);
	tcase_add_test(t, values_without_a_batch);
	suite_add_tcase(s, t);
	return s;
}
