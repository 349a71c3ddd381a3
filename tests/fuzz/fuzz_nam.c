/* fuzz_nam.c: the .nam reader. */
#include "reader.h"

static bool
read_input(Diag *diag, const uint8_t *data, size_t n, TensorTable *table)
{
	return nam_parse(diag, "f", data, n, table);
}
