/* test_picture.c: escapes, and the grid that the pictures are drawn on. */
#include "../../compiler/back/escape.h"
#include "../../compiler/back/grid_parts.h"
#include "../../compiler/ops.h"
#include "../../compiler/pass.h"
#include <check.h>
#include <string.h>

Suite *suite_picture(void);

static const struct {
	Sink sink;
	const char *in, *out;
} escapes[] = {
	{SINK_XML, "a<b>&\"c\"", "a&lt;b&gt;&amp;&quot;c&quot;"},
	{SINK_XML, "ŷ′\n\t\001", "ŷ′\n\t\xef\xbf\xbd"},
	{SINK_JSON, "a\"\\\n\t\r\001</script>", "a\\\"\\\\\\n\\t\\r\\u0001\\u003c/script>"},
	{SINK_JSON, "σ(x)", "σ(x)"},
	{SINK_DOT, "a\"\\n\n{x}", "a\\\"\\\\n\\n{x}"},
	{SINK_MERMAID, "#a\"<b>`&", "#35;a#quot;#lt;b#gt;#96;#amp;"},
	{SINK_MERMAID, "a\nb", "a b"},
	{SINK_DOT, "", ""},
};

START_TEST(text_is_escaped)
{
	Text t = {0};
	text_add(&t, "[");
	escape(&t, escapes[_i].sink, escapes[_i].in);
	text_add(&t, "]");
	ck_assert_uint_eq(t.n, strlen(escapes[_i].out) + 2);
	ck_assert_msg(memcmp(t.v + 1, escapes[_i].out, t.n - 2) == 0, "%s", t.v);
	text_free(&t);
}
END_TEST

START_TEST(map_holds_what_was_put)
{
	Arena *a = arena_new();
	GridMap *m = grid_map_new(a);
	for (int32_t i = 0; i < 2000; i++)
		grid_map_set(m, i * 7919 % 2000 - 1000, i % 3 - 1, i);
	for (int32_t i = 0; i < 2000; i++)
		ck_assert_int_eq(grid_map_get(m, i * 7919 % 2000 - 1000, i % 3 - 1), i);
	ck_assert_int_eq(grid_map_get(m, 5000, 0), -1);
	grid_map_set(m, -1000, -1, 7);
	ck_assert_int_eq(grid_map_get(m, -1000, -1), 7);
	arena_free(a);
}
END_TEST

START_TEST(layer_of_a_path)
{
	Arena *a = arena_new();
	ck_assert_str_eq(grid_layer(a, "model[1] = LSTM › forget", false), "model[1]");
	ck_assert_str_eq(grid_layer(a, "model[1] = LSTM › forget", true), "model[1] = LSTM");
	ck_assert_str_eq(grid_layer(a, "model", true), "model");
	ck_assert_str_eq(grid_layer(a, NULL, true), "");
	ck_assert_ptr_eq(grid_layer(a, "b = T › x", false), grid_layer(a, "b", true));
	arena_free(a);
}
END_TEST

START_TEST(every_operator_is_drawn)
{
	Look look = op_look((Op)_i);
	ck_assert_int_lt(look, LOOK_COUNT);
	ck_assert_uint_gt(strlen(look_name(look)), 0);
	ck_assert_uint_gt(strlen(look_what(look)), 0);
}
END_TEST

/* y = tanh(x + y{-1}), over some steps. */
static Graph *
small_net(Arena *a, int32_t steps)
{
	static const char text[] = "graph \"m\" batch 1 window 1 steps 0\n"
				   "state \"y\" (3) depth 1\n"
				   "input \"x\" (3) %0\n"
				   "output \"y\" (3) %4\n"
				   "%0 = input #0 : (3) name \"x\"\n"
				   "%1 = delay #0 1 %3 : (3)\n"
				   "%2 = add %0 %1 : (3)\n"
				   "%3 = tanh %2 : (3) name \"y\"\n"
				   "%4 = output #0 %3 : (3) name \"y\"\n";
	Graph *g = graph_new(a, diag_new(a, stderr));
	ck_assert(graph_read(g, "small.ir", text));
	g->window = steps;
	PassRun run = {.facts = FACT_SHAPED};
	ck_assert(steps == 0 || pass_run(g, "U", &run));
	return g;
}

START_TEST(a_row_is_there_in_every_step)
{
	enum { STEPS = 5 };
	Arena *a = arena_new();
	const Grid *grid = grid_new(a, small_net(a, STEPS));
	ck_assert_int_eq(grid->columns, STEPS);
	int count[64] = {0};
	ck_assert_int_le(grid->rows.n, 64);
	for (int32_t c = 0; c < STEPS; c++)
		for (int32_t k = grid->first[c]; k < grid->first[c + 1]; k++)
			count[grid->row[grid->node[k]]]++;
	int values = 0, past = 0, stores = 0;
	for (int32_t r = 0; r < grid->rows.n; r++) {
		const GridRow *row = &grid->rows.v[r];
		values += row->kind == ROW_NODE;
		past += row->kind == ROW_PAST;
		stores += row->kind == ROW_STORE;
		ck_assert_int_eq(count[r], row->kind == ROW_NODE ? STEPS : row->kind == ROW_STORE);
		if (row->kind == ROW_PAST) { /* the arrow to it is straight */
			ck_assert_int_eq(row->delta, 1);
			ck_assert_str_eq(grid->rows.v[row->from].name, "y");
			ck_assert_int_eq(row->y, grid->rows.v[row->from].y);
		}
	}
	ck_assert_int_eq(values, 4);
	ck_assert_int_eq(past, 1);
	ck_assert_int_eq(stores, 1);
	ck_assert_int_eq(grid->bands.n, 3);
	arena_free(a);
}
END_TEST

START_TEST(a_net_before_unrolling_is_one_column)
{
	Arena *a = arena_new();
	const Grid *grid = grid_new(a, small_net(a, 0));
	ck_assert_int_eq(grid->columns, 1);
	ck_assert_int_eq(grid->first[1] - grid->first[0], 4);
	for (int i = 0; i < grid->edges.n; i++) {
		ck_assert_ptr_nonnull(grid->edges.v[i].path);
		ck_assert_ptr_eq(grid_edge(grid, grid->edges.v[i].from, grid->edges.v[i].to), &grid->edges.v[i]);
	}
	ck_assert_ptr_null(grid_edge(grid, 0, 0));
	arena_free(a);
}
END_TEST

START_TEST(an_empty_graph_is_drawn)
{
	Arena *a = arena_new();
	const Grid *grid = grid_new(a, graph_new(a, diag_new(a, stderr)));
	ck_assert_int_eq(grid->columns, 1);
	ck_assert_int_eq(grid->rows.n, 0);
	arena_free(a);
}
END_TEST

Suite *
suite_picture(void)
{
	Suite *s = suite_create("picture");
	TCase *t = tcase_create("grid");
	tcase_add_loop_test(t, text_is_escaped, 0, COUNT(escapes));
	tcase_add_test(t, map_holds_what_was_put);
	tcase_add_test(t, layer_of_a_path);
	tcase_add_loop_test(t, every_operator_is_drawn, 0, OP_COUNT);
	tcase_add_test(t, a_row_is_there_in_every_step);
	tcase_add_test(t, a_net_before_unrolling_is_one_column);
	tcase_add_test(t, an_empty_graph_is_drawn);
	suite_add_tcase(s, t);
	return s;
}
