/* evalfile.h: the evaluator on files: --eval and --check. */
#ifndef NETC_EVALFILE_H
#define NETC_EVALFILE_H
#include "ir.h"
#include "weights/weights.h"

/* Runs a net (shapes solved, weights bound, not unrolled) over the inputs in `in` and adds the outputs, and the final
 * states under their names with a ', to `out`. A window of net->window steps where the number of steps is a multiple
 * of it, else step by step. false after an error. */
bool check_eval(const Graph *net, const char *file, const TensorTable *in, TensorTable *out);
/* Compares what check_eval computed with what the file holds: |a - b| ≤ tolerance · (1 + |b|). Prints one line per
 * array to `report`; false, after an error that names the first step that differs, if one does. */
bool check_compare(const Graph *net, const char *file, const TensorTable *stored, const TensorTable *computed,
		   double tolerance, FILE *report);
#endif
