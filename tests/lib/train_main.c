/* train_main.c: drives the training half that netc generated for any net with one input and one output; see train.sh.
 *
 * Compiled with -DP=prefix -DPU=PREFIX; -DMASK, -DBYTES: the function takes these arguments; -DRESTARTS: each window
 * starts from the initial state.
 *   dims                                  prints IN OUT STEPS BATCH NPARAM and the bytes of the tape
 *   grad X TARGET MASK LOSS GRAD          loss of each window, and the gradient summed over them, from the given
 * weights OPTIMISER N X TARGET MASK LOSS PARAMS N steps of adamw, adam, sgd or momentum, each on all windows from the
 * start, clipped; the losses before each step, and the trained parameters Files are raw floats; MASK is - without a
 * mask. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PASTE_(a, b) a##b
#define PASTE(a, b) PASTE_(a, b)
#define F(name) PASTE(P, name)
#define D(name) ((size_t)PASTE(PU, name))
#include "t.h"

static F(_tape) tape;
static F(_state) state;
static F(_params) params;
static F(_adamw_state) adam;
static F(_momentum_state) momentum;
static float grad[PASTE(PU, _NPARAM)];

typedef struct {
	float *v;
	size_t n;
} Floats;

static Floats
floats_read(const char *path)
{
	FILE *f = fopen(path, "rb");
	Floats r = {NULL, 0};
	if (!f || fseek(f, 0, SEEK_END)) {
		perror(path);
		exit(1);
	}
	r.n = (size_t)ftell(f) / sizeof(float);
	r.v = (float *)calloc(r.n + 1, sizeof *r.v);
	rewind(f);
	if (!r.v || fread(r.v, sizeof *r.v, r.n, f) != r.n) {
		perror(path);
		exit(1);
	}
	fclose(f);
	return r;
}

static void
floats_write(const char *path, const float *v, size_t n)
{
	FILE *f = fopen(path, "wb");
	if (!f || fwrite(v, sizeof *v, n, f) != n || fclose(f) != 0) {
		perror(path);
		exit(1);
	}
}

/* Window k of the arrays; what lies in the tape must not matter. */
static float
window_loss(size_t k, size_t windows, const Floats *x, const Floats *target, const Floats *mask)
{
	memset(&tape, 0xff, sizeof tape);
	(void)mask;
	return F(_loss_grad)(&params, &state, (void *)(x->v + k * (x->n / windows)),
			     (void *)(target->v + k * (target->n / windows)),
#ifdef MASK
			     (void *)(mask->v + k * (mask->n / windows)),
#endif
			     &tape, grad
#ifdef BYTES
			     ,
			     sizeof tape
#endif
	);
}

/* The state moves on as in use. */
static int
same_state(const Floats *x, const F(_state) * before)
{
	F(_state) used = *before;
	float *y = (float *)calloc(D(_STEPS) * D(_BATCH) * D(_OUT), sizeof *y);
	const float *a = (const float *)&used, *b = (const float *)&state;
	int same = y != NULL && x->n > 0;
#ifdef BYTES
	static F(_scratch) work;
	F(_unrolled)(&params, &used, (void *)x->v, (void *)y, &work);
#else
	F(_unrolled)(&params, &used, (void *)x->v, (void *)y);
#endif
	for (size_t k = 0; k < sizeof state / sizeof *a; k++)
		same &= a[k] - b[k] < 1e-5f && b[k] - a[k] < 1e-5f;
	free(y);
	return same;
}

static void
take_step(const char *how)
{
	F(_clip)(grad, 0.5f);
	if (!strcmp(how, "adamw"))
		F(_adamw)(&params, grad, &adam, 0.01f, 0.1f);
	else if (!strcmp(how, "adam"))
		F(_adam)(&params, grad, &adam, 0.01f, 0.1f);
	else if (!strcmp(how, "momentum"))
		F(_momentum)(&params, grad, &momentum, 0.1f, 0.9f, 0.01f);
	else
		F(_sgd)(&params, grad, 0.1f);
}

int
main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "dims"))
		return printf("%d %d %d %d %d %zu\n", (int)D(_IN), (int)D(_OUT), (int)D(_STEPS), (int)D(_BATCH),
			      (int)D(_NPARAM), sizeof tape) < 0;
	int train = argc == 8;
	if (argc != 7 && !train)
		return 2;
	char **file = argv + 2 + train;
	Floats x = floats_read(file[0]), target = floats_read(file[1]), mask = {NULL, 0};
	if (strcmp(file[2], "-"))
		mask = floats_read(file[2]);
	size_t windows = x.n / (D(_STEPS) * D(_BATCH) * D(_IN)), steps = train ? strtoul(argv[2], NULL, 10) : 1;
	float *loss = (float *)calloc(steps * windows + 1, sizeof *loss);
	if (!loss)
		return 1;
	memcpy(&params, &F(_weights), sizeof params);
	for (size_t t = 0; t < steps; t++) {
		memset(grad, 0, sizeof grad);
		F(_reset)(&params, &state);
		for (size_t k = 0; k < windows; k++) {
			F(_state) before = state;
			loss[t * windows + k] = window_loss(k, windows, &x, &target, &mask);
#ifdef RESTARTS
			F(_reset)(&params, &before);
#endif
			Floats here = {x.v + k * (x.n / windows), x.n / windows};
			if (!train && !same_state(&here, &before))
				return 5;
		}
		if (train)
			take_step(argv[1]);
	}
	floats_write(file[3], loss, steps * windows);
	floats_write(file[4], train ? params.v : grad, D(_NPARAM));
	int fell = !train || loss[(steps - 1) * windows] < loss[0];
	free(loss);
	free(x.v);
	free(target.v);
	free(mask.v);
	return fell ? 0 : 4;
}
