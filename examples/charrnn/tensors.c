/* tensors.c: writing and reading .safetensors. */
#include "tensors.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_HEADER = 4096 };

size_t
tensor_count(const Tensor *t)
{
	return t->rows * (t->columns ? t->columns : 1);
}

/* The header of the n tensors, one after the other; its length, a multiple of eight. 0: it is too long. */
static size_t
header_make(char header[MAX_HEADER], const Tensor *t, int n)
{
	size_t at = (size_t)snprintf(header, MAX_HEADER, "{\"__metadata__\":{\"format\":\"pt\"}"), offset = 0;

	for (int k = 0; k < n && at + 256 < MAX_HEADER; k++) {
		size_t end = offset + tensor_count(&t[k]) * sizeof(float);
		at += (size_t)snprintf(header + at, MAX_HEADER - at, ",\"%.80s\":{\"dtype\":\"F32\",\"shape\":[%zu",
				       t[k].name, t[k].rows);
		if (t[k].columns)
			at += (size_t)snprintf(header + at, MAX_HEADER - at, ",%zu", t[k].columns);
		at += (size_t)snprintf(header + at, MAX_HEADER - at, "],\"data_offsets\":[%zu,%zu]}", offset, end);
		offset = end;
	}
	if (at + 256 >= MAX_HEADER)
		return 0;
	header[at++] = '}';
	while (at % 8)
		header[at++] = ' ';
	return at;
}

const char *
tensors_write(const char *path, const Tensor *t, int n)
{
	char header[MAX_HEADER], *other = malloc(strlen(path) + 5);
	uint64_t length = header_make(header, t, n);
	FILE *f = NULL;

	if (other && length) {
		sprintf(other, "%s.new", path);
		f = fopen(other, "wb");
	}
	if (!f) {
		free(other);
		return "cannot be written";
	}
	fwrite(&length, sizeof length, 1, f);
	fwrite(header, 1, length, f);
	for (int k = 0; k < n; k++)
		fwrite(t[k].v, sizeof(float), tensor_count(&t[k]), f);
	int failed = ferror(f);
	failed |= fclose(f) != 0;
	failed = failed || rename(other, path) != 0;
	free(other);
	return failed ? "cannot be written" : NULL;
}

typedef struct {
	char *header; /* a string on the heap */
	char *data;   /* on the heap */
	size_t data_n;
} File;

static void *
read_bytes(FILE *f, size_t n)
{
	char *bytes = malloc(n + 1);

	if (bytes && fread(bytes, 1, n, f) == n) {
		bytes[n] = 0;
		return bytes;
	}
	free(bytes);
	return NULL;
}

static const char *
file_read(const char *path, File *file)
{
	FILE *f = fopen(path, "rb");
	uint64_t length = 0;
	long size = -1;

	if (!f)
		return "cannot be opened";
	if (fseek(f, 0, SEEK_END) == 0)
		size = ftell(f);
	rewind(f);
	if (size >= 8 && fread(&length, sizeof length, 1, f) == 1 && length <= (uint64_t)size - 8) {
		file->header = read_bytes(f, (size_t)length);
		file->data_n = (size_t)size - 8 - (size_t)length;
		file->data = file->header ? read_bytes(f, file->data_n) : NULL;
	}
	fclose(f);
	return file->data && file->header[0] == '{' ? NULL : "is no safetensors file";
}

/* The numbers of a tensor; NULL if they are not there, or not float32, or not as many. */
static const char *
find(const File *file, const Tensor *t)
{
	char quoted[96];
	size_t from, to;

	snprintf(quoted, sizeof quoted, "\"%.80s\"", t->name);
	const char *at = strstr(file->header, quoted), *end = at ? strchr(at, '}') : NULL;
	const char *type = at ? strstr(at, "\"F32\"") : NULL, *offsets = at ? strstr(at, "\"data_offsets\"") : NULL;
	if (!end || !type || !offsets || type > end || offsets > end)
		return NULL;
	if (sscanf(offsets, "\"data_offsets\" : [ %zu , %zu", &from, &to) != 2 || from > to || to > file->data_n)
		return NULL;
	return to - from == tensor_count(t) * sizeof(float) ? file->data + from : NULL;
}

const char *
tensors_read(const char *path, const Tensor *t, int n)
{
	static char missing[160];
	File file = {NULL, NULL, 0};
	const char *wrong = file_read(path, &file);

	for (int k = 0; k < n && !wrong; k++) {
		const char *from = find(&file, &t[k]);
		if (from) {
			memcpy(t[k].v, from, tensor_count(&t[k]) * sizeof(float));
		} else {
			snprintf(missing, sizeof missing, "does not have '%.80s' as this net wants it", t[k].name);
			wrong = missing;
		}
	}
	free(file.header);
	free(file.data);
	return wrong;
}
