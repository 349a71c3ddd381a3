/* fuzz_onnx.c: libFuzzer target for the .onnx reader. */
#include "weights/weights.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	Arena *arena = arena_new();
	Diag *diag = diag_new(arena, NULL);
	TensorTable table = {.arena = arena};
	onnx_is(data, n);
	bool ok = onnx_parse(diag, "f", data, n, &table);
	if (ok != (diag_errors(diag) == 0) || (!ok && table.tensor.n))
		abort();
	arena_free(arena);
	return 0;
}
