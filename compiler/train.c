/* train.c: which numbers of a net are trained. */
#include "train.h"
#include <string.h>

/* The parameter itself, or one in the layer of that name. */
static bool
is_named(const char *name, const char *what)
{
	size_t n = strlen(what);
	return strncmp(name, what, n) == 0 && (!name[n] || name[n] == '.');
}

static void
states_to_params(Graph *g)
{
	for (int i = 0; i < g->state.n; i++) {
		StateInfo *s = &g->state.v[i];
		if (!shape_known(s->shape))
			continue;
		if (!s->from_param) {
			ParamInfo p = s->init;
			p.name = s->name;
			p.shape = s->shape;
			if (!p.value) /* zeros */
				p.value = arena_alloc(g->arena, (size_t)shape_count(p.shape) * sizeof *p.value);
			*table_push(g->arena, &g->param) = p;
			s->from_param = g->param.n;
		}
		g->param.v[s->from_param - 1].trainable = true;
	}
}

static bool
freeze_one(Graph *g, const char *what)
{
	const char **candidate = arena_alloc(g->arena, ((size_t)g->param.n + 1) * sizeof *candidate);
	bool found = false;
	for (int i = 0; i < g->param.n; i++) {
		candidate[i] = g->param.v[i].name;
		if (!is_named(g->param.v[i].name, what))
			continue;
		g->param.v[i].trainable = false;
		found = true;
	}
	const char *near = found ? NULL : diag_nearest(what, candidate, g->param.n);
	if (!found)
		diag_file_error(g->diag, g->file, "--freeze: no parameter or layer is called '%s'%s%s%s", what,
				near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
	return found;
}

bool
train_prepare(Graph *net, const char *const *freeze, int nfreeze)
{
	bool ok = true, any = false;
	if (net->loss.train_state)
		states_to_params(net);
	for (int i = 0; i < nfreeze; i++)
		ok &= freeze_one(net, freeze[i]);
	for (int i = 0; i < net->param.n; i++)
		any |= net->param.v[i].trainable;
	if (ok && !any)
		diag_file_error(net->diag, net->file,
				"nothing is trainable: the net has no parameter that is not frozen");
	return ok && any;
}
