/* tensors.h: .safetensors files of float32 arrays: eight bytes of length, a header in JSON, the numbers.
 *
 * For little-endian machines, as the format is. */
#ifndef TENSORS_H
#define TENSORS_H
#include <stddef.h>

typedef struct {
	const char *name;     /* borrowed */
	size_t rows, columns; /* a vector has 0 columns */
	float *v;             /* borrowed */
} Tensor;

size_t tensor_count(const Tensor *t);
/* All n tensors, in a file that appears whole or not at all. NULL, or what is wrong. */
const char *tensors_write(const char *path, const Tensor *t, int n);
/* Fills the n tensors by their names; the file may have more, in any order. NULL, or what is wrong. */
const char *tensors_read(const char *path, const Tensor *t, int n);

#endif
