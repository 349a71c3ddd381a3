/* ast.h: what the user wrote, as trees; nothing is resolved here. Every object lives in one arena.
 *
 * Lists are singly linked in source order. Names are interned, so they compare by pointer. */
#ifndef NETC_AST_H
#define NETC_AST_H
#include "diag.h"

/* Deeper expressions are refused by the parser, so that walks over a tree may recurse. */
enum { AST_DEPTH_MAX = 400 };

typedef struct Expr Expr;
typedef struct Pattern Pattern;
typedef struct Param Param;
typedef struct Stmt Stmt;
typedef struct Func Func;
typedef struct Decl Decl;

typedef enum {
	EX_NUMBER, /* 1  0.5  1e-3  1f0 */
	EX_BOOL,   /* true false */
	EX_STRING, /* "cells.net": only include takes one */
	EX_NAME,   /* x */
	EX_HOLE,   /* _ */
	EX_END,    /* end, inside an index */
	EX_DELAY,  /* y{-1} */
	EX_UNARY,  /* -x */
	EX_BINARY, /* a + b, a .* b */
	EX_PAIR,   /* a => b */
	EX_TUPLE,  /* (a, b) */
	EX_CALL,   /* f(a, b; k = c), f.(a) */
	EX_INDEX,  /* v[1], v[2:5] */
	EX_LAMBDA, /* x -> e, function (x) … end */
} ExprKind;

typedef struct Arg {
	struct Arg *next;
	const char *key; /* keyword, or NULL */
	Expr *value;
	Span at;
} Arg;

struct Expr {
	ExprKind kind;
	int depth; /* 1 + the deepest child's */
	Span at;
	union {
		struct {
			double value;
			bool is_int; /* written without a point or exponent */
		} number;
		bool boolean;
		const char *string; /* without the quotes */
		const char *name;
		struct {
			const char *name;
			int steps; /* as written: -1 in y{-1} */
			Span name_at;
		} delay;
		struct {
			char op; /* + - * / ^ */
			bool dot;
			Expr *left, *right; /* unary: left alone */
			Span op_at;
		} op; /* EX_UNARY EX_BINARY EX_PAIR */
		struct {
			Arg *item;
			int n;
		} tuple;
		struct {
			Expr *callee;
			Arg *arg; /* positional and keyword, in source order */
			bool dot;
		} call;
		struct {
			Expr *base;
			Expr *from, *to; /* v[from]: to is NULL; v[:]: both NULL */
		} index;
		Func *lambda;
	} u;
};

/* The left side of an equation, or an argument: a name, _ or a tuple of patterns. */
struct Pattern {
	Pattern *next;
	const char *name; /* NULL for _ and tuples */
	Pattern *item;    /* the tuple's first element */
	bool tuple;
	Span at;
};

/* An argument of a function or constructor. */
struct Param {
	Param *next;
	Pattern *pattern;
	Expr *value;  /* default, or NULL */
	bool keyword; /* after the ';' */
	bool pair;    /* this and the next were written "in => out" */
};

/* name = expression, or an expression alone (pattern is NULL). */
struct Stmt {
	Stmt *next;
	Pattern *pattern;
	Expr *value;
	bool is_return; /* return e */
	Span at;
};

struct Func {
	const char *name; /* NULL if anonymous */
	Param *param;
	Stmt *body;   /* at least one */
	Span at;      /* the whole function */
	Span head_at; /* its first line */
};

typedef struct Field {
	struct Field *next;
	const char *name;
	bool has_shape;
	int rank, dim[2]; /* name::(2, 3); dim 0: '_' */
	Expr *value;      /* default, or NULL */
	Span at;
} Field;

typedef enum {
	DECL_STRUCT,      /* @net struct T … end */
	DECL_FUNC,        /* @net f(x) = e, function f(x) … end; T(in, out) = … for a struct T is a constructor */
	DECL_BIND,        /* model = e, (a, b) = e */
	DECL_EXPR,        /* unroll(model, 20) */
	DECL_NONTRAINABLE /* @layer T trainable=(a, b) */
} DeclKind;

struct Decl {
	Decl *next;
	DeclKind kind;
	Span at;          /* of the name, or of the expression */
	const char *name; /* STRUCT FUNC NONTRAINABLE */
	union {
		struct {
			Field *field;
			Func *body;
			Decl *constructor; /* DECL_FUNC written inside the struct */
		} type;
		Func *func;
		Stmt *stmt; /* BIND EXPR */
		struct {
			const char **trainable; /* names kept trainable */
			Span *trainable_at;
			int n;
		} layer;
	} u;
};

/* One file, its includes spliced in where they stand. */
typedef struct {
	Decl *decl;
	const char **file; /* every file read, the main one first: for depfiles */
	int nfile;
	uint64_t hash; /* of all their bytes */
	bool unread;   /* a file could not be read; the message has been given */
} Ast;

/* The declarations as text that parses back to the same trees. */
void ast_print(const Ast *ast, Text *out);
void expr_print(const Expr *e, Text *out);
#endif
