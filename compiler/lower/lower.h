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
	const char *file; /* for messages that have no place in the source */
} LowerOptions;

/* Where a layer's parameters and states stand in the graph: for the summary. */
typedef struct {
	const char *label;   /* "LSTM(10 => 15)" as written, or the type's name */
	const char *prefix;  /* of its parameter names: "1", "" for the model itself */
	const char *key;     /* its name in a Chain or as a field, or NULL */
	int depth;           /* 0: the model itself */
	bool container;      /* a Chain and the like: has layers inside */
} LayerInfo;

typedef struct {
	Graph *graph;
	int32_t window; /* of a top-level unroll(m, n), or 0 */
	TABLE(LayerInfo) layer; /* in the order of the model */
} Lowered;

/* The graph of the model that the options choose. Errors go to diag; the graph is then incomplete. The prelude's
 * declarations are in scope below the user's. */
Lowered lower(Arena *a, Diag *d, const Ast *prelude, const Ast *user, const LowerOptions *o);
#endif
