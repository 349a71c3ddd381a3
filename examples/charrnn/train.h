/* train.h: the training of the net: everything that a checkpoint keeps, and a step of it.
 *
 * The text is cut into as many parts as there are rows in the batch (of all processes), which are read side by side,
 * a window of CHARRNN_STEPS letters at a time. The state is carried from window to window; at the end of the parts it
 * starts anew. */
#ifndef TRAIN_H
#define TRAIN_H
#include "charrnn.h"
#include "text.h"

typedef struct {
	charrnn_params params;
	charrnn_adamw_state adamw;
	charrnn_state state; /* before the next window */
	long update;         /* how many were made */
} Trainer;

/* The weights as netc has seeded them. */
void train_start(Trainer *t);
/* Windows in the text, for the rows of so many processes; 0 if it is too short. */
long train_windows(const Text *text, int processes);
/* The loss of the next window, nats a letter; its gradient in grad. The state moves on. */
float train_gradient(Trainer *t, const Text *text, int process, int processes, float grad[CHARRNN_NPARAM]);
/* Update number t->update of all: the rate falls on a line. */
void train_update(Trainer *t, float grad[CHARRNN_NPARAM], long all);

#endif
