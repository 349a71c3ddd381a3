/* checkpoint.c: eight bytes of length, a header in JSON, numbers; for little-endian machines, as the format is. */
#include "checkpoint.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A matrix of PyTorch's, (blocks * out, in): each block is one of ours, (in, out), on its side. */
typedef struct {
	const char *name;
	int in, out, blocks; /* in is 0 for a vector */
	int at[4];           /* where our blocks begin; -1: zeros */
} Packed;

enum { N = CHARRNN_IN, H = sizeof((charrnn_state *)0)->lower_y[0] / sizeof(float), MAX_HEADER = 4096 };
#define GATES(layer, what)                                                                           \
	CHARRNN_P_##layer##_##what##I, CHARRNN_P_##layer##_##what##F, CHARRNN_P_##layer##_##what##C, \
		CHARRNN_P_##layer##_##what##O
static const Packed packed[] = {
	{"model.rnn.weight_ih_l0", N, H, 4, {GATES(LOWER, WX)}},
	{"model.rnn.weight_hh_l0", H, H, 4, {GATES(LOWER, WY)}},
	{"model.rnn.bias_ih_l0", 0, H, 4, {GATES(LOWER, B)}},
	{"model.rnn.bias_hh_l0", 0, H, 4, {-1}},
	{"model.rnn.weight_ih_l1", H, H, 4, {GATES(UPPER, WX)}},
	{"model.rnn.weight_hh_l1", H, H, 4, {GATES(UPPER, WY)}},
	{"model.rnn.bias_ih_l1", 0, H, 4, {GATES(UPPER, B)}},
	{"model.rnn.bias_hh_l1", 0, H, 4, {-1}},
	{"model.head.weight", H, N, 1, {CHARRNN_P_HEAD_W}},
	{"model.head.bias", 0, N, 1, {CHARRNN_P_HEAD_B}},
};
enum { PACKED = sizeof packed / sizeof *packed };

/* What is written as it lies in memory. */
typedef struct {
	const char *name;
	float *v; /* borrowed */
	size_t n;
} Flat;
enum { FLAT = 5 };

/* The counters as floats, exact below 2^24. */
typedef struct {
	float step, update;
} Counters;

static void
flat_list(Flat list[FLAT], Trainer *t, Counters *c)
{
	list[0] = (Flat){"adamw.m", t->adamw.m, CHARRNN_NPARAM};
	list[1] = (Flat){"adamw.v", t->adamw.v, CHARRNN_NPARAM};
	list[2] = (Flat){"adamw.step", &c->step, 1};
	list[3] = (Flat){"train.state", (float *)(void *)&t->state, sizeof t->state / sizeof(float)};
	list[4] = (Flat){"train.update", &c->update, 1};
}

static size_t
packed_count(const Packed *p)
{
	return (size_t)p->blocks * (size_t)p->out * (size_t)(p->in ? p->in : 1);
}

/* Which of our numbers is number i of PyTorch's; -1: none. */
static long
packed_place(const Packed *p, size_t i)
{
	size_t in = p->in ? (size_t)p->in : 1, out = (size_t)p->out;
	size_t row = i / in, column = i % in;

	return p->at[0] < 0 ? -1 : (long)((size_t)p->at[row / out] + column * out + row % out);
}

/* Adds one entry to the header; shape is its inside. */
static size_t
entry(char *header, size_t at, const char *name, const char *shape, size_t *offset, size_t n)
{
	int length = snprintf(header + at, MAX_HEADER - at,
			      ",\"%s\":{\"dtype\":\"F32\",\"shape\":[%s],\"data_offsets\":[%zu,%zu]}", name, shape,
			      *offset, *offset + n * sizeof(float));
	*offset += n * sizeof(float);
	return at + (size_t)length;
}

static size_t
header_make(char header[MAX_HEADER], const Flat *flat)
{
	size_t at = (size_t)snprintf(header, MAX_HEADER, "{\"__metadata__\":{\"format\":\"pt\"}"), offset = 0;
	char shape[48];

	for (const Packed *p = packed; p < packed + PACKED; p++) {
		snprintf(shape, sizeof shape, p->in ? "%d,%d" : "%d", p->blocks * p->out, p->in);
		at = entry(header, at, p->name, shape, &offset, packed_count(p));
	}
	for (int k = 0; k < FLAT; k++) {
		snprintf(shape, sizeof shape, "%zu", flat[k].n);
		at = entry(header, at, flat[k].name, shape, &offset, flat[k].n);
	}
	header[at++] = '}';
	while (at % 8)
		header[at++] = ' ';
	return at;
}

static void
numbers_write(FILE *f, const Trainer *t, const Flat *flat)
{
	for (const Packed *p = packed; p < packed + PACKED; p++) {
		for (size_t i = 0; i < packed_count(p); i++) {
			long place = packed_place(p, i);
			float v = place < 0 ? 0.0f : t->params.v[place];
			fwrite(&v, sizeof v, 1, f);
		}
	}
	for (int k = 0; k < FLAT; k++)
		fwrite(flat[k].v, sizeof(float), flat[k].n, f);
}

const char *
checkpoint_write(const char *path, const Trainer *t)
{
	char header[MAX_HEADER], *other = malloc(strlen(path) + 5);
	Counters counters = {(float)t->adamw.step, (float)t->update};
	Flat flat[FLAT];
	FILE *f = NULL;

	if (other) {
		sprintf(other, "%s.new", path);
		f = fopen(other, "wb");
	}
	if (!f) {
		free(other);
		return "cannot be written";
	}
	flat_list(flat, (Trainer *)t, &counters);
	uint64_t length = header_make(header, flat);
	fwrite(&length, sizeof length, 1, f);
	fwrite(header, 1, length, f);
	numbers_write(f, t, flat);
	int failed = ferror(f);
	failed |= fclose(f) != 0;
	failed = failed || rename(other, path) != 0;
	free(other);
	return failed ? "cannot be written" : NULL;
}

typedef struct {
	char *bytes; /* on the heap, a 0 after them */
	size_t n;
	const char *header; /* a string inside of bytes */
	const char *data;
	size_t data_n;
} File;

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
	file->bytes = size < 8 ? NULL : malloc((size_t)size + 1);
	file->n = file->bytes ? fread(file->bytes, 1, (size_t)size, f) : 0;
	fclose(f);
	if (!file->bytes || file->n != (size_t)size)
		return "cannot be read";
	memcpy(&length, file->bytes, sizeof length);
	if (length > file->n - 8)
		return "is no safetensors file";
	/* The header becomes a string: what it stood before moves on by one. */
	memmove(file->bytes + 8 + length + 1, file->bytes + 8 + length, file->n - 8 - length);
	file->bytes[8 + length] = 0;
	file->header = file->bytes + 8;
	file->data = file->header + length + 1;
	file->data_n = file->n - 8 - length;
	return NULL;
}

/* The n numbers of that name; NULL if they are not there, or not float32, or not n. */
static const char *
tensor(const File *file, const char *name, size_t n)
{
	char quoted[64];
	size_t from, to;

	snprintf(quoted, sizeof quoted, "\"%s\"", name);
	const char *at = strstr(file->header, quoted), *end = at ? strchr(at, '}') : NULL;
	const char *type = at ? strstr(at, "\"F32\"") : NULL, *offsets = at ? strstr(at, "\"data_offsets\"") : NULL;
	if (!end || !type || !offsets || type > end || offsets > end)
		return NULL;
	if (sscanf(offsets, "\"data_offsets\" : [ %zu , %zu", &from, &to) != 2 || from > to || to > file->data_n)
		return NULL;
	return to - from == n * sizeof(float) ? file->data + from : NULL;
}

/* A bias of PyTorch's is a sum of two, so what has no place of its own is zeros. */
static const char *
params_read(const File *file, charrnn_params *params)
{
	for (const Packed *p = packed; p < packed + PACKED; p++) {
		const char *from = tensor(file, p->name, packed_count(p));
		if (!from)
			return p->name;
		for (size_t i = 0; i < packed_count(p); i++) {
			long place = packed_place(p, i);
			float v;
			memcpy(&v, from + i * sizeof v, sizeof v);
			if (place >= 0)
				params->v[place] = v;
			else if (v != 0.0f)
				return p->name;
		}
	}
	return NULL;
}

const char *
checkpoint_read(const char *path, Trainer *t)
{
	static char missing[96];
	File file = {NULL, 0, NULL, NULL, 0};
	Counters counters = {0, 0};
	Flat flat[FLAT];
	const char *wrong = file_read(path, &file), *name;

	memset(t, 0, sizeof *t);
	flat_list(flat, t, &counters);
	name = wrong ? NULL : params_read(&file, &t->params);
	for (int k = 0; k < FLAT && !wrong && !name; k++) {
		const char *from = tensor(&file, flat[k].name, flat[k].n);
		if (from)
			memcpy(flat[k].v, from, flat[k].n * sizeof(float));
		else
			name = flat[k].name;
	}
	t->adamw.step = (uint32_t)counters.step;
	t->update = (long)counters.update;
	free(file.bytes);
	if (name) {
		snprintf(missing, sizeof missing, "does not have '%s' as this net wants it", name);
		wrong = missing;
	}
	return wrong;
}
