/* recur.c: Recur(cell, h0) and Recurrence(cell): a cell with an explicit state becomes a recurrent layer.
 *
 * The cell is cell(h, x) → h | (h, y) or cell(x, h) → h | (y, h). Which argument is the state is found, in this order,
 * by what is returned under an argument's name, by the names of the arguments, and by a tuple of initial values or of
 * names; what is then still open is asked of the shapes (UNSURE_… in lower.h). The state's leaves become delayed
 * values, as if the cell had been written with y{-1}. */
#include "value.h"
#include <string.h>

typedef struct {
	const Func *func;
	const Pattern *state, *input;
	bool state_first;  /* cell(h, x) */
	bool result_first; /* (h, y) */
	bool result_named; /* the names say which */
} CellForm;

static const Func *
cell_func(const Value *cell)
{
	if (cell->kind == V_FUNC)
		return cell->u.func->func;
	if (cell->kind == V_MODEL && cell->u.model->kind == MODEL_STRUCT)
		return cell->u.model->type->decl->u.type.body;
	return NULL;
}

static bool
starts_with_one_of(const char *name, const char *const *word, int n)
{
	for (int i = 0; name && i < n; i++) {
		size_t len = strlen(word[i]);
		if (strncmp(name, word[i], len) != 0)
			continue;
		bool rest_is_letters = name[len] >= 'a' && name[len] <= 'z';
		if (len > 2 || !rest_is_letters)
			return true;
	}
	return false;
}

static bool
looks_like_state(const Pattern *p)
{
	static const char *const word[] = {"h", "s", "c", "hidden", "state", "carry", "memory", "hc"};
	return p->tuple || starts_with_one_of(p->name, word, COUNT(word));
}

static bool
looks_like_input(const Pattern *p)
{
	static const char *const word[] = {"x", "u", "in", "input", "xt"};
	return starts_with_one_of(p->name, word, COUNT(word));
}

static const Stmt *
last_statement(const Func *f)
{
	const Stmt *s = f->body;
	while (s && s->next)
		s = s->next;
	return s;
}

/* The element of the returned tuple that is the state: 0, 1, or -1 if the names do not say. */
static int
returned_state(const Func *f, const Pattern *state)
{
	const Expr *e = last_statement(f)->value;
	if (e->kind != EX_TUPLE || e->u.tuple.n != 2 || !state->name)
		return -1;
	const Arg *a = e->u.tuple.item;
	for (int i = 0; a; a = a->next, i++)
		if (a->value->kind == EX_NAME && a->value->u.name == state->name)
			return i;
	return -1;
}

static bool
returns_by_name(const Func *f, const Pattern *p)
{
	const Expr *e = last_statement(f)->value;
	const Pattern *to = last_statement(f)->pattern;
	if (!p->name)
		return false;
	return returned_state(f, p) >= 0 || (e->kind == EX_NAME && e->u.name == p->name) || (to && to->name == p->name);
}

/* 0 or 1: which of two arguments is the state; -1: nothing tells. */
static int
which_is_state(const Func *f, const Pattern *a, const Pattern *b, const Value *initial)
{
	const Pattern *p[2] = {a, b};
	bool (*const tells[])(const Pattern *) = {looks_like_state, looks_like_input};
	if (returns_by_name(f, a) != returns_by_name(f, b))
		return returns_by_name(f, a) ? 0 : 1;
	if (a->tuple != b->tuple && initial && initial->kind == V_TUPLE)
		return a->tuple ? 0 : 1;
	for (int k = 0; k < COUNT(tells); k++)
		if (tells[k](p[0]) != tells[k](p[1]))
			return tells[k](p[0]) ? k : 1 - k;
	return -1;
}

static bool
cell_form(Lower *l, const Model *m, CellForm *form)
{
	const Value *cell = &m->child[0], *initial = m->op.kind == V_ERROR ? NULL : &m->op;
	const Func *f = cell_func(cell);
	const Param *p = f ? f->param : NULL;
	if (!p || !p->next || (p->next->next && !p->next->next->value && !p->next->next->keyword)) {
		lower_error(l, cell->at.hi ? cell->at : m->at,
			    "a cell is a function of two arguments, the state and the input, such as cell(h, x)");
		return false;
	}
	const Pattern *a = p->pattern, *b = p->next->pattern;
	int state = which_is_state(f, a, b, initial);
	if (state < 0) {
		state = l->options->guess & UNSURE_ARGUMENT ? 1 : 0;
		l->unsure |= UNSURE_ARGUMENT;
		l->unsure_at = f->head_at;
	}
	*form = (CellForm){.func = f,
			   .state = state ? b : a,
			   .input = state ? a : b,
			   .state_first = state == 0,
			   .result_first = state == 0};
	int returned = returned_state(f, form->state);
	form->result_named = returned >= 0;
	if (returned >= 0)
		form->result_first = returned == 0;
	return true;
}

/* The names of the state's leaves: from the argument, or from "h, c = state" in the body. */
static const Pattern *
state_pattern(const CellForm *f)
{
	if (f->state->tuple)
		return f->state;
	for (const Stmt *s = f->func->body; s; s = s->next)
		if (s->pattern && s->pattern->tuple && s->value->kind == EX_NAME && s->value->u.name == f->state->name)
			return s->pattern;
	return f->state;
}

typedef TABLE(Binding *) Leaves;

/* The past of the state: a delay per leaf, in the shape of the initial value and of the pattern. */
static Value
past_state(Lower *l, const Model *m, const Pattern *p, const Value *initial, const char *base, Leaves *leaves)
{
	if ((p && p->tuple) || (initial && initial->kind == V_TUPLE)) {
		const Pattern *q = p && p->tuple ? p->item : NULL;
		int n = 0, given = initial && initial->kind == V_TUPLE ? initial->u.list->n : -1;
		for (const Pattern *r = q; r; r = r->next)
			n++;
		if (q && initial && given != n) {
			lower_error(l, initial->at, "the state of this cell has %d parts; found %s", n,
				    value_what(initial));
			return value_error();
		}
		n = q ? n : given;
		Value *v = arena_alloc(l->arena, ((size_t)n + 1) * sizeof *v);
		for (int i = 0; i < n; i++, q = q ? q->next : NULL)
			v[i] = past_state(l, m, q, given >= 0 ? &initial->u.list->v[i] : NULL,
					  arena_printf(l->arena, "%s%d", base, i + 1), leaves);
		return value_tuple(l, v, n, m->at);
	}
	Binding *b = arena_alloc(l->arena, sizeof *b);
	b->name = intern(l->arena, p && p->name ? p->name : base);
	b->at = p ? p->at : m->at;
	b->used = true;
	*table_push(l->arena, leaves) = b;
	int32_t state = state_of(l, b, m);
	if (initial)
		state_set_initial(l, &l->g->state.v[state], *initial);
	return delay_of(l, b, l->flip ? 1 : -1, m->at);
}

/* Stores the new state into the leaves, in the order past_state made them. */
static void
keep_state(Lower *l, Value v, Leaves *leaves, int *next, Span at)
{
	if (v.kind == V_TUPLE) {
		for (int i = 0; i < v.u.list->n; i++)
			keep_state(l, v.u.list->v[i], leaves, next, at);
		return;
	}
	if (*next < leaves->n) {
		leaves->v[*next]->value = v;
		leaves->v[*next]->done = true;
	}
	++*next;
}

static bool
same_structure(const Value *a, const Value *b)
{
	if (a->kind != V_TUPLE || b->kind != V_TUPLE)
		return a->kind != V_TUPLE && b->kind != V_TUPLE;
	if (a->u.list->n != b->u.list->n)
		return false;
	for (int i = 0; i < a->u.list->n; i++)
		if (!same_structure(&a->u.list->v[i], &b->u.list->v[i]))
			return false;
	return true;
}

static bool
could_be_either(const Value *past, const Value *result)
{
	return result->kind == V_TUPLE && result->u.list->n == 2 && same_structure(past, &result->u.list->v[0]) &&
	       same_structure(past, &result->u.list->v[1]);
}

/* Splits what the cell returned: the state alone, or the state and the output. */
static bool
split_result(const CellForm *f, const Value *past, const Value *result, Value *state, Value *y)
{
	if (result->kind == V_TUPLE && result->u.list->n == 2) {
		const Value *pair = result->u.list->v;
		const Value *s = &pair[f->result_first ? 0 : 1];
		if (same_structure(past, s)) {
			*state = *s;
			*y = pair[f->result_first ? 1 : 0];
			return true;
		}
	}
	if (!same_structure(past, result))
		return false;
	*state = *y = *result;
	while (y->kind == V_TUPLE && y->u.list->n) /* (h, c): the output is h */
		*y = y->u.list->v[0];
	return true;
}

Value
recur_call(Lower *l, Model *m, Args *args)
{
	CellForm f;
	if (!cell_form(l, m, &f))
		return value_error();
	if (args->n != 1) {
		lower_error(l, args->at, "a recurrent cell takes one input here; found %d", args->n);
		return value_error();
	}
	Leaves leaves = {0};
	const Value *initial = m->op.kind == V_ERROR ? NULL : &m->op;
	Value past = past_state(l, m, state_pattern(&f), initial, f.state->name ? f.state->name : "state", &leaves);
	if (past.kind == V_ERROR)
		return past;
	ArgValue v[2] = {{.value = f.state_first ? past : args->v[0].value},
			 {.value = f.state_first ? args->v[0].value : past}};
	Args cell_args = {v, 2, false, args->at, f.state_first ? 1 : 0};
	Value result = call_value(l, m->child[0], &cell_args), state, y;
	bool ok = result.kind != V_ERROR;
	if (ok && !f.result_named && could_be_either(&past, &result)) {
		l->unsure |= UNSURE_RESULT;
		f.result_first ^= (l->options->guess & UNSURE_RESULT) != 0;
	}
	if (ok && !split_result(&f, &past, &result, &state, &y)) {
		lower_error(l, f.func->head_at,
			    "this cell returns %s; wanted the new state, or the new state and an output",
			    result.kind == V_TUPLE ? arena_printf(l->arena, "a tuple of %d", result.u.list->n)
						   : value_what(&result));
		ok = false;
	}
	int next = 0;
	if (ok)
		keep_state(l, state, &leaves, &next, m->at);
	for (; next < leaves.n; next++) {
		leaves.v[next]->value = value_error();
		leaves.v[next]->done = true;
	}
	return ok ? y : value_error();
}
