/* adamw.c: the weights after some updates, in double: adamw 'LINE' FIRST.safetensors OUT.safetensors OUT.raw
 * GRAD.raw...
 *
 * Each GRAD.raw is the gradient of an update, the first one first, in the order of the file. bench.sh lets netc's
 * evaluator compute them one after the other, so that what is trained is compared with neither netc's C nor a peer. */
#include "workload.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
	double p, m, v;
} Weight;

/* The update number k, from 1. */
static void
weight_update(Weight *w, double g, int k)
{
	w->m = 0.9 * w->m + 0.1 * g;
	w->v = 0.999 * w->v + 0.001 * g * g;
	w->p -= TRAIN_RATE * TRAIN_DECAY * w->p;
	w->p -= TRAIN_RATE * (w->m / (1 - pow(0.9, k))) / (sqrt(w->v / (1 - pow(0.999, k))) + TRAIN_EPSILON);
}

static bool
gradient_apply(const char *path, Weight *w, size_t n, int k)
{
	FILE *f = fopen(path, "rb");
	bool good = f != NULL;
	float g = 0;
	for (size_t i = 0; good && i < n; i++) {
		good = fread(&g, sizeof g, 1, f) == 1;
		weight_update(&w[i], (double)g, k);
	}
	if (f)
		fclose(f);
	return good;
}

/* The weights are at the end of a file whose header is copied. */
static bool
header_copy(FILE *in, FILE *out, size_t weights)
{
	long size = fseek(in, 0, SEEK_END) ? -1 : ftell(in), head = size - (long)(weights * sizeof(float));
	rewind(in);
	for (long i = 0; i < head; i++)
		putc(getc(in), out);
	return head > 0;
}

int
main(int argc, char **argv)
{
	Workload load;
	if (argc < 5 || !workload_read(&load, argv[1]))
		return 2;
	size_t n = workload_weights(&load);
	FILE *in = fopen(argv[2], "rb"), *out = fopen(argv[3], "wb"), *raw = fopen(argv[4], "wb");
	Weight *w = calloc(n, sizeof *w);
	bool good = in && out && raw && w && header_copy(in, out, n);
	float v = 0;
	for (size_t i = 0; good && i < n; i++) {
		good = fread(&v, sizeof v, 1, in) == 1;
		w[i].p = (double)v;
	}
	for (int k = 1; good && k < argc - 4; k++)
		good = gradient_apply(argv[4 + k], w, n, k);
	for (size_t i = 0; good && i < n; i++) {
		v = (float)w[i].p;
		good = fwrite(&v, sizeof v, 1, out) == 1 && fwrite(&v, sizeof v, 1, raw) == 1;
	}
	good = good && !fclose(in) && !fclose(out) && !fclose(raw);
	free(w);
	if (!good)
		perror("adamw");
	return !good;
}
