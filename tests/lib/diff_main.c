/* diff_main.c: drives the C that netc generated for any net with one input and one output; see diff.sh.
 *
 * Compiled with -DP=prefix -DPU=PREFIX, and -DWORK, -DPARAMS or -DAHEAD (no step function), as C or C++. "dims" prints
 * IN OUT STEPS BATCH; "step", "unrolled" and "mixed" (windows and single steps in turn) read a file of raw floats and
 * write the outputs to another. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PASTE_(a, b) a##b
#define PASTE(a, b) PASTE_(a, b)
#define HEADER_(p) #p ".h"
#define HEADER(p) HEADER_(p)
#define F(name) PASTE(P, name)
#define D(name) ((size_t)PASTE(PU, name))
#include "t.h"

#ifdef __cplusplus
/* Converts to whatever pointer the function wants, as void * does in C. */
struct Any {
	void *p;
	template <class T> operator T *() const
	{
		return (T *)p;
	}
};
static Any
any(float *p)
{
	Any a = {p};
	return a;
}
#else
#define any(p) ((void *)(p))
#endif

#ifdef PARAMS
#define STATE(s) &F(_weights), s
#else
#define STATE(s) s
#endif
#ifdef WORK
static F(_scratch) work;
#define UNROLLED(s, x, y) F(_unrolled)(STATE(s), any(x), any(y), &work)
#else
#define UNROLLED(s, x, y) F(_unrolled)(STATE(s), any(x), any(y))
#endif

static float *
floats_read(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	if (!f || fseek(f, 0, SEEK_END)) {
		perror(path);
		exit(1);
	}
	*n = (size_t)ftell(f) / sizeof(float);
	float *v = (float *)calloc(*n + 1, sizeof *v);
	rewind(f);
	if (!v || fread(v, sizeof *v, *n, f) != *n) {
		perror(path);
		exit(1);
	}
	fclose(f);
	return v;
}

/* The number of steps that this turn of the mode takes at once. */
static size_t
turn(const char *mode, size_t at, size_t left)
{
#ifdef AHEAD
	return D(_STEPS);
#endif
	if (left < D(_STEPS) || !strcmp(mode, "step"))
		return 1;
	return !strcmp(mode, "unrolled") || at == 1 ? D(_STEPS) : 1;
}

int
main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "dims"))
		return printf("%d %d %d %d\n", (int)D(_IN), (int)D(_OUT), (int)D(_STEPS), (int)D(_BATCH)) < 0;
	if (argc != 4)
		return 2;
	size_t n, in = D(_IN) * D(_BATCH), out = D(_OUT) * D(_BATCH);
	float *x = floats_read(argv[2], &n);
	size_t steps = n / in;
	float *y = (float *)calloc(steps * out + 1, sizeof *y);
	static F(_state) state;
	if (!y || n % in)
		return 1;
	memset(&state, 0xa5, sizeof state);
	F(_reset)(STATE(&state));
	for (size_t at = 0, many; at < steps; at += many) {
		many = turn(argv[1], at, steps - at);
		if (many == D(_STEPS) && strcmp(argv[1], "step")) {
			UNROLLED(&state, x + at * in, y + at * out);
			continue;
		}
#ifndef AHEAD
		F(_step)(STATE(&state), any(x + at * in), any(y + at * out));
#endif
	}
	FILE *f = fopen(argv[3], "wb");
	if (!f || fwrite(y, sizeof *y, steps * out, f) != steps * out || fclose(f))
		return 1;
	free(x);
	free(y);
	return 0;
}
