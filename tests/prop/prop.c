/* prop.c: random graphs and random nets, and what must hold for every one of them.
 *
 *   prop N FIRST           seeds FIRST … FIRST + N - 1; ends in "prop: N passed, N failed"
 *   prop --one SEED SIZE   one case, and the graph it made
 *
 * Three kinds of case: graphs made with the builders of ir.h, nets of random equations, chains of layers. Each is
 * compared with two other ways to compute it: an interpreter of the graph as it stands before unrolling, and, for
 * equations, one of the equations themselves. Every 25th seed also goes through the C back end and a C compiler;
 * every millionth is a graph with all operators. The gradients of tame graphs are compared with differences.
 * A failure is searched again with smaller sizes, and the smallest graph found is printed. */
#include "prop.h"
#include "../../compiler/bind.h"
#include "../../compiler/embedded.h"
#include "../../compiler/lower/lower.h"
#include "../../grammar/parse.h"
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>

enum { SIZE_MOST = 40, C_EVERY = 25, OPERATORS_EVERY = 1000000 };

/* Random numbers: splitmix64. */
static uint64_t
next_random(Case *c)
{
	uint64_t z = c->random += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

int
below(Case *c, int n)
{
	assert(n > 0);
	return (int)(next_random(c) % (uint64_t)n);
}

int
between(Case *c, int lo, int hi)
{
	return lo + below(c, hi - lo + 1);
}

bool
chance(Case *c, int percent)
{
	return below(c, 100) < percent;
}

/* In [-1, 1), exact in float. */
double
signed_unit(Case *c)
{
	return (double)(next_random(c) >> 40) * 0x1p-23 - 1;
}

/* Notes why the case failed, and is false. */
bool
fail(Case *c, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	if (!*c->why)
		vsnprintf(c->why, sizeof c->why, fmt, ap);
	va_end(ap);
	return false;
}
/* Chains of the prelude's layers, with sizes or without. */
static void
make_chain(Case *c)
{
	static const char *const layer[] = {"LSTM",           "GRU",    "Recurrent", "GRUv3",
					    "GatedRecurrent", "Affine", "RNN",       "Dense"};
	static const char *const act[] = {"σ",   "tanh", "relu",     "softmax",     "swish",
					  "elu", "gelu", "softplus", "hardsigmoid", "twice"};
	Text *t = &c->source;
	int n = 1 + below(c, c->size / 12 + 1), in = between(c, 1, 6);
	if (chance(c, HOISTED))
		in = 64;
	c->in = in;
	text_add(t, "@net twice(x) = x .+ 2 .* tanh.(x)\nmodel = Chain(");
	for (int i = 0; i < n; i++) {
		int out = in >= 64 && chance(c, 60) ? 64 + below(c, 3) : between(c, 1, 6);
		const char *name = layer[below(c, COUNT(layer))];
		bool flip = chance(c, 8);
		text_add(t, "%s%s", i ? ", " : "", flip ? "flip(" : "");
		text_add(t, chance(c, 50) ? "%s(%d, %d)" : "%s(%d => %d)", name, in, out);
		text_add(t, "%s", flip ? ")" : "");
		if (chance(c, 40))
			text_add(t, ", %s", act[below(c, COUNT(act))]);
		in = out;
	}
	text_add(t, ")\n");
}

/* Text → graph with shapes and values. */
static bool
compile_source(Case *c)
{
	Ast prelude = {0}, user = {0};
	DimOption dim = {"in", c->in};
	parse_text(c->arena, c->diag, "prelude.net", prelude_text, prelude_size, &prelude);
	parse_text(c->arena, c->diag, "random.net", c->source.v, c->source.n, &user);
	if (diag_errors(c->diag))
		return fail(c, "it does not parse");
	LowerOptions lo = {.dim = &dim, .ndim = 1, .batch = between(c, 1, 3), .file = "random.net"};
	Lowered l = lower(c->arena, c->diag, &prelude, &user, &lo);
	if (diag_errors(c->diag))
		return fail(c, "it does not lower");
	c->g = l.graph;
	c->g->window = between(c, 1, 5);
	if (!read_back(c, c->g, "lower"))
		return false;
	PassRun run = {.out = stderr};
	if (!pass_run(c->g, "S", &run))
		return c->equation.n && !all_sized(c) ? false : fail(c, "its shapes are not solved");
	TensorTable none = {.arena = c->arena};
	BindOptions bo = {.seeded = true, .seed = c->seed, .need_values = true};
	bind_values(c->g, &none, &bo);
	return !diag_errors(c->diag) || fail(c, "its values are not bound");
}
/* g: built, its shapes not solved. */
static bool
check_built(Case *c, bool compile, bool all_said)
{
	Wanted w;
	graph_verify(c->g, "build");
	if (*c->why || !read_back(c, c->g, "build"))
		return false;
	PassRun run = {.out = stderr};
	if (!pass_run(c->g, "S", &run))
		return !all_said || fail(c, "shape: refused");
	fill_values(c, c->g);
	return read_back(c, c->g, "shape") && check_shapes(c, c->g, all_said) && check_meaning(c, c->g, compile, &w) &&
	       (!c->tame || check_gradients(c, &w, compile));
}

static bool
check_random_graph(Case *c, bool compile)
{
	c->tame = compile || chance(c, 30);
	make_graph(c);
	bool hidden = chance(c, 30) && hide_shapes(c);
	return check_built(c, compile, !hidden);
}

static bool
check_operators(Case *c)
{
	c->tame = true;
	make_operators(c);
	return check_built(c, true, true);
}

static bool
check_random_net(Case *c, bool equations, bool compile)
{
	Wanted w;
	if (equations)
		make_equations(c);
	else
		make_chain(c);
	if (!compile_source(c))
		return !*c->why;
	for (int i = 0; i < c->g->param.n; i++)
		fill_param(c, &c->g->param.v[i]);
	return check_meaning(c, c->g, compile, &w) && (!equations || check_equations(c, &w)) &&
	       check_gradients(c, &w, compile);
}

static bool
check_case(Case *c)
{
	bool compile = c->seed % C_EVERY == 0;
	int kind = (int)(c->seed / C_EVERY % 5);
	if (c->seed % OPERATORS_EVERY == 0)
		return check_operators(c);
	return kind < 3 ? check_random_graph(c, compile) : check_random_net(c, kind == 3, compile);
}

static sigjmp_buf abort_exit;

static void
on_abort(int sig)
{
	(void)sig;
	siglongjmp(abort_exit, 1);
}

/* The seed says everything, and the size how much. */
static bool
run_case(uint64_t seed, int size, bool verbose, char *why, size_t nwhy)
{
	static FILE *nowhere;
	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	Case *volatile keep = calloc(1, sizeof *keep);
	Case *c = keep;
	assert(c && nowhere);
	c->seed = c->random = seed;
	c->size = size;
	c->verbose = verbose;
	c->arena = arena_new();
	c->diag = diag_new(c->arena, verbose ? stderr : nowhere);
	diag_warning_option(c->diag, "none");
	volatile bool ok = false;
	if (sigsetjmp(abort_exit, 1) == 0)
		ok = check_case(c);
	else
		fail(keep, "netc aborted");
	c = keep;
	if (verbose) {
		Text t = {0};
		if (c->g)
			graph_print(c->g, &t);
		printf("%s%s%s\n", c->source.v ? c->source.v : "", t.v ? t.v : "", ok ? "passed" : c->why);
		text_free(&t);
	}
	diag_flush(c->diag);
	snprintf(why, nwhy, "%s", c->why);
	text_free(&c->source);
	arena_free(c->arena);
	free(c);
	return ok;
}

static int
case_size(uint64_t seed)
{
	return 3 + (int)(seed * 7 % (SIZE_MOST - 2));
}

/* The smallest case of this kind that fails: sizes from below, some seeds of each. */
static void
report(uint64_t seed, const char *why)
{
	char other[1000];
	int tries = seed % C_EVERY ? 200 : 2;
	uint64_t best = seed;
	int size = case_size(seed);
	for (int s = 1; s < case_size(seed) && size == case_size(seed); s += seed % C_EVERY ? 1 : 6)
		for (int k = 0; k < tries && size == case_size(seed); k++) {
			uint64_t try = seed + (uint64_t)k * C_EVERY * 5 * 1000;
			if (!run_case(try, s, false, other, sizeof other)) {
				best = try;
				size = s;
			}
		}
	printf("prop: seed %" PRIu64 ": %s\nprop: prop --one %" PRIu64 " %d fails:\n", seed, why, best, size);
	run_case(best, size, true, other, sizeof other);
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	char why[1000];
	signal(SIGABRT, on_abort);
	if (argc == 4 && strcmp(argv[1], "--one") == 0)
		return !run_case(strtoull(argv[2], NULL, 10), atoi(argv[3]), true, why, sizeof why);
	if (argc != 3) {
		fprintf(stderr, "prop: wanted 'prop N FIRST' or 'prop --one SEED SIZE'\n");
		return 2;
	}
	long n = strtol(argv[1], NULL, 10), failed = 0;
	uint64_t first = strtoull(argv[2], NULL, 10);
	for (uint64_t seed = first; seed < first + (uint64_t)n; seed++)
		if (!run_case(seed, case_size(seed), false, why, sizeof why) && failed++ < 3)
			report(seed, why);
		else if (*why)
			printf("prop: seed %" PRIu64 ": %s\n", seed, why);
	printf("prop: %ld passed, %ld failed\n", n - failed, failed);
	return failed != 0;
}
