/* gradients.c: the gradients of random graphs match differences of the loss, survive printing and reading, and the C
 * for them, built and run by the system's compiler in the current folder, computes what the evaluator does. */
#include "prop.h"
#include "../../compiler/gradcheck.h"

static LossInfo
random_loss(Case *c)
{
	LossInfo l = {.kind = (LossKind)between(c, LOSS_MSE, LOSS_HUBER), .delta = 0.5};
	l.last = chance(c, 20);
	l.mask = !l.last && chance(c, 25);
	l.recompute = chance(c, 40) ? between(c, 1, 3) : 0;
	return l;
}

/* What explodes says nothing. */
static bool
is_tame(const GradCheck *r)
{
	return isfinite(r->gradient) && isfinite(r->difference) && fabs(r->gradient) < 1e4;
}

static int64_t
port_count(const Graph *g, int input)
{
	return port_row(g, &g->input.v[input]) * (g->input.v[input].last ? 1 : g->steps);
}

/* Reads the inputs, writes the loss and the gradient. */
static void
driver_text(const Graph *g, Text *t)
{
	text_add(t, "#include \"t.h\"\n#include <stdio.h>\nstatic t_state s;\nstatic t_tape tape;\n"
		    "static float grad[T_NPARAM + 1];\n");
	for (int i = 0; i < g->input.n; i++)
		text_add(t, "static float x%d[%" PRId64 "];\n", i, port_count(g, i));
	text_add(t, "int main(void)\n{\n\tFILE *f = fopen(\"gx.raw\", \"rb\");\n");
	for (int i = 0; i < g->input.n; i++)
		text_add(t, "\tif (fread(x%d, 1, sizeof x%d, f) != sizeof x%d) return 3;\n", i, i, i);
	text_add(t, "\tfclose(f);\n\tt_reset(&t_weights, &s);\n\tfloat loss = t_loss_grad(&t_weights, &s");
	for (int i = 0; i < g->input.n; i++)
		text_add(t, ", (void *)x%d", i);
	text_add(t, ", &tape, grad);\n\tf = fopen(\"gy.raw\", \"wb\");\n\tfwrite(&loss, 4, 1, f);\n"
		    "\tfwrite(grad, 4, T_NPARAM, f);\n\treturn fclose(f);\n}\n");
}

static bool
write_case(Case *c, const Graph *g, const Graph *net, const double **x)
{
	static Emit e;
	e = (Emit){.arena = net->arena, .diag = net->diag, .net = net, .window = NULL, .train = g};
	e.prefix = e.file_stem = "t";
	e.source = "prop.net";
	e.weights_as = WEIGHTS_PARAMS;
	e.has_values = true;
	e.window = graph_copy(net);
	PassRun run = {.facts = FACT_SHAPED};
	if (!pass_run((Graph *)e.window, "UCDP", &run))
		return fail(c, "grad, C: no window");
	back_run(&back_c, &e);
	Text driver = {0};
	driver_text(g, &driver);
	FILE *out = fopen("gx.raw", "wb");
	for (int i = 0; i < g->input.n && out; i++)
		for (int64_t k = 0; k < port_count(g, i); k++)
			fwrite(&(float){(float)x[i][k]}, 4, 1, out);
	bool ok = out && fclose(out) == 0 && file_write("t.c", e.text.v, e.text.n) &&
		  file_write("t.h", e.header.v, e.header.n) && file_write("gmain.c", driver.v, driver.n);
	text_free(&e.text);
	text_free(&e.header);
	text_free(&driver);
	return ok || fail(c, "grad, C: the files cannot be written");
}

static bool
near(double found, double wanted, double scale)
{
	return fabs(found - wanted) <= 1e-3 * scale + 1e-5;
}

/* Frozen parameters are not in the file. */
static bool
compare_gradients(Case *c, const Graph *g, const EvalState *s)
{
	FILE *f = fopen("gy.raw", "rb");
	float v;
	bool ok = f && fread(&v, 4, 1, f) == 1 && near((double)v, s->loss, fabs(s->loss));
	if (!ok)
		fail(c, "grad, C: the loss is %.9g, wanted %.17g", f ? (double)v : 0, s->loss);
	for (int i = 0; i < g->param.n; i++) {
		const ParamInfo *p = &g->param.v[i];
		double scale = 0;
		for (int64_t k = 0; p->trainable && k < shape_count(p->shape); k++)
			scale = fmax(scale, fabs(s->grad[i][k]));
		for (int64_t k = 0; ok && p->trainable && scale < 1e4 && k < shape_count(p->shape); k++) {
			ok = fread(&v, 4, 1, f) == 1 && near((double)v, s->grad[i][k], scale);
			if (!ok)
				fail(c, "grad, C: element %" PRId64 " of '%s' is %.9g, wanted %.17g", k, p->name,
				     (double)v, s->grad[i][k]);
		}
	}
	if (f)
		fclose(f);
	return ok;
}

static bool
check_train_c(Case *c, const Graph *g, const Graph *net)
{
	char command[400];
	const char *cc = getenv("CC");
	if (!cc || !*cc)
		cc = "cc";
	const double **x = arena_alloc(c->arena, ((size_t)g->input.n + 1) * sizeof *x);
	for (int i = 0; i < g->input.n; i++) {
		double *v = arena_alloc(c->arena, ((size_t)port_count(g, i) + 1) * sizeof *v);
		for (int64_t k = 0; k < port_count(g, i); k++)
			v[k] = signed_unit(c);
		x[i] = v;
	}
	EvalState *s = eval_state_new(g);
	eval_run(g, s, x, NULL);
	if (!isfinite(s->loss) || fabs(s->loss) > 1e4)
		return true;
	if (!write_case(c, g, net, x))
		return false;
	snprintf(command, sizeof command,
		 "%s -std=c99 -O1 -ffp-contract=off -Wall -Wextra -Wconversion -Werror -c t.c >cc.log 2>&1 && "
		 "%s -std=c99 -O0 gmain.c t.o -o g.out -lm >>cc.log 2>&1 && ./g.out",
		 cc, cc);
	if (system(command) != 0) {
		if (system("head -n 20 cc.log") != 0)
			return fail(c, "grad, C: cc.log cannot be read");
		return fail(c, "grad, C: it does not compile or run");
	}
	return compare_gradients(c, g, s);
}

static bool
has_values(const Graph *g, bool *any)
{
	*any = false;
	for (int i = 0; i < g->param.n; i++) {
		if (!g->param.v[i].value)
			return false;
		*any |= g->param.v[i].trainable;
	}
	return true;
}

bool
check_gradients(Case *c, const Wanted *w, bool compile)
{
	enum { CHECKED = 12 };
	Graph *net = graph_copy(w->g), *g;
	PassRun run = {.facts = FACT_SHAPED};
	bool any;
	if (!has_values(net, &any) || !any || w->all.cycle)
		return true;
	pass_dce(net);
	net->loss = random_loss(c);
	g = graph_copy(net);
	if (!pass_run(g, chance(c, 50) ? "UGP" : "UGFCDMCDEP", &run))
		return fail(c, "grad: refused");
	Graph *back = read_back(c, g, "grad");
	if (!back)
		return false;
	GradCheck r = gradcheck_graph(back, c->seed, CHECKED);
	if (r.param >= 0 && !(r.worst < 1e-5) && is_tame(&r))
		return fail(c, "grad: element %" PRId64 " of '%s' is %.9g, differences give %.9g; recompute %d",
			    r.element, g->param.v[r.param].name, r.gradient, r.difference, (int)g->loss.recompute);
	return !compile || check_train_c(c, g, net);
}
