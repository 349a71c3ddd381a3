/* evalfile.c: arrays of a file in and out of the evaluator. */
#include "evalfile.h"
#include "eval.h"
#include "pass.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* [N][IN] or [N][BATCH][IN]; one feature or a batch of one may be left out. */
static bool
port_fits(const Graph *g, const Tensor *x, int64_t features)
{
	int64_t dim[2] = {0};
	int n = 0;
	for (int k = 1; k < x->rank && n < 2; k++)
		dim[n++] = x->dim[k];
	if (x->rank < 1 || x->rank > 3)
		return false;
	if (n == 0)
		return features == 1 && g->batch == 1;
	if (n == 1)
		return (dim[0] == features && g->batch == 1) || (dim[0] == g->batch && features == 1);
	return dim[0] == g->batch && dim[1] == features;
}

static const char *
wanted_port(const Graph *g, int64_t features)
{
	return g->batch > 1 ? arena_printf(g->arena, "(steps, %" PRId32 ", %" PRId64 ")", g->batch, features)
			    : arena_printf(g->arena, "(steps, %" PRId64 ")", features);
}

static bool
find_inputs(const Graph *g, const char *file, const TensorTable *in, const double **x, int64_t *steps)
{
	bool ok = true;
	*steps = -1;
	for (int i = 0; i < g->input.n; i++) {
		const PortInfo *p = &g->input.v[i];
		const Tensor *t = tensor_find(in, p->name);
		int64_t features = shape_count(p->shape);
		if (!t) {
			diag_file_error(g->diag, file, "there is no array '%s'; wanted %s", p->name,
					wanted_port(g, features));
			ok = false;
		} else if (!port_fits(g, t, features)) {
			diag_file_error(g->diag, file, "array '%s' is %s; wanted %s", p->name,
					tensor_shape_text(g->arena, t), wanted_port(g, features));
			ok = false;
		} else if (*steps >= 0 && t->dim[0] != *steps) {
			diag_file_error(g->diag, file,
					"array '%s' has %" PRId64 " steps, but the inputs before it have %" PRId64,
					p->name, t->dim[0], *steps);
			ok = false;
		} else {
			*steps = t->dim[0];
			x[i] = t->value;
		}
	}
	if (ok && *steps < 0)
		diag_file_error(g->diag, file, "the net has no inputs, so nothing says how many steps to run");
	return ok && *steps >= 0;
}

/* A state may be given as [n], [batch][n], or with all its slots in front. */
static bool
set_state(const Graph *g, const char *file, const StateInfo *s, const Tensor *t, double *to)
{
	int64_t one = shape_count(s->shape), slot = one * g->batch, all = slot * s->depth;
	if (t->count != one && t->count != slot && t->count != all) {
		diag_file_error(g->diag, file, "initial state '%s' is %s; wanted %s", s->name,
				tensor_shape_text(g->arena, t), shape_text(g->arena, s->shape));
		return false;
	}
	for (int64_t k = 0; k < all; k++)
		to[k] = t->value[k % t->count];
	return true;
}

static Graph *
make_window(const Graph *net, int32_t steps)
{
	Graph *g = graph_copy(net);
	g->window = steps;
	PassRun run = {.facts = FACT_SHAPED};
	return pass_run(g, "UCD", &run) ? g : NULL;
}

static bool
choose_window(const Graph *net, const char *file, int64_t steps, int32_t *window)
{
	*window = net->window;
	if (steps % net->window == 0)
		return true;
	*window = 1;
	if (!graph_looks_ahead(net))
		return true;
	diag_file_error(net->diag, file,
			"%" PRId64
			" steps; this net looks ahead, so the number of steps must be a multiple of %" PRId32,
			steps, net->window);
	return false;
}

static double **
add_outputs(const Graph *g, int64_t steps, TensorTable *out)
{
	double **y = arena_alloc(g->arena, ((size_t)g->output.n + 1) * sizeof *y);
	for (int i = 0; i < g->output.n; i++) {
		int64_t features = shape_count(g->output.v[i].shape);
		int64_t rows = g->output.v[i].last ? steps / g->steps : steps;
		int64_t dim[3] = {rows, g->batch > 1 ? g->batch : features, features};
		y[i] = tensor_add(out, g->output.v[i].name, g->batch > 1 ? 3 : 2, dim)->value;
	}
	return y;
}

static void
add_states(const Graph *g, const EvalState *s, TensorTable *out)
{
	for (int i = 0; i < g->state.n; i++) {
		const StateInfo *info = &g->state.v[i];
		if (!info->depth || !s->state[i])
			continue;
		int64_t dim[4];
		int rank = 0;
		if (info->depth > 1)
			dim[rank++] = info->depth;
		if (g->batch > 1)
			dim[rank++] = g->batch;
		for (int k = 0; k < info->shape.rank; k++)
			dim[rank++] = info->shape.dim[k];
		Tensor *t = tensor_add(out, arena_printf(g->arena, "%s'", info->name), rank, dim);
		memcpy(t->value, s->state[i], (size_t)t->count * sizeof *t->value);
	}
}

bool
evalfile_is_port(const Graph *g, const char *name)
{
	for (int i = 0; i < g->input.n; i++)
		if (strcmp(g->input.v[i].name, name) == 0)
			return true;
	for (int i = 0; i < g->output.n; i++)
		if (strcmp(g->output.v[i].name, name) == 0)
			return true;
	return false;
}

static bool
is_param(const Graph *g, const char *name)
{
	for (int i = 0; i < g->param.n; i++)
		if (strcmp(g->param.v[i].name, name) == 0)
			return true;
	return false;
}

/* A misspelt name must not be a silent default. Weights may stand in the same file. */
static void
warn_unread(const Graph *g, const EvalState *state, const char *file, const TensorTable *in)
{
	for (int k = 0; k < in->tensor.n; k++) {
		const char *name = in->tensor.v[k].name;
		size_t n = strlen(name);
		bool known = evalfile_is_port(g, name) || is_param(g, name), backwards = false;
		for (int i = 0; i < g->state.n; i++) {
			const char *s = g->state.v[i].name;
			bool is = strncmp(s, name, strlen(s)) == 0 &&
				  (n == strlen(s) || (n == strlen(s) + 1 && name[n - 1] == '\''));
			known |= is && state->state[i];
			backwards |= is && !state->state[i];
		}
		if (backwards)
			diag_file_warning(g->diag, WARN_UNUSED_ARRAY, file,
					  "'%s' runs backwards and starts anew in every window; its start is a weight",
					  name);
		else if (!known)
			diag_file_warning(g->diag, WARN_UNUSED_ARRAY, file, "nothing is called '%s'", name);
	}
}

bool
evalfile_run(const Graph *net, const char *file, const TensorTable *in, TensorTable *out)
{
	const double **x = arena_alloc(net->arena, ((size_t)net->input.n + 1) * sizeof *x);
	int64_t steps;
	int32_t window;
	if (!find_inputs(net, file, in, x, &steps) || !choose_window(net, file, steps, &window))
		return false;
	Graph *g = make_window(net, window);
	if (!g)
		return false;
	EvalState *state = eval_state_new(g);
	warn_unread(g, state, file, in);
	for (int i = 0; i < g->state.n; i++) {
		/* An array that has the name of an input or an output is that. */
		const Tensor *t = evalfile_is_port(g, g->state.v[i].name) ? NULL : tensor_find(in, g->state.v[i].name);
		if (t && state->state[i] && !set_state(g, file, &g->state.v[i], t, state->state[i]))
			return false;
	}
	double **y = add_outputs(g, steps, out);
	for (int64_t t = 0; t < steps; t += window) {
		eval_run(g, state, x, y);
		for (int i = 0; i < g->input.n; i++)
			x[i] += shape_count(g->input.v[i].shape) * g->batch * window;
		for (int i = 0; i < g->output.n; i++)
			y[i] += shape_count(g->output.v[i].shape) * g->batch * (g->output.v[i].last ? 1 : window);
	}
	add_states(g, state, out);
	return true;
}

bool
evalfile_compare_array(const Graph *g, const char *file, const Tensor *a, const Tensor *b, double tolerance,
		       FILE *report)
{
	if (a->count != b->count) {
		diag_file_error(g->diag, file, "array '%s' is %s; the net gives %s", a->name,
				tensor_shape_text(g->arena, b), tensor_shape_text(g->arena, a));
		return false;
	}
	int64_t first = -1;
	double largest = 0;
	for (int64_t k = 0; k < a->count; k++) {
		double error = fabs(a->value[k] - b->value[k]);
		bool bad = !(error <= tolerance * (1 + fabs(b->value[k])));
		if (isnan(a->value[k]) && isnan(b->value[k]))
			bad = false;
		else if (error > largest || isnan(error))
			largest = error;
		if (bad && first < 0)
			first = k;
	}
	if (first < 0) {
		fprintf(report, "%s: '%s' agrees: %" PRId64 " numbers, largest error %.2g\n", path_base(file), a->name,
			a->count, largest);
		return true;
	}
	int64_t per_step = a->rank && a->dim[0] ? a->count / a->dim[0] : 1;
	diag_file_error(g->diag, file,
			"'%s' differs from step %" PRId64 " on: element %" PRId64
			" is %.9g, the file has %.9g; largest error %.2g",
			a->name, first / per_step + 1, first % per_step + 1, a->value[first], b->value[first], largest);
	return false;
}

bool
evalfile_compare(const Graph *net, const char *file, const TensorTable *stored, const TensorTable *computed,
		 double tolerance, FILE *report)
{
	bool ok = true;
	for (int i = 0; i < net->output.n; i++)
		if (!tensor_find(stored, net->output.v[i].name)) {
			diag_file_error(net->diag, file, "there is no array '%s' to compare with",
					net->output.v[i].name);
			ok = false;
		}
	for (int i = 0; i < computed->tensor.n; i++) {
		const Tensor *a = &computed->tensor.v[i], *b = tensor_find(stored, a->name);
		if (b)
			ok &= evalfile_compare_array(net, file, a, b, tolerance, report);
	}
	return ok;
}
