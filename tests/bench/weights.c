/* weights.c: writes the weights of a workload, the same on every machine: weights 'LINE' OUT.safetensors.
 *
 * Uniform in ±1/sqrt(n) with n the size of the state, or of the input of a dense layer: PyTorch's initial values.
 * The arrays have netc's names and shapes, in the order of workload.h. */
#include "workload.h"
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
	FILE *f;
	size_t bytes; /* of data up to here */
	char header[1 << 14];
	size_t length;
} Writer;

/* A number in [-1, 1) with 24 bits (a 64-bit linear congruential generator, top bits). */
static double
random_next(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (double)(*state >> 40) / (1 << 23) - 1;
}

/* rows 0: a vector. */
static void
array_declare(Writer *w, const char *name, int rows, int columns)
{
	char shape[32] = "";
	size_t end = w->bytes + sizeof(float) * (size_t)(rows ? rows : 1) * (size_t)columns;
	if (rows)
		snprintf(shape, sizeof shape, "%d,", rows);
	int n = snprintf(w->header + w->length, sizeof w->header - w->length,
			 "%s\"%s\":{\"dtype\":\"F32\",\"shape\":[%s%d],\"data_offsets\":[%zu,%zu]}",
			 w->length > 1 ? "," : "", name, shape, columns, w->bytes, end);
	w->length += (size_t)n;
	w->bytes = end;
}

static void
layer_declare(Writer *w, const Layer *l, int place)
{
	char name[32];
	for (int g = 0; g < l->gates; g++) {
		bool recurs = layer_is_recurrent(l);
		snprintf(name, sizeof name, "%d.W%s%s", place, recurs ? "x" : "", layer_gate(l, g));
		array_declare(w, name, l->in, l->out);
		snprintf(name, sizeof name, "%d.Wy%s", place, layer_gate(l, g));
		if (recurs)
			array_declare(w, name, l->out, l->out);
		snprintf(name, sizeof name, "%d.b%s", place, layer_gate(l, g));
		array_declare(w, name, 0, l->out);
	}
	snprintf(name, sizeof name, "%d.byh", place);
	if (l->kind == LAYER_GRU)
		array_declare(w, name, 0, l->out);
}

static size_t
layer_size(const Layer *l)
{
	size_t out = (size_t)l->out, rows = (size_t)l->in + 1 + (layer_is_recurrent(l) ? out : 0);
	return (size_t)l->gates * rows * out + (l->kind == LAYER_GRU ? out : 0);
}

static bool
layer_write(FILE *f, const Layer *l, uint64_t *state)
{
	double limit = 1 / sqrt(layer_is_recurrent(l) ? l->out : l->in);
	bool good = true;
	for (size_t i = 0, n = layer_size(l); i < n; i++) {
		float v = (float)(limit * random_next(state));
		good = good && fwrite(&v, sizeof v, 1, f) == 1;
	}
	return good;
}

/* The header's length is eight bytes, the least first. */
static bool
header_write(Writer *w)
{
	w->header[w->length++] = '}';
	while (w->length % 8)
		w->header[w->length++] = ' ';
	for (int i = 0; i < 8; i++)
		putc((int)(w->length >> (8 * i) & 0xff), w->f);
	return fwrite(w->header, 1, w->length, w->f) == w->length;
}

int
main(int argc, char **argv)
{
	Workload load;
	static Writer w = {.header = "{", .length = 1};
	if (argc != 3 || !workload_read(&load, argv[1]))
		return 2;
	w.f = fopen(argv[2], "wb");
	for (int k = 0; k < load.layers; k++)
		layer_declare(&w, &load.layer[k], k + 1);
	bool good = w.f && header_write(&w);
	uint64_t state = 5;
	for (int k = 0; good && k < load.layers; k++)
		good = layer_write(w.f, &load.layer[k], &state);
	if (!good || fclose(w.f)) {
		perror(argv[2]);
		return 1;
	}
	return 0;
}
