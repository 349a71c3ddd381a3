/* eval.h: runs an unrolled graph in double: the oracle of every test. */
#ifndef NETC_EVAL_H
#define NETC_EVAL_H
#include "ir.h"

typedef struct {
	double **state;       /* per state: [depth][batch][count], newest first; owned by the arena */
	double **grad;        /* per parameter: what GRAD nodes add to; owned by the arena */
	double loss;          /* what LOSS nodes add to */
	const double **param; /* per parameter: its values in double; NULL: the graph's; borrowed */
} EvalState;

/* The initial state: the initial values of the graph, in every slot. */
EvalState *eval_state_new(const Graph *g);
/* Runs one window: in[i] is [steps][batch][count of input i], out[i] likewise for output i, or [batch][count] if
 * it is one of the last step only; the state moves on by the
 * window. Weights must be bound. Values are double, weights float. */
void eval_run(const Graph *g, EvalState *s, const double *const *in, double *const *out);
/* Element k of a state's initial value (unbatched), float as in the generated C. */
double eval_initial(const StateInfo *s, int64_t k);
#endif
