/* npz.c: reads NumPy's .npz, a zip file of .npy files. */
#include "zip.h"
#include <stdlib.h>
#include <string.h>

/* Zip files of other programs, recognised by a member. */
static bool
foreign_check(Zip *z)
{
	for (int i = 0; i < z->member.n; i++)
		if (member_ends(&z->member.v[i], "model.weights.h5"))
			return reader_fail(
				z->r,
				"is not a .safetensors, .npz, .npy, .pt, .onnx or .nam file (a Keras .keras file: save "
				"with np.savez, see docs/weights.md)");
	return true;
}

static bool
array_check(Zip *z, const Member *m)
{
	if (!name_check(z->r, m->name, m->name_n))
		return false;
	if (!member_ends(m, ".npy"))
		return reader_fail(z->r, "member '%s' is not an array: its name does not end in .npy", m->shown);
	return true;
}

static void
array_read(Zip *z, const Member *m)
{
	unsigned char *owned;
	const unsigned char *data = member_open(z, m, &owned);
	if (data)
		npy_read(z->r, intern_n(z->r->arena, m->name, m->name_n - strlen(".npy")), data, (size_t)m->size);
	free(owned);
}

bool
npz_parse(Diag *diag, const char *file, const unsigned char *data, size_t n, TensorTable *out)
{
	Reader r = reader_begin(diag, file, out);
	Zip z;
	if (!zip_open(&z, &r, data, n) || !foreign_check(&z))
		return false;
	for (int i = 0; i < z.member.n; i++)
		z.member.v[i].good = array_check(&z, &z.member.v[i]);
	if (zip_check(&z))
		for (int i = 0; i < z.member.n; i++)
			if (z.member.v[i].good)
				array_read(&z, &z.member.v[i]);
	return reader_end(&r);
}
