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

/* The plan, checked by who owns each float of the work buffer, each row of the outputs and each slot of the state as
 * the graph runs. A group is one loop: it reads and writes at once, element by element. */
typedef struct {
	Case *c;
	const Graph *g;
	int32_t *owner;      /* per float of the work buffer: node + 1 */
	int32_t *row[PORTS]; /* per output and step: node + 1 */
	int32_t *slot;       /* per state: node + 1 that has been put there, 0: none yet, -1: updated */
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
	if (n->op == OP_STATE && (m->slot[n->attr.slot.state] || user->op == OP_UPDATE))
		return fail(m->c, "plan: %%%d reads %%%d, a state that may have moved on", i, from.i);
	if (n->place == PLACE_STATE && m->slot[n->offset] != from.i + 1)
		return fail(m->c, "plan: %%%d reads %%%d from a state that has moved on", i, from.i);
	if (n->place == PLACE_OUTPUT && *output_row(m, n->offset, n->step) != from.i + 1)
		return fail(m->c, "plan: %%%d reads %%%d from an output that is not its own", i, from.i);
	for (int64_t k = 0; n->place == PLACE_SCRATCH && k < floats_of(m->g, n); k++)
		if (m->owner[n->offset + k] != from.i + 1)
			return fail(m->c, "plan: %%%d reads %%%d, which %%%d has overwritten", i, from.i,
				    m->owner[n->offset + k] - 1);
	return true;
}

static bool
reads_elements(const Node *n, int k)
{
	return n->op == OP_AFFINE ? k < n->attr.sum.addends : op_elementwise((Op)n->op);
}

/* Whether two values share memory; *same: all of it. */
static bool
shares(const Graph *g, const Node *result, const Node *operand, bool *same)
{
	*same = shape_equal(result->shape, operand->shape) && result->batched == operand->batched;
	if (operand->op == OP_STATE)
		return result->place == PLACE_STATE && result->offset == operand->attr.slot.state;
	if (result->place == PLACE_STATE)
		return operand->place == PLACE_STATE && result->offset == operand->offset;
	*same &= result->offset == operand->offset;
	return result->place == PLACE_SCRATCH && operand->place == PLACE_SCRATCH &&
	       result->offset < operand->offset + floats_of(g, operand) &&
	       operand->offset < result->offset + floats_of(g, result);
}

/* Only what is read element by element may be written over, and then exactly. */
static bool
memory_overlap(Memory *m, int32_t result, int32_t user, int k)
{
	const Graph *g = m->g;
	const Node *n = g->node.v[user];
	bool same;
	if (!shares(g, g->node.v[result], graph_node(g, n->in[k]), &same) || (same && reads_elements(n, k)))
		return true;
	return fail(m->c, "plan: %%%d is written over %%%d, which %%%d reads", result, n->in[k].i, user);
}

static bool
memory_writes(Memory *m, int32_t i, int32_t end)
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
	} else if (n->place == PLACE_STATE) {
		const StateInfo *s = &g->state.v[n->offset];
		if (s->depth != 1 || !n->batched || !shape_equal(s->shape, n->shape) || m->slot[n->offset] < 0)
			return fail(m->c, "plan: %%%d cannot be put into state %d", i, n->offset);
		m->slot[n->offset] = i + 1;
	} else if (n->op == OP_UPDATE) {
		m->slot[n->attr.index] = -1;
	} else if (n->nin && !(n->group && m->last[i] > i && m->last[i] < end)) {
		return fail(m->c, "plan: %%%d has no place", i);
	}
	return true;
}

/* No plan in this order needs less than what lives across one group. */
static bool
check_bound(Memory *m)
{
	const Graph *g = m->g;
	int64_t live = 0, most = 0, *dying = arena_alloc(m->c->arena, ((size_t)g->node.n + 1) * sizeof *dying);
	for (int32_t i = 0; i < g->node.n; i++) {
		const Node *n = g->node.v[i];
		int64_t size = n->place == PLACE_SCRATCH ? (floats_of(g, n) + 3) / 4 * 4 : 0;
		live += size;
		dying[m->last[i]] += size;
		live -= dying[i];
		bool ends = !n->group || i + 1 == g->node.n || g->node.v[i + 1]->group != n->group;
		most = ends && live > most ? live : most;
	}
	if (g->scratch_bound < most || g->scratch < g->scratch_bound)
		return fail(m->c, "plan: %" PRId64 " live, bound %" PRId64 ", buffer %" PRId64, most, g->scratch_bound,
			    g->scratch);
	return true;
}

/* The group [i, end) as one loop. */
static bool
check_group(Memory *m, int32_t i, int32_t end)
{
	const Graph *g = m->g;
	for (int32_t user = i; user < end; user++)
		for (int k = 0; k < g->node.v[user]->nin; k++) {
			Ref from = g->node.v[user]->in[k];
			if (from.i >= i && !reads_elements(g->node.v[user], k))
				return fail(m->c, "fuse: %%%d needs the whole of %%%d in its own loop", user, from.i);
			if (from.i < i && !memory_reads(m, user, from))
				return false;
			for (int32_t result = i; result < end && from.i < i; result++)
				if (!memory_overlap(m, result, user, k))
					return false;
		}
	for (int32_t result = i; result < end; result++)
		if (!memory_writes(m, result, end))
			return false;
	/* Two results in one place: the first is not there any more. */
	for (int32_t result = i; result < end; result++)
		if (m->last[result] >= end && !memory_reads(m, m->last[result], (Ref){result}))
			return false;
	return true;
}

/* Members of a group have one width and one step, or are one kind of sum at many steps. */
static bool
check_members(Memory *m, int32_t i, int32_t end)
{
	const Graph *g = m->g;
	const Node *a = g->node.v[i], *z = g->node.v[end - 1];
	for (int32_t k = i; k < end; k++) {
		const Node *n = g->node.v[k];
		bool sum = n->op == OP_AFFINE;
		if (!shape_equal(n->shape, a->shape) && a->step == z->step)
			return fail(m->c, "fuse: %%%d has not the width of its group", k);
		if (n->batched != a->batched || (a->step != z->step && !sum))
			return fail(m->c, "fuse: %%%d cannot be in its group", k);
	}
	return true;
}

static bool
check_plan(Case *c, const Graph *g)
{
	Memory m = {.c = c, .g = g};
	m.owner = arena_alloc(c->arena, ((size_t)g->scratch + 4) * sizeof *m.owner);
	m.slot = arena_alloc(c->arena, ((size_t)g->state.n + 1) * sizeof *m.slot);
	m.last = arena_alloc(c->arena, ((size_t)g->node.n + 1) * sizeof *m.last);
	for (int i = 0; i < g->output.n; i++)
		m.row[i] = arena_alloc(c->arena, (size_t)g->steps * sizeof **m.row);
	for (int32_t i = 0; i < g->node.n; i++) {
		m.last[i] = i;
		for (int k = 0; k < g->node.v[i]->nin; k++)
			m.last[g->node.v[i]->in[k].i] = i;
	}
	for (int32_t i = 0, end; i < g->node.n; i = end) {
		for (end = i + 1; end < g->node.n && g->node.v[i]->group; end++)
			if (g->node.v[end]->group != g->node.v[i]->group)
				break;
		if (!check_members(&m, i, end) || !check_group(&m, i, end))
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

static const char *const before[] = {"",   "F",  "C",  "D",   "FC", "CF",     "FCD",    "DFC",    "CDFCDF", "M",
				     "MH", "MK", "KK", "MHK", "KM", "FCDMHK", "MHKFCD", "MHKMHK", "MKH"};
static const char *const after[] = {"", "C", "D", "CD", "DC", "F", "FCD", "E", "CDE", "FE", "ED"};

/* The graph after some passes computes what the oracle says. */
static Graph *
check_sequence(Case *c, const Wanted *w, const char *first, const char *second)
{
	char what[64];
	bool refused = false;
	snprintf(what, sizeof what, "%sU%s", first, second);
	bool folds = strpbrk(what, "FMK");
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
	if (!compare(c, what, g, &r, w->all.cycle ? &w->live : &w->all, folds ? &w->noisy : NULL, g->steps,
		     folds ? 1e-12 : 0))
		return NULL;
	if (!strchr(second, 'F') && !check_plan(c, g))
		return NULL;
	Graph *back = read_back(c, g, what);
	if (!back)
		return NULL;
	Result again = run_eval(c, back, &w->x, (int64_t)g->steps * WINDOWS);
	return compare(c, "printed and read", g, &again, &r, NULL, g->steps, 0) ? g : NULL;
}

/* Without what the case leaves out. */
static const char *
pipeline(Case *c, const char *letters)
{
	char *left = arena_alloc(c->arena, strlen(letters) + 1);
	for (int n = 0; *letters; letters++)
		if (!(c->without >> (pass_by_letter(*letters) - pass_table) & 1))
			left[n++] = *letters;
	return left;
}

/* As netc does: no packing where the caller has the weights, no hoisting without groups. */
static void
choose_options(Case *c)
{
	bool none = chance(c, 10);
	c->params = chance(c, 25);
	for (const char *p = "MHKEFC"; *p; p++)
		if (none || chance(c, 12) || (*p == 'K' && c->params))
			c->without |= 1u << (pass_by_letter(*p) - pass_table);
	if (!*pipeline(c, "E"))
		c->without |= 1u << (pass_by_letter('H') - pass_table);
}

/* The pipeline of the compiler: a window, and as many single steps. */
static bool
check_pipeline(Case *c, const Wanted *w, bool compile)
{
	choose_options(c);
	const char *u = strchr(pass_back, 'U');
	const char *first =
		pipeline(c, arena_printf(c->arena, "%s%.*s", pass_front + 1, (int)(u - pass_back), pass_back));
	const char *second = pipeline(c, arena_printf(c->arena, "%.*s", (int)strlen(u) - 2, u + 1));
	Graph *window = check_sequence(c, w, first, second), *step = NULL;
	if (!window)
		return !*c->why;
	if (!graph_looks_ahead(w->g)) {
		bool refused = false;
		step = graph_copy(w->g);
		step->window = 1;
		if (!run_passes(c, step, arena_printf(c->arena, "%sU%sP", first, second), &refused))
			return fail(c, "one step is refused");
		if (!check_plan(c, step))
			return false;
		Result a = run_eval(c, window, &w->x, (int64_t)window->steps * WINDOWS);
		Result b = run_eval(c, step, &w->x, (int64_t)window->steps * WINDOWS);
		memcpy(b.last, w->live.last, sizeof b.last);
		if (!compare(c, "stepped and unrolled", window, &a, &b, NULL, window->steps, 0))
			return false;
	}
	return !compile || check_c(c, w, step, window);
}

/* Some passes before and after unrolling; groups that hoist has marked want fuse. */
static bool
check_random_sequence(Case *c, const Wanted *w)
{
	const char *first = before[below(c, COUNT(before))], *second = after[below(c, COUNT(after))];
	if (strchr(first, 'H') && !strchr(second, 'E'))
		second = "CDE";
	return check_sequence(c, w, first, second) || !*c->why;
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
	w->noisy = run_oracle(c, w->all.cycle ? live : g, &w->x, true);
	for (int k = 0; k < 3; k++)
		if (!check_random_sequence(c, w))
			return false;
	return check_pipeline(c, w, compile);
}
