/* shapes.c: --emit=shapes, the net as equations with every shape.
 *
 *   model[1] = LSTM
 *     Wxf::(3, 5), Wyf::(5, 5), bf::(5)
 *     forget::(5) = σ(x::(3) * Wxf::(3, 5) + y{-1} * Wyf::(5, 5) + bf)
 *
 * Written from the graph, layer by layer in the order of the data; what a layer's source does not name is part of the
 * expression that uses it, or has its equation's or its layer's name. A shape that is not written is that of the
 * expression around it. */
#include "back.h"
#include "../ops.h"
#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* Expressions longer than this get a line of their own; lists of parameters are broken. */
enum { PART_MAX = 80, LIST_WIDTH = 100 };
enum { LEVEL_SUM = 1, LEVEL_PRODUCT, LEVEL_SIGN, LEVEL_POWER, LEVEL_CALL };

static const struct {
	const char *sign;
	int level;
} infix[OP_COUNT] = {
	[OP_ADD] = {"+", LEVEL_SUM},      [OP_SUB] = {"-", LEVEL_SUM},        [OP_MUL] = {".*", LEVEL_PRODUCT},
	[OP_DIV] = {"./", LEVEL_PRODUCT}, [OP_MATMUL] = {"*", LEVEL_PRODUCT}, [OP_POW] = {".^", LEVEL_POWER},
};

typedef struct {
	const char *heading; /* "model[1] = LSTM" */
	const char *locator; /* "model[1]" */
	const char *prefix;  /* of its parameters: "1" */
	Text lines;
} Section;

typedef struct {
	const char *text;
	int level;
} Part;

typedef struct {
	Emit *e;
	const Graph *g;
	NameTable names;
	TABLE(Section) section;
	Part *part;           /* per node: the expression that computes it */
	const char **name;    /* per node: its name if it has an equation of its own */
	int32_t *uses, *user; /* per node: how often, and the last user */
	int32_t *section_of;
} Shapes;

static const char *
shape_suffix(Shapes *s, Shape shape)
{
	return arena_printf(s->e->arena, "::%s", shape_text(s->e->arena, shape));
}

/* "model[1]" of the model is "1", "model.rnn" is "rnn", "model" is "". */
static const char *
prefix_of(const Shapes *s, const char *locator)
{
	size_t n = strlen(s->g->model);
	char *out = arena_strndup(s->e->arena, locator, strlen(locator)), *to = out;
	if (strncmp(locator, s->g->model, n) == 0 && (!locator[n] || strchr(".[", locator[n])))
		locator += n;
	for (; *locator; locator++)
		if (*locator == '[')
			*to++ = '.';
		else if (*locator != ']')
			*to++ = *locator;
	*to = '\0';
	return out + (*out == '.');
}

static int32_t
section_find(Shapes *s, const Node *n)
{
	const char *path = n->path ? n->path : s->g->model, *arrow = strstr(path, " › ");
	size_t heading = arrow ? (size_t)(arrow - path) : strlen(path);
	for (int32_t i = s->section.n; i-- > 0;)
		if (strlen(s->section.v[i].heading) == heading && memcmp(s->section.v[i].heading, path, heading) == 0)
			return i;
	Section new = {.heading = arena_strndup(s->e->arena, path, heading)};
	const char *type = strstr(new.heading, " = ");
	new.locator = arena_strndup(s->e->arena, path, type ? (size_t)(type - new.heading) : heading);
	new.prefix = prefix_of(s, new.locator);
	*table_push(s->e->arena, &s->section) = new;
	return s->section.n - 1;
}

/* A parameter's or state's name as its own layer says it; with its layer elsewhere. */
static const char *
local_name(const Section *in, const char *name)
{
	size_t n = strlen(in->prefix);
	bool own = n > 0 && strncmp(name, in->prefix, n) == 0 && name[n] == '.' && !strchr(name + n + 1, '.');
	return own ? name + n + 1 : name;
}

/* A value that has no equation, or NULL. */
static const char *
leaf_text(Shapes *s, const Node *n, const Section *in)
{
	const Graph *g = s->g;
	Arena *a = s->e->arena;
	switch ((Op)n->op) {
	case OP_INPUT: return g->input.v[n->attr.index].name;
	case OP_PARAM: return local_name(in, g->param.v[n->attr.index].name);
	case OP_CONST: return arena_printf(a, "%.9g", n->attr.number);
	case OP_INIT: return arena_printf(a, "initial(%s)", local_name(in, g->state.v[n->attr.index].name));
	case OP_DELAY:
	case OP_STATE:
		return arena_printf(a, "%s{%+" PRId32 "}", local_name(in, g->state.v[n->attr.slot.state].name),
				    -n->attr.slot.depth);
	default: return NULL;
	}
}

/* Operand k of node r as an expression of at least that level, with its shape if it is not the result's. */
static const char *
operand_text(Shapes *s, Ref r, int k, int level)
{
	const Node *n = graph_node(s->g, r), *a = graph_node(s->g, n->in[k]);
	const Section *in = &s->section.v[s->section_of[r.i]];
	assert(in);
	const char *leaf = leaf_text(s, a, in), *name = s->name[n->in[k].i], *text;
	int own = LEVEL_CALL;
	bool shown = a->op != OP_CONST && !shape_equal(a->shape, n->shape);
	if (leaf) {
		text = leaf;
	} else if (name) {
		bool near = s->section_of[r.i] == s->section_of[n->in[k].i] || strcmp(name, s->g->model) == 0;
		size_t skip = strlen(in->locator) + 1;
		text = near && strlen(name) > skip && strncmp(name, in->locator, skip - 1) == 0 && name[skip - 1] == '.'
			       ? name + skip
			       : name;
	} else {
		text = s->part[n->in[k].i].text;
		own = s->part[n->in[k].i].level;
	}
	if (own < (shown ? LEVEL_CALL : level))
		text = arena_printf(s->e->arena, "(%s)", text);
	return shown ? arena_printf(s->e->arena, "%s%s", text, shape_suffix(s, a->shape)) : text;
}

static Part
infix_part(Shapes *s, Ref r)
{
	const Node *n = graph_node(s->g, r);
	int level = infix[n->op].level;
	bool same = shape_equal(graph_node(s->g, n->in[0])->shape, graph_node(s->g, n->in[1])->shape);
	const char *dot = level == LEVEL_SUM && !same ? "." : "";
	const char *left = operand_text(s, r, 0, level + (level == LEVEL_POWER));
	const char *right = operand_text(s, r, 1, level + (level != LEVEL_POWER));
	return (Part){arena_printf(s->e->arena, "%s %s%s %s", left, dot, infix[n->op].sign, right), level};
}

static Part
call_part(Shapes *s, Ref r)
{
	const Node *n = graph_node(s->g, r);
	const char *name = n->op == OP_SIGMOID ? "σ" : n->op == OP_CONCAT ? "vcat" : op_table[n->op].name;
	Text t = {0};
	for (int k = 0; k < n->nin; k++)
		text_add(&t, "%s%s", k ? ", " : "", operand_text(s, r, k, 0));
	Part part = {arena_printf(s->e->arena, "%s(%s)", name, t.v ? t.v : ""), LEVEL_CALL};
	text_free(&t);
	return part;
}

static Part
part_of(Shapes *s, Ref r)
{
	const Node *n = graph_node(s->g, r);
	Arena *a = s->e->arena;
	int32_t first = n->attr.range.first, last = n->attr.range.last;
	switch ((Op)n->op) {
	case OP_NEG: return (Part){arena_printf(a, "-%s", operand_text(s, r, 0, LEVEL_SIGN)), LEVEL_SIGN};
	case OP_EXPECT:
	case OP_COPY: return (Part){operand_text(s, r, 0, LEVEL_CALL), LEVEL_CALL};
	case OP_SLICE:
		return (Part){
			arena_printf(a, "%s[%" PRId32 ":%" PRId32 "]", operand_text(s, r, 0, LEVEL_CALL), first, last),
			LEVEL_CALL};
	case OP_ELEMENT:
		return (Part){arena_printf(a, "%s[%" PRId32 "]", operand_text(s, r, 0, LEVEL_CALL), first), LEVEL_CALL};
	default: return infix[n->op].sign ? infix_part(s, r) : call_part(s, r);
	}
}

/* Whether node r has an equation of its own, rather than a place in the one expression that uses it. */
static bool
has_line(const Shapes *s, Ref r)
{
	const Node *n = graph_node(s->g, r);
	if (n->name || s->uses[r.i] != 1 || strlen(s->part[r.i].text) > PART_MAX)
		return true;
	const Node *user = s->g->node.v[s->user[r.i]];
	return user->op == OP_OUTPUT || user->op == OP_DELAY || s->section_of[s->user[r.i]] != s->section_of[r.i];
}

/* The name of the value, with its layer: "model[1].forget". */
static const char *
line_name(Shapes *s, Ref r)
{
	const Node *n = graph_node(s->g, r), *user = s->g->node.v[s->user[r.i]];
	const Section *in = &s->section.v[s->section_of[r.i]];
	assert(in);
	const char *arrow = n->path ? strstr(n->path, " › ") : NULL;
	const char *own = n->name ? n->name : arrow ? arrow + strlen(" › ") : NULL;
	bool is_model = strcmp(in->locator, s->g->model) == 0;
	bool leaves = s->uses[r.i] && s->section_of[s->user[r.i]] != s->section_of[r.i];
	if (!own && s->uses[r.i] && user->op == OP_OUTPUT && is_model)
		own = s->g->output.v[user->attr.index].name;
	else if (!own && (is_model || (user->op != OP_OUTPUT && !leaves)))
		own = "part";
	if (own && !is_model)
		own = arena_printf(s->e->arena, "%s.%s", in->locator, own);
	return c_unique(s->e->arena, &s->names, own ? own : in->locator);
}

static void
put_equation(Shapes *s, Ref r)
{
	Section *in = &s->section.v[s->section_of[r.i]];
	assert(in);
	const char *name = s->name[r.i] = line_name(s, r);
	size_t skip = strlen(in->locator);
	bool own = strncmp(name, in->locator, skip) == 0 && name[skip] == '.';
	text_add(&in->lines, "  %s%s = %s\n", own ? name + skip + 1 : name, shape_suffix(s, graph_node(s->g, r)->shape),
		 s->part[r.i].text);
}

/* Counts uses, and finds the section of every node that computes. */
static void
look(Shapes *s)
{
	const Graph *g = s->g;
	for (int32_t i = 0; i < g->node.n; i++) {
		const Node *n = g->node.v[i];
		for (int k = 0; k < n->nin; k++) {
			s->uses[n->in[k].i]++;
			s->user[n->in[k].i] = i;
		}
		if (n->nin > 0 && n->op != OP_DELAY && !op_table[n->op].sink)
			s->section_of[i] = section_find(s, n);
	}
}

/* "Wxf::(3, 5), Wyf::(5, 5)" of the section, in lines. */
static void
put_parameters(Shapes *s, const Section *in)
{
	const Graph *g = s->g;
	Text *t = &s->e->text;
	size_t line = t->n;
	int shown = 0;
	for (int i = 0; i < g->param.n; i++) {
		const ParamInfo *p = &g->param.v[i];
		if (!p->layer || strcmp(p->layer, in->locator) != 0)
			continue;
		const char *item =
			arena_printf(s->e->arena, "%s%s", local_name(in, p->name), shape_suffix(s, p->shape));
		bool fits = shown && t->n - line + strlen(item) + 2 <= LIST_WIDTH;
		if (!fits) {
			text_add(t, "%s", shown ? ",\n" : "");
			line = t->n;
		}
		text_add(t, "%s%s", fits ? ", " : "  ", item);
		shown++;
	}
	if (shown)
		text_add(t, "\n");
}

static void
put_ports(Shapes *s, const char *what, const PortInfo *port, int n)
{
	for (int i = 0; i < n; i++) {
		text_add(&s->e->text, "%s %s%s", what, port[i].name, shape_suffix(s, port[i].shape));
		const char *is = NULL;
		for (int32_t k = 0; k < s->g->node.n && *what == 'o'; k++) {
			const Node *out = s->g->node.v[k];
			if (out->op == OP_OUTPUT && out->attr.index == i)
				is = s->name[out->in[0].i]
					     ? s->name[out->in[0].i]
					     : leaf_text(s, graph_node(s->g, out->in[0]), &(Section){.prefix = ""});
		}
		if (is && strcmp(is, port[i].name) != 0)
			text_add(&s->e->text, " = %s", is);
		text_add(&s->e->text, "\n");
	}
}

static void
shapes_end(Emit *e)
{
	const Graph *g = e->net;
	size_t n = (size_t)g->node.n + 1;
	Shapes *s = arena_alloc(e->arena, sizeof *s);
	*s = (Shapes){.e = e, .g = g};
	s->part = arena_alloc(e->arena, n * sizeof *s->part);
	s->name = arena_alloc(e->arena, n * sizeof *s->name);
	s->uses = arena_alloc(e->arena, n * sizeof *s->uses);
	s->user = arena_alloc(e->arena, n * sizeof *s->user);
	s->section_of = arena_alloc(e->arena, n * sizeof *s->section_of);
	look(s);
	for (int32_t i = 0; i < g->node.n; i++) {
		const Node *node = g->node.v[i];
		if (node->nin == 0 || node->op == OP_DELAY || op_table[node->op].sink)
			continue;
		s->part[i] = part_of(s, (Ref){i});
		if (has_line(s, (Ref){i}))
			put_equation(s, (Ref){i});
	}
	put_ports(s, "input", g->input.v, g->input.n);
	for (int i = 0; i < s->section.n; i++) {
		Section *in = &s->section.v[i];
		assert(in);
		text_add(&e->text, "\n%s\n", in->heading);
		put_parameters(s, in);
		text_put(&e->text, in->lines.v, in->lines.n);
		text_free(&in->lines);
	}
	text_add(&e->text, "\n");
	put_ports(s, "output", g->output.v, g->output.n);
}

const Backend back_shapes = {
	.name = "shapes", .suffix = ".txt", .what = "the net as equations with every shape", .end = shapes_end};
