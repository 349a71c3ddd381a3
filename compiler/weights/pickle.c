/* pickle.c: reads PyTorch's .pt and .pth files without Python.
 *
 * The file is a zip of "NAME/data.pkl" and one member "NAME/data/KEY" for each storage. A pickle is a program for a
 * small stack machine that can call anything; here it is run with the dozen instructions that state dicts use, and of
 * everything that it may name only dictionaries, storages and the functions that make tensors exist. Dictionaries
 * inside dictionaries give names with dots; numbers and strings are passed over. Python's Lib/pickletools.py describes
 * the instructions. */
#include "zip.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { VALUES_MAX = 1 << 22, DEPTH_MAX = 16, VISITS_MAX = 1 << 22, PICKLE_BYTES_MAX = 64 << 20 };

typedef enum { V_NONE, V_INT, V_FLOAT, V_STRING, V_TUPLE, V_LIST, V_DICT, V_GLOBAL, V_STORAGE, V_TENSOR } Tag;

typedef struct Value Value;
struct Value {
	Tag tag;
	int64_t i;     /* INT; TENSOR: offset; STORAGE: numbers in it */
	const char *s; /* STRING, GLOBAL; STORAGE: its key. n bytes, NUL-terminated */
	size_t n;
	TABLE(Value *) v; /* TUPLE, LIST; DICT: key, value, key, …; TENSOR: storage, sizes, strides */
	const Dtype *dtype;
};

/* What a pickle may name. */
typedef enum { G_DICT, G_TENSOR, G_PARAMETER, G_STORAGE } GlobalKind;
static const struct {
	const char *name;
	GlobalKind kind;
	const char *dtype;
} globals[] = {
	{"collections.OrderedDict", G_DICT, NULL},
	{"torch._utils._rebuild_tensor_v2", G_TENSOR, NULL},
	{"torch._utils._rebuild_parameter", G_PARAMETER, NULL},
	{"torch.FloatStorage", G_STORAGE, "F32"},
	{"torch.DoubleStorage", G_STORAGE, "F64"},
	{"torch.HalfStorage", G_STORAGE, "F16"},
	{"torch.BFloat16Storage", G_STORAGE, "BF16"},
	{"torch.LongStorage", G_STORAGE, "I64"},
	{"torch.IntStorage", G_STORAGE, "I32"},
	{"torch.ShortStorage", G_STORAGE, "I16"},
	{"torch.CharStorage", G_STORAGE, "I8"},
	{"torch.ByteStorage", G_STORAGE, "U8"},
	{"torch.BoolStorage", G_STORAGE, "BOOL"},
};

typedef struct {
	Reader r;
	Zip zip;
	size_t root_n;                 /* bytes of "NAME/" */
	const char *root;              /* borrowed */
	const unsigned char **storage; /* by member: its bytes once they are open */
	TABLE(unsigned char *) owned;
	bool big;
	const unsigned char *p, *end; /* of the pickle */
	TABLE(Value *) stack;
	TABLE(int) mark; /* heights of the stack */
	TABLE(Value *) memo;
	int values, visits;
	int64_t numbers, numbers_max;
	Value *result;
} Pickle;

static Value *
value_new(Pickle *k, Tag tag)
{
	Value *v = arena_alloc(k->r.arena, sizeof *v);
	k->values++;
	v->tag = tag;
	return v;
}

static bool
push(Pickle *k, Value *v)
{
	*table_push(k->r.arena, &k->stack) = v;
	return true;
}

static bool
broken(Pickle *k)
{
	return reader_fail(&k->r, "its pickle (data.pkl) is damaged");
}

/* The lowest place on the stack that may be taken: above the last mark. */
static int
stack_floor(const Pickle *k)
{
	return k->mark.n ? k->mark.v[k->mark.n - 1] : 0;
}

static Value *
pop(Pickle *k)
{
	if (k->stack.n > stack_floor(k))
		return k->stack.v[--k->stack.n];
	return NULL;
}

static const unsigned char *
take(Pickle *k, uint64_t n)
{
	const unsigned char *p = k->p;
	if (n > (uint64_t)(k->end - p))
		return NULL;
	k->p += n;
	return p;
}

static bool
push_int(Pickle *k, int64_t i)
{
	Value *v = value_new(k, V_INT);
	v->i = i;
	return push(k, v);
}

static bool
push_string(Pickle *k, uint64_t n)
{
	const unsigned char *s = take(k, n);
	if (!s)
		return broken(k);
	Value *v = value_new(k, V_STRING);
	v->s = arena_strndup(k->r.arena, (const char *)s, (size_t)n);
	v->n = (size_t)n;
	return push(k, v);
}

/* A tuple or list of what lies above the last mark. */
static Value *
collect(Pickle *k, Tag tag)
{
	if (k->mark.n == 0)
		return NULL;
	int from = k->mark.v[--k->mark.n];
	Value *v = value_new(k, tag);
	for (int i = from; i < k->stack.n; i++)
		*table_push(k->r.arena, &v->v) = k->stack.v[i];
	k->stack.n = from;
	return v;
}

static bool
push_tuple(Pickle *k, int n)
{
	if (k->stack.n - stack_floor(k) < n)
		return broken(k);
	Value *v = value_new(k, V_TUPLE);
	for (int i = 0; i < n; i++)
		*table_push(k->r.arena, &v->v) = k->stack.v[k->stack.n - n + i];
	k->stack.n -= n;
	return push(k, v);
}

static bool
push_global(Pickle *k, const char *module, size_t module_n, const char *name, size_t name_n)
{
	Arena *a = k->r.arena;
	const char *whole = arena_printf(a, "%.*s.%.*s", (int)module_n, module, (int)name_n, name);
	for (int i = 0; i < COUNT(globals); i++)
		if (strcmp(globals[i].name, whole) == 0) {
			Value *v = value_new(k, V_GLOBAL);
			v->i = i;
			return push(k, v);
		}
	return reader_fail(&k->r,
			   "refers to '%s', which is not read; wanted a state dict: "
			   "torch.save(model.state_dict(), \"w.pt\"), or safetensors",
			   name_show(a, whole, strlen(whole)));
}

static bool
push_global_lines(Pickle *k)
{
	const unsigned char *module = k->p, *line = memchr(module, '\n', (size_t)(k->end - module));
	const unsigned char *name = line ? line + 1 : NULL;
	const unsigned char *end = name ? memchr(name, '\n', (size_t)(k->end - name)) : NULL;
	if (!end || end - module > TENSOR_NAME_MAX)
		return broken(k);
	k->p = end + 1;
	return push_global(k, (const char *)module, (size_t)(line - module), (const char *)name, (size_t)(end - name));
}

static bool
push_global_stack(Pickle *k)
{
	Value *name = pop(k), *module = pop(k);
	if (!name || !module || name->tag != V_STRING || module->tag != V_STRING || name->n > TENSOR_NAME_MAX ||
	    module->n > TENSOR_NAME_MAX)
		return broken(k);
	return push_global(k, module->s, module->n, name->s, name->n);
}

static bool
is_ints(const Value *v)
{
	if (v->tag != V_TUPLE || v->v.n > TENSOR_RANK_MAX)
		return false;
	for (int i = 0; i < v->v.n; i++)
		if (v->v.v[i]->tag != V_INT || v->v.v[i]->i < 0)
			return false;
	return true;
}

/* _rebuild_tensor_v2(storage, offset, sizes, strides, requires_grad, hooks) */
static Value *
tensor_make(Pickle *k, const Value *args)
{
	Value *const *v = args->v.v;
	if (args->v.n < 4 || v[0]->tag != V_STORAGE || v[1]->tag != V_INT || v[1]->i < 0 || !is_ints(v[2]) ||
	    !is_ints(v[3]) || v[2]->v.n != v[3]->v.n)
		return NULL;
	Value *t = value_new(k, V_TENSOR);
	t->i = v[1]->i;
	*table_push(k->r.arena, &t->v) = v[0];
	*table_push(k->r.arena, &t->v) = v[2];
	*table_push(k->r.arena, &t->v) = v[3];
	return t;
}

static bool
reduce(Pickle *k)
{
	Value *args = pop(k), *f = pop(k), *made = NULL;
	if (!args || !f || args->tag != V_TUPLE || f->tag != V_GLOBAL)
		return broken(k);
	switch (globals[f->i].kind) {
	case G_DICT: made = args->v.n == 0 ? value_new(k, V_DICT) : NULL; break;
	case G_TENSOR: made = tensor_make(k, args); break;
	case G_PARAMETER: made = args->v.n > 0 && args->v.v[0]->tag == V_TENSOR ? args->v.v[0] : NULL; break;
	case G_STORAGE: break;
	}
	if (made)
		return push(k, made);
	return reader_fail(&k->r, "its pickle calls '%s' in a way that is not read", globals[f->i].name);
}

/* ('storage', torch.FloatStorage, key, place, numbers) */
static bool
persistent(Pickle *k)
{
	Value *id = pop(k);
	if (!id || id->tag != V_TUPLE || id->v.n < 5)
		return broken(k);
	Value *const *v = id->v.v;
	if (v[0]->tag != V_STRING || strcmp(v[0]->s, "storage") != 0 || v[1]->tag != V_GLOBAL ||
	    globals[v[1]->i].kind != G_STORAGE || v[2]->tag != V_STRING || v[4]->tag != V_INT || v[4]->i < 0)
		return broken(k);
	Value *s = value_new(k, V_STORAGE);
	s->dtype = dtype_find(globals[v[1]->i].dtype);
	s->s = v[2]->s;
	s->n = v[2]->n;
	s->i = v[4]->i;
	return push(k, s);
}

/* Adds the values above the last mark to the list or dictionary below it. */
static bool
extend(Pickle *k, Tag tag)
{
	Value *items = collect(k, V_TUPLE);
	Value *to = items && k->stack.n > stack_floor(k) ? k->stack.v[k->stack.n - 1] : NULL;
	if (!to || to->tag != tag || (tag == V_DICT && items->v.n % 2))
		return broken(k);
	for (int i = 0; i < items->v.n; i++)
		*table_push(k->r.arena, &to->v) = items->v.v[i];
	return true;
}

static bool
extend_by(Pickle *k, Tag tag, int n)
{
	if (k->stack.n - stack_floor(k) < n + 1)
		return broken(k);
	*table_push(k->r.arena, &k->mark) = k->stack.n - n;
	return extend(k, tag);
}

/* Attributes: a state dict carries its versions in one. They are dropped. */
static bool
build(Pickle *k)
{
	Value *state = pop(k);
	if (!state || k->stack.n <= stack_floor(k) || k->stack.v[k->stack.n - 1]->tag != V_DICT)
		return broken(k);
	return true;
}

static bool
memo_put(Pickle *k, uint64_t at)
{
	if (k->stack.n <= stack_floor(k) || at > (uint64_t)k->values + (uint64_t)k->memo.n)
		return broken(k);
	while ((uint64_t)k->memo.n <= at)
		*table_push(k->r.arena, &k->memo) = NULL;
	k->memo.v[at] = k->stack.v[k->stack.n - 1];
	return true;
}

static bool
memo_get(Pickle *k, uint64_t at)
{
	if (at >= (uint64_t)k->memo.n || !k->memo.v[at])
		return broken(k);
	return push(k, k->memo.v[at]);
}

/* A little-endian number of n bytes after the instruction; -1 if the pickle ends before. */
static int64_t
operand(Pickle *k, int n)
{
	const unsigned char *p = take(k, (uint64_t)n);
	int64_t v = 0;
	for (int i = 0; p && i < n; i++)
		v |= (int64_t)p[i] << (8 * i);
	return p ? v : -1;
}

/* LONG1: n bytes, two's complement. */
static bool
push_long(Pickle *k)
{
	int64_t n = operand(k, 1);
	const unsigned char *p = n < 0 ? NULL : take(k, (uint64_t)n);
	if (!p || n > 8)
		return broken(k);
	uint64_t bits = n > 0 && p[n - 1] & 0x80 ? ~UINT64_C(0) : 0;
	for (int i = 0; i < n; i++)
		bits = (bits & ~(UINT64_C(0xff) << (8 * i))) | (uint64_t)p[i] << (8 * i);
	return push_int(k, bits >> 63 ? -(int64_t)~bits - 1 : (int64_t)bits);
}

static bool
push_mark(Pickle *k)
{
	*table_push(k->r.arena, &k->mark) = k->stack.n;
	return true;
}

static bool
pop_mark(Pickle *k)
{
	return collect(k, V_TUPLE) != NULL || broken(k);
}

/* One instruction; false to stop. */
static bool
step(Pickle *k, unsigned char op)
{
	int64_t n;
	Value *v;
	switch (op) {
	case 0x80: /* PROTO */
		n = operand(k, 1);
		return (n >= 2 && n <= 5) ||
		       reader_fail(&k->r, "its pickle has the protocol %d; wanted 2 to 5", (int)n);
	case 0x95: return take(k, 8) ? true : broken(k); /* FRAME */
	case '(': return push_mark(k);
	case '0': return pop(k) ? true : broken(k); /* POP */
	case '1': return pop_mark(k);
	case 'N': return push(k, value_new(k, V_NONE));
	case 0x88: return push_int(k, 1); /* True */
	case 0x89: return push_int(k, 0); /* False */
	case 'K': return (n = operand(k, 1)) < 0 ? broken(k) : push_int(k, n);
	case 'M': return (n = operand(k, 2)) < 0 ? broken(k) : push_int(k, n);
	case 'J': return (n = operand(k, 4)) < 0 ? broken(k) : push_int(k, n >> 31 ? n - (INT64_C(1) << 32) : n);
	case 0x8a: return push_long(k);
	case 'G': return take(k, 8) ? push(k, value_new(k, V_FLOAT)) : broken(k);
	case 0x8c: return (n = operand(k, 1)) < 0 ? broken(k) : push_string(k, (uint64_t)n);
	case 'X': return (n = operand(k, 4)) < 0 ? broken(k) : push_string(k, (uint64_t)n);
	case ')': return push(k, value_new(k, V_TUPLE));
	case 't': return (v = collect(k, V_TUPLE)) ? push(k, v) : broken(k);
	case 0x85: return push_tuple(k, 1);
	case 0x86: return push_tuple(k, 2);
	case 0x87: return push_tuple(k, 3);
	case ']': return push(k, value_new(k, V_LIST));
	case 'l': return (v = collect(k, V_LIST)) ? push(k, v) : broken(k);
	case 'a': return extend_by(k, V_LIST, 1);
	case 'e': return extend(k, V_LIST);
	case '}': return push(k, value_new(k, V_DICT));
	case 's': return extend_by(k, V_DICT, 2);
	case 'u': return extend(k, V_DICT);
	case 'c': return push_global_lines(k);
	case 0x93: return push_global_stack(k);
	case 'R': return reduce(k);
	case 'b': return build(k);
	case 'Q': return persistent(k);
	case 'h': return (n = operand(k, 1)) < 0 ? broken(k) : memo_get(k, (uint64_t)n);
	case 'j': return (n = operand(k, 4)) < 0 ? broken(k) : memo_get(k, (uint64_t)n);
	case 'q': return (n = operand(k, 1)) < 0 ? broken(k) : memo_put(k, (uint64_t)n);
	case 'r': return (n = operand(k, 4)) < 0 ? broken(k) : memo_put(k, (uint64_t)n);
	case 0x94: return memo_put(k, (uint64_t)k->memo.n); /* MEMOIZE */
	case '.': k->result = pop(k); return k->result ? false : broken(k);
	default:
		return reader_fail(&k->r,
				   "its pickle has the instruction 0x%02x, which state dicts do not use; "
				   "save model.state_dict(), or safetensors",
				   op);
	}
}

static bool
run(Pickle *k)
{
	if (k->end - k->p > PICKLE_BYTES_MAX)
		return reader_fail(&k->r, "its pickle is %lld bytes long; at most %d are read",
				   (long long)(k->end - k->p), PICKLE_BYTES_MAX);
	while (k->p < k->end) {
		if (!step(k, *k->p++))
			return k->result != NULL;
		if (k->values > VALUES_MAX)
			return reader_fail(&k->r, "its pickle holds more than %d values, the most that are read",
					   VALUES_MAX);
	}
	return k->r.ok ? broken(k) : false;
}

/* The bytes of a storage; NULL after a message. */
static const unsigned char *
storage_open(Pickle *k, const Value *s, const char *tensor)
{
	for (int i = 0; i < k->zip.member.n; i++) {
		const Member *m = &k->zip.member.v[i];
		if (m->name_n != k->root_n + 5 + s->n || memcmp(m->name, k->root, k->root_n) != 0 ||
		    memcmp(m->name + k->root_n, "data/", 5) != 0 || memcmp(m->name + k->root_n + 5, s->s, s->n) != 0)
			continue;
		if (!m->good)
			return NULL; /* the message is there */
		if (s->i > INT64_MAX / 8 || (uint64_t)(s->i * s->dtype->size) != m->size) {
			reader_fail(&k->r, "the storage of '%s' has %llu bytes; wanted %lld numbers of %d", tensor,
				    (unsigned long long)m->size, (long long)s->i, s->dtype->size);
			return NULL;
		}
		if (!k->storage[i]) {
			unsigned char *owned;
			k->storage[i] = member_open(&k->zip, m, &owned);
			if (owned)
				*table_push(k->r.arena, &k->owned) = owned;
		}
		return k->storage[i];
	}
	reader_fail(&k->r, "the storage '%s' of '%s' is missing", name_show(k->r.arena, s->s, s->n), tensor);
	return NULL;
}

/* Whether every number lies in the storage, and no more numbers than it has. */
static bool
strides_check(Pickle *k, const Value *t, Stored *s, const char *tensor, bool *plain)
{
	const Value *size = t->v.v[1], *stride = t->v.v[2];
	int64_t room = t->v.v[0]->i, last = t->i, run_length = 1;
	*plain = true;
	for (int i = 0; i < size->v.n; i++)
		s->dim[s->rank++] = size->v.v[i]->i;
	if (!stored_count(s))
		return reader_fail(&k->r, "tensor '%s' is too large", tensor);
	if (s->count == 0)
		return true;
	for (int i = s->rank - 1; i >= 0; i--) {
		int64_t n = s->dim[i] - 1, by = stride->v.v[i]->i;
		if (n > 0 && (last > room || by > (room - last) / n))
			return reader_fail(&k->r, "tensor '%s' reaches beyond its storage of %lld numbers", tensor,
					   (long long)room);
		last += n * by;
		*plain &= n == 0 || by == run_length;
		run_length *= s->dim[i];
	}
	if (last >= room)
		return reader_fail(&k->r, "tensor '%s' reaches beyond its storage of %lld numbers", tensor,
				   (long long)room);
	if (s->count > room)
		return reader_fail(&k->r, "tensor '%s' repeats its storage; save it with .contiguous()", tensor);
	return true;
}

/* Row-major from any strides. NULL if there is no memory. */
static unsigned char *
gather(const Value *t, const Stored *s)
{
	size_t size = (size_t)s->dtype->size;
	unsigned char *out = malloc((size_t)s->count * size + 1);
	int64_t at[TENSOR_RANK_MAX] = {0};
	for (int64_t i = 0; out && i < s->count; i++) {
		int64_t from = 0;
		for (int d = 0; d < s->rank; d++)
			from += at[d] * t->v.v[2]->v.v[d]->i;
		memcpy(out + (size_t)i * size, s->data + (size_t)from * size, size);
		for (int d = s->rank - 1; d >= 0 && ++at[d] == s->dim[d]; d--)
			at[d] = 0;
	}
	return out;
}

static void
tensor_read(Pickle *k, const char *name, const Value *t)
{
	const Value *storage = t->v.v[0];
	Stored s = {.name = intern(k->r.arena, name), .dtype = storage->dtype, .big = k->big};
	const char *shown = name_show(k->r.arena, name, strlen(name));
	bool plain;
	if (!name_check(&k->r, name, strlen(name)))
		return;
	const unsigned char *data = storage_open(k, storage, shown);
	if (!data || !strides_check(k, t, &s, shown, &plain))
		return;
	k->numbers += s.count;
	if (k->numbers > k->numbers_max) {
		reader_fail(&k->r, "its tensors share their storages too often");
		return;
	}
	s.data = s.count ? data + (size_t)t->i * (size_t)s.dtype->size : data;
	unsigned char *copy = plain ? NULL : gather(t, &s);
	if (!plain && !copy) {
		reader_fail(&k->r, "not enough memory for tensor '%s'", shown);
		return;
	}
	s.data = plain ? s.data : copy;
	reader_add(&k->r, &s);
	free(copy);
}

static void
visit(Pickle *k, const char *path, const Value *v, int depth)
{
	Arena *a = k->r.arena;
	if (!k->r.ok)
		return;
	if (v->tag == V_TENSOR)
		tensor_read(k, *path ? path : "tensor", v);
	if (v->tag != V_DICT && v->tag != V_LIST && v->tag != V_TUPLE)
		return;
	int step = v->tag == V_DICT ? 2 : 1;
	for (int i = 0; i < v->v.n && k->r.ok; i += step) {
		const Value *key = v->v.v[i], *item = v->v.v[i + step - 1];
		if (depth >= DEPTH_MAX || k->visits++ > VISITS_MAX) {
			reader_fail(&k->r, "its dictionaries are nested too deeply at '%s'",
				    name_show(a, path, strlen(path)));
			return;
		}
		if (item->tag < V_TUPLE || item->tag == V_GLOBAL || item->tag == V_STORAGE)
			continue;
		const char *dot = *path ? "." : "";
		if (step == 1)
			visit(k, arena_printf(a, "%s%s%d", path, dot, i), item, depth + 1);
		else if (key->tag == V_INT)
			visit(k, arena_printf(a, "%s%s%lld", path, dot, (long long)key->i), item, depth + 1);
		else if (key->tag == V_STRING && strlen(key->s) == key->n && key->n <= TENSOR_NAME_MAX)
			visit(k, arena_printf(a, "%s%s%s", path, dot, key->s), item, depth + 1);
		else
			reader_fail(&k->r, "a dictionary has a key that is no name, in '%s'",
				    name_show(a, path, strlen(path)));
	}
}

static int
tensor_name_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
duplicates_check(Pickle *k)
{
	int n = k->r.table.tensor.n;
	const char **name = arena_alloc(k->r.arena, ((size_t)n + 1) * sizeof *name);
	for (int i = 0; i < n; i++)
		name[i] = k->r.table.tensor.v[i].name;
	qsort(name, (size_t)n, sizeof *name, tensor_name_compare);
	for (int i = 1; i < n; i++)
		if (strcmp(name[i - 1], name[i]) == 0)
			reader_fail(&k->r, "has two tensors called '%s'", name[i]);
}

/* The member "NAME/what", or NULL. */
static const Member *
root_member(const Pickle *k, const char *what)
{
	for (int i = 0; i < k->zip.member.n; i++) {
		const Member *m = &k->zip.member.v[i];
		if (m->name_n == k->root_n + strlen(what) && member_ends(m, what) &&
		    memcmp(m->name, k->root, k->root_n) == 0)
			return m;
	}
	return NULL;
}

static const Member *
pickle_find(Pickle *k)
{
	static const char name[] = "data.pkl";
	const Member *found = NULL;
	for (int i = 0; i < k->zip.member.n; i++) {
		const Member *m = &k->zip.member.v[i];
		size_t root = m->name_n - (sizeof name - 1);
		if (!member_ends(m, name) || (root > 0 && m->name[root - 1] != '/'))
			continue;
		if (found) {
			reader_fail(&k->r, "has two members called 'data.pkl'");
			return NULL;
		}
		found = m;
		k->root = m->name;
		k->root_n = root;
	}
	if (!found)
		reader_fail(&k->r, "has no member 'data.pkl'");
	return found;
}

static void
pickle_read(Pickle *k, const Member *m)
{
	unsigned char *owned = NULL;
	const Member *order = root_member(k, "byteorder");
	const unsigned char *p = order && order->good ? member_open(&k->zip, order, &owned) : NULL;
	k->big = p && order->size >= 3 && memcmp(p, "big", 3) == 0;
	free(owned);
	p = member_open(&k->zip, m, &owned);
	if (!p)
		return;
	k->p = p;
	k->end = p + m->size;
	if (run(k)) {
		visit(k, "", k->result, 0);
		if (k->r.ok && k->r.table.tensor.n == 0)
			reader_fail(&k->r, "holds no tensors");
		duplicates_check(k);
	}
	free(owned);
}

bool
torch_parse(Diag *diag, const char *file, const unsigned char *data, size_t n, TensorTable *out)
{
	Pickle k = {.r = reader_begin(diag, file, out)};
	if (!zip_open(&k.zip, &k.r, data, n) || !zip_check(&k.zip))
		return false;
	k.numbers_max = 64;
	for (int i = 0; i < k.zip.member.n; i++)
		k.numbers_max += k.zip.member.v[i].good ? 2 * (int64_t)k.zip.member.v[i].size : 0;
	k.storage = arena_alloc(k.r.arena, ((size_t)k.zip.member.n + 1) * sizeof *k.storage);
	const Member *m = pickle_find(&k);
	if (m && m->good)
		pickle_read(&k, m);
	for (int i = 0; i < k.owned.n; i++)
		free(k.owned.v[i]);
	return reader_end(&k.r);
}
