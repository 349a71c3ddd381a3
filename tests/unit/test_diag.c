/* test_diag.c: the source map, the text and JSON forms of messages, warning options, near names. */
#include "../../compiler/diag.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

Suite *suite_diag(void);

static Arena *arena;
static Diag *diag;
static FILE *out;

static void
begin(void)
{
	arena = arena_new();
	out = tmpfile();
	ck_assert_ptr_nonnull(out);
	diag = diag_new(arena, out);
	diag_color(diag, COLOR_NEVER);
}

static void
finish(void)
{
	fclose(out);
	arena_free(arena);
}

static uint32_t
add(const char *name, const char *text)
{
	return diag_add_source(diag, name, text, strlen(text));
}

/* What has been printed; flushes first. */
static const char *
printed(void)
{
	static char text[1 << 20];
	diag_flush(diag);
	rewind(out);
	text[fread(text, 1, sizeof text - 1, out)] = '\0';
	return text;
}

/* The span of the first occurrence of a word. */
static Span
span_of(uint32_t base, const char *text, const char *word)
{
	uint32_t lo = base + (uint32_t)(strstr(text, word) - text);
	return (Span){lo, lo + (uint32_t)strlen(word)};
}

START_TEST(offsets_begin_at_one_and_know_their_file)
{
	const char *one = "ab\ncd\n", *two = "", *three = "x\ny";
	uint32_t a = add("one", one), b = add("two", two), c = add("three", three);
	ck_assert_uint_eq(a, 1);
	for (uint32_t i = 0; i <= 6; i++)
		ck_assert_str_eq(diag_place(diag, a + i).file, "one");
	ck_assert_str_eq(diag_place(diag, b).file, "two");
	ck_assert_str_eq(diag_place(diag, c).file, "three");
	Place p = diag_place(diag, a + 4);
	ck_assert_int_eq(p.line, 2);
	ck_assert_int_eq(p.column, 2);
	ck_assert_ptr_eq(p.line_text, one + 3);
	p = diag_place(diag, c + 3);
	ck_assert_int_eq(p.line, 2);
	ck_assert_int_eq(p.column, 2);
	ck_assert_int_eq(diag_place(diag, 0).line, 0);
	int n;
	ck_assert_ptr_eq(diag_text(diag, (Span){a + 1, a + 5}, &n), one + 1);
	ck_assert_int_eq(n, 4);
	diag_text(diag, SPAN_NONE, &n);
	ck_assert_int_eq(n, 0);
}
END_TEST

START_TEST(error_has_caret_and_note)
{
	const char *text = "function (x)\n  y = tanh( x * Wxz + by )\nend\n";
	uint32_t at = add("cell.net", text);
	diag_error(diag, span_of(at, text, "Wxz"), "unknown name '%s'; did you mean '%s'?", "Wxz", "Wxy");
	diag_note(diag, span_of(at, text, "function (x)"), "in this body");
	ck_assert_int_eq(diag_errors(diag), 1);
	ck_assert_str_eq(printed(), "cell.net:2:17: error: unknown name 'Wxz'; did you mean 'Wxy'?\n"
				    "    2 |   y = tanh( x * Wxz + by )\n"
				    "      |                 ^~~\n"
				    "cell.net:1:1: note: in this body\n"
				    "    1 | function (x)\n"
				    "      | ^~~~~~~~~~~~\n");
}
END_TEST

START_TEST(caret_is_right_under_tabs_and_wide_characters)
{
	const char *text = "\ty\t= h̃ + 値 * W₁ + 漢字";
	uint32_t at = add("a.net", text);
	diag_error(diag, span_of(at, text, "値"), "one");
	diag_error(diag, span_of(at, text, "漢字"), "two");
	diag_error(diag, span_of(at, text, "h̃ + 値"), "three");
	diag_error(diag, span_of(at, text, "y\t="), "four");
	ck_assert_str_eq(printed(), "a.net:1:11: error: one\n"
				    "    1 | \ty\t= h̃ + 値 * W₁ + 漢字\n"
				    "      | \t \t      ^~\n"
				    "a.net:1:20: error: two\n"
				    "    1 | \ty\t= h̃ + 値 * W₁ + 漢字\n"
				    "      | \t \t                ^~~~\n"
				    "a.net:1:6: error: three\n"
				    "    1 | \ty\t= h̃ + 値 * W₁ + 漢字\n"
				    "      | \t \t  ^~~~~~\n"
				    "a.net:1:2: error: four\n"
				    "    1 | \ty\t= h̃ + 値 * W₁ + 漢字\n"
				    "      | \t^~~~~~~~~\n");
}
END_TEST

START_TEST(odd_spans)
{
	const char *text = "ab\r\ncd\nef";
	uint32_t at = add("a.net", text);
	diag_error(diag, (Span){at + 1, at + 6}, "two lines");
	diag_error(diag, (Span){at + 1, at + 1}, "empty");
	diag_error(diag, (Span){at + 6, at + 7}, "line end");
	diag_error(diag, (Span){at + 9, at + 10}, "file end");
	diag_error(diag, SPAN_NONE, "nowhere");
	ck_assert_str_eq(printed(), "a.net:1:2: error: two lines\n    1 | ab\n      |  ^\n"
				    "a.net:1:2: error: empty\n    1 | ab\n      |  ^\n"
				    "a.net:2:3: error: line end\n    2 | cd\n      |   ^\n"
				    "a.net:3:3: error: file end\n    3 | ef\n      |   ^\n"
				    "netc: error: nowhere\n");
}
END_TEST

START_TEST(bad_bytes_do_not_reach_the_terminal)
{
	const char *text = "a\x1B[31m\xFF\xE2\x80\xAE x";
	uint32_t at = add("a.net", text);
	diag_error(diag, span_of(at, text, "x"), "found '\x1B'");
	ck_assert_str_eq(printed(), "a.net:1:10: error: found '?'\n"
				    "    1 | a\xEF\xBF\xBD[31m\xEF\xBF\xBD\xEF\xBF\xBD x\n"
				    "      |          ^\n");
}
END_TEST

START_TEST(long_lines_are_cut_round_the_caret)
{
	static char text[1000];
	for (int i = 0; i < 999; i++)
		text[i] = (char)('a' + i % 26);
	uint32_t at = add("a.net", text);
	diag_error(diag, (Span){at + 500, at + 503}, "middle");
	diag_error(diag, (Span){at + 10, at + 990}, "front");
	const char *lines = printed(), *caret = strstr(lines, "^~~\n");
	const char *shown = strstr(lines, "    1 | …"), *caret_line = strstr(lines, "      |  ");
	ck_assert(caret && shown && caret_line);
	ck_assert_int_eq(strncmp(lines, "a.net:1:501: error: middle\n", 27), 0);
	/* the '…' is one column of three bytes */
	ptrdiff_t column = caret - caret_line - 9;
	ck_assert_int_eq(strncmp(shown + 11 + column, text + 500, 3), 0);
	ck_assert_ptr_nonnull(strstr(lines, "    1 | abcdef"));
	for (const char *p = lines, *end; (end = strchr(p, '\n')); p = end + 1)
		ck_assert_int_lt(end - p, 120);
}
END_TEST

START_TEST(errors_are_counted_after_twenty)
{
	const char *text = "x\n";
	uint32_t at = add("a.net", text);
	for (int i = 0; i < 25; i++) {
		diag_error(diag, (Span){at, at + 1}, "number %d", i);
		diag_note(diag, (Span){at, at + 1}, "note %d", i);
	}
	ck_assert_int_eq(diag_errors(diag), 25);
	const char *text_out = printed();
	ck_assert_ptr_nonnull(strstr(text_out, "error: number 19\n"));
	ck_assert_ptr_nonnull(strstr(text_out, "note: note 19\n"));
	ck_assert_ptr_null(strstr(text_out, "number 20"));
	ck_assert_ptr_null(strstr(text_out, "note 20"));
	const char *last = "netc: error: too many errors (25); the first 20 are shown\n";
	ck_assert_str_eq(text_out + strlen(text_out) - strlen(last), last);
}
END_TEST

static void
warn(void)
{
	uint32_t at = add("a.net", "x\n");
	diag_warning(diag, WARN_SHADOW, (Span){at, at + 1}, "hides");
	diag_note(diag, (Span){at, at + 1}, "a note");
}

static const struct {
	const char *option[3];
	const char *found; /* in what is printed; NULL: nothing is */
	int errors;
} warning_cases[] = {
	{{NULL}, "a.net:1:1: warning: hides [-Wshadow]\n", 0},
	{{"no-shadow"}, NULL, 0},
	{{"no-unused-field"}, "warning: hides", 0},
	{{"none"}, NULL, 0},
	{{"none", "error"}, NULL, 0},
	{{"no-all"}, NULL, 0},
	{{"no-shadow", "all"}, "warning: hides", 0},
	{{"no-shadow", "shadow"}, "warning: hides", 0},
	{{"error"}, "a.net:1:1: error: hides [-Werror=shadow]\n", 1},
	{{"error", "no-error"}, "warning: hides", 0},
	{{"error", "no-error=shadow"}, "warning: hides", 0},
	{{"error=shadow"}, "error: hides [-Werror=shadow]\n", 1},
	{{"error=unused-field"}, "warning: hides", 0},
	{{"no-shadow", "error=shadow"}, "error: hides", 1},
	{{"error", "no-shadow"}, NULL, 0},
};

START_TEST(warning_options)
{
	for (int i = 0; i < 3 && warning_cases[_i].option[i]; i++)
		ck_assert(diag_warning_option(diag, warning_cases[_i].option[i]));
	warn();
	ck_assert_int_eq(diag_errors(diag), warning_cases[_i].errors);
	const char *text = printed();
	if (warning_cases[_i].found)
		ck_assert_msg(strstr(text, warning_cases[_i].found) && strstr(text, "a note"), "%s", text);
	else
		ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(unknown_warning_options)
{
	ck_assert(!diag_warning_option(diag, "sahdow"));
	ck_assert(!diag_warning_option(diag, "no-"));
	ck_assert(!diag_warning_option(diag, ""));
	ck_assert(!diag_warning_option(diag, "error="));
	ck_assert(!diag_warning_option(diag, "error=x"));
	ck_assert(!diag_warning_option(diag, "no-error=x"));
}
END_TEST

START_TEST(warnings_of_a_kind_are_counted_after_a_hundred)
{
	uint32_t at = add("a.net", "x\n");
	for (int i = 0; i < 150; i++)
		diag_warning(diag, WARN_UNUSED_FIELD, (Span){at, at + 1}, "number %d", i);
	diag_warning(diag, WARN_SHADOW, (Span){at, at + 1}, "another");
	const char *text = printed();
	ck_assert_ptr_nonnull(strstr(text, "number 99 "));
	ck_assert_ptr_null(strstr(text, "number 100 "));
	ck_assert_ptr_nonnull(strstr(text, "another"));
	ck_assert_ptr_nonnull(strstr(text, "netc: warning: too many of these warnings (150); the first 100 are shown "
					   "[-Wunused-field]\n"));
}
END_TEST

START_TEST(files_without_lines)
{
	diag_file_error(diag, "w.npz", "not a zip archive");
	diag_file_error(diag, NULL, "no input");
	diag_file_warning(diag, WARN_NARROWING, "w.npz", "loses bits");
	ck_assert_str_eq(printed(), "w.npz: error: not a zip archive\n"
				    "netc: error: no input\n"
				    "w.npz: warning: loses bits [-Wnarrowing]\n");
}
END_TEST

START_TEST(colors_are_those_of_gcc)
{
	uint32_t at = add("a.net", "x y\n");
	diag_color(diag, COLOR_ALWAYS);
	diag_error(diag, (Span){at + 2, at + 3}, "bad 'y'");
	ck_assert_str_eq(printed(), "\33[01m\33[Ka.net:1:3:\33[m\33[K \33[01;31m\33[Kerror:\33[m\33[K "
				    "bad '\33[01m\33[Ky\33[m\33[K'\n"
				    "    1 | x \33[01;31m\33[Ky\33[m\33[K\n"
				    "      |   \33[01;31m\33[K^\33[m\33[K\n");
}
END_TEST

START_TEST(json_is_one_array)
{
	const char *text = "σ = x\n";
	uint32_t at = add("a\"b.net", text);
	diag_format(diag, DIAG_JSON);
	diag_error(diag, span_of(at, text, "x"), "say \"%s\"\\\t\xFF", "σ");
	diag_note(diag, span_of(at, text, "σ"), "first");
	diag_note(diag, span_of(at, text, "σ = x"), "second");
	diag_warning(diag, WARN_SHADOW, SPAN_NONE, "third");
	diag_file_error(diag, "w.npz", "fourth");
	ck_assert_str_eq(
		printed(),
		"[{\"kind\": \"error\", \"message\": \"say \\\"σ\\\"\\\\\\u0009\\ufffd\", \"locations\": [{"
		"\"caret\": {\"file\": \"a\\\"b.net\", \"line\": 1, \"column\": 5}, "
		"\"finish\": {\"file\": \"a\\\"b.net\", \"line\": 1, \"column\": 5}}], \"children\": ["
		"{\"kind\": \"note\", \"message\": \"first\", \"locations\": [{"
		"\"caret\": {\"file\": \"a\\\"b.net\", \"line\": 1, \"column\": 1}, "
		"\"finish\": {\"file\": \"a\\\"b.net\", \"line\": 1, \"column\": 1}}]}, "
		"{\"kind\": \"note\", \"message\": \"second\", \"locations\": [{"
		"\"caret\": {\"file\": \"a\\\"b.net\", \"line\": 1, \"column\": 1}, "
		"\"finish\": {\"file\": \"a\\\"b.net\", \"line\": 1, \"column\": 5}}]}]},\n "
		"{\"kind\": \"warning\", \"message\": \"third\", \"option\": \"-Wshadow\", \"locations\": [], "
		"\"children\": []},\n "
		"{\"kind\": \"error\", \"message\": \"fourth\", \"locations\": [{\"caret\": {\"file\": \"w.npz\"}}], "
		"\"children\": []}]\n");
}
END_TEST

START_TEST(json_without_messages)
{
	diag_format(diag, DIAG_JSON);
	ck_assert_str_eq(printed(), "[]\n");
}
END_TEST

START_TEST(silent_without_a_file)
{
	Diag *d = diag_new(arena, NULL);
	uint32_t at = diag_add_source(d, "a.net", "x", 1);
	diag_error(d, (Span){at, at + 1}, "quiet");
	diag_warning(d, WARN_SHADOW, (Span){at, at + 1}, "quiet");
	diag_flush(d);
	ck_assert_int_eq(diag_errors(d), 1);
}
END_TEST

static const struct {
	const char *name, *nearest;
} near_cases[] = {
	{"Wxz", "Wxy"},
	{"lstm", "LSTM"},
	{"Reccurent", "Recurrent"},
	{"snigmoid", "sigmoid"},
	{"sotfmax", "softmax"},
	{"quite else", NULL},
	{"q", NULL},
	{"tan", "tanh"},
	{"h̃", NULL},
	{"tyyh", NULL},
};

START_TEST(nearest_names)
{
	static const char *const known[] = {"Wxy", "Wyy", "LSTM", "Recurrent", "sigmoid", "softmax", "tanh", "y", "x"};
	const char *found = diag_nearest(near_cases[_i].name, known, COUNT(known));
	if (near_cases[_i].nearest)
		ck_assert_pstr_eq(found, near_cases[_i].nearest);
	else
		ck_assert_ptr_null(found);
	ck_assert_ptr_null(diag_nearest("x", NULL, 0));
}
END_TEST

Suite *
suite_diag(void)
{
	Suite *s = suite_create("diag");
	TCase *t = tcase_create("diag");
	tcase_add_checked_fixture(t, begin, finish);
	tcase_add_test(t, offsets_begin_at_one_and_know_their_file);
	tcase_add_test(t, error_has_caret_and_note);
	tcase_add_test(t, caret_is_right_under_tabs_and_wide_characters);
	tcase_add_test(t, odd_spans);
	tcase_add_test(t, bad_bytes_do_not_reach_the_terminal);
	tcase_add_test(t, long_lines_are_cut_round_the_caret);
	tcase_add_test(t, errors_are_counted_after_twenty);
	tcase_add_loop_test(t, warning_options, 0, COUNT(warning_cases));
	tcase_add_test(t, unknown_warning_options);
	tcase_add_test(t, warnings_of_a_kind_are_counted_after_a_hundred);
	tcase_add_test(t, files_without_lines);
	tcase_add_test(t, colors_are_those_of_gcc);
	tcase_add_test(t, json_is_one_array);
	tcase_add_test(t, json_without_messages);
	tcase_add_test(t, silent_without_a_file);
	tcase_add_loop_test(t, nearest_names, 0, COUNT(near_cases));
	suite_add_tcase(s, t);
	return s;
}
