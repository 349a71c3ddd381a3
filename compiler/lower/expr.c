/* expr.c: expressions. Numbers stay numbers as long as they can, so sizes can be computed; what meets a node becomes
 * one. */
#include "value.h"
#include <assert.h>
#include <float.h>
#include <math.h>
#include <string.h>

Value
value_error(void)
{
	return (Value){.kind = V_ERROR};
}

Value
value_number(double v, Span at)
{
	return (Value){.kind = V_NUMBER, .at = at, .u.number = v};
}

Value
value_node(Ref r, Span at)
{
	return (Value){.kind = V_NODE, .at = at, .u.node = r};
}

Value
value_tuple(Lower *l, const Value *v, int n, Span at)
{
	ValueList *list = arena_alloc(l->arena, sizeof *list);
	list->v = arena_alloc(l->arena, ((size_t)n + 1) * sizeof *v);
	list->n = n;
	if (n)
		memcpy(list->v, v, (size_t)n * sizeof *v);
	return (Value){.kind = V_TUPLE, .at = at, .u.list = list};
}

const char *
value_what(const Value *v)
{
	switch (v->kind) {
	case V_ERROR: return "nothing";
	case V_NUMBER: return "a number";
	case V_BOOL: return "true or false";
	case V_DIM: return "a size that is not known yet";
	case V_NODE: return "a value";
	case V_TUPLE: return "a tuple";
	case V_PAIR: return "a pair 'a => b'";
	case V_TENSOR: return "an initial value";
	case V_FUNC:
	case V_BUILTIN: return "a function";
	case V_TYPE: return "a type of layer";
	case V_MODEL: return "a layer";
	}
	return "?";
}

bool
value_is_size(const Value *v)
{
	return v->kind == V_DIM || (v->kind == V_NUMBER && v->u.number >= 1 && v->u.number <= INT32_MAX &&
				    v->u.number == floor(v->u.number));
}

Ref
lower_add(Lower *l, Op op, int nin, const Ref *in, Span at)
{
	Ref r = graph_add(l->g, op, nin, in);
	Node *n = graph_node(l->g, r);
	n->at = at;
	n->site = lower_is_users(l, at) ? SPAN_NONE : l->site;
	if (l->path && l->equation)
		n->path = intern(l->arena, arena_printf(l->arena, "%s › %s", l->path, l->equation));
	else
		n->path = l->path;
	return r;
}

Ref
value_ref(Lower *l, Value v)
{
	switch (v.kind) {
	case V_ERROR: return REF_NONE;
	case V_NODE: return v.u.node;
	case V_NUMBER:
	case V_BOOL: {
		if (v.kind == V_NUMBER && !(fabs(v.u.number) <= FLT_MAX)) {
			if (isnan(v.u.number))
				lower_error(l, v.at, "this is not a number (NaN)");
			else
				lower_error(l, v.at, "the number %g is too large for float32", v.u.number);
			return REF_NONE;
		}
		Ref r = graph_number(l->g, v.kind == V_BOOL ? (double)v.u.boolean : v.u.number);
		graph_node(l->g, r)->at = v.at;
		graph_node(l->g, r)->path = l->path;
		return r;
	}
	default: lower_error(l, v.at, "wanted a value to compute with, found %s", value_what(&v)); return REF_NONE;
	}
}

static double
number_binary(char op, double a, double b)
{
	switch (op) {
	case '+': return a + b;
	case '-': return a - b;
	case '*': return a * b;
	case '/': return a / b;
	case '^': return pow(a, b);
	}
	assert(0 && "no such operator");
	return 0;
}

static bool
is_plain(const Value *v)
{
	return v->kind == V_NUMBER || v->kind == V_BOOL;
}

static double
plain_number(const Value *v)
{
	return v->kind == V_BOOL ? (double)v->u.boolean : v->u.number;
}

Value
value_binary(Lower *l, char op, bool dot, Value a, Value b, Span at)
{
	if (a.kind == V_ERROR || b.kind == V_ERROR)
		return value_error();
	if (is_plain(&a) && is_plain(&b))
		return value_number(number_binary(op, plain_number(&a), plain_number(&b)), at);
	if (a.kind == V_DIM || b.kind == V_DIM) {
		lower_error(l, at, "cannot compute with a size that is not known here; give it as a number");
		return value_error();
	}
	Op node_op = op == '+' ? OP_ADD : op == '-' ? OP_SUB : op == '/' ? OP_DIV : op == '^' ? OP_POW : OP_MATMUL;
	if (op == '*' && (dot || is_plain(&a) || is_plain(&b)))
		node_op = OP_MUL;
	Ref x = value_ref(l, a), y = value_ref(l, b);
	if (!ref_ok(x) || !ref_ok(y))
		return value_error();
	return value_node(lower_add(l, node_op, 2, (Ref[]){x, y}, at), at);
}

static Value
eval_unary(Lower *l, Scope *s, int32_t order, const Expr *e)
{
	Value v = eval_expr(l, s, order, e->u.op.left);
	if (v.kind == V_ERROR)
		return v;
	if (is_plain(&v))
		return value_number(-plain_number(&v), e->at);
	Ref x = value_ref(l, v);
	return ref_ok(x) ? value_node(lower_add(l, OP_NEG, 1, &x, e->at), e->at) : value_error();
}

static Value
eval_tuple(Lower *l, Scope *s, int32_t order, const Expr *e)
{
	Value *v = arena_alloc(l->arena, ((size_t)e->u.tuple.n + 1) * sizeof *v);
	int n = 0;
	for (const Arg *a = e->u.tuple.item; a; a = a->next) {
		v[n] = eval_expr(l, s, order, a->value);
		n++;
	}
	return value_tuple(l, v, n, e->at);
}

/* A position in an index: a whole number, or "end" plus or minus one, as a position counted from the end (≤ 0). */
static bool
index_position(Lower *l, Scope *s, int32_t order, const Expr *e, int32_t *out)
{
	if (e->kind == EX_END) {
		*out = 0;
		return true;
	}
	if (e->kind == EX_BINARY && e->u.op.left->kind == EX_END && e->u.op.op == '-') {
		Value v = eval_expr(l, s, order, e->u.op.right);
		if (value_is_size(&v) && v.kind == V_NUMBER) {
			*out = (int32_t)-v.u.number;
			return true;
		}
	}
	Value v = eval_expr(l, s, order, e);
	if (v.kind == V_ERROR)
		return false;
	if (!value_is_size(&v) || v.kind != V_NUMBER) {
		lower_error(l, e->at, "an index is a whole number from 1, 'end' or 'end - k'; found %s",
			    v.kind == V_NUMBER ? arena_printf(l->arena, "%g", v.u.number) : value_what(&v));
		return false;
	}
	*out = (int32_t)v.u.number;
	return true;
}

static Value
index_tuple(Lower *l, Value v, int32_t first, int32_t last, bool one, Span at)
{
	int n = v.u.list->n;
	first += first <= 0 ? n : 0;
	last += last <= 0 ? n : 0;
	if (first < 1 || last > n || first > last) {
		lower_error(l, at, "index %d:%d is outside a tuple of %d", (int)first, (int)last, n);
		return value_error();
	}
	return one ? v.u.list->v[first - 1] : value_tuple(l, v.u.list->v + first - 1, last - first + 1, at);
}

static Value
eval_index(Lower *l, Scope *s, int32_t order, const Expr *e)
{
	Value v = eval_expr(l, s, order, e->u.index.base);
	int32_t first = 1, last = 0;
	bool one = e->u.index.from && !e->u.index.to;
	if (e->u.index.from && !index_position(l, s, order, e->u.index.from, &first))
		return value_error();
	if (e->u.index.to && !index_position(l, s, order, e->u.index.to, &last))
		return value_error();
	if (one)
		last = first;
	if (v.kind == V_TUPLE)
		return index_tuple(l, v, first, last, one, e->at);
	if (v.kind == V_MODEL && one && v.u.model->kind != MODEL_STRUCT && first >= 1 && first <= v.u.model->nchild)
		return v.u.model->child[first - 1];
	Ref x = value_ref(l, v);
	if (!ref_ok(x))
		return value_error();
	Ref r = lower_add(l, one ? OP_ELEMENT : OP_SLICE, 1, &x, e->at);
	graph_node(l->g, r)->attr.range.first = first;
	graph_node(l->g, r)->attr.range.last = last;
	return value_node(r, e->at);
}

static Value
eval_call(Lower *l, Scope *s, int32_t order, const Expr *e)
{
	Value callee = eval_expr(l, s, order, e->u.call.callee);
	int n = 0;
	for (const Arg *a = e->u.call.arg; a; a = a->next)
		n++;
	Args args = {arena_alloc(l->arena, ((size_t)n + 1) * sizeof *args.v), 0, e->u.call.dot, e->at, 0};
	bool bad = callee.kind == V_ERROR;
	for (const Arg *a = e->u.call.arg; a; a = a->next) {
		Value v = eval_expr(l, s, order, a->value);
		bad |= v.kind == V_ERROR;
		v.at = a->value->at;
		args.v[args.n++] = (ArgValue){a->key, v, a->at};
	}
	if (bad)
		return value_error();
	callee.at = e->u.call.callee->at;
	return call_value(l, callee, &args);
}

static Value
eval_lambda(Lower *l, Scope *s, int32_t order, const Expr *e)
{
	Closure *c = arena_alloc(l->arena, sizeof *c);
	*c = (Closure){e->u.lambda, s, order};
	return (Value){.kind = V_FUNC, .at = e->at, .u.func = c};
}

Value
eval_expr(Lower *l, Scope *s, int32_t order, const Expr *e)
{
	switch (e->kind) {
	case EX_NUMBER: return value_number(e->u.number.value, e->at);
	case EX_BOOL: return (Value){.kind = V_BOOL, .at = e->at, .u.boolean = e->u.boolean};
	case EX_STRING: lower_error(l, e->at, "a text is only wanted by include(\"file.net\")"); return value_error();
	case EX_NAME: return name_value(l, s, order, e->u.name, e->at);
	case EX_HOLE: return (Value){.kind = V_DIM, .at = e->at, .u.dim = graph_fresh_dim(l->g)};
	case EX_END: lower_error(l, e->at, "'end' has a meaning only inside an index, v[end]"); return value_error();
	case EX_DELAY: return delay_value(l, s, order, e);
	case EX_UNARY: return eval_unary(l, s, order, e);
	case EX_BINARY: {
		Value a = eval_expr(l, s, order, e->u.op.left), b = eval_expr(l, s, order, e->u.op.right);
		return value_binary(l, e->u.op.op, e->u.op.dot, a, b, e->at);
	}
	case EX_PAIR: {
		Value pair[2] = {eval_expr(l, s, order, e->u.op.left), eval_expr(l, s, order, e->u.op.right)};
		Value v = value_tuple(l, pair, 2, e->at);
		v.kind = pair[0].kind == V_ERROR || pair[1].kind == V_ERROR ? V_ERROR : V_PAIR;
		return v;
	}
	case EX_TUPLE: return eval_tuple(l, s, order, e);
	case EX_CALL: return eval_call(l, s, order, e);
	case EX_INDEX: return eval_index(l, s, order, e);
	case EX_LAMBDA: return eval_lambda(l, s, order, e);
	}
	assert(0 && "no such expression");
	return value_error();
}
