/* fuzz_torch.c: the .pt reader.
 *
 * Checksums protect a zip from most mutations, so an input that is no zip is read as the pickle of one, beside storages
 * "0" and "1" of 24 bytes each. */
#include "reader.h"
#include <string.h>
#include <zlib.h>

static void
put(Text *t, uint64_t v, int n)
{
	for (int i = 0; i < n; i++)
		text_put(t, (const char[]){(char)(i < 8 ? v >> (8 * i) & 0xff : 0)}, 1);
}

static void
member(Text *zip, Text *directory, const char *name, const void *data, size_t n)
{
	size_t at = zip->n;
	for (int central = 0; central < 2; central++) {
		Text *t = central ? directory : zip;
		put(t, central ? 0x02014b50 : 0x04034b50, 4);
		put(t, 10, central ? 4 : 2);
		put(t, 0, 8);
		put(t, crc32(0, data, (uInt)n), 4);
		put(t, n, 4);
		put(t, n, 4);
		put(t, strlen(name), 4);
		put(t, 0, central ? 10 : 0);
		put(t, at, central ? 4 : 0);
		text_put(t, name, strlen(name));
	}
	text_put(zip, data, n);
}

static Text
zip_around(const uint8_t *data, size_t n)
{
	static const char storage[24] = "\0\0\x80\x3f\0\0\0\x40";
	Text zip = {0}, directory = {0};
	member(&zip, &directory, "m/data.pkl", n ? (const char *)data : "", n);
	member(&zip, &directory, "m/data/0", storage, sizeof storage);
	member(&zip, &directory, "m/data/1", storage, sizeof storage);
	size_t at = zip.n;
	text_put(&zip, directory.v, directory.n);
	put(&zip, 0x06054b50, 4);
	put(&zip, 0, 4);
	put(&zip, 3, 2);
	put(&zip, 3, 2);
	put(&zip, directory.n, 4);
	put(&zip, at, 4);
	put(&zip, 0, 2);
	text_free(&directory);
	return zip;
}

static bool
read_input(Diag *diag, const uint8_t *data, size_t n, TensorTable *table)
{
	if (n >= 2 && memcmp(data, "PK", 2) == 0)
		return torch_parse(diag, "f", data, n, table);
	Text zip = zip_around(data, n);
	bool ok = torch_parse(diag, "f", (const unsigned char *)zip.v, zip.n, table);
	text_free(&zip);
	return ok;
}
