/* build.c: the builders that the grammar's actions call.
 *
 * Where Julia reads one thing in two ways, (a, b) as a tuple or as arguments, f(x) as a call or as the head of
 * a definition, the grammar reads the first and these turn it into the second when '=' or '->' follows. What
 * would be wrong in the first reading waits in f->pending until the statement is complete. */
#include "front.h"
#include <assert.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Says an error unless the statement has had one. */
bool
complain(Front *f, Span at, const char *fmt, ...)
{
	char message[1024];
	va_list args;
	va_start(args, fmt);
	vsnprintf(message, sizeof message, fmt, args);
	va_end(args);
	if (f->complained)
		return false;
	diag_error(f->diag, at, "%s", message);
	return f->complained = true;
}

static void
add_pending(Front *f, PendingKind kind, Span at, Span next)
{
	*table_push(f->arena, &f->pending) = (Pending){kind, at, next};
}

/* What waits since offset lo: the last entries, as no entry is older than the text it stands in. */
static int
pending_since(const Front *f, uint32_t lo)
{
	int first = f->pending.n;
	while (first > 0 && f->pending.v[first - 1].at.lo >= lo)
		first--;
	return first;
}

/* Forgets what is allowed after all, as the text at a span turned out to be arguments. */
static void
allow_pending(Front *f, Span at)
{
	int kept = pending_since(f, at.lo);
	for (int i = kept; i < f->pending.n; i++) {
		Pending *p = &f->pending.v[i];
		if (p->kind == PENDING_COMMA || p->at.hi > at.hi)
			f->pending.v[kept++] = *p;
	}
	f->pending.n = kept;
}

static void
judge_pending(Front *f, const Pending *p)
{
	switch (p->kind) {
	case PENDING_COMMA:
		diag_warning(f->diag, WARN_MISSING_COMMA, (Span){p->at.hi, p->at.hi},
			     "missing comma between '%s' and '%s'", front_text(f, p->at), front_text(f, p->next));
		break;
	case PENDING_TYPE:
		complain(f, p->at, "'::' in an expression is not in the language: types are inferred; leave it out");
		break;
	case PENDING_KEY:
		complain(f, p->at, "named values, 'name = value', stand only in the arguments of a call");
		break;
	case PENDING_SEMICOLON: complain(f, p->at, "';' in '( )' stands only in the arguments of a call"); break;
	}
}

void
settle(Front *f, uint32_t lo, bool failed)
{
	int first = pending_since(f, lo);
	for (int i = first; i < f->pending.n && !failed; i++)
		judge_pending(f, &f->pending.v[i]);
	f->pending.n = first;
	f->complained = false;
}

static Expr *
expr_new(Front *f, Span at, ExprKind kind)
{
	Expr *e = arena_alloc(f->arena, sizeof *e);
	e->kind = kind;
	e->at = at;
	e->depth = 1;
	return e;
}

static void
deepen(Expr *e, const Expr *child)
{
	if (child && child->depth >= e->depth)
		e->depth = child->depth + 1;
}

/* The finished tree; one that is too deep is replaced by a leaf, so that no walk ever meets it. */
static Expr *
finish(Front *f, Expr *e)
{
	if (e->depth <= AST_DEPTH_MAX)
		return e;
	complain(f, e->at, "the expression is nested more than %d deep; give a part of it a name of its own",
		 AST_DEPTH_MAX);
	return expr_new(f, e->at, EX_HOLE);
}

Expr *
expr_number(Front *f, Span at, double value, bool is_int)
{
	Expr *e = expr_new(f, at, EX_NUMBER);
	e->u.number.value = value;
	e->u.number.is_int = is_int;
	return e;
}

Expr *
expr_leaf(Front *f, Span at, ExprKind kind)
{
	return expr_new(f, at, kind);
}

Expr *
expr_bool(Front *f, Span at, bool value)
{
	Expr *e = expr_new(f, at, EX_BOOL);
	e->u.boolean = value;
	return e;
}

Expr *
expr_name(Front *f, Span at, const char *name)
{
	Expr *e = expr_new(f, at, EX_NAME);
	e->u.name = name;
	return e;
}

Expr *
expr_string(Front *f, Span at, const char *string)
{
	Expr *e = expr_new(f, at, EX_STRING);
	e->u.string = string;
	return e;
}

Expr *
expr_delay(Front *f, Span at, const char *name, int steps)
{
	Expr *e = expr_new(f, at, EX_DELAY);
	e->u.delay.name = name;
	e->u.delay.steps = steps;
	e->u.delay.name_at = (Span){at.lo, at.lo + (uint32_t)strlen(name)};
	return e;
}

/* EX_UNARY, EX_BINARY and EX_PAIR; right is NULL for the first. */
static Expr *
operation(Front *f, Span at, ExprKind kind, Operator op, Expr *left, Expr *right)
{
	Expr *e = expr_new(f, at, kind);
	e->u.op.op = op.op;
	e->u.op.dot = op.dot;
	e->u.op.op_at = op.at;
	e->u.op.left = left;
	e->u.op.right = right;
	deepen(e, left);
	deepen(e, right);
	return finish(f, e);
}

Expr *
expr_unary(Front *f, Span at, Span op_at, Expr *operand)
{
	return operation(f, at, EX_UNARY, (Operator){'-', false, op_at}, operand, NULL);
}

Expr *
expr_binary(Front *f, Span at, Operator op, Expr *left, Expr *right)
{
	return operation(f, at, EX_BINARY, op, left, right);
}

Expr *
expr_pair(Front *f, Span at, Span op_at, Expr *left, Expr *right)
{
	return operation(f, at, EX_PAIR, (Operator){0, false, op_at}, left, right);
}

Expr *
expr_tuple(Front *f, Span at, const ArgList *items)
{
	Expr *e = expr_new(f, at, EX_TUPLE);
	e->u.tuple.item = items->first;
	e->u.tuple.n = items->n;
	for (const Arg *arg = items->first; arg; arg = arg->next)
		deepen(e, arg->value);
	return finish(f, e);
}

/* True if an argument can only be read as one of a call or definition; that waits in f->pending. */
static bool
is_special(Front *f, const Arg *arg)
{
	const Item *item = (const Item *)arg;
	if (item->after_semicolon)
		add_pending(f, PENDING_SEMICOLON, arg->at, arg->at);
	else if (arg->key)
		add_pending(f, PENDING_KEY, arg->at, arg->at);
	return item->after_semicolon || item->typed || arg->key;
}

Expr *
expr_paren(Front *f, Span at, ArgList *items)
{
	bool special = false;
	for (const Arg *arg = items->first; arg; arg = arg->next)
		special |= is_special(f, arg);
	if (!items->first || items->first->next || items->comma || special)
		return expr_tuple(f, at, items);
	return items->first->value;
}

Expr *
expr_call(Front *f, Span at, Expr *callee, bool dot, ArgList *args)
{
	Expr *e = expr_new(f, at, EX_CALL);
	e->u.call.callee = callee;
	e->u.call.dot = dot;
	e->u.call.arg = args->first;
	deepen(e, callee);
	for (const Arg *arg = args->first; arg; arg = arg->next)
		deepen(e, arg->value);
	return finish(f, e);
}

Expr *
expr_index(Front *f, Span at, Expr *base, Expr *from, Expr *to)
{
	Expr *e = expr_new(f, at, EX_INDEX);
	e->u.index.base = base;
	e->u.index.from = from;
	e->u.index.to = to;
	deepen(e, base);
	deepen(e, from);
	deepen(e, to);
	return finish(f, e);
}

ArgList *
args_none(Front *f)
{
	return arena_alloc(f->arena, sizeof(ArgList));
}

ArgList *
args_add(Front *f, ArgList *list, Arg *arg)
{
	(void)f;
	list_append(list->first, list->last, arg);
	list->n++;
	return list;
}

ArgList *
args_add_on_new_line(Front *f, ArgList *list, Arg *arg)
{
	add_pending(f, PENDING_COMMA, list->last->at, arg->at);
	return args_add(f, list, arg);
}

ArgList *
args_keywords(Front *f, ArgList *list, ArgList *keywords)
{
	for (Arg *arg = keywords->first, *next; arg; arg = next) {
		next = arg->next;
		arg->next = NULL;
		((Item *)arg)->after_semicolon = true;
		if (!arg->key && arg->value->kind == EX_NAME)
			arg->key = arg->value->u.name; /* f(x; bias) means bias = bias */
		else if (!arg->key)
			complain(f, arg->at, "after ';' found '%s', wanted 'name = value'", front_text(f, arg->at));
		args_add(f, list, arg);
	}
	return list;
}

Arg *
arg_plain(Front *f, Span at, Expr *value)
{
	Item *item = arena_alloc(f->arena, sizeof *item);
	item->arg.value = value;
	item->arg.at = at;
	return &item->arg;
}

Arg *
arg_key(Front *f, Span at, Expr *key, Expr *value)
{
	Arg *arg = arg_plain(f, at, value);
	if (key->kind == EX_NAME)
		arg->key = key->u.name;
	else
		complain(f, key->at, "found '%s' before '=', wanted a name", front_text(f, key->at));
	return arg;
}

Arg *
arg_typed(Front *f, Span type_at, Arg *arg)
{
	((Item *)arg)->typed = true;
	add_pending(f, PENDING_TYPE, type_at, type_at);
	return arg;
}

static Pattern *
pattern_new(Front *f, Span at, const char *name)
{
	Pattern *p = arena_alloc(f->arena, sizeof *p);
	p->name = name;
	p->at = at;
	return p;
}

static Pattern *pattern_of(Front *f, const Expr *e);

static Pattern *
tuple_pattern(Front *f, const Expr *e)
{
	Pattern *p = pattern_new(f, e->at, NULL), **end = &p->item;
	p->tuple = true;
	for (const Arg *arg = e->u.tuple.item; arg; arg = arg->next) {
		if (arg->key)
			complain(f, arg->at, "found '%s', wanted a name", front_text(f, arg->at));
		*end = pattern_of(f, arg->value);
		end = &(*end)->next;
	}
	if (!p->item)
		complain(f, e->at, "found '()', wanted a name");
	return p;
}

/* An expression as the left side of an equation or as an argument. */
static Pattern *
pattern_of(Front *f, const Expr *e)
{
	switch (e->kind) {
	case EX_NAME: return pattern_new(f, e->at, e->u.name);
	case EX_HOLE: return pattern_new(f, e->at, NULL);
	case EX_TUPLE: return tuple_pattern(f, e);
	case EX_DELAY:
		complain(f, e->at,
			 "found the delayed '%s', wanted a name: an equation gives the value of now, '%s = …'",
			 front_text(f, e->at), e->u.delay.name);
		break;
	case EX_INDEX:
		complain(f, e->at, "found '%s', wanted a name: a part of a value cannot be assigned",
			 front_text(f, e->at));
		break;
	case EX_NUMBER:
	case EX_BOOL:
	case EX_STRING:
	case EX_END:
	case EX_UNARY:
	case EX_BINARY:
	case EX_PAIR:
	case EX_CALL:
	case EX_LAMBDA:
		complain(f, e->at, "found '%s', wanted a name or a tuple of names", front_text(f, e->at));
		break;
	}
	return pattern_new(f, e->at, NULL);
}

static Param ***
add_param(Front *f, Param ***end, const Arg *arg, const Expr *left, bool pair)
{
	Param *p = arena_alloc(f->arena, sizeof *p);
	p->pattern = arg->key ? pattern_new(f, arg->at, arg->key) : pattern_of(f, left);
	/* f(x; bias) has a keyword without a default: its value is its own name */
	bool same = arg->key && left->kind == EX_NAME && left->at.lo == arg->at.lo;
	p->value = arg->key && !same ? arg->value : NULL;
	p->keyword = ((const Item *)arg)->after_semicolon;
	p->pair = pair;
	if (arg->key)
		p->pattern->at.hi = arg->at.lo + (uint32_t)strlen(arg->key);
	**end = p;
	*end = &p->next;
	return end;
}

/* Arguments of a call as those of a definition. */
static Param *
params_of(Front *f, const Arg *arg)
{
	Param *first = NULL, **end = &first;
	for (; arg; arg = arg->next) {
		const Expr *e = arg->value;
		if (!arg->key && e->kind == EX_PAIR) {
			add_param(f, &end, arg, e->u.op.left, true);
			add_param(f, &end, arg, e->u.op.right, false);
		} else
			add_param(f, &end, arg, e, false);
	}
	return first;
}

static Stmt *
stmt_plain(Front *f, Expr *value)
{
	Stmt *s = arena_alloc(f->arena, sizeof *s);
	s->value = value;
	s->at = value->at;
	return s;
}

static Func *
func_new(Front *f, Span at, Span head_at, const char *name, Param *param, Stmt *body)
{
	Func *func = arena_alloc(f->arena, sizeof *func);
	func->name = name;
	func->param = param;
	func->body = body;
	func->at = at;
	func->head_at = head_at;
	return func;
}

static Expr *
expr_lambda(Front *f, Func *func)
{
	Expr *e = expr_new(f, func->at, EX_LAMBDA);
	e->u.lambda = func;
	for (const Stmt *s = func->body; s; s = s->next)
		deepen(e, s->value);
	for (const Param *p = func->param; p; p = p->next)
		deepen(e, p->value);
	return finish(f, e);
}

Expr *
expr_arrow(Front *f, Span at, Expr *left, Expr *body)
{
	Param *param;
	allow_pending(f, left->at);
	if (left->kind == EX_TUPLE)
		param = params_of(f, left->u.tuple.item);
	else
		param = params_of(f, arg_plain(f, left->at, left));
	Span head = {at.lo, left->at.hi};
	return expr_lambda(f, func_new(f, at, head, NULL, param, stmt_plain(f, body)));
}

Head *
head_new(Front *f, Span at, const char *name, Span name_at, ArgList *items)
{
	Head *h = arena_alloc(f->arena, sizeof *h);
	allow_pending(f, at);
	h->name = name;
	h->name_at = name_at;
	h->at = at;
	h->param = params_of(f, items->first);
	h->errors = diag_errors(f->diag);
	return h;
}

Head *
head_bad(Front *f, Span at)
{
	Head *h = arena_alloc(f->arena, sizeof *h);
	h->at = at;
	h->bad = true;
	return h;
}

/* function head … end */
Expr *
expr_function(Front *f, Span at, Head *head, StmtList *body)
{
	Span head_at = {at.lo, head->at.hi};
	if (!body->first && !head->bad && diag_errors(f->diag) == head->errors)
		complain(f, head_at, "the body of this function is empty, wanted an expression");
	if (!body->first)
		stmts_add(body, stmt_plain(f, expr_leaf(f, head_at, EX_HOLE)));
	for (const Stmt *s = body->first; s && s->next; s = s->next)
		if (s->is_return) {
			complain(
				f, s->at,
				"'return' ends a function, but more equations follow: it stands only in the last line");
			break;
		}
	return expr_lambda(f, func_new(f, at, head_at, head->name, head->param, body->first));
}

StmtList *
stmts_none(Front *f)
{
	return arena_alloc(f->arena, sizeof(StmtList));
}

StmtList *
stmts_add(StmtList *list, Stmt *stmt)
{
	list_append(list->first, list->last, stmt);
	return list;
}

static bool
is_named_function(const Expr *e)
{
	return e->kind == EX_LAMBDA && e->u.lambda->name;
}

/* f(x) = value as a function; NULL if what is called is not a name. */
static Func *
short_function(Front *f, Span at, const Expr *left, Expr *value)
{
	const Expr *callee = left->u.call.callee;
	assert(left->kind == EX_CALL);
	if (callee->kind != EX_NAME || left->u.call.dot) {
		complain(f, left->at, "found '%s' before '=', wanted a name or 'name(arguments)'",
			 front_text(f, left->at));
		return NULL;
	}
	allow_pending(f, left->at);
	Param *param = params_of(f, left->u.call.arg);
	return func_new(f, at, left->at, callee->u.name, param, stmt_plain(f, value));
}

Stmt *
stmt_new(Front *f, Span at, Expr *left, Expr *value)
{
	Stmt *s = stmt_plain(f, value ? value : left);
	s->at = at;
	if (value && left->kind == EX_CALL) {
		Func *func = short_function(f, at, left, value);
		if (func) {
			s->pattern = pattern_new(f, left->u.call.callee->at, func->name);
			func->name = NULL;
			s->value = expr_lambda(f, func);
		}
	} else if (value) {
		allow_pending(f, left->at);
		s->pattern = pattern_of(f, left);
	} else if (is_named_function(left)) {
		s->pattern = pattern_new(f, left->u.lambda->head_at, left->u.lambda->name);
		left->u.lambda->name = NULL;
	}
	return s;
}

Stmt *
stmt_return(Front *f, Span at, Expr *value)
{
	Stmt *s = stmt_plain(f, value);
	s->at = at;
	s->is_return = true;
	return s;
}

static Decl *
decl_new(Front *f, DeclKind kind, Span at, const char *name)
{
	Decl *d = arena_alloc(f->arena, sizeof *d);
	d->kind = kind;
	d->at = at;
	d->name = name;
	return d;
}

static void
top_add(Front *f, Decl *d)
{
	list_append(f->first, f->last_decl, d);
}

static Decl *
decl_func(Front *f, Span at, Func *func)
{
	Decl *d = decl_new(f, DECL_FUNC, at, func->name);
	d->u.func = func;
	return d;
}

Members *
members_none(Front *f)
{
	return arena_alloc(f->arena, sizeof(Members));
}

static void
add_body(Front *f, Members *m, Func *func)
{
	if (m->body) {
		if (complain(f, func->head_at, "found a second body, wanted one: a model is one function"))
			diag_note(f->diag, m->body->head_at, "the first is here");
	} else
		m->body = func;
}

static void
add_constructor(Members *m, Decl *d)
{
	list_append(m->constructor, m->last_constructor, d);
}

/* One size of name::(2, 3). */
static int
size_of(Front *f, const Arg *arg)
{
	const Expr *e = arg->value;
	if (e->kind == EX_HOLE)
		return 0;
	if (e->kind == EX_NUMBER && e->u.number.is_int && e->u.number.value >= 1 && e->u.number.value <= INT_MAX)
		return (int)e->u.number.value;
	complain(f, arg->at, "found the size '%s', wanted a whole number from 1, or '_' for one to infer",
		 front_text(f, arg->at));
	return 0;
}

static void
read_shape(Front *f, Field *field, Expr *shape)
{
	Arg one = {.value = shape, .at = shape->at};
	const Arg *arg = shape->kind == EX_TUPLE ? shape->u.tuple.item : &one;
	field->has_shape = true;
	for (; arg; arg = arg->next) {
		if (field->rank == COUNT(field->dim)) {
			complain(f, shape->at, "found a shape of more than %d sizes: values are vectors and matrices",
				 COUNT(field->dim));
			return;
		}
		field->dim[field->rank++] = size_of(f, arg);
	}
	if (!field->rank)
		complain(f, shape->at, "found an empty shape, wanted one or two sizes");
}

void
members_add(Front *f, Members *m, Span at, Expr *left, bool typed, Expr *shape, Expr *value)
{
	if (left->kind == EX_NAME) {
		Field *field = arena_alloc(f->arena, sizeof *field);
		field->name = left->u.name;
		field->at = at;
		field->value = value;
		if (shape)
			read_shape(f, field, shape);
		list_append(m->field, m->last, field);
	} else if (typed || (value && left->kind != EX_CALL))
		complain(f, at, "found '%s', wanted the name of a field", front_text(f, at));
	else if (value) {
		Func *func = short_function(f, (Span){at.lo, value->at.hi}, left, value);
		if (func)
			add_constructor(m, decl_func(f, left->u.call.callee->at, func));
	} else if (is_named_function(left))
		add_constructor(m, decl_func(f, left->u.lambda->head_at, left->u.lambda));
	else if (left->kind == EX_LAMBDA)
		add_body(f, m, left->u.lambda);
	else if (left->kind == EX_TUPLE)
		complain(f, at, "found ',' between fields, wanted ';' or a new line");
	else
		complain(f, at, "found '%s', wanted a field, 'function (x) … end' or 'x -> …'", front_text(f, at));
}

void
top_struct(Front *f, Span name_at, const char *name, Members *m)
{
	if (!name)
		return;
	Decl *d = decl_new(f, DECL_STRUCT, (Span){name_at.lo, name_at.lo + (uint32_t)strlen(name)}, name);
	d->u.type.field = m->field;
	d->u.type.body = m->body;
	d->u.type.constructor = m->constructor;
	for (const Decl *c = m->constructor; c; c = c->next)
		if (c->name != name) {
			complain(f, c->at,
				 "found the function '%s' in the struct '%s', wanted a body without a name, or a "
				 "constructor '%s(…) = …'",
				 c->name, name, name);
			break;
		}
	top_add(f, d);
}

void
top_stmt(Front *f, Span at, Expr *left, Expr *value, bool net)
{
	bool is_definition = value ? left->kind == EX_CALL : is_named_function(left);
	if (net && !is_definition) {
		complain(f, at,
			 "found '%s' after '@net', wanted a struct or a function, '@net struct T … end' or '@net f(x) "
			 "= …'",
			 front_text(f, at));
	} else if (value && left->kind == EX_CALL) {
		Func *func = short_function(f, (Span){at.lo, value->at.hi}, left, value);
		if (func)
			top_add(f, decl_func(f, left->u.call.callee->at, func));
	} else if (is_definition) {
		top_add(f, decl_func(f, left->u.lambda->head_at, left->u.lambda));
	} else {
		Decl *d = decl_new(f, value ? DECL_BIND : DECL_EXPR, at, NULL);
		Span whole = {at.lo, value ? value->at.hi : at.hi};
		d->u.stmt = stmt_new(f, whole, left, value);
		top_add(f, d);
	}
}

void
top_layer(Front *f, Span at, const char *name, Span key_at, const char *key, Expr *names)
{
	Decl *d = decl_new(f, DECL_NONTRAINABLE, at, name);
	Arg one = {.value = names, .at = names->at};
	bool tuple = names->kind == EX_TUPLE;
	size_t n = tuple ? (size_t)names->u.tuple.n : 1;
	if (strcmp(key, "trainable") != 0)
		complain(f, key_at, "found '%s', wanted 'trainable'", key);
	d->u.layer.trainable = arena_alloc(f->arena, n * sizeof *d->u.layer.trainable);
	d->u.layer.trainable_at = arena_alloc(f->arena, n * sizeof *d->u.layer.trainable_at);
	for (const Arg *arg = tuple ? names->u.tuple.item : &one; arg; arg = arg->next) {
		if (arg->value->kind != EX_NAME) {
			complain(f, arg->at, "found '%s', wanted the name of a field", front_text(f, arg->at));
			return;
		}
		d->u.layer.trainable[d->u.layer.n] = arg->value->u.name;
		d->u.layer.trainable_at[d->u.layer.n++] = arg->at;
	}
	top_add(f, d);
}

/* Kept as the call that it looks like; parse.c puts the file in its place. */
void
top_include(Front *f, Span at, Span string_at, const char *string)
{
	ArgList args = {0};
	args_add(f, &args, arg_plain(f, string_at, expr_string(f, string_at, string)));
	Expr *callee = expr_name(f, (Span){at.lo, string_at.lo}, intern(f->arena, "include"));
	Decl *d = decl_new(f, DECL_EXPR, string_at, NULL);
	d->u.stmt = stmt_plain(f, expr_call(f, at, callee, false, &args));
	top_add(f, d);
}
