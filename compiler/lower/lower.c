/* lower.c: declarations, the choice of the model, its inputs and outputs. */
#include "value.h"
#include <assert.h>
#include <stdarg.h>
#include <string.h>

/* True once per place: an equation that is evaluated for several instances speaks once. */
bool
lower_first_time(Lower *l, Span at)
{
	for (int i = 0; i < l->reported.n && at.hi; i++)
		if (l->reported.v[i].lo == at.lo && l->reported.v[i].hi == at.hi)
			return false;
	*table_push(l->arena, &l->reported) = at;
	return true;
}

bool
lower_is_users(const Lower *l, Span at)
{
	return at.hi && at.lo >= l->options->user_from;
}

void
lower_error(Lower *l, Span at, const char *fmt, ...)
{
	if (!lower_is_users(l, at) && l->site.hi)
		at = l->site;
	char text[1024];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	l->reported_now = lower_first_time(l, at);
	if (l->reported_now)
		diag_error(l->diag, at, "%s", text);
}

void
lower_note(Lower *l, Span at, const char *fmt, ...)
{
	char text[1024];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (l->reported_now && lower_is_users(l, at))
		diag_note(l->diag, at, "%s", text);
}

static Binding *
declare(Lower *l, Scope *s, const char *name, const Decl *d)
{
	for (int i = 0; i < s->binding.n; i++)
		if (s->binding.v[i]->name == name) {
			lower_error(l, d->at, "'%s' is declared twice", name);
			lower_note(l, s->binding.v[i]->at, "it was declared here first");
			return NULL;
		}
	Binding *b = scope_bind(l, s, name, d->at);
	b->decl = d;
	return b;
}

static void
declare_names(Lower *l, Scope *s, const Decl *d, const Pattern *p, Equation *e)
{
	for (const Pattern *q = p->item; q; q = q->next)
		declare_names(l, s, d, q, e);
	Binding *b = p->name ? declare(l, s, p->name, d) : NULL;
	if (b) {
		b->at = p->at;
		b->equation = e;
	}
}

static Type *
type_named(Scope *s, const char *name)
{
	for (int i = 0; i < s->binding.n; i++)
		if (s->binding.v[i]->name == name && s->binding.v[i]->value.kind == V_TYPE)
			return s->binding.v[i]->value.u.type;
	return NULL;
}

static void
declare_func(Lower *l, Scope *s, const Decl *d)
{
	Type *t = type_named(s, d->name);
	if (t) {
		*table_push(l->arena, &t->constructor) = d;
		return;
	}
	Binding *b = declare(l, s, d->name, d);
	if (!b)
		return;
	Closure *c = arena_alloc(l->arena, sizeof *c);
	*c = (Closure){d->u.func, s, INT32_MAX};
	b->value = (Value){.kind = V_FUNC, .at = d->at, .u.func = c};
	b->done = true;
}

static void
set_trainable(Lower *l, Scope *s, const Decl *d)
{
	Type *t = type_named(s, d->name);
	if (!t) {
		lower_error(l, d->at, "there is no '@net struct %s' above this line", d->name);
		return;
	}
	for (int i = 0; i < t->nfield; i++)
		t->field[i].trainable = false;
	for (int k = 0; k < d->u.layer.n; k++) {
		int i = 0;
		while (i < t->nfield && t->field[i].decl->name != d->u.layer.trainable[k])
			i++;
		if (i < t->nfield)
			t->field[i].trainable = true;
		else
			lower_error(l, d->u.layer.trainable_at[k], "'%s' has no field '%s'", d->name,
				    d->u.layer.trainable[k]);
	}
}

static void
declare_file(Lower *l, Scope *s, const Ast *ast, bool in_prelude)
{
	/* Types first: a constructor may stand above its struct. */
	for (const Decl *d = ast->decl; d; d = d->next) {
		Binding *b = d->kind == DECL_STRUCT ? declare(l, s, d->name, d) : NULL;
		if (b) {
			b->value = (Value){.kind = V_TYPE, .at = d->at, .u.type = type_new(l, d, s, in_prelude)};
			b->done = true;
		}
	}
	for (const Decl *d = ast->decl; d; d = d->next) {
		switch (d->kind) {
		case DECL_STRUCT: break;
		case DECL_FUNC: declare_func(l, s, d); break;
		case DECL_NONTRAINABLE: set_trainable(l, s, d); break;
		case DECL_BIND:
		case DECL_EXPR: {
			if (d->kind == DECL_EXPR || !d->u.stmt->pattern)
				break;
			Equation *e = arena_alloc(l->arena, sizeof *e);
			*e = (Equation){.stmt = d->u.stmt, .scope = s, .order = INT32_MAX};
			declare_names(l, s, d, d->u.stmt->pattern, e);
			break;
		}
		}
	}
}

static bool
is_unroll(const Expr *e)
{
	const Expr *callee = e->kind == EX_CALL ? e->u.call.callee : NULL;
	return callee && callee->kind == EX_NAME &&
	       (strcmp(callee->u.name, "unroll") == 0 || strcmp(callee->u.name, "unroll1") == 0);
}

/* What the model is called when it comes from an expression: unroll(model, 20) → model. */
static const char *
expr_model_name(const Expr *e)
{
	if (e->kind == EX_NAME)
		return e->u.name;
	if (is_unroll(e) && e->u.call.arg)
		return expr_model_name(e->u.call.arg->value);
	return "model";
}

typedef struct {
	Value value;
	const char *name;
} Choice;

static bool
choose_by_name(Lower *l, const char *name, Choice *c)
{
	Binding *b = scope_find(l->user, intern(l->arena, name), INT32_MAX, NULL);
	if (!b)
		b = scope_find(l->prelude, intern(l->arena, name), INT32_MAX, NULL);
	if (!b)
		return false;
	*c = (Choice){binding_value(l, b, b->at), b->name};
	return true;
}

/* The only struct of the file, else its last function. */
static bool
choose_declaration(Lower *l, const Ast *ast, Choice *c)
{
	const Decl *type = NULL, *func = NULL;
	int ntype = 0;
	for (const Decl *d = ast->decl; d; d = d->next) {
		if (d->kind == DECL_STRUCT)
			type = d, ntype++;
		else if (d->kind == DECL_FUNC && !type_named(l->user, d->name))
			func = d;
	}
	const Decl *only = ntype == 1 ? type : ntype == 0 ? func : NULL;
	return only && choose_by_name(l, only->name, c);
}

static void
model_not_found(Lower *l)
{
	const char **candidate = arena_alloc(l->arena, ((size_t)l->user->binding.n + 1) * sizeof *candidate);
	for (int i = 0; i < l->user->binding.n; i++)
		candidate[i] = l->user->binding.v[i]->name;
	const char *near = diag_nearest(l->options->model, candidate, l->user->binding.n);
	diag_file_error(l->diag, l->options->file, "there is no model '%s' in this file (--model)%s%s%s",
			l->options->model, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* "'A', 'B'" */
static const char *
struct_names(Lower *l, const Ast *ast)
{
	const char *names = "";
	for (const Decl *d = ast->decl; d; d = d->next)
		if (d->kind == DECL_STRUCT)
			names = arena_printf(l->arena, "%s%s'%s'", names, *names ? ", " : "", d->name);
	return names;
}

/* A number, a tensor or a tuple is no model; neither is a value that could not be made. */
static bool
can_be_model(Lower *l, const Decl *d)
{
	const Pattern *p = d->u.stmt->pattern;
	Binding *b = p && p->name ? scope_find(l->user, p->name, INT32_MAX, NULL) : NULL;
	if (!b)
		return false;
	Value v = binding_value(l, b, b->at);
	return v.kind == V_MODEL || v.kind == V_FUNC || v.kind == V_TYPE || v.kind == V_BUILTIN || v.kind == V_ERROR;
}

static bool
choose_model(Lower *l, const Ast *ast, Choice *c)
{
	const Decl *unrolled = NULL, *last = NULL, *expression = NULL;
	for (const Decl *d = ast->decl; d; d = d->next) {
		if (d->kind == DECL_EXPR && is_unroll(d->u.stmt->value))
			unrolled = d;
		else if (d->kind == DECL_EXPR)
			expression = d;
		else if (d->kind == DECL_BIND && can_be_model(l, d))
			last = d;
	}
	if (unrolled)
		*c = (Choice){eval_expr(l, l->user, INT32_MAX, unrolled->u.stmt->value),
			      expr_model_name(unrolled->u.stmt->value)};
	if (l->options->model) {
		if (choose_by_name(l, l->options->model, c))
			return true;
		model_not_found(l);
		return false;
	}
	if (unrolled)
		return true;
	const char *model = intern(l->arena, "model");
	for (int i = 0; i < l->user->binding.n; i++)
		if (l->user->binding.v[i]->name == model)
			return choose_by_name(l, model, c);
	if (last)
		return choose_by_name(l, last->u.stmt->pattern->name, c);
	if (expression) {
		*c = (Choice){eval_expr(l, l->user, INT32_MAX, expression->u.stmt->value), "model"};
		return true;
	}
	if (choose_declaration(l, ast, c))
		return true;
	const char *names = struct_names(l, ast);
	if (!diag_errors(l->diag) && *names)
		diag_file_error(l->diag, l->options->file,
				"which of %s is the model? write 'model = …' or give --model NAME", names);
	else if (!diag_errors(l->diag))
		diag_file_error(l->diag, l->options->file, "there is no model in this file; write 'model = …'");
	return false;
}

static const Func *
first_function(const Value *v)
{
	while (v->kind == V_MODEL && v->u.model->kind != MODEL_STRUCT) {
		if (v->u.model->kind == MODEL_RECUR || !v->u.model->nchild)
			return NULL; /* the input is called x, whatever the cell calls it */
		v = &v->u.model->child[0];
	}
	if (v->kind == V_FUNC)
		return v->u.func->func;
	return v->kind == V_MODEL ? v->u.model->type->decl->u.type.body : NULL;
}

static Value
input_value(Lower *l, const char *name, Span at)
{
	Ref r = graph_add(l->g, OP_INPUT, 0, NULL);
	PortInfo p = {.name = name, .node = r, .shape = {1, {0, 0}}};
	Node *n = graph_node(l->g, r);
	n->name = name;
	n->at = lower_is_users(l, at) ? at : SPAN_NONE;
	n->attr.index = l->g->input.n;
	*table_push(l->arena, &l->g->input) = p;
	return value_node(r, at);
}

static Value
input_pattern(Lower *l, const Pattern *p)
{
	if (!p->tuple)
		return input_value(l, p->name ? p->name : arena_printf(l->arena, "input%d", l->g->input.n + 1), p->at);
	int n = 0;
	for (const Pattern *q = p->item; q; q = q->next)
		n++;
	Value *v = arena_alloc(l->arena, ((size_t)n + 1) * sizeof *v);
	n = 0;
	for (const Pattern *q = p->item; q; q = q->next)
		v[n++] = input_pattern(l, q);
	return value_tuple(l, v, n, p->at);
}

static Args
make_inputs(Lower *l, const Value *model)
{
	const Func *f = first_function(model);
	Args a = {.at = model->at};
	int n = 1;
	for (const Param *p = f ? f->param : NULL; p; p = p->next)
		n++;
	a.v = arena_alloc(l->arena, (size_t)n * sizeof *a.v);
	for (const Param *p = f ? f->param : NULL; p; p = p->next)
		if (!p->value && !p->keyword)
			a.v[a.n++].value = input_pattern(l, p->pattern);
	if (!f)
		a.v[a.n++].value = input_value(l, "x", SPAN_NONE);
	return a;
}

static bool
port_name_taken(const Graph *g, const char *name)
{
	for (int i = 0; i < g->output.n; i++)
		if (strcmp(g->output.v[i].name, name) == 0)
			return true;
	for (int i = 0; i < g->input.n; i++)
		if (strcmp(g->input.v[i].name, name) == 0)
			return true;
	return false;
}

static void
make_output(Lower *l, Value v, bool only)
{
	if (v.kind == V_TUPLE) {
		for (int i = 0; i < v.u.list->n; i++)
			make_output(l, v.u.list->v[i], only && v.u.list->n == 1);
		return;
	}
	Ref x = value_ref(l, v);
	if (!ref_ok(x))
		return;
	Graph *g = l->g;
	const char *name = graph_node(g, x)->name;
	if (only && !port_name_taken(g, "y"))
		name = "y";
	for (int k = g->output.n + 1; !name || port_name_taken(g, name); k++)
		name = arena_printf(l->arena, "y%d", k);
	Ref r = lower_add(l, OP_OUTPUT, 1, &x, v.at);
	graph_node(g, r)->attr.index = g->output.n;
	graph_node(g, r)->name = name;
	*table_push(l->arena, &g->output) = (PortInfo){.name = name, .node = r, .shape = shape_unknown()};
}

/* --dim x=3: by the name of an input. */
static bool
set_input_dim(Lower *l, const DimOption *d)
{
	for (int i = 0; i < l->g->input.n; i++)
		if (strcmp(l->g->input.v[i].name, d->name) == 0) {
			l->g->input.v[i].shape = shape_vector(d->size);
			return true;
		}
	return false;
}

static void
apply_dim_options(Lower *l, const Value *model, Args *args, Value *out)
{
	const LowerOptions *o = l->options;
	const Type *t = model->kind == V_MODEL ? model->u.model->type : NULL;
	for (int i = 0; i < o->ndim; i++) {
		bool known = false;
		for (int c = 0; t && c < t->constructor.n; c++)
			for (const Param *p = t->constructor.v[c]->u.func->param; p; p = p->next)
				known |= p->pattern->name && strcmp(p->pattern->name, o->dim[i].name) == 0;
		if (strcmp(o->dim[i].name, "in") == 0) {
			if (args && l->g->input.n)
				l->g->input.v[0].shape = shape_vector(o->dim[i].size);
		} else if (strcmp(o->dim[i].name, "out") == 0) {
			if (out)
				*out = expect_size(l, *out, o->dim[i].size, "output", out->at);
		} else if (!known && args && !set_input_dim(l, &o->dim[i])) {
			diag_file_error(l->diag, o->file,
					"--dim %s=%d: this model has no size '%s'; it has 'in', 'out' and the names of "
					"its inputs",
					o->dim[i].name, (int)o->dim[i].size, o->dim[i].name);
		}
	}
}

static void
lower_model(Lower *l, Choice c)
{
	Value m = c.value;
	if (m.kind == V_TYPE)
		m = construct_by_dims(l, m.u.type);
	if (m.kind == V_ERROR)
		return;
	if (m.kind != V_MODEL && m.kind != V_FUNC && m.kind != V_BUILTIN) {
		lower_error(l, m.at, "'%s' is %s, not a model", c.name, value_what(&m));
		return;
	}
	l->g->model = c.name;
	model_name(l, m, "", c.name, NULL, 0);
	Args inputs = make_inputs(l, &m);
	apply_dim_options(l, &m, &inputs, NULL);
	if (m.kind == V_FUNC)
		l->path = c.name;
	Value y = call_value(l, m, &inputs);
	if (y.kind != V_ERROR)
		apply_dim_options(l, &m, NULL, &y);
	delays_resolve(l);
	l->path = NULL;
	make_output(l, y, true);
	if (y.kind != V_ERROR && !l->g->output.n && !diag_errors(l->diag))
		diag_file_error(l->diag, l->options->file, "the model '%s' has no output", c.name);
}

Lowered
lower(Arena *a, Diag *d, const Ast *prelude, const Ast *user, const LowerOptions *o)
{
	Lower *l = arena_alloc(a, sizeof *l);
	l->arena = a;
	l->diag = d;
	l->options = o;
	l->g = graph_new(a, d);
	l->g->batch = o->batch;
	l->g->file = o->file;
	l->prelude = scope_new(l, NULL, SCOPE_FILE);
	l->user = scope_new(l, l->prelude, SCOPE_FILE);
	declare_file(l, l->prelude, prelude, true);
	assert(!diag_errors(d) || user);
	declare_file(l, l->user, user, false);
	Choice c;
	if (!diag_errors(d) && choose_model(l, user, &c))
		lower_model(l, c);
	return (Lowered){.graph = l->g, .window = l->window, .unsure = l->unsure, .unsure_at = l->unsure_at};
}
