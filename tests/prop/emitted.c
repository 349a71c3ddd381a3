/* emitted.c: the generated C, built and run by the system's compiler, against the oracle. */
#include "prop.h"
#include <stdarg.h>

static bool write_text(const char *path, const char *fmt, ...) PRINTF_LIKE(2, 3);

static bool
write_text(const char *path, const char *fmt, ...)
{
	va_list ap;
	FILE *f = fopen(path, "w");
	if (!f)
		return false;
	va_start(ap, fmt);
	vfprintf(f, fmt, ap);
	va_end(ap);
	return fclose(f) == 0;
}

static void
add_call(const Case *c, Text *t, const Graph *g, const char *function, const char *at)
{
	text_add(t, "%s(%s&s", function, c->params ? "&t_weights, " : "");
	for (int i = 0; i < g->input.n; i++)
		text_add(t, ", (void *)(x%d + %s * %" PRId64 ")", i, at, port_row(g, &g->input.v[i]));
	for (int i = 0; i < g->output.n; i++)
		text_add(t, ", (void *)(y%d + %s * %" PRId64 ")", i, g->output.v[i].last ? "LAST" : at,
			 port_row(g, &g->output.v[i]));
	text_add(t, ");\n");
}

/* Runs the windows, then as many steps, and fails if the bits differ; writes the outputs to y.raw. */
static void
driver_text(const Case *c, Text *t, const Graph *step, const Graph *g)
{
	const char *p = c->params ? "&t_weights, " : "";
	int64_t steps = (int64_t)g->steps * WINDOWS;
	text_add(t, "#include \"t.h\"\n#include <stdio.h>\n#include <string.h>\nstatic t_state s;\n");
	for (int i = 0; i < g->input.n; i++)
		text_add(t, "static float x%d[%" PRId64 "];\n", i, port_row(g, &g->input.v[i]) * steps);
	for (int i = 0; i < g->output.n; i++)
		text_add(t, "static float y%d[%" PRId64 "], z%d[sizeof y%d / 4];\n", i,
			 port_row(g, &g->output.v[i]) * steps, i, i);
	text_add(t, "int main(void)\n{\n\tFILE *f = fopen(\"x.raw\", \"rb\");\n");
	for (int i = 0; i < g->input.n; i++)
		text_add(t, "\tif (fread(x%d, 1, sizeof x%d, f) != sizeof x%d) return 3;\n", i, i, i);
	text_add(t, "\tfclose(f);\n\tmemset(&s, 0xa5, sizeof s);\n\tt_reset(%s&s);\n", p);
	text_add(t, "\tfor (int t = 0; t < %" PRId64 "; t += %d) {\n#define LAST (t + %d)\n\t\t", steps, g->steps,
		 g->steps - 1);
	add_call(c, t, g, "t_unrolled", "t");
	text_add(t, "\t}\n#undef LAST\n");
	if (step) {
		for (int i = 0; i < g->output.n; i++)
			text_add(t, "\tmemcpy(z%d, y%d, sizeof z%d);\n\tmemset(y%d, 0, sizeof z%d);\n", i, i, i, i, i);
		text_add(t,
			 "\tmemset(&s, 0xa5, sizeof s);\n\tt_reset(%s&s);\n\tfor (int t = 0; t < %" PRId64
			 "; t++) {\n#define LAST t\n\t\t",
			 p, steps);
		add_call(c, t, g, "t_step", "t");
		for (int i = 0; i < g->output.n; i++) {
			int64_t row = port_row(g, &g->output.v[i]);
			text_add(t,
				 "\t\tif (%s) { if (memcmp(y%d + t * %" PRId64 ", z%d + t * %" PRId64 ", %" PRId64
				 ")) return 4; }\n",
				 g->output.v[i].last ? arena_printf(g->arena, "(t + 1) %% %d == 0", g->steps) : "1", i,
				 row, i, row, row * 4);
		}
		text_add(t, "\t}\n");
	}
	text_add(t, "\tf = fopen(\"y.raw\", \"wb\");\n");
	for (int i = 0; i < g->output.n; i++)
		text_add(t, "\tfwrite(y%d, 1, sizeof y%d, f);\n", i, i);
	text_add(t, "\treturn fclose(f);\n}\n");
}

static bool
write_inputs(const Graph *g, const Inputs *x)
{
	FILE *f = fopen("x.raw", "wb");
	for (int i = 0; f && i < g->input.n; i++)
		for (int64_t k = 0; k < port_row(g, &g->input.v[i]) * g->steps * WINDOWS; k++) {
			float v = (float)x->in[i][k];
			fwrite(&v, sizeof v, 1, f);
		}
	return f && fclose(f) == 0;
}

/* A float may differ by 1e-5 of its size, and by what a little noise in every value does to it. */
static bool
compare_floats(Case *c, const Graph *g, const Result *wanted, const Result *noisy)
{
	FILE *f = fopen("y.raw", "rb");
	bool ok = f != NULL;
	for (int i = 0; i < g->output.n && ok; i++) {
		int64_t row = port_row(g, &g->output.v[i]);
		for (int64_t k = 0; k < row * g->steps * WINDOWS && ok; k++) {
			float v;
			ok = fread(&v, sizeof v, 1, f) == 1;
			double a = wanted->out[i][k], b = noisy->out[i][k], off = fabs(a - b);
			bool counts = (!wanted->last[i] || (k / row + 1) % g->steps == 0) && isfinite(a) &&
				      isfinite(b) && fabs(a) < 1e4;
			if (ok && counts && !(fabs((double)v - a) <= 1e-5 * (1 + fabs(a)) + 30 * off))
				ok = fail(c, "C: %s, step %" PRId64 ", element %" PRId64 ": found %.9g, wanted %.17g",
					  g->output.v[i].name, k / row, k % row, (double)v, a);
		}
	}
	if (f)
		fclose(f);
	return ok || fail(c, "C: y.raw is incomplete");
}

static bool
emit_c(const Case *c, const Wanted *w, const Graph *step, const Graph *window)
{
	static Emit e;
	Graph *net = w->g;
	e = (Emit){.arena = net->arena, .diag = net->diag, .net = net, .step = step, .window = window};
	e.prefix = e.file_stem = "t";
	e.source = "prop.net";
	e.scratch_in = SCRATCH_STACK;
	e.has_values = true;
	e.libm = c->seed / 2 % 2;
	e.weights_as = c->params ? WEIGHTS_PARAMS : WEIGHTS_CONST;
	e.target = (Target)(c->seed / 4 % 3);
	e.section = c->seed / 8 % 4 ? NULL : ".weights";
	back_run(&back_c, &e);
	Text driver = {0};
	driver_text(c, &driver, step, window);
	bool ok = write_text("t.c", "%s", e.text.v) && write_text("t.h", "%s", e.header.v) &&
		  write_text("main.c", "%s", driver.v) && write_inputs(window, &w->x);
	text_free(&e.text);
	text_free(&e.header);
	text_free(&driver);
	return ok;
}

bool
check_c(Case *c, const Wanted *w, const Graph *step, const Graph *window)
{
	char command[400];
	const char *cc = getenv("CC");
	for (int i = 0; i < w->g->param.n; i++)
		if (!w->g->param.v[i].value) /* nothing said how large it is */
			return true;
	if (!emit_c(c, w, step, window))
		return fail(c, "C: the files cannot be written");
	snprintf(command, sizeof command,
		 "%s -std=c99 -O1 -ffp-contract=off -Wall -Wextra -Wconversion -Werror -c t.c >cc.log 2>&1 && "
		 "%s -std=c99 -O0 main.c t.o -o t.out -lm >>cc.log 2>&1",
		 cc && *cc ? cc : "cc", cc && *cc ? cc : "cc");
	if (system(command) != 0) {
		if (system("head -n 20 cc.log") != 0)
			return fail(c, "C: cc.log cannot be read");
		return fail(c, "C: it does not compile");
	}
	int status = system("./t.out");
	if (status != 0)
		return fail(c, "C: %s", status == 4 << 8 ? "stepped and unrolled differ" : "the program failed");
	return compare_floats(c, window, &w->live, &w->noisy);
}
