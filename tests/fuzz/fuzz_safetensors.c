/* fuzz_safetensors.c: the .safetensors reader. */
#include "reader.h"

static bool
read_input(Diag *diag, const uint8_t *data, size_t n, TensorTable *table)
{
	return safetensors_parse(diag, "f", data, n, table);
}
