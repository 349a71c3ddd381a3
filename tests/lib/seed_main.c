/* seed_main.c: drives the C of a seed with one input x and one output y; see examples.sh.
 *
 * Reads raw floats, writes raw floats: step by step with -DSTEP, else window by window; with -DLAST a window has one
 * row of output. */
#include "t.h"
#include <stdio.h>
#include <stdlib.h>

enum {
	IN = T_IN * T_BATCH,
	OUT = T_OUT * T_BATCH,
#ifdef STEP
	TURN = 1,
#else
	TURN = T_STEPS,
#endif
#ifdef LAST
	ROWS = 1
#else
	ROWS = TURN
#endif
};

int
main(int argc, char **argv)
{
	static t_state state;
	static float x[TURN * IN], y[ROWS * OUT];
	FILE *from = argc == 3 ? fopen(argv[1], "rb") : NULL, *to = argc == 3 ? fopen(argv[2], "wb") : NULL;
	size_t n;
	if (!from || !to)
		return 2;
	t_reset(&state);
	while ((n = fread(x, sizeof *x, TURN * IN, from)) == TURN * IN) {
#ifdef STEP
		t_step(&state, (void *)x, (void *)y);
#else
		t_unrolled(&state, (void *)x, (void *)y);
#endif
		if (fwrite(y, sizeof *y, ROWS * OUT, to) != ROWS * OUT)
			return 1;
	}
	if (n)
		fprintf(stderr, "the steps are no multiple of %d\n", (int)TURN);
	return n || fclose(to) ? 1 : 0;
}
