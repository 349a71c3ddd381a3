/* bytes.h: what the weight readers share: little-endian reads, element types, and the tensors of one file.
 *
 * A Reader collects the tensors of one file and moves them to the caller's table only if the whole file is
 * good, so a table never holds half a file. */
#ifndef NETC_WEIGHTS_BYTES_H
#define NETC_WEIGHTS_BYTES_H
#include "weights.h"

enum { TENSOR_NAME_MAX = 1024, TENSORS_MAX = 1 << 19 };
/* Numbers in one file; they take eight bytes each once they are read. */
#define ELEMENTS_MAX (INT64_C(1) << 28)

static inline uint16_t
le16(const unsigned char *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t
le32(const unsigned char *p)
{
	return le16(p) | (uint32_t)le16(p + 2) << 16;
}

static inline uint64_t
le64(const unsigned char *p)
{
	return le32(p) | (uint64_t)le32(p + 4) << 32;
}

typedef enum { KIND_FLOAT, KIND_BRAIN, KIND_INT, KIND_UINT, KIND_BOOL } Kind;

typedef struct {
	const char *name; /* as in Tensor.dtype */
	Kind kind;
	int size; /* bytes of one element */
	int64_t (*decode)(bool big, const unsigned char *p, int64_t step, int64_t n, double *out);
} Dtype;

/* By the name that safetensors gives it, and by what NumPy's '<f4' says; NULL if it is not one that is read. */
const Dtype *dtype_find(const char *name);
const Dtype *dtype_of(Kind kind, int size);
/* Widens n elements that are step bytes apart. Returns -1, or the first element that a double cannot hold. */
int64_t dtype_decode(const Dtype *d, bool big, const unsigned char *p, int64_t step, int64_t n, double *out);

/* An array as it lies in a file. The data are count * dtype->size bytes; the reader has checked that. */
typedef struct {
	const char *name;
	const Dtype *dtype;
	bool big;     /* big-endian */
	bool fortran; /* first dimension fastest */
	int rank;
	int64_t dim[TENSOR_RANK_MAX];
	int64_t count;
	const unsigned char *data; /* borrowed */
} Stored;

/* Sets s->count; false if the array would not fit any file (too many bytes, even where a dimension is 0). */
bool stored_count(Stored *s);

typedef struct {
	Diag *diag;
	const char *file;
	Arena *arena;
	TensorTable *out;
	TensorTable table; /* what this file has given so far */
	int64_t elements;
	bool ok;
} Reader;

Reader reader_begin(Diag *diag, const char *file, TensorTable *out);
/* Widens an array and adds it. */
bool reader_add(Reader *r, const Stored *s);
/* Moves the tensors to the caller's table if nothing was wrong; returns whether that is so. */
bool reader_end(Reader *r);
/* A message about the file; its value is false. */
#define reader_fail(r, ...) (diag_file_error((r)->diag, (r)->file, __VA_ARGS__), (r)->ok = false)

/* A name as messages show it: control characters and what is no UTF-8 escaped, long ones cut. */
const char *name_show(Arena *a, const char *s, size_t n);
/* Refuses names that are empty, too long, no UTF-8, or hold control characters. */
bool name_check(Reader *r, const char *s, size_t n);

/* One .npy file in memory. */
bool npy_read(Reader *r, const char *name, const unsigned char *data, size_t n);
#endif
