/* evaltrain.c: loss and gradients of arrays in a file, by the evaluator. */
#include "evaltrain.h"
#include "eval.h"
#include "evalfile.h"
#include "pass.h"
#include <inttypes.h>
#include <string.h>

static Graph *
make_training(const Graph *net)
{
	Graph *g = graph_copy(net);
	PassRun run = {.facts = FACT_SHAPED};
	return pass_run(g, "UGFCD", &run) ? g : NULL;
}

/* The first input says how many windows there are; all others must have as many. */
static bool
find_arrays(const Graph *g, const char *file, const TensorTable *in, const double **x, int64_t *windows)
{
	bool ok = true;
	*windows = -1;
	for (int i = 0; i < g->input.n; i++) {
		const PortInfo *p = &g->input.v[i];
		const Tensor *t = tensor_find(in, p->name);
		int64_t steps = p->last ? 1 : g->steps, each = shape_count(p->shape) * g->batch * steps;
		if (t && *windows < 0 && t->count % each == 0)
			*windows = t->count / each;
		if (t && t->count == *windows * each) {
			x[i] = t->value;
			continue;
		}
		const char *found = t ? tensor_shape_text(g->arena, t) : "not there";
		diag_file_error(g->diag, file,
				"array '%s' is %s; wanted %" PRId64 " numbers for each window: %" PRId64
				" step%s, batch %" PRId32 ", shape %s",
				p->name, found, each, steps, steps == 1 ? "" : "s", g->batch,
				shape_text(g->arena, p->shape));
		ok = false;
	}
	return ok;
}

static void
run_windows(const Graph *g, EvalState *s, const double **x, int64_t windows, double *loss)
{
	for (int64_t k = 0; k < windows; k++) {
		s->loss = 0;
		eval_run(g, s, x, NULL);
		loss[k] = s->loss;
		for (int i = 0; i < g->input.n; i++)
			x[i] += shape_count(g->input.v[i].shape) * g->batch * (g->input.v[i].last ? 1 : g->steps);
	}
}

static void
add_gradients(const Graph *g, const EvalState *s, TensorTable *out)
{
	int64_t total = 0, at = 0;
	for (int i = 0; i < g->param.n; i++)
		total += g->param.v[i].trainable ? shape_count(g->param.v[i].shape) : 0;
	double *all = tensor_add(out, "grad", 1, &total)->value;
	for (int i = 0; i < g->param.n; i++) {
		const ParamInfo *p = &g->param.v[i];
		if (!p->trainable)
			continue;
		int64_t dim[2] = {p->shape.dim[0], p->shape.dim[1]}, n = shape_count(p->shape);
		Tensor *t = tensor_add(out, arena_printf(g->arena, "grad.%s", p->name), p->shape.rank, dim);
		memcpy(t->value, s->grad[i], (size_t)n * sizeof *t->value);
		memcpy(all + at, s->grad[i], (size_t)n * sizeof *all);
		at += n;
	}
}

bool
evaltrain_run(const Graph *net, const char *file, const TensorTable *in, TensorTable *out)
{
	Graph *g = make_training(net);
	int64_t windows;
	if (!g)
		return false;
	const double **x = arena_alloc(g->arena, ((size_t)g->input.n + 1) * sizeof *x);
	if (!find_arrays(g, file, in, x, &windows))
		return false;
	EvalState *s = eval_state_new(g);
	run_windows(g, s, x, windows, tensor_add(out, "loss", 1, &windows)->value);
	add_gradients(g, s, out);
	return true;
}

bool
evaltrain_compare(const Graph *net, const char *file, const TensorTable *stored, const TensorTable *computed,
		  double tolerance, FILE *report)
{
	bool ok = true;
	if (!tensor_find(stored, "loss")) {
		diag_file_error(net->diag, file, "there is no array 'loss' to compare with");
		return false;
	}
	for (int i = 0; i < computed->tensor.n; i++) {
		const Tensor *a = &computed->tensor.v[i], *b = tensor_find(stored, a->name);
		if (b)
			ok &= evalfile_compare_array(net, file, a, b, tolerance, report);
	}
	return ok;
}
