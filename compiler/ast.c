/* ast.c: prints trees as text that parses back to the same trees.
 *
 * An expression is put in parentheses when its own level binds less tightly than the place it stands in. */
#include "ast.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

typedef enum {
	LEVEL_EXPR, /* a => b, x -> e */
	LEVEL_SUM,
	LEVEL_PRODUCT,
	LEVEL_UNARY,
	LEVEL_POWER,
	LEVEL_POSTFIX, /* what '^' takes on its left */
	LEVEL_CALLABLE /* what '(' and '[' may follow */
} Level;

static void print_expr(const Expr *e, Level least, int indent, Text *out);
static void print_function(const Func *func, int indent, Text *out);

static void
put(Text *out, const char *s)
{
	text_put(out, s, strlen(s));
}

static void
put_indent(Text *out, int indent)
{
	text_add(out, "%*s", 2 * indent, "");
}

/* A function that x -> e can say: plain arguments, one expression. */
static bool
is_arrow(const Func *func)
{
	for (const Param *p = func->param; p; p = p->next)
		if (p->value || p->keyword || p->pair)
			return false;
	return !func->name && !func->body->next && !func->body->pattern && !func->body->is_return;
}

static Level
level_of(const Expr *e)
{
	switch (e->kind) {
	case EX_NUMBER:
	case EX_BOOL:
	case EX_STRING:
	case EX_HOLE:
	case EX_END: return LEVEL_POSTFIX;
	case EX_NAME:
	case EX_DELAY:
	case EX_TUPLE:
	case EX_CALL:
	case EX_INDEX: return LEVEL_CALLABLE;
	case EX_UNARY: return LEVEL_UNARY;
	case EX_BINARY: return e->u.op.op == '^' ? LEVEL_POWER : strchr("*/", e->u.op.op) ? LEVEL_PRODUCT : LEVEL_SUM;
	case EX_PAIR: return LEVEL_EXPR;
	case EX_LAMBDA: return is_arrow(e->u.lambda) ? LEVEL_EXPR : LEVEL_POSTFIX;
	}
	assert(0 && "expression kind");
	return LEVEL_EXPR;
}

/* The shortest text that reads back as the same number, and as the same kind of number. */
static void
print_number(double value, bool is_int, Text *out)
{
	char s[40];
	if (is_int) {
		text_add(out, "%.0f", value);
		return;
	}
	for (int digits = 1; digits <= 17; digits++) {
		snprintf(s, sizeof s, "%.*g", digits, value);
		if (strtod(s, NULL) == value)
			break;
	}
	if (strchr(s, 'e') && value >= 1 && value < 1e15) /* a whole number: 1000.0, not 1e+03 */
		snprintf(s, sizeof s, "%.0f", value);
	text_add(out, "%s%s", s, strpbrk(s, ".e") ? "" : ".0");
}

static void
print_string(const char *s, Text *out)
{
	put(out, "\"");
	for (; *s; s++)
		text_add(out, *s == '"' || *s == '\\' ? "\\%c" : "%c", *s);
	put(out, "\"");
}

static void
print_args(const Arg *arg, int indent, Text *out)
{
	for (; arg; arg = arg->next) {
		if (arg->key)
			text_add(out, "%s = ", arg->key);
		print_expr(arg->value, LEVEL_EXPR, indent, out);
		put(out, arg->next ? ", " : "");
	}
}

static void
print_pattern(const Pattern *p, Text *out)
{
	if (!p->tuple) {
		put(out, p->name ? p->name : "_");
		return;
	}
	put(out, "(");
	for (const Pattern *item = p->item; item; item = item->next) {
		print_pattern(item, out);
		put(out, item->next ? ", " : item == p->item ? "," : "");
	}
	put(out, ")");
}

static void
print_params(const Param *first, int indent, Text *out)
{
	bool keyword = false, pair = false;
	put(out, "(");
	for (const Param *p = first; p; p = p->next) {
		if (p->keyword && !keyword)
			put(out, "; ");
		else if (p != first)
			put(out, pair ? " => " : ", ");
		keyword = p->keyword;
		pair = p->pair;
		print_pattern(p->pattern, out);
		if (p->value) {
			put(out, " = ");
			print_expr(p->value, LEVEL_EXPR, indent, out);
		}
	}
	put(out, ")");
}

/* x -> e; a single argument that is a tuple is written ((a, b),) -> e */
static void
print_arrow(const Func *func, int indent, Text *out)
{
	const Param *only = func->param && !func->param->next ? func->param : NULL;
	if (only && !only->pattern->tuple)
		print_pattern(only->pattern, out);
	else if (only) {
		put(out, "(");
		print_pattern(only->pattern, out);
		put(out, ",)");
	} else
		print_params(func->param, indent, out);
	put(out, " -> ");
	print_expr(func->body->value, LEVEL_EXPR, indent, out);
}

static void
print_binary(const Expr *e, int indent, Text *out)
{
	char op = e->u.op.op;
	Level left = op == '^' ? LEVEL_POSTFIX : level_of(e);
	Level right = op == '^' ? LEVEL_UNARY : left + 1;
	print_expr(e->u.op.left, left, indent, out);
	text_add(out, " %s%c ", e->u.op.dot ? "." : "", op);
	print_expr(e->u.op.right, right, indent, out);
}

static void
print_index(const Expr *e, int indent, Text *out)
{
	print_expr(e->u.index.base, LEVEL_CALLABLE, indent, out);
	put(out, "[");
	if (!e->u.index.from)
		put(out, ":");
	else
		print_expr(e->u.index.from, LEVEL_SUM, indent, out);
	if (e->u.index.to) {
		put(out, ":");
		print_expr(e->u.index.to, LEVEL_SUM, indent, out);
	}
	put(out, "]");
}

static void
print_bare(const Expr *e, int indent, Text *out)
{
	switch (e->kind) {
	case EX_NUMBER: print_number(e->u.number.value, e->u.number.is_int, out); break;
	case EX_BOOL: put(out, e->u.boolean ? "true" : "false"); break;
	case EX_STRING: print_string(e->u.string, out); break;
	case EX_NAME: put(out, e->u.name); break;
	case EX_HOLE: put(out, "_"); break;
	case EX_END: put(out, "end"); break;
	case EX_DELAY: text_add(out, "%s{%d}", e->u.delay.name, e->u.delay.steps); break;
	case EX_UNARY:
		put(out, "-");
		print_expr(e->u.op.left, LEVEL_UNARY, indent, out);
		break;
	case EX_BINARY: print_binary(e, indent, out); break;
	case EX_PAIR:
		print_expr(e->u.op.left, LEVEL_SUM, indent, out);
		put(out, " => ");
		print_expr(e->u.op.right, LEVEL_EXPR, indent, out);
		break;
	case EX_TUPLE:
		put(out, "(");
		print_args(e->u.tuple.item, indent, out);
		put(out, e->u.tuple.n == 1 ? ",)" : ")");
		break;
	case EX_CALL:
		print_expr(e->u.call.callee, LEVEL_CALLABLE, indent, out);
		put(out, e->u.call.dot ? ".(" : "(");
		print_args(e->u.call.arg, indent, out);
		put(out, ")");
		break;
	case EX_INDEX: print_index(e, indent, out); break;
	case EX_LAMBDA:
		if (is_arrow(e->u.lambda))
			print_arrow(e->u.lambda, indent, out);
		else
			print_function(e->u.lambda, indent, out);
		break;
	}
}

static void
print_expr(const Expr *e, Level least, int indent, Text *out)
{
	bool parens = level_of(e) < least;
	put(out, parens ? "(" : "");
	print_bare(e, indent, out);
	put(out, parens ? ")" : "");
}

static void
print_stmt(const Stmt *s, int indent, Text *out)
{
	if (s->is_return)
		put(out, "return ");
	if (s->pattern) {
		print_pattern(s->pattern, out);
		put(out, " = ");
	}
	print_expr(s->value, LEVEL_EXPR, indent, out);
}

/* function name(arguments) … end */
static void
print_function(const Func *func, int indent, Text *out)
{
	text_add(out, "function %s", func->name ? func->name : "");
	print_params(func->param, indent, out);
	for (const Stmt *s = func->body; s; s = s->next) {
		put(out, "\n");
		put_indent(out, indent + 1);
		print_stmt(s, indent + 1, out);
	}
	put(out, "\n");
	put_indent(out, indent);
	put(out, "end");
}

/* A function with a name, in its short form if one expression is all. */
static void
print_definition(const Func *func, int indent, Text *out)
{
	if (func->body->next || func->body->pattern || func->body->is_return) {
		print_function(func, indent, out);
		return;
	}
	put(out, func->name);
	print_params(func->param, indent, out);
	put(out, " = ");
	print_expr(func->body->value, LEVEL_EXPR, indent, out);
}

static void
print_field(const Field *field, Text *out)
{
	text_add(out, "  %s", field->name);
	if (field->has_shape) {
		put(out, "::(");
		for (int i = 0; i < field->rank; i++) {
			put(out, i ? ", " : "");
			if (field->dim[i])
				text_add(out, "%d", field->dim[i]);
			else
				put(out, "_");
		}
		put(out, field->rank == 1 ? ",)" : ")");
	}
	if (field->value) {
		put(out, " = ");
		print_expr(field->value, LEVEL_EXPR, 1, out);
	}
	put(out, "\n");
}

static void
print_struct(const Decl *d, Text *out)
{
	text_add(out, "@net struct %s\n", d->name);
	for (const Field *field = d->u.type.field; field; field = field->next)
		print_field(field, out);
	for (const Decl *c = d->u.type.constructor; c; c = c->next) {
		put(out, "  ");
		print_definition(c->u.func, 1, out);
		put(out, "\n");
	}
	if (d->u.type.body) {
		put(out, "  ");
		if (is_arrow(d->u.type.body))
			print_arrow(d->u.type.body, 1, out);
		else
			print_function(d->u.type.body, 1, out);
		put(out, "\n");
	}
	put(out, "end\n");
}

static void
print_layer(const Decl *d, Text *out)
{
	text_add(out, "@layer %s trainable=(", d->name);
	for (int i = 0; i < d->u.layer.n; i++)
		text_add(out, "%s%s", d->u.layer.trainable[i],
			 d->u.layer.n == 1      ? ","
			 : i + 1 < d->u.layer.n ? ", "
						: "");
	put(out, ")\n");
}

void
ast_print(const Ast *ast, Text *out)
{
	for (const Decl *d = ast->decl; d; d = d->next) {
		switch (d->kind) {
		case DECL_STRUCT: print_struct(d, out); break;
		case DECL_FUNC:
			print_definition(d->u.func, 0, out);
			put(out, "\n");
			break;
		case DECL_BIND:
		case DECL_EXPR:
			print_stmt(d->u.stmt, 0, out);
			put(out, "\n");
			break;
		case DECL_NONTRAINABLE: print_layer(d, out); break;
		}
	}
}

void
expr_print(const Expr *e, Text *out)
{
	print_expr(e, LEVEL_EXPR, 0, out);
}
