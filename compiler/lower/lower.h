/* lower.h: AST → Graph. The only place that sees both. */
#ifndef NETC_LOWER_H
#define NETC_LOWER_H
#include "../ast.h"
#include "../ir.h"

typedef struct {
	const char *name;
	int32_t size;
} DimOption;

typedef struct {
	const char *model; /* --model, or NULL */
	const DimOption *dim;
	int ndim;
	int32_t batch;
	uint32_t user_from; /* offset where the user's sources begin; the prelude is below */
	unsigned guess;     /* answers to UNSURE_… questions; 0: the usual ones */
	const char *file;   /* for messages that have no place in the source */
} LowerOptions;

/* What the names in the cell of a Recur do not tell; the driver tries which answers the shapes allow. */
enum {
	UNSURE_ARGUMENT = 1, /* is the second argument the state? */
	UNSURE_RESULT = 2,   /* is the state the result that the order of the arguments does not suggest? */
};

typedef struct {
	unsigned unsure; /* questions that came up */
	Span unsure_at;  /* the head of the cell */
	Graph *graph;
	int32_t window; /* of a top-level unroll(m, n), or 0 */
} Lowered;

/* The graph of the model that the options choose. Errors go to diag; the graph is then incomplete. The prelude's
 * declarations are in scope below the user's. */
Lowered lower(Arena *a, Diag *d, const Ast *prelude, const Ast *user, const LowerOptions *o);
#endif
