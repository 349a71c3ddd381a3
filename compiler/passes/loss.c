/* loss.c: what the outputs are compared with, and where the backward half starts.
 *
 * The loss is the mean over the steps that count, the batch and (but for crossentropy) the features; of several outputs
 * the sum. With a mask it is the mean weighted by it. A crossentropy looks through a softmax, and a bce through a
 * sigmoid, to the logits below, where value and gradient need no logarithm of a small number; any other output counts
 * as logits. The gradient is written down here rather than derived. */
#include "reverse.h"
#include <assert.h>
#include <string.h>

static bool
is_step_counted(const Graph *g, const Node *output)
{
	return !g->loss.last || output->step == g->steps - 1;
}

static int32_t
add_input(Reverse *v, const char *name, Shape shape, bool last)
{
	Graph *g = v->g;
	*table_push(g->arena, &g->input) = (PortInfo){.name = name, .node = REF_NONE, .shape = shape, .last = last};
	return g->input.n - 1;
}

static Ref
read_input(Reverse *v, int32_t input, int32_t step)
{
	Ref r = graph_add(v->g, OP_INPUT, 0, NULL);
	Node *n = graph_node(v->g, r);
	n->attr.index = input;
	n->shape = v->g->input.v[input].shape;
	n->name = v->g->input.v[input].name;
	n->step = step;
	return r;
}

/* The weight of each step: mask / Σ mask, or 0 if that sum is 0. */
static void
read_mask(Reverse *v)
{
	Graph *g = v->g;
	int32_t mask = add_input(v, "mask", shape_scalar(), false);
	Ref sum = REF_NONE, piece[64];
	v->weight = arena_alloc(g->arena, ((size_t)g->steps + 1) * sizeof *v->weight);
	for (int32_t t = 0, n = 0; t < g->steps; t++) {
		v->weight[t] = piece[n++] = read_input(v, mask, t);
		v->now = graph_node(g, v->weight[t]);
		if (n < COUNT(piece) && t + 1 < g->steps)
			continue;
		Ref part = grad_make(v, OP_TOTAL, n, piece, shape_scalar());
		sum = ref_ok(sum) ? grad_make2(v, OP_ADD, sum, part) : part;
		n = 0;
	}
	sum = grad_make2(v, OP_MAX, sum, grad_number(v, 1e-30));
	for (int32_t t = 0; t < g->steps; t++) {
		v->now = graph_node(g, v->weight[t]);
		v->weight[t] = grad_make2(v, OP_DIV, v->weight[t], sum);
	}
	v->now = NULL;
}

static bool
is_entropy(const Graph *g)
{
	return g->loss.kind == LOSS_CROSSENTROPY;
}

static void
check_output(Reverse *v, const Node *output)
{
	const Graph *g = v->g;
	if (!is_entropy(g) || output->shape.rank == 1)
		return;
	diag_error(g->diag, node_place(output), "a crossentropy wants a vector of classes; output '%s' is %s",
		   g->output.v[output->attr.index].name, shape_text(g->arena, output->shape));
	v->failed = true;
}

/* One target for each output, in their order. */
void
loss_begin(Reverse *v, const Node *const *old, int32_t n)
{
	Graph *g = v->g;
	v->target = arena_alloc(g->arena, ((size_t)g->output.n + 1) * sizeof *v->target);
	for (int32_t i = 0; i < n; i++)
		if (old[i]->op == OP_OUTPUT)
			v->target[old[i]->attr.index] = i;
	for (int i = 0; i < g->output.n; i++) {
		const Node *o = old[v->target[i]];
		const PortInfo *port = &g->output.v[i];
		const char *name = g->output.n == 1 ? "target" : arena_printf(g->arena, "target_%s", port->name);
		Shape shape = g->loss.index ? shape_scalar() : o->shape;
		check_output(v, o);
		v->target[i] = add_input(v, name, shape, g->loss.last || port->last);
	}
	if (g->loss.mask && !v->failed)
		read_mask(v);
}

/* What a softmax or sigmoid was made of, or the output itself. */
static Ref
logits(const Reverse *v, Ref y)
{
	const Node *n = grad_node(v, y);
	while (n->op == OP_COPY || n->op == OP_EXPECT || n->op == OP_LAST) {
		y = n->in[0];
		n = grad_node(v, y);
	}
	bool entropy = is_entropy(v->g), bce = v->g->loss.kind == LOSS_BCE;
	bool inside = (entropy && (n->op == OP_SOFTMAX || n->op == OP_LOGSOFTMAX)) || (bce && n->op == OP_SIGMOID);
	return inside ? n->in[0] : y;
}

/* c (e - c / 2) where c is e limited to ±δ */
static Ref
huber(Reverse *v, Ref e, double delta)
{
	Ref c = grad_make2(v, OP_MAX, grad_make2(v, OP_MIN, e, grad_number(v, delta)), grad_number(v, -delta));
	return grad_make2(v, OP_MUL, c, grad_make2(v, OP_SUB, e, grad_make2(v, OP_MUL, c, grad_number(v, 0.5))));
}

/* max(z, 0) - z t + ln(1 + exp(-|z|)) */
static Ref
binary_entropy(Reverse *v, Ref z, Ref t)
{
	Ref small = grad_make1(v, OP_EXP, grad_make1(v, OP_NEG, grad_make1(v, OP_ABS, z)));
	Ref log = grad_make1(v, OP_LOG, grad_make2(v, OP_ADD, small, grad_number(v, 1)));
	Ref line = grad_make2(v, OP_SUB, grad_make2(v, OP_MAX, z, grad_number(v, 0)), grad_make2(v, OP_MUL, z, t));
	return grad_make2(v, OP_ADD, line, log);
}

/* The loss of one step, of each row of the batch: before it is scaled. */
static Ref
loss_value(Reverse *v, Ref y, Ref t)
{
	Ref e;
	switch (v->g->loss.kind) {
	case LOSS_NONE:
	case LOSS_COUNT: break;
	case LOSS_MSE: e = grad_make2(v, OP_SUB, y, t); return grad_sum_of(v, grad_make2(v, OP_MUL, e, e));
	case LOSS_MAE: return grad_sum_of(v, grad_make1(v, OP_ABS, grad_make2(v, OP_SUB, y, t)));
	case LOSS_HUBER: return grad_sum_of(v, huber(v, grad_make2(v, OP_SUB, y, t), v->g->loss.delta));
	case LOSS_CROSSENTROPY:
		return grad_make1(v, OP_NEG, grad_sum_of(v, grad_make2(v, OP_MUL, t, grad_make1(v, OP_LOGSOFTMAX, y))));
	case LOSS_BCE: return grad_sum_of(v, binary_entropy(v, y, t));
	}
	assert(0 && "a graph without a loss");
	return REF_NONE;
}

/* The slope of that loss, and the factor it still needs. */
static Ref
loss_slope(Reverse *v, Ref y, Ref t, double *factor)
{
	Ref e;
	switch (v->g->loss.kind) {
	case LOSS_NONE:
	case LOSS_COUNT: break;
	case LOSS_MSE: *factor *= 2; return grad_make2(v, OP_SUB, y, t);
	case LOSS_MAE: return grad_make1(v, OP_SIGN, grad_make2(v, OP_SUB, y, t));
	case LOSS_HUBER:
		e = grad_make2(v, OP_MIN, grad_make2(v, OP_SUB, y, t), grad_number(v, v->g->loss.delta));
		return grad_make2(v, OP_MAX, e, grad_number(v, -v->g->loss.delta));
	case LOSS_CROSSENTROPY:
		e = grad_make1(v, OP_SOFTMAX, y);
		if (!v->g->loss.index) /* as a probability, t need not have the sum 1 */
			e = grad_make2(v, OP_MUL, e, grad_sum_of(v, t));
		return grad_make2(v, OP_SUB, e, t);
	case LOSS_BCE: return grad_make2(v, OP_SUB, grad_make1(v, OP_SIGMOID, y), t);
	}
	assert(0 && "a graph without a loss");
	return REF_NONE;
}

/* How many numbers the mean is over. */
static double
loss_count(const Graph *g, const Node *output)
{
	double features = is_entropy(g) ? 1 : (double)shape_count(output->shape);
	bool one = g->loss.last || g->output.v[output->attr.index].last;
	return g->loss.mask ? features : features * g->batch * (one ? 1 : g->steps);
}

void
loss_of(Reverse *v, const Node *output)
{
	Graph *g = v->g;
	if (!is_step_counted(g, output))
		return;
	Head h = {.at = g->node.n, .scale = REF_NONE, .factor = 1 / loss_count(g, output)};
	v->now = output;
	h.y = logits(v, output->in[0]);
	h.target = read_input(v, v->target[output->attr.index], output->step);
	if (g->loss.index)
		h.target = grad_make(v, OP_ONEHOT, 1, &h.target, output->shape);
	Ref value = loss_value(v, h.y, h.target);
	if (g->loss.mask) {
		h.scale = v->weight[output->step];
		value = grad_make2(v, OP_MUL, value, h.scale);
	}
	Ref sink = grad_make(v, OP_LOSS, 1, &value, shape_scalar());
	graph_node(g, sink)->attr.number = h.factor;
	graph_node(g, sink)->name = g->output.v[output->attr.index].name;
	*table_push(g->arena, &v->head) = h;
	v->now = NULL;
}

void
loss_start(Reverse *v, const Head *h)
{
	double factor = h->factor;
	v->now = grad_node(v, h->y);
	if (!grad_wanted(v, h->y))
		return;
	Ref d = loss_slope(v, grad_value(v, h->y), grad_value(v, h->target), &factor);
	if (ref_ok(h->scale))
		d = grad_make2(v, OP_MUL, d, h->scale);
	grad_add(v, h->y, grad_make2(v, OP_MUL, d, grad_number(v, factor)));
}
