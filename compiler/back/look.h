/* look.h: what a picture shows of an operator: a class, which has a colour, and a sign.
 *
 * One table over the operators; an operator without a row in it gets a class by its nature and its own name as sign,
 * so that a new one is drawn before anyone thinks of pictures. */
#ifndef NETC_BACK_LOOK_H
#define NETC_BACK_LOOK_H
#include "../ir.h"

typedef enum {
	LOOK_INPUT,
	LOOK_OUTPUT,
	LOOK_STATE,
	LOOK_WEIGHT,
	LOOK_PRODUCT, /* matrix products: where the time goes */
	LOOK_SUM,     /* element-wise arithmetic */
	LOOK_CURVE,   /* activations */
	LOOK_REDUCE,  /* many numbers into fewer */
	LOOK_MOVE,    /* the same numbers elsewhere */
	LOOK_COUNT
} Look;

/* "product": in JSON and as class of the drawings. */
const char *look_name(Look look);
/* What it stands for, for a legend. */
const char *look_what(Look look);
Look op_look(Op op);
/* "×", "σ", "[2:4]" in the arena. */
const char *node_sign(Arena *a, const Node *n);
/* The sign with the names of the weights and numbers that the node takes: "× Wxf", "1 −". */
const char *node_label(Arena *a, const Graph *g, const Node *n);
/* What the user calls it: the port's name, or the node's, or "". */
const char *node_called(const Graph *g, const Node *n);
/* A parameter, a number, or what is computed from such only, once for all steps. */
bool node_is_once(const Graph *g, const Node *n);
#endif
