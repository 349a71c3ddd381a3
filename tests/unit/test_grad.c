/* test_grad.c: the gradient rule of every operator of the table against differences of the loss: on all shapes that fit
 * it, on operands with and without a batch, alone and added up over steps. */
#include "../../compiler/gradcheck.h"
#include "../../compiler/ops.h"
#include "../../compiler/pass.h"
#include <check.h>
#include <string.h>

Suite *suite_grad(void);

enum { SHAPES = 7, BATCH = 3, WINDOW = 2 };
/* Which operands depend on an input, and so have rows. */
enum { FIRST_BATCHED = 1, SECOND_BATCHED = 2 };

static const Shape shapes[SHAPES] = {{0, {0, 0}}, {1, {5, 0}}, {2, {1, 5}}, {2, {3, 1}},
				     {2, {3, 5}}, {2, {5, 4}}, {1, {1, 0}}};

static uint64_t random_state;

static float
random_number(void)
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (float)((double)(random_state >> 40) / (1 << 23) - 1);
}

static Ref
add_param(Graph *g, Shape shape)
{
	int64_t n = shape_count(shape);
	float *v = arena_alloc(g->arena, (size_t)n * sizeof *v);
	for (int64_t k = 0; k < n; k++)
		v[k] = random_number();
	Ref r = graph_add(g, OP_PARAM, 0, NULL);
	graph_node(g, r)->attr.index = g->param.n;
	ParamInfo p = {
		.name = arena_printf(g->arena, "w%d", g->param.n), .shape = shape, .trainable = true, .value = v};
	p.file_rank = RANK_UNKNOWN;
	*table_push(g->arena, &g->param) = p;
	return r;
}

static Ref
add_input(Graph *g, Shape shape)
{
	Ref r = graph_add(g, OP_INPUT, 0, NULL);
	graph_node(g, r)->attr.index = g->input.n;
	*table_push(g->arena, &g->input) =
		(PortInfo){.name = arena_printf(g->arena, "x%d", g->input.n), .node = r, .shape = shape};
	return r;
}

static bool
wants_positive(Op op)
{
	return op == OP_SQRT || op == OP_LOG || op == OP_DIV || op == OP_POW;
}

static Ref
add_operand(Graph *g, Op op, Shape shape, bool batched)
{
	Ref r = add_param(g, shape);
	if (batched)
		r = graph_add2(g, OP_ADD, r, add_input(g, shape));
	return wants_positive(op) ? graph_add1(g, OP_SIGMOID, r) : r;
}

static Attr
attr_of(Op op)
{
	Attr a = {0};
	if (op_table[op].attr == ATTR_RANGE) {
		a.range.first = 2;
		a.range.last = op == OP_SLICE ? 4 : 2;
	}
	return a;
}

static Graph *
make_graph(Arena *a, Op op, const Shape *shape, int nin, int batched)
{
	static FILE *nowhere;
	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	Graph *g = graph_new(a, diag_new(a, nowhere));
	Ref in[2];
	g->batch = BATCH;
	g->window = WINDOW;
	for (int k = 0; k < nin; k++) {
		bool index = op == OP_GATHER && k == 1;
		in[k] = index ? add_input(g, shape[k]) : add_operand(g, op, shape[k], batched & 1 << k);
	}
	Ref r = graph_add(g, op, nin, in);
	graph_node(g, r)->attr = attr_of(op);
	Ref out = graph_add1(g, OP_OUTPUT, r);
	*table_push(a, &g->output) = (PortInfo){.name = "y", .node = out};
	return g;
}

/* Shaped, unrolled, differentiated; false if these shapes do not fit the operator. */
static bool
differentiate(Graph *g)
{
	PassRun run = {0};
	if (!pass_run(g, "S", &run))
		return false;
	g->loss.kind = LOSS_MSE;
	ck_assert(pass_run(g, "UGFCD", &run));
	return true;
}

static void
check_operator(Op op, const Shape *shape, int nin, int batched, int *made)
{
	Arena *a = arena_new();
	Graph *g = make_graph(a, op, shape, nin, batched);
	bool misfit = op == OP_AFFINE && shape[0].rank + shape[1].rank != 3; /* a vector and a matrix */
	if (!misfit && differentiate(g)) {
		GradCheck r = gradcheck_graph(g, (uint64_t)op, 1000);
		ck_assert_msg(r.param >= 0 && r.worst<1e-7,
						      "%s %s %s, batched %d: element %d of operand %d is %.9g, "
						      "differences give %.9g",
						      op_table[op].name, shape_text(a, shape[0]), nin> 1
				      ? shape_text(a, shape[1])
				      : "",
			      batched, (int)r.element, r.param, r.gradient, r.difference);
		++*made;
	}
	arena_free(a);
}

static bool
is_differentiated(Op op)
{
	return op_table[op].eval && !op_table[op].sink && !op_table[op].internal;
}

START_TEST(agrees_with_differences)
{
	Op op = (Op)_i;
	int nin = op_table[op].nin < 0 ? 2 : op_table[op].nin, made = 0;
	if (!op_table[op].grad)
		return;
	random_state = (uint64_t)op;
	for (int batched = 0; batched < 1 << nin; batched++)
		for (int k = 0; k < SHAPES * (nin > 1 ? SHAPES : 1); k++)
			check_operator(op, (Shape[]){shapes[k % SHAPES], shapes[k / SHAPES]}, nin, batched, &made);
	ck_assert_msg(made > 0, "no shapes fit '%s'", op_table[op].name);
}
END_TEST

START_TEST(every_operator_has_one)
{
	for (int op = 0; op < OP_COUNT; op++)
		ck_assert_msg(is_differentiated((Op)op) == (op_table[op].grad != NULL), "'%s'", op_table[op].name);
}
END_TEST

/* One weight in more steps than are added up at once. */
START_TEST(many_steps)
{
	for (int recompute = 0; recompute < 8; recompute += 7) {
		Arena *a = arena_new();
		Graph *g = make_graph(a, OP_MATMUL, (Shape[]){{1, {5, 0}}, {2, {5, 4}}}, 2, FIRST_BATCHED);
		g->window = 150;
		g->loss.recompute = recompute;
		ck_assert(differentiate(g));
		ck_assert_double_lt(gradcheck_graph(g, 1, 1000).worst, 1e-7);
		arena_free(a);
	}
}
END_TEST

START_TEST(a_wrong_rule_is_found)
{
	Arena *a = arena_new();
	Graph *g = make_graph(a, OP_TANH, (Shape[]){{1, {5, 0}}}, 1, 0);
	ck_assert(differentiate(g));
	int changed = 0;
	for (int i = 0; i < g->node.n; i++)
		if (g->node.v[i]->op == OP_DTANH)
			g->node.v[i]->op = OP_DSIGMOID, changed++;
	ck_assert_int_gt(changed, 0);
	ck_assert_double_gt(gradcheck_graph(g, 1, 1000).worst, 1e-3);
	arena_free(a);
}
END_TEST

START_TEST(nothing_for_what_is_not_trained)
{
	Arena *a = arena_new();
	Graph *g = make_graph(a, OP_MATMUL, (Shape[]){{1, {5, 0}}, {2, {5, 4}}}, 2, SECOND_BATCHED);
	g->param.v[0].trainable = false;
	ck_assert(differentiate(g));
	for (int i = 0; i < g->node.n; i++) {
		const Node *n = g->node.v[i];
		ck_assert(n->op != OP_GRAD || n->attr.index == 1);
		ck_assert(n->op != OP_MATMUL || n->name == NULL); /* the forward one only */
	}
	GradCheck r = gradcheck_graph(g, 1, 1000);
	ck_assert_int_eq(r.total, 20);
	ck_assert_double_lt(r.worst, 1e-7);
	arena_free(a);
}
END_TEST

Suite *
suite_grad(void)
{
	Suite *s = suite_create("grad");
	TCase *t = tcase_create("rules");
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, agrees_with_differences, 0, OP_COUNT);
	tcase_add_test(t, every_operator_has_one);
	tcase_add_test(t, many_steps);
	tcase_add_test(t, a_wrong_rule_is_found);
	tcase_add_test(t, nothing_for_what_is_not_trained);
	suite_add_tcase(s, t);
	return s;
}
