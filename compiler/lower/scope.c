/* scope.c: names, equations in any order, and delays. */
#include "value.h"
#include <assert.h>
#include <string.h>

/* Equations in the order in which they are computed do not nest at all. */
enum { EQUATION_DEPTH_MAX = 500 };

Scope *
scope_new(Lower *l, Scope *up, ScopeKind kind)
{
	Scope *s = arena_alloc(l->arena, sizeof *s);
	s->up = up;
	s->up_order = INT32_MAX;
	s->kind = kind;
	return s;
}

Binding *
scope_bind(Lower *l, Scope *s, const char *name, Span at)
{
	Binding *b = arena_alloc(l->arena, sizeof *b);
	b->name = name;
	b->at = at;
	b->order = -1;
	*table_push(l->arena, &s->binding) = b;
	return b;
}

/* The binding of a name that is in sight after `order` statements of s. Where an argument is rebound, the latest
 * version before the statement counts; an equation is in sight everywhere. */
Binding *
scope_find(Scope *s, const char *name, int32_t order, Scope **where)
{
	for (; s; order = s->up_order, s = s->up) {
		Binding *first = NULL, *best = NULL;
		for (int i = 0; i < s->binding.n; i++) {
			Binding *b = s->binding.v[i];
			if (b->name != name)
				continue;
			if (!first)
				first = b;
			if (b->order < order)
				best = b;
		}
		Binding *found = first && first->order >= 0 ? first : best;
		if (found) {
			if (where)
				*where = s;
			return found;
		}
	}
	return NULL;
}

static void
bind_equation_names(Lower *l, Scope *s, const Pattern *p, Equation *e)
{
	if (p->tuple) {
		for (const Pattern *q = p->item; q; q = q->next)
			bind_equation_names(l, s, q, e);
		return;
	}
	if (!p->name)
		return;
	Binding *old = NULL;
	for (int i = 0; i < s->binding.n && !old; i++)
		if (s->binding.v[i]->name == p->name)
			old = s->binding.v[i];
	bool rebinds_argument = old && old->order < 0 && s->sequential;
	if (old && !rebinds_argument) {
		lower_error(l, p->at, "'%s' is bound twice; a body is a set of equations, so use another name",
			    p->name);
		lower_note(l, old->at, "'%s' was bound here first", p->name);
		return;
	}
	Binding *b = scope_bind(l, s, p->name, p->at);
	b->equation = e;
	b->order = e->order;
}

static bool
file_declares(Lower *l, const char *name)
{
	for (int i = 0; i < l->user->binding.n; i++)
		if (l->user->binding.v[i]->name == name && l->user->binding.v[i]->decl->kind != DECL_BIND)
			return true;
	return false;
}

static Context
context_now(const Lower *l)
{
	return (Context){l->model, l->path, l->site, l->flip};
}

void
scope_bind_body(Lower *l, Scope *s, const Stmt *body)
{
	s->context = context_now(l);
	int32_t order = 0;
	for (const Stmt *stmt = body; stmt; stmt = stmt->next, order++) {
		if (!stmt->pattern)
			continue;
		Equation *e = arena_alloc(l->arena, sizeof *e);
		*e = (Equation){.stmt = stmt, .scope = s, .order = order};
		int before = s->binding.n;
		bind_equation_names(l, s, stmt->pattern, e);
		for (int i = before; i < s->binding.n; i++) {
			const Binding *b = s->binding.v[i];
			if (file_declares(l, b->name) && lower_first_time(l, b->at))
				diag_warning(l->diag, WARN_SHADOW, b->at, "'%s' hides the declaration of that name",
					     b->name);
		}
	}
}

static int
pattern_count(const Pattern *p)
{
	int n = 0;
	for (const Pattern *q = p->item; q; q = q->next)
		n++;
	return n;
}

/* The binding that a pattern's name stands for: the equation's own, or a new one for an argument. */
static Binding *
pattern_binding(Lower *l, Scope *s, const Pattern *p, const Equation *e)
{
	for (int i = 0; e && i < s->binding.n; i++)
		if (s->binding.v[i]->name == p->name && s->binding.v[i]->equation == e)
			return s->binding.v[i];
	return e ? NULL : scope_bind(l, s, p->name, p->at);
}

static void
name_after_equation(Lower *l, const char *name, Value v)
{
	if (v.kind == V_NODE && !graph_node(l->g, v.u.node)->name)
		graph_node(l->g, v.u.node)->name = name;
	if (v.kind == V_MODEL && !v.u.model->hint)
		v.u.model->hint = name;
}

static void
assign(Lower *l, Scope *s, const Pattern *p, Value v, const Equation *e)
{
	if (p->tuple) {
		int n = pattern_count(p);
		bool fits = v.kind == V_TUPLE && v.u.list->n == n;
		if (!fits && v.kind != V_ERROR) {
			const char *found = v.kind == V_TUPLE  ? arena_printf(l->arena, "a tuple of %d", v.u.list->n)
					    : v.kind == V_NODE ? "no tuple"
							       : value_what(&v);
			lower_error(l, p->at, "%d names on the left, but the value is %s", n, found);
		}
		int i = 0;
		for (const Pattern *q = p->item; q; q = q->next, i++)
			assign(l, s, q, fits ? v.u.list->v[i] : value_error(), e);
		return;
	}
	Binding *b = p->name ? pattern_binding(l, s, p, e) : NULL;
	if (!b)
		return;
	b->value = v;
	b->done = true;
	if (e)
		name_after_equation(l, p->name, v);
}

void
scope_bind_pattern(Lower *l, Scope *s, const Pattern *p, Value v)
{
	assign(l, s, p, v, NULL);
}

static void
report_cycle(Lower *l, const Binding *b, Span use)
{
	Text t = {0};
	int from = 0;
	for (int i = 0; i < l->running.n; i++)
		if (l->running.v[i] == b)
			from = i;
	for (int i = from; i < l->running.n; i++)
		text_add(&t, "%s → ", l->running.v[i]->name);
	if (b->decl) {
		lower_error(l, use, "'%s' contains itself: %s%s", b->name, t.v ? t.v : "", b->name);
	} else {
		lower_error(l, use, "'%s' needs its own value in the same step: %s%s", b->name, t.v ? t.v : "",
			    b->name);
		lower_note(l, use, "for the value one step ago write '%s{-1}'", b->name);
	}
	text_free(&t);
}

static void
context_set(Lower *l, Context c)
{
	l->model = c.model;
	l->path = c.path;
	l->site = c.site;
	l->flip = c.flip;
}

/* An equation belongs to the call of its own body, whoever needs it first; one of the top level to none. */
static void
run_equation(Lower *l, Equation *e)
{
	Context caller = context_now(l);
	const char *equation = l->equation;
	const Pattern *p = e->stmt->pattern;
	context_set(l, e->scope->context);
	l->equation = e->scope->kind == SCOPE_FILE ? NULL : p && p->name ? p->name : equation;
	e->progress = RUNNING;
	e->value = eval_expr(l, e->scope, e->order, e->stmt->value);
	e->progress = DONE;
	l->equation = equation;
	context_set(l, caller);
	if (p)
		assign(l, e->scope, p, e->value, e);
}

Value
binding_value(Lower *l, Binding *b, Span use)
{
	b->used = true;
	if (b->done)
		return b->value;
	if (b->running) {
		report_cycle(l, b, use);
		return value_error();
	}
	if (l->running.n >= EQUATION_DEPTH_MAX) {
		if (!diag_errors(l->diag))
			lower_error(l, use,
				    "equations need each other more than %d deep; write them in the order in which "
				    "they are "
				    "computed",
				    EQUATION_DEPTH_MAX);
		b->done = true;
		b->value = value_error();
		return b->value;
	}
	b->running = true;
	*table_push(l->arena, &l->running) = b;
	if (b->equation->progress == RUNNING)
		report_cycle(l, b, use);
	else if (b->equation->progress == PENDING)
		run_equation(l, b->equation);
	l->running.n--;
	b->running = false;
	b->done = true;
	return b->value;
}

static void
suggest_name(Lower *l, Scope *s, const char *name, Span at)
{
	const char *candidate[1024];
	int n = 0;
	for (; s; s = s->up)
		for (int i = 0; i < s->binding.n && n < 512; i++)
			candidate[n++] = s->binding.v[i]->name;
	n += builtin_names(candidate + n, COUNT(candidate) - n);
	const char *near = diag_nearest(name, candidate, n);
	if (near)
		lower_error(l, at, "unknown name '%s'; did you mean '%s'?", name, near);
	else
		lower_error(l, at, "unknown name '%s'", name);
}

/* A tensor bound at the top level is a parameter of the functions that use it: W = randn(5, 10). */
static Value
global_param(Lower *l, const Binding *b)
{
	const Tensor0 *t = b->value.u.tensor;
	for (int i = 0; i < l->g->param.n; i++)
		if (l->g->param.v[i].name == b->name) {
			lower_error(l, b->at, "there are two parameters '%s': this one, and a field of the model",
				    b->name);
			return value_error();
		}
	ParamInfo p = {.name = b->name,
		       .shape = t->shape,
		       .init = t->init,
		       .fill = t->scale,
		       .trainable = true,
		       .at = b->at,
		       .file_rank = RANK_UNKNOWN};
	*table_push(l->arena, &l->g->param) = p;
	Ref r = lower_add(l, OP_PARAM, 0, NULL, b->at);
	graph_node(l->g, r)->attr.index = l->g->param.n - 1;
	graph_node(l->g, r)->name = b->name;
	graph_node(l->g, r)->path = NULL;
	return value_node(r, b->at);
}

Value
name_value(Lower *l, Scope *s, int32_t order, const char *name, Span at)
{
	Scope *where = NULL;
	Binding *b = scope_find(s, name, order, &where);
	if (b && where->kind == SCOPE_FIELDS)
		return field_value(l, b, where);
	if (b) {
		Value v = binding_value(l, b, at);
		if (v.kind == V_TENSOR && where->kind == SCOPE_FILE && l->depth)
			v = b->value = global_param(l, b);
		if (v.kind == V_TYPE || v.kind == V_FUNC || v.kind == V_NUMBER)
			v.at = at;
		return v;
	}
	const Builtin *builtin = builtin_find(name);
	if (builtin && builtin->constant)
		return value_number(builtin->number, at);
	if (builtin)
		return (Value){.kind = V_BUILTIN, .at = at, .u.builtin = builtin};
	suggest_name(l, s, name, at);
	return value_error();
}

/* name, name@2, name@3 … */
static const char *
unique_state_name(Lower *l, const char *name)
{
	size_t n = strlen(name);
	int same = 0;
	for (int i = 0; i < l->g->state.n; i++) {
		const char *taken = l->g->state.v[i].name;
		same += strncmp(taken, name, n) == 0 && (!taken[n] || taken[n] == '@');
	}
	return same ? arena_printf(l->arena, "%s@%d", name, same + 1) : name;
}

/* A row or column is stored as a vector. */
static Shape
state_shape(Shape s)
{
	if (s.rank == 2 && (s.dim[0] == 1 || s.dim[1] == 1))
		return (Shape){1, {s.dim[0] == 1 ? s.dim[1] : s.dim[0], 0}};
	return s;
}

/* What a state starts from: a tensor of a constructor, a number, or a parameter. */
void
state_set_initial(Lower *l, StateInfo *s, Value v)
{
	if (v.kind == V_TENSOR) {
		s->init.init = v.u.tensor->init == INIT_DEFAULT ? INIT_ZEROS : v.u.tensor->init;
		s->init.fill = v.u.tensor->scale;
		s->init.shape = s->shape = state_shape(v.u.tensor->shape);
	} else if (v.kind == V_NUMBER) {
		s->init.init = INIT_FILL;
		s->init.fill = v.u.number;
	} else if (v.kind == V_NODE && graph_node(l->g, v.u.node)->op == OP_PARAM) {
		s->from_param = graph_node(l->g, v.u.node)->attr.index + 1;
	} else if (v.at.hi && v.kind != V_ERROR) {
		lower_error(l, v.at, "the initial value of state '%s' is %s; wanted a number, zeros(n) or a field",
			    s->name, value_what(&v));
	}
}

/* rnn(x, h0), lstm(x, (h0, c0)): the states in field order. */
static Value
initial_of_field(const Model *model, int field)
{
	int place = 0;
	for (int i = 0; i < field; i++)
		place += model->type->field[i].assigned && model->type->field[i].delayed;
	const Value *v = &model->initial;
	if (v->kind != V_TUPLE)
		return place == 0 ? *v : value_error();
	return place < v->u.list->n ? v->u.list->v[place] : value_error();
}

/* The state behind a delayed name: its initial value is the field's, where there is one, else zero. */
int32_t
state_of(Lower *l, Binding *b, const Model *model)
{
	if (b->state)
		return b->state - 1;
	const char *prefix = model ? model->prefix : "";
	StateInfo s = {.at = b->at, .shape = shape_unknown()};
	s.name = unique_state_name(
		l, intern(l->arena, arena_printf(l->arena, "%s%s%s", prefix, *prefix ? "." : "", b->name)));
	s.init = (ParamInfo){.name = s.name,
			     .reversed = l->flip,
			     .init = INIT_ZEROS,
			     .optional = true,
			     .at = b->at,
			     .file_rank = RANK_UNKNOWN};
	for (int i = 0; model && model->type && i < model->type->nfield; i++) {
		const Field *f = model->type->field[i].decl;
		Value v = model->field[i];
		if (f->name != b->name)
			continue;
		s.init.trainable = model->type->field[i].trainable;
		if (f->has_shape)
			s.shape = state_shape((Shape){(int8_t)f->rank, {f->dim[0], f->dim[1]}});
		s.init.shape = s.shape;
		if (model->initial.kind != V_ERROR)
			v = initial_of_field(model, i);
		if (v.kind == V_ERROR && f->value)
			v = eval_expr(l, model->type->scope, INT32_MAX, f->value);
		state_set_initial(l, &s, v);
	}
	*table_push(l->arena, &l->g->state) = s;
	b->state = l->g->state.n;
	return b->state - 1;
}

/* A DELAY of a binding: steps < 0 in the past; its operand is filled in by delays_resolve. */
Value
delay_of(Lower *l, Binding *b, int32_t steps, Span at)
{
	int32_t state = state_of(l, b, l->model);
	Ref r = lower_add(l, OP_DELAY, 1, &(Ref){l->g->node.n}, at);
	Node *n = graph_node(l->g, r);
	n->attr.slot.state = state;
	n->attr.slot.depth = -steps;
	if (-steps > l->g->state.v[state].depth)
		l->g->state.v[state].depth = -steps;
	*table_push(l->arena, &l->pending) = (PendingDelay){r, b, at};
	return value_node(r, at);
}

Value
delay_value(Lower *l, Scope *s, int32_t order, const Expr *e)
{
	const char *name = e->u.delay.name;
	Scope *where = NULL;
	Binding *b = scope_find(s, name, order, &where);
	if (!b) {
		suggest_name(l, s, name, e->u.delay.name_at);
		return value_error();
	}
	if (where->kind != SCOPE_BODY) {
		lower_error(l, e->at, "'%s' has no past: no equation of this body assigns it", name);
		return value_error();
	}
	int64_t steps = e->u.delay.steps;
	if (steps == 0) {
		lower_error(l, e->at, "a delay of 0 steps; write '%s' for the value now, '%s{-1}' for one step ago",
			    name, name);
		return value_error();
	}
	b->used = true;
	return delay_of(l, b, (int32_t)(l->flip ? -steps : steps), e->at);
}

void
delays_resolve(Lower *l)
{
	/* Evaluating an operand may add delays, so the table grows while it is walked. */
	for (int i = 0; i < l->pending.n; i++) {
		PendingDelay p = l->pending.v[i];
		Value v = binding_value(l, p.binding, p.at);
		v.at = p.at;
		if (v.kind == V_TUPLE) {
			lower_error(l, p.at, "'%s' is a tuple; delay its elements one by one", p.binding->name);
			continue;
		}
		Ref to = value_ref(l, v);
		if (ref_ok(to))
			graph_node(l->g, p.delay)->in[0] = to;
	}
	l->pending.n = 0;
}

static void
warn_unused(Lower *l, const Scope *s, const Stmt *last)
{
	for (int i = 0; i < s->binding.n; i++) {
		const Binding *b = s->binding.v[i];
		if (b->used || !b->equation || b->equation->stmt == last || !b->at.hi)
			continue;
		bool is_field = s->up->kind == SCOPE_FIELDS && scope_find(s->up, b->name, INT32_MAX, NULL) &&
				s->up->model && scope_find(s->up, b->name, INT32_MAX, NULL)->order == -2;
		if (!is_field && !b->equation->stmt->pattern->tuple && lower_first_time(l, b->at))
			diag_warning(l->diag, WARN_UNUSED_EQUATION, b->at, "the value of '%s' is not used", b->name);
	}
}

/* Runs every statement; the value of the body is the last one's. */
Value
scope_run_body(Lower *l, Scope *s, const Func *f)
{
	Value v = value_error();
	int32_t order = 0;
	const Stmt *last = NULL;
	for (const Stmt *stmt = f->body; stmt; stmt = stmt->next, order++) {
		last = stmt;
		if (!stmt->pattern) {
			v = eval_expr(l, s, order, stmt->value);
			continue;
		}
		Equation *e = NULL;
		for (int i = 0; i < s->binding.n && !e; i++)
			if (s->binding.v[i]->equation && s->binding.v[i]->equation->stmt == stmt) {
				e = s->binding.v[i]->equation;
				bool used = s->binding.v[i]->used;
				binding_value(l, s->binding.v[i], s->binding.v[i]->at);
				s->binding.v[i]->used = used;
			}
		if (e)
			v = e->value;
		else /* every name of the pattern is _ */
			v = eval_expr(l, s, order, stmt->value);
	}
	if (!diag_errors(l->diag)) /* what had an error is not unused */
		warn_unused(l, s, last);
	return v;
}
