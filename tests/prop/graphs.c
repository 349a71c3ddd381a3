/* graphs.c: random graphs, made with the builders of ir.h. */
#include "prop.h"

static Shape
random_shape(Case *c)
{
	int m = c->dim[below(c, 3)], n = c->dim[below(c, 3)];
	switch (below(c, 12)) {
	case 0: return shape_scalar();
	case 1: return shape_vector(1);
	case 2: return shape_matrix(1, n);
	case 3: return shape_matrix(m, 1);
	case 4:
	case 5: return shape_matrix(m, n);
	default: return shape_vector(n);
	}
}

/* The rules of shapes once more, forward only and on known shapes. RANK_UNKNOWN: the operands do not fit. */
static int32_t
broadcast_dim(int32_t m, int32_t n)
{
	return m == n || n == 1 ? m : m == 1 ? n : -1;
}

static Shape
checked(Shape s)
{
	for (int k = 0; k < s.rank; k++)
		if (s.dim[k] < 1)
			return shape_unknown();
	return s;
}

static Shape
broadcast_shape(Shape a, Shape b)
{
	if (a.rank == 0)
		return b;
	if (b.rank == 0)
		return a;
	if (a.rank == 1 && b.rank == 1)
		return checked(shape_vector(broadcast_dim(a.dim[0], b.dim[0])));
	if (a.rank == 2 && b.rank == 2)
		return checked(shape_matrix(broadcast_dim(a.dim[0], b.dim[0]), broadcast_dim(a.dim[1], b.dim[1])));
	Shape v = a.rank == 1 ? a : b, m = a.rank == 1 ? b : a;
	if (m.dim[0] == 1)
		return checked(shape_vector(broadcast_dim(v.dim[0], m.dim[1])));
	if (m.dim[1] == 1)
		return checked(shape_vector(broadcast_dim(v.dim[0], m.dim[0])));
	return checked(shape_matrix(m.dim[0], broadcast_dim(v.dim[0], m.dim[1])));
}

static Shape
product_shape(Shape a, Shape b)
{
	if (a.rank == 0 || b.rank == 0)
		return a.rank == 0 ? b : a;
	if (a.dim[a.rank - 1] != b.dim[0])
		return shape_unknown();
	if (a.rank == 1)
		return b.rank == 1 ? shape_unknown() : shape_vector(b.dim[1]);
	return b.rank == 1 ? shape_vector(a.dim[0]) : shape_matrix(a.dim[0], b.dim[1]);
}

static Shape
joined_shape(const Shape *in, int n)
{
	int32_t sum = 0;
	for (int k = 0; k < n; k++) {
		if (in[k].rank == 2)
			return shape_unknown();
		sum += in[k].rank == 1 ? in[k].dim[0] : 1;
	}
	return shape_vector(sum);
}

static Shape
part_shape(Op op, Attr attr, Shape in)
{
	int32_t first = attr.range.first, last = attr.range.last;
	if (in.rank != 1)
		return shape_unknown();
	first += first <= 0 ? in.dim[0] : 0;
	last += last <= 0 ? in.dim[0] : 0;
	if (first < 1 || last < first || last > in.dim[0] || (op == OP_ELEMENT && first != last))
		return shape_unknown();
	return op == OP_ELEMENT ? shape_scalar() : shape_vector(last - first + 1);
}

static Shape
result_shape(Op op, Attr attr, const Shape *in, int nin)
{
	switch (op) {
	case OP_MATMUL: return product_shape(in[0], in[1]);
	case OP_AFFINE: return attr.sum.addends ? in[0] : product_shape(in[0], in[1]);
	case OP_SUM:
	case OP_MEAN:
	case OP_MAXIMUM:
	case OP_MINIMUM: return shape_scalar();
	case OP_SOFTMAX:
	case OP_LOGSOFTMAX: return in[0].rank == 1 ? in[0] : shape_unknown();
	case OP_CONCAT: return joined_shape(in, nin);
	case OP_SLICE:
	case OP_ELEMENT: return part_shape(op, attr, in[0]);
	case OP_GATHER:
		return in[0].rank == 2 && (in[1].rank == 0 || (in[1].rank == 1 && in[1].dim[0] == 1))
			       ? shape_vector(in[0].dim[1])
			       : shape_unknown();
	default: return nin == 2 ? broadcast_shape(in[0], in[1]) : in[0];
	}
}

/* Graphs. */
static const char *
random_name(Case *c, const char *stem, int i)
{
	static const char *const odd[] = {
		"σ",         "a.b", "with \"quotes\"", "back\\slash", "\\x41", "tab\there", "″", "int", "%1 #", "%d%s",
		"new\nline", ""};
	if (chance(c, 70))
		return arena_printf(c->arena, "%s%d", stem, i);
	return arena_printf(c->arena, "%s%d%s", odd[below(c, COUNT(odd))], i, stem);
}

static void
note_shape(Case *c, Ref r, Shape s)
{
	c->expected[r.i] = s;
}

static ParamInfo
random_param(Case *c, const char *name, Shape shape)
{
	ParamInfo p = {.name = name, .shape = shape, .file_rank = RANK_UNKNOWN, .fill = 1};
	p.init = (InitKind)below(c, INIT_NORMAL + 1);
	p.fill = p.init == INIT_FILL ? signed_unit(c) : 1;
	p.optional = chance(c, 30);
	p.trainable = chance(c, 80);
	return p;
}

static void
add_leaves(Case *c)
{
	Graph *g = c->g;
	int nin = between(c, 1, 3), nparam = between(c, 1, 5), nconst = between(c, 0, 4);
	static const double number[] = {0, 1, -1, 2, 0.5, 3, -0.25, 1e-3};
	for (int i = 0; i < nin; i++) {
		Ref r = graph_add(g, OP_INPUT, 0, NULL);
		Shape s = chance(c, 80) ? shape_vector(c->dim[below(c, 3)]) : random_shape(c);
		graph_node(g, r)->attr.index = i;
		*table_push(c->arena, &g->input) = (PortInfo){.name = random_name(c, "x", i), .node = r, .shape = s};
		note_shape(c, r, s);
	}
	for (int i = 0; i < nparam; i++) {
		Ref r = graph_add(g, OP_PARAM, 0, NULL);
		Shape s = chance(c, 50) ? shape_matrix(c->dim[below(c, 3)], c->dim[below(c, 3)]) : random_shape(c);
		graph_node(g, r)->attr.index = i;
		*table_push(c->arena, &g->param) = random_param(c, random_name(c, "W", i), s);
		note_shape(c, r, s);
	}
	for (int i = 0; i < nconst; i++)
		note_shape(c, graph_number(g, chance(c, 70) ? number[below(c, COUNT(number))] : signed_unit(c)),
			   shape_scalar());
}

/* A state and its delays; their operand is themselves until patch_delays. */
static void
add_state(Case *c, int state, bool ahead)
{
	Graph *g = c->g;
	StateInfo s = {.name = random_name(c, "y", state), .shape = random_shape(c)};
	int ndelay = between(c, 1, 3), nlook = ahead ? between(c, 1, 2) : 0;
	s.init = random_param(c, s.name, s.shape);
	int first = g->node.n;
	for (int k = 0; k < ndelay + nlook; k++) {
		Ref r = graph_add1(g, OP_DELAY, (Ref){first});
		int32_t depth = k < ndelay && !(ahead && chance(c, 50)) ? between(c, 1, 4) : -between(c, 1, 3);
		graph_node(g, r)->attr.slot.state = state;
		graph_node(g, r)->attr.slot.depth = depth;
		note_shape(c, r, s.shape);
		if (depth > s.depth)
			s.depth = depth;
	}
	*table_push(c->arena, &g->state) = s;
}

static Ref
any_node(Case *c)
{
	/* Recent nodes more often: graphs grow deep. */
	int n = c->g->node.n;
	return (Ref){chance(c, 50) ? below(c, n) : n - 1 - below(c, n < 6 ? n : 6)};
}

static bool
is_risky(Op op)
{
	switch (op) {
	case OP_SQRT:
	case OP_LOG:
	case OP_EXP:
	case OP_DIV:
	case OP_POW:
	case OP_GATHER: return true;
	default: return false;
	}
}

/* The operand of exp, log and the like, brought where they are tame, nearly always. */
static Ref
tamed(Case *c, Op op, Ref r, int operand)
{
	Graph *g = c->g;
	Shape s = c->expected[r.i];
	if (!is_risky(op) || (!c->tame && chance(c, 10)) || (op == OP_DIV && operand == 0) ||
	    (op == OP_GATHER && !c->tame))
		return r;
	if (op == OP_GATHER) {
		if (operand == 1)
			note_shape(c, r = graph_number(g, between(c, -1, 5)), shape_scalar());
		return r;
	}
	if (op == OP_POW && operand == 1) {
		static const double exponent[] = {0, 1, 2, 3, 0.5, -1};
		note_shape(c, r = graph_number(g, exponent[below(c, COUNT(exponent))]), shape_scalar());
		return r;
	}
	note_shape(c, r = graph_add1(g, OP_SIGMOID, r), s);
	return r;
}

static Attr
random_range(Case *c, Op op, Shape in)
{
	Attr a = {0};
	int n = in.rank == 1 ? in.dim[0] : 1, first = between(c, 1, n),
	    last = op == OP_SLICE ? between(c, first, n) : first;
	bool from_end = chance(c, 30);
	a.range.first = from_end ? first - n : first;
	a.range.last = from_end || chance(c, 20) ? last - n : last;
	if (op == OP_ELEMENT)
		a.range.last = a.range.first;
	return a;
}

static bool
is_builder_op(Op op)
{
	switch (op) {
	case OP_INPUT:
	case OP_PARAM:
	case OP_CONST:
	case OP_STATE:
	case OP_INIT:
	case OP_DELAY:
	case OP_UPDATE:
	case OP_OUTPUT: return false;
	default: return !op_table[op].internal;
	}
}

static Ref
add_matrix(Case *c, int32_t rows, int32_t columns)
{
	Graph *g = c->g;
	int i = g->param.n;
	Ref r = graph_add(g, OP_PARAM, 0, NULL);
	graph_node(g, r)->attr.index = i;
	*table_push(c->arena, &g->param) = random_param(c, random_name(c, "M", i), shape_matrix(rows, columns));
	if (c->expected)
		note_shape(c, r, shape_matrix(rows, columns));
	return r;
}

/* A random node with a vector, of n features unless n is 0; itself -1 where none was found. */
static Ref
any_vector(Case *c, int32_t n)
{
	for (int tries = 0; tries < 12; tries++) {
		Ref r = any_node(c);
		Shape s = c->expected[r.i];
		if (s.rank == 1 && (!n || s.dim[0] == n))
			return r;
	}
	return (Ref){-1};
}

/* Sums of what the merge pass takes together, and of what it does not. */
static void
add_affine(Case *c)
{
	Ref in[6], first = any_vector(c, 0);
	int nin = 0, pairs = between(c, 1, 2);
	int32_t n = ref_ok(first) ? c->expected[first.i].dim[0] : c->dim[0];
	Attr attr = {0};
	for (int k = below(c, 3); k > 0 && ref_ok(in[nin] = any_vector(c, n)); k--)
		attr.sum.addends = ++nin;
	for (int k = 0; k < pairs; k++) {
		Ref v = any_vector(c, 0);
		if (!ref_ok(v))
			return;
		int32_t inner = c->expected[v.i].dim[0];
		bool left = chance(c, 60);
		Ref w = left ? add_matrix(c, inner, n) : add_matrix(c, n, inner);
		in[nin++] = left ? v : w;
		in[nin++] = left ? w : v;
	}
	Ref r = graph_add(c->g, OP_AFFINE, nin, in);
	graph_node(c->g, r)->attr = attr;
	note_shape(c, r, shape_vector(n));
}

/* One random operator on random operands that fit. */
static void
add_node(Case *c)
{
	Graph *g = c->g;
	Op op = (Op)below(c, OP_COUNT);
	if (!is_builder_op(op) || (strcmp(op_table[op].name, "last") == 0 && !chance(c, 10)))
		return;
	if (op == OP_AFFINE) {
		add_affine(c);
		return;
	}
	int nin = op_table[op].nin >= 0 ? op_table[op].nin : between(c, 1, 4);
	Ref in[4];
	Shape shape[4] = {{0}};
	for (int k = 0; k < nin; k++) {
		in[k] = any_node(c);
		shape[k] = c->expected[in[k].i];
	}
	Attr attr = op_table[op].attr == ATTR_RANGE ? random_range(c, op, shape[0]) : (Attr){0};
	if (result_shape(op, attr, shape, nin).rank == RANK_UNKNOWN)
		return;
	for (int k = 0; k < nin; k++) {
		in[k] = tamed(c, op, in[k], k);
		shape[k] = c->expected[in[k].i];
	}
	Ref r = graph_add(g, op, nin, in);
	graph_node(g, r)->attr = attr;
	note_shape(c, r, result_shape(op, attr, shape, nin));
	if (c->tame && chance(c, 30) && op != OP_TANH) {
		r = graph_add1(g, OP_TANH, r);
		note_shape(c, r, c->expected[r.i - 1]);
	}
	Node *n = graph_node(g, r);
	if (chance(c, 20))
		n->name = random_name(c, "v", r.i);
	if (chance(c, 20))
		n->path = random_name(c, "model = T › ", r.i);
}

/* An operator that is there already, once more, or with its operands swapped: for cse. */
static void
add_twin(Case *c)
{
	Graph *g = c->g;
	const Node *n = graph_node(g, any_node(c));
	if (n->nin == 0 || n->nin > 4 || n->op == OP_DELAY)
		return;
	bool swap = n->nin == 2 && chance(c, 50);
	Ref in[4];
	Shape shape[4] = {{0}};
	for (int k = 0; k < n->nin; k++) {
		in[k] = n->in[swap ? 1 - k : k];
		shape[k] = c->expected[in[k].i];
	}
	Shape result = result_shape((Op)n->op, n->attr, shape, n->nin);
	if (result.rank == RANK_UNKNOWN || (swap && c->tame && is_risky((Op)n->op)))
		return;
	Ref r = graph_add(g, (Op)n->op, n->nin, in);
	graph_node(g, r)->attr = n->attr;
	note_shape(c, r, result);
}

static void
patch_delays(Case *c)
{
	Graph *g = c->g;
	int32_t *fits = arena_alloc(c->arena, (size_t)g->node.n * sizeof *fits);
	for (int s = 0; s < g->state.n; s++) {
		int n = 0;
		for (int32_t i = 0; i < g->node.n; i++)
			if (shape_equal(c->expected[i], g->state.v[s].shape))
				fits[n++] = i;
		int32_t value = fits[chance(c, 60) ? n - 1 : below(c, n)];
		for (int32_t i = 0; i < g->node.n; i++)
			if (g->node.v[i]->op == OP_DELAY && g->node.v[i]->attr.slot.state == s)
				g->node.v[i]->in[0].i = value;
	}
}

static void
add_outputs(Case *c)
{
	Graph *g = c->g;
	int n = between(c, 1, 3), nodes = g->node.n;
	for (int i = 0; i < n; i++) {
		Ref from = {chance(c, 70) ? nodes - 1 - below(c, nodes < 4 ? nodes : 4) : below(c, nodes)};
		Ref r = graph_add1(g, OP_OUTPUT, from);
		graph_node(g, r)->attr.index = i;
		note_shape(c, r, c->expected[from.i]);
		*table_push(c->arena, &g->output) = (PortInfo){.name = random_name(c, "out", i), .node = r};
	}
}

/* Some shapes are not said; whether the rest is enough is for the solver to find out. */
bool
hide_shapes(Case *c)
{
	Graph *g = c->g;
	bool hidden = false;
	for (int i = 0; i < g->param.n + g->input.n + g->state.n; i++) {
		int k = i - g->param.n;
		Shape *s = k < 0            ? &g->param.v[i].shape
			   : k < g->input.n ? &g->input.v[k].shape
					    : &g->state.v[k - g->input.n].shape;
		if (!chance(c, 12))
			continue;
		hidden = true;
		if (chance(c, 40))
			*s = shape_unknown();
		else if (s->rank)
			s->dim[below(c, s->rank)] = chance(c, 50) ? 0 : graph_fresh_dim(g);
	}
	return hidden;
}

void
make_graph(Case *c)
{
	enum { NODES_MAX = 400 };
	c->g = graph_new(c->arena, c->diag);
	c->expected = arena_alloc(c->arena, NODES_MAX * sizeof *c->expected);
	for (int k = 0; k < 3; k++)
		c->dim[k] = between(c, 1, 7);
	if (chance(c, HOISTED))
		c->dim[0] = between(c, 64, 68);
	c->g->batch = between(c, 1, 3);
	c->g->window = between(c, 1, 5);
	add_leaves(c);
	int nstate = between(c, 0, 4);
	bool ahead = chance(c, 15);
	for (int i = 0; i < nstate; i++)
		add_state(c, i, ahead && chance(c, 50));
	for (int tries = 0, first = c->g->node.n; c->g->node.n - first < c->size && tries < 50 * c->size; tries++)
		chance(c, 10) ? add_twin(c) : add_node(c);
	patch_delays(c);
	add_outputs(c);
	assert(c->g->node.n < NODES_MAX);
}

bool
check_shapes(Case *c, const Graph *g, bool all_said)
{
	for (int32_t i = 0; i < g->node.n; i++) {
		const Node *n = g->node.v[i];
		Shape in[8] = {{0}};
		if (!shape_known(n->shape))
			return fail(c, "shape: %%%d is not known", i);
		if (all_said && c->expected && !shape_equal(n->shape, c->expected[i]))
			return fail(c, "shape: %%%d is %s, wanted %s", i, shape_text(c->arena, n->shape),
				    shape_text(c->arena, c->expected[i]));
		for (int k = 0; k < n->nin && k < 8; k++)
			in[k] = g->node.v[n->in[k].i]->shape;
		if (c->expected && n->nin && n->nin <= 8 &&
		    !shape_equal(n->shape, result_shape((Op)n->op, n->attr, in, n->nin)))
			return fail(c, "shape: %%%d is %s, which does not follow from its operands", i,
				    shape_text(c->arena, n->shape));
	}
	return true;
}

void
fill_param(Case *c, ParamInfo *p)
{
	int64_t n = shape_count(p->shape);
	float *v = arena_alloc(c->arena, (size_t)n * sizeof *v);
	for (int64_t i = 0; i < n; i++)
		v[i] = (float)signed_unit(c);
	p->value = v;
}

void
fill_values(Case *c, Graph *g)
{
	for (int i = 0; i < g->param.n; i++)
		if (shape_known(g->param.v[i].shape))
			fill_param(c, &g->param.v[i]);
	for (int i = 0; i < g->state.n; i++)
		if (shape_known(g->state.v[i].shape) && !g->state.v[i].init.value && (c->tame || chance(c, 70)))
			fill_param(c, &g->state.v[i].init);
}

/* Is that operator on operands of these shapes a graph with shapes? */
static bool
operator_fits(Case *c, Op op, Attr attr, const Shape *shape, int nin)
{
	static FILE *nowhere;
	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	Graph *g = graph_new(c->arena, diag_new(c->arena, nowhere));
	Ref in[2];
	for (int k = 0; k < nin; k++) {
		in[k] = graph_add(g, OP_INPUT, 0, NULL);
		graph_node(g, in[k])->attr.index = k;
		*table_push(c->arena, &g->input) = (PortInfo){.name = "x", .node = in[k], .shape = shape[k]};
	}
	graph_node(g, graph_add(g, op, nin, in))->attr = attr;
	PassRun run = {.out = nowhere};
	return pass_run(g, "S", &run);
}

static void
add_operator(Case *c, Op op, Attr attr, const Ref *in, int nin)
{
	Graph *g = c->g;
	int i = g->output.n;
	Ref r = graph_add(g, op, nin, in);
	graph_node(g, r)->attr = attr;
	Ref out = graph_add1(g, OP_OUTPUT, r);
	graph_node(g, out)->attr.index = i;
	PortInfo port = {.name = arena_printf(c->arena, "%s%d", op_table[op].name, i), .node = out};
	*table_push(c->arena, &g->output) = port;
}

/* A sum of products wants parameters for matrices: two orders, with and without addends. */
static void
add_affine_operators(Case *c, Ref five, Ref other)
{
	Attr none = {0}, two = {.sum = {.addends = 2}};
	Ref w = add_matrix(c, 5, 4), v = add_matrix(c, 4, 5), square = add_matrix(c, 5, 5);
	add_operator(c, OP_AFFINE, none, (Ref[]){five, w}, 2);
	add_operator(c, OP_AFFINE, none, (Ref[]){v, five}, 2);
	add_operator(c, OP_AFFINE, two, (Ref[]){other, five, square, other, five, square}, 6);
}

/* Every operator of the table, on some of the shapes that fit it: no row needs a test of its own. */
void
make_operators(Case *c)
{
	const Shape shape[] = {shape_scalar(),     shape_vector(5),    shape_matrix(1, 5), shape_matrix(3, 1),
			       shape_matrix(3, 5), shape_matrix(5, 4), shape_vector(1)};
	enum { SHAPES = COUNT(shape), PER_OPERATOR = 4 };
	Graph *g = c->g = graph_new(c->arena, c->diag);
	Ref x[SHAPES], positive[SHAPES];
	g->batch = g->window = 2;
	for (int k = 0; k < SHAPES; k++) {
		x[k] = graph_add(g, OP_INPUT, 0, NULL);
		graph_node(g, x[k])->attr.index = k;
		*table_push(c->arena, &g->input) =
			(PortInfo){.name = arena_printf(c->arena, "x%d", k), .node = x[k], .shape = shape[k]};
	}
	for (int k = 0; k < SHAPES; k++)
		positive[k] = graph_add1(g, OP_SIGMOID, x[k]);
	for (int op = 0; op < OP_COUNT; op++) {
		int nin = op_table[op].nin < 0 ? 2 : op_table[op].nin, made = 0;
		Attr attr = {0};
		if (op_table[op].attr == ATTR_RANGE)
			attr.range.first = attr.range.last = 2;
		for (int tries = 0; is_builder_op((Op)op) && op != OP_AFFINE && tries < 200 && made < PER_OPERATOR;
		     tries++) {
			int k[2] = {below(c, SHAPES), below(c, SHAPES)};
			const Ref *from = is_risky((Op)op) ? positive : x;
			if (!operator_fits(c, (Op)op, attr, (Shape[]){shape[k[0]], shape[k[1]]}, nin))
				continue;
			add_operator(c, (Op)op, attr, (Ref[]){from[k[0]], from[k[1]]}, nin);
			made++;
		}
		if (!made && is_builder_op((Op)op) && op != OP_AFFINE)
			fail(c, "no shapes fit '%s'", op_table[op].name);
	}
	add_affine_operators(c, x[1], positive[1]);
	assert(g->output.n <= PORTS);
}
