/* equations.c: nets of random equations, as text and as what they mean. */
#include "prop.h"

typedef enum {
	X_INPUT,
	X_DELAY,
	X_NAME,
	X_PARAM,
	X_NUMBER,
	X_CALL,
	X_BINARY,
	X_TIMES,
	X_JOIN,
	X_PART,
	X_ELEMENT,
	X_REDUCE
} Kind;

struct Formula {
	Kind kind;
	int size;  /* features; 0: a number */
	int which; /* equation, parameter, function, operator; DELAY: -1 is the input */
	int depth; /* DELAY; TIMES: 0 row form x * W, 1 column form W * x */
	int first, last;
	double number;
	Formula *a, *b;
};

static const struct {
	const char *name;
	double (*fn)(double);
} function[] = {{"tanh", tanh}, {"σ", NULL}, {"abs", fabs}, {"relu", NULL}, {"-", NULL}};
static const char *const operator_name[] = {"+", "-", ".*", "max", "min", "./"};
static const int operator_level[] = {1, 1, 2, 0, 0, 2};
static const char *const reduction[] = {"sum", "mean", "maximum"};

static Formula *
expr_new(Case *c, Kind kind, int size)
{
	Formula *e = arena_alloc(c->arena, sizeof *e);
	e->kind = kind;
	e->size = size;
	return e;
}

static int
add_param_field(Case *c, Shape shape)
{
	ParamInfo p = {.name = arena_printf(c->arena, "W%d", c->g->param.n), .shape = shape};
	*table_push(c->arena, &c->g->param) = p;
	return c->g->param.n - 1;
}

/* A delayed field or input of that size, or NULL. */
static Formula *
random_delay(Case *c, int size)
{
	int fits[64], n = 0;
	for (int i = 0; i < c->equation.n && n < 60; i++)
		if (c->equation.v[i].size == size && c->equation.v[i].is_field)
			fits[n++] = i;
	if (c->in == size)
		fits[n++] = -1;
	if (!n)
		return NULL;
	Formula *e = expr_new(c, X_DELAY, size);
	e->which = fits[below(c, n)];
	e->depth = between(c, 1, 4);
	return e;
}

/* An earlier equation, or the input, of that size, or NULL. */
static Formula *
random_use(Case *c, int size, int upto)
{
	int fits[64], n = 0;
	for (int i = 0; i < upto && n < 60; i++)
		if (c->equation.v[i].size == size)
			fits[n++] = i;
	if (c->in == size)
		fits[n++] = -1;
	if (!n)
		return NULL;
	int which = fits[below(c, n)];
	Formula *e = expr_new(c, which < 0 ? X_INPUT : X_NAME, size);
	e->which = which;
	return e;
}

static Formula *random_expr(Case *c, int size, int upto, int depth);

static Formula *
random_number(Case *c, int upto, int depth)
{
	Formula *e;
	if (depth > 0 && chance(c, 60)) {
		e = expr_new(c, chance(c, 50) ? X_REDUCE : X_ELEMENT, 0);
		e->a = random_expr(c, c->dim[below(c, 3)], upto, depth - 1);
		e->which = below(c, COUNT(reduction));
		e->first = e->last = between(c, 1, e->a->size);
		return e;
	}
	e = expr_new(c, X_NUMBER, 0);
	e->number = between(c, 0, 8) / 4.0;
	return e;
}

static Formula *
random_leaf(Case *c, int size, int upto)
{
	Formula *e = NULL;
	if (chance(c, 40))
		e = random_delay(c, size);
	if (!e && chance(c, 70))
		e = random_use(c, size, upto);
	if (e)
		return e;
	e = expr_new(c, X_PARAM, size);
	e->which = add_param_field(c, shape_vector(size));
	return e;
}

static Formula *
random_product(Case *c, int size, int upto, int depth)
{
	Formula *e = expr_new(c, X_TIMES, size);
	int inner = c->dim[below(c, 3)];
	e->a = random_expr(c, inner, upto, depth - 1);
	e->depth = chance(c, 30);
	e->which = add_param_field(c, e->depth ? shape_matrix(size, inner) : shape_matrix(inner, size));
	return e;
}

static Formula *
random_binary(Case *c, int size, int upto, int depth)
{
	Formula *e = expr_new(c, X_BINARY, size);
	e->which = below(c, COUNT(operator_name));
	e->a = chance(c, 20) ? random_number(c, upto, depth - 1) : random_expr(c, size, upto, depth - 1);
	e->b = e->a->size && chance(c, 20) ? random_number(c, upto, depth - 1) : random_expr(c, size, upto, depth - 1);
	if (e->which == 5) { /* nothing is divided by zero */
		Formula *two = expr_new(c, X_NUMBER, 0), *abs = expr_new(c, X_CALL, e->b->size),
			*sum = expr_new(c, X_BINARY, e->b->size);
		two->number = 2;
		abs->which = 2;
		abs->a = e->b;
		sum->a = two;
		sum->b = abs;
		e->b = sum;
	}
	return e;
}

static Formula *
random_expr(Case *c, int size, int upto, int depth)
{
	Formula *e;
	if (depth <= 0)
		return random_leaf(c, size, upto);
	switch (below(c, 8)) {
	case 0:
	case 1: return random_product(c, size, upto, depth);
	case 2:
	case 3: return random_binary(c, size, upto, depth);
	case 4:
		if (size > 1) {
			e = expr_new(c, X_JOIN, size);
			e->first = between(c, 1, size - 1);
			e->a = random_expr(c, e->first, upto, depth - 1);
			e->b = random_expr(c, size - e->first, upto, depth - 1);
			return e;
		}
		return random_leaf(c, size, upto);
	case 5:
		e = expr_new(c, X_PART, size);
		e->a = random_expr(c, size + below(c, 3), upto, depth - 1);
		e->first = between(c, 1, e->a->size - size + 1);
		e->last = e->first + size - 1;
		return e;
	default:
		e = expr_new(c, X_CALL, size);
		e->which = below(c, COUNT(function));
		e->a = random_expr(c, size, upto, depth - 1);
		return e;
	}
}

static void put_expr(Case *c, const Formula *e, int level, Text *t);

static void
put_call(Case *c, const char *name, bool dotted, const Formula *a, const Formula *b, Text *t)
{
	text_add(t, "%s%s(", name, dotted ? "." : "");
	put_expr(c, a, 0, t);
	if (b) {
		text_add(t, ", ");
		put_expr(c, b, 0, t);
	}
	text_add(t, ")");
}

static void
put_infix(Case *c, const Formula *e, int level, Text *t)
{
	int mine = e->kind == X_TIMES ? 2 : operator_level[e->which];
	bool wrap = mine < level || chance(c, 10);
	text_add(t, wrap ? "(" : "");
	if (e->kind == X_TIMES && e->depth) {
		text_add(t, "W%d * ", e->which);
		put_expr(c, e->a, 3, t);
	} else if (e->kind == X_TIMES) {
		put_expr(c, e->a, 2, t);
		text_add(t, " * W%d", e->which);
	} else {
		/* '+' and '-' of vectors may do without their dot; of a number and a vector too. */
		bool dot = e->which < 2 && chance(c, 50);
		put_expr(c, e->a, mine, t);
		text_add(t, " %s%s ", dot ? "." : "", operator_name[e->which]);
		put_expr(c, e->b, mine + 1, t);
	}
	text_add(t, wrap ? ")" : "");
}

/* level: 0 anything, 1 a term of a sum on its left, 2 a factor on its left …, 3 an operand of a unary minus. */
static void
put_expr(Case *c, const Formula *e, int level, Text *t)
{
	const char *name;
	switch (e->kind) {
	case X_INPUT: text_add(t, "x"); break;
	case X_DELAY:
		name = e->which < 0 ? "x" : c->equation.v[e->which].name;
		text_add(t, chance(c, 50) ? "%s{-%d}" : "%s<-%d>", name, e->depth);
		break;
	case X_NAME: text_add(t, "%s", c->equation.v[e->which].name); break;
	case X_PARAM: text_add(t, "W%d", e->which); break;
	case X_NUMBER: text_add(t, "%g", e->number); break;
	case X_CALL:
		if (strcmp(function[e->which].name, "-") == 0) {
			text_add(t, "(-");
			put_expr(c, e->a, 3, t);
			text_add(t, ")");
		} else {
			put_call(c, function[e->which].name, chance(c, 50), e->a, NULL, t);
		}
		break;
	case X_BINARY:
		if (!operator_level[e->which])
			put_call(c, operator_name[e->which], true, e->a, e->b, t);
		else
			put_infix(c, e, level, t);
		break;
	case X_TIMES: put_infix(c, e, level, t); break;
	case X_JOIN: put_call(c, chance(c, 70) ? "vcat" : "hcat", false, e->a, e->b, t); break;
	case X_REDUCE: put_call(c, reduction[e->which], false, e->a, NULL, t); break;
	case X_PART:
	case X_ELEMENT:
		text_add(t, "(");
		put_expr(c, e->a, 0, t);
		if (e->last == e->a->size && chance(c, 50))
			text_add(t, e->kind == X_PART ? ")[%d:end]" : ")[end]", e->first);
		else
			text_add(t, e->kind == X_PART ? ")[%d:%d]" : ")[%d]", e->first, e->last);
		break;
	}
}

/* The meaning: the value of equation i at step t, counted from the reset. One batch row. */
typedef struct {
	Case *c;
	const Graph *g;  /* for the values of its parameters */
	const double *x; /* [step][in] */
	double ***value; /* [step][equation] */
} Meaning;

static const double *meaning_of(Meaning *m, const Formula *e, int t);

static const double *
equation_at(Meaning *m, int i, int t)
{
	const Equation *q = &m->c->equation.v[i];
	if (t >= 0 && m->value[t][i])
		return m->value[t][i];
	double *v = arena_alloc(m->c->arena, (size_t)q->size * sizeof *v);
	if (t < 0) {
		for (int k = 0; k < q->size; k++)
			v[k] = q->initial;
		return v;
	}
	const double *from = meaning_of(m, q->value, t);
	memcpy(v, from, (size_t)q->size * sizeof *v);
	return m->value[t][i] = v;
}

static const float *
param_value(const Meaning *m, int which)
{
	char name[16];
	snprintf(name, sizeof name, "W%d", which);
	for (int i = 0; i < m->g->param.n; i++)
		if (strcmp(m->g->param.v[i].name, name) == 0)
			return m->g->param.v[i].value;
	return NULL;
}

static double
apply_function(int which, double x)
{
	switch (which) {
	case 1: return 1 / (1 + exp(-x));
	case 3: return x > 0 ? x : 0;
	case 4: return -x;
	default: return function[which].fn(x);
	}
}

static double
apply_operator(int which, double a, double b)
{
	switch (which) {
	case 0: return a + b;
	case 1: return a - b;
	case 2: return a * b;
	case 3: return a > b ? a : b;
	case 4: return a < b ? a : b;
	default: return a / b;
	}
}

static double
apply_reduction(int which, const double *v, int n)
{
	double sum = 0, most = v[0];
	for (int k = 0; k < n; k++) {
		sum += v[k];
		most = v[k] > most ? v[k] : most;
	}
	return which == 0 ? sum : which == 1 ? sum / n : most;
}

static void
product(const Meaning *m, const Formula *e, const double *a, double *v)
{
	const float *w = param_value(m, e->which);
	int inner = e->a->size;
	assert(w);
	for (int j = 0; j < e->size; j++) {
		v[j] = 0;
		for (int k = 0; k < inner; k++)
			v[j] += a[k] * (double)(e->depth ? w[j * inner + k] : w[k * e->size + j]);
	}
}

/* Formulas without operands. */
static const double *
leaf_meaning(Meaning *m, const Formula *e, int t)
{
	int n = e->size ? e->size : 1, from = e->kind == X_DELAY ? t - e->depth : t;
	if ((e->kind == X_DELAY || e->kind == X_NAME) && e->which >= 0)
		return equation_at(m, e->which, from);
	if ((e->kind == X_DELAY || e->kind == X_INPUT) && from >= 0)
		return m->x + (int64_t)from * m->c->in;
	double *v = arena_alloc(m->c->arena, (size_t)n * sizeof *v);
	const float *w = e->kind == X_PARAM ? param_value(m, e->which) : NULL;
	for (int k = 0; k < n; k++)
		v[k] = w ? (double)w[k] : e->number;
	return v;
}

static const double *
meaning_of(Meaning *m, const Formula *e, int t)
{
	if (!e->a)
		return leaf_meaning(m, e, t);
	int n = e->size ? e->size : 1;
	double *v = arena_alloc(m->c->arena, (size_t)n * sizeof *v);
	assert(v);
	const double *a = meaning_of(m, e->a, t), *b = e->b ? meaning_of(m, e->b, t) : NULL;
	if (e->kind == X_TIMES)
		product(m, e, a, v);
	else if (e->kind == X_REDUCE)
		v[0] = apply_reduction(e->which, a, e->a->size);
	else if (e->kind == X_PART || e->kind == X_ELEMENT)
		return a + e->first - 1;
	for (int k = 0; k < n; k++) {
		if (e->kind == X_CALL)
			v[k] = apply_function(e->which, a[k]);
		else if (e->kind == X_BINARY && b)
			v[k] = apply_operator(e->which, a[e->a->size ? k : 0], b[e->b->size ? k : 0]);
		else if (e->kind == X_JOIN && b)
			v[k] = k < e->first ? a[k] : b[k - e->first];
	}
	return v;
}

static void
shuffle(Case *c, int *v, int n)
{
	for (int i = n - 1; i > 0; i--) {
		int k = below(c, i + 1), swap = v[i];
		v[i] = v[k];
		v[k] = swap;
	}
}

/* struct T with the equations in any order; the last one is the value. */
void
make_equations(Case *c)
{
	static const char *const letter[] = {"y", "h", "state", "z", "gate", "ŷ", "s′", "α"};
	c->g = graph_new(c->arena, c->diag); /* for its parameter table */
	for (int k = 0; k < 3; k++)
		c->dim[k] = between(c, 1, 6);
	if (chance(c, HOISTED))
		c->dim[0] = 64;
	c->in = c->dim[0];
	int n = 1 + below(c, c->size / 6 + 1);
	for (int i = 0; i < n; i++) {
		Equation *q = table_push(c->arena, &c->equation);
		snprintf(q->name, sizeof q->name, "%s%d", letter[below(c, COUNT(letter))], i);
		q->size = c->dim[below(c, 3)];
		q->is_field = chance(c, 70);
		q->initial = q->is_field && chance(c, 30);
		q->sized = chance(c, 70) || q->initial != 0;
	}
	for (int i = 0; i < n; i++) {
		c->equation.v[i].value = random_expr(c, c->equation.v[i].size, i, 1 + below(c, 4));
		*table_push(c->arena, &c->order) = i;
	}
	shuffle(c, c->order.v, n);
	Text *t = &c->source;
	text_add(t, "@net struct T\n");
	for (int i = 0; i < c->g->param.n; i++) {
		Shape s = c->g->param.v[i].shape;
		text_add(t, s.rank == 1 ? "  W%d::(%d,)\n" : "  W%d::(%d, %d)\n", i, s.dim[0], s.dim[1]);
	}
	for (int i = 0; i < n; i++)
		if (c->equation.v[i].initial != 0)
			text_add(t, "  %s = ones(%d)\n", c->equation.v[i].name, c->equation.v[i].size);
		else if (c->equation.v[i].is_field)
			text_add(t, c->equation.v[i].sized ? "  %s::(%d,)\n" : "  %s\n", c->equation.v[i].name,
				 c->equation.v[i].size);
	text_add(t, "  function (x)\n");
	for (int i = 0; i < n; i++) {
		const Equation *q = &c->equation.v[c->order.v[i]];
		text_add(t, "    %s = ", q->name);
		put_expr(c, q->value, 0, t);
		text_add(t, "\n");
	}
	text_add(t, "  end\nend\n");
}
bool
all_sized(const Case *c)
{
	for (int i = 0; i < c->equation.n; i++)
		if (!c->equation.v[i].sized)
			return false;
	return true;
}

/* A field whose size is not said may have been solved otherwise: then the net means something else. */
static bool
sizes_as_meant(const Case *c, const Graph *g)
{
	for (int i = 0; i < c->equation.n; i++)
		for (int s = 0; s < g->state.n; s++)
			if (!c->equation.v[i].sized && strcmp(g->state.v[s].name, c->equation.v[i].name) == 0 &&
			    !shape_equal(g->state.v[s].shape, shape_vector(c->equation.v[i].size)))
				return false;
	return true;
}

/* Do the equations say the same as the graph? */
bool
check_equations(Case *c, const Wanted *w)
{
	const Graph *g = w->g;
	int steps = g->window * WINDOWS, in = c->in;
	int value = c->order.v[c->order.n - 1], out = c->equation.v[value].size;
	if (!sizes_as_meant(c, g))
		return true;
	if (g->output.n != 1 || shape_count(g->output.v[0].shape) != out)
		return fail(c, "equations: the output is not the last equation");
	for (int b = 0; b < g->batch; b++) {
		Meaning m = {.c = c, .g = g};
		double *x = arena_alloc(c->arena, (size_t)steps * (size_t)in * sizeof *x);
		for (int t = 0; g->input.n && t < steps; t++)
			memcpy(x + (int64_t)t * in, w->x.in[0] + ((int64_t)t * g->batch + b) * in,
			       (size_t)in * sizeof *x);
		m.x = x;
		m.value = arena_alloc(c->arena, (size_t)steps * sizeof *m.value);
		for (int t = 0; t < steps; t++)
			m.value[t] = arena_alloc(c->arena, (size_t)c->equation.n * sizeof **m.value);
		for (int t = 0; t < steps; t++)
			if (!compare_row(c, "equations", c->equation.v[value].name, t,
					 w->live.out[0] + ((int64_t)t * g->batch + b) * out, equation_at(&m, value, t),
					 w->noisy.out[0] + ((int64_t)t * g->batch + b) * out, out, 1e-11))
				return false;
	}
	return true;
}
