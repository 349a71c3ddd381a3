/* main.c: the program around each candidate: candidate DIR MS, or candidate DIR -n N.
 *
 * DIR has the workload's line, weights.safetensors, x.raw and want.raw. The output is compared with want.raw before
 * anything is timed. Then "ready" is printed, and for each line on stdin a round of MS milliseconds is run and its time
 * per sequence printed, in ns. The time is the processor time of the whole process, so that other people's work on the
 * machine counts less and a second thread counts fully. With -n, N sequences are run, for an instruction counter. */
#include "peer.h"
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SLICES = 5 };

typedef struct {
	float *x, *y, *want;
	float *timed_y; /* y, or NULL where updates are timed */
	size_t outputs;
	double ms;
} Bench;

static bool
complain(const char *path)
{
	fprintf(stderr, "%s: %s\n", path, errno ? strerror(errno) : "too short");
	return false;
}

/* A whole file, with its size; 64-byte-aligned, so that no peer is slow for its input's address. */
static char *
file_read(const char *dir, const char *name, size_t *n)
{
	char path[512];
	snprintf(path, sizeof path, "%s/%s", dir, name);
	errno = 0;
	FILE *f = fopen(path, "rb");
	void *text = NULL;
	long size = f && !fseek(f, 0, SEEK_END) ? ftell(f) : -1;
	if (size >= 0 && !posix_memalign(&text, 64, (size_t)size + 64)) {
		rewind(f);
		memset(text, 0, (size_t)size + 64);
		*n = fread(text, 1, (size_t)size, f);
	}
	if (f)
		fclose(f);
	if (!text)
		complain(path);
	return text;
}

static float *
floats_read(const char *dir, const char *name, size_t count)
{
	size_t n = 0;
	float *v = (float *)(void *)file_read(dir, name, &n);
	if (v && n == count * sizeof *v)
		return v;
	fprintf(stderr, "%s/%s: %zu bytes, wanted %zu\n", dir, name, n, count * sizeof *v);
	return NULL;
}

/* The data of a .safetensors file stand behind its header, whose length is in the first eight bytes. */
static bool
workload_open(Workload *w, const char *dir)
{
	size_t n = 0, size = 0, head = 8;
	char *line = file_read(dir, "workload", &n);
	char *file = file_read(dir, "weights.safetensors", &size);
	if (!line || !workload_read(w, line) || !file || size < head)
		return false;
	for (unsigned i = 0; i < 8; i++)
		head += (size_t)(unsigned char)file[i] << (8 * i);
	size_t count = workload_place(w, NULL);
	float *data = malloc(count * sizeof *data);
	if (!data || size != head + count * sizeof *data) {
		fprintf(stderr, "%s: the weights have the wrong size\n", dir);
		return false;
	}
	memcpy(data, file + head, count * sizeof *data);
	workload_place(w, data);
	free(line);
	free(file);
	return true;
}

/* Twice, since the second run must not see the first one's state. */
static bool
output_is_right(const Bench *b)
{
	for (int time = 0; time < 2; time++) {
		memset(b->y, 0xff, b->outputs * sizeof *b->y);
		peer_run(b->x, b->y);
		for (size_t i = 0; i < b->outputs; i++)
			if (!(fabs((double)b->y[i] - (double)b->want[i]) <= 1e-5 * (1 + fabs((double)b->want[i])))) {
				fprintf(stderr, "wrong output: y[%zu] is %.9g, wanted %.9g\n", i, (double)b->y[i],
					(double)b->want[i]);
				return false;
			}
	}
	return true;
}

static double
now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Runs n sequences; their time in ns. */
static double
timed(const Bench *b, long n)
{
	double start = now();
	for (long i = 0; i < n; i++)
		peer_run(b->x, b->timed_y);
	return now() - start;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* The median of the slices of one round, after a warm-up that also tells how many sequences fit into a slice. */
static double
round_run(const Bench *b)
{
	double slice[SLICES], each = timed(b, 1), wanted = b->ms * 1e6 / SLICES;
	long n = (long)(wanted / 2 / each) + 1;
	each = timed(b, n) / (double)n;
	n = (long)(wanted / each) + 1;
	for (int i = 0; i < SLICES; i++)
		slice[i] = timed(b, n) / (double)n;
	qsort(slice, SLICES, sizeof *slice, compare);
	return slice[SLICES / 2];
}

int
main(int argc, char **argv)
{
	static Workload w;
	Bench b = {0};
	char line[64];
	if (argc < 3 || !workload_open(&w, argv[1]))
		return 2;
	b.outputs = workload_outputs(&w);
	b.x = floats_read(argv[1], "x.raw", workload_inputs(&w));
	b.want = floats_read(argv[1], "want.raw", b.outputs);
	if (!b.x || !b.want || posix_memalign((void **)&b.y, 64, b.outputs * sizeof *b.y))
		return 2;
	b.timed_y = w.train ? NULL : b.y;
	if (!peer_open(&w, argv[1]))
		return 77;
	if (argc == 4) {
		timed(&b, atol(argv[3]));
		return 0;
	}
	if (!output_is_right(&b))
		return 1;
	b.ms = atof(argv[2]);
	for (puts("ready"); !fflush(stdout) && fgets(line, sizeof line, stdin);)
		printf("%.1f\n", round_run(&b));
	return 0;
}
