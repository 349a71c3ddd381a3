/* bind.h: weights meet the graph: by name before the shapes are solved, by value after. */
#ifndef NETC_BIND_H
#define NETC_BIND_H
#include "ir.h"
#include "weights/weights.h"

/* Notes in every parameter and initial state what the table has under its name. */
void bind_names(Graph *g, const TensorTable *t);
typedef struct {
	bool seeded; /* parameters without weights are filled from the seed */
	uint64_t seed;
	bool need_values;   /* false: --weights-as=params or extern, or a kind that needs no numbers */
	const char *file;   /* of the weights, to name in messages, or NULL */
	const char *source; /* the net's file */
} BindOptions;
/* Gives every parameter and state its values, in float. One error lists all that is missing, extra, misshapen or not
 * finite, with both shapes. Shapes must be solved. */
void bind_values(Graph *g, const TensorTable *t, const BindOptions *o);
/* The same errors, for when the shapes could not be solved. */
void bind_explain(Graph *g, const TensorTable *t, const BindOptions *o);
#endif
