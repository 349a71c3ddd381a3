/* test_shape.c: what the shape pass solves, and how it says that shapes do not fit. */
#include "../../compiler/pass.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

Suite *suite_shape(void);

#define X "graph \"m\" batch 1 window 1 steps 0\n"

/* The shapes of the nodes of a graph, in order. */
static const struct {
	const char *text, *wanted;
} solved[] = {
	/* forward: vector by matrix, matrix by vector, matrix by matrix */
	{X "input \"x\" (3)\nparam \"W\" (3, 4) zeros\n%0 = input #0 : ?\n%1 = param #0 : ?\n%2 = matmul %0 %1 : ?\n",
	 "(3) (3, 4) (4)"},
	{X "input \"x\" (3)\nparam \"W\" (4, 3) zeros\n%0 = input #0 : ?\n%1 = param #0 : ?\n%2 = matmul %1 %0 : ?\n",
	 "(3) (4, 3) (4)"},
	{X "param \"A\" (2, 3) zeros\nparam \"B\" (3, 5) zeros\n%0 = param #0 : ?\n%1 = param #1 : ?\n%2 = matmul %0 "
	   "%1 : ?\n",
	 "(2, 3) (3, 5) (2, 5)"},
	/* backward: the size of x follows from W, that of W from the result */
	{X "input \"x\" (_)\nparam \"W\" (3, 4) zeros\n%0 = input #0 : ?\n%1 = param #0 : ?\n%2 = matmul %0 %1 : ?\n",
	 "(3) (3, 4) (4)"},
	{X "input \"x\" (3)\nparam \"W\" (_, _) zeros\n%0 = input #0 : ?\n%1 = param #0 : ?\n%2 = matmul %0 %1 : ?\n%3 "
	   "= tanh %2 "
	   ": (4)\n",
	 "(3) (3, 4) (4) (4)"},
	/* a parameter in a product is a matrix, what it meets a vector */
	{X "input \"x\" ?\nparam \"W\" ? zeros\nparam \"b\" (4) zeros\n%0 = input #0 : (3)\n%1 = param #0 : ?\n%2 = "
	   "matmul %0 %1 : "
	   "?\n%3 = param #1 : ?\n%4 = add %2 %3 : ?\n",
	 "(3) (3, 4) (4) (4) (4)"},
	/* the seed's recurrent net without sizes but the two ends */
	{X
	 "input \"x\" (10)\nstate \"y\" ? depth 1\nparam \"Wxy\" ? zeros\nparam \"Wyy\" ? zeros\nparam \"by\" ? zeros\n"
	 "output \"y\" ? %9\n"
	 "%0 = input #0 : ?\n%1 = param #0 : ?\n%2 = matmul %0 %1 : ?\n%3 = delay #0 1 %8 : ?\n%4 = param #1 : ?\n"
	 "%5 = matmul %3 %4 : ?\n%6 = add %2 %5 : ?\n%7 = param #2 : ?\n%8 = add %6 %7 : ?\n%9 = output #0 %8 : (15)\n",
	 "(10) (10, 15) (15) (15) (15, 15) (15) (15) (15) (15) (15)"},
	/* shape variables: two sizes that are one */
	{X "input \"x\" ('1)\nparam \"W\" ('1, '2) zeros\nparam \"b\" ('2) zeros\n%0 = input #0 : ('1)\n%1 = param #0 "
	   ": ('1, "
	   "'2)\n%2 = param #1 : ('2)\n%3 = tanh %0 : (6)\n%4 = exp %2 : (7)\n",
	 "(6) (6, 7) (7) (6) (7)"},
	/* broadcast of a scalar, of a row, of a column, of a bias stored as (1, n) */
	{X "input \"x\" (3)\n%0 = input #0 : ?\n%1 = const 2 : ()\n%2 = mul %0 %1 : ?\n%3 = mul %1 %0 : ?\n",
	 "(3) () (3) (3)"},
	{X "param \"M\" (2, 3) zeros\nparam \"r\" (3) zeros\n%0 = param #0 : ?\n%1 = param #1 : ?\n%2 = add %0 %1 : "
	   "?\n%3 = add %1 "
	   "%0 : ?\n",
	 "(2, 3) (3) (2, 3) (2, 3)"},
	{X "param \"M\" (2, 3) zeros\nparam \"c\" (2, 1) zeros\n%0 = param #0 : ?\n%1 = param #1 : ?\n%2 = add %0 %1 : "
	   "?\n",
	 "(2, 3) (2, 1) (2, 3)"},
	{X "param \"c\" (2, 1) zeros\nparam \"r\" (1, 3) zeros\n%0 = param #0 : ?\n%1 = param #1 : ?\n%2 = add %0 %1 : "
	   "?\n",
	 "(2, 1) (1, 3) (2, 3)"},
	{X "input \"x\" (3)\nparam \"b\" (1, 3) zeros\n%0 = input #0 : ?\n%1 = param #0 : ?\n%2 = add %0 %1 : ?\n",
	 "(3) (1, 3) (3)"},
	{X "input \"x\" (3)\nparam \"b\" (3, 1) zeros\n%0 = input #0 : ?\n%1 = param #0 : ?\n%2 = add %0 %1 : ?\n",
	 "(3) (3, 1) (3)"},
	{X "input \"x\" (3)\nparam \"b\" (1, _) zeros\n%0 = input #0 : ?\n%1 = param #0 : ?\n%2 = add %0 %1 : ?\n",
	 "(3) (1, 3) (3)"},
	/* what nothing says is a scalar beside a constant, and of one size beside a vector */
	{X "param \"s\" ? zeros\n%0 = param #0 : ?\n%1 = const 1 : ()\n%2 = mul %0 %1 : ?\n", "() () ()"},
	{X "input \"x\" (3)\nparam \"b\" ? zeros\n%0 = input #0 : ?\n%1 = param #0 : ?\n%2 = add %0 %1 : ?\n",
	 "(3) (3) (3)"},
	/* a product with a scalar is element-wise */
	{X "input \"x\" (3)\n%0 = input #0 : ?\n%1 = const 2 : ()\n%2 = matmul %0 %1 : ?\n", "(3) () (3)"},
	/* reductions, softmax, joins, parts, rows of a table */
	{X "param \"M\" (2, 3) zeros\n%0 = param #0 : ?\n%1 = sum %0 : ?\n%2 = maximum %0 : ?\n", "(2, 3) () ()"},
	{X "input \"x\" (3)\n%0 = input #0 : ?\n%1 = softmax %0 : ?\n%2 = logsoftmax %1 : ?\n", "(3) (3) (3)"},
	{X "input \"x\" (3)\n%0 = input #0 : ?\n%1 = const 1 : ()\n%2 = concat %0 %1 %0 : ?\n", "(3) () (7)"},
	{X "input \"x\" (3)\nparam \"b\" (_) zeros\n%0 = input #0 : ?\n%1 = param #0 : ?\n%2 = concat %0 %1 : (8)\n",
	 "(3) (5) (8)"},
	{X "input \"x\" (5)\n%0 = input #0 : ?\n%1 = slice 2 4 %0 : ?\n%2 = slice 2 0 %0 : ?\n%3 = slice -1 0 %0 : "
	   "?\n%4 = element 0 "
	   "0 %0 : ?\n",
	 "(5) (3) (4) (2) ()"},
	{X "input \"i\" ?\nparam \"T\" (9, 4) zeros\n%0 = input #0 : ()\n%1 = param #0 : ?\n%2 = gather %1 %0 : ?\n",
	 "() (9, 4) (4)"},
	/* a delay is as large as what it delays, both ways */
	{X "input \"x\" (3)\nstate \"s\" ? depth 1\n%0 = input #0 : ?\n%1 = delay #0 1 %0 : ?\n", "(3) (3)"},
	{X "input \"x\" (_)\nstate \"s\" (3) depth 1\n%0 = input #0 : ?\n%1 = delay #0 1 %0 : ?\n", "(3) (3)"},
};

static Arena *arena;
static FILE *messages;
static char *said;
static size_t nsaid;
static bool passed;

/* The graph after the pass; messages in `said`. */
static Graph *
solve(const char *text)
{
	arena = arena_new();
	messages = open_memstream(&said, &nsaid);
	Diag *d = diag_new(arena, messages);
	diag_color(d, COLOR_NEVER);
	Graph *g = graph_new(arena, d);
	ck_assert(graph_read(g, "t.ir", text));
	PassRun run = {.out = messages};
	passed = pass_run(g, "S", &run);
	diag_flush(d);
	fflush(messages);
	return g;
}

static void
finish(void)
{
	fclose(messages);
	free(said);
	arena_free(arena);
}

START_TEST(solves)
{
	Graph *g = solve(solved[_i].text);
	Text t = {0};
	text_add(&t, "%s", "");
	for (int i = 0; i < g->node.n; i++)
		text_add(&t, "%s%s", i ? " " : "", shape_text(arena, g->node.v[i]->shape));
	ck_assert_msg(passed && diag_errors(g->diag) == 0, "%s%s", solved[_i].text, said);
	ck_assert_msg(strcmp(t.v, solved[_i].wanted) == 0, "%sfound %s, wanted %s", solved[_i].text, t.v,
		      solved[_i].wanted);
	text_free(&t);
	finish();
}
END_TEST

START_TEST(tells_the_graph)
{
	Graph *g = solve(X "input \"x\" (_)\nstate \"y\" ? depth 2\nparam \"W\" (_, 4) zeros\noutput \"y\" ? %4\n%0 = "
			   "input #0 : (3)\n"
			   "%1 = param #0 : ?\n%2 = matmul %0 %1 : ?\n%3 = delay #0 2 %2 : ?\n%4 = output #0 %3 : ?\n");
	ck_assert_int_eq(diag_errors(g->diag), 0);
	ck_assert(shape_equal(g->input.v[0].shape, shape_vector(3)));
	ck_assert(shape_equal(g->param.v[0].shape, shape_matrix(3, 4)));
	ck_assert(shape_equal(g->state.v[0].shape, shape_vector(4)));
	ck_assert(shape_equal(g->state.v[0].init.shape, shape_vector(4)));
	ck_assert(shape_equal(g->output.v[0].shape, shape_vector(4)));
	finish();
}
END_TEST

/* One message each, with both shapes. */
static const struct {
	const char *text, *wanted[3];
} conflict[] = {
	{X "input \"x\" (3)\nparam \"b\" (4) zeros\n%0 = input #0 : ?\n%1 = param #0 : ?\n%2 = add %0 %1 : ?\n",
	 {"(3) + (4)"}},
	{X "input \"x\" (3)\nparam \"b\" (4) zeros\n%0 = input #0 : ?\n%1 = param #0 : ?\n%2 = max %0 %1 : ?\n",
	 {"max((3), (4))"}},
	{X "input \"x\" (3)\nparam \"W\" (4, 5) zeros\n%0 = input #0 : ?\n%1 = param #0 : ?\n%2 = matmul %0 %1 : ?\n",
	 {"(3) * (4, 5)"}},
	{X "input \"x\" (3)\nparam \"W\" (5, 4) zeros\n%0 = input #0 : ?\n%1 = param #0 : ?\n%2 = matmul %1 %0 : ?\n",
	 {"(5, 4) * (3)"}},
	{X "input \"x\" (3)\nparam \"W\" (3) zeros\n%0 = input #0 : ?\n%1 = param #0 : ?\n%2 = matmul %0 %1 : ?\n",
	 {"two vectors", "(3) and (3)"}},
	{X "param \"A\" (2, 3) zeros\nparam \"B\" (2, 3) zeros\n%0 = param #0 : ?\n%1 = param #1 : ?\n%2 = matmul %0 "
	   "%1 : ?\n",
	 {"(2, 3) * (2, 3)"}},
	{X
	 "param \"A\" (2, 3) zeros\nparam \"r\" (2) zeros\n%0 = param #0 : ?\n%1 = param #1 : ?\n%2 = sub %0 %1 : ?\n",
	 {"(2, 3) - (2)"}},
	{X "param \"A\" (2, 3) zeros\n%0 = param #0 : ?\n%1 = softmax %0 : ?\n",
	 {"'softmax' wants a vector", "(2, 3)"}},
	{X "param \"A\" (2, 3) zeros\n%0 = param #0 : ?\n%1 = concat %0 %0 : ?\n",
	 {"a matrix cannot", "(2, 3) and (2, 3)"}},
	{X "param \"A\" (2, 3) zeros\n%0 = param #0 : ?\n%1 = slice 1 2 %0 : ?\n", {"only a vector", "(2, 3)"}},
	{X "input \"x\" (3)\n%0 = input #0 : ?\n%1 = slice 2 4 %0 : ?\n", {"2:4", "vector of 3"}},
	{X "input \"x\" (3)\n%0 = input #0 : ?\n%1 = element 0 -3 %0 : ?\n", {"outside a vector of 3"}},
	{X "input \"x\" (3)\n%0 = input #0 : ?\n%1 = expect %0 : (4)\n", {"(3)", "wanted (4)"}},
	{X "input \"x\" (3)\nstate \"s\" (4) depth 1\n%0 = input #0 : ?\n%1 = delay #0 1 %0 : ?\n",
	 {"'s' is (3) now, but (4) in the past"}},
	{X "input \"x\" (3)\nparam \"T\" (5, 4) zeros\n%0 = input #0 : ?\n%1 = param #0 : ?\n%2 = gather %1 %0 : ?\n",
	 {"one number", "(5, 4) and (3)"}},
};

START_TEST(tells_conflicts_once)
{
	Graph *g = solve(conflict[_i].text);
	ck_assert_msg(diag_errors(g->diag) == 1, "%s%s", conflict[_i].text, said);
	for (int k = 0; k < 3 && conflict[_i].wanted[k]; k++)
		ck_assert_msg(strstr(said, conflict[_i].wanted[k]) != NULL, "%swanted %s, found %s", conflict[_i].text,
			      conflict[_i].wanted[k], said);
	finish();
}
END_TEST

/* Two mistakes that have nothing to do with each other are two messages; one mistake met again is one. */
START_TEST(tells_independent_conflicts)
{
	Graph *g = solve(
		X
		"input \"x\" (3)\nparam \"a\" (4) zeros\nparam \"b\" (5) zeros\n%0 = input #0 : ?\n%1 = param #0 : ?\n"
		"%2 = param #1 : ?\n%3 = add %0 %1 : ?\n%4 = add %0 %2 : ?\n%5 = tanh %3 : ?\n%6 = exp %5 : ?\n");
	ck_assert_msg(diag_errors(g->diag) == 2, "%s", said);
	ck_assert(strstr(said, "(3) + (4)") && strstr(said, "(3) + (5)"));
	finish();
}
END_TEST

/* What cannot be solved is refused; the sizes that are known are there. */
START_TEST(leaves_unknown_sizes)
{
	Graph *g = solve(X "input \"x\" (_)\nparam \"W\" (_, 4) zeros\n%0 = input #0 : ?\n%1 = param #0 : ?\n%2 = "
			   "matmul %0 %1 : ?\n");
	ck_assert(!passed);
	ck_assert_str_eq(shape_text(arena, g->input.v[0].shape), "(_)");
	ck_assert_str_eq(shape_text(arena, g->param.v[0].shape), "(_, 4)");
	ck_assert_str_eq(shape_text(arena, g->node.v[2]->shape), "(4)");
	finish();
}
END_TEST

START_TEST(refuses_huge_values)
{
	Graph *g = solve(X "param \"W\" (100000, 100000) zeros\n%0 = param #0 : ?\n");
	ck_assert_msg(diag_errors(g->diag) == 1 && strstr(said, "(100000, 100000)"), "%s", said);
	finish();
	g = solve(X "param \"a\" (2000000000, 1) zeros\nparam \"b\" (1, 2000000000) zeros\n%0 = param #0 : ?\n%1 = "
		    "param #1 : ?\n%2 = "
		    "matmul %0 %1 : ?\n");
	ck_assert_msg(diag_errors(g->diag) == 1, "%s", said);
	finish();
	solve(X "param \"a\" (2000000000) zeros\n%0 = param #0 : ?\n%1 = concat %0 %0 : ?\n");
	ck_assert(!passed);
	finish();
}
END_TEST

/* After the pass indices count from the front, products with a scalar are MUL, EXPECT nodes are passed by. */
START_TEST(settles)
{
	Graph *g = solve(X "input \"x\" (5)\noutput \"y\" ? %5\n%0 = input #0 : ?\n%1 = slice -2 0 %0 : ?\n%2 = const "
			   "2 : ()\n%3 = matmul %2 %1 "
			   ": ?\n%4 = expect %3 : (3)\n%5 = output #0 %4 : ?\n");
	ck_assert_msg(diag_errors(g->diag) == 0, "%s", said);
	ck_assert_int_eq(g->node.v[1]->attr.range.first, 3);
	ck_assert_int_eq(g->node.v[1]->attr.range.last, 5);
	ck_assert_int_eq(g->node.v[3]->op, OP_MUL);
	ck_assert_int_eq(g->node.v[5]->in[0].i, 3);
	finish();
}
END_TEST

Suite *
suite_shape(void)
{
	Suite *s = suite_create("shape");
	TCase *t = tcase_create("pass");
	tcase_add_loop_test(t, solves, 0, COUNT(solved));
	tcase_add_test(t, tells_the_graph);
	tcase_add_loop_test(t, tells_conflicts_once, 0, COUNT(conflict));
	tcase_add_test(t, tells_independent_conflicts);
	tcase_add_test(t, leaves_unknown_sizes);
	tcase_add_test(t, refuses_huge_values);
	tcase_add_test(t, settles);
	suite_add_tcase(s, t);
	return s;
}
