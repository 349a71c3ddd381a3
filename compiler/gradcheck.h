/* gradcheck.h: the gradients of a graph against differences of its loss. */
#ifndef NETC_GRADCHECK_H
#define NETC_GRADCHECK_H
#include "ir.h"

/* What --check-grad allows. */
#define GRADCHECK_TOLERANCE 1e-6

typedef struct {
	double worst;    /* relative error, of the gradient's size in that parameter */
	int param;       /* where it is, or -1: nothing is trained */
	int64_t element; /* of that parameter */
	double gradient, difference;
	int64_t checked, total; /* numbers */
} GradCheck;

/* One window of the unrolled graph `train`, which has been through the grad pass, on random inputs, targets and states
 * that depend on the seed only; in double. At most `most` numbers are compared, some of every parameter. */
GradCheck gradcheck_graph(const Graph *train, uint64_t seed, int64_t most);
/* The same for a net with a loss that is not unrolled. Reports; false after an error through diag. */
bool gradcheck_run(const Graph *net, uint64_t seed, FILE *report);
#endif
