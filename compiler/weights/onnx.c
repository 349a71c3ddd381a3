/* onnx.c: reads the weights in an .onnx file: protobuf, taken apart by hand.
 *
 * An ONNX model keeps its arrays as initialisers, or as Constant nodes, under names that exporters make up
 * ("onnx::LSTM_42"). What an array is, the node that uses it knows: W, R and B of an LSTM, the kernel of a MatMul. So
 * arrays in such a place are named by node and place ("rnn.W", "head.kernel"), and layout.def has those names; others
 * keep their own, as do those of files that netc wrote. Whole numbers that no layer uses (shapes, axes) are left out.
 * The messages: onnx.proto, IR version 3 and later. */
#include "bytes.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };
enum { INPUTS_MAX = 8, ACTIVATIONS_MAX = 8, ITEMS_MAX = 1 << 17 };

/* Bytes of a message, moved over field by field. */
typedef struct {
	const unsigned char *p, *end;
} Message;

typedef struct {
	uint32_t number;
	int wire;
	uint64_t value; /* VARINT, 64, 32 */
	Message bytes;  /* BYTES */
} Field;

typedef struct {
	const char *s; /* borrowed, not NUL-terminated */
	size_t n;
} String;

typedef struct {
	String name;
	int64_t type;
	TABLE(int64_t) dim;
	Message raw;
	bool has_raw, external;
	TABLE(Field) data; /* of the typed fields, in order */
	bool wanted;       /* a layer uses it */
	bool loose;        /* something else does */
	bool constant;     /* from a Constant node */
	String parameter;  /* which one it is, by its doc string */
} Array;

typedef struct {
	String name, op, output;
	String input[INPUTS_MAX];
	int ninput;
	bool reverse;
	bool before_reset_off; /* GRU without linear_before_reset */
	bool transposed[2], scaled, coupled, clipped;
	int64_t axis;
	String activation[ACTIVATIONS_MAX];
	int nactivation;
	const char *shown; /* its name, or one made up */
} Node;

typedef struct {
	Reader r;
	TABLE(Array) array;
	TABLE(Node) node;
	int *by_name;   /* places in array, sorted by name */
	int *by_output; /* places in node of products, sorted by what they give */
	int nproduct;
	TABLE(const char *) given; /* names so far */
	int64_t numbers, numbers_max;
	bool own; /* netc wrote it: parameters are marked, and have their names */
} Onnx;

static bool
varint(Message *m, uint64_t *out)
{
	*out = 0;
	for (int shift = 0; shift < 64 && m->p < m->end; shift += 7) {
		unsigned char c = *m->p++;
		*out |= (uint64_t)(c & 0x7f) << shift;
		if (c < 0x80)
			return true;
	}
	return false;
}

/* The next field; false at the end and, with m->p short of it, at damage. */
static bool
field_next(Message *m, Field *f)
{
	uint64_t key, n;
	Message at = *m;
	*f = (Field){0};
	if (at.p >= at.end || !varint(&at, &key) || key >> 3 == 0 || key >> 3 > UINT32_MAX)
		return false;
	f->number = (uint32_t)(key >> 3);
	f->wire = (int)(key & 7);
	switch (f->wire) {
	case WIRE_VARINT:
		if (!varint(&at, &f->value))
			return false;
		break;
	case WIRE_BYTES:
		if (!varint(&at, &n) || n > (uint64_t)(at.end - at.p))
			return false;
		f->bytes = (Message){at.p, at.p + n};
		at.p += n;
		break;
	case WIRE_64:
		if (at.end - at.p < 8)
			return false;
		f->value = le64(at.p);
		at.p += 8;
		break;
	case WIRE_32:
		if (at.end - at.p < 4)
			return false;
		f->value = le32(at.p);
		at.p += 4;
		break;
	default: return false;
	}
	*m = at;
	return true;
}

static bool
damaged(Onnx *o, const char *where)
{
	return reader_fail(&o->r, "is a damaged .onnx file: the %s does not end where it should", where);
}

static String
string_of(Message m)
{
	return (String){(const char *)m.p, (size_t)(m.end - m.p)};
}

static bool
string_is(String s, const char *text)
{
	return s.n == strlen(text) && memcmp(s.s, text, s.n) == 0;
}

/* What follows the prefix, or nothing. */
static String
string_after(String s, const char *prefix)
{
	size_t n = strlen(prefix);
	return s.n > n && memcmp(s.s, prefix, n) == 0 ? (String){s.s + n, s.n - n} : (String){0};
}

static int
string_compare(String a, String b)
{
	int c = a.n && b.n ? memcmp(a.s, b.s, a.n < b.n ? a.n : b.n) : 0;
	return c ? c : (a.n > b.n) - (a.n < b.n);
}

static const char *
string_show(Onnx *o, String s)
{
	return name_show(o->r.arena, s.s ? s.s : "", s.n);
}

bool
onnx_is(const unsigned char *data, size_t n)
{
	Message m = {data, data + n};
	bool graph = false, version = false;
	for (Field f; field_next(&m, &f);) {
		if (f.number > 30)
			return false;
		graph |= f.number == 7 && f.wire == WIRE_BYTES;
		version |= f.number == 1 && f.wire == WIRE_VARINT;
	}
	return graph && version && m.p == m.end;
}

/* Dimensions, one to a field or packed. */
static bool
dims_read(Onnx *o, Array *a, const Field *f)
{
	Message packed = f->bytes;
	uint64_t v = f->value;
	if (f->wire == WIRE_VARINT)
		*table_push(o->r.arena, &a->dim) = (int64_t)v;
	while (f->wire == WIRE_BYTES && packed.p < packed.end && a->dim.n <= TENSOR_RANK_MAX) {
		if (!varint(&packed, &v))
			return false;
		*table_push(o->r.arena, &a->dim) = (int64_t)v;
	}
	return true;
}

/* A TensorProto. */
static bool
array_read(Onnx *o, Message m, Array *a)
{
	for (Field f; field_next(&m, &f);) {
		switch (f.number) {
		case 1:
			if (!dims_read(o, a, &f))
				return damaged(o, "shape of an array");
			break;
		case 2: a->type = (int64_t)f.value; break;
		case 4:  /* float_data */
		case 5:  /* int32_data */
		case 7:  /* int64_data */
		case 10: /* double_data */
		case 11: /* uint64_data */
			if (a->data.n >= ITEMS_MAX)
				return reader_fail(&o->r, "an array of more than %d numbers is not packed", ITEMS_MAX);
			*table_push(o->r.arena, &a->data) = f;
			break;
		case 8: a->name = string_of(f.bytes); break;
		case 9:
			a->raw = f.bytes;
			a->has_raw = true;
			break;
		case 12: a->parameter = string_after(string_of(f.bytes), "parameter "); break;
		case 13: a->external = true; break;
		case 14: a->external |= f.value == 1; break;
		default: break;
		}
	}
	return m.p == m.end || damaged(o, "array");
}

static bool
attribute_read(Onnx *o, Message m, Node *node)
{
	String name = {0}, s = {0};
	int64_t i = 0;
	float x = 0;
	Message tensor = {0};
	String list[ACTIVATIONS_MAX];
	int nlist = 0;
	for (Field f; field_next(&m, &f);) {
		uint32_t bits = (uint32_t)f.value;
		switch (f.number) {
		case 1: name = string_of(f.bytes); break;
		case 2: memcpy(&x, &bits, sizeof x); break;
		case 3: i = (int64_t)f.value; break;
		case 4: s = string_of(f.bytes); break;
		case 5: tensor = f.bytes; break;
		case 9:
			if (nlist < ACTIVATIONS_MAX)
				list[nlist++] = string_of(f.bytes);
			break;
		default: break;
		}
	}
	if (m.p != m.end)
		return damaged(o, "attribute of a node");
	if (string_is(name, "direction"))
		node->reverse = string_is(s, "reverse");
	else if (string_is(name, "linear_before_reset"))
		node->before_reset_off = i == 0;
	else if (string_is(name, "input_forget"))
		node->coupled = i != 0;
	else if (string_is(name, "clip"))
		node->clipped = true;
	else if (string_is(name, "transA"))
		node->transposed[0] = i != 0;
	else if (string_is(name, "transB"))
		node->transposed[1] = i != 0;
	else if (string_is(name, "alpha") || string_is(name, "beta"))
		node->scaled |= x < 1 || x > 1;
	else if (string_is(name, "axis"))
		node->axis = i;
	else if (string_is(name, "activations"))
		memcpy(node->activation, list, sizeof *list * (size_t)(node->nactivation = nlist));
	else if (string_is(name, "value") && tensor.p) {
		if (o->array.n >= ITEMS_MAX)
			return reader_fail(&o->r, "has more than %d arrays, the most that are read", ITEMS_MAX);
		Array *a = table_push(o->r.arena, &o->array);
		*a = (Array){.constant = true};
		return array_read(o, tensor, a);
	}
	return true;
}

static bool
node_read(Onnx *o, Message m)
{
	Node node = {.before_reset_off = true};
	int constants = o->array.n;
	for (Field f; field_next(&m, &f);) {
		if (f.number == 1 && node.ninput < INPUTS_MAX)
			node.input[node.ninput++] = string_of(f.bytes);
		else if (f.number == 2 && !node.output.s)
			node.output = string_of(f.bytes);
		else if (f.number == 3)
			node.name = string_of(f.bytes);
		else if (f.number == 4)
			node.op = string_of(f.bytes);
		else if (f.number == 5 && !attribute_read(o, f.bytes, &node))
			return false;
	}
	if (m.p != m.end)
		return damaged(o, "node");
	if (!string_is(node.op, "Constant"))
		o->array.n = constants; /* "value" of something else */
	for (int i = constants; i < o->array.n; i++)
		o->array.v[i].name = node.output;
	*table_push(o->r.arena, &o->node) = node;
	return true;
}

static bool
graph_read(Onnx *o, Message m)
{
	for (Field f; field_next(&m, &f);) {
		if (f.wire != WIRE_BYTES)
			continue;
		if (o->node.n + o->array.n > ITEMS_MAX)
			return reader_fail(&o->r, "has more than %d nodes and arrays, the most that are read",
					   ITEMS_MAX);
		if (f.number == 1 && !node_read(o, f.bytes))
			return false;
		if (f.number == 15)
			return reader_fail(&o->r, "has sparse initialisers, which are not read");
		if (f.number == 5) {
			Array a = {0};
			if (!array_read(o, f.bytes, &a))
				return false;
			*table_push(o->r.arena, &o->array) = a;
		}
	}
	return m.p == m.end || damaged(o, "graph");
}

/* Sorting needs the tables, and qsort passes nothing through. */
typedef struct {
	String key;
	int at;
} Sorted;

static int
sorted_compare(const void *a, const void *b)
{
	const Sorted *x = a, *y = b;
	int c = string_compare(x->key, y->key);
	return c ? c : (x->at > y->at) - (x->at < y->at);
}

static int *
sort(Onnx *o, Sorted *s, int n)
{
	int *at = arena_alloc(o->r.arena, ((size_t)n + 1) * sizeof *at);
	if (n > 0)
		qsort(s, (size_t)n, sizeof *s, sorted_compare);
	for (int i = 0; i < n; i++)
		at[i] = s[i].at;
	return at;
}

static Array *
array_find(const Onnx *o, String name)
{
	int lo = 0, hi = o->array.n;
	while (lo < hi && name.n) {
		int mid = lo + (hi - lo) / 2;
		Array *a = &o->array.v[o->by_name[mid]];
		int c = string_compare(name, a->name);
		if (c == 0)
			return a;
		*(c < 0 ? &hi : &lo) = c < 0 ? mid : mid + 1;
	}
	return NULL;
}

/* The product whose result has that name. */
static Node *
product_find(const Onnx *o, String name)
{
	int lo = 0, hi = o->nproduct;
	while (lo < hi && name.n) {
		int mid = lo + (hi - lo) / 2;
		Node *node = &o->node.v[o->by_output[mid]];
		int c = string_compare(name, node->output);
		if (c == 0)
			return node;
		*(c < 0 ? &hi : &lo) = c < 0 ? mid : mid + 1;
	}
	return NULL;
}

/* "/rnn/LSTM_1" is layer "/rnn_1"; without a name it is "LSTM_7", by its place. */
static void
node_title(Onnx *o, Node *node, int place)
{
	Arena *a = o->r.arena;
	size_t n = node->name.n, digits = 0;
	const char *s = node->name.s;
	if (n == 0) {
		node->shown = arena_printf(a, "%s_%d", string_show(o, node->op), place);
		return;
	}
	while (digits < n && s[n - 1 - digits] >= '0' && s[n - 1 - digits] <= '9')
		digits++;
	size_t tail = digits && digits < n && s[n - 1 - digits] == '_' ? digits + 1 : 0, op = node->op.n;
	if (op > 0 && n > tail + op + 1 && memcmp(s + n - tail - op, node->op.s, op) == 0 &&
	    s[n - tail - op - 1] == '/' && !(n - tail - op - 1 == 0))
		node->shown = arena_printf(a, "%.*s%.*s", (int)(n - tail - op - 1), s, (int)tail, s + n - tail);
	else
		node->shown = arena_strndup(a, s, n);
}

static const struct {
	int type;
	const char *dtype;
	uint32_t field; /* where its numbers are if they are not raw */
} types[] = {
	{1, "F32", 4},   {2, "U8", 5},    {3, "I8", 5},    {4, "U16", 5},  {5, "I16", 5},
	{6, "I32", 5},   {7, "I64", 7},   {9, "BOOL", 5},  {10, "F16", 5}, {11, "F64", 10},
	{12, "U32", 11}, {13, "U64", 11}, {16, "BF16", 5},
};

/* The typed field of an array as the bytes that a raw one would have. NULL after a message. */
static unsigned char *
typed_bytes(Onnx *o, const Array *a, const Stored *s, uint32_t field)
{
	size_t size = (size_t)s->dtype->size, want = (size_t)s->count * size, n = 0;
	int fixed = field == 4 ? WIRE_32 : field == 10 ? WIRE_64 : WIRE_VARINT;
	int64_t possible = 0; /* a number takes a byte at least */
	for (int i = 0; i < a->data.n; i++)
		possible += a->data.v[i].wire == WIRE_BYTES ? a->data.v[i].bytes.end - a->data.v[i].bytes.p : 1;
	unsigned char *out = s->count <= possible ? memory_new(want + 1, 1) : NULL;
	for (int i = 0; out && i < a->data.n; i++) {
		const Field *f = &a->data.v[i];
		Message m = f->bytes;
		bool packed = f->wire == WIRE_BYTES, more = f->number == field;
		while (more && (!packed || m.p < m.end) && n < want) {
			uint64_t v = f->value;
			if (packed && fixed == WIRE_VARINT) {
				more = varint(&m, &v);
			} else if (packed) {
				size_t step = fixed == WIRE_32 ? 4 : 8;
				more = (size_t)(m.end - m.p) >= step;
				v = !more ? 0 : fixed == WIRE_32 ? le32(m.p) : le64(m.p);
				m.p += more ? step : 0;
			} else {
				more = f->wire == fixed;
			}
			for (size_t b = 0; more && b < size; b++)
				out[n++] = (unsigned char)(v >> (8 * b));
			more &= packed;
		}
		n += packed && m.p < m.end && f->number == field ? 1 : 0; /* too many */
	}
	if (out && n == want)
		return out;
	free(out);
	reader_fail(&o->r, "array '%s' has not the %lld numbers that its shape asks for", s->name, (long long)s->count);
	return NULL;
}

static bool
shape_read(Onnx *o, const Array *a, Stored *s)
{
	if (a->dim.n > TENSOR_RANK_MAX)
		return reader_fail(&o->r, "array '%s' has more than %d dimensions", s->name, TENSOR_RANK_MAX);
	for (int i = 0; i < a->dim.n; i++) {
		if (a->dim.v[i] < 0)
			return reader_fail(&o->r, "dimension %d of array '%s' is %lld; wanted 0 or more", i + 1,
					   s->name, (long long)a->dim.v[i]);
		s->dim[s->rank++] = a->dim.v[i];
	}
	return stored_count(s) || reader_fail(&o->r, "array '%s' is too large", s->name);
}

/* Adds an array under a name. */
static void
array_give(Onnx *o, const Array *a, const char *name)
{
	Stored s = {.name = intern(o->r.arena, name)};
	const char *shown = name_show(o->r.arena, name, strlen(name));
	uint32_t field = 0;
	if (!name_check(&o->r, name, strlen(name)))
		return;
	for (int i = 0; i < COUNT(types); i++)
		if (types[i].type == a->type) {
			s.dtype = dtype_find(types[i].dtype);
			field = types[i].field;
		}
	if (a->external) {
		reader_fail(&o->r,
			    "array '%s' lies in another file (external data), which is not read; "
			    "save with onnx.save(model, path, save_as_external_data=False)",
			    shown);
		return;
	}
	if (!s.dtype) {
		reader_fail(&o->r,
			    "array '%s' has the ONNX type %lld, which is not read; wanted float, double, "
			    "float16 or bfloat16",
			    shown, (long long)a->type);
		return;
	}
	if (!shape_read(o, a, &s))
		return;
	o->numbers += s.count < o->numbers_max ? s.count : o->numbers_max;
	if (s.count > o->numbers_max || o->numbers > o->numbers_max) {
		reader_fail(&o->r, "its arrays are used too often, or have more numbers than the file has bytes");
		return;
	}
	unsigned char *owned = NULL;
	int64_t raw = a->raw.end - a->raw.p;
	if (a->has_raw && raw != s.count * s.dtype->size) {
		reader_fail(&o->r, "array '%s' (%s, %lld numbers) needs %lld bytes but has %lld", shown, s.dtype->name,
			    (long long)s.count, (long long)(s.count * s.dtype->size), (long long)raw);
		return;
	}
	s.data = a->has_raw ? a->raw.p : (owned = typed_bytes(o, a, &s, field));
	if (s.data)
		reader_add(&o->r, &s);
	free(owned);
	*table_push(o->r.arena, &o->given) = s.name;
}

/* Names the array in a place of a node. */
static void
place_give(Onnx *o, const Node *node, int place, const char *role)
{
	Array *a = place < node->ninput ? array_find(o, node->input[place]) : NULL;
	const char *dot = a && a->name.n > strlen(role) ? a->name.s + a->name.n - strlen(role) - 1 : NULL;
	if (!a)
		return;
	a->wanted = true;
	if (dot && (*dot == '.' || *dot == '/') && memcmp(dot + 1, role, strlen(role)) == 0)
		array_give(o, a, arena_strndup(o->r.arena, a->name.s, a->name.n));
	else
		array_give(o, a, arena_printf(o->r.arena, "%s.%s", node->shown, role));
}

static int
rank_at(const Onnx *o, const Node *node, int place)
{
	const Array *a = place < node->ninput ? array_find(o, node->input[place]) : NULL;
	return a ? a->dim.n : -1;
}

static void
recurrent_give(Onnx *o, const Node *node, bool lstm, bool gru)
{
	static const char *const usual[] = {"Sigmoid", "Tanh", "Tanh"};
	static const char *const role[] = {"W", "R", "B", "", "initial_h", "initial_c"};
	const char *shown = name_show(o->r.arena, node->shown, strlen(node->shown));
	int gates = lstm ? 3 : 2;
	for (int i = 0; (lstm || gru) && i < node->nactivation; i++)
		if (!string_is(node->activation[i], usual[i % gates])) {
			reader_fail(&o->r, "node '%s' has the activation %s; wanted %s", shown,
				    string_show(o, node->activation[i]), usual[i % gates]);
			return;
		}
	if (node->coupled || node->clipped || (node->ninput > 7 && node->input[7].n)) {
		reader_fail(&o->r, "node '%s' has %s, which netc's layers do not", shown,
			    node->coupled   ? "coupled gates (input_forget)"
			    : node->clipped ? "a clip"
					    : "peepholes (P)");
		return;
	}
	for (int i = 0; i < COUNT(role); i++) {
		const char *name = i == 1 && gru && node->before_reset_off ? "R_before" : role[i];
		if (*name)
			place_give(o, node, i + 1,
				   arena_printf(o->r.arena, "%s%s", name, node->reverse ? "_reverse" : ""));
	}
}

/* Gives the arrays that a node uses as weights the names of their places. */
static void
node_give(Onnx *o, const Node *node)
{
	bool lstm = string_is(node->op, "LSTM"), gru = string_is(node->op, "GRU");
	if (lstm || gru || string_is(node->op, "RNN")) {
		recurrent_give(o, node, lstm, gru);
	} else if (string_is(node->op, "Gemm") && rank_at(o, node, 1) == 2) {
		if (node->transposed[0] || node->scaled)
			reader_fail(&o->r, "node '%s' scales or transposes its input, which netc's layers do not",
				    name_show(o->r.arena, node->shown, strlen(node->shown)));
		place_give(o, node, 1, node->transposed[1] ? "weight" : "kernel");
		place_give(o, node, 2, "bias");
	} else if (string_is(node->op, "MatMul") && rank_at(o, node, 1) == 2) {
		place_give(o, node, 1, "kernel");
	} else if (string_is(node->op, "LayerNormalization")) {
		place_give(o, node, 1, "scale");
		place_give(o, node, 2, "bias");
	} else if (string_is(node->op, "Gather") && node->axis == 0 && rank_at(o, node, 0) == 2) {
		place_give(o, node, 0, "table");
	} else if (string_is(node->op, "Add") && node->ninput == 2) {
		for (int i = 0; i < 2; i++) {
			const Node *product = product_find(o, node->input[i]);
			Node as_bias = *node;
			if (!product || rank_at(o, product, 1) != 2 || rank_at(o, node, 1 - i) != 1)
				continue;
			as_bias.shown = product->shown;
			place_give(o, &as_bias, 1 - i, "bias");
		}
	}
}

/* Marks what nodes use. */
static void
loose_mark(Onnx *o)
{
	for (int i = 0; i < o->node.n; i++)
		for (int k = 0; k < o->node.v[i].ninput; k++) {
			Array *a = array_find(o, o->node.v[i].input[k]);
			if (a)
				a->loose = true;
		}
}

static bool
is_whole(const Array *a)
{
	return a->type != 1 && a->type != 10 && a->type != 11 && a->type != 16;
}

static int
given_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
weights_give(Onnx *o)
{
	Sorted *s = arena_alloc(o->r.arena, ((size_t)o->array.n + (size_t)o->node.n + 1) * sizeof *s);
	for (int i = 0; i < o->array.n; i++)
		s[i] = (Sorted){o->array.v[i].name, i};
	o->by_name = sort(o, s, o->array.n);
	for (int i = 0; i < o->node.n; i++) {
		node_title(o, &o->node.v[i], i);
		if (string_is(o->node.v[i].op, "MatMul"))
			s[o->nproduct++] = (Sorted){o->node.v[i].output, i};
	}
	o->by_output = sort(o, s, o->nproduct);
	loose_mark(o);
	for (int i = 0; i < o->node.n && o->r.ok && !o->own; i++)
		node_give(o, &o->node.v[i]);
	for (int i = 0; i < o->array.n && o->r.ok; i++) {
		const Array *a = &o->array.v[i];
		bool is_weight = !a->wanted && !a->constant && !(is_whole(a) && a->loose);
		String name = o->own ? a->parameter : a->name;
		if (o->own ? name.n > 0 : is_weight)
			array_give(o, a, arena_strndup(o->r.arena, name.s ? name.s : "", name.n));
	}
	if (o->given.n > 0)
		qsort(o->given.v, (size_t)o->given.n, sizeof *o->given.v, given_compare);
	for (int i = 1; i < o->given.n; i++)
		if (strcmp(o->given.v[i - 1], o->given.v[i]) == 0)
			reader_fail(&o->r, "has two arrays called '%s'", o->given.v[i]);
}

/* The shape in front of "(2, 3) 1 2 3 4 5 6"; where the numbers begin, or NULL. */
static const char *
text_shape(const char *text, Stored *s)
{
	const char *p = text + 1;
	char *end;
	for (; *text == '(' && *p >= '0' && *p <= '9' && s->rank < TENSOR_RANK_MAX; p = end + strspn(end, ", "))
		s->dim[s->rank++] = strtoll(p, &end, 10);
	return *text == '(' && *p == ')' && stored_count(s) ? p + 1 : NULL;
}

static void
text_give(Onnx *o, const char *name, const char *text)
{
	Stored s = {.name = intern(o->r.arena, name), .dtype = dtype_find("F32")};
	const char *p = text_shape(text, &s);
	bool ok = p && s.count <= (int64_t)strlen(p);
	unsigned char *bytes = ok ? arena_alloc(o->r.arena, (size_t)s.count * 4 + 1) : NULL;
	for (int64_t i = 0; ok && i < s.count; i++) {
		char *end;
		float v = (float)strtod(p, &end);
		uint32_t bits;
		memcpy(&bits, &v, sizeof bits);
		for (int k = 0; k < 4; k++)
			bytes[4 * i + k] = (unsigned char)(bits >> (8 * k));
		ok = end != p;
		p = end;
	}
	if (!ok) {
		reader_fail(&o->r, "the metadata '%s' are not a shape and its numbers",
			    name_show(o->r.arena, name, strlen(name)));
		return;
	}
	s.data = bytes;
	if (name_check(&o->r, name, strlen(name)) && reader_add(&o->r, &s))
		*table_push(o->r.arena, &o->given) = s.name;
}

/* What netc wrote of values that are no node's input. */
static bool
metadata_give(Onnx *o, Message m)
{
	String key = {0}, value = {0};
	for (Field f; field_next(&m, &f);) {
		if (f.number == 1)
			key = string_of(f.bytes);
		if (f.number == 2)
			value = string_of(f.bytes);
	}
	if (m.p != m.end)
		return damaged(o, "metadata");
	const char *name = arena_strndup(o->r.arena, key.s ? key.s : "", key.n), *colon = strchr(name, ':');
	if (colon && (strncmp(name, "initial:", 8) == 0 || strncmp(name, "parameter:", 10) == 0))
		text_give(o, colon + 1, arena_strndup(o->r.arena, value.s ? value.s : "", value.n));
	return o->r.ok;
}

bool
onnx_parse(Diag *diag, const char *file, const unsigned char *data, size_t n, TensorTable *out)
{
	Onnx o = {.r = reader_begin(diag, file, out), .numbers_max = 4 * (int64_t)n};
	Message m = {data, data + n};
	bool graph = false, ok = true;
	for (Field f; ok && field_next(&m, &f);) {
		if (f.number == 2)
			o.own = string_is(string_of(f.bytes), "netc");
		if (f.number == 14 && f.wire == WIRE_BYTES && o.own)
			ok = metadata_give(&o, f.bytes);
		if (f.number == 7 && f.wire == WIRE_BYTES && ok) {
			ok = !graph ? graph_read(&o, f.bytes) : reader_fail(&o.r, "has two graphs");
			graph = true;
		}
	}
	if (ok && m.p != m.end)
		ok = damaged(&o, "model");
	if (ok && !graph)
		ok = reader_fail(&o.r, "is an .onnx file without a graph");
	if (ok)
		weights_give(&o);
	if (o.r.ok && o.r.table.tensor.n == 0)
		reader_fail(&o.r, "holds no weights");
	return reader_end(&o.r);
}
