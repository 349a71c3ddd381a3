/* tokens.c: the filter between the scanner and the grammar.
 *
 * It keeps a stack of open brackets and blocks, from which it decides what a new line means: the end of a
 * statement, white space, or a missing comma. What cannot be right in any place becomes the token REFUSED with
 * the message ready, so that the parser's recovery treats it as any other error: one message, then on with the
 * next statement. A refused block is passed over up to its 'end'. What the text leaves open is closed here. */
#include "front.h"
#include "net.tab.h"
#include <assert.h>
#include <string.h>

int net_lex(NET_STYPE *value, Span *at, Front *f);

enum { NOTHING = -1 };

/* What is refused: "'word' what". */
typedef struct {
	const char *word, *what;
	bool block; /* its 'end' belongs to it */
} Refusal;

#define NOT_HERE "is not in the language: "
#define NO_CHOICE NOT_HERE "choose by arithmetic, such as 'max.(x, 0)' or 'gate .* a + (1 - gate) .* b'"
#define NO_LOOP NOT_HERE "equations run at every time step; write a delay such as 'y{-1}', or 'unroll(model, 20)'"
#define NO_IMPORT "is not needed: layers and functions are always there; 'include(\"file.net\")' reads another file"
#define NO_UPDATE NOT_HERE "a name is bound once; give the new value a new name, or write a delay such as 'y{-1}'"
#define NO_TYPE NOT_HERE "sizes and types are inferred; leave it out"

static const Refusal refusals[] = {
	{"if", NO_CHOICE, true},
	{"elseif", NO_CHOICE, false},
	{"else", NO_CHOICE, false},
	{"?", NO_CHOICE, false},
	{"for", NO_LOOP, true},
	{"while", NO_LOOP, true},
	{"break", NO_LOOP, false},
	{"continue", NO_LOOP, false},
	{"begin", NOT_HERE "write the equations one after the other, without a block", true},
	{"let", NOT_HERE "write the equations one after the other, without a block", true},
	{"do", NOT_HERE "give the function as an argument, 'f(x -> …)'", true},
	{"try", NOT_HERE "an equation cannot fail; leave it out", true},
	{"catch", NOT_HERE "an equation cannot fail; leave it out", false},
	{"finally", NOT_HERE "an equation cannot fail; leave it out", false},
	{"macro", NOT_HERE "write a function, 'f(x) = …'", true},
	{"quote", NOT_HERE "write a function, 'f(x) = …'", true},
	{"struct", NOT_HERE "a model is written '@net struct T … end'", true},
	{"type", NOT_HERE "a model is written '@net type T … end'", true},
	{"abstract type", NO_TYPE, true},
	{"primitive type", NO_TYPE, true},
	{"where", NO_TYPE, false},
	{"<:", NO_TYPE, false},
	{">:", NO_TYPE, false},
	{"module", "is not needed: leave it and its 'end' out", false},
	{"baremodule", "is not needed: leave it and its 'end' out", false},
	{"using", NO_IMPORT, false},
	{"import", NO_IMPORT, false},
	{"export", "is not needed: every name of a file can be used; leave the line out", false},
	{"const", "is not needed: every name is bound once; leave the word out", false},
	{"global", "is not needed: every name is bound once; leave the word out", false},
	{"local", "is not needed: every name is bound once; leave the word out", false},
	{"nothing", NOT_HERE "leave the argument out", false},
	{"...", NOT_HERE "write the arguments one by one", false},
	{"..", NOT_HERE "a range stands in an index, such as 'v[2:5]'", false},
	{"|>", NOT_HERE "write the call, 'f(x)'", false},
	{"∘", NOT_HERE "write 'x -> f(g(x))' or 'Chain(g, f)'", false},
	{"×", NOT_HERE "write '*' for a matrix product, '.*' element by element", false},
	{"⋅", NOT_HERE "write '*', '.*' or 'dot(a, b)'", false},
	{"·", NOT_HERE "write '*', '.*' or 'dot(a, b)'", false},
	{"√", NOT_HERE "write 'sqrt(x)'", false},
	{"**", NOT_HERE "the power is written '^'", false},
	{"÷", NOT_HERE "write '/'", false},
	{"//", NOT_HERE "write '/'", false},
	{"\\", NOT_HERE "write '/'", false},
	{"%", NOT_HERE "there is no remainder", false},
	{"±", NOT_HERE "write '+' or '-'", false},
	{"$", NOT_HERE "there is nothing to put in; leave it out", false},
	{"`", NOT_HERE "commands cannot be run", false},
	{"-->", NOT_HERE "a function is written 'x -> e'", false},
	{"<--", NOT_HERE "an equation is written 'y = e'", false},
	{".=", NOT_HERE "an equation is written 'y = e'", false},
	{":=", NOT_HERE "an equation is written 'y = e'", false},
	{"&&", NO_CHOICE, false},
	{"||", NO_CHOICE, false},
	{"!", NO_CHOICE, false},
	{"&", NO_CHOICE, false},
	{"|", NO_CHOICE, false},
	{"~", NO_CHOICE, false},
	{"⊻", NO_CHOICE, false},
};

/* The row of a refused word or operator; any other that ends in '=' updates, and the rest compares. */
static Refusal
find_refusal(const char *word)
{
	bool dotted = *word == '.' && strcmp(word, ".=") != 0 && word[1] != '.';
	const char *bare = dotted ? word + 1 : word;
	size_t n = strlen(bare);
	for (int i = 0; i < COUNT(refusals); i++)
		if (strcmp(bare, refusals[i].word) == 0)
			return refusals[i];
	if (strncmp(bare, "mutable", 7) == 0)
		return find_refusal("struct");
	if (strncmp(bare, "abstract", 8) == 0 || strncmp(bare, "primitive", 9) == 0)
		return find_refusal("abstract type");
	bool update = bare[n - 1] == '=' && !strchr("=!<>", bare[0]);
	return (Refusal){word, update ? NO_UPDATE : NO_CHOICE, false};
}

bool
token_ends_expression(int kind)
{
	switch (kind) {
	case TOK_IDENT:
	case TOK_NUMBER:
	case TOK_DELAY:
	case TOK_STRING:
	case TOK_TRUE:
	case TOK_FALSE:
	case TOK_HOLE:
	case TOK_RPAREN:
	case TOK_RBRACKET:
	case TOK_END:
	case TOK_END_INDEX: return true;
	default: return false;
	}
}

static bool
begins_expression(int kind)
{
	switch (kind) {
	case TOK_IDENT:
	case TOK_NUMBER:
	case TOK_DELAY:
	case TOK_STRING:
	case TOK_TRUE:
	case TOK_FALSE:
	case TOK_HOLE:
	case TOK_LPAREN:
	case TOK_FUNCTION: return true;
	default: return false;
	}
}

static bool
is_operator(int kind)
{
	switch (kind) {
	case TOK_PLUS:
	case TOK_MINUS:
	case TOK_TIMES:
	case TOK_OVER:
	case TOK_POWER:
	case TOK_DOT_PLUS:
	case TOK_DOT_MINUS:
	case TOK_DOT_TIMES:
	case TOK_DOT_OVER:
	case TOK_DOT_POWER: return true;
	default: return false;
	}
}

/* After these an expression goes on in the next line. */
static bool
wants_more(int kind)
{
	if (is_operator(kind))
		return true;
	switch (kind) {
	case TOK_COMMA:
	case TOK_ASSIGN:
	case TOK_PAIR:
	case TOK_ARROW: return true;
	default: return false;
	}
}

const char *
front_text(Front *f, Span at)
{
	enum { SHOWN = 30 };
	int n, len, shown = 0;
	const char *s = diag_text(f->diag, at, &n), *p = s;
	for (; p < s + n && *p != '\n' && *p != '\r' && shown < SHOWN; shown++) {
		utf8_decode(p, s + n, &len);
		p += len;
	}
	return arena_printf(f->arena, "%.*s%s", (int)(p - s), s, p < s + n ? "…" : "");
}

static Raw
take(Front *f)
{
	Raw t;
	if (f->has_ahead) {
		f->has_ahead = false;
		return f->ahead;
	}
	if (f->stopped)
		return (Raw){.kind = TOK_EOF, .at = {f->text_end, f->text_end}};
	raw_next(f, &t);
	if (t.kind == TOK_EOF) /* it is shown behind the last thing that was read */
		t.at = (Span){f->text_end, f->text_end};
	else if (t.kind != RAW_NEWLINE)
		f->text_end = t.at.hi;
	t.first_on_line = f->after_newline;
	f->after_newline = t.kind == RAW_NEWLINE;
	return t;
}

static void
put_back(Front *f, const Raw *t)
{
	assert(!f->has_ahead);
	f->ahead = *t;
	f->has_ahead = true;
}

static const Raw *
look_ahead(Front *f)
{
	if (!f->has_ahead) {
		f->ahead = take(f);
		f->has_ahead = true;
	}
	return &f->ahead;
}

/* The innermost open bracket or block, or NULL. */
static Nest *
innermost(Front *f)
{
	return f->depth ? &f->nest[f->depth - 1] : NULL;
}

static bool
in_bracket(Front *f)
{
	const Nest *top = innermost(f);
	return top && top->kind != TOK_END;
}

static bool
in_index(const Front *f)
{
	for (int i = f->depth - 1; i >= 0 && f->nest[i].kind != TOK_END; i--)
		if (f->nest[i].kind == TOK_LBRACKET)
			return true;
	return false;
}

static int
refuse(Front *f, const char *message)
{
	f->refusal = message;
	f->refusal_note = NULL;
	return TOK_REFUSED;
}

static int
refuse_with_note(Front *f, const char *message, Span at, const char *note)
{
	f->refusal = message;
	f->refusal_note = note;
	f->refusal_note_at = at;
	return TOK_REFUSED;
}

/* Opens a bracket or block; token is what the grammar sees then. */
static int
push(Front *f, int kind, Span at, const char *name, bool skipped, int token)
{
	if (f->depth == NEST_MAX) {
		f->stopped = f->quiet = true;
		f->has_ahead = false;
		return refuse(f, arena_printf(f->arena,
					      "brackets and blocks are nested deeper than %d; give inner parts names",
					      NEST_MAX));
	}
	skipped |= f->nskipped > 0;
	f->nskipped += skipped;
	f->nest[f->depth++] = (Nest){kind, at, name, skipped};
	if (kind == TOK_END)
		f->forgiven = 0;
	return token;
}

static void
pop(Front *f)
{
	assert(f->depth > 0);
	f->nskipped -= f->nest[--f->depth].skipped;
}

/* Gives up the brackets that are open in the innermost block; their number. */
static int
pop_brackets(Front *f)
{
	int n = 0;
	for (; in_bracket(f); n++)
		pop(f);
	return n;
}

static const char *
closer_of(const Nest *nest)
{
	return nest->kind == TOK_LPAREN ? ")" : nest->kind == TOK_LBRACKET ? "]" : "end";
}

/* "found X, wanted ')'" for what is open at the token. */
static int
refuse_unclosed(Front *f, Span at)
{
	const Nest *top = innermost(f);
	const char *found = front_text(f, at);
	found = *found ? arena_printf(f->arena, "'%s'", found) : "the end of the file";
	return refuse_with_note(f, arena_printf(f->arena, "found %s, wanted '%s'", found, closer_of(top)), top->at,
				arena_printf(f->arena, "to close this '%s'", top->name));
}

static int
step_newline(Front *f)
{
	while (look_ahead(f)->kind == RAW_NEWLINE)
		f->has_ahead = false;
	if (f->nskipped)
		return NOTHING;
	if (in_bracket(f)) {
		int next = look_ahead(f)->kind;
		bool index_end = next == TOK_END && innermost(f)->kind == TOK_LBRACKET;
		if (index_end || !token_ends_expression(f->last) || !begins_expression(next))
			return NOTHING;
		return TOK_NEW_LINE;
	}
	if (f->last == TOK_EOL || f->last == 0 || (wants_more(f->last) && !f->recovering))
		return NOTHING;
	return TOK_EOL;
}

static int
step_semicolon(Front *f)
{
	if (in_bracket(f))
		return TOK_SEMICOLON;
	return f->last == TOK_EOL || f->last == 0 ? NOTHING : TOK_EOL;
}

static int
step_bracket(Front *f, const Raw *t)
{
	if (t->kind == TOK_LPAREN)
		return push(f, t->kind, t->at, "(", false, t->kind);
	if (token_ends_expression(f->previous) && t->at.lo == f->last_at.hi)
		return push(f, t->kind, t->at, "[", false, t->kind);
	int token = push(f, t->kind, t->at, "[", false, TOK_REFUSED);
	if (!f->stopped)
		refuse(f, "arrays in '[ ]' are not in the language: keep numbers in a field, join values with 'vcat(a, "
			  "b)'");
	return token;
}

static int
step_closer(Front *f, const Raw *t)
{
	int opener = t->kind == TOK_RPAREN ? TOK_LPAREN : TOK_LBRACKET, i = f->depth - 1;
	while (i >= 0 && f->nest[i].kind != TOK_END && f->nest[i].kind != opener)
		i--;
	if (i < 0 || f->nest[i].kind != opener) {
		if (f->nskipped)
			return NOTHING;
		if (f->forgiven) {
			f->forgiven--;
			return NOTHING;
		}
		return refuse(f, arena_printf(f->arena, "this '%s' closes nothing", front_text(f, t->at)));
	}
	int token = t->kind;
	if (i < f->depth - 1 && !f->nskipped)
		token = refuse_unclosed(f, t->at);
	while (f->depth > i)
		pop(f);
	return token;
}

static int
step_end(Front *f, const Raw *t)
{
	if (in_index(f) && !(t->first_on_line && token_ends_expression(f->last)))
		return TOK_END_INDEX;
	if (in_bracket(f)) {
		int token = f->nskipped ? NOTHING : refuse_unclosed(f, t->at);
		pop_brackets(f);
		put_back(f, t);
		return token;
	}
	Nest *top = innermost(f);
	if (top && top->skipped) {
		pop(f);
		return NOTHING;
	}
	if (f->last != TOK_EOL) {
		put_back(f, t);
		return TOK_EOL;
	}
	f->forgiven = 0;
	if (top) {
		pop(f);
		return TOK_END;
	}
	if (f->forgiven_ends) {
		f->forgiven_ends--;
		return NOTHING;
	}
	return refuse(f, "this 'end' closes nothing");
}

/* '@net', '@layer' and the end of the file stand outside of everything: what is open is closed, one token at
 * each call. */
static int
step_outermost(Front *f, const Raw *t)
{
	bool placed = t->first_on_line || t->kind == TOK_EOF || f->previous == TOK_SEMICOLON;
	if (f->depth && !placed)
		return t->kind;
	if (f->nskipped || f->stopped)
		f->quiet = true;
	while (f->nskipped)
		pop(f);
	if (f->depth || (placed && f->last != TOK_EOL && f->last != 0)) {
		put_back(f, t);
		if (in_bracket(f)) {
			int token = f->quiet ? NOTHING : refuse_unclosed(f, t->at);
			pop_brackets(f);
			return token;
		}
		if (f->last != TOK_EOL)
			return TOK_EOL;
		if (!f->quiet) {
			f->quiet = true;
			return refuse_unclosed(f, t->at);
		}
		pop(f);
		return TOK_END;
	}
	f->quiet = f->stopped;
	f->forgiven = 0;
	return t->kind;
}

/* The word after '@net': what begins a struct, or not. */
static int
step_net(Front *f, const Raw *t)
{
	int token = step_outermost(f, t);
	if (token != TOK_NET)
		return token;
	const Raw *next = look_ahead(f);
	const char *word = front_text(f, next->at);
	if (next->kind == TOK_IDENT && strcmp(word, "mutable") == 0)
		f->ahead.kind = RAW_REFUSED; /* '@net mutable type' */
	bool is_struct = next->kind == RAW_REFUSED && find_refusal(word).block && strstr(word, "struct");
	bool is_type = next->kind == TOK_IDENT && strcmp(word, "type") == 0;
	if (is_struct || is_type) {
		f->ahead.kind = TOK_STRUCT;
		return push(f, TOK_END, t->at, "@net", false, TOK_NET);
	}
	return TOK_NET;
}

static int
step_refused(Front *f, const Raw *t)
{
	int n;
	const char *text = diag_text(f->diag, t->at, &n);
	const char *word = arena_strndup(f->arena, text, (size_t)n);
	Refusal r = find_refusal(word);
	bool after = token_ends_expression(f->previous);
	if (r.block && in_bracket(f) && after && !(strcmp(word, "do") == 0))
		r.block = false; /* (x for x in y if x > 0) */
	if (strcmp(word, "begin") == 0 && in_index(f))
		return refuse(f, "'begin' is not in the language: the first index is 1");
	if (strstr(word, "module"))
		f->forgiven_ends++;
	int token = TOK_REFUSED;
	bool inside = f->nskipped > 0;
	if (r.block)
		token = push(f, TOK_END, t->at, word, true, token);
	if (f->stopped || inside)
		return f->stopped ? token : NOTHING;
	if (strchr(word, '\''))
		return refuse(f,
			      after ? "the transpose ' is not in the language: write the product the other way round, "
				      "'W * x' or 'x * W'"
				    : "characters are not in the language");
	return refuse(f, arena_printf(f->arena, "'%s' %s", word, r.what));
}

static int
step_colon(Front *f, const Raw *t)
{
	const Nest *top = innermost(f);
	if (top && top->kind == TOK_LBRACKET)
		return TOK_COLON;
	const Raw *next = look_ahead(f);
	if (next->kind == TOK_IDENT && next->at.lo == t->at.hi && !token_ends_expression(f->previous))
		return refuse(f, "symbols such as ':name' are not in the language: write the name alone");
	return refuse(f, "':' stands only in an index, such as 'v[2:5]'");
}

/* A name; or a type after '::', with what belongs to it. */
static int
step_name(Front *f, const Raw *t)
{
	if (f->last == TOK_TYPED && !f->nskipped) {
		while (look_ahead(f)->kind == RAW_FIELD || look_ahead(f)->kind == RAW_BRACES)
			f->has_ahead = false;
		return TOK_TYPE;
	}
	bool first = f->last == 0 || f->last == TOK_EOL;
	if (t->kind == TOK_IDENT && first && !f->nskipped && strcmp(t->u.name, "type") == 0 &&
	    look_ahead(f)->kind == TOK_IDENT)
		return step_refused(f, t);
	if (t->kind != RAW_DELAY)
		return t->kind;
	if (f->last == TOK_STRUCT || f->last == TOK_FUNCTION)
		return refuse(f, "types in '{ }' are not in the language: leave them out");
	int n;
	const char *text = diag_text(f->diag, t->at, &n);
	if (text[n - 1] != '}')
		return refuse(f, "this delay has no '}': found the end of the line");
	return refuse(f, arena_printf(f->arena, "a delay wants a whole number, such as '%s{-1}'", t->u.name));
}

static int
step_braces(Front *f)
{
	if (f->previous == TOK_IDENT)
		return refuse(f, "a delay must follow its name directly, without a space, as in 'y{-1}'");
	if (token_ends_expression(f->previous))
		return refuse(f, "a delay belongs to a name, as in 'y{-1}': give this value a name first");
	return refuse(f, "'{ }' stands only after a name, as in 'y{-1}'");
}

static int
step_field(Front *f, const Raw *t)
{
	return refuse(f, arena_printf(f->arena, "'.%s' is not in the language: write the name alone, '%s'", t->u.name,
				      t->u.name));
}

static int
step_message(Front *f, const Raw *t)
{
	if (t->kind == RAW_FATAL)
		f->stopped = f->quiet = true;
	return refuse(f, t->u.message);
}

/* A number directly before a name, a parenthesis, or something that makes it no number. */
static int
step_after_number(Front *f, const Raw *t)
{
	bool product = t->kind == TOK_IDENT || t->kind == TOK_DELAY || t->kind == TOK_LPAREN;
	bool wrong = t->kind == TOK_NUMBER || t->kind == TOK_HOLE || t->kind == TOK_DOT;
	if (f->last != TOK_NUMBER || f->last_at.hi != t->at.lo || f->nskipped || !(product || wrong))
		return NOTHING;
	if (!product)
		return refuse(f, arena_printf(f->arena, "'%s' is not a number",
					      front_text(f, (Span){f->last_at.lo, t->at.hi})));
	if (t->kind == TOK_IDENT && t->u.name[0] == '_')
		return refuse(f, "a '_' in a number stands between two digits, as in 1_000");
	put_back(f, t);
	return TOK_TIMES_JOINED;
}

/* Alone between commas an operator is a function: Parallel(+, a, b). */
static int
step_operator(Front *f, const Raw *t)
{
	if ((f->last != TOK_LPAREN && f->last != TOK_COMMA) || f->nskipped || !in_bracket(f))
		return t->kind;
	int next = look_ahead(f)->kind;
	return next == TOK_COMMA || next == TOK_RPAREN ? TOK_IDENT : t->kind;
}

static int
step(Front *f, const Raw *t)
{
	int token = step_after_number(f, t);
	if (token != NOTHING)
		return token;
	switch (t->kind) {
	case RAW_NEWLINE: return step_newline(f);
	case TOK_SEMICOLON: return step_semicolon(f);
	case TOK_LPAREN:
	case TOK_LBRACKET: return step_bracket(f, t);
	case TOK_RPAREN:
	case TOK_RBRACKET: return step_closer(f, t);
	case TOK_FUNCTION: return push(f, TOK_END, t->at, "function", false, TOK_FUNCTION);
	case TOK_END: return step_end(f, t);
	case TOK_NET: return step_net(f, t);
	case TOK_LAYER:
	case TOK_EOF: return step_outermost(f, t);
	case RAW_REFUSED: return step_refused(f, t);
	case TOK_COLON: return step_colon(f, t);
	case TOK_IDENT:
	case TOK_DELAY:
	case RAW_DELAY: return step_name(f, t);
	case RAW_BRACES: return step_braces(f);
	case RAW_FIELD: return step_field(f, t);
	case RAW_BAD:
	case RAW_FATAL: return step_message(f, t);
	default: return is_operator(t->kind) ? step_operator(f, t) : t->kind;
	}
}

static void
give_value(Front *f, const Raw *t, int token, NET_STYPE *value)
{
	switch (token) {
	case TOK_IDENT:
		value->TOK_IDENT = is_operator(t->kind) ? intern(f->arena, front_text(f, t->at)) : t->u.name;
		break;
	case TOK_STRING: value->TOK_STRING = t->u.name; break;
	case TOK_DELAY: value->TOK_DELAY = *t; break;
	case TOK_NUMBER: value->TOK_NUMBER = *t; break;
	default: break;
	}
}

/* The next token for the parser. */
int
net_lex(NET_STYPE *value, Span *at, Front *f)
{
	if (f->give_up) {
		f->give_up = false;
		f->forgiven += pop_brackets(f);
		*at = f->last_at;
		return f->last = TOK_EOL;
	}
	for (;;) {
		Raw t = take(f);
		bool skipped = f->nskipped > 0;
		int token = step(f, &t);
		if (!(f->has_ahead && f->ahead.at.lo == t.at.lo))
			f->previous = t.kind;
		/* the word that opens a skipped block is still told, its 'end' no more */
		if (token == NOTHING || (skipped && f->nskipped))
			continue;
		*at = t.at;
		if (token == TOK_TIMES_JOINED)
			at->hi = at->lo;
		give_value(f, &t, token, value);
		f->recovering &= token != TOK_EOL;
		f->last = token;
		f->last_at = *at;
		return token;
	}
}
