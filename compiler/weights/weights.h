/* weights.h: a table of named tensors, read from and written to the files that people keep weights in.
 *
 * One reader per format; nothing here knows about nets. */
#ifndef NETC_WEIGHTS_H
#define NETC_WEIGHTS_H
#include "../diag.h"

enum { TENSOR_RANK_MAX = 8 };

typedef struct {
	const char *name;
	int rank;                     /* 0 … TENSOR_RANK_MAX */
	int64_t dim[TENSOR_RANK_MAX]; /* each ≥ 0 */
	int64_t count;                /* product of dim; 1 for rank 0 */
	const char *dtype;            /* as stored: "F32", "F64", "F16", "BF16", "I32" … */
	double *value;                /* row-major; exact for every dtype read (integers up to 53 bits) */
	const char *file;             /* borrowed: for messages */
} Tensor;

typedef struct {
	Arena *arena; /* borrowed */
	TABLE(Tensor) tensor;
} TensorTable;

/* Reads every tensor of a file into the table; a name that is there already is replaced (later wins across
 * files; twice within one file is an error). The format follows from the content: a zip → .npz or PyTorch's .pt,
 * "\x93NUMPY" → .npy (named by the file's stem), a length and JSON → .safetensors, JSON → .nam, protobuf with a graph →
 * .onnx. Returns false after giving one or more messages through diag.
 * *io is set if the file could not be read at all (exit status 3 rather than 1). */
bool weights_read(Diag *diag, const char *path, TensorTable *out, bool *io);

/* The readers, on bytes in memory (not NUL-terminated); for weights_read and for the fuzz targets. */
bool safetensors_parse(Diag *diag, const char *file, const unsigned char *data, size_t n, TensorTable *out);
bool npz_parse(Diag *diag, const char *file, const unsigned char *data, size_t n, TensorTable *out);
bool torch_parse(Diag *diag, const char *file, const unsigned char *data, size_t n, TensorTable *out);
bool onnx_parse(Diag *diag, const char *file, const unsigned char *data, size_t n, TensorTable *out);
bool nam_parse(Diag *diag, const char *file, const unsigned char *data, size_t n, TensorTable *out);
/* Whether the bytes are protobuf whose fields could be an ONNX model's. */
bool onnx_is(const unsigned char *data, size_t n);
bool npy_parse(Diag *diag, const char *file, const char *name, const unsigned char *data, size_t n, TensorTable *out);

/* The tensor of that name, or NULL. */
const Tensor *tensor_find(const TensorTable *t, const char *name);
Tensor *tensor_add(TensorTable *t, const char *name, int rank, const int64_t *dim);
/* "(10, 15)", "(15)", "()" in the arena. */
const char *tensor_shape_text(Arena *a, const Tensor *t);

/* A line for each tensor: name, dtype, shape, least, greatest, how many are not finite; then what the names look like.
 */
void weights_list(const TensorTable *t, Text *out);
/* Warns, once, if numbers of the table lose more than rounding when they become float32: they are too small for it. */
void weights_narrowing(Diag *diag, const char *file, const TensorTable *t);

/* An .npz of float64 ('<f8') arrays, stored (not deflated), same bytes on every machine, whole or not at all. */
bool npz_write(const TensorTable *t, const char *path);
#endif
