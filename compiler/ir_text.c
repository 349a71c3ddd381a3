/* ir_text.c: the text form of a graph, written and read.
 *
 *   graph "model" batch 1 window 2 steps 0
 *   loss mse last
 *   param "Wxy" (10, 15) glorot_uniform
 *   state "y" (15) depth 1
 *   input "x" (10) %0
 *   output "y" (15) %5
 *   %0 = input #0 : (10) name "x" at 14 15
 *   %1 = delay #0 1 %4 : (15) path "model = Recurrent › y"
 *
 * A line that starts with '#' is a comment. '_' is an unknown size, '3 the unknown size number 3, ? an unknown
 * shape. A state that starts from something else than zeros says so: depth 1 ones. Weights are not part of it. */
#include "ir.h"
#include "ops.h"
#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const char *const init_name[] = {
	[INIT_DEFAULT] = "default",
	[INIT_ZEROS] = "zeros",
	[INIT_ONES] = "ones",
	[INIT_FILL] = "fill",
	[INIT_GLOROT_UNIFORM] = "glorot_uniform",
	[INIT_GLOROT_NORMAL] = "glorot_normal",
	[INIT_UNIFORM] = "rand",
	[INIT_NORMAL] = "randn",
};
static const char *const scale_name[] = {
	[SCALE_ONE] = "", [SCALE_HALF] = " half", [SCALE_LOGISTIC] = " logistic", [SCALE_TANH] = " tanh"};
static const char *const place_name[] = {
	[PLACE_SCRATCH] = "scratch", [PLACE_OUTPUT] = "output", [PLACE_STATE] = "state", [PLACE_GRAD] = "grad"};

static void
print_string(Text *out, const char *s)
{
	text_add(out, "\"");
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			text_add(out, "\\%c", *s);
		else if ((unsigned char)*s < 0x20)
			text_add(out, "\\x%02x", *s);
		else
			text_put(out, s, 1);
	}
	text_add(out, "\"");
}

static void
print_dim(Text *out, int32_t d)
{
	if (d > 0)
		text_add(out, "%" PRId32, d);
	else if (d < 0)
		text_add(out, "'%" PRId32, -d);
	else
		text_add(out, "_");
}

static void
print_shape(Text *out, Shape s)
{
	if (s.rank < 0) {
		text_add(out, "?");
		return;
	}
	text_add(out, "(");
	for (int i = 0; i < s.rank; i++) {
		text_add(out, "%s", i ? ", " : "");
		print_dim(out, s.dim[i]);
	}
	text_add(out, ")");
}

static bool
init_has_number(InitKind init)
{
	return init != INIT_DEFAULT && init != INIT_ZEROS && init != INIT_ONES;
}

/* " randn 0.01"; a scale of 1 is left out. */
static void
print_init(Text *out, const ParamInfo *p)
{
	text_add(out, " %s", init_name[p->init]);
	if (init_has_number(p->init) && (p->init == INIT_FILL || p->fill != 1))
		text_add(out, " %.17g", p->fill);
}

static void
print_flags(Text *out, const ParamInfo *p)
{
	text_add(out, "%s%s%s\n", p->optional ? " optional" : "", p->trainable ? "" : " frozen",
		 p->reversed ? " reversed" : "");
}

static void
print_param(Text *out, const char *kind, const ParamInfo *p)
{
	text_add(out, "%s ", kind);
	print_string(out, p->name);
	text_add(out, " ");
	print_shape(out, p->shape);
	print_init(out, p);
	print_flags(out, p);
}

static void
print_node(const Graph *g, int i, Text *out)
{
	const Node *n = g->node.v[i];
	text_add(out, "%%%d = %s", i, op_table[n->op].name);
	switch (op_table[n->op].attr) {
	case ATTR_NONE: break;
	case ATTR_NUMBER: text_add(out, " %.17g", n->attr.number); break;
	case ATTR_INDEX: text_add(out, " #%" PRId32, n->attr.index); break;
	case ATTR_SLOT: text_add(out, " #%" PRId32 " %" PRId32, n->attr.slot.state, n->attr.slot.depth); break;
	case ATTR_RANGE: text_add(out, " %" PRId32 " %" PRId32, n->attr.range.first, n->attr.range.last); break;
	case ATTR_SUM:
		text_add(out, " %" PRId32 "%s%s%s", n->attr.sum.addends, n->attr.sum.packed ? " packed" : "",
			 n->attr.sum.split ? " split" : "", scale_name[n->attr.sum.scale]);
		break;
	}
	for (int k = 0; k < n->nin; k++)
		text_add(out, " %%%" PRId32, n->in[k].i);
	text_add(out, " : ");
	print_shape(out, n->shape);
	if (n->step >= 0)
		text_add(out, " step %" PRId32, n->step);
	if (n->group)
		text_add(out, " group %" PRId32, n->group);
	if (n->again)
		text_add(out, " again %" PRId32, n->again);
	if (n->place)
		text_add(out, " place %s %" PRId32, place_name[n->place], n->offset);
	if (n->name) {
		text_add(out, " name ");
		print_string(out, n->name);
	}
	if (n->path) {
		text_add(out, " path ");
		print_string(out, n->path);
	}
	if (n->at.hi)
		text_add(out, " at %" PRIu32 " %" PRIu32, n->at.lo, n->at.hi);
	if (n->site.hi)
		text_add(out, " site %" PRIu32 " %" PRIu32, n->site.lo, n->site.hi);
	text_add(out, "\n");
}

static void
print_loss(const LossInfo *l, Text *out)
{
	text_add(out, "loss %s", loss_name[l->kind]);
	if (l->kind == LOSS_HUBER)
		text_add(out, " delta %.17g", l->delta);
	text_add(out, "%s%s%s%s", l->index ? " index" : "", l->last ? " last" : "", l->mask ? " mask" : "",
		 l->train_state ? " state" : "");
	if (l->recompute)
		text_add(out, " recompute %" PRId32, l->recompute);
	text_add(out, "\n");
}

void
graph_print(const Graph *g, Text *out)
{
	text_add(out, "graph ");
	print_string(out, g->model);
	text_add(out, " batch %" PRId32 " window %" PRId32 " steps %" PRId32, g->batch, g->window, g->steps);
	if (g->small)
		text_add(out, " small");
	if (g->scratch)
		text_add(out, " scratch %" PRId64 " bound %" PRId64, g->scratch, g->scratch_bound);
	text_add(out, "\n");
	if (g->loss.kind)
		print_loss(&g->loss, out);
	for (int i = 0; i < g->param.n; i++)
		print_param(out, "param", &g->param.v[i]);
	for (int i = 0; i < g->state.n; i++) {
		const StateInfo *s = &g->state.v[i];
		text_add(out, "state ");
		print_string(out, s->name);
		text_add(out, " ");
		print_shape(out, s->shape);
		text_add(out, " depth %" PRId32, s->depth);
		if (s->from_param)
			text_add(out, " from #%" PRId32, s->from_param - 1);
		if (s->init.init != INIT_ZEROS) /* the usual initial value is not said */
			print_init(out, &s->init);
		text_add(out, "\n");
	}
	for (int i = 0; i < g->input.n + g->output.n; i++) {
		bool is_input = i < g->input.n;
		const PortInfo *p = is_input ? &g->input.v[i] : &g->output.v[i - g->input.n];
		text_add(out, is_input ? "input " : "output ");
		print_string(out, p->name);
		text_add(out, " ");
		print_shape(out, p->shape);
		if (ref_ok(p->node))
			text_add(out, " %%%" PRId32, p->node.i);
		text_add(out, "%s\n", p->last ? " last" : "");
	}
	for (int i = 0; i < g->node.n; i++)
		print_node(g, i, out);
}

/* Reading: a cursor over one line at a time; the first mistake ends the reading. */
typedef struct {
	Graph *g;
	const char *file, *p;
	int line;
	bool failed;
} Reader;

static void
reader_fail(Reader *r, const char *what)
{
	if (!r->failed)
		diag_file_error(r->g->diag, r->file, "line %d: %s, found '%.20s'", r->line, what,
				*r->p && *r->p != '\n' ? r->p : "end of line");
	r->failed = true;
}

static void
skip_blanks(Reader *r)
{
	while (*r->p == ' ' || *r->p == '\t' || *r->p == '\r')
		r->p++;
}

static bool
accept(Reader *r, const char *word)
{
	skip_blanks(r);
	size_t n = strlen(word);
	if (strncmp(r->p, word, n) != 0)
		return false;
	if (isalnum((unsigned char)word[n - 1]) && (isalnum((unsigned char)r->p[n]) || r->p[n] == '_'))
		return false;
	r->p += n;
	return true;
}

static void
expect(Reader *r, const char *word)
{
	if (!accept(r, word))
		reader_fail(r, arena_printf(r->g->arena, "wanted '%s'", word));
}

static int32_t
read_int(Reader *r)
{
	skip_blanks(r);
	char *end;
	bool starts = isdigit((unsigned char)*r->p) || (*r->p == '-' && isdigit((unsigned char)r->p[1]));
	long v = strtol(r->p, &end, 10);
	if (!starts || v > INT32_MAX || v < -INT32_MAX) {
		reader_fail(r, "wanted a whole number");
		return 0;
	}
	r->p = end;
	return (int32_t)v;
}

static int32_t
read_positive(Reader *r, int32_t most)
{
	int32_t v = read_int(r);
	if (v < 1 || v > most)
		reader_fail(r, "wanted a number from 1");
	return v;
}

static double
read_number(Reader *r)
{
	skip_blanks(r);
	char *end;
	double v = strtod(r->p, &end);
	if (end == r->p || *r->p == '\n')
		reader_fail(r, "wanted a number");
	r->p = end;
	return v;
}

static const char *
read_string(Reader *r)
{
	expect(r, "\"");
	Text t = {0};
	while (!r->failed && *r->p != '"') {
		char c = *r->p;
		if (c == '\0' || c == '\n') {
			reader_fail(r, "a string that does not end");
			break;
		}
		if (c == '\\' && r->p[1] == 'x') {
			unsigned v = 0;
			if (sscanf(r->p + 2, "%2x", &v) != 1 || !v || !r->p[3])
				reader_fail(r, "a bad escape");
			c = (char)v;
			r->p += r->failed ? 0 : 3;
		} else if (c == '\\' && r->p[1]) {
			c = *++r->p;
		}
		text_put(&t, &c, 1);
		r->p++;
	}
	if (!r->failed)
		r->p++;
	const char *s = intern(r->g->arena, t.v ? t.v : "");
	text_free(&t);
	return s;
}

static Ref
read_ref(Reader *r)
{
	expect(r, "%");
	return (Ref){read_int(r)};
}

static Shape
read_shape(Reader *r)
{
	if (accept(r, "?"))
		return shape_unknown();
	Shape s = shape_scalar();
	expect(r, "(");
	while (!r->failed && !accept(r, ")")) {
		if (s.rank == 2) {
			reader_fail(r, "wanted ')'");
			break;
		}
		if (s.rank)
			expect(r, ",");
		int32_t d = 0;
		if (accept(r, "'")) {
			d = -read_positive(r, 1000000);
			r->g->ndim = -d > r->g->ndim ? -d : r->g->ndim;
		} else if (!accept(r, "_")) {
			d = read_positive(r, INT32_MAX);
		}
		s.dim[s.rank++] = d;
	}
	return s;
}

static void
read_init(Reader *r, ParamInfo *p)
{
	int k = 0;
	while (k < COUNT(init_name) && !accept(r, init_name[k]))
		k++;
	if (k == COUNT(init_name)) {
		reader_fail(r, "wanted the name of an initialiser");
		return;
	}
	p->init = (InitKind)k;
	p->fill = 1;
	skip_blanks(r);
	bool number = isdigit((unsigned char)*r->p) || *r->p == '-';
	if (p->init == INIT_FILL || (number && init_has_number(p->init)))
		p->fill = read_number(r);
	p->optional = accept(r, "optional");
	p->trainable = !accept(r, "frozen");
	p->reversed = accept(r, "reversed");
}

static void
read_param(Reader *r)
{
	ParamInfo p = {.name = read_string(r), .shape = read_shape(r), .file_rank = RANK_UNKNOWN};
	read_init(r, &p);
	*table_push(r->g->arena, &r->g->param) = p;
}

static void
read_state(Reader *r)
{
	StateInfo s = {.name = read_string(r), .shape = read_shape(r)};
	expect(r, "depth");
	s.depth = read_int(r);
	if (s.depth < 0 || s.depth > 1000000)
		reader_fail(r, "the depth is out of range");
	if (accept(r, "from")) {
		expect(r, "#");
		s.from_param = read_int(r) + 1;
		if (s.from_param < 1 || s.from_param > r->g->param.n)
			reader_fail(r, "there is no such parameter");
	}
	s.init = (ParamInfo){
		.name = s.name, .shape = s.shape, .init = INIT_ZEROS, .optional = true, .file_rank = RANK_UNKNOWN};
	skip_blanks(r);
	if (*r->p && *r->p != '\n') /* zeros may be left out */
		read_init(r, &s.init);
	s.init.optional = true;
	*table_push(r->g->arena, &r->g->state) = s;
}

static PortInfo
read_port(Reader *r)
{
	PortInfo p = {.name = read_string(r), .shape = read_shape(r), .node = REF_NONE};
	skip_blanks(r);
	if (*r->p == '%')
		p.node = read_ref(r);
	p.last = accept(r, "last");
	return p;
}

static void
read_loss(Reader *r)
{
	LossInfo *l = &r->g->loss;
	int k = LOSS_COUNT - 1;
	while (k && !accept(r, loss_name[k]))
		k--;
	if (!k)
		reader_fail(r, "wanted the name of a loss");
	*l = (LossInfo){.kind = (LossKind)k};
	if (accept(r, "delta"))
		l->delta = read_number(r);
	l->index = accept(r, "index");
	l->last = accept(r, "last");
	l->mask = accept(r, "mask");
	l->train_state = accept(r, "state");
	if (accept(r, "recompute"))
		l->recompute = read_positive(r, INT32_MAX);
}

static Attr
read_attr(Reader *r, AttrTag tag)
{
	Attr a = {0};
	switch (tag) {
	case ATTR_NONE: break;
	case ATTR_NUMBER: a.number = read_number(r); break;
	case ATTR_INDEX:
		expect(r, "#");
		a.index = read_int(r);
		break;
	case ATTR_SLOT:
		expect(r, "#");
		a.slot.state = read_int(r);
		a.slot.depth = read_int(r);
		break;
	case ATTR_RANGE:
		a.range.first = read_int(r);
		a.range.last = read_int(r);
		break;
	case ATTR_SUM:
		a.sum.addends = read_int(r);
		a.sum.packed = accept(r, "packed");
		a.sum.split = accept(r, "split");
		for (int k = SCALE_HALF; k < COUNT(scale_name); k++)
			if (accept(r, scale_name[k] + 1))
				a.sum.scale = (uint8_t)k;
		break;
	}
	return a;
}

static Span
read_span(Reader *r)
{
	uint32_t lo = (uint32_t)read_int(r);
	return (Span){lo, (uint32_t)read_int(r)};
}

static void
read_suffix(Reader *r, Node *n)
{
	expect(r, ":");
	n->shape = read_shape(r);
	if (accept(r, "step"))
		n->step = read_int(r);
	if (accept(r, "group"))
		n->group = read_positive(r, INT32_MAX);
	if (accept(r, "again"))
		n->again = read_int(r);
	if (accept(r, "place")) {
		n->place = accept(r, "output")  ? PLACE_OUTPUT
			   : accept(r, "state") ? PLACE_STATE
			   : accept(r, "grad")  ? PLACE_GRAD
						: PLACE_SCRATCH;
		accept(r, "scratch");
		n->offset = read_int(r);
	}
	if (accept(r, "name"))
		n->name = read_string(r);
	if (accept(r, "path"))
		n->path = read_string(r);
	if (accept(r, "at"))
		n->at = read_span(r);
	if (accept(r, "site"))
		n->site = read_span(r);
}

static void
read_node(Reader *r)
{
	Graph *g = r->g;
	if (read_int(r) != g->node.n)
		reader_fail(r, "nodes are not numbered in order");
	expect(r, "=");
	skip_blanks(r);
	char name[32];
	int n = 0;
	if (sscanf(r->p, "%31[a-z0-9]%n", name, &n) != 1)
		reader_fail(r, "wanted the name of an operator");
	Op op = n ? op_named(name) : OP_COUNT;
	if (op == OP_COUNT) {
		reader_fail(r, "there is no such operator");
		return;
	}
	r->p += n;
	Attr attr = read_attr(r, op_table[op].attr);
	TABLE(Ref) in = {0};
	for (skip_blanks(r); !r->failed && *r->p == '%'; skip_blanks(r))
		*table_push(g->arena, &in) = read_ref(r);
	if (op_table[op].nin >= 0 && op_table[op].nin != in.n)
		reader_fail(r, arena_printf(g->arena, "'%s' has %d operands, not %d", name, op_table[op].nin, in.n));
	if (r->failed)
		return;
	Node *node = graph_node(g, graph_add(g, op, in.n, in.v));
	node->attr = attr;
	read_suffix(r, node);
}

static void
read_line(Reader *r)
{
	Graph *g = r->g;
	if (accept(r, "graph")) {
		g->model = read_string(r);
		expect(r, "batch");
		g->batch = read_int(r);
		expect(r, "window");
		g->window = read_int(r);
		expect(r, "steps");
		g->steps = read_int(r);
		g->small = accept(r, "small");
		if (accept(r, "scratch")) {
			g->scratch = read_int(r);
			expect(r, "bound");
			g->scratch_bound = read_int(r);
		}
		if (g->batch < 1 || g->window < 1 || g->steps < 0)
			reader_fail(r, "batch, window or steps out of range");
	} else if (accept(r, "loss")) {
		read_loss(r);
	} else if (accept(r, "param")) {
		read_param(r);
	} else if (accept(r, "state")) {
		read_state(r);
	} else if (accept(r, "input")) {
		*table_push(g->arena, &g->input) = read_port(r);
	} else if (accept(r, "output")) {
		*table_push(g->arena, &g->output) = read_port(r);
	} else if (accept(r, "%")) {
		read_node(r);
	} else {
		reader_fail(r, "wanted graph, loss, param, state, input, output or a node");
	}
}

bool
graph_read(Graph *g, const char *file, const char *text)
{
	Reader r = {.g = g, .file = file, .p = text, .line = 1};
	while (*r.p && !r.failed) {
		skip_blanks(&r);
		if (*r.p == '#')
			while (*r.p && *r.p != '\n')
				r.p++;
		else if (*r.p != '\n' && *r.p)
			read_line(&r);
		skip_blanks(&r);
		if (*r.p && *r.p != '\n')
			reader_fail(&r, "wanted the end of the line");
		else if (*r.p)
			r.p++, r.line++;
	}
	int where;
	const char *flaw = r.failed ? NULL : graph_flaw(g, &where);
	if (flaw && where >= 0)
		diag_file_error(g->diag, file, "%%%d is wrong: %s", where, flaw);
	else if (flaw)
		diag_file_error(g->diag, file, "%s", flaw);
	r.failed |= flaw != NULL;
	return !r.failed;
}
