/* c_cell_ops.c: the operations of a cell's kernel, behind its sums.
 *
 *   tanh of the sums that only it uses, in one loop
 *   for each lane: the other operations, from the sums in z and the lane arguments; results go where they belong
 *
 * A microcontroller computes with quotients, see c_fraction.c, and with MVE four lanes at a time: -DNN_MVE. */
#include "c_cell_write.h"
#include "c_fraction.h"
#include <string.h>

/* What a lane, or with MVE four of them, is computed with. */
typedef struct {
	const char **member; /* per member: the C name of what it computes */
	Fraction *fraction;  /* the same, where quotients are kept */
	NameTable names;
	const char *indent;
	bool four;
	const char *left; /* of four: how many there are from j on, if that may be fewer, or NULL */
} Values;

/* Lane j of an array, `at` being the place of lane 0. */
static const char *
lane(const Writer *w, const Values *v, const char *array, const char *at)
{
	Arena *a = w->c->e->arena;
	if (v->left)
		return arena_printf(a, "nn_load_some4(%s + %sj, %s)", array, at, v->left);
	return arena_printf(a, v->four ? "nn_load4(%s + %sj)" : "%s[%sj]", array, at);
}

static void
write_lane(const Writer *w, const Values *v, const char *array, const char *at, const char *value)
{
	if (v->left)
		text_add(w->t, "%snn_store_some4(%s + %sj, %s, %s);\n", v->indent, array, at, v->left, value);
	else
		text_add(w->t, v->four ? "%snn_store4(%s + %sj, %s);\n" : "%s%s[%sj] = %s;\n", v->indent, array, at,
			 value);
}

static const char *
exp2_of(const Writer *w, const Values *v, const char *x)
{
	return arena_printf(w->c->e->arena, v->four ? "nn_exp2x4(%s)" : "nn_exp2(%s)", x);
}

static void
write_acts(const Writer *w, bool four)
{
	const Cell *c = w->c;
	for (int i = 0; i < w->rows; i++)
		for (int k = 0; k < c->segment.n; k++) {
			const CellSegment *s = &c->segment.v[k];
			Values v = {.indent = "\t\t\t", .four = four};
			const char *at = z_offset(w, i, s->first);
			const char *n = s->acts > 1 ? arena_printf(c->e->arena, "%d * UNITS", s->acts) : "UNITS";
			if (!s->acts)
				continue;
			if (c->g->small && !four) {
				text_add(w->t, "\t\tnn_exp2s(%sz, %s);\n", at, n);
				continue;
			}
			if (four && s->acts * c->unit % 4)
				v.left = arena_printf(c->e->arena, "%s - j", n);
			text_add(w->t, "\t\tfor (int j = 0; %sj < %s; j%s)\n",
				 acts_in_registers(w, s) ? "!NN_VECTORS && " : "", n, four ? " += 4" : "++");
			const char *z = lane(w, &v, "z", at);
			write_lane(w, &v, "z", at,
				   four ? exp2_of(w, &v, z) : arena_printf(c->e->arena, "nn_tanh(%s)", z));
		}
}

/* Whether an operation reads lane argument i after a result may have been written over it. */
static bool
is_overwritten(const Cell *c, int i)
{
	bool over = false;
	for (int k = 0; k < c->result.n && c->result.n > 1; k++)
		over |= c->result.v[k].over == i;
	for (int32_t m = c->begin; m < c->end && over; m++)
		for (int k = 0; k < c->g->node.v[m]->nin && c->g->node.v[m]->op != OP_AFFINE; k++)
			if (c->g->node.v[m]->in[k].i == c->lane.v[i].node.i)
				return true;
	return false;
}

/* The place of the block's lane 0 in row i of an argument. */
static const char *
lane_offset(const Writer *w, const CellArg *arg, int i)
{
	return arena_printf(w->c->e->arena, "%s%s", row_offset(w, arg, i), w->c->sum.n ? "u + " : "");
}

static const char *
operand_text(const Writer *w, const Values *v, int row, Ref r)
{
	const Cell *c = w->c;
	const Node *n = cell_node(c, r);
	if (r.i >= c->begin && r.i < c->end)
		return v->member[r.i - c->begin];
	if (n->op == OP_CONST)
		return c_float(c->e->arena, n->attr.number);
	int i = cell_arg(&c->lane, r);
	const CellArg *arg = &c->lane.v[i];
	if (is_overwritten(c, i))
		return arena_printf(c->e->arena, "old_%s", arg->name);
	if (arg->count == 1)
		return arena_printf(c->e->arena, "%s[%s0]", arg->name, row_offset(w, arg, row));
	return lane(w, v, arg->name, lane_offset(w, arg, row));
}

/* Values that a result is written over are read first. */
static void
write_old(const Writer *w, const Values *v, int row)
{
	const Cell *c = w->c;
	for (int i = 0; i < c->lane.n; i++) {
		const CellArg *arg = &c->lane.v[i];
		if (!is_overwritten(c, i))
			continue;
		text_add(w->t, "%sconst %s old_%s = %s;\n", v->indent, v->four ? "nn_x4" : "float", arg->name,
			 lane(w, v, arg->name, lane_offset(w, arg, row)));
	}
}

static const char *
member_expression(const Writer *w, const Values *v, int row, int32_t i)
{
	const Cell *c = w->c;
	const Node *n = c->g->node.v[i];
	if (n->op == OP_AFFINE) {
		int k = 0;
		while (c->sum.v[k].node != i)
			k++;
		return lane(w, v, "z", z_offset(w, row, k));
	}
	for (int k = 0; k < c->sum.n; k++)
		if (c->sum.v[k].user == i) {
			const char *z = v->member[n->in[0].i - c->begin];
			return n->op == OP_TANH ? z : arena_printf(c->e->arena, "0.5f + 0.5f * %s", z);
		}
	const char *operand[2] = {NULL, NULL};
	for (int k = 0; k < n->nin; k++)
		operand[k] = operand_text(w, v, row, n->in[k]);
	return c_element(c->e, n, operand);
}

static int32_t
uses_inside(const Cell *c, int32_t i)
{
	int32_t uses = 0;
	for (int32_t m = i + 1; m < c->end; m++)
		for (int k = 0; k < c->g->node.v[m]->nin; k++)
			uses += c->g->node.v[m]->in[k].i == i;
	return uses;
}

/* 1 / (1 + e) or (1 - e) / (1 + e). */
static Fraction
quotient(const FractionLines *l, bool is_tanh, const char *e)
{
	const char *below = fraction_name(l, "d", arena_printf(l->arena, "1.0f + %s", e));
	Fraction f =
		fraction_over(is_tanh ? fraction_name(l, "n", arena_printf(l->arena, "1.0f - %s", e)) : "1.0f", below);
	f.rest = is_tanh ? NULL : e;
	return f;
}

/* What member i computes, if that is a quotient or made of such. */
static bool
member_fraction(const Writer *w, Values *v, const FractionLines *l, int row, int32_t i, Fraction *out)
{
	const Cell *c = w->c;
	const Node *n = c->g->node.v[i];
	Fraction in[2] = {fraction_of(""), fraction_of("")};
	for (int k = 0; k < n->nin && k < 2 && n->op != OP_AFFINE; k++) {
		int32_t m = n->in[k].i;
		bool member = m >= c->begin && m < c->end;
		in[k] = member ? v->fraction[m - c->begin] : fraction_of(operand_text(w, v, row, n->in[k]));
	}
	bool is_tanh = n->op == OP_TANH || n->op == OP_TANH2;
	switch (n->op) {
	case OP_TANH:
	case OP_SIGMOID: {
		const char *x = fraction_value(l, in[0]);
		x = arena_printf(l->arena, strchr(x, ' ') ? "%s * (%s)" : "%s * %s",
				 is_tanh ? "-2.88539008f" : "-1.44269504f", x);
		*out = quotient(l, is_tanh, fraction_name(l, "e", exp2_of(w, v, x)));
		return true;
	}
	case OP_TANH2:
	case OP_LOGISTIC2: {
		const char *e = fraction_value(l, in[0]);
		for (int k = 0; k < c->sum.n; k++)
			if (c->sum.v[k].user == i) {
				*out = quotient(l, is_tanh, e);
				return true;
			}
		*out = quotient(l, is_tanh, fraction_name(l, "e", exp2_of(w, v, e)));
		return true;
	}
	case OP_MUL: *out = fraction_mul(l, in[0], in[1]); return true;
	case OP_ADD: *out = fraction_add(l, in[0], in[1], '+'); return true;
	case OP_SUB: *out = fraction_add(l, in[0], in[1], '-'); return true;
	default: return false;
	}
}

/* A quotient becomes a number where it is a result, or where an operation cannot go on with it. */
static bool
wants_number(const Cell *c, int32_t i)
{
	bool wants = cell_arg(&c->result, (Ref){i}) >= 0;
	for (int32_t m = i + 1; m < c->end; m++)
		for (int k = 0; k < c->g->node.v[m]->nin; k++) {
			Op op = (Op)c->g->node.v[m]->op;
			bool goes_on =
				op == OP_MUL || op == OP_ADD || op == OP_SUB || op == OP_TANH || op == OP_SIGMOID;
			wants |= c->g->node.v[m]->in[k].i == i && !goes_on;
		}
	return wants;
}

/* The operations with quotients. */
static void
write_fractions(const Writer *w, Values *v, int row)
{
	const Cell *c = w->c;
	FractionLines l = {c->e->arena, w->t, v->indent, &v->names, v->four};
	v->fraction = arena_alloc(c->e->arena, (size_t)(c->end - c->begin) * sizeof *v->fraction);
	for (int32_t i = c->begin; i < c->end; i++) {
		const Node *n = c->g->node.v[i];
		Fraction *f = &v->fraction[i - c->begin];
		const char *id = cell_name(c, n->name);
		if (!member_fraction(w, v, &l, row, i, f)) {
			const char *value = member_expression(w, v, row, i);
			*f = fraction_of(n->op == OP_AFFINE ? value : fraction_name(&l, id, value));
		} else if (f->n && wants_number(c, i)) {
			*f = fraction_of(fraction_name(&l, id, fraction_value(&l, *f)));
		}
		v->member[i - c->begin] = f->numerator;
	}
}

static void
write_values_of_members(const Writer *w, Values *v, int row)
{
	const Cell *c = w->c;
	for (int32_t i = c->begin; i < c->end; i++) {
		const Node *n = c->g->node.v[i];
		const char *value = member_expression(w, v, row, i);
		bool plain = n->op == OP_AFFINE || (strchr(value, ' ') == NULL && *value != '-');
		if (plain || (uses_inside(c, i) == 0)) {
			v->member[i - c->begin] = value;
			continue;
		}
		const char *name = c_unique(c->e->arena, &v->names, cell_name(c, n->name));
		text_add(w->t, "%sconst float %s = %s;\n", v->indent, name, value);
		v->member[i - c->begin] = name;
	}
}

static void
write_operations(const Writer *w, Values *v, int row)
{
	const Cell *c = w->c;
	write_old(w, v, row);
	if (c->g->small && !c->e->libm)
		write_fractions(w, v, row);
	else
		write_values_of_members(w, v, row);
	for (int k = 0; k < c->result.n; k++) {
		const CellArg *r = &c->result.v[k];
		write_lane(w, v, r->name, lane_offset(w, r, row), v->member[r->node.i - c->begin]);
	}
}

/* The names that values must not take: arguments, and the kernel's own. */
static void
reserve_names(const Writer *w, Values *v)
{
	const CellArgs *args[] = {&w->c->result, &w->c->vector, &w->c->lane, &w->c->weight};
	v->names = cell_own_names(w->c);
	for (int i = 0; i < COUNT(args); i++)
		for (int k = 0; k < args[i]->n; k++)
			c_unique(w->c->e->arena, &v->names, args[i]->v[k].name);
}

/* Lanes behind the last one have sums but no results. */
static const char *
lanes_left(const Writer *w)
{
	const Cell *c = w->c;
	if (!c->sum.n)
		return num(w, c->width);
	if (c->width % c->unit == 0)
		return "UNITS";
	return arena_printf(c->e->arena, "%" PRId64 " - u && j < UNITS", c->width);
}

/* What is left of four lanes from j on, if there may be fewer. */
static const char *
left_of_four(const Writer *w)
{
	const Cell *c = w->c;
	int64_t unit = c->sum.n ? c->unit : c->width;
	if (unit % 4 && c->width % unit)
		return arena_printf(c->e->arena, "(%" PRId64 " - u < UNITS ? %" PRId64 " - u : UNITS) - j", c->width,
				    c->width);
	if (c->width % unit)
		return arena_printf(c->e->arena, "%" PRId64 " - u - j", c->width);
	return unit % 4 ? arena_printf(c->e->arena, "%s - j", lanes_left(w)) : NULL;
}

static bool
is_four(const Cell *c, Ref r)
{
	return (r.i >= c->begin && r.i < c->end) ||
	       (cell_node(c, r)->op != OP_CONST && shape_count(cell_node(c, r)->shape) > 1);
}

/* Whether all operations are there for four lanes. */
static bool
has_fours(const Cell *c)
{
	bool has = c->g->small && !c->e->libm && c->width >= 4;
	for (int32_t i = c->begin; i < c->end && has; i++) {
		const Node *n = c->g->node.v[i];
		switch ((Op)n->op) {
		case OP_AFFINE: break;
		case OP_ADD:
		case OP_SUB:
		case OP_MUL:
		case OP_DIV: has = is_four(c, n->in[0]) || is_four(c, n->in[1]); break;
		case OP_NEG:
		case OP_TANH:
		case OP_SIGMOID:
		case OP_TANH2:
		case OP_LOGISTIC2: has = is_four(c, n->in[0]); break;
		default: has = false;
		}
	}
	return has;
}

static void
write_lanes(const Writer *w, bool four)
{
	const Cell *c = w->c;
	write_acts(w, four);
	for (int row = 0; row < w->rows; row++) {
		Values v = {.indent = c->sum.n ? "\t\t\t" : "\t\t", .four = four};
		v.left = four ? left_of_four(w) : NULL;
		v.member = arena_alloc(c->e->arena, (size_t)(c->end - c->begin) * sizeof *v.member);
		reserve_names(w, &v);
		text_add(w->t, "%sfor (int j = 0; j < %s; j%s) {\n", v.indent + 1, lanes_left(w),
			 four ? " += 4" : "++");
		write_operations(w, &v, row);
		text_add(w->t, "%s}\n", v.indent + 1);
	}
}

void
cell_operations(const Writer *w)
{
	if (has_fours(w->c)) {
		text_add(w->t, "#if defined(NN_MVE)\n");
		write_lanes(w, true);
		text_add(w->t, "#else\n");
		write_lanes(w, false);
		text_add(w->t, "#endif\n");
	} else {
		write_lanes(w, false);
	}
}
