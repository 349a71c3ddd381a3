/* fuzz_npz.c: the .npz and .npy readers.
 *
 * A checksum protects a member from most mutations, so an input that begins as .npy does is read as one. */
#include "reader.h"

static bool
read_input(Diag *diag, const uint8_t *data, size_t n, TensorTable *table)
{
	bool is_npy = n && data[0] == 0x93;
	return is_npy ? npy_parse(diag, "f", "x", data, n, table) : npz_parse(diag, "f", data, n, table);
}
