/* evaltrain.h: loss and gradients of arrays in a file, by the evaluator. */
#ifndef NETC_EVALTRAIN_H
#define NETC_EVALTRAIN_H
#include "ir.h"
#include "weights/weights.h"

/* Runs the windows of a net with a loss over inputs, targets (and mask) from a file, whose name is for messages. Adds
 * to out: "loss", one of each window; "grad", the sum over the windows in the order of the generated params;
 * "grad.NAME" the same for each parameter. false after an error. */
bool evaltrain_run(const Graph *net, const char *file, const TensorTable *in, TensorTable *out);
/* Compares what the file has of that, "loss" at least. */
bool evaltrain_compare(const Graph *net, const char *file, const TensorTable *stored, const TensorTable *computed,
		       double tolerance, FILE *report);
#endif
