/* peer_netc.c: the C that netc generated, as a candidate; with -DSTEP the window is made of steps, with -DTRAIN it is
 * trained.
 *
 * Compiled with one of them or none, once for each workload; the generated net has the prefix 't'. */
#include "peer.h"
#include "t.h"
#include <string.h>

static t_state state;

bool
peer_open(const Workload *w, const char *dir)
{
	(void)dir;
	return w->steps == T_STEPS && w->batch == T_BATCH && w->layer[0].in == T_IN;
}

#if defined TRAIN
static t_params p;
static t_tape tape;
static t_adamw_state adamw;
static float grad[T_NPARAM];

static float
update(const float *x)
{
	memset(grad, 0, sizeof grad);
	t_reset(&p, &state);
	float loss =
		t_loss_grad(&p, &state, (const void *)x, (const void *)(x + T_STEPS * T_BATCH * T_IN), &tape, grad);
	t_adamw(&p, grad, &adamw, (float)TRAIN_RATE, (float)TRAIN_DECAY);
	return loss;
}

void
peer_run(const float *x, float *y)
{
	if (y) {
		p = t_weights;
		adamw = (t_adamw_state){.eps = TRAIN_EPSILON};
		for (int k = 0; k < UPDATES; k++)
			y[k] = update(x);
		memcpy(y + UPDATES, p.v, sizeof p.v);
	} else
		update(x);
}
#elif defined STEP
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
