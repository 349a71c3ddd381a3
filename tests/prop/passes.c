/* passes.c: every pass, alone and in company, keeps the meaning of a graph; its text and its plan are sound. */
#include "prop.h"

Graph *
read_back(Case *c, const Graph *g, const char *stage)
{
	Text a = {0}, b = {0};
	graph_print(g, &a);
	Graph *r = graph_new(c->arena, c->diag);
	if (!graph_read(r, "printed.ir", a.v)) {
		fail(c, "%s: what was printed cannot be read", stage);
		text_free(&a);
		return NULL;
	}
	graph_verify(r, stage);
	graph_print(r, &b);
	bool same = strcmp(a.v, b.v) == 0;
	text_free(&a);
	text_free(&b);
	for (int i = 0; i < g->output.n; i++)
		same &= r->output.v[i].last == g->output.v[i].last;
	for (int i = 0; i < g->state.n; i++)
		same &= r->state.v[i].from_param == g->state.v[i].from_param;
	if (!same) {
		fail(c, "%s: printed, read and printed again it is another graph", stage);
		return NULL;
	}
	for (int i = 0; i < g->param.n; i++)
		r->param.v[i].value = g->param.v[i].value;
	for (int i = 0; i < g->state.n; i++)
		r->state.v[i].init.value = g->state.v[i].init.value;
	return r;
}

/* The plan, checked by who owns each float of the work buffer and each row of the outputs as the graph runs. */
typedef struct {
	Case *c;
	const Graph *g;
	int32_t *owner;      /* per float of the work buffer: node + 1 */
	int32_t *row[PORTS]; /* per output and step: node + 1 */
	bool *updated;       /* per state */
	int32_t *last;       /* per node: its last user */
} Memory;

static int64_t
floats_of(const Graph *g, const Node *n)
{
	return shape_count(n->shape) * (n->batched ? g->batch : 1);
}

static int32_t *
output_row(const Memory *m, int output, int32_t step)
{
	return &m->row[output][m->g->output.v[output].last ? 0 : step];
}

static bool
memory_reads(Memory *m, int32_t i, Ref from)
{
	const Node *n = graph_node(m->g, from), *user = m->g->node.v[i];
	if (n->op == OP_STATE && (m->updated[n->attr.slot.state] || user->op == OP_UPDATE))
		return fail(m->c, "plan: %%%d reads %%%d, a state that may have moved on", i, from.i);
	if (n->place == PLACE_OUTPUT && *output_row(m, n->offset, n->step) != from.i + 1)
		return fail(m->c, "plan: %%%d reads %%%d from an output that is not its own", i, from.i);
	for (int64_t k = 0; n->place == PLACE_SCRATCH && k < floats_of(m->g, n); k++)
		if (m->owner[n->offset + k] != from.i + 1)
			return fail(m->c, "plan: %%%d reads %%%d, which %%%d has overwritten", i, from.i,
				    m->owner[n->offset + k] - 1);
	return true;
}

/* Only an element-wise operator may write where it reads, and then exactly there. */
static bool
memory_overlap(Memory *m, int32_t i, Ref from)
{
	const Node *n = m->g->node.v[i], *a = graph_node(m->g, from);
	int64_t size = floats_of(m->g, n), other = floats_of(m->g, a);
	if (n->place != PLACE_SCRATCH || a->place != PLACE_SCRATCH || n->offset >= a->offset + other ||
	    a->offset >= n->offset + size)
		return true;
	if (op_elementwise((Op)n->op) && a->offset == n->offset && shape_equal(a->shape, n->shape) &&
	    a->batched == n->batched)
		return true;
	return fail(m->c, "plan: %%%d is written over its operand %%%d", i, from.i);
}

static bool
memory_writes(Memory *m, int32_t i)
{
	const Graph *g = m->g;
	const Node *n = g->node.v[i];
	if (n->op == OP_OUTPUT) {
		const Node *a = graph_node(g, n->in[0]);
		int32_t *row = output_row(m, n->attr.index, n->step);
		bool there = a->place == PLACE_OUTPUT && a->offset == n->attr.index && a->step == n->step;
		if (*row && !there)
			return fail(m->c, "plan: output %d of step %d is written twice", n->attr.index, n->step);
		*row = there ? *row : i + 1;
	} else if (n->place == PLACE_OUTPUT) {
		if (*output_row(m, n->offset, n->step))
			return fail(m->c, "plan: %%%d is put where another output stands", i);
		*output_row(m, n->offset, n->step) = i + 1;
	} else if (n->place == PLACE_SCRATCH) {
		if (n->offset < 0 || n->offset % 4 || n->offset + floats_of(g, n) > g->scratch)
			return fail(m->c, "plan: %%%d lies outside the work buffer or is not aligned", i);
		for (int64_t k = 0; k < floats_of(g, n); k++)
			m->owner[n->offset + k] = i + 1;
	} else if (n->op == OP_UPDATE) {
		m->updated[n->attr.index] = true;
	} else if (n->nin) {
		return fail(m->c, "plan: %%%d has no place", i);
	}
	return true;
}

/* No order-preserving plan needs less than what lives across one node. */
static bool
check_bound(Memory *m)
{
	const Graph *g = m->g;
	int64_t live = 0, most = 0;
	for (int32_t i = 0; i < g->node.n; i++) {
		const Node *n = g->node.v[i];
		live += n->place == PLACE_SCRATCH ? (floats_of(g, n) + 3) / 4 * 4 : 0;
		for (int32_t k = 0; k <= i; k++)
			if (m->last[k] == i && g->node.v[k]->place == PLACE_SCRATCH)
				live -= (floats_of(g, g->node.v[k]) + 3) / 4 * 4;
		most = live > most ? live : most;
	}
	if (g->scratch_bound < most || g->scratch < g->scratch_bound)
		return fail(m->c, "plan: %" PRId64 " live, bound %" PRId64 ", buffer %" PRId64, most, g->scratch_bound,
			    g->scratch);
	return true;
}

static bool
check_plan(Case *c, const Graph *g)
{
	Memory m = {.c = c, .g = g};
	m.owner = arena_alloc(c->arena, ((size_t)g->scratch + 4) * sizeof *m.owner);
	m.updated = arena_alloc(c->arena, (size_t)g->state.n + 1);
	m.last = arena_alloc(c->arena, ((size_t)g->node.n + 1) * sizeof *m.last);
	for (int i = 0; i < g->output.n; i++)
		m.row[i] = arena_alloc(c->arena, (size_t)g->steps * sizeof **m.row);
	for (int32_t i = 0; i < g->node.n; i++) {
		const Node *n = g->node.v[i];
		m.last[i] = i;
		for (int k = 0; k < n->nin; k++) {
			m.last[n->in[k].i] = i;
			if (!memory_reads(&m, i, n->in[k]) || !memory_overlap(&m, i, n->in[k]))
				return false;
		}
		if (!memory_writes(&m, i))
			return false;
	}
	for (int i = 0; i < g->output.n; i++)
		for (int32_t t = 0; t < (g->output.v[i].last ? 1 : g->steps); t++)
			if (!m.row[i][t])
				return fail(c, "plan: output %d of step %d is never written", i, t);
	return check_bound(&m);
}

/* Runs passes one by one, reading and printing in between. false: a failure, or an error that *refused tells. */
static bool
run_passes(Case *c, Graph *g, const char *letters, bool *refused)
{
	PassRun run = {.out = stderr, .facts = FACT_SHAPED | (g->steps ? FACT_UNROLLED : 0u)};
	for (; *letters; letters++) {
		char one[2] = {*letters, 0};
		*refused = !pass_run(g, one, &run);
		if (*refused || !read_back(c, g, pass_by_letter(*letters)->name))
			return false;
	}
	return true;
}

static const char *const before[] = {"", "F", "C", "D", "FC", "CF", "FCD", "DFC", "CDFCDF"};
static const char *const after[] = {"", "C", "D", "CD", "DC", "F", "FCD"};

/* The graph after some passes computes what the oracle says. */
static Graph *
check_sequence(Case *c, const Wanted *w, const char *first, const char *second)
{
	char what[64];
	bool refused = false, folds = strchr(first, 'F') || strchr(second, 'F');
	snprintf(what, sizeof what, "%sU%s", first, second);
	Graph *g = graph_copy(w->g);
	if (!run_passes(c, g, first, &refused) || !run_passes(c, g, "U", &refused)) {
		if (refused && !w->live.cycle && !(w->all.cycle && !strchr(first, 'D')))
			fail(c, "%s: refused", what);
		return NULL;
	}
	if (w->live.cycle) {
		fail(c, "%s: a value that needs its own future was not refused", what);
		return NULL;
	}
	if (!run_passes(c, g, second, &refused) || !run_passes(c, g, "P", &refused))
		return NULL;
	Result r = run_eval(c, g, &w->x, (int64_t)g->steps * WINDOWS);
	if (!compare(c, what, g, &r, w->all.cycle ? &w->live : &w->all, g->steps, folds ? 1e-12 : 0))
		return NULL;
	if (!strchr(second, 'F') && !check_plan(c, g))
		return NULL;
	Graph *back = read_back(c, g, what);
	if (!back)
		return NULL;
	Result again = run_eval(c, back, &w->x, (int64_t)g->steps * WINDOWS);
	return compare(c, "printed and read", g, &again, &r, g->steps, 0) ? g : NULL;
}

/* The pipeline of the compiler: a window, and as many single steps. */
static bool
check_pipeline(Case *c, const Wanted *w, bool compile)
{
	Graph *window = check_sequence(c, w, "FCD", "CD"), *step = NULL;
	if (!window)
		return !*c->why;
	if (!graph_looks_ahead(w->g)) {
		bool refused = false;
		step = graph_copy(w->g);
		step->window = 1;
		if (!run_passes(c, step, "FCDUCDP", &refused))
			return fail(c, "one step is refused");
		if (!check_plan(c, step))
			return false;
		Result a = run_eval(c, window, &w->x, (int64_t)window->steps * WINDOWS);
		Result b = run_eval(c, step, &w->x, (int64_t)window->steps * WINDOWS);
		memcpy(b.last, w->live.last, sizeof b.last);
		if (!compare(c, "stepped and unrolled", window, &a, &b, window->steps, 0))
			return false;
	}
	return !compile || check_c(c, w, step, window);
}

/* g: shapes solved, values bound. */
bool
check_meaning(Case *c, Graph *g, bool compile, Wanted *w)
{
	*w = (Wanted){.g = g, .x = random_inputs(c, g)};
	Graph *live = graph_copy(g);
	pass_dce(live);
	w->live = run_oracle(c, live, &w->x, false);
	w->all = run_oracle(c, g, &w->x, false);
	for (int k = 0; k < 3; k++)
		if (!check_sequence(c, w, before[below(c, COUNT(before))], after[below(c, COUNT(after))]) && *c->why)
			return false;
	return check_pipeline(c, w, compile);
}
