/* fuzz_onnx.c: the .onnx reader, and what tells such a file. */
#include "reader.h"

static bool
read_input(Diag *diag, const uint8_t *data, size_t n, TensorTable *table)
{
	onnx_is(data, n);
	return onnx_parse(diag, "f", data, n, table);
}
