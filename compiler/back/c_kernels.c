/* c_kernels.c: one static function with constant sizes per distinct operator and shape.
 *
 * The straight-line code calls it once per node and step. A table from operator and sizes to the kernel saves making
 * its text again; kernels are one if their texts are. The runtime's functions are found in runtime/nn.h by name. */
#include "c.h"
#include "../embedded.h"
#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

const char *
c_kernel_add(Emit *e, const char *stem, Text *body)
{
	return c_kernel_add_as(e, "NN_NOINLINE NN_FAST static void", stem, body);
}

const char *
c_kernel_add_as(Emit *e, const char *head, const char *stem, Text *body)
{
	C *c = e->own;
	uint64_t hash = hash_bytes(HASH_SEED, body->v, body->n);
	for (int i = 0; i < c->kernel.n; i++)
		if (c->kernel.v[i].hash == hash && strcmp(c->kernel.v[i].body, body->v) == 0) {
			text_free(body);
			return c->kernel.v[i].name;
		}
	const char *name = c_unique(e->arena, &c->names, arena_printf(e->arena, "%s_%s", e->prefix, stem));
	*table_push(e->arena, &c->kernel) = (Kernel){head, name, arena_strndup(e->arena, body->v, body->n), hash};
	text_free(body);
	return name;
}

static KernelSlot *
slot_of(C *c, const char *key, size_t n)
{
	size_t at = (size_t)hash_bytes(HASH_SEED, key, n) & (c->nslot - 1);
	while (c->slot[at].key && (c->slot[at].nkey != n || memcmp(c->slot[at].key, key, n) != 0))
		at = (at + 1) & (c->nslot - 1);
	return &c->slot[at];
}

static void
grow_slots(Emit *e)
{
	C *c = e->own;
	KernelSlot *old = c->slot;
	size_t n = c->nslot;
	c->nslot = n ? 2 * n : 64;
	c->slot = arena_alloc(e->arena, c->nslot * sizeof *c->slot);
	for (size_t i = 0; i < n; i++)
		if (old[i].key)
			*slot_of(c, old[i].key, old[i].nkey) = old[i];
}

const char **
c_kernel_named(Emit *e, int kind, const void *key, size_t n)
{
	C *c = e->own;
	if (2 * (c->slots_used + 1) > c->nslot)
		grow_slots(e);
	c->key.n = 0;
	text_put(&c->key, (const char *)&kind, sizeof kind);
	text_put(&c->key, key, n);
	KernelSlot *slot = slot_of(c, c->key.v, c->key.n);
	if (!slot->key) {
		slot->key = arena_strndup(e->arena, c->key.v, c->key.n);
		slot->nkey = c->key.n;
		c->slots_used++;
	}
	return &slot->name;
}

bool
c_kernel_takes(const Graph *g, const Node *n, int operand)
{
	return !(op_elementwise((Op)n->op) && graph_node(g, n->in[operand])->op == OP_CONST);
}

const char *
c_shape_suffix(Emit *e, Shape s)
{
	if (s.rank == 0)
		return "1";
	if (s.rank == 1)
		return arena_printf(e->arena, "%" PRId32, s.dim[0]);
	return arena_printf(e->arena, "%" PRId32 "x%" PRId32, s.dim[0], s.dim[1]);
}

/* The loops over an element-wise result: batch, row, column, the ones of size 1 left out. */
typedef struct {
	int64_t size[3];
	const char *var[3];
} Space;

static Space
space_of(const Graph *g, const Node *n)
{
	Space s = {{node_rows(g, n), n->shape.rank == 2 ? n->shape.dim[0] : 1, 1}, {"b", "i", "j"}};
	s.size[2] = shape_count(n->shape) / s.size[1];
	return s;
}

/* How far apart an operand's elements are along each loop; 0 where it is broadcast. */
static void
operand_strides(const Graph *g, const Node *n, const Node *in, int64_t stride[3])
{
	int64_t count = shape_count(in->shape);
	Space s = space_of(g, n);
	stride[0] = in->batched && g->batch > 1 ? count : 0;
	stride[1] = stride[2] = 0;
	if (count == 1)
		return;
	if (n->shape.rank == 2 && in->shape.rank == 2) {
		stride[1] = in->shape.dim[0] == 1 ? 0 : in->shape.dim[1];
		stride[2] = in->shape.dim[1] == 1 ? 0 : 1;
	} else {
		assert(count == s.size[2]);
		stride[2] = 1;
	}
}

static const char *
index_text(Arena *a, const Space *s, const int64_t stride[3])
{
	const char *text = "";
	for (int d = 0; d < 3; d++) {
		if (s->size[d] == 1 || !stride[d])
			continue;
		const char *plus = *text ? " + " : "";
		text = stride[d] == 1 ? arena_printf(a, "%s%s%s", text, plus, s->var[d])
				      : arena_printf(a, "%s%s%s * %" PRId64, text, plus, s->var[d], stride[d]);
	}
	return *text ? text : "0";
}

/* Loops that walk all their arrays without gaps become one. */
static void
flatten(Space *s, int64_t stride[][3], int nstride)
{
	for (int outer = 1; outer >= 0; outer--) {
		bool joins = true;
		for (int k = 0; k < nstride; k++)
			joins &= stride[k][outer] == stride[k][2] * s->size[2] || s->size[outer] == 1;
		if (!joins)
			return;
		s->size[2] *= s->size[outer];
		s->size[outer] = 1;
	}
}

const char *
c_element(Emit *e, const Node *n, const char *const *operand)
{
	C *c = e->own;
	const OpRow *row = &op_table[n->op];
	bool libm = e->libm && row->libm;
	c->uses_math |= libm;
	Text t = {0};
	for (const char *p = libm ? row->libm : row->c; *p; p++) {
		if (p[0] == '%' && (p[1] == '0' || p[1] == '1'))
			text_add(&t, "%s", operand[*++p - '0']);
		else
			text_put(&t, p, 1);
	}
	const char *s = arena_strndup(e->arena, t.v, t.n);
	text_free(&t);
	return s;
}

static const char *
kernel_elementwise(Emit *e, const Graph *g, const Node *n)
{
	static const char *const argument[] = {"a", "b2"};
	Text t = {0};
	Space s = space_of(g, n);
	int64_t stride[3][3]; /* result, operands */
	stride[0][0] = shape_count(n->shape);
	stride[0][1] = s.size[2];
	stride[0][2] = 1;
	for (int k = 0; k < n->nin; k++)
		operand_strides(g, n, graph_node(g, n->in[k]), stride[k + 1]);
	flatten(&s, stride, n->nin + 1);
	const char *operand[2] = {NULL, NULL};
	text_add(&t, "(float *y");
	for (int k = 0; k < n->nin; k++) {
		const Node *in = graph_node(g, n->in[k]);
		if (in->op == OP_CONST) {
			operand[k] = c_float(e->arena, in->attr.number);
			continue;
		}
		text_add(&t, ", const float *%s", argument[k]);
		operand[k] = arena_printf(e->arena, "%s[%s]", argument[k], index_text(e->arena, &s, stride[k + 1]));
	}
	text_add(&t, ")\n{\n");
	const char *indent = "\t";
	for (int d = 0; d < 3; d++) {
		if (s.size[d] == 1)
			continue;
		text_add(&t, "%sfor (int %s = 0; %s < %" PRId64 "; %s++)\n", indent, s.var[d], s.var[d], s.size[d],
			 s.var[d]);
		indent = arena_printf(e->arena, "%s\t", indent);
	}
	text_add(&t, "%sy[%s] = %s;\n}\n", indent, index_text(e->arena, &s, stride[0]), c_element(e, n, operand));
	return c_kernel_add(e, arena_printf(e->arena, "%s_%s", op_table[n->op].name, c_shape_suffix(e, n->shape)), &t);
}

void
c_batch_loop(Text *t, int64_t batch, const char *const *array, const int64_t *stride, int n)
{
	if (batch == 1)
		return;
	text_add(t, "\tfor (int b = 0; b < %" PRId64 "; b++", batch);
	for (int k = 0; k < n; k++)
		if (stride[k])
			text_add(t, ", %s += %" PRId64, array[k], stride[k]);
	text_add(t, ") {\n");
}

/* y = a * w, one accumulation over k in order per element: rows of w are walked whole, so the inner loop vectorises
 * without changing the order of any sum. */
static const char *
kernel_matmul(Emit *e, const Graph *g, const Node *n)
{
	const Node *a = graph_node(g, n->in[0]), *w = graph_node(g, n->in[1]);
	int64_t rows = a->shape.rank == 2 ? a->shape.dim[0] : 1;
	int64_t inner = a->shape.rank == 2 ? a->shape.dim[1] : a->shape.dim[0];
	int64_t columns = w->shape.rank == 2 ? w->shape.dim[1] : 1;
	int64_t batch = node_rows(g, n);
	Text t = {0};
	text_add(&t, "(float *NN_RESTRICT y, const float *NN_RESTRICT a, const float *NN_RESTRICT w)\n{\n");
	c_batch_loop(&t, batch, (const char *[]){"y", "a", "w"},
		     (int64_t[]){rows * columns, a->batched ? rows * inner : 0, w->batched ? inner * columns : 0}, 3);
	if (rows > 1)
		text_add(&t, "\tfor (int i = 0; i < %" PRId64 "; i++) {\n", rows);
	const char *ai = rows > 1 ? arena_printf(e->arena, "a[i * %" PRId64, inner) : "a[";
	const char *plus = rows > 1 ? " + k" : "k",
		   *yi = rows > 1 ? arena_printf(e->arena, "i * %" PRId64, columns) : "";
	if (columns == 1) {
		text_add(&t, "\tfloat sum = %s%s] * w[0];\n", ai, rows > 1 ? "" : "0");
		text_add(&t, "\tfor (int k = 1; k < %" PRId64 "; k++)\n\t\tsum += %s%s] * w[k];\n", inner, ai, plus);
		text_add(&t, "\ty[%s] = sum;\n", rows > 1 ? "i" : "0");
	} else {
		const char *yj = rows > 1 ? arena_printf(e->arena, "y[%s + j]", yi) : "y[j]";
		text_add(&t, "\tfor (int j = 0; j < %" PRId64 "; j++)\n\t\t%s = %s%s] * w[j];\n", columns, yj, ai,
			 rows > 1 ? "" : "0");
		if (inner > 1)
			text_add(&t,
				 "\tfor (int k = 1; k < %" PRId64 "; k++)\n\t\tfor (int j = 0; j < %" PRId64
				 "; j++)\n\t\t\t%s += %s%s] * w[k * %" PRId64 " + j];\n",
				 inner, columns, yj, ai, plus, columns);
	}
	text_add(&t, "%s%s}\n", rows > 1 ? "\t}\n" : "", batch > 1 ? "\t}\n" : "");
	const char *stem =
		arena_printf(e->arena, "matmul_%s_%s", c_shape_suffix(e, a->shape), c_shape_suffix(e, w->shape));
	return c_kernel_add(e, stem, &t);
}

static void
reduce_body(Emit *e, const Node *n, int64_t count, Text *t)
{
	C *c = e->own;
	bool soft = n->op == OP_SOFTMAX || n->op == OP_LOGSOFTMAX;
	const char *exp_name = e->libm ? "expf" : "nn_exp", *log_name = e->libm ? "logf" : "nn_log";
	const char *pick = n->op == OP_MINIMUM ? "nn_min" : "nn_max";
	const char *loop = arena_printf(e->arena, "\tfor (int j = %d; j < %" PRId64 "; j++)\n\t\t", !soft, count);
	if (soft) {
		c->uses_math |= e->libm;
		text_add(t, "\tfloat most = a[0], sum = 0.0f;\n%smost = nn_max(most, a[j]);\n", loop);
		if (n->op == OP_SOFTMAX) {
			text_add(t, "%sy[j] = %s(a[j] - most);\n%ssum += y[j];\n", loop, exp_name, loop);
			text_add(t, "%sy[j] /= sum;\n", loop);
		} else {
			text_add(t, "%ssum += %s(a[j] - most);\n\tsum = most + %s(sum);\n", loop, exp_name, log_name);
			text_add(t, "%sy[j] = a[j] - sum;\n", loop);
		}
	} else if (n->op == OP_SUM || n->op == OP_MEAN) {
		text_add(t, "\tfloat sum = a[0];\n%ssum += a[j];\n", loop);
		if (n->op == OP_MEAN)
			text_add(t, "\ty[0] = sum / %s;\n", c_float(e->arena, (double)count));
		else
			text_add(t, "\ty[0] = sum;\n");
	} else {
		text_add(t, "\tfloat most = a[0];\n%smost = %s(most, a[j]);\n\ty[0] = most;\n", loop, pick);
	}
}

static const char *
kernel_reduce(Emit *e, const Graph *g, const Node *n)
{
	const Node *a = graph_node(g, n->in[0]);
	int64_t batch = node_rows(g, n), count = shape_count(a->shape);
	Text t = {0};
	text_add(&t, "(float *NN_RESTRICT y, const float *NN_RESTRICT a)\n{\n");
	c_batch_loop(&t, batch, (const char *[]){"y", "a"}, (int64_t[]){shape_count(n->shape), count}, 2);
	reduce_body(e, n, count, &t);
	text_add(&t, "%s}\n", batch > 1 ? "\t}\n" : "");
	return c_kernel_add(e, arena_printf(e->arena, "%s_%s", op_table[n->op].name, c_shape_suffix(e, a->shape)), &t);
}

static const char *
kernel_copy(Emit *e, int64_t rows, int64_t n, int64_t to_stride, int64_t from_stride)
{
	Text t = {0};
	text_add(&t, "(float *NN_RESTRICT y, const float *NN_RESTRICT a)\n{\n");
	c_batch_loop(&t, rows, (const char *[]){"y", "a"}, (int64_t[]){to_stride, from_stride}, 2);
	text_add(&t, "%s\tfor (int j = 0; j < %" PRId64 "; j++)\n\t\ty[j] = a[j];\n%s}\n",
		 n < LONG_LOOP ? "" : "\tNN_TURNS(8)\n", n, rows > 1 ? "\t}\n" : "");
	return c_kernel_add(e,
			    rows > 1 ? arena_printf(e->arena, "copy_%" PRId64 "_rows_%" PRId64, n, rows)
				     : arena_printf(e->arena, "copy_%" PRId64, n),
			    &t);
}

const char *
c_kernel_copy(Emit *e, int64_t rows, int64_t n, int64_t to_stride, int64_t from_stride)
{
	if (rows == 1 || (to_stride == n && from_stride == n)) {
		n *= rows;
		rows = 1;
		to_stride = from_stride = n;
	}
	const int64_t key[] = {rows, n, to_stride, from_stride};
	const char **name = c_kernel_named(e, KEY_COPY, key, sizeof key);
	if (!*name)
		*name = kernel_copy(e, rows, n, to_stride, from_stride);
	return *name;
}

const char *
c_kernel_shift(Emit *e, int64_t n)
{
	const int64_t key[] = {n};
	const char **name = c_kernel_named(e, KEY_SHIFT, key, sizeof key);
	Text t = {0};
	if (!*name) {
		text_add(&t, "(float *y, const float *a)\n{\n\tfor (int j = %" PRId64 "; j-- > 0;)\n", n);
		text_add(&t, "\t\ty[j] = a[j];\n}\n");
		*name = c_kernel_add(e, arena_printf(e->arena, "shift_%" PRId64, n), &t);
	}
	return *name;
}

const char *
c_kernel_zero(Emit *e, int64_t n)
{
	const int64_t key[] = {n};
	const char **name = c_kernel_named(e, KEY_ZERO, key, sizeof key);
	Text t = {0};
	if (!*name) {
		text_add(&t, "(float *y)\n{\n\tfor (int j = 0; j < %" PRId64 "; j++)\n\t\ty[j] = 0.0f;\n}\n", n);
		*name = c_kernel_add(e, arena_printf(e->arena, "zero_%" PRId64, n), &t);
	}
	return *name;
}

/* The operator and every size, or a constant's bits. */
typedef struct {
	int64_t v[14];
} NodeKey;

static NodeKey
node_key(const Graph *g, const Node *n)
{
	NodeKey key = {{n->op, n->batched, n->shape.rank, n->shape.dim[0], n->shape.dim[1]}};
	for (int k = 0; k < n->nin; k++) {
		const Node *in = graph_node(g, n->in[k]);
		int64_t *v = &key.v[5 + 4 * k];
		v[0] = in->op == OP_CONST ? -1 : in->batched;
		if (in->op == OP_CONST)
			memcpy(&v[1], &in->attr.number, sizeof v[1]);
		else
			v[1] = in->shape.rank, v[2] = in->shape.dim[0], v[3] = in->shape.dim[1];
	}
	return key;
}

/* Row number i[0] of a table; what is no row is the nearest one. */
static const char *
kernel_gather(Emit *e, const Graph *g, const Node *n)
{
	const Node *table = graph_node(g, n->in[0]), *index = graph_node(g, n->in[1]);
	int64_t batch = node_rows(g, n), rows = table->shape.dim[0], columns = table->shape.dim[1];
	Text t = {0};
	text_add(&t, "(float *NN_RESTRICT y, const float *NN_RESTRICT a, const float *NN_RESTRICT i)\n{\n");
	c_batch_loop(&t, batch, (const char *[]){"y", "a", "i"},
		     (int64_t[]){columns, table->batched ? rows * columns : 0, index->batched ? 1 : 0}, 3);
	text_add(&t, "\tint k = i[0] >= 1.0f ? (i[0] < %s ? (int)i[0] - 1 : %" PRId64 ") : 0;\n",
		 c_float(e->arena, (double)rows), rows - 1);
	text_add(&t, "\tfor (int j = 0; j < %" PRId64 "; j++)\n\t\ty[j] = a[k * %" PRId64 " + j];\n%s}\n", columns,
		 columns, batch > 1 ? "\t}\n" : "");
	return c_kernel_add(e, arena_printf(e->arena, "gather_%s", c_shape_suffix(e, table->shape)), &t);
}

static const char *
kernel_of(Emit *e, const Graph *g, const Node *n)
{
	if (op_elementwise((Op)n->op))
		return kernel_elementwise(e, g, n);
	switch ((Op)n->op) {
	case OP_MATMUL: return kernel_matmul(e, g, n);
	case OP_GATHER: return kernel_gather(e, g, n);
	case OP_SUM:
	case OP_MEAN:
	case OP_MAXIMUM:
	case OP_MINIMUM:
	case OP_SOFTMAX:
	case OP_LOGSOFTMAX: return kernel_reduce(e, g, n);
	default: return c_train_kernel(e, g, n);
	}
}

const char *
c_kernel(Emit *e, const Graph *g, const Node *n)
{
	assert(n->nin <= 2);
	NodeKey key = node_key(g, n);
	const char **name = c_kernel_named(e, KEY_NODE, &key, sizeof key);
	if (!*name)
		*name = kernel_of(e, g, n);
	return *name;
}

/* One piece of runtime/nn.h: from its docstring to the next. */
typedef struct {
	const char *text;
	size_t n;
	const char *code; /* behind the docstring, which may speak of other kernels */
	const char *name;
	bool used;
} Piece;

static bool
names_it(const char *text, size_t n, const char *name)
{
	size_t len = strlen(name);
	for (size_t i = 0; i + len <= n; i++)
		if (memcmp(text + i, name, len) == 0 && !isalnum((unsigned char)text[i + len]) && text[i + len] != '_')
			return true;
	return false;
}

static int
split_runtime(Arena *a, const char *runtime, Piece *piece, int n, int max)
{
	const char *end = strstr(runtime, "\n#endif");
	for (const char *p = strstr(runtime, "\n/** nn_"); p && n < max;) {
		const char *next = strstr(p + 1, "\n/** nn_");
		const char *stop = next ? next : end;
		while (!next && strstr(stop + 1, "\n#endif"))
			stop = strstr(stop + 1, "\n#endif");
		const char *name = p + 5;
		size_t len = strcspn(name, " :(\n");
		piece[n++] =
			(Piece){p + 1, (size_t)(stop - p - 1), strstr(p, "*/"), arena_strndup(a, name, len), false};
		p = next;
	}
	return n;
}

static size_t
code_size(const Piece *p)
{
	return p->n - (size_t)(p->code - p->text);
}

void
c_runtime(Emit *e, const char *text, Text *out)
{
	Piece piece[128];
	int n = split_runtime(e->arena, runtime_text, piece, 0, COUNT(piece));
	n = split_runtime(e->arena, training_text, piece, n, COUNT(piece));
	for (int i = 0; i < n; i++)
		piece[i].used = text && names_it(text, strlen(text), piece[i].name);
	for (bool changed = true; changed;) {
		changed = false;
		for (int i = 0; i < n; i++)
			for (int k = 0; k < n && piece[i].used; k++)
				if (!piece[k].used && names_it(piece[i].code, code_size(&piece[i]), piece[k].name))
					piece[k].used = changed = true;
	}
	for (int i = 0; i < n; i++)
		if (piece[i].used) { /* guarded, so that two nets fit one unit */
			const char *guard = c_upper(e->arena, piece[i].name);
			text_add(out, "#ifndef %s\n#define %s\n", guard, guard);
			text_put(out, piece[i].text, piece[i].n);
			text_add(out, "#endif\n\n");
		}
}
