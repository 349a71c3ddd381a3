/* peer_netc.c: the C that netc generated, as a candidate; with -DSTEP the window is made of steps.
 *
 * Compiled with -DSTEP or not, once for each workload; the generated net has the prefix 't'. */
#include "peer.h"
#include "t.h"

static t_state state;

bool
peer_open(const Workload *w, const char *dir)
{
	(void)dir;
	return w->steps == T_STEPS && w->batch == T_BATCH && w->layer[0].in == T_IN;
}

#ifdef STEP
void
peer_run(const float *x, float *y)
{
	t_reset(&state);
	for (int t = 0; t < T_STEPS; t++)
		t_step(&state, x + t * T_IN, y + t * T_OUT);
}
#else
void
peer_run(const float *x, float *y)
{
	t_reset(&state);
	t_unrolled(&state, (const void *)x, (void *)y);
}
#endif
