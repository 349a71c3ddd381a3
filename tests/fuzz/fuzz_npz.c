/* fuzz_npz.c: libFuzzer target for the .npz and .npy readers.
 *
 * A checksum protects a member from most mutations, so an input that begins as .npy does is read as one. */
#include "weights/weights.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	Arena *arena = arena_new();
	Diag *diag = diag_new(arena, NULL);
	TensorTable table = {.arena = arena};
	bool ok = n && data[0] == 0x93 ? npy_parse(diag, "f", "x", data, n, &table)
				       : npz_parse(diag, "f", data, n, &table);
	if (ok != (diag_errors(diag) == 0) || (!ok && table.tensor.n))
		abort();
	arena_free(arena);
	return 0;
}
