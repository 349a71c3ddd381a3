/* evalfile.h: the evaluator on files: --eval and --check. */
#ifndef NETC_EVALFILE_H
#define NETC_EVALFILE_H
#include "ir.h"
#include "weights/weights.h"

/* Runs a net (shapes solved, weights bound, not unrolled) over the inputs in `in` and adds the outputs, and the final
 * states under their names with a ', to `out`. A window of net->window steps where the number of steps is a multiple
 * of it, else step by step. false after an error. */
bool evalfile_run(const Graph *net, const char *file, const TensorTable *in, TensorTable *out);
/* Compares what evalfile_run computed with what the file holds: |a - b| ≤ tolerance · (1 + |b|). Prints one line per
 * array to `report`; false, after an error that names the first step that differs, if one does. */
bool evalfile_compare(const Graph *net, const char *file, const TensorTable *stored, const TensorTable *computed,
		      double tolerance, FILE *report);
/* Whether an array of that name is an input or an output, rather than an initial state. */
bool evalfile_is_port(const Graph *net, const char *name);
/* One array of the file, b, with what was computed, a; says how much they differ. */
bool evalfile_compare_array(const Graph *g, const char *file, const Tensor *a, const Tensor *b, double tolerance,
			    FILE *report);
#endif
