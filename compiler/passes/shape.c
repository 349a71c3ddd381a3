/* shape.c: solves all shapes by unification through the equations.
 *
 *   before  %2 = matmul %0 %1 : ?        with  input "x" (_), param "Wxy" (10, 15)
 *   after   %2 = matmul %0 %1 : (15)     and   input "x" (10)
 *
 * Every axis of every node is a variable in a union-find forest; a root may know its size. Sweeps over the nodes,
 * forward and backward in turn, call the shape rules until nothing changes. What the equations and constructors say
 * comes first, then the shapes in the weight file, then, level by level, what is usual. EXPECT nodes have done their
 * work afterwards and are forwarded. */
#include "../ops.h"
#include "../pass.h"
#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
	int32_t parent;
	int32_t size;   /* of a root: > 0 known */
	int32_t origin; /* of a known root: the node that said so */
} Axis;

struct ShapeSolver {
	Graph *g;
	int8_t *rank;
	Ref *initial;   /* per state: the PARAM node of its initial value */
	bool *reported; /* this node's conflict has been told */
	TABLE(Span) told;
	bool quiet; /* try, and only note whether it fails */
	bool failed;
	int32_t naxis;
	Axis *axis; /* 2 per node, then one per shape variable */
	int guess;
	int32_t now; /* the node whose rule runs */
	bool changed, clash;
	int32_t clash_a, clash_b; /* axes that could not be one */
};

int
shape_guess(const ShapeSolver *s)
{
	return s->guess;
}

const Node *
shape_node(const ShapeSolver *s, Ref r)
{
	return graph_node(s->g, r);
}

Ref
shape_initial(const ShapeSolver *s, Ref delay)
{
	return s->initial[shape_node(s, delay)->attr.slot.state];
}

int
shape_rank(const ShapeSolver *s, Ref r)
{
	return s->rank[r.i];
}

static int32_t
axis_root(ShapeSolver *s, int32_t a)
{
	while (s->axis[a].parent != a) {
		s->axis[a].parent = s->axis[s->axis[a].parent].parent;
		a = s->axis[a].parent;
	}
	return a;
}

static int32_t
axis_of(Ref r, int axis)
{
	assert(axis == 0 || axis == 1);
	return 2 * r.i + axis;
}

int32_t
shape_dim(ShapeSolver *s, Ref r, int axis)
{
	return s->axis[axis_root(s, axis_of(r, axis))].size;
}

void
shape_set_rank(ShapeSolver *s, Ref r, int rank)
{
	if (s->rank[r.i] == rank)
		return;
	if (s->rank[r.i] != RANK_UNKNOWN) {
		s->clash = true;
		return;
	}
	s->rank[r.i] = (int8_t)rank;
	s->changed = true;
}

static void
axis_set(ShapeSolver *s, int32_t axis, int32_t n, int32_t origin)
{
	Axis *a = &s->axis[axis_root(s, axis)];
	if (a->size == n)
		return;
	if (a->size) {
		s->clash = true;
		s->clash_a = axis;
		return;
	}
	a->size = n;
	a->origin = origin;
	s->changed = true;
}

void
shape_set_dim(ShapeSolver *s, Ref r, int axis, int32_t n)
{
	axis_set(s, axis_of(r, axis), n, s->now);
}

static void
axis_join(ShapeSolver *s, int32_t a, int32_t b)
{
	int32_t x = axis_root(s, a), y = axis_root(s, b);
	if (x == y)
		return;
	if (s->axis[x].size && s->axis[y].size && s->axis[x].size != s->axis[y].size) {
		if (!s->clash) { /* the first says it best */
			s->clash_a = a;
			s->clash_b = b;
		}
		s->clash = true;
		return;
	}
	if (s->axis[x].size) {
		s->axis[y].parent = x;
	} else {
		s->axis[x].parent = y;
	}
	s->changed = true;
}

void
shape_same_dim(ShapeSolver *s, Ref a, int a_axis, Ref b, int b_axis)
{
	axis_join(s, axis_of(a, a_axis), axis_of(b, b_axis));
}

void
shape_same(ShapeSolver *s, Ref a, Ref b)
{
	if (s->rank[a.i] == RANK_UNKNOWN && s->rank[b.i] == RANK_UNKNOWN)
		return;
	if (s->rank[a.i] == RANK_UNKNOWN)
		shape_set_rank(s, a, s->rank[b.i]);
	else
		shape_set_rank(s, b, s->rank[a.i]);
	for (int i = 0; i < s->rank[a.i] && !s->clash; i++)
		shape_same_dim(s, a, i, b, i);
}

static Shape
solved_shape(ShapeSolver *s, Ref r)
{
	Shape shape = {s->rank[r.i], {0, 0}};
	for (int i = 0; i < shape.rank; i++)
		shape.dim[i] = shape_dim(s, r, i);
	return shape;
}

/* "in model[3] = Recurrent › y › x * Wxy" */
static const char *
node_where(const Graph *g, const Node *n)
{
	int len = 0;
	const char *text = n->at.hi ? diag_text(g->diag, n->at, &len) : "";
	bool one_line = len && len < 60 && !memchr(text, '\n', (size_t)len) && n->op != OP_EXPECT;
	if (!n->path)
		return "";
	return arena_printf(g->arena, ", in %s%s%.*s", n->path, one_line ? " › " : "", one_line ? len : 0, text);
}

static void
note_origin(ShapeSolver *s, int32_t axis, Span at)
{
	const Axis *a = &s->axis[axis_root(s, axis)];
	if (!a->size)
		return;
	Span from = node_place(s->g->node.v[a->origin]);
	if (from.hi && (from.lo != at.lo || from.hi != at.hi))
		diag_note(s->g->diag, from, "the size %d comes from here", (int)a->size);
}

/* One message per node and per place. */
static bool
first_report(ShapeSolver *s, Ref r)
{
	s->failed = true;
	if (s->quiet || s->reported[r.i])
		return false;
	s->reported[r.i] = true;
	Span at = graph_node(s->g, r)->at;
	for (int i = 0; i < s->told.n; i++)
		if (at.hi && s->told.v[i].lo == at.lo && s->told.v[i].hi == at.hi)
			return false;
	*table_push(s->g->arena, &s->told) = at;
	return true;
}

void
shape_conflict(ShapeSolver *s, Ref r, bool shapes, const char *fmt, ...)
{
	if (!first_report(s, r))
		return;
	const Node *n = graph_node(s->g, r);
	va_list ap;
	va_start(ap, fmt);
	char text[400];
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	Text found = {0};
	for (int k = 0; k < n->nin && k < 8 && shapes; k++)
		text_add(&found, "%s%s", k ? " and " : "; found ", shape_text(s->g->arena, solved_shape(s, n->in[k])));
	diag_error(s->g->diag, node_place(n), "%s%s%s", text, found.v ? found.v : "", node_where(s->g, n));
	text_free(&found);
}

static const char *
op_symbol(Op op)
{
	switch (op) {
	case OP_ADD: return "+";
	case OP_SUB: return "-";
	case OP_MUL: return ".*";
	case OP_DIV: return "./";
	case OP_POW: return ".^";
	case OP_MATMUL: return "*";
	default: return NULL;
	}
}

/* A rule's statements contradict each other and it gave no message of its own. */
static void
report_clash(ShapeSolver *s, Ref r)
{
	if (!first_report(s, r))
		return;
	const Graph *g = s->g;
	const Node *n = graph_node(g, r);
	const char *own = shape_text(g->arena, solved_shape(s, r)), *where = node_where(g, n);
	const char *a = n->nin ? shape_text(g->arena, solved_shape(s, n->in[0])) : "";
	const char *b = n->nin > 1 ? shape_text(g->arena, solved_shape(s, n->in[1])) : "";
	if (n->op == OP_EXPECT)
		diag_error(g->diag, node_place(n), "the %s is %s; wanted %s%s", n->name ? n->name : "value", a, own,
			   where);
	else if (n->op == OP_DELAY)
		diag_error(g->diag, node_place(n), "'%s' is %s now, but %s in the past%s",
			   g->state.v[n->attr.slot.state].name, a, own, where);
	else if (n->nin == 2 && op_symbol((Op)n->op))
		diag_error(g->diag, node_place(n), "shapes do not fit: %s %s %s%s%s", a, op_symbol((Op)n->op), b,
			   s->clash_a / 2 == r.i || s->clash_b / 2 == r.i
				   ? arena_printf(g->arena, " where %s is wanted", own)
				   : "",
			   where);
	else if (n->nin == 2)
		diag_error(g->diag, node_place(n), "shapes do not fit: %s(%s, %s)%s", op_table[n->op].name, a, b,
			   where);
	else
		diag_error(g->diag, node_place(n), "shapes do not fit: %s of %s cannot be %s%s", op_table[n->op].name,
			   a, own, where);
	if (s->clash_a >= 0 && s->clash_b >= 0) {
		note_origin(s, s->clash_a, node_place(n));
		note_origin(s, s->clash_b, node_place(n));
	}
}

static void
visit(ShapeSolver *s, int32_t i)
{
	s->now = i;
	s->clash = false;
	s->clash_a = s->clash_b = -1;
	op_table[s->g->node.v[i]->op].shape(s, (Ref){i});
	if (s->clash)
		report_clash(s, (Ref){i});
}

static void
sweep(ShapeSolver *s)
{
	do {
		s->changed = false;
		for (int32_t i = 0; i < s->g->node.n; i++)
			if (!s->reported[i])
				visit(s, i);
		for (int32_t i = s->g->node.n - 1; i >= 0 && s->changed; i--)
			if (!s->reported[i])
				visit(s, i);
	} while (s->changed);
}

/* The shape somebody declared for a node. */
static void
declare(ShapeSolver *s, int32_t i, Shape shape)
{
	if (shape.rank == RANK_UNKNOWN)
		return;
	s->now = i;
	shape_set_rank(s, (Ref){i}, shape.rank);
	for (int k = 0; k < shape.rank && s->rank[i] == shape.rank; k++) {
		if (shape.dim[k] > 0)
			axis_set(s, axis_of((Ref){i}, k), shape.dim[k], i);
		else if (shape.dim[k] < 0)
			axis_join(s, axis_of((Ref){i}, k), 2 * s->g->node.n - shape.dim[k] - 1);
	}
}

static Shape
declared_shape(const Graph *g, const Node *n)
{
	switch ((Op)n->op) {
	case OP_PARAM: return g->param.v[n->attr.index].shape;
	case OP_INPUT: return g->input.v[n->attr.index].shape;
	case OP_DELAY:
	case OP_STATE: return g->state.v[n->attr.slot.state].shape;
	case OP_INIT: return g->state.v[n->attr.index].shape;
	default: return n->shape;
	}
}

static ShapeSolver *
solver_new(Graph *g)
{
	ShapeSolver *s = arena_alloc(g->arena, sizeof *s);
	size_t n = (size_t)g->node.n;
	int32_t naxis = 2 * g->node.n + g->ndim;
	s->g = g;
	s->naxis = naxis;
	s->rank = arena_alloc(g->arena, n + 1);
	s->reported = arena_alloc(g->arena, n + 1);
	s->axis = arena_alloc(g->arena, ((size_t)naxis + 1) * sizeof *s->axis);
	s->initial = arena_alloc(g->arena, ((size_t)g->state.n + 1) * sizeof *s->initial);
	memset(s->rank, RANK_UNKNOWN, n);
	Ref *param = arena_alloc(g->arena, ((size_t)g->param.n + 1) * sizeof *param);
	for (int32_t i = 0; i < g->node.n; i++)
		if (g->node.v[i]->op == OP_PARAM)
			param[g->node.v[i]->attr.index + 1].i = i;
	for (int k = 0; k < g->state.n; k++)
		s->initial[k] = g->state.v[k].from_param ? param[g->state.v[k].from_param] : REF_NONE;
	for (int32_t a = 0; a < naxis; a++)
		s->axis[a].parent = a;
	for (int32_t i = 0; i < g->node.n; i++) {
		declare(s, i, declared_shape(g, g->node.v[i]));
		declare(s, i, g->node.v[i]->shape);
	}
	return s;
}

/* Could the file's array be this parameter? A vector may be stored as one row or one column. */
static bool
file_shape_fits(ShapeSolver *s, Ref r, const ParamInfo *p, Shape *out)
{
	int rank = shape_rank(s, r);
	if (p->file_rank > 2)
		return false;
	for (int k = 0; k < p->file_rank; k++)
		if (p->file_dim[k] < 1 || p->file_dim[k] > INT32_MAX)
			return false;
	int64_t m = p->file_rank > 0 ? p->file_dim[0] : 1, n = p->file_rank > 1 ? p->file_dim[1] : 1;
	*out = (Shape){(int8_t)p->file_rank, {(int32_t)m, (int32_t)n}};
	if (rank == 0 && m == 1 && n == 1)
		*out = shape_scalar();
	else if (rank == 1 && p->file_rank == 2 && (m == 1 || n == 1))
		*out = shape_vector((int32_t)(m * n));
	else if (rank == 2 && p->file_rank == 1 && shape_dim(s, r, 0) == 1 && shape_dim(s, r, 1))
		*out = shape_matrix(1, (int32_t)m);
	if (rank != RANK_UNKNOWN && rank != out->rank)
		return false;
	for (int k = 0; k < out->rank; k++) {
		int32_t d = shape_dim(s, r, k);
		if (d && d != out->dim[k])
			return false;
	}
	return true;
}

/* The parameter or initial state that a node stands for, if a file has it. */
static ParamInfo *
stored_info(const Graph *g, const Node *n)
{
	ParamInfo *p = n->op == OP_PARAM   ? &g->param.v[n->attr.index]
		       : n->op == OP_DELAY ? &g->state.v[n->attr.slot.state].init
					   : NULL;
	return p && p->file_rank != RANK_UNKNOWN && !p->misfit ? p : NULL;
}

/* A shape that fits what is known so far is declared; the others are misfits. After each that teaches something the
 * equations have their say, so that of two that contradict each other the second is the misfit. Where all fit at once
 * (nearly always) one sweep does. */
static void
apply_file_shapes(ShapeSolver *s, bool one_by_one)
{
	Graph *g = s->g;
	bool changed = false;
	for (int32_t i = 0; i < g->node.n; i++) {
		ParamInfo *p = stored_info(g, g->node.v[i]);
		Shape shape;
		if (!p)
			continue;
		s->changed = false;
		if (file_shape_fits(s, (Ref){i}, p, &shape))
			declare(s, i, shape);
		else
			p->misfit = true;
		changed |= s->changed;
		if (s->changed && one_by_one)
			sweep(s);
	}
	if (changed && !one_by_one)
		sweep(s);
}

static void
guess_scalars(ShapeSolver *s)
{
	for (int32_t i = 0; i < s->g->node.n; i++)
		if (s->rank[i] == RANK_UNKNOWN)
			s->rank[i] = 0;
	sweep(s);
}

static void
list_unknown(const Graph *g, const char *name, Shape shape, Text *unknown)
{
	const char *item = arena_printf(g->arena, "'%s' %s", name, shape_text(g->arena, shape));
	if (unknown->n < 200 && !(unknown->n && strstr(unknown->v, item)))
		text_add(unknown, "%s%s", unknown->n ? ", " : "", item);
}

/* Writes the solution into the graph; lists what is still unknown. */
static void
write_back(ShapeSolver *s, Text *unknown)
{
	Graph *g = s->g;
	for (int32_t i = 0; i < g->node.n; i++) {
		Node *n = g->node.v[i];
		n->shape = solved_shape(s, (Ref){i});
		const char *name = NULL;
		if (n->op == OP_PARAM) {
			g->param.v[n->attr.index].shape = n->shape;
			name = g->param.v[n->attr.index].name;
		} else if (n->op == OP_INPUT) {
			g->input.v[n->attr.index].shape = n->shape;
			name = g->input.v[n->attr.index].name;
		} else if (n->op == OP_DELAY) {
			StateInfo *state = &g->state.v[n->attr.slot.state];
			state->shape = state->init.shape = n->shape;
			name = state->name;
		} else if (n->op == OP_OUTPUT) {
			g->output.v[n->attr.index].shape = n->shape;
		}
		if (!shape_known(n->shape) && (name || !unknown->n))
			list_unknown(g, name ? name : n->name ? n->name : op_table[n->op].name, n->shape, unknown);
	}
}

static void
check_sizes(Graph *g)
{
	const int64_t most = INT64_C(1) << 28;
	for (int32_t i = 0; i < g->node.n; i++) {
		const Node *n = g->node.v[i];
		int64_t depth = n->op == OP_DELAY ? g->state.v[n->attr.slot.state].depth : 1;
		int64_t copies = (n->batched ? g->batch : 1) * (depth > 1 ? depth : 1);
		if (shape_known(n->shape) && shape_count(n->shape) > most / copies) {
			diag_error(g->diag, node_place(n),
				   "a value of shape %s%s is larger than netc compiles (2^28 numbers)",
				   shape_text(g->arena, n->shape), copies > 1 ? ", with its batch and its past," : "");
			return;
		}
	}
}

/* Negative indices count from the end; a product with a scalar is element-wise; EXPECT is done. */
static void
settle(Graph *g)
{
	Ref *to = arena_alloc(g->arena, ((size_t)g->node.n + 1) * sizeof *to);
	for (int32_t i = 0; i < g->node.n; i++) {
		Node *n = g->node.v[i];
		to[i].i = i;
		if (n->op == OP_SLICE || n->op == OP_ELEMENT) {
			int32_t size = g->node.v[n->in[0].i]->shape.dim[0];
			n->attr.range.first += n->attr.range.first <= 0 ? size : 0;
			n->attr.range.last += n->attr.range.last <= 0 ? size : 0;
		} else if (n->op == OP_MATMUL &&
			   (g->node.v[n->in[0].i]->shape.rank == 0 || g->node.v[n->in[1].i]->shape.rank == 0)) {
			n->op = OP_MUL;
		} else if (n->op == OP_EXPECT) {
			to[i] = to[n->in[0].i];
		}
	}
	graph_replace(g, to);
}

/* The guesses, level by level. */
static void
solve_by_guessing(ShapeSolver *s)
{
	for (s->guess = GUESS_MATRIX; s->guess < GUESS_SCALAR && !s->failed; s->guess++)
		sweep(s);
	if (!s->failed)
		guess_scalars(s);
	s->guess = GUESS_NOTHING;
}

/* A file's shape that contradicts what the net says without the file is the file's mistake. */
static void
find_misfits(ShapeSolver *s)
{
	const Graph *g = s->g;
	for (int32_t i = 0; i < g->node.n && !s->failed; i++) {
		ParamInfo *p = stored_info(g, g->node.v[i]);
		Shape shape;
		if (p && !file_shape_fits(s, (Ref){i}, p, &shape))
			p->misfit = true;
	}
}

static void
restore(ShapeSolver *s, const int8_t *rank, const Axis *axis)
{
	memcpy(s->rank, rank, (size_t)s->g->node.n);
	memcpy(s->axis, axis, (size_t)s->naxis * sizeof *axis);
	s->failed = false;
}

/* What is certain; then the file's shapes and the guesses, at first without a word. If that fails, the misfits of the
 * file are found and left out, and what still fails is told. */
static void
solve(ShapeSolver *s)
{
	sweep(s);
	if (s->failed)
		return;
	int8_t *rank = arena_alloc(s->g->arena, (size_t)s->g->node.n + 1);
	Axis *axis = arena_alloc(s->g->arena, ((size_t)s->naxis + 1) * sizeof *axis);
	memcpy(rank, s->rank, (size_t)s->g->node.n);
	memcpy(axis, s->axis, (size_t)s->naxis * sizeof *axis);
	s->quiet = true;
	apply_file_shapes(s, false);
	solve_by_guessing(s);
	if (s->failed) {
		restore(s, rank, axis);
		solve_by_guessing(s);
		find_misfits(s);
		restore(s, rank, axis);
		s->quiet = false;
		apply_file_shapes(s, true);
		solve_by_guessing(s);
	}
	s->quiet = false;
}

void
pass_shape(Graph *g)
{
	ShapeSolver *s = solver_new(g);
	Text unknown = {0};
	solve(s);
	write_back(s, &unknown);
	if (!s->failed && unknown.n)
		g->unknown = arena_strndup(g->arena, unknown.v, unknown.n);
	else if (!s->failed)
		check_sizes(g);
	if (!s->failed && !unknown.n)
		settle(g);
	text_free(&unknown);
}
