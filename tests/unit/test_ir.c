/* test_ir.c: builders, verify, and the text form on good and bad input. */
#include "../../compiler/ir.h"
#include "../../compiler/ops.h"
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

Suite *suite_ir(void);

static Arena *arena;
static FILE *messages;
static char *said;
static size_t nsaid;

static Graph *
graph_begin(void)
{
	arena = arena_new();
	messages = open_memstream(&said, &nsaid);
	Diag *d = diag_new(arena, messages);
	diag_color(d, COLOR_NEVER);
	return graph_new(arena, d);
}

static void
graph_end(void)
{
	fclose(messages);
	free(said);
	arena_free(arena);
}

static const char *
message(const Graph *g)
{
	diag_flush(g->diag);
	fflush(messages);
	return said;
}

#define HEAD "graph \"m\" batch 1 window 2 steps 0\n"
#define PORTS "input \"x\" (3) %0\noutput \"y\" (3) %2\n"
#define NODES "%0 = input #0 : (3)\n%1 = tanh %0 : (3)\n%2 = output #0 %1 : (3)\n"
#define STATE "state \"s\" (3) depth 2\n"
#define WINDOW "graph \"m\" batch 1 window 1 steps 1\nstate \"s\" (3) depth 2\ninput \"x\" (3)\noutput \"y\" (3)\n"
#define PARAM "param \"W\" (3, 4) zeros\n"

START_TEST(builders)
{
	Graph *g = graph_begin();
	Ref one = graph_number(g, 1), x = graph_add(g, OP_INPUT, 0, NULL);
	Ref p = graph_add(g, OP_PARAM, 0, NULL), sum = graph_add2(g, OP_ADD, p, x), t = graph_add1(g, OP_TANH, p);
	ck_assert_int_eq(one.i, 0);
	ck_assert_int_eq(sum.i, 3);
	ck_assert(!graph_node(g, one)->batched && !graph_node(g, p)->batched && !graph_node(g, t)->batched);
	ck_assert(graph_node(g, x)->batched && graph_node(g, sum)->batched);
	ck_assert_int_eq(graph_node(g, one)->shape.rank, 0);
	ck_assert_int_eq(graph_node(g, sum)->shape.rank, RANK_UNKNOWN);
	ck_assert_int_eq(graph_node(g, sum)->step, -1);
	ck_assert_int_eq(graph_node(g, sum)->in[1].i, x.i);
	ck_assert_int_eq(graph_fresh_dim(g), -1);
	ck_assert_int_eq(graph_fresh_dim(g), -2);
	ck_assert(!graph_looks_ahead(g));
	Ref delay = graph_add1(g, OP_DELAY, x);
	graph_node(g, delay)->attr.slot.depth = -1;
	ck_assert(graph_looks_ahead(g));
	graph_end();
}
END_TEST

START_TEST(copies_are_apart)
{
	Graph *g = graph_begin();
	ck_assert(graph_read(g, "t.ir", HEAD PARAM STATE PORTS NODES));
	Graph *c = graph_copy(g);
	c->node.v[1]->op = OP_EXP;
	c->node.v[1]->in[0].i = 7;
	c->state.v[0].depth = 9;
	c->param.v[0].shape.dim[0] = 9;
	c->input.v[0].node.i = 9;
	graph_number(c, 1);
	ck_assert_int_eq(g->node.n, 3);
	ck_assert_int_eq(g->node.v[1]->op, OP_TANH);
	ck_assert_int_eq(g->node.v[1]->in[0].i, 0);
	ck_assert_int_eq(g->state.v[0].depth, 2);
	ck_assert_int_eq(g->param.v[0].shape.dim[0], 3);
	ck_assert_int_eq(g->input.v[0].node.i, 0);
	graph_end();
}
END_TEST

START_TEST(replace_follows_chains)
{
	Graph *g = graph_begin();
	ck_assert(graph_read(g, "t.ir",
			     HEAD "input \"x\" (3) %0\noutput \"y\" (3) %4\n%0 = input #0 : (3)\n%1 = copy %0 : (3)\n"
				  "%2 = copy %1 : (3)\n%3 = add %2 %1 : (3)\n%4 = output #0 %3 : (3)\n"));
	graph_replace(g, (Ref[]){{0}, {0}, {1}, {3}, {4}});
	ck_assert_int_eq(g->node.v[3]->in[0].i, 0);
	ck_assert_int_eq(g->node.v[3]->in[1].i, 0);
	ck_assert_int_eq(g->node.v[4]->in[0].i, 3);
	graph_compact(g, (bool[]){true, false, false, true, true});
	ck_assert_int_eq(g->node.n, 3);
	ck_assert_int_eq(g->node.v[2]->in[0].i, 1);
	ck_assert_int_eq(g->output.v[0].node.i, 2);
	ck_assert_int_eq(g->input.v[0].node.i, 0);
	graph_verify(g, "test");
	graph_compact(g, (bool[]){false, false, false});
	ck_assert_int_eq(g->input.v[0].node.i, -1);
	graph_end();
}
END_TEST

START_TEST(shapes)
{
	Graph *g = graph_begin();
	ck_assert_str_eq(shape_text(g->arena, shape_matrix(10, 15)), "(10, 15)");
	ck_assert_str_eq(shape_text(g->arena, shape_vector(15)), "(15)");
	ck_assert_str_eq(shape_text(g->arena, shape_scalar()), "()");
	ck_assert_str_eq(shape_text(g->arena, shape_matrix(0, 5)), "(_, 5)");
	ck_assert_str_eq(shape_text(g->arena, shape_matrix(-2, 5)), "(_, 5)");
	ck_assert_str_eq(shape_text(g->arena, shape_unknown()), "?");
	ck_assert_int_eq(shape_count(shape_matrix(70000, 70000)), INT64_C(4900000000));
	ck_assert_int_eq(shape_count(shape_scalar()), 1);
	ck_assert(shape_known(shape_scalar()) && !shape_known(shape_unknown()) && !shape_known(shape_matrix(3, -1)));
	ck_assert(shape_equal(shape_vector(3), shape_vector(3)) && !shape_equal(shape_vector(3), shape_matrix(1, 3)));
	ck_assert(!shape_equal(shape_matrix(2, 3), shape_matrix(3, 2)));
	graph_end();
}
END_TEST

/* A text with every kind of line, as graph_print writes it. */
static const char everything[] = "graph \"a \\\"b\\\" \\\\ σ \\x09\" batch 3 window 5 steps 0\n"
				 "param \"1.W\" (3, 4) glorot_uniform\n"
				 "param \"b\" (4) fill 0.10000000000000001 optional frozen\n"
				 "param \"c\" ? default\n"
				 "param \"d\" ('1, _) randn optional\n"
				 "param \"e\" () rand frozen\n"
				 "state \"y\" (4) depth 2\n"
				 "state \"late\" (_) depth 0\n"
				 "input \"x\" (3) %0\n"
				 "input \"unused\" ('2)\n"
				 "output \"y\" (4) %9\n"
				 "%0 = input #0 : (3) name \"x\" at 14 15\n"
				 "%1 = param #0 : (3, 4)\n"
				 "%2 = matmul %0 %1 : (4) path \"model[1] = T › y\" at 1 4294967\n"
				 "%3 = delay #0 2 %8 : (4)\n"
				 "%4 = delay #0 -1 %8 : ?\n"
				 "%5 = concat %3 %4 %2 : ('1)\n"
				 "%6 = slice 1 -2 %5 : (_)\n"
				 "%7 = const 0.10000000000000001 : ()\n"
				 "%8 = add %3 %7 : (4) name \"y\"\n"
				 "%9 = output #0 %8 : (4)\n";

START_TEST(reads_what_it_prints)
{
	Graph *g = graph_begin();
	ck_assert(graph_read(g, "t.ir", everything));
	graph_verify(g, "read");
	Text t = {0};
	graph_print(g, &t);
	ck_assert_str_eq(t.v, everything);
	text_free(&t);
	ck_assert_str_eq(g->model, "a \"b\" \\ σ \t");
	ck_assert_int_eq(g->batch, 3);
	ck_assert_int_eq(g->window, 5);
	ck_assert_int_eq(g->param.n, 5);
	ck_assert_double_eq(g->param.v[1].fill, 0.1);
	ck_assert(g->param.v[1].optional && !g->param.v[1].trainable && g->param.v[0].trainable);
	ck_assert_int_eq(g->param.v[3].shape.dim[0], -1);
	ck_assert_int_eq(g->node.v[4]->attr.slot.depth, -1);
	ck_assert_int_eq(g->node.v[6]->attr.range.last, -2);
	ck_assert_double_eq(g->node.v[7]->attr.number, 0.1);
	ck_assert_int_ge(g->ndim, 2);
	ck_assert(!ref_ok(g->input.v[1].node));
	graph_end();
}
END_TEST

START_TEST(reads_blanks_and_comments)
{
	Graph *g = graph_begin();
	ck_assert(graph_read(g, "t.ir",
			     "# one\r\n\n  graph   \"m\"\tbatch 1 window 2 steps 0\r\n" PORTS
			     "   # two\n  %0 = input #0 : ( 3 )\n%1 = tanh  %0 :(3)\n\n%2 = output #0 %1 : (3)"));
	ck_assert_int_eq(g->node.n, 3);
	graph_end();
}
END_TEST

static const struct {
	const char *text, *wanted;
} wrong[] = {
	{"graf", "line 1: wanted graph, loss, param, state, input, output or a node"},
	{"graphs", "line 1: wanted graph"},
	{"graph m", "line 1: wanted '\"'"},
	{"graph \"m", "line 1: a string that does not end"},
	{"graph \"m\nn\"", "line 1: a string that does not end"},
	{"graph \"m\\", "line 1: a string that does not end"},
	{"graph \"\\xzz\"", "line 1: a bad escape"},
	{"graph \"\\x00\"", "line 1: a bad escape"},
	{"graph \"m\" batch", "line 1: wanted a whole number, found 'end of line'"},
	{"graph \"m\" batch 0 window 1 steps 0", "line 1: batch, window or steps out of range"},
	{"graph \"m\" batch 1 window 0 steps 0", "line 1: batch, window or steps out of range"},
	{"graph \"m\" batch 1 window 1 steps -1", "line 1: batch, window or steps out of range"},
	{"graph \"m\" batch 99999999999 window 1 steps 0", "line 1: wanted a whole number"},
	{"graph \"m\" batch 1 window 1", "line 1: wanted 'steps'"},
	{"graph \"m\" batch 1 window 1 steps 0 scratch 4", "line 1: wanted 'bound'"},
	{"graph \"m\" batch 1 window 1 steps 0 more", "line 1: wanted the end of the line, found 'more'"},
	{HEAD "param \"W\"", "line 2: wanted '('"},
	{HEAD "param \"W\" (3", "line 2: wanted ','"},
	{HEAD "param \"W\" (3, 4, 5) zeros", "line 2: wanted ')'"},
	{HEAD "param \"W\" (x) zeros", "line 2: wanted a whole number"},
	{HEAD "param \"W\" (3) nought", "line 2: wanted the name of an initialiser"},
	{HEAD "param \"W\" (3) fill", "line 2: wanted a number"},
	{HEAD "param \"W\" (3) zeros frozen optional", "line 2: wanted the end of the line"},
	{HEAD "state \"s\" (3)", "line 2: wanted 'depth'"},
	{HEAD "state \"s\" (3) depth x", "line 2: wanted a whole number"},
	{HEAD "input \"x\" (3) 0", "line 2: wanted the end of the line"},
	{HEAD "input \"x\" (3) %", "line 2: wanted a whole number"},
	{HEAD PORTS "%1 = input #0 : (3)", "line 4: nodes are not numbered in order"},
	{HEAD PORTS "%0 input #0 : (3)", "line 4: wanted '='"},
	{HEAD PORTS "%0 = #0 : (3)", "line 4: wanted the name of an operator"},
	{HEAD PORTS "%0 = frobnicate : (3)", "line 4: there is no such operator"},
	{HEAD PORTS "%0 = input : (3)", "line 4: wanted '#'"},
	{HEAD PORTS "%0 = input #0", "line 4: wanted ':'"},
	{HEAD PORTS "%0 = input #0 %0 : (3)", "line 4: 'input' has 0 operands, not 1"},
	{HEAD PORTS "%0 = input #0 : (3)\n%1 = add %0 : (3)", "line 5: 'add' has 2 operands, not 1"},
	{HEAD PORTS "%0 = const : ()", "line 4: wanted a number"},
	{HEAD PORTS "%0 = input #0 : (3) step", "line 4: wanted a whole number"},
	{HEAD PORTS "%0 = input #0 : (3) name x", "line 4: wanted '\"'"},
	{HEAD PORTS "%0 = input #0 : (3) at 5", "line 4: wanted a whole number"},
	{HEAD PORTS "%0 = input #0 : (3) at 5 6 7", "line 4: wanted the end of the line"},
	{HEAD PORTS "%0 = tanh %0 : (3)", "%0 is wrong: an operand that comes later"},
	{HEAD PORTS "%0 = tanh %1 : (3)\n%1 = const 1 : ()", "%0 is wrong: an operand that comes later"},
	{HEAD PORTS "%0 = tanh %-1 : (3)", "%0 is wrong: an operand that is not there"},
	{HEAD PORTS "%0 = tanh %9 : (3)", "%0 is wrong: an operand that is not there"},
	{HEAD PORTS "%0 = input #1 : (3)", "%0 is wrong: no such input"},
	{HEAD PORTS "%0 = input #-1 : (3)", "%0 is wrong: no such input"},
	{HEAD PORTS "%0 = param #0 : (3)", "%0 is wrong: no such parameter"},
	{HEAD STATE PORTS "%0 = delay #1 1 %0 : (3)", "%0 is wrong: no such state"},
	{HEAD STATE PORTS "%0 = delay #0 0 %0 : (3)", "%0 is wrong: no such slot of its state"},
	{HEAD STATE PORTS "%0 = delay #0 3 %0 : (3)", "%0 is wrong: no such slot of its state"},
	{HEAD STATE "%0 = state #0 1 : (3)", "%0 is wrong: state is touched before unrolling"},
	{HEAD PORTS "%0 = input #0 : (3)\n%1 = output #0 %0 : (3)\n%2 = output #0 %1 : (3)",
	 "%2 is wrong: uses a node that has no value"},
	{HEAD PORTS "%0 = input #0 : (3) step 1", "%0 is wrong: its time step is outside the window"},
	{HEAD "output \"y\" (3) %0\ninput \"x\" (3) %0\n%0 = input #0 : (3)",
	 "an output of the graph is not an output node"},
	{HEAD "output \"y\" (3)\n", "an output of the graph is not an output node"},
	{HEAD "input \"x\" (3) %7\n", "an input of the graph is a node that is not there"},
	{HEAD "input \"x\" (3) %-2\n", "an input of the graph is a node that is not there"},
	{HEAD "output \"y\" ? %1\n%0 = concat : ?\n%1 = output #0 %0 : ?", "%0 is wrong: there is nothing to join"},
	{WINDOW "%0 = delay #0 1 %0 : (3) step 0", "%0 is wrong: a delay is left after unrolling"},
	{WINDOW "%0 = state #0 -1 : (3) step 0", "%0 is wrong: a slot before the first"},
	{WINDOW "%0 = input #0 : (3) step 0\n%1 = tanh %0 : (3)",
	 "%1 is wrong: a value without a time step depends on one with"},
	{HEAD "input \"x\" (-5)", "line 2: wanted a number from 1"},
	{HEAD "input \"x\" (0)", "line 2: wanted a number from 1"},
	{HEAD "input \"x\" ('-5)", "line 2: wanted a number from 1"},
	{HEAD "input \"x\" ('2000000000)", "line 2: wanted a number from 1"},
	{HEAD "state \"s\" (3) depth -9", "line 2: the depth is out of range"},
	{HEAD "state \"s\" (3) depth 2000000000", "line 2: the depth is out of range"},
	{"graph \"m\" batch\n1 window 1 steps 0", "line 1: wanted a whole number, found 'end of line'"},
};

START_TEST(wrong_line)
{
	Graph *g = graph_begin();
	ck_assert_msg(!graph_read(g, "t.ir", wrong[_i].text), "accepted: %s", wrong[_i].text);
	ck_assert_int_eq(diag_errors(g->diag), 1);
	ck_assert_msg(strncmp(message(g), "t.ir: error: ", 13) == 0 && strstr(message(g), wrong[_i].wanted) != NULL,
		      "%s\nwanted %s, found %s", wrong[_i].text, wrong[_i].wanted, message(g));
	graph_end();
}
END_TEST

/* Cut anywhere, the text is read or refused with one message. */
START_TEST(truncated)
{
	for (size_t n = 0; n < sizeof everything; n++) {
		Graph *g = graph_begin();
		bool ok = graph_read(g, "t.ir", arena_strndup(g->arena, everything, n));
		ck_assert_int_eq(diag_errors(g->diag), !ok);
		graph_end();
	}
}
END_TEST

/* So with any one byte changed. */
START_TEST(changed_byte)
{
	static const char other[] = "\n \"%#'0)-\\9x_?=:\xff";
	for (size_t at = 0; at < sizeof everything - 1; at++) {
		Graph *g = graph_begin();
		for (size_t k = 0; k < sizeof other - 1; k++) {
			Graph *one = graph_new(g->arena, diag_new(g->arena, messages));
			char *text = arena_strndup(g->arena, everything, sizeof everything - 1);
			text[at] = other[k];
			bool ok = graph_read(one, "t.ir", text);
			ck_assert_int_eq(diag_errors(one->diag), !ok);
		}
		graph_end();
	}
}
END_TEST

/* Each breaks one invariant of a good graph. */
#define COPIES                                                                                                      \
	"%0 = input #0 : (3) step 0\n%1 = tanh %0 : (3) step 0\n%2 = output #0 %1 : (3) step 0\n%3 = state #0 1 : " \
	"(3) step "                                                                                                 \
	"0\n%4 = update #0 %1 : () step 0\n"

static void
no_op(Graph *g)
{
	g->node.v[1]->op = OP_COUNT;
}

static void
wrong_count(Graph *g)
{
	g->node.v[1]->op = OP_ADD;
}

static void
beyond(Graph *g)
{
	g->node.v[1]->in[0].i = 9;
}

static void
later(Graph *g)
{
	g->node.v[1]->in[0].i = 1;
}

static void
uses_sink(Graph *g)
{
	g->node.v[4]->in[0].i = 2;
}

static void
timeless(Graph *g)
{
	g->node.v[1]->step = -1;
}

static void
batchless(Graph *g)
{
	g->node.v[1]->batched = false;
}

static void
after_window(Graph *g)
{
	g->node.v[0]->step = g->node.v[1]->step = 1;
}

static void
before_window(Graph *g)
{
	g->node.v[0]->step = -2;
}

static void
step_early(Graph *g)
{
	g->node.v[1]->step = 0;
}

static void
late_delay(Graph *g)
{
	g->node.v[1]->op = OP_DELAY;
	g->node.v[1]->attr.slot.depth = 1;
}

static void
early_state(Graph *g)
{
	g->node.v[0]->op = OP_STATE;
	g->node.v[0]->attr.slot.depth = 1;
}

static void
no_input(Graph *g)
{
	g->node.v[0]->attr.index = 1;
}

static void
no_output(Graph *g)
{
	g->node.v[2]->attr.index = -1;
}

static void
no_param(Graph *g)
{
	g->node.v[0]->op = OP_PARAM;
	g->node.v[0]->attr.index = 0;
	for (int i = 0; i < 3; i++)
		g->node.v[i]->batched = false;
}

static void
no_state(Graph *g)
{
	g->node.v[3]->attr.slot.state = 1;
}

static void
no_update(Graph *g)
{
	g->node.v[4]->attr.index = 1;
}

static void
no_slot(Graph *g)
{
	g->node.v[3]->attr.slot.depth = 3;
}

static void
slot_zero(Graph *g)
{
	g->node.v[3]->attr.slot.depth = 0;
}

static void
slot_ahead(Graph *g)
{
	g->node.v[3]->attr.slot.depth = -1;
}

static void
port_elsewhere(Graph *g)
{
	g->output.v[0].node.i = 1;
}

static void
port_nowhere(Graph *g)
{
	g->output.v[0].node.i = 3;
}

static const struct {
	const char *text;
	void (*spoil)(Graph *);
	const char *wanted;
} invariant[] = {
	{HEAD PORTS NODES, no_op, "%1 (?) breaks an invariant: no such operator"},
	{HEAD PORTS NODES, wrong_count, "%1 (add) breaks an invariant: wrong number of operands"},
	{HEAD PORTS NODES, beyond, "%1 (tanh) breaks an invariant: an operand that is not there"},
	{HEAD PORTS NODES, later, "%1 (tanh) breaks an invariant: an operand that comes later"},
	{WINDOW COPIES, uses_sink, "%4 (update) breaks an invariant: uses a node that has no value"},
	{WINDOW COPIES, timeless, "%1 (tanh) breaks an invariant: a value without a time step depends on one with"},
	{HEAD PORTS NODES, batchless, "%1 (tanh) breaks an invariant: its batch flag is wrong"},
	{WINDOW COPIES, after_window, "%0 (input) breaks an invariant: its time step is outside the window"},
	{WINDOW COPIES, before_window, "%0 (input) breaks an invariant: its time step is outside the window"},
	{HEAD PORTS NODES, step_early, "%1 (tanh) breaks an invariant: its time step is outside the window"},
	{WINDOW COPIES, late_delay, "%1 (delay) breaks an invariant: a delay is left after unrolling"},
	{HEAD PORTS NODES, early_state, "%0 (state) breaks an invariant: state is touched before unrolling"},
	{HEAD PORTS NODES, no_input, "%0 (input) breaks an invariant: no such input"},
	{HEAD PORTS NODES, no_output, "%2 (output) breaks an invariant: no such output"},
	{HEAD PORTS NODES, no_param, "%0 (param) breaks an invariant: no such parameter"},
	{WINDOW COPIES, no_state, "%3 (state) breaks an invariant: no such state"},
	{WINDOW COPIES, no_update, "%4 (update) breaks an invariant: no such state"},
	{WINDOW COPIES, no_slot, "%3 (state) breaks an invariant: no such slot of its state"},
	{WINDOW COPIES, slot_zero, "%3 (state) breaks an invariant: no such slot of its state"},
	{WINDOW COPIES, slot_ahead, "%3 (state) breaks an invariant: a slot before the first"},
	{HEAD PORTS NODES, port_elsewhere,
	 "%1 (tanh) breaks an invariant: an output of the graph is not an output node"},
	{HEAD PORTS NODES, port_nowhere, "%3 (?) breaks an invariant: an output of the graph is not an output node"},
};

/* What graph_verify writes before it aborts; "" if it does not. */
static const char *
verify_in_child(const Graph *g)
{
	static char text[500];
	int end[2], status;
	ck_assert_int_eq(pipe(end), 0);
	pid_t child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		signal(SIGABRT, SIG_DFL);
		dup2(end[1], 2);
		graph_verify(g, "fold");
		_exit(0);
	}
	close(end[1]);
	size_t n = 0;
	for (ssize_t more = 1; more > 0 && n < sizeof text - 1; n += (size_t)more)
		more = read(end[0], text + n, sizeof text - 1 - n);
	text[n] = '\0';
	close(end[0]);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT ? text : "";
}

START_TEST(broken_invariant)
{
	Graph *g = graph_begin();
	ck_assert_msg(graph_read(g, "t.ir", invariant[_i].text), "%s", message(g));
	graph_verify(g, "read");
	ck_assert_str_eq(verify_in_child(g), "");
	invariant[_i].spoil(g);
	const char *found = verify_in_child(g), *wanted = invariant[_i].wanted;
	ck_assert_msg(strncmp(found, "netc: internal error: after pass 'fold', ", 41) == 0 && strstr(found, wanted),
		      "wanted %s, found %s", wanted, found);
	graph_end();
}
END_TEST

Suite *
suite_ir(void)
{
	Suite *s = suite_create("ir");
	TCase *t = tcase_create("build");
	tcase_add_test(t, builders);
	tcase_add_test(t, copies_are_apart);
	tcase_add_test(t, replace_follows_chains);
	tcase_add_test(t, shapes);
	suite_add_tcase(s, t);
	t = tcase_create("text");
	tcase_add_test(t, reads_what_it_prints);
	tcase_add_test(t, reads_blanks_and_comments);
	tcase_add_loop_test(t, wrong_line, 0, COUNT(wrong));
	tcase_add_test(t, truncated);
	tcase_add_test(t, changed_byte);
	suite_add_tcase(s, t);
	t = tcase_create("verify");
	tcase_add_loop_test(t, broken_invariant, 0, COUNT(invariant));
	suite_add_tcase(s, t);
	return s;
}
