/* front.h: what the parts of the front end share; nobody outside grammar/ includes it.
 *
 *   net.l     characters → raw tokens; knows nothing of lines or blocks
 *   tokens.c  raw tokens → tokens: new lines, brackets, blocks, and what is refused by name
 *   net.y     tokens → trees, by the builders in build.c
 *   parse.c   files, includes, and the checks before a character is scanned */
#ifndef NETC_FRONT_H
#define NETC_FRONT_H
#include "parse.h"

enum {
	NEST_MAX = 256,          /* brackets and blocks inside each other */
	NAME_BYTES_MAX = 255,    /* in a name */
	NUMBER_BYTES_MAX = 1000, /* in a number */
	DELAY_MAX = 1000000      /* steps */
};

/* Raw tokens that the grammar does not know; the others have bison's numbers. */
enum {
	RAW_NEWLINE = 1000,
	RAW_REFUSED, /* a word or operator of Julia that is not here */
	RAW_DELAY,   /* a name and braces that hold no whole number */
	RAW_BRACES,  /* braces without a name before them */
	RAW_FIELD,   /* .name */
	RAW_BAD,     /* u.message says why */
	RAW_FATAL    /* the same, and nothing after it can be read */
};

typedef struct {
	int kind;
	Span at;
	bool first_on_line;
	union {
		const char *name; /* IDENT STRING, TOK_DELAY, RAW_DELAY, RAW_FIELD */
		const char *message;
		struct {
			double value;
			bool is_int;
		} number;
	} u;
	int steps; /* DELAY */
} Raw;

/* A bracket or a block that is open. */
typedef struct {
	int kind; /* TOK_LPAREN, TOK_LBRACKET, or TOK_END for a block */
	Span at;
	const char *name; /* what opened it: "(", "function" */
	bool skipped;     /* inside a block that was refused: nothing of it reaches the grammar */
} Nest;

/* What may stand in an argument list but not in every expression: judged when the statement is complete. */
typedef enum { PENDING_COMMA, PENDING_TYPE, PENDING_KEY, PENDING_SEMICOLON } PendingKind;

typedef struct {
	PendingKind kind;
	Span at;
	Span next; /* PENDING_COMMA: the second argument */
} Pending;

typedef struct Front {
	Arena *arena; /* borrowed */
	Diag *diag;   /* borrowed */

	/* scanner */
	const char *text; /* borrowed */
	size_t n;
	uint32_t base;   /* offset of text[0] in the source map */
	uint32_t lo, hi; /* the token being scanned, in text */
	uint32_t open;   /* where the comment or string being scanned began */
	int comment_depth;
	void *scanner; /* flex's */

	/* token filter */
	Raw ahead;
	bool has_ahead, after_newline;
	uint32_t text_end; /* offset behind the last raw token but new lines */
	int previous;      /* kind of the raw token before */
	int last;          /* kind of the last token the grammar saw */
	Span last_at;
	Nest nest[NEST_MAX];
	int depth, nskipped;
	int forgiven;        /* closing brackets whose opening ones were given up */
	int forgiven_ends;   /* the same for 'module' and its 'end' */
	bool closing;        /* blocks are being closed that the text leaves open */
	bool quiet;          /* … and it has been said */
	bool stopped;        /* nothing more is read */
	bool recovering;     /* from an error in this statement: its next new line ends it */
	bool give_up;        /* the parser met a new line inside brackets: it ends the statement */
	const char *refusal; /* why the grammar cannot take the last token */
	const char *refusal_note;
	Span refusal_note_at;

	/* builders */
	TABLE(Pending) pending;
	bool complained; /* about this statement */
	Decl *first, *last_decl;
} Front;

/* An argument as the grammar sees it: the left side of a definition is read as a call. */
typedef struct {
	Arg arg; /* first: an Arg made by the parser is an Item */
	bool typed, after_semicolon;
} Item;

typedef struct {
	Arg *first, *last;
	int n;
	bool comma; /* after the last one */
} ArgList;

typedef struct {
	Stmt *first, *last;
} StmtList;

typedef struct {
	char op;
	bool dot;
	Span at;
} Operator;

typedef struct {
	const char *name; /* or NULL */
	Param *param;
	Span at, name_at;
	int errors; /* before the body */
	bool bad;   /* it could not be read */
} Head;

typedef struct {
	Field *field, *last;
	Func *body;
	Decl *constructor, *last_constructor;
} Members;

/* net.l */
int raw_next(Front *f, Raw *out);
void raw_open(Front *f);
void raw_close(Front *f);

/* tokens.c */
bool token_ends_expression(int kind);
/* The front of a text, for messages: cut after some characters. */
const char *front_text(Front *f, Span at);

/* build.c. Each returns a new tree; errors are said once per statement. */
bool complain(Front *f, Span at, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Ends the statement that began at offset lo. */
void settle(Front *f, uint32_t lo, bool failed);

Expr *expr_number(Front *f, Span at, double value, bool is_int);
Expr *expr_leaf(Front *f, Span at, ExprKind kind);
Expr *expr_bool(Front *f, Span at, bool value);
Expr *expr_name(Front *f, Span at, const char *name);
Expr *expr_string(Front *f, Span at, const char *string);
Expr *expr_delay(Front *f, Span at, const char *name, int steps);
Expr *expr_unary(Front *f, Span at, Span op_at, Expr *operand);
Expr *expr_binary(Front *f, Span at, Operator op, Expr *left, Expr *right);
Expr *expr_pair(Front *f, Span at, Span op_at, Expr *left, Expr *right);
Expr *expr_paren(Front *f, Span at, ArgList *items);
/* a, b without parentheses. */
Expr *expr_tuple(Front *f, Span at, const ArgList *items);
Expr *expr_call(Front *f, Span at, Expr *callee, bool dot, ArgList *args);
Expr *expr_index(Front *f, Span at, Expr *base, Expr *from, Expr *to);
Expr *expr_arrow(Front *f, Span at, Expr *left, Expr *body);
Expr *expr_function(Front *f, Span at, Head *head, StmtList *body);

ArgList *args_none(Front *f);
ArgList *args_add(Front *f, ArgList *list, Arg *arg);
/* Two arguments with only a new line between them. */
ArgList *args_add_on_new_line(Front *f, ArgList *list, Arg *arg);
/* The arguments after a ';'. */
ArgList *args_keywords(Front *f, ArgList *list, ArgList *keywords);
Arg *arg_plain(Front *f, Span at, Expr *value);
Arg *arg_key(Front *f, Span at, Expr *key, Expr *value);
Arg *arg_typed(Front *f, Span type_at, Arg *arg);

Head *head_new(Front *f, Span at, const char *name, Span name_at, ArgList *items);
Head *head_bad(Front *f, Span at);

StmtList *stmts_none(Front *f);
StmtList *stmts_add(StmtList *list, Stmt *stmt);
/* left = value in a body; left alone if value is NULL. */
Stmt *stmt_new(Front *f, Span at, Expr *left, Expr *value);
Stmt *stmt_return(Front *f, Span at, Expr *value);

Members *members_none(Front *f);
/* shape is NULL, or the parentheses after '::'; typed: a type stood there. */
void members_add(Front *f, Members *m, Span at, Expr *left, bool typed, Expr *shape, Expr *value);
void top_struct(Front *f, Span name_at, const char *name, Members *m);
void top_stmt(Front *f, Span at, Expr *left, Expr *value, bool net);
void top_layer(Front *f, Span at, const char *name, Span key_at, const char *key, Expr *names);
void top_include(Front *f, Span at, Span string_at, const char *string);
#endif
