/* weights.c: the table of named tensors, and the choice of a reader by what a file holds.
 *
 * A file's name is not trusted: people rename .pt to .npz. What netc does not read is recognised by its first
 * bytes, so that the message can say what to do. */
#include "zip.h"
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES_MAX (UINT64_C(1) << 31)

const Tensor *
tensor_find(const TensorTable *t, const char *name)
{
	for (int i = 0; i < t->tensor.n; i++)
		if (!strcmp(t->tensor.v[i].name, name))
			return &t->tensor.v[i];
	return NULL;
}

static Tensor
tensor_make(Arena *a, const char *name, int rank, const int64_t *dim)
{
	Tensor t = {.name = intern(a, name), .rank = rank, .count = 1, .dtype = "F64"};
	assert(rank >= 0 && rank <= TENSOR_RANK_MAX);
	for (int i = 0; i < rank; i++) {
		assert(dim[i] >= 0 && (dim[i] == 0 || t.count <= INT64_MAX / 8 / dim[i]));
		t.dim[i] = dim[i];
		t.count *= dim[i];
	}
	t.value = arena_alloc(a, (size_t)(t.count ? t.count : 1) * sizeof *t.value);
	return t;
}

Tensor *
tensor_add(TensorTable *t, const char *name, int rank, const int64_t *dim)
{
	Tensor new = tensor_make(t->arena, name, rank, dim);
	Tensor *place = (Tensor *)tensor_find(t, name);
	if (!place)
		place = table_push(t->arena, &t->tensor);
	*place = new;
	return place;
}

static const char *
shape_text(Arena *a, int rank, const int64_t *dim)
{
	char *s = arena_strndup(a, "(", 1);
	for (int i = 0; i < rank; i++)
		s = arena_printf(a, "%s%s%lld", s, i ? ", " : "", (long long)dim[i]);
	return arena_printf(a, "%s)", s);
}

const char *
tensor_shape_text(Arena *a, const Tensor *t)
{
	return shape_text(a, t->rank, t->dim);
}

Reader
reader_begin(Diag *diag, const char *file, TensorTable *out)
{
	assert(out->arena);
	return (Reader){.diag = diag,
			.file = file,
			.arena = out->arena,
			.out = out,
			.table = {.arena = out->arena},
			.ok = true};
}

/* Row-major from any order: one run of the last dimension at a time. */
static int64_t
stored_decode(const Stored *s, double *out)
{
	int64_t size = s->dtype->size, at[TENSOR_RANK_MAX] = {0}, stride[TENSOR_RANK_MAX];
	if (!s->fortran || s->rank < 2 || s->count == 0)
		return dtype_decode(s->dtype, s->big, s->data, size, s->count, out);
	int last = s->rank - 1;
	stride[0] = size;
	for (int i = 1; i < s->rank; i++)
		stride[i] = stride[i - 1] * s->dim[i - 1];
	for (int64_t done = 0; done < s->count; done += s->dim[last]) {
		const unsigned char *p = s->data;
		for (int i = 0; i < last; i++)
			p += at[i] * stride[i];
		int64_t bad = dtype_decode(s->dtype, s->big, p, stride[last], s->dim[last], out + done);
		if (bad >= 0)
			return done + bad;
		for (int i = last - 1; i >= 0 && ++at[i] == s->dim[i]; i--)
			at[i] = 0;
	}
	return -1;
}

bool
reader_add(Reader *r, const Stored *s)
{
	if (s->count > ELEMENTS_MAX - r->elements || r->table.tensor.n >= TENSORS_MAX)
		return reader_fail(r, "too large at tensor '%s': more than %lld numbers, or %d tensors, in one file",
				   s->name, (long long)ELEMENTS_MAX, TENSORS_MAX);
	r->elements += s->count;
	Tensor *t = table_push(r->arena, &r->table.tensor);
	*t = tensor_make(r->arena, s->name, s->rank, s->dim);
	t->dtype = s->dtype->name;
	t->file = r->file;
	int64_t bad = stored_decode(s, t->value);
	if (bad < 0)
		return true;
	if (s->dtype->kind == KIND_BOOL)
		return reader_fail(r, "element %lld of tensor '%s' is neither 0 nor 1, but its dtype is BOOL",
				   (long long)bad, s->name);
	return reader_fail(r, "element %lld of tensor '%s' (%s) lies beyond 2^53, where whole numbers are not exact",
			   (long long)bad, s->name, s->dtype->name);
}

typedef struct {
	const char *name;
	int at;
} NamePlace;

static int
place_compare(const void *a, const void *b)
{
	return strcmp(((const NamePlace *)a)->name, ((const NamePlace *)b)->name);
}

bool
reader_end(Reader *r)
{
	if (!r->ok)
		return false;
	size_t old = (size_t)r->out->tensor.n;
	NamePlace *place = arena_alloc(r->arena, (old + 1) * sizeof *place);
	for (size_t i = 0; i < old; i++)
		place[i] = (NamePlace){r->out->tensor.v[i].name, (int)i};
	qsort(place, old, sizeof *place, place_compare);
	for (int i = 0; i < r->table.tensor.n; i++) {
		NamePlace key = {r->table.tensor.v[i].name, 0}, *found = NULL;
		if (old > 0)
			found = bsearch(&key, place, old, sizeof *place, place_compare);
		if (found)
			r->out->tensor.v[found->at] = r->table.tensor.v[i];
		else
			*table_push(r->arena, &r->out->tensor) = r->table.tensor.v[i];
	}
	return true;
}

/* Control characters, and the marks that turn or break a line on a terminal. */
static bool
is_control(int32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

const char *
name_show(Arena *a, const char *s, size_t n)
{
	const char *end = s + n;
	Text t = {0};
	while (s < end && t.n < 100) {
		int len = 1;
		int32_t c = utf8_decode(s, end, &len);
		if (c < 0) {
			text_add(&t, "\\x%02x", *(const unsigned char *)s);
			len = 1;
		} else if (is_control(c)) {
			text_add(&t, c < 0x80 ? "\\x%02x" : "\\u%04x", (unsigned)c);
		} else {
			text_put(&t, s, (size_t)len);
		}
		s += len;
	}
	if (s < end)
		text_add(&t, "…");
	const char *shown = arena_strndup(a, t.v ? t.v : "", t.n);
	text_free(&t);
	return shown;
}

bool
name_check(Reader *r, const char *s, size_t n)
{
	if (n == 0)
		return reader_fail(r, "a tensor has an empty name");
	if (n > TENSOR_NAME_MAX)
		return reader_fail(r, "the name of tensor '%s' is %zu bytes long; at most %d are allowed",
				   name_show(r->arena, s, n), n, TENSOR_NAME_MAX);
	for (const char *p = s, *end = s + n; p < end;) {
		int len = 1;
		int32_t c = utf8_decode(p, end, &len);
		if (c < 0)
			return reader_fail(r, "the name of tensor '%s' is not UTF-8", name_show(r->arena, s, n));
		if (is_control(c))
			return reader_fail(r, "the name of tensor '%s' holds a control character",
					   name_show(r->arena, s, n));
		p += len;
	}
	return true;
}

/* What people hand over instead: how such a file begins, what it is, and what to do. */
static const struct {
	const char *magic;
	size_t n, at;
	const char *hint;
} foreign[] = {
#define H(at, magic, hint)                        \
	{                                         \
		magic, sizeof magic - 1, at, hint \
	}
	H(0, "HDF5-based Julia", "a Julia .jld2 file: write the arrays with NPZ.npzwrite, see docs/weights.md"),
	H(0, "\x89HDF\r\n\x1a\n", "an HDF5 file: save with safetensors or np.savez, see docs/weights.md"),
	H(512, "\x89HDF\r\n\x1a\n", "an HDF5 file: save with safetensors or np.savez, see docs/weights.md"),
	H(0, "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19",
	  "a PyTorch .pt file of before 1.6: torch.load and torch.save it again"),
	H(0, "\x80\x02", "a Python pickle: save with safetensors or np.savez, see docs/weights.md"),
	H(0, "\x80\x03", "a Python pickle: save with safetensors or np.savez, see docs/weights.md"),
	H(0, "\x80\x04", "a Python pickle: save with safetensors or np.savez, see docs/weights.md"),
	H(0, "\x80\x05", "a Python pickle: save with safetensors or np.savez, see docs/weights.md"),
	H(0, "GGUF", "a GGUF file: save with safetensors, see docs/weights.md"),
	H(0, "\x1f\x8b", "a gzip file: unpack it first"),
	H(0, "version https://git-lfs", "a Git LFS pointer: fetch the file itself with 'git lfs pull'"),
	H(0, "\x08", "perhaps a damaged .onnx file"),
	H(0, "<", "a web page or XML: was the right file downloaded?"),
	H(0, "\xef\xbb\xbf", "a text file"),
#undef H
};

static const char *
foreign_hint(const unsigned char *data, size_t n)
{
	/* BSON has no magic; it begins with its own length. */
	if (n >= 5 && le32(data) == n && data[n - 1] == 0)
		return "a BSON file: write the arrays with NPZ.npzwrite, see docs/weights.md";
	for (int i = 0; i < COUNT(foreign); i++)
		if (n >= foreign[i].at + foreign[i].n && !memcmp(data + foreign[i].at, foreign[i].magic, foreign[i].n))
			return foreign[i].hint;
	for (size_t i = 0; i < n && i < 512; i++)
		if (data[i] < 0x20 && !strchr("\t\n\r\f", data[i]))
			return NULL;
	return "a text file";
}

/* Eight bytes of length, of which a header of less than 4 GiB leaves four zero, and JSON. */
static bool
is_safetensors(const unsigned char *data, size_t n)
{
	size_t i = 8;
	if (n <= 8 || le32(data + 4) != 0)
		return false;
	while (i < n && data[i] == ' ')
		i++;
	return i < n && data[i] == '{';
}

/* JSON, after white space. */
static bool
is_json(const unsigned char *data, size_t n)
{
	size_t i = 0;
	while (i < n && data[i] && strchr(" \t\r\n", data[i]))
		i++;
	return i < n && data[i] == '{';
}

/* A zip file of arrays, or PyTorch's. */
static bool
zip_parse(Diag *diag, const char *path, const unsigned char *data, size_t n, TensorTable *out)
{
	Reader r = reader_begin(diag, path, out);
	Zip z;
	if (!zip_open(&z, &r, data, n))
		return false;
	for (int i = 0; i < z.member.n; i++)
		if (member_ends(&z.member.v[i], "data.pkl"))
			return torch_parse(diag, path, data, n, out);
	return npz_parse(diag, path, data, n, out);
}

static bool
not_weights(Diag *diag, const char *path, const unsigned char *data, size_t n)
{
	const char *hint = foreign_hint(data, n);
	if (n == 0)
		diag_file_error(diag, path, "is empty; wanted a .safetensors, .npz, .npy, .pt, .onnx or .nam file");
	else if (hint)
		diag_file_error(diag, path, "is not a .safetensors, .npz, .npy, .pt, .onnx or .nam file (%s)", hint);
	else
		diag_file_error(diag, path, "is not a .safetensors, .npz, .npy, .pt, .onnx or .nam file");
	return false;
}

static bool
weights_parse(Diag *diag, const char *path, const unsigned char *data, size_t n, TensorTable *out)
{
	if (n >= 4 && (!memcmp(data, "PK\3\4", 4) || !memcmp(data, "PK\5\6", 4)))
		return zip_parse(diag, path, data, n, out);
	if (n >= 6 && !memcmp(data, "\x93NUMPY", 6)) {
		const char *base = path_base(path), *dot = strrchr(base, '.');
		size_t stem = dot && dot > base ? (size_t)(dot - base) : strlen(base);
		return npy_parse(diag, path, arena_strndup(out->arena, base, stem), data, n, out);
	}
	if (is_safetensors(data, n))
		return safetensors_parse(diag, path, data, n, out);
	if (is_json(data, n))
		return nam_parse(diag, path, data, n, out);
	if (onnx_is(data, n))
		return onnx_parse(diag, path, data, n, out);
	return not_weights(diag, path, data, n);
}

bool
weights_read(Diag *diag, const char *path, TensorTable *out, bool *io)
{
	char *data = NULL;
	size_t n = 0;
	if (!file_read(path, FILE_BYTES_MAX, &data, &n)) {
		*io = true;
		if (errno == EFBIG)
			diag_file_error(diag, path, "is larger than %llu MiB, the most that is read",
					(unsigned long long)(FILE_BYTES_MAX >> 20));
		else
			diag_file_error(diag, path, "cannot be read: %s",
					errno == EISDIR ? "is a folder" : strerror(errno));
		return false;
	}
	bool ok = weights_parse(diag, path, (const unsigned char *)data, n, out);
	free(data);
	return ok;
}
