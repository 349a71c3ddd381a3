/* safetensors.c: reads the .safetensors format of Hugging Face.
 *
 * Eight bytes of header length, a JSON object {"name": {"dtype", "shape", "data_offsets": [begin, end]}, …}, and the
 * data, little-endian and row-major. The format forbids overlaps and holes, so the entries in the order of their
 * offsets must tile the data; that is checked before a single number is read. */
#include "bytes.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_BYTES_MAX (UINT64_C(100) << 20)

/* Values in the header: a tensor of two dimensions has eight. */
enum { HEADER_VALUES_MAX = 1 << 22 };

typedef struct {
	const char *shown; /* its name as messages show it */
	int64_t begin, end;
	bool placed; /* begin and end are good */
	bool good;
	Stored s;
} Entry;

typedef struct {
	Reader r;
	const unsigned char *data;
	int64_t n; /* bytes of data */
	TABLE(Entry) entry;
} File;

static const char *
json_kind(const json_t *v)
{
	switch (json_typeof(v)) {
	case JSON_OBJECT: return "an object";
	case JSON_ARRAY: return "a list";
	case JSON_STRING: return "a string";
	case JSON_INTEGER: return "an integer";
	case JSON_REAL: return "a number with a fraction";
	case JSON_TRUE:
	case JSON_FALSE: return "a truth value";
	case JSON_NULL: return "null";
	}
	return "something else";
}

static bool
dtype_read(File *f, Entry *e, const json_t *v)
{
	if (!json_is_string(v))
		return reader_fail(&f->r, "the dtype of tensor '%s' is %s; wanted a string such as \"F32\"", e->shown,
				   json_kind(v));
	const char *name = json_string_value(v);
	e->s.dtype = dtype_find(name);
	if (!e->s.dtype)
		return reader_fail(&f->r, "dtype '%s' of '%s' is not read; wanted F32, F64, F16 or BF16",
				   name_show(f->r.arena, name, strlen(name)), e->shown);
	return true;
}

static bool
shape_read(File *f, Entry *e, const json_t *v)
{
	if (!json_is_array(v))
		return reader_fail(&f->r, "the shape of tensor '%s' is %s; wanted a list", e->shown, json_kind(v));
	if (json_array_size(v) > TENSOR_RANK_MAX)
		return reader_fail(&f->r, "tensor '%s' has %zu dimensions; at most %d are read", e->shown,
				   json_array_size(v), TENSOR_RANK_MAX);
	e->s.rank = (int)json_array_size(v);
	for (int i = 0; i < e->s.rank; i++) {
		const json_t *dim = json_array_get(v, (size_t)i);
		if (!json_is_integer(dim))
			return reader_fail(&f->r, "dimension %d of tensor '%s' is %s; wanted a whole number", i + 1,
					   e->shown, json_kind(dim));
		e->s.dim[i] = json_integer_value(dim);
		if (e->s.dim[i] < 0)
			return reader_fail(&f->r, "dimension %d of tensor '%s' is %lld; wanted 0 or more", i + 1,
					   e->shown, (long long)e->s.dim[i]);
	}
	return true;
}

static bool
offsets_read(File *f, Entry *e, const json_t *v)
{
	const json_t *begin = json_array_get(v, 0), *end = json_array_get(v, 1);
	if (json_array_size(v) != 2 || !json_is_integer(begin) || !json_is_integer(end))
		return reader_fail(&f->r, "the data_offsets of tensor '%s' are not a list of two whole numbers",
				   e->shown);
	e->begin = json_integer_value(begin);
	e->end = json_integer_value(end);
	if (e->begin < 0 || e->end < e->begin)
		return reader_fail(&f->r, "tensor '%s' goes from byte %lld to byte %lld", e->shown, (long long)e->begin,
				   (long long)e->end);
	if (e->end > f->n)
		return reader_fail(&f->r, "tensor '%s' ends at byte %lld but the data are %lld bytes long", e->shown,
				   (long long)e->end, (long long)f->n);
	return e->placed = true;
}

/* Whether an entry has each of its keys once and no other. JSON_REJECT_DUPLICATES has seen to "once". */
static bool
keys_check(File *f, const Entry *e, json_t *object)
{
	static const char *const wanted[] = {"dtype", "shape", "data_offsets"};
	bool ok = true;
	const char *key;
	json_t *value;
	for (int i = 0; i < COUNT(wanted); i++)
		if (!json_object_get(object, wanted[i]))
			ok = reader_fail(&f->r, "tensor '%s' lacks the key '%s'", e->shown, wanted[i]);
	json_object_foreach(object, key, value)
	{
		if (strcmp(key, wanted[0]) && strcmp(key, wanted[1]) && strcmp(key, wanted[2]))
			ok = reader_fail(&f->r,
					 "tensor '%s' has the key '%s'; wanted 'dtype', 'shape' and 'data_offsets'",
					 e->shown, name_show(f->r.arena, key, strlen(key)));
	}
	return ok;
}

static const char *
shape_show(File *f, const Stored *s)
{
	Tensor t = {.rank = s->rank};
	memcpy(t.dim, s->dim, sizeof t.dim);
	return tensor_shape_text(f->r.arena, &t);
}

static bool
size_check(File *f, Entry *e)
{
	int64_t have = e->end - e->begin;
	if (!stored_count(&e->s))
		return reader_fail(&f->r, "the shape %s of tensor '%s' is too large", shape_show(f, &e->s), e->shown);
	if (e->s.count * e->s.dtype->size != have)
		return reader_fail(&f->r, "tensor '%s' (%s, shape %s) needs %lld bytes but has %lld", e->shown,
				   e->s.dtype->name, shape_show(f, &e->s), (long long)(e->s.count * e->s.dtype->size),
				   (long long)have);
	return true;
}

static void
entry_read(File *f, const char *name, json_t *object)
{
	Entry *e = table_push(f->r.arena, &f->entry);
	*e = (Entry){.shown = name_show(f->r.arena, name, strlen(name))};
	e->good = name_check(&f->r, name, strlen(name));
	if (!json_is_object(object)) {
		e->good = reader_fail(&f->r, "tensor '%s' is %s; wanted an object", e->shown, json_kind(object));
		return;
	}
	if (!keys_check(f, e, object))
		e->good = false;
	const json_t *dtype = json_object_get(object, "dtype"), *shape = json_object_get(object, "shape");
	const json_t *offsets = json_object_get(object, "data_offsets");
	bool typed = dtype && dtype_read(f, e, dtype), shaped = shape && shape_read(f, e, shape);
	if (offsets)
		offsets_read(f, e, offsets);
	if (!typed || !shaped || !e->placed || !size_check(f, e) || !e->good) {
		e->good = false;
		return;
	}
	e->s.name = intern(f->r.arena, name);
	e->s.data = f->data + e->begin;
}

static void
metadata_check(File *f, json_t *map)
{
	const char *key;
	json_t *value;
	if (!json_is_object(map)) {
		reader_fail(&f->r, "'__metadata__' is %s; wanted an object", json_kind(map));
		return;
	}
	json_object_foreach(map, key, value)
	{
		if (!json_is_string(value))
			reader_fail(&f->r, "'%s' in '__metadata__' is %s; wanted a string",
				    name_show(f->r.arena, key, strlen(key)), json_kind(value));
	}
}

static int
entry_compare(const void *a, const void *b)
{
	const Entry *x = a, *y = b;
	if (x->begin != y->begin)
		return x->begin < y->begin ? -1 : 1;
	if (x->end != y->end)
		return x->end < y->end ? -1 : 1;
	return strcmp(x->shown, y->shown);
}

/* Whether the entries, sorted, tile the data: no overlap, no hole. Says nothing if an entry has no good place. */
static bool
layout_check(File *f)
{
	int64_t at = 0;
	bool ok = true;
	for (int i = 0; i < f->entry.n; i++)
		if (!f->entry.v[i].placed)
			return false;
	if (f->entry.n > 0)
		qsort(f->entry.v, (size_t)f->entry.n, sizeof *f->entry.v, entry_compare);
	for (int i = 0; i < f->entry.n; i++) {
		const Entry *e = &f->entry.v[i];
		if (e->begin < at)
			ok = reader_fail(&f->r, "tensor '%s' begins at byte %lld, inside tensor '%s'", e->shown,
					 (long long)e->begin, f->entry.v[i - 1].shown);
		else if (e->begin > at)
			ok = reader_fail(&f->r,
					 "bytes %lld to %lld of the data, before tensor '%s', belong to no tensor",
					 (long long)at, (long long)e->begin, e->shown);
		at = e->end > at ? e->end : at;
	}
	if (at < f->n)
		ok = reader_fail(&f->r, "the tensors end at byte %lld but the data are %lld bytes long", (long long)at,
				 (long long)f->n);
	return ok;
}

/* How many values a JSON text holds, about, counted without building them: "{},{},…" takes a hundred times its
 * size once it is a tree. */
static size_t
values_count(const char *s, size_t n)
{
	size_t values = 0;
	bool quoted = false;
	for (size_t i = 0; i < n; i++) {
		if (quoted && s[i] == '\\')
			i++;
		else if (s[i] == '"')
			quoted = !quoted;
		else if (!quoted && (s[i] == ',' || s[i] == '{' || s[i] == '['))
			values++;
	}
	return values;
}

/* The header as JSON; sets the data after it. NULL after a message. */
static json_t *
header_read(File *f, const unsigned char *file, size_t n)
{
	json_error_t at;
	if (n < 8) {
		reader_fail(&f->r, "is truncated: %zu bytes, but a .safetensors file begins with 8 bytes of length", n);
		return NULL;
	}
	uint64_t len = le64(file);
	if (len > HEADER_BYTES_MAX) {
		reader_fail(&f->r, "its header should be %llu bytes long; a .safetensors file has at most %llu",
			    (unsigned long long)len, (unsigned long long)HEADER_BYTES_MAX);
		return NULL;
	}
	if (len > n - 8) {
		reader_fail(&f->r, "is truncated: its header should be %llu bytes long, but %zu are left",
			    (unsigned long long)len, n - 8);
		return NULL;
	}
	const char *text = (const char *)file + 8;
	size_t pad = 0;
	while (pad < len && text[pad] == ' ')
		pad++;
	if (pad == len || text[pad] != '{') {
		reader_fail(&f->r, "is no .safetensors file: its header does not begin with '{'");
		return NULL;
	}
	if (values_count(text, (size_t)len) > HEADER_VALUES_MAX) {
		reader_fail(&f->r, "its header holds more than %d values, the most that are read", HEADER_VALUES_MAX);
		return NULL;
	}
	json_t *root = json_loadb(text, (size_t)len, JSON_REJECT_DUPLICATES, &at);
	if (!root)
		reader_fail(&f->r, "the header is not good JSON: %s (line %d, column %d)",
			    name_show(f->r.arena, at.text, strlen(at.text)), at.line, at.column);
	f->data = file + 8 + len;
	f->n = (int64_t)(n - 8 - (size_t)len);
	return root;
}

bool
safetensors_parse(Diag *diag, const char *file, const unsigned char *data, size_t n, TensorTable *out)
{
	File f = {.r = reader_begin(diag, file, out)};
	const char *name;
	json_t *value;
	json_t *root = header_read(&f, data, n);
	if (!root)
		return false;
	json_object_foreach(root, name, value)
	{
		if (!strcmp(name, "__metadata__"))
			metadata_check(&f, value);
		else
			entry_read(&f, name, value);
	}
	json_decref(root);
	if (layout_check(&f))
		for (int i = 0; i < f.entry.n; i++)
			if (f.entry.v[i].good)
				reader_add(&f.r, &f.entry.v[i].s);
	return reader_end(&f.r);
}
