/* net.y: tokens → trees.
 *
 * The left side of an equation or definition is read as an expression and turned into a pattern or a list of
 * arguments by the builder, as one token of look-ahead cannot tell (a, b) from (a, b) -> e. An error ends its
 * statement; the parser goes on behind the next EOL. */
%require "3.8"
%define api.pure full
%define api.prefix {net_}
%define api.token.prefix {TOK_}
%define api.value.type union
%define api.location.type {Span}
%define parse.error custom
%define parse.lac full
%define parse.trace
%locations
%expect 0
%param {Front *f}

%code requires {
#include "front.h"
}

%code {
#include <assert.h>
#include <string.h>

int net_lex(NET_STYPE *value, Span *at, Front *f);
static void net_error(Span *at, Front *f, const char *message);

/* Deep right recursion, as in a^b^c, stays on this stack; trees that deep are refused by the builders. */
#define YYMAXDEPTH 200000

/* A rule's span runs from its first symbol to its last; an empty rule stands where the one before ends. */
#define YYLLOC_DEFAULT(at, rhs, n)                                                        \
	((at) = (n) ? (Span){YYRHSLOC(rhs, 1).lo, YYRHSLOC(rhs, n).hi}                    \
		    : (Span){YYRHSLOC(rhs, 0).hi, YYRHSLOC(rhs, 0).hi})
#define YYLOCATION_PRINT(out, at) fprintf(out, "%u-%u", (unsigned)(at)->lo, (unsigned)(at)->hi)
}

%token EOF 0          "the end of the file"
       EOL            "the end of the line"
       NEW_LINE       "a new line"
       REFUSED        "something that is not in the language"
       TIMES_JOINED   "a product"
       TYPE           "a type"
       NET            "@net"
       STRUCT         "struct"
       LAYER          "@layer"
       INCLUDE        "include"
       FUNCTION       "function"
       END            "end"
       END_INDEX      "the last index"
       RETURN         "return"
       TRUE           "true"
       FALSE          "false"
       HOLE           "_"
       LPAREN         "("
       RPAREN         ")"
       LBRACKET       "["
       RBRACKET       "]"
       COMMA          ","
       SEMICOLON      ";"
       COLON          ":"
       TYPED          "::"
       ASSIGN         "="
       PAIR           "=>"
       ARROW          "->"
       DOT            "."
       PLUS           "+"
       MINUS          "-"
       TIMES          "*"
       OVER           "/"
       POWER          "^"
       DOT_PLUS       ".+"
       DOT_MINUS      ".-"
       DOT_TIMES      ".*"
       DOT_OVER       "./"
       DOT_POWER      ".^"
%token <const char *> IDENT "a name"
%token <const char *> STRING "a file name in quotes"
%token <Raw> NUMBER "a number"
%token <Raw> DELAY "a delay"

%type <const char *> struct_head
%type <Expr *> bare expr sum product unary joined power postfix callable paren function
%type <Operator> add multiply raise
%type <ArgList *> tuple items items_list args args_list
%type <Arg *> item
%type <Head *> head
%type <StmtList *> stmts
%type <Stmt *> stmt
%type <Members *> members

%%
file: tops;

tops: %empty | tops top;

top:
  EOL
| NET STRUCT struct_head members END EOL      { top_struct(f, @struct_head, $struct_head, $members); settle(f, @$.lo, false); }
| NET bare EOL                                { top_stmt(f, @bare, $bare, NULL, true); settle(f, @$.lo, false); }
| NET bare "=" bare EOL                       { top_stmt(f, @2, $2, $4, true); settle(f, @$.lo, false); }
| bare EOL                                    { top_stmt(f, @bare, $bare, NULL, false); settle(f, @$.lo, false); }
| bare "=" bare EOL                           { top_stmt(f, @1, $1, $3, false); settle(f, @$.lo, false); }
| LAYER IDENT EOL
| LAYER IDENT[name] IDENT[key] "=" paren EOL  { top_layer(f, @name, $name, @key, $key, $paren); settle(f, @$.lo, false); }
| INCLUDE "(" STRING ")" EOL                  { top_include(f, @$, @STRING, $STRING); settle(f, @$.lo, false); }
| error EOL                                   { yyerrok; settle(f, @$.lo, true); }
;

struct_head:
  IDENT EOL
| error EOL                                   { $$ = NULL; yyerrok; settle(f, @$.lo, true); }
;

members:
  %empty                                      { $$ = members_none(f); }
| members EOL
| members bare EOL                            { members_add(f, $$ = $1, @bare, $bare, false, NULL, NULL); settle(f, @bare.lo, false); }
| members bare "=" bare EOL                   { members_add(f, $$ = $1, @2, $2, false, NULL, $4); settle(f, @2.lo, false); }
| members bare "::" TYPE EOL                  { members_add(f, $$ = $1, @bare, $bare, true, NULL, NULL); settle(f, @bare.lo, false); }
| members bare "::" TYPE "=" bare EOL         { members_add(f, $$ = $1, @2, $2, true, NULL, $6); settle(f, @2.lo, false); }
| members bare "::" paren EOL                 { members_add(f, $$ = $1, @bare, $bare, true, $paren, NULL); settle(f, @bare.lo, false); }
| members bare "::" paren "=" bare EOL        { members_add(f, $$ = $1, @2, $2, true, $paren, $6); settle(f, @2.lo, false); }
| members error EOL                           { $$ = $1; yyerrok; settle(f, @2.lo, true); }
;

function:
  FUNCTION head stmts END                     { $$ = expr_function(f, @$, $head, $stmts); }
;

head:
  "(" items_list ")"                          { $$ = head_new(f, @$, NULL, @1, $2); }
| "(" items_list ")" "::" TYPE                { $$ = head_new(f, @$, NULL, @1, $2); }
| IDENT "(" items_list ")"                    { $$ = head_new(f, @$, $1, @1, $3); }
| IDENT "(" items_list ")" "::" TYPE          { $$ = head_new(f, @$, $1, @1, $3); }
| error EOL                                   { $$ = head_bad(f, @$); yyerrok; settle(f, @$.lo, true); }
;

stmts:
  %empty                                      { $$ = stmts_none(f); }
| stmts EOL
| stmts stmt EOL                              { $$ = stmts_add($1, $stmt); settle(f, @stmt.lo, false); }
| stmts error EOL                             { $$ = $1; yyerrok; settle(f, @2.lo, true); }
;

stmt:
  bare                                        { $$ = stmt_new(f, @$, $1, NULL); }
| bare "=" bare                               { $$ = stmt_new(f, @$, $1, $3); }
| RETURN bare                                 { $$ = stmt_return(f, @$, $2); }
;

bare:
  expr
| tuple                                       { $$ = expr_tuple(f, @$, $1); }
;

tuple:
  expr "," expr                               {
	$$ = args_add(f, args_none(f), arg_plain(f, @1, $1));
	args_add(f, $$, arg_plain(f, @3, $3));
  }
| tuple "," expr                              { $$ = args_add(f, $1, arg_plain(f, @3, $3)); }
;

expr:
  sum
| sum "=>" expr                               { $$ = expr_pair(f, @$, @2, $1, $3); }
| sum "->" expr                               { $$ = expr_arrow(f, @$, $1, $3); }
;

sum:
  product
| sum add product                             { $$ = expr_binary(f, @$, $2, $1, $3); }
;

product:
  unary
| product multiply unary                      { $$ = expr_binary(f, @$, $2, $1, $3); }
;

unary:
  joined
| "-" unary                                   { $$ = expr_unary(f, @$, @1, $2); }
| ".-" unary                                  { $$ = expr_unary(f, @$, @1, $2); }
| "+" unary                                   { $$ = $2; }
;

joined:
  power
| NUMBER TIMES_JOINED power                   {
	Expr *number = expr_number(f, @1, $1.u.number.value, $1.u.number.is_int);
	$$ = expr_binary(f, @$, (Operator){'*', false, @2}, number, $3);
  }
;

power:
  postfix
| postfix raise unary                         { $$ = expr_binary(f, @$, $2, $1, $3); }
;

add:
  "+"                                         { $$ = (Operator){'+', false, @$}; }
| "-"                                         { $$ = (Operator){'-', false, @$}; }
| ".+"                                        { $$ = (Operator){'+', true, @$}; }
| ".-"                                        { $$ = (Operator){'-', true, @$}; }
;

multiply:
  "*"                                         { $$ = (Operator){'*', false, @$}; }
| "/"                                         { $$ = (Operator){'/', false, @$}; }
| ".*"                                        { $$ = (Operator){'*', true, @$}; }
| "./"                                        { $$ = (Operator){'/', true, @$}; }
;

raise:
  "^"                                         { $$ = (Operator){'^', false, @$}; }
| ".^"                                        { $$ = (Operator){'^', true, @$}; }
;

postfix:
  callable
| NUMBER                                      { $$ = expr_number(f, @$, $1.u.number.value, $1.u.number.is_int); }
| TRUE                                        { $$ = expr_bool(f, @$, true); }
| FALSE                                       { $$ = expr_bool(f, @$, false); }
| HOLE                                        { $$ = expr_leaf(f, @$, EX_HOLE); }
| END_INDEX                                   { $$ = expr_leaf(f, @$, EX_END); }
| function
;

callable:
  IDENT                                       { $$ = expr_name(f, @$, $1); }
| DELAY                                       { $$ = expr_delay(f, @$, $1.u.name, $1.steps); }
| paren
| callable "(" args_list ")"                  { $$ = expr_call(f, @$, $1, false, $3); }
| callable "." "(" args_list ")"              { $$ = expr_call(f, @$, $1, true, $4); }
| callable "[" sum "]"                        { $$ = expr_index(f, @$, $1, $3, NULL); }
| callable "[" sum ":" sum "]"                { $$ = expr_index(f, @$, $1, $3, $5); }
| callable "[" ":" "]"                        { $$ = expr_index(f, @$, $1, NULL, NULL); }
;

paren:
  "(" items_list ")"                          { $$ = expr_paren(f, @$, $2); }
;

/* In parentheses a comma must stand between; in the arguments of a call a new line does too, with a warning. */
items_list:
  %empty                                      { $$ = args_none(f); }
| items
| items ","                                   { $$ = $1; $$->comma = true; }
| items ";"
| items ";" items comma                       { $$ = args_keywords(f, $1, $3); }
| ";" items comma                             { $$ = args_keywords(f, args_none(f), $2); }
;

comma: %empty | ",";

items:
  item                                        { $$ = args_add(f, args_none(f), $1); }
| items "," item                              { $$ = args_add(f, $1, $3); }
;

args_list:
  %empty                                      { $$ = args_none(f); }
| args
| args ","
| args ";"
| args ";" args comma                         { $$ = args_keywords(f, $1, $3); }
| ";" args comma                              { $$ = args_keywords(f, args_none(f), $2); }
;

args:
  item                                        { $$ = args_add(f, args_none(f), $1); }
| args "," item                               { $$ = args_add(f, $1, $3); }
| args NEW_LINE item                          { $$ = args_add_on_new_line(f, $1, $3); }
;

item:
  expr                                        { $$ = arg_plain(f, @$, $1); }
| expr "=" expr                               { $$ = arg_key(f, @$, $1, $3); }
| expr "::" TYPE                              { $$ = arg_typed(f, @2, arg_plain(f, @1, $1)); }
| expr "::" TYPE "=" expr                     { $$ = arg_typed(f, @2, arg_key(f, @$, $1, $5)); }
;
%%

/* Only for what bison says itself: it ran out of stack. */
static void
net_error(Span *at, Front *f, const char *message)
{
	(void)message;
	complain(f, *at, "the expression is nested too deeply; give a part of it a name of its own");
	f->stopped = true;
}

typedef struct {
	Text text;
	int n, count; /* said so far, and in all */
} Wanted;

static void
want(Wanted *w, const char *what)
{
	bool word = strncmp(what, "a ", 2) == 0 || strncmp(what, "an ", 3) == 0 || strncmp(what, "the ", 4) == 0;
	text_add(&w->text, "%s%s%s%s", w->n == 0 ? "" : w->n + 1 < w->count ? ", " : " or ", word ? "" : "'", what,
		 word ? "" : "'");
	w->n++;
}

enum { WANTED_MAX = 4 };

/* What could stand here, in the user's words: an expression is one thing, and so is an operator. */
static void
list_wanted(const bool expected[], Wanted *w)
{
	/* closers first, as they are what is forgotten; the rest only if there is room */
	static const yysymbol_kind_t single[] = {
		YYSYMBOL_COMMA,  YYSYMBOL_RPAREN, YYSYMBOL_RBRACKET, YYSYMBOL_END,    YYSYMBOL_EOL,  YYSYMBOL_COLON,
		YYSYMBOL_TYPE,  YYSYMBOL_STRING,
	};
	const char *kind[WANTED_MAX];
	int n = 0;
	bool operand = expected[YYSYMBOL_NUMBER], operation = expected[YYSYMBOL_TIMES] || expected[YYSYMBOL_PLUS];
	if (expected[YYSYMBOL_STRUCT]) {
		kind[n++] = "struct";
		kind[n++] = "type";
		kind[n++] = "a function";
	} else if (operand)
		kind[n++] = "an expression";
	else if (operation)
		kind[n++] = "an operator";
	if (!operand && expected[YYSYMBOL_IDENT])
		kind[n++] = yysymbol_name(YYSYMBOL_IDENT);
	if (!operand && !operation && expected[YYSYMBOL_LPAREN])
		kind[n++] = yysymbol_name(YYSYMBOL_LPAREN);
	if (!operand && !operation && expected[YYSYMBOL_ASSIGN])
		kind[n++] = yysymbol_name(YYSYMBOL_ASSIGN);
	for (size_t i = 0; i < sizeof single / sizeof *single && n < WANTED_MAX; i++)
		if (expected[single[i]] && !(operand && single[i] == YYSYMBOL_EOL))
			kind[n++] = yysymbol_name(single[i]);
	w->count = n;
	for (int i = 0; i < n; i++)
		want(w, kind[i]);
}

static const char *
found_what(Front *f, yysymbol_kind_t kind, Span at)
{
	int n;
	const char *text = diag_text(f->diag, at, &n);
	if (kind == YYSYMBOL_NEW_LINE)
		return yysymbol_name(kind);
	if (n == 0)
		return yysymbol_name(YYSYMBOL_YYEOF);
	if (*text == '\n' || *text == '\r')
		return yysymbol_name(YYSYMBOL_EOL);
	return arena_printf(f->arena, "'%s'", front_text(f, at));
}

/* The bracket that a new line or the end of the line leaves open. */
static void
note_bracket(Front *f)
{
	const Nest *top = f->depth ? &f->nest[f->depth - 1] : NULL;
	if (top && top->kind != TOK_END)
		diag_note(f->diag, top->at, "to close this '%s'", top->name);
}

/* What to say of a token that has a place, but another one; NULL if nothing special. */
static const char *
misplaced_token(yysymbol_kind_t kind)
{
	switch (kind) {
	case YYSYMBOL_STRING:
		return "strings are not in the language: only 'include' takes one, and comments begin with '#'";
	case YYSYMBOL_TYPED:
		return "'::' in an expression is not in the language: types are inferred; leave it out";
	case YYSYMBOL_RETURN: return "'return' stands only at the end of a 'function … end'";
	case YYSYMBOL_INCLUDE: return "'include' stands only in a line of its own, outside of everything";
	default: return NULL;
	}
}

static int
yyreport_syntax_error(const yypcontext_t *context, Front *f)
{
	yysymbol_kind_t found = yypcontext_token(context), list[YYNTOKENS];
	Span at = *yypcontext_location(context);
	bool expected[YYNTOKENS] = {false};
	f->recovering = true;
	f->give_up = found == YYSYMBOL_NEW_LINE;
	if (f->complained)
		return 0;
	if (found == YYSYMBOL_REFUSED) {
		complain(f, at, "%s", f->refusal);
		if (f->refusal_note)
			diag_note(f->diag, f->refusal_note_at, "%s", f->refusal_note);
		return 0;
	}
	const char *misplaced = misplaced_token(found);
	if (misplaced) {
		complain(f, at, "%s", misplaced);
		return 0;
	}
	int n = yypcontext_expected_tokens(context, list, YYNTOKENS);
	for (int i = 0; i < n; i++)
		expected[list[i]] = true;
	Wanted w = {.n = 0};
	list_wanted(expected, &w);
	complain(f, at, "found %s, wanted %s", found_what(f, found, at), w.n ? w.text.v : "something else");
	text_free(&w.text);
	if (found == YYSYMBOL_NEW_LINE)
		note_bracket(f);
	return 0;
}
