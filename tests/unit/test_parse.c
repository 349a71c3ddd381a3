/* test_parse.c: what text means, seen in how its tree prints; and that print(parse(print)) stays the same. */
#define _XOPEN_SOURCE 700 /* mkdtemp */
#include "../../grammar/parse.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

Suite *suite_parse(void);

static const struct {
	const char *text, *printed; /* without the last new line */
} cases[] = {
	/* precedence */
	{"a = b + c * d ^ e", "a = b + c * d ^ e"},
	{"a = (b + c) * d", "a = (b + c) * d"},
	{"a = b - (c - d) - e", "a = b - (c - d) - e"},
	{"a = b / (c * d) / e", "a = b / (c * d) / e"},
	{"a = -x^2", "a = -x ^ 2"},
	{"a = (-x)^2", "a = (-x) ^ 2"},
	{"a = 2^-1", "a = 2 ^ -1"},
	{"a = b^c^d", "a = b ^ c ^ d"},
	{"a = (b^c)^d", "a = (b ^ c) ^ d"},
	{"a = -b * -c - -d", "a = -b * -c - -d"},
	{"a = +b", "a = b"},
	{"a = x .+ y .* z .^ w ./ v .- .-u", "a = x .+ y .* z .^ w ./ v .- -u"},
	{"a = x .+y.*z", "a = x .+ y .* z"},
	{"a = b => c => d", "a = b => c => d"},
	{"a = (b => c) => d", "a = (b => c) => d"},
	{"a = x -> b => c + d", "a = x -> b => c + d"},
	{"a = b => x -> c", "a = b => x -> c"},
	{"a = f((x -> y) + z)", "a = f((x -> y) + z)"},
	/* numbers */
	{"a = 1 + 1. + 1.0 + .5 + 1e-3 + 1E3 + 2.5e+10", "a = 1 + 1.0 + 1.0 + 0.5 + 0.001 + 1000.0 + 25000000000.0"},
	{"a = 1f0 + 2.5f-3 + 1_000 + 1_0.5", "a = 1.0 + 0.0024999999441206455 + 1000 + 10.5"},
	{"a = 0.1 + 123456789012345678 + 1e300", "a = 0.1 + 123456789012345680 + 1e+300"},
	{"a = 1.+x + 1.-x + 1.*x", "a = 1 .+ x + 1 .- x + 1 .* x"},
	/* products without a sign bind tighter than '/', looser than '^' */
	{"a = 2x", "a = 2 * x"},
	{"a = 1/2x", "a = 1 / (2 * x)"},
	{"a = 2x^2", "a = 2 * x ^ 2"},
	{"a = 2^3x", "a = 2 ^ (3 * x)"},
	{"a = -2x{-1}", "a = -(2 * x{-1})"},
	{"a = 2(x + 1) * 3f(x)", "a = 2 * (x + 1) * (3 * f(x))"},
	/* delays */
	{"a = y{-1} + y<-2> + y{ - 1}", NULL},
	{"a = y{-1} + y<-2> + y{ -3 } + y{+4} + y{5} + state′{0}",
	 "a = y{-1} + y{-2} + y{-3} + y{4} + y{5} + state′{0}"},
	/* calls and indices */
	{"a = f(x, g(y); k = 1, j)", "a = f(x, g(y), k = 1, j = j)"},
	{"a = f(k = x -> y, z,)", "a = f(k = x -> y, z)"},
	{"a = f(x; k = 1,)", "a = f(x, k = 1)"},
	{"a = f.(x).(y)(z)[1][2:3]", "a = f.(x).(y)(z)[1][2:3]"},
	{"a = v[end] + v[end-1] + v[2:end] + v[:] + v[f(end)]",
	 "a = v[end] + v[end - 1] + v[2:end] + v[:] + v[f(end)]"},
	{"a = v[function () 1 end]", "a = v[(() -> 1)]"},
	{"a = (x -> x)(3)", "a = (x -> x)(3)"},
	{"f()", "f()"},
	/* functions and tuples */
	{"a = (x, y) -> ((h, c), _) -> x", "a = (x, y) -> ((h, c), _) -> x"},
	{"a = ((h, c),) -> h", "a = ((h, c),) -> h"},
	{"a = (x) -> x", "a = x -> x"},
	{"a = () -> 1", "a = () -> 1"},
	{"a = (x::Int, y = 2) -> x", "a = function (x, y = 2)\n  x\nend"},
	{"a = (x,)", "a = (x,)"},
	{"a, (b, _) = c, d", "(a, (b, _)) = (c, d)"},
	{"f(x) = x", "f(x) = x"},
	{"@net f(x::T, in => out, act = g; bias = true, k) = x", "f(x, in => out, act = g; bias = true, k) = x"},
	{"function f(x) x end", "f(x) = x"},
	{"function f(x)::Float32 return x, y end", "function f(x)\n  return (x, y)\nend"},
	{"f(; k) = k", "f(; k) = k"},
	{"g(x) = begin_(x)", "g(x) = begin_(x)"},
	{"function f(x) g(y) = 2y; function h(z) z end; g(h(x)) end",
	 "function f(x)\n  g = y -> 2 * y\n  h = z -> z\n  g(h(x))\nend"},
	/* lines */
	{"a = b +\n c\n+ d", "a = b + c\nd"},
	{"a =\n\n f(x,\n\n y\n)", "a = f(x, y)"},
	{"a = (b\n  + c)", "a = b + c"},
	{"a = b; c = d;; e", "a = b\nc = d\ne"},
	{"a = f(x\n y\n (z, w))", "a = f(x, y, (z, w))"},
	{"a = f(function (x)\n y = x\n y\n end, z)", "a = f(function (x)\n  y = x\n  y\nend, z)"},
	{"\xEF\xBB\xBF"
	 "a = 1\r\nb =\xC2\xA0"
	 "2 # c\r\n#= d #= e =# =# c = 3",
	 "a = 1\nb = 2\nc = 3"},
	{"a = b − c", "a = b - c"},
	{"h̃ = σ.(W₁ * x² + ∂L)", "h̃ = σ.(W₁ * x² + ∂L)"},
	/* structs */
	{"@net type T\n W; b::(1, 2) = zeros(2)\n c::(_,); d::Array{Float32,2} = 1; e::(3)\n x -> W * x\nend",
	 "@net struct T\n  W\n  b::(1, 2) = zeros(2)\n  c::(_,)\n  d = 1\n  e::(3,)\n  x -> W * x\nend"},
	{"@net mutable struct T\n T(in, out) = T(zeros(in))\n W\n function (x)\n  y = x\n end\nend",
	 "@net struct T\n  W\n  T(in, out) = T(zeros(in))\n  function (x)\n    y = x\n  end\nend"},
	{"@layer T trainable=(a, b)\n@layer T trainable=()\nFlux.@layer T\n@layer T trainable=(a,)",
	 "@layer T trainable=(a, b)\n@layer T trainable=()\n@layer T trainable=(a,)"},
};

/* The printed form of a text, NULL if it has errors. */
static char *
print_of(const char *text)
{
	Arena *a = arena_new();
	Diag *d = diag_new(a, NULL);
	Text out = {0};
	Ast ast;
	parse_text(a, d, "test", text, strlen(text), &ast);
	ast_print(&ast, &out);
	text_put(&out, "", 0);
	int errors = diag_errors(d);
	arena_free(a);
	if (!errors)
		return out.v;
	text_free(&out);
	return NULL;
}

START_TEST(text_means_its_tree)
{
	char *once = print_of(cases[_i].text);
	if (!cases[_i].printed) {
		ck_assert_ptr_null(once);
		return;
	}
	ck_assert_msg(once, "'%s' has errors", cases[_i].text);
	once[strlen(once) - 1] = '\0';
	ck_assert_str_eq(once, cases[_i].printed);
	char *twice = print_of(once);
	ck_assert_ptr_nonnull(twice);
	twice[strlen(twice) - 1] = '\0';
	ck_assert_str_eq(twice, once);
	free(once);
	free(twice);
}
END_TEST

START_TEST(spans_cover_their_text)
{
	static const char *const text = "y = tanh( x * Wxy{-1} )";
	Arena *a = arena_new();
	Diag *d = diag_new(a, NULL);
	Ast ast;
	int n;
	parse_text(a, d, "test", text, strlen(text), &ast);
	const Stmt *s = ast.decl->u.stmt;
	const Expr *call = s->value, *product = call->u.call.arg->value, *delay = product->u.op.right;
	ck_assert_ptr_eq(diag_text(d, s->pattern->at, &n), text);
	ck_assert_int_eq(n, 1);
	ck_assert_ptr_eq(diag_text(d, call->at, &n), text + 4);
	ck_assert_int_eq(n, 19);
	ck_assert_ptr_eq(diag_text(d, product->at, &n), text + 10);
	ck_assert_int_eq(n, 11);
	ck_assert_ptr_eq(diag_text(d, product->u.op.op_at, &n), text + 12);
	ck_assert_ptr_eq(diag_text(d, delay->at, &n), text + 14);
	ck_assert_int_eq(n, 7);
	diag_text(d, delay->u.delay.name_at, &n);
	ck_assert_int_eq(n, 3);
	ck_assert_int_eq(call->depth, 3);
	arena_free(a);
}
END_TEST

static void
write_text(const char *folder, const char *name, const char *text)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	ck_assert(file_write(path, text, strlen(text)));
}

START_TEST(includes_are_spliced_once)
{
	char folder[] = "/tmp/netc-parse-XXXXXX", path[256], command[256];
	Arena *a = arena_new();
	Diag *d = diag_new(a, stderr);
	Text out = {0};
	Ast ast, other;
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/sub", folder);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	write_text(folder, "main.net", "a = 1\ninclude(\"sub/b.net\"); include(\"c.net\")\nz = 2\n");
	write_text(folder, "sub/b.net", "b = 1\ninclude(\"../c.net\")\n");
	write_text(folder, "c.net", "# only c\nc = 1");
	snprintf(path, sizeof path, "%s/main.net", folder);
	ck_assert(parse_file(a, d, path, &ast));
	ck_assert_int_eq(diag_errors(d), 0);
	ast_print(&ast, &out);
	ck_assert_str_eq(out.v, "a = 1\nb = 1\nc = 1\nz = 2\n");
	ck_assert_int_eq(ast.nfile, 3);
	ck_assert_str_eq(path_base(ast.file[0]), "main.net");
	ck_assert_str_eq(path_base(ast.file[2]), "c.net");
	write_text(folder, "c.net", "# only d\nc = 1");
	ck_assert(parse_file(a, d, path, &other));
	ck_assert_uint_ne(ast.hash, other.hash);
	text_free(&out);
	arena_free(a);
	snprintf(command, sizeof command, "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(unreadable_files)
{
	Arena *a = arena_new();
	Diag *d = diag_new(a, NULL);
	Ast ast;
	ck_assert(!parse_file(a, d, "/nonexistent/x.net", &ast));
	ck_assert(!parse_file(a, d, "/tmp", &ast));
	ck_assert(!parse_file(a, d, "/dev/zero", &ast));
	ck_assert_int_eq(diag_errors(d), 3);
	arena_free(a);
}
END_TEST

static char *
repeat(const char *head, const char *part, size_t n, const char *tail)
{
	Text t = {0};
	text_put(&t, head, strlen(head));
	for (size_t i = 0; i < n; i++)
		text_put(&t, part, strlen(part));
	text_put(&t, tail, strlen(tail));
	return t.v;
}

static const struct {
	const char *head, *part;
	size_t n;
	const char *tail;
	int errors;
} deep_cases[] = {
	{"y = ", "x + ", 390, "x", 0},
	{"y = ", "x + ", 10000, "x", 1},
	{"y = ", "-", 10000, "x", 1},
	{"y = ", "x -> ", 10000, "x", 1},
	{"y = ", "x^", 10000, "x", 1},
	{"y = f", "(1)", 10000, "", 1},
	{"y = ", "x => ", 10000, "x", 1},
	{"y = ", "(", 10000, "x", 1},
	{"y = ", "f(", 10000, "x", 1},
	{"y = x", "[1", 10000, "", 1},
	{"y = ", "function (x) ", 10000, "", 1},
	{"y = ", "((((", 64, "x))))", 1}, /* not closed */
	{"", "@net struct T\n", 1000, "", 1000},
	{"y = f(", "x, ", 100000, ")", 0},
	{"", "x = 1\n", 100000, "", 0},
};

START_TEST(deep_nesting_is_one_error)
{
	char *text = repeat(deep_cases[_i].head, deep_cases[_i].part, deep_cases[_i].n, deep_cases[_i].tail);
	Arena *a = arena_new();
	Diag *d = diag_new(a, NULL);
	Ast ast;
	parse_text(a, d, "test", text, strlen(text), &ast);
	ck_assert_int_eq(diag_errors(d), deep_cases[_i].errors);
	arena_free(a);
	free(text);
}
END_TEST

START_TEST(no_tree_is_too_deep)
{
	char *text = repeat("y = ", "x + ", 5000, "x\n");
	Arena *a = arena_new();
	Diag *d = diag_new(a, NULL);
	Ast ast;
	parse_text(a, d, "test", text, strlen(text), &ast);
	ck_assert_int_le(ast.decl->u.stmt->value->depth, AST_DEPTH_MAX);
	arena_free(a);
	free(text);
}
END_TEST

Suite *
suite_parse(void)
{
	Suite *s = suite_create("parse");
	TCase *t = tcase_create("parse");
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, text_means_its_tree, 0, COUNT(cases));
	tcase_add_test(t, spans_cover_their_text);
	tcase_add_test(t, includes_are_spliced_once);
	tcase_add_test(t, unreadable_files);
	tcase_add_loop_test(t, deep_nesting_is_one_error, 0, COUNT(deep_cases));
	tcase_add_test(t, no_tree_is_too_deep);
	suite_add_tcase(s, t);
	return s;
}
