/* model.c: types of layers, their constructors and instances, and calls.
 *
 * Calling an instance evaluates its body in a scope of its own, below a scope that holds its fields. The same
 * instance called twice shares the fields, so the weights, and has two bodies, so two states. */
#include "value.h"
#include <assert.h>
#include <string.h>

/* A net that calls deeper than this calls itself. */
enum { CALL_DEPTH_MAX = 64 };
/* A net of one step that is larger is a mistake: layers that contain each other double with every line. */
enum { NODES_MAX = 4000000, CALLS_MAX = 1000000 };

/* What a body says about one name. */
static void look_at_func(const Func *f, const char *name, FieldUse *use, bool top);

static void look_at_args(const Arg *a, const char *name, FieldUse *use);

static void
look_at(const Expr *e, const char *name, FieldUse *use)
{
	if (!e)
		return;
	switch (e->kind) {
	case EX_NAME: use->read |= e->u.name == name; return;
	case EX_DELAY: use->delayed |= e->u.delay.name == name; return;
	case EX_UNARY: look_at(e->u.op.left, name, use); return;
	case EX_BINARY:
	case EX_PAIR:
		look_at(e->u.op.left, name, use);
		look_at(e->u.op.right, name, use);
		return;
	case EX_TUPLE: look_at_args(e->u.tuple.item, name, use); return;
	case EX_CALL:
		if (e->u.call.callee->kind == EX_NAME)
			use->called |= e->u.call.callee->u.name == name;
		else
			look_at(e->u.call.callee, name, use);
		look_at_args(e->u.call.arg, name, use);
		return;
	case EX_INDEX:
		look_at(e->u.index.base, name, use);
		look_at(e->u.index.from, name, use);
		look_at(e->u.index.to, name, use);
		return;
	case EX_LAMBDA: look_at_func(e->u.lambda, name, use, false); return;
	case EX_NUMBER:
	case EX_BOOL:
	case EX_STRING:
	case EX_HOLE:
	case EX_END: return;
	}
}

static void
look_at_args(const Arg *a, const char *name, FieldUse *use)
{
	for (; a; a = a->next)
		look_at(a->value, name, use);
}

static bool
pattern_has(const Pattern *p, const char *name)
{
	if (p->name == name)
		return true;
	for (const Pattern *q = p->item; q; q = q->next)
		if (pattern_has(q, name))
			return true;
	return false;
}

static void
look_at_func(const Func *f, const char *name, FieldUse *use, bool top)
{
	for (const Param *p = f->param; p; p = p->next)
		look_at(p->value, name, use);
	for (const Stmt *s = f->body; s; s = s->next) {
		look_at(s->value, name, use);
		if (top && s->pattern)
			use->assigned |= pattern_has(s->pattern, name);
	}
}

static void
check_fields(Lower *l, const Type *t)
{
	for (int i = 0; i < t->nfield; i++) {
		const FieldUse *u = &t->field[i];
		const Field *f = u->decl;
		for (int k = 0; k < i; k++)
			if (t->field[k].decl->name == f->name) {
				lower_error(l, f->at, "field '%s' is declared twice", f->name);
				lower_note(l, t->field[k].decl->at, "it was declared here first");
			}
		if (t->in_prelude)
			continue;
		if (u->assigned && !u->delayed)
			diag_warning(l->diag, WARN_UNDELAYED_STATE, f->at,
				     "state '%s' is assigned but never read back by a delay such as '%s{-1}'", f->name,
				     f->name);
		else if (!u->assigned && !u->read && !u->called && !u->delayed)
			diag_warning(l->diag, WARN_UNUSED_FIELD, f->at, "no equation of '%s' uses field '%s'", t->name,
				     f->name);
	}
}

Type *
type_new(Lower *l, const Decl *d, Scope *s, bool in_prelude)
{
	Type *t = arena_alloc(l->arena, sizeof *t);
	*t = (Type){.name = d->name, .decl = d, .scope = s, .in_prelude = in_prelude};
	for (const Field *f = d->u.type.field; f; f = f->next)
		t->nfield++;
	t->field = arena_alloc(l->arena, ((size_t)t->nfield + 1) * sizeof *t->field);
	int i = 0;
	for (const Field *f = d->u.type.field; f; f = f->next, i++) {
		t->field[i].decl = f;
		t->field[i].trainable = true;
		if (d->u.type.body)
			look_at_func(d->u.type.body, f->name, &t->field[i], true);
	}
	for (const Decl *c = d->u.type.constructor; c; c = c->next)
		*table_push(l->arena, &t->constructor) = c;
	check_fields(l, t);
	return t;
}

Model *
model_new(Lower *l, ModelKind kind, Span at)
{
	Model *m = arena_alloc(l->arena, sizeof *m);
	m->kind = kind;
	m->at = at;
	m->prefix = "";
	return m;
}

Value
model_value(Model *m)
{
	return (Value){.kind = V_MODEL, .at = m->at, .u.model = m};
}

static const char *
model_type_name(const Model *m)
{
	switch (m->kind) {
	case MODEL_STRUCT: return m->type->name;
	case MODEL_CHAIN: return "Chain";
	case MODEL_PARALLEL: return "Parallel";
	case MODEL_FLIP: return "flip";
	case MODEL_RECUR: return "Recur";
	case MODEL_LAST: return "last";
	}
	return "?";
}

static int
count_positional(const Args *a)
{
	int n = 0;
	for (int i = 0; i < a->n; i++)
		n += !a->v[i].key;
	return n;
}

/* T(in => out, …) is T(in, out, …). */
static Args
split_pair(Lower *l, const Args *a)
{
	Args out = *a;
	if (!a->n || a->v[0].key || a->v[0].value.kind != V_PAIR)
		return out;
	out.v = arena_alloc(l->arena, ((size_t)a->n + 2) * sizeof *out.v);
	out.n = a->n + 1;
	out.v[0].value = a->v[0].value.u.list->v[0];
	out.v[1].value = a->v[0].value.u.list->v[1];
	memcpy(out.v + 2, a->v + 1, (size_t)(a->n - 1) * sizeof *out.v);
	return out;
}

static bool
constructor_takes(const Func *f, const Args *a)
{
	int least = 0, most = 0, n = count_positional(a);
	for (const Param *p = f->param; p; p = p->next) {
		most += !p->keyword;
		least += !p->keyword && !p->value;
	}
	if (n < least || n > most)
		return false;
	for (int i = 0; i < a->n; i++) {
		bool known = !a->v[i].key;
		for (const Param *p = f->param; p && !known; p = p->next)
			known = p->pattern->name == a->v[i].key;
		if (!known)
			return false;
	}
	return true;
}

static Value call_func(Lower *l, const Closure *c, Args *args);

/* Labels a layer by the text that made it; where that text computes its sizes, by the sizes. */
static void
label_by_call(Lower *l, Model *m, const Args *written)
{
	Args a = split_pair(l, written);
	int len = 0;
	const char *text = lower_is_users(l, written->at) ? diag_text(l->diag, written->at, &len) : "";
	const char *open = memchr(text, '(', (size_t)len);
	bool sizes = a.n >= 2 && a.v[0].value.kind == V_NUMBER && a.v[1].value.kind == V_NUMBER;
	if (!len)
		return;
	m->made = written->at;
	if (sizes && open && !(open[1] >= '0' && open[1] <= '9'))
		m->label = arena_printf(l->arena, "%s(%g => %g%s)", m->type->name, a.v[0].value.u.number,
					a.v[1].value.u.number, a.n > 2 ? ", …" : "");
	else if (len < 48 && !memchr(text, '\n', (size_t)len))
		m->label = arena_strndup(l->arena, text, (size_t)len);
}

static Model *
instance_new(Lower *l, Type *t, const Args *a)
{
	Model *m = model_new(l, MODEL_STRUCT, a->at);
	m->type = t;
	m->field = arena_alloc(l->arena, ((size_t)t->nfield + 1) * sizeof *m->field);
	label_by_call(l, m, a);
	return m;
}

static Value
construct_by_size(Lower *l, Type *t, const Args *a)
{
	Model *m = instance_new(l, t, a);
	int32_t size[2];
	for (int i = 0; i < 2; i++) {
		const Value *v = &a->v[i].value;
		size[i] = v->kind == V_DIM ? v->u.dim : (int32_t)v->u.number;
	}
	m->in = size[0];
	m->out = size[1];
	m->at = a->v[0].value.at.hi && a->v[1].value.at.hi ? (Span){a->v[0].value.at.lo, a->v[1].value.at.hi} : a->at;
	return model_value(m);
}

static void
unknown_field(Lower *l, const Type *t, const char *key, Span at)
{
	const char *candidate[64];
	int n = 0;
	for (int i = 0; i < t->nfield && n < COUNT(candidate); i++)
		candidate[n++] = t->field[i].decl->name;
	const char *near = diag_nearest(key, candidate, n);
	lower_error(l, at, "'%s' has no field '%s'%s%s%s", t->name, key, near ? "; did you mean '" : "",
		    near ? near : "", near ? "'?" : "");
}

static bool
has_field(const Type *t, const char *name)
{
	for (int i = 0; i < t->nfield; i++)
		if (t->field[i].decl->name == name)
			return true;
	return false;
}

/* Sizes and a keyword that no constructor knows. */
static bool
unknown_keyword(Lower *l, const Type *t, const Args *a)
{
	for (int c = 0; c < t->constructor.n; c++) {
		const char *candidate[64];
		int n = 0;
		const Func *f = t->constructor.v[c]->u.func;
		for (const Param *p = f->param; p && n < COUNT(candidate); p = p->next)
			if (p->pattern->name)
				candidate[n++] = p->pattern->name;
		for (int i = 0; i < a->n; i++) {
			int k = 0;
			while (k < n && candidate[k] != a->v[i].key)
				k++;
			if (!a->v[i].key || k < n)
				continue;
			const char *near = diag_nearest(a->v[i].key, candidate, n);
			lower_error(l, a->v[i].at, "'%s' has no argument '%s'%s%s%s", t->name, a->v[i].key,
				    near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
			return true;
		}
	}
	return false;
}

/* T(a => b): both are sizes. */
static bool
sizes_are_wrong(Lower *l, const Args *written)
{
	bool wrong = false;
	if (!written->n || written->v[0].key || written->v[0].value.kind != V_PAIR)
		return false;
	for (int i = 0; i < 2; i++) {
		const Value *v = &written->v[0].value.u.list->v[i];
		if (value_is_size(v))
			continue;
		lower_error(l, v->at.hi ? v->at : written->at, "a size is a whole number from 1; found %s",
			    v->kind == V_NUMBER ? arena_printf(l->arena, "%g", v->u.number) : value_what(v));
		wrong = true;
	}
	return wrong;
}

static Value
construct_by_fields(Lower *l, Type *t, const Args *a)
{
	Model *m = instance_new(l, t, a);
	int position = 0;
	for (int i = 0; i < a->n; i++) {
		const char *key = a->v[i].key;
		int k = 0;
		while (key && k < t->nfield && t->field[k].decl->name != key)
			k++;
		if (!key)
			k = position++;
		if (k >= t->nfield && key) {
			unknown_field(l, t, key, a->v[i].at);
			return value_error();
		}
		if (k >= t->nfield) {
			lower_error(l, a->v[i].value.at, "'%s' has %d fields; found %d values", t->name, t->nfield,
				    count_positional(a));
			return value_error();
		}
		if (m->field[k].at.hi || m->field[k].kind != V_ERROR) {
			lower_error(l, a->v[i].at, "field '%s' is given twice", t->field[k].decl->name);
			return value_error();
		}
		m->field[k] = layer_of_type(l, a->v[i].value);
	}
	return model_value(m);
}

/* A type without arguments, LSTM, where a layer is wanted: its sizes follow from the equations. */
Value
layer_of_type(Lower *l, Value v)
{
	return v.kind == V_TYPE ? construct_by_dims(l, v.u.type) : v;
}

Value
construct(Lower *l, Type *t, Args *args)
{
	if (sizes_are_wrong(l, args))
		return value_error();
	Args a = split_pair(l, args);
	int n = count_positional(&a), sizes = 0;
	while (sizes < n && !a.v[sizes].key && value_is_size(&a.v[sizes].value))
		sizes++;
	if (sizes || (!a.n && t->constructor.n)) {
		for (int i = 0; i < t->constructor.n; i++)
			if (constructor_takes(t->constructor.v[i]->u.func, &a)) {
				Closure c = {t->constructor.v[i]->u.func, t->scope, INT32_MAX};
				Value v = call_func(l, &c, &a);
				if (v.kind == V_MODEL && v.u.model->type == t)
					label_by_call(l, v.u.model, args);
				return v;
			}
		if (sizes == 2 && a.n == 2 && !t->constructor.n) {
			Value v = construct_by_size(l, t, &a);
			label_by_call(l, v.u.model, args);
			return v;
		}
	}
	if (sizes && unknown_keyword(l, t, &a))
		return value_error();
	for (int i = 0; i < a.n && sizes; i++)
		if (a.v[i].key && !t->constructor.n && !has_field(t, a.v[i].key)) {
			unknown_field(l, t, a.v[i].key, a.v[i].at);
			return value_error();
		}
	if (sizes == n && n && n != t->nfield) {
		lower_error(l, args->at,
			    "'%s' cannot be made from %d argument%s; wanted sizes, as in '%s(4 => 6)', or one "
			    "value per field",
			    t->name, a.n, a.n == 1 ? "" : "s", t->name);
		return value_error();
	}
	return construct_by_fields(l, t, &a);
}

static int32_t
dim_option(const Lower *l, const char *name)
{
	for (int i = 0; i < l->options->ndim; i++)
		if (strcmp(l->options->dim[i].name, name) == 0)
			return l->options->dim[i].size;
	return 0;
}

/* A type without arguments: sizes by --dim under the constructor's own names, else unknown. */
Value
construct_by_dims(Lower *l, Type *t)
{
	Args a = {.at = SPAN_NONE};
	if (t->constructor.n) {
		const Func *f = t->constructor.v[0]->u.func;
		int n = 0;
		for (const Param *p = f->param; p; p = p->next)
			n++;
		a.v = arena_alloc(l->arena, ((size_t)n + 1) * sizeof *a.v);
		for (const Param *p = f->param; p; p = p->next) {
			if (p->keyword || p->value || !p->pattern->name)
				continue;
			int32_t size = dim_option(l, p->pattern->name);
			a.v[a.n++].value = size ? value_number(size, SPAN_NONE)
						: (Value){.kind = V_DIM, .u.dim = graph_fresh_dim(l->g)};
		}
	}
	return construct(l, t, &a);
}

static const char *
join(Lower *l, const char *a, const char *b)
{
	return intern(l->arena, arena_printf(l->arena, "%s%s%s", a, *a ? "." : "", b));
}

static void
name_children(Lower *l, Model *m, int depth)
{
	for (int i = 0; i < m->nchild; i++) {
		const char *key = m->key[i], *place = arena_printf(l->arena, "%d", i + 1);
		const char *at = key ? arena_printf(l->arena, "%s.%s", m->locator, key)
				     : arena_printf(l->arena, "%s[%d]", m->locator, i + 1);
		model_name(l, m->child[i], join(l, m->prefix, key ? key : place), at, key, depth + 1);
	}
	for (int i = 0; m->type && i < m->type->nfield; i++) {
		const char *key = m->type->field[i].decl->name;
		if (m->field[i].kind == V_MODEL)
			model_name(l, m->field[i], join(l, m->prefix, key),
				   arena_printf(l->arena, "%s.%s", m->locator, key), key, depth + 1);
	}
}

static const char *
layer_label(Lower *l, const Value *v)
{
	if (v->kind != V_MODEL) {
		int n;
		const char *text = v->at.hi ? diag_text(l->diag, v->at, &n) : NULL;
		return text && n < 48 && !memchr(text, '\n', (size_t)n) ? arena_strndup(l->arena, text, (size_t)n)
									: "function";
	}
	return v->u.model->label ? v->u.model->label : model_type_name(v->u.model);
}

static bool
has_layers(const Model *m)
{
	for (int i = 0; m->type && i < m->type->nfield; i++)
		if (m->field[i].kind == V_MODEL)
			return true;
	return m->nchild > 0;
}

/* Gives a model and all models in its fields their names; the first name counts. */
void
model_name(Lower *l, Value v, const char *prefix, const char *locator, const char *key, int depth)
{
	LayerInfo info = {.label = layer_label(l, &v), .prefix = prefix, .key = key, .depth = depth};
	if (v.kind != V_MODEL) {
		*table_push(l->arena, &l->g->layer) = info;
		return;
	}
	Model *m = v.u.model;
	if (m->named) {
		info.label = arena_printf(l->arena, "%s, again", info.label);
		info.prefix = NULL;
		*table_push(l->arena, &l->g->layer) = info;
		return;
	}
	m->named = true;
	m->prefix = prefix;
	m->locator = locator;
	info.container = has_layers(m);
	if (m->kind == MODEL_FLIP || m->kind == MODEL_LAST) { /* one line with what is inside */
		int line = l->g->layer.n;
		model_name(l, m->child[0], prefix, locator, key, depth);
		LayerInfo *inner = &l->g->layer.v[line];
		inner->label = arena_printf(l->arena, "%s(%s)", model_type_name(m), inner->label);
		return;
	}
	if (m->kind != MODEL_STRUCT && !m->label)
		info.label = model_type_name(m);
	*table_push(l->arena, &l->g->layer) = info;
	if (depth > CALL_DEPTH_MAX)
		return;
	name_children(l, m, depth);
}

/* Moves the lines of the summary from `first` on to the end of the block of the layer with that prefix. */
static void
move_below(Lower *l, const char *prefix, int first)
{
	LayerInfo *v = l->g->layer.v;
	int parent = 0, n = l->g->layer.n - first;
	while (parent < first && !(v[parent].prefix && strcmp(v[parent].prefix, prefix) == 0))
		parent++;
	if (parent == first || !n)
		return;
	int to = parent + 1;
	while (to < first && v[to].depth > v[parent].depth)
		to++;
	LayerInfo *moved = arena_alloc(l->arena, (size_t)n * sizeof *moved);
	memcpy(moved, v + first, (size_t)n * sizeof *moved);
	memmove(v + to + n, v + to, (size_t)(first - to) * sizeof *v);
	memcpy(v + to, moved, (size_t)n * sizeof *moved);
	int deeper = v[parent].depth + 1 - moved[0].depth;
	for (int i = to; i < to + n; i++)
		v[i].depth += deeper;
	v[parent].container = true;
}

/* How many layers have that prefix, or that prefix and a number. */
static int
count_prefix(const Lower *l, const char *prefix)
{
	size_t n = strlen(prefix);
	int same = 0;
	for (int i = 0; i < l->g->layer.n; i++) {
		const char *p = l->g->layer.v[i].prefix;
		same += p && strncmp(p, prefix, n) == 0 &&
			(!p[n] || (p[n] == '_' && p[n + 1] >= '0' && p[n + 1] <= '9'));
	}
	return same;
}

/* A model that no field leads to is named by what it was bound to, below the layer whose body calls it. */
static void
name_on_call(Lower *l, Model *m)
{
	if (m->named)
		return;
	const char *hint = m->hint ? m->hint : model_type_name(m);
	const char *base = l->model ? l->model->prefix : "";
	int first = l->g->layer.n;
	if (!m->hint && l->model && m->kind != MODEL_STRUCT) { /* last(…), Recur(…) in a body: part of that layer */
		m->named = true;
		m->prefix = base;
		m->locator = l->model->locator;
		if (m->child[0].kind == V_MODEL && !m->child[0].u.model->named)
			name_children(l, m, 1);
		move_below(l, base, first);
		return;
	}
	for (int i = 0; i < l->user->binding.n && m->hint; i++)
		if (l->user->binding.v[i]->name == m->hint)
			base = "";
	int same = count_prefix(l, join(l, base, hint));
	const char *name = same ? intern(l->arena, arena_printf(l->arena, "%s_%d", hint, same + 1)) : hint;
	const char *prefix = join(l, base, name);
	model_name(l, (Value){.kind = V_MODEL, .at = m->at, .u.model = m}, prefix, prefix, name, 1);
	move_below(l, base, first);
}

static Shape
field_shape(Lower *l, const Field *f)
{
	if (!f->has_shape)
		return shape_unknown();
	Shape s = {(int8_t)f->rank, {f->dim[0], f->dim[1]}};
	assert(s.rank <= 2);
	for (int i = 0; i < s.rank && i < 2; i++)
		if (s.dim[i] == 0)
			s.dim[i] = graph_fresh_dim(l->g);
	return s;
}

static Value
param_value(Lower *l, Model *m, const FieldUse *u, Value given, bool has_default)
{
	const Field *f = u->decl;
	ParamInfo p = {.name = join(l, m->prefix, f->name),
		       .layer = m->locator,
		       .shape = field_shape(l, f),
		       .trainable = u->trainable,
		       .reversed = l->flip,
		       .at = f->at,
		       .optional = has_default,
		       .file_rank = RANK_UNKNOWN};
	if (given.kind == V_TENSOR) {
		p.init = given.u.tensor->init;
		p.fill = given.u.tensor->scale;
		if (given.u.tensor->shape.rank != RANK_UNKNOWN && !f->has_shape)
			p.shape = given.u.tensor->shape;
	} else if (given.kind == V_NUMBER) {
		p.init = INIT_FILL;
		p.fill = given.u.number;
		p.optional = true;
		if (!f->has_shape)
			p.shape = shape_scalar();
	}
	for (int i = 0; i < l->g->param.n && !*m->prefix; i++)
		if (l->g->param.v[i].name == p.name) {
			lower_error(l, f->at,
				    "there are two parameters '%s': this field, and a tensor of the top level",
				    f->name);
			return value_error();
		}
	*table_push(l->arena, &l->g->param) = p;
	Ref r = lower_add(l, OP_PARAM, 0, NULL, f->at);
	Node *n = graph_node(l->g, r);
	n->attr.index = l->g->param.n - 1;
	n->name = f->name;
	n->path = intern(l->arena, m->locator ? m->locator : m->type->name);
	return value_node(r, f->at);
}

static int
field_index(const Type *t, const char *name)
{
	int i = 0;
	while (i < t->nfield && t->field[i].decl->name != name)
		i++;
	assert(i < t->nfield);
	return i;
}

/* What a field that no equation assigns stands for; made when first needed. */
Value
field_value(Lower *l, Binding *b, Scope *fields)
{
	if (b->done)
		return b->value;
	Model *m = fields->model;
	int i = field_index(m->type, b->name);
	const FieldUse *u = &m->type->field[i];
	Value given = m->field[i];
	bool is_given = given.kind != V_ERROR;
	if (!is_given && u->decl->value)
		given = eval_expr(l, m->type->scope, INT32_MAX, u->decl->value);
	bool is_param = given.kind == V_ERROR || given.kind == V_TENSOR || given.kind == V_NUMBER;
	if (given.kind == V_ERROR && u->called && !u->read) {
		lower_error(l, u->decl->at,
			    "'%s' is called, so it is a layer or a function, but '%s' was made without it", b->name,
			    m->type->name);
		if (m->at.hi)
			lower_note(l, m->at, "made here; give it by name, as in '%s(%s = …)'", m->type->name, b->name);
	} else if (is_param) {
		given = param_value(l, m, u, given, !is_given && u->decl->value);
	}
	given = layer_of_type(l, given);
	b->value = given;
	b->done = true;
	return given;
}

static void
fields_make(Lower *l, Model *m)
{
	const Type *t = m->type;
	m->fields = scope_new(l, t->scope, SCOPE_FIELDS);
	m->fields->model = m;
	for (int i = 0; i < t->nfield; i++) {
		Binding *b = scope_bind(l, m->fields, t->field[i].decl->name, t->field[i].decl->at);
		b->order = t->field[i].assigned ? -2 : -1;
	}
	/* In field order, so that parameters are numbered as declared. */
	for (int i = 0; i < t->nfield; i++)
		if (t->field[i].read && !t->field[i].assigned)
			field_value(l, m->fields->binding.v[i], m->fields);
}

/* Says what size a value, or the first of a tuple, has: an EXPECT node. */
Value
expect_size(Lower *l, Value v, int32_t size, const char *what, Span at)
{
	if (!size)
		return v;
	if (v.kind == V_TUPLE && v.u.list->n) {
		Value *item = arena_alloc(l->arena, (size_t)v.u.list->n * sizeof *item);
		memcpy(item, v.u.list->v, (size_t)v.u.list->n * sizeof *item);
		item[0] = expect_size(l, item[0], size, what, at);
		return value_tuple(l, item, v.u.list->n, v.at);
	}
	if (v.kind != V_NODE)
		return v;
	Ref r = lower_add(l, OP_EXPECT, 1, &v.u.node, at);
	graph_node(l->g, r)->shape = shape_vector(size);
	graph_node(l->g, r)->name = what;
	return value_node(r, v.at);
}

static const char *
parameter_list(Lower *l, const Func *f)
{
	Text t = {0};
	for (const Param *p = f->param; p; p = p->next)
		text_add(&t, "%s%s", t.n ? ", " : "", p->pattern->name ? p->pattern->name : "(…)");
	const char *s = arena_printf(l->arena, "(%s)", t.v ? t.v : "");
	text_free(&t);
	return s;
}

static bool
bind_arguments(Lower *l, Scope *s, const Func *f, const Args *a)
{
	int i = 0, n = count_positional(a);
	bool ok = true;
	for (const Param *p = f->param; p && ok; p = p->next) {
		const Value *given = NULL;
		for (int k = 0; k < a->n && p->pattern->name; k++)
			if (a->v[k].key == p->pattern->name)
				given = &a->v[k].value;
		if (!p->keyword && !given && i < n) {
			int seen = 0;
			for (int k = 0; k < a->n; k++)
				if (!a->v[k].key && seen++ == i)
					given = &a->v[k].value;
			i++;
		}
		ok = given || p->value;
		if (ok)
			scope_bind_pattern(l, s, p->pattern, given ? *given : eval_expr(l, s, INT32_MAX, p->value));
	}
	for (int k = 0; k < a->n && ok; k++) {
		const Param *p = f->param;
		while (p && a->v[k].key && p->pattern->name != a->v[k].key)
			p = p->next;
		ok = !a->v[k].key || p;
	}
	if (ok && i == n)
		return true;
	const char *what = f->name ? f->name : l->model && l->model->type ? l->model->type->name : "the function";
	lower_error(l, a->at, "'%s' wants the arguments %s; found %d", what, parameter_list(l, f), a->n);
	lower_note(l, f->head_at, "it is declared here");
	return false;
}

static bool
enter(Lower *l, Span at)
{
	bool deep = ++l->depth > CALL_DEPTH_MAX, many = ++l->calls > CALLS_MAX || l->g->node.n > NODES_MAX;
	if (many && !deep)
		lower_error(l, SPAN_NONE, "the net has more than %d operations or %d calls", NODES_MAX, CALLS_MAX);
	if (!deep)
		return !many;
	lower_error(l, at, "calls are nested more than %d deep; does a function call itself?", CALL_DEPTH_MAX);
	return false;
}

static Value
call_func(Lower *l, const Closure *c, Args *args)
{
	Value v = value_error();
	Scope *s = scope_new(l, c->scope, SCOPE_BODY);
	s->up_order = c->order;
	s->sequential = true;
	const char *equation = l->equation;
	Span site = l->site;
	if (lower_is_users(l, args->at))
		l->site = args->at;
	if (enter(l, args->at) && bind_arguments(l, s, c->func, args)) {
		scope_bind_body(l, s, c->func->body);
		v = scope_run_body(l, s, c->func);
	}
	l->equation = equation;
	l->site = site;
	l->depth--;
	if (v.kind != V_ERROR)
		v.at = args->at;
	return v;
}

/* One more argument than the body has, for a layer with states: their initial values, as in Flux ≥ 0.15. */
static bool
takes_initial_state(const Model *m, const Func *f, const Args *a)
{
	int n = 0, states = 0;
	for (const Param *p = f->param; p; p = p->next)
		n += !p->keyword;
	for (int i = 0; i < m->type->nfield; i++)
		states += m->type->field[i].assigned && m->type->field[i].delayed;
	return states && a->n == n + 1 && !a->v[n].key;
}

static Value
run_struct(Lower *l, Model *m, Args *args)
{
	const Func *f = m->type->decl->u.type.body;
	if (!f) {
		lower_error(l, m->type->decl->at, "'%s' has no equations; write 'function (x) … end' or 'x -> …' in it",
			    m->type->name);
		return value_error();
	}
	if (!m->fields)
		fields_make(l, m);
	Scope *s = scope_new(l, m->fields, SCOPE_BODY);
	s->model = m;
	m->initial = value_error();
	if (takes_initial_state(m, f, args))
		m->initial = args->v[--args->n].value;
	if (args->n > args->input && m->in)
		args->v[args->input].value =
			expect_size(l, args->v[args->input].value, m->in, "input", m->made.hi ? m->made : m->at);
	if (!bind_arguments(l, s, f, args))
		return value_error();
	scope_bind_body(l, s, f->body);
	Value v = scope_run_body(l, s, f);
	l->equation = NULL;
	return expect_size(l, v, m->out, "output", m->made.hi ? m->made : m->at);
}

static Value
run_chain(Lower *l, Model *m, Args *args)
{
	Value v = value_error();
	const char *path = l->path;
	for (int i = 0; i < m->nchild; i++) {
		const char *key =
			m->key[i] ? arena_printf(l->arena, ".%s", m->key[i]) : arena_printf(l->arena, "[%d]", i + 1);
		if (m->child[i].kind != V_MODEL) /* a model says itself where it is */
			l->path = intern(l->arena, arena_printf(l->arena, "%s%s = %s", m->locator, key,
								layer_label(l, &m->child[i])));
		v = i == 0 ? call_value(l, m->child[i], args) : call_one(l, m->child[i], v, m->child[i].at);
		l->path = path;
		if (v.kind == V_ERROR)
			return v;
	}
	return v;
}

/* Parallel(op, a, b)(x) is op(a(x), b(x)); with one input per branch each gets its own. */
static Value
run_parallel(Lower *l, Model *m, Args *args)
{
	Args joined = {arena_alloc(l->arena, (size_t)m->nchild * sizeof *joined.v), m->nchild, false, args->at, 0};
	ValueList *list = args->n == 1 && args->v[0].value.kind == V_TUPLE ? args->v[0].value.u.list : NULL;
	int given = list ? list->n : args->n;
	if (args->n != 1 && args->n != m->nchild) {
		lower_error(l, args->at, "Parallel of %d branches wants one input, or one for each; found %d",
			    m->nchild, given);
		return value_error();
	}
	for (int i = 0; i < m->nchild; i++) {
		Value x = args->n ? args->v[0].value : value_error();
		if (args->n == m->nchild)
			x = args->v[i].value;
		else if (list && list->n == m->nchild)
			x = list->v[i];
		joined.v[i] = (ArgValue){.value = call_one(l, m->child[i], x, m->child[i].at)};
		if (joined.v[i].value.kind == V_ERROR)
			return value_error();
	}
	return call_value(l, m->op, &joined);
}

static Value
last_of(Lower *l, Value v)
{
	if (v.kind == V_TUPLE) {
		Value *item = arena_alloc(l->arena, ((size_t)v.u.list->n + 1) * sizeof *item);
		for (int i = 0; i < v.u.list->n; i++)
			item[i] = last_of(l, v.u.list->v[i]);
		return value_tuple(l, item, v.u.list->n, v.at);
	}
	Ref x = value_ref(l, v);
	return ref_ok(x) ? value_node(lower_add(l, OP_LAST, 1, &x, v.at), v.at) : value_error();
}

static Value
run_last(Lower *l, Model *m, Args *args)
{
	Value v = call_value(l, m->child[0], args);
	return v.kind == V_ERROR ? v : last_of(l, v);
}

static Value
run_model(Lower *l, Model *m, Args *args)
{
	switch (m->kind) {
	case MODEL_STRUCT: return run_struct(l, m, args);
	case MODEL_CHAIN: return run_chain(l, m, args);
	case MODEL_PARALLEL: return run_parallel(l, m, args);
	case MODEL_RECUR: return recur_call(l, m, args);
	case MODEL_LAST: return run_last(l, m, args);
	case MODEL_FLIP: {
		l->flip = !l->flip;
		Value v = call_value(l, m->child[0], args);
		l->flip = !l->flip;
		return v;
	}
	}
	return value_error();
}

static Value
call_model(Lower *l, Model *m, Args *args)
{
	name_on_call(l, m);
	Model *caller = l->model;
	const char *path = l->path, *equation = l->equation;
	Span site = l->site;
	if (lower_is_users(l, m->made))
		l->site = m->made;
	else if (lower_is_users(l, args->at))
		l->site = args->at;
	l->model = m;
	l->equation = NULL;
	const char *type = model_type_name(m);
	bool same = strcmp(m->locator, type) == 0; /* a struct compiled by itself */
	l->path = intern(l->arena, same ? type : arena_printf(l->arena, "%s = %s", m->locator, type));
	if (m->kind != MODEL_STRUCT)
		l->path = path;
	Value v = enter(l, args->at) ? run_model(l, m, args) : value_error();
	l->depth--;
	l->model = caller;
	l->site = site;
	l->path = path;
	l->equation = equation;
	return v;
}

static Value
call_builtin(Lower *l, const Builtin *b, Args *args)
{
	if (!b->call) {
		lower_error(l, args->at, "'%s' is not a function", b->name);
		return value_error();
	}
	int n = count_positional(args);
	bool keys_ok =
		n == args->n || (b->max < 0 && strcmp(b->name, "Chain") == 0) || strcmp(b->name, "Parallel") == 0;
	if (!keys_ok || args->n < b->min || (b->max >= 0 && args->n > b->max)) {
		const char *wanted = b->max == b->min ? arena_printf(l->arena, "%d", b->min)
				     : b->max < 0     ? arena_printf(l->arena, "at least %d", b->min)
						      : arena_printf(l->arena, "%d to %d", b->min, b->max);
		lower_error(l, args->at, "'%s' wants %s argument%s%s; found %d", b->name, wanted,
			    b->max == 1 && b->min == 1 ? "" : "s", keys_ok ? "" : ", without names", args->n);
		return value_error();
	}
	if (args->dot && !b->elementwise) {
		lower_error(l, args->at, "'%s' works on the whole value; write '%s(…)' without the dot", b->name,
			    b->name);
		return value_error();
	}
	return b->call(l, b, args);
}

Value
call_value(Lower *l, Value callee, Args *args)
{
	for (int i = 0; i < args->n; i++)
		if (args->v[i].value.kind == V_ERROR)
			return value_error();
	switch (callee.kind) {
	case V_ERROR: return callee;
	case V_MODEL: return call_model(l, callee.u.model, args);
	case V_FUNC: return call_func(l, callee.u.func, args);
	case V_BUILTIN: return call_builtin(l, callee.u.builtin, args);
	case V_TYPE: return construct(l, callee.u.type, args);
	default:
		lower_error(l, callee.at, "%s cannot be called; wanted a function or a layer", value_what(&callee));
		return value_error();
	}
}

Value
call_one(Lower *l, Value callee, Value arg, Span at)
{
	ArgValue v = {.value = arg, .at = arg.at};
	Args args = {&v, 1, false, at, 0};
	return call_value(l, callee, &args);
}
