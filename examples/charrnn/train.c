/* train.c: a window, its gradient, an update. */
#include "train.h"
#include <string.h>

static const float rate_first = 4e-3f, rate_last = 4e-4f, decay = 0.01f, norm = 1.0f;

void
train_start(Trainer *t)
{
	memset(t, 0, sizeof *t);
	t->params = charrnn_weights;
}

long
train_windows(const Text *text, int processes)
{
	size_t part = text->n / ((size_t)processes * CHARRNN_BATCH);
	return part > CHARRNN_STEPS ? (long)((part - 1) / CHARRNN_STEPS) : 0;
}

float
train_gradient(Trainer *t, const Text *text, int process, int processes, float grad[CHARRNN_NPARAM])
{
	static float x[CHARRNN_STEPS][CHARRNN_BATCH][CHARRNN_IN], target[CHARRNN_STEPS][CHARRNN_BATCH];
	static charrnn_tape tape;
	size_t part = text->n / ((size_t)processes * CHARRNN_BATCH);
	long window = t->update % train_windows(text, processes);

	if (window == 0)
		charrnn_reset(&t->params, &t->state);
	memset(x, 0, sizeof x);
	for (size_t row = 0; row < CHARRNN_BATCH; row++) {
		size_t from = ((size_t)process * CHARRNN_BATCH + row) * part + (size_t)window * CHARRNN_STEPS;
		const unsigned char *letter = text->letter + from;
		for (int k = 0; k < CHARRNN_STEPS; k++) {
			x[k][row][letter[k]] = 1.0f;
			target[k][row] = (float)(letter[k + 1] + 1); /* classes count from 1 */
		}
	}
	memset(grad, 0, CHARRNN_NPARAM * sizeof *grad);
	return charrnn_loss_grad(&t->params, &t->state, (const float(*)[CHARRNN_BATCH][CHARRNN_IN])x,
				 (const float(*)[CHARRNN_BATCH])target, &tape, grad);
}

void
train_update(Trainer *t, float grad[CHARRNN_NPARAM], long all)
{
	float done = (float)t->update / (float)all;

	charrnn_clip(grad, norm);
	charrnn_adamw(&t->params, grad, &t->adamw, rate_first + (rate_last - rate_first) * done, decay);
	t->update++;
}
