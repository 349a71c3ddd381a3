/* reader.h: a libFuzzer target for a reader of weights.
 *
 * A reader takes a file and says nothing, or refuses it, says why and adds no tensor. The file that includes this says
 * in read_input how the input is read. */
#include "weights/weights.h"
#include <stdlib.h>

static bool read_input(Diag *diag, const uint8_t *data, size_t n, TensorTable *table);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	Arena *arena = arena_new();
	Diag *diag = diag_new(arena, NULL);
	TensorTable table = {.arena = arena};
	bool ok = read_input(diag, data, n, &table);
	if (ok != (diag_errors(diag) == 0) || (!ok && table.tensor.n))
		abort();
	arena_free(arena);
	return 0;
}
