/* c_train.c: the training half in C: loss and gradients of a window, and the optimisers.
 *
 * Most lines are those of any graph (c.c). Sums over time take two lists of places, so that one kernel walks a weight's
 * gradient once for many steps; it adds four outer products at a time, which quarters the traffic to memory. The
 * optimisers are calls of runtime/train.h over the flat array of parameters. */
#include "c.h"
#include <assert.h>
#include <inttypes.h>
#include <string.h>

bool
c_train_has(const Node *n)
{
	switch ((Op)n->op) {
	case OP_OUTER:
	case OP_OUTERSUM:
	case OP_SCATTER:
	case OP_SCATTERSUM:
	case OP_TOTAL:
	case OP_LOSS:
	case OP_GRAD: return true;
	default: return false;
	}
}

int64_t
c_train_count(const Emit *e)
{
	int64_t n = 0;
	for (int i = 0; i < e->net->param.n; i++)
		n += e->net->param.v[i].trainable ? shape_count(e->net->param.v[i].shape) : 0;
	return n;
}

/* Ports: the net's inputs, a target for each output, the mask. */
bool
c_train_port(const Emit *e, int port)
{
	return port >= e->net->input.n;
}

/* Is it one number per step and row, without an axis of features? */
static bool
is_one_number(const Emit *e, int port)
{
	return e->train->loss.index || port - e->net->input.n >= e->net->output.n;
}

void
c_train_place(Emit *e, const Graph *g, int port, int32_t step, Text *out)
{
	const C *c = e->own;
	bool last = g->input.v[port].last, one = is_one_number(e, port), rows = g->batch > 1;
	text_add(out, "%s", c->input[port]);
	if (!last && one && !rows)
		text_add(out, " + %" PRId32, step);
	else if (!last)
		text_add(out, "[%" PRId32 "]", step);
	if (rows && !one)
		text_add(out, "[0]");
}

void
c_train_argument(Emit *e, const Graph *g, int port, Text *out)
{
	const C *c = e->own;
	const char *upper = c_upper(e->arena, e->prefix);
	bool last = g->input.v[port].last, one = is_one_number(e, port);
	text_add(out, ", const float %s", c->input[port]);
	if (!last)
		text_add(out, "[%s_STEPS]", upper);
	if (g->batch > 1)
		text_add(out, "[%s_BATCH]", upper);
	if (!one)
		text_add(out, "[%s]", c_size_name(e, false, port - e->net->input.n));
	else if (last && g->batch == 1)
		text_add(out, "[1]");
}

void
c_train_names(Emit *e)
{
	C *c = e->own;
	Arena *a = e->arena;
	c->tape = c_unique(a, &c->arguments, "tape");
	c->grad = c_unique(a, &c->arguments, "grad");
	c->tape_bytes = c_unique(a, &c->arguments, "tape_bytes");
	c_unique(a, &c->arguments, "loss");
	for (int i = e->net->input.n; i < e->train->input.n; i++)
		c->input[i] = c_unique(a, &c->arguments, c_identifier(a, e->train->input.v[i].name));
}

static const char *
params_of(Emit *e)
{
	return arena_printf(e->arena, "%s_NPARAM", c_upper(e->arena, e->prefix));
}

/* Of the parts: what they share. */
const char *
c_train_signature(Emit *e, const Graph *g)
{
	const C *c = e->own;
	return arena_printf(e->arena, "%s, float *%s, float *loss", c_signature(e, g), c->grad);
}

/* How far apart the rows of the batch are in a sum over time. */
typedef struct {
	int64_t rows, y, a, d; /* rows: of the batch */
} Rows;

/* "r[j] += x * e[j]" for `count` units from unit u on: pairs of one batch row, or rows of pair t. */
static void
put_units(Text *t, const Rows *r, int count, bool product, int64_t columns)
{
	for (int k = 0; k < count; k++) {
		const char *at = r->rows > 1 ? "t" : "u", *plus = r->rows > 1 || !k ? "" : " + ";
		text_add(t, "\t\tconst float *NN_RESTRICT e%d = d[%s%s", k, at, plus);
		if (*plus)
			text_add(t, "%d", k);
		text_add(t, "]");
		if (r->rows > 1)
			text_add(t, " + (u + %d) * %" PRId64, k, r->d);
		text_add(t, ";\n");
		if (!product)
			continue;
		text_add(t, "\t\tconst float x%d = a[%s%s", k, at, plus);
		if (*plus)
			text_add(t, "%d", k);
		if (r->rows > 1)
			text_add(t, "][(u + %d) * %" PRId64 " + i];\n", k, r->a);
		else
			text_add(t, "][i];\n");
	}
	text_add(t, "\t\tfor (int j = 0; j < %" PRId64 "; j++)\n\t\t\tr[j] +=", columns);
	for (int k = 0; k < count; k++)
		text_add(t, product ? "%s x%d * e%d[j]" : "%s e%d[j]", k ? " +" : "", k, k);
	text_add(t, ";\n");
}

/* Adds up n pairs, or with one row n values: for each row i of the result, four at a time. */
static void
put_sum(Text *t, const Rows *r, int n, bool product, int64_t rows, int64_t columns)
{
	int64_t units = r->rows > 1 ? r->rows : n;
	if (product)
		text_add(t,
			 "\tfor (int i = 0; i < %" PRId64 "; i++) {\n\tfloat *NN_RESTRICT r = y + i * %" PRId64 ";\n",
			 rows, columns);
	else
		text_add(t, "\t{\n\tfloat *NN_RESTRICT r = y;\n");
	if (r->rows > 1)
		text_add(t, "\tfor (int t = 0; t < %d; t++) {\n", n);
	text_add(t, "\tint u = 0;\n");
	if (units >= 4) {
		text_add(t, "\tfor (; u + 4 <= %" PRId64 "; u += 4) {\n", units);
		put_units(t, r, 4, product, columns);
		text_add(t, "\t}\n");
	}
	if (units % 4) {
		text_add(t, "\tfor (; u < %" PRId64 "; u++) {\n", units);
		put_units(t, r, 1, product, columns);
		text_add(t, "\t}\n");
	}
	text_add(t, "%s\t}\n", r->rows > 1 ? "\t}\n" : "");
}

static void
put_scatter(Emit *e, Text *t, const Rows *r, int n, int64_t rows, int64_t columns)
{
	text_add(t, "\tfor (int t = 0; t < %d; t++)\n\t\tfor (int u = 0; u < %" PRId64 "; u++) {\n", n, r->rows);
	text_add(t, "\t\t\tfloat at = a[t][u * %" PRId64 "];\n", r->a);
	text_add(t, "\t\t\tint k = at >= 1.0f ? (at < %s ? (int)at - 1 : %" PRId64 ") : 0;\n",
		 c_float(e->arena, (double)rows), rows - 1);
	text_add(t,
		 "\t\t\tfor (int j = 0; j < %" PRId64 "; j++)\n\t\t\t\ty[k * %" PRId64 " + j] += d[t][u * %" PRId64
		 " + j];\n\t\t}\n",
		 columns, columns, r->d);
}

static bool
is_sum(const Node *n)
{
	return op_table[n->op].sums_batch;
}

/* The kernel over n pairs whose rows lie so; for a result with rows of its own, one after the other. */
static const char *
sum_kernel(Emit *e, const Node *node, Rows r, int n)
{
	bool product = node->op == OP_OUTER || node->op == OP_OUTERSUM;
	bool scatter = node->op == OP_SCATTER || node->op == OP_SCATTERSUM;
	int64_t count = shape_count(node->shape), rows = node->shape.rank == 2 ? node->shape.dim[0] : 1;
	int64_t columns = product || scatter ? count / rows : count, each = r.y ? r.rows : 1;
	Text t = {0};
	const char *a = product || scatter ? ", const float *const *a" : "";
	text_add(&t, "(float *y%s, const float *const *d)\n{\n", a);
	if (each > 1) {
		text_add(&t, "\tfor (int b = 0; b < %" PRId64 "; b++, y += %" PRId64 ") {\n", each, r.y);
		if (*a)
			text_add(&t, "\tconst float *ab[%d];\n", n);
		text_add(&t, "\tconst float *db[%d];\n\tfor (int k = 0; k < %d; k++) {\n", n, n);
		if (*a)
			text_add(&t, "\t\tab[k] = a[k] + b * %" PRId64 ";\n", r.a);
		text_add(&t, "\t\tdb[k] = d[k] + b * %" PRId64 ";\n\t}\n", r.d);
		text_add(&t, "\t{\n");
		if (*a)
			text_add(&t, "\tconst float *const *a = ab;\n");
		text_add(&t, "\tconst float *const *d = db;\n");
		r.rows = 1;
	}
	if (scatter)
		put_scatter(e, &t, &r, n, rows, columns);
	else
		put_sum(&t, &r, n, product, rows, columns);
	text_add(&t, "%s}\n", each > 1 ? "\t}\n\t}\n" : "");
	const char *stem = arena_printf(e->arena, "%s_%s", op_table[node->op].name, c_shape_suffix(e, node->shape));
	return c_kernel_add(e, stem, &t);
}

/* "const float *const nn_a[2] = {…};": where n operands are. */
static void
put_list(Emit *e, const Graph *g, const char *name, const Ref *in, int n)
{
	C *c = e->own;
	Text t = {0};
	text_add(&t, "\t\tconst float *const %s[%d] = {", name, n);
	for (int k = 0; k < n; k++) {
		text_add(&t, "%s", k % 8 ? " " : "\n\t\t\t");
		c_place(e, g, in[k], 0, &t);
		text_add(&t, ",");
	}
	text_add(&t, "\n\t\t};\n");
	text_put(&c->part, t.v, t.n);
	text_put(&c->part_code, t.v, t.n);
	c->part_lines += n / 4;
	text_free(&t);
}

/* Which pairs are added up by one call: those whose rows lie alike. */
static int
group_of(const Graph *g, const Node *n, int pair, int width)
{
	bool first = graph_node(g, n->in[(size_t)pair * (size_t)width])->batched;
	bool second = graph_node(g, n->in[(size_t)pair * (size_t)width + (size_t)width - 1])->batched;
	return (first ? 1 : 0) | (second ? 2 : 0);
}

static void
emit_group(Emit *e, const Graph *g, Ref r, int group, int width)
{
	C *c = e->own;
	const Node *n = graph_node(g, r);
	Ref *a = arena_alloc(e->arena, (size_t)n->nin * sizeof *a),
	    *d = arena_alloc(e->arena, (size_t)n->nin * sizeof *d);
	int count = 0;
	for (int k = 0; k < n->nin / width; k++)
		if (group_of(g, n, k, width) == group) {
			a[count] = n->in[(size_t)k * (size_t)width];
			d[count++] = n->in[(size_t)k * (size_t)width + (size_t)width - 1];
		}
	if (!count)
		return;
	Rows rows = {.rows = group && (is_sum(n) || n->batched) ? g->batch : 1,
		     .y = n->batched && !is_sum(n) && g->batch > 1 ? shape_count(n->shape) : 0,
		     .a = group & 1 ? shape_count(graph_node(g, a[0])->shape) : 0,
		     .d = group & 2 ? shape_count(graph_node(g, d[0])->shape) : 0};
	bool swap = (n->op == OP_OUTER || n->op == OP_OUTERSUM) && n->shape.dim[1] == 1;
	Node turned = *n; /* a column is as good as a row, and its loop is a long one */
	if (swap) {
		Ref *keep = a;
		a = d;
		d = keep;
		turned.shape = shape_matrix(1, n->shape.dim[0]);
		rows = (Rows){rows.rows, rows.y, rows.d, rows.a};
	}
	const char *kernel = sum_kernel(e, &turned, rows, count);
	c_line_room(e, g);
	text_add(&c->part, "\t{\n");
	if (width == 2)
		put_list(e, g, "nn_a", a, count);
	put_list(e, g, "nn_d", d, count);
	c_place(e, g, r, 0, &c->args);
	text_add(&c->args, width == 2 ? ", nn_a, nn_d" : ", nn_d");
	int room = c->part_lines; /* the block must not be cut */
	c->part_lines = 0;
	c_add_line(e, g, n, arena_printf(e->arena, "\t%s", kernel));
	c->part_lines += room;
	text_add(&c->part, "\t}\n");
}

static void
emit_sum(Emit *e, const Graph *g, Ref r)
{
	C *c = e->own;
	const Node *n = graph_node(g, r);
	int width = n->op == OP_TOTAL ? 1 : 2;
	if (n->place == PLACE_SCRATCH) {
		c_place(e, g, r, 0, &c->args);
		c_add_line(e, g, n, c_kernel_zero(e, shape_count(n->shape) * node_rows(g, n)));
	}
	for (int group = 0; group < 4; group++)
		emit_group(e, g, r, group, width);
}

static void
emit_loss(Emit *e, const Graph *g, const Node *n)
{
	C *c = e->own;
	Text t = {0};
	text_add(&t, "(float *loss, const float *a)\n{\n\tfloat sum = a[0];\n");
	if (node_rows(g, n) > 1)
		text_add(&t, "\tfor (int b = 1; b < %" PRId64 "; b++)\n\t\tsum += a[b];\n", node_rows(g, n));
	text_add(&t, "\tnn_add(loss, sum * %s);\n}\n", c_float(e->arena, n->attr.number));
	const char *kernel = c_kernel_add(e, "loss", &t);
	text_add(&c->args, "loss, ");
	c_place(e, g, n->in[0], 0, &c->args);
	c_add_line(e, g, n, kernel);
}

static void
emit_grad(Emit *e, const Graph *g, const Node *n)
{
	C *c = e->own;
	const Node *a = graph_node(g, n->in[0]);
	Text t = {0};
	if (a->place == PLACE_GRAD)
		return;
	assert(!a->batched);
	text_add(&t,
		 "(float *NN_RESTRICT y, const float *NN_RESTRICT a)\n{\n\tfor (int j = 0; j < %" PRId64
		 "; j++)\n\t\ty[j] += a[j];\n}\n",
		 shape_count(a->shape));
	const char *kernel = c_kernel_add(e, arena_printf(e->arena, "grad_%s", c_shape_suffix(e, a->shape)), &t);
	text_add(&c->args, "%s + %s, ", c->grad, c->offset[n->attr.index]);
	c_place(e, g, n->in[0], 0, &c->args);
	c_add_line(e, g, n, kernel);
}

void
c_train_node(Emit *e, const Graph *g, Ref r)
{
	const Node *n = graph_node(g, r);
	if (n->op == OP_LOSS)
		emit_loss(e, g, n);
	else if (n->op == OP_GRAD)
		emit_grad(e, g, n);
	else
		emit_sum(e, g, r);
}

/* The mirror of a broadcast: every element goes to the one that it came from. */
static void
put_sumto(Text *t, Shape from, Shape to)
{
	int64_t rows = from.rank == 2 ? from.dim[0] : 1, columns = shape_count(from) / rows, n = shape_count(to);
	int64_t down = 0, across = n == 1 ? 0 : 1;
	if (n > 1 && from.rank == 2 && to.rank == 2) {
		down = to.dim[0] == 1 ? 0 : to.dim[1];
		across = to.dim[1] == 1 ? 0 : 1;
	}
	text_add(t, "\tfor (int j = 0; j < %" PRId64 "; j++)\n\t\ty[j] = 0.0f;\n", n);
	text_add(t,
		 "\tfor (int i = 0; i < %" PRId64 "; i++)\n\t\tfor (int j = 0; j < %" PRId64
		 "; j++)\n\t\t\ty[i * %" PRId64 " + j * %" PRId64 "] += a[i * %" PRId64 " + j];\n",
		 rows, columns, down, across, columns);
}

static void
put_onehot(Text *t, int64_t n)
{
	text_add(t, "\tint k = a[0] >= 1.0f && a[0] <= %" PRId64 ".0f && (float)(int)a[0] == a[0] ? (int)a[0] : 0;\n",
		 n);
	text_add(t, "\tfor (int j = 0; j < %" PRId64 "; j++)\n\t\ty[j] = nn_float(k ? 0u : 0x7fc00000u);\n", n);
	text_add(t, "\tif (k)\n\t\ty[k - 1] = 1.0f;\n");
}

const char *
c_train_kernel(Emit *e, const Graph *g, const Node *n)
{
	const Node *a = graph_node(g, n->in[0]);
	int64_t rows = node_rows(g, n), count = shape_count(n->shape);
	Text t = {0};
	text_add(&t, "(float *NN_RESTRICT y, const float *NN_RESTRICT a)\n{\n");
	c_batch_loop(&t, rows, (const char *[]){"y", "a"}, (int64_t[]){count, shape_count(a->shape)}, 2);
	switch ((Op)n->op) {
	case OP_SUMTO: put_sumto(&t, a->shape, n->shape); break;
	case OP_ONEHOT: put_onehot(&t, count); break;
	case OP_TRANSPOSE:
		text_add(&t,
			 "\tfor (int i = 0; i < %" PRId32 "; i++)\n\t\tfor (int j = 0; j < %" PRId32
			 "; j++)\n\t\t\ty[i * %" PRId32 " + j] = a[j * %" PRId32 " + i];\n",
			 n->shape.dim[0], n->shape.dim[1], n->shape.dim[1], n->shape.dim[0]);
		break;
	default: assert(0 && "an operator without C");
	}
	text_add(&t, "%s}\n", rows > 1 ? "\t}\n" : "");
	return c_kernel_add(e,
			    arena_printf(e->arena, "%s_%s_%s", op_table[n->op].name, c_shape_suffix(e, a->shape),
					 c_shape_suffix(e, n->shape)),
			    &t);
}

/* "const lstm_params *p, …, lstm_tape *tape, float grad[LSTM_NPARAM]" */
static const char *
public_signature(Emit *e)
{
	const C *c = e->own;
	const char *bytes = e->scratch_in == SCRATCH_CALLER ? arena_printf(e->arena, ", size_t %s", c->tape_bytes) : "";
	return arena_printf(e->arena, "%s, %s_tape *%s, float %s[%s]%s", c_signature(e, e->train), e->prefix, c->tape,
			    c->grad, params_of(e), bytes);
}

void
c_train_function(Emit *e, const Graph *g, const Text *body)
{
	C *c = e->own;
	Text *t = &c->functions;
	const char *text = body->n ? body->v : "";
	text_add(t, "float\n%s_loss_grad(%s)\n{\n", e->prefix, public_signature(e));
	text_add(t, "\tfloat loss[2] = {0.0f, 0.0f};\n");
	if (g->scratch)
		text_add(t, "\tfloat *w = %s->w;\n", c->tape);
	else
		text_add(t, "\t(void)%s;\n", c->tape);
	text_add(t, "\t(void)p;\n\t(void)s;\n");
	for (int i = 0; i < g->input.n; i++)
		text_add(t, "\t(void)%s;\n", c->input[i]);
	if (e->scratch_in == SCRATCH_CALLER)
		text_add(t, "\tif (%s < sizeof *%s)\n\t\treturn nn_loss(nn_float(0x7fc00000u), %s, %s);\n",
			 c->tape_bytes, c->tape, c->grad, params_of(e));
	text_add(t, "%s\treturn nn_loss(loss[0], %s, %s);\n}\n\n", text, c->grad, params_of(e));
}

/* Calls `line` for every run of parameters with the same decay; %s in it: the offset, %s: the count, %s: the decay. */
static void
each_run(Emit *e, Text *t, const char *before, const char *after)
{
	const int *order = c_param_order(e);
	int64_t at = 0, from = 0, total = c_train_count(e);
	for (int i = 0; i < e->net->param.n && at < total; i++) {
		const ParamInfo *p = &e->net->param.v[order[i]];
		at += shape_count(p->shape);
		bool decays = !e->decay_matrices || p->shape.rank == 2;
		bool last = at == total,
		     same = !last && (!e->decay_matrices || (e->net->param.v[order[i + 1]].shape.rank == 2) == decays);
		if (same)
			continue;
		const char *plus = arena_printf(e->arena, "%" PRId64, from);
		text_add(t, "\tnn_%s(p->v + %s, grad + %s, %s %" PRId64 ", lr, %s);\n", before, plus, plus,
			 strncmp(before, "adam", 4) == 0 ? arena_printf(e->arena, "o->m + %s, o->v + %s,", plus, plus)
							 : arena_printf(e->arena, "o->m + %s,", plus),
			 at - from, arena_printf(e->arena, after, decays ? "weight_decay" : "0.0f"));
		from = at;
	}
}

static const char guard[] = "\tif (!nn_finite(grad, %s))\n\t\treturn;\n";
static const char adam_setup[] = "\tdouble beta[2];\n"
				 "\tbeta[0] = o->beta1 > 0.0 ? o->beta1 : 0.9;\n"
				 "\tbeta[1] = o->beta2 > 0.0 ? o->beta2 : 0.999;\n"
				 "\tdouble eps = o->eps > 0.0 ? o->eps : 1e-8;\n"
				 "\to->step++;\n";

void
c_train_optimisers(Emit *e, Text *t)
{
	const char *p = e->prefix, *n = params_of(e);
	const char *check = arena_printf(e->arena, guard, n);
	text_add(t,
		 "NN_FAST float\n%s_clip(float grad[%s], float max_norm)\n{\n\treturn nn_clip(grad, %s, "
		 "max_norm);\n}\n\n",
		 p, n, n);
	text_add(t,
		 "NN_FAST void\n%s_sgd(%s_params *p, const float grad[%s], float lr)\n{\n%s\tnn_sgd(p->v, grad, %s, "
		 "lr);\n}\n\n",
		 p, p, n, check, n);
	text_add(t,
		 "NN_FAST void\n%s_momentum(%s_params *p, const float grad[%s], %s_momentum_state *o, float lr, float "
		 "momentum, "
		 "float weight_decay)\n{\n%s",
		 p, p, n, p, check);
	each_run(e, t, "momentum", "momentum, %s");
	text_add(t, "\t(void)weight_decay;\n}\n\n");
	for (int w = 0; w < 2; w++) {
		text_add(t,
			 "NN_FAST void\n%s_adam%s(%s_params *p, const float grad[%s], %s_adamw_state *o, float lr, "
			 "float "
			 "weight_decay)\n{\n%s%s",
			 p, w ? "w" : "", p, n, p, check, adam_setup);
		each_run(e, t, "adam", w ? "1.0f - lr * %s, 0.0f, beta, eps, o->step" : "1.0f, %s, beta, eps, o->step");
		text_add(t, "\t(void)weight_decay;\n}\n\n");
	}
}

static const char *
loss_text(Emit *e)
{
	const LossInfo *l = &e->train->loss;
	return arena_printf(e->arena, "%s%s%s", loss_name[l->kind], l->last ? ", of the last step" : "",
			    l->mask ? ", weighted by the mask" : "");
}

static void
header_loss_grad(Emit *e, Text *t)
{
	const C *c = e->own;
	const Graph *g = e->train;
	const char *p = e->prefix, *upper = c_upper(e->arena, p);
	text_add(t,
		 "/* What %s_loss_grad keeps between the two halves of its work; holds nothing between calls. "
		 "*/\n#define "
		 "%s_TAPE_BYTES %" PRId64 "\ntypedef struct {\n\tfloat w[%" PRId64 "];\n} %s_tape;\n\n",
		 p, upper, (g->scratch ? g->scratch : 1) * 4, g->scratch ? g->scratch : 1, p);
	text_add(t,
		 "/* The loss (%s) of a window of %" PRId32 " steps, the mean over steps, batch and features; adds its "
		 "gradient to %s,\n   of which each element belongs "
		 "to the parameter of the same place in the params. The state moves on by the window%s.\n",
		 loss_text(e), g->steps, c->grad,
		 g->loss.train_state ? " from\n   its initial value, which is a parameter"
				     : "; no\n   gradient flows into "
				       "what it was");
	if (g->loss.index)
		text_add(t,
			 "   A target is the number of a class, counted from 1; for another number the loss is NaN.\n");
	text_add(t, "   If the loss is NaN or infinite, %s becomes NaN and the optimisers take no step.%s */\n",
		 c->grad,
		 e->scratch_in == SCRATCH_CALLER ? "\n   So it is if the tape is smaller than sizeof(tape)." : "");
	text_add(t, "float %s_loss_grad(%s);\n\n", p, public_signature(e));
}

void
c_train_header(Emit *e, Text *t)
{
	const char *p = e->prefix, *n = params_of(e);
	header_loss_grad(e, t);
	text_add(
		t,
		"/* Scales grad so that its norm is at most max_norm; returns the norm before. */\nfloat %s_clip(float "
		"grad[%s], float max_norm);\n\n",
		p, n);
	text_add(t,
		 "/* The optimisers change the parameters unless grad has a NaN or an infinity. Their states start as "
		 "zeros: "
		 "memset. */\nvoid %s_sgd(%s_params *p, const float grad[%s], float lr);\n\n",
		 p, p, n);
	text_add(t,
		 "typedef struct {\n\tfloat m[%s];\n} %s_momentum_state;\nvoid %s_momentum(%s_params *p, const float "
		 "grad[%s], %s_momentum_state *o, float lr, float momentum,\n\tfloat weight_decay);\n\n",
		 n, p, p, p, n, p);
	text_add(t,
		 "typedef struct {\n\tfloat m[%s], v[%s];\n\tdouble beta1, beta2, eps; /* 0: 0.9, 0.999, 1e-8 "
		 "*/\n\tuint32_t "
		 "step; /* how many were taken */\n} %s_adamw_state;\n",
		 n, n, p);
	text_add(t,
		 "/* As PyTorch's: weight decay is decoupled%s. */\nvoid %s_adamw(%s_params *p, const float grad[%s], "
		 "%s_adamw_state *o, float lr, float weight_decay);\n",
		 e->decay_matrices ? ", and of matrices only" : "", p, p, n, p);
	text_add(t,
		 "/* Weight decay is part of the gradient. */\nvoid %s_adam(%s_params *p, const float grad[%s], "
		 "%s_adamw_state *o, float lr, float weight_decay);\n\n",
		 p, p, n, p);
}
