/* reverse.h: what the two files of the grad pass share; the rules see ops.h only. */
#ifndef NETC_REVERSE_H
#define NETC_REVERSE_H
#include "../ops.h"

/* One thing that was added to the gradient of a node. */
typedef enum { ADDS_VALUE, ADDS_OUTER, ADDS_ROW, ADDS_PART } AddKind;
typedef struct {
	AddKind kind;
	int32_t first; /* ADDS_PART: its first element, from 1 */
	Ref a, b;      /* the value, or the pair */
	int32_t next;  /* index, or -1 */
} Addend;

/* The gradient of a node so far: a list of addends. */
typedef struct {
	int32_t head, tail, n;
} Adjoint;

/* An output whose loss was computed in front of node `at`. */
typedef struct {
	int32_t at;
	Ref y;     /* what is compared with the target: the output, or the logits below it */
	Ref scale; /* the gradient's factor, REF_NONE for `factor` */
	Ref target;
	double factor;
} Head;

struct Reverse {
	Graph *g;
	int32_t n; /* nodes of the forward half */
	Adjoint *adjoint;
	bool *wanted;
	int32_t *segment; /* per forward node; counted from 1 */
	int32_t *copy;    /* per forward node: the one that stands for it in the backward half */
	TABLE(Addend) addend;
	TABLE(int32_t) pending; /* nodes outside time whose gradients are added up piece by piece */
	TABLE(Head) head;
	const Node *now; /* the node whose rule runs: the origin of new ones */
	int32_t *target; /* per output: its target's input */
	Ref *weight;     /* per step: the mask over its sum, or NULL */
	bool failed;
};

/* loss.c: adds the inputs for targets and mask; the loss of one OUTPUT node (its operand is already in the new graph);
 * the gradient that a head starts. */
void loss_begin(Reverse *v, const Node *const *old, int32_t n);
void loss_of(Reverse *v, const Node *output);
void loss_start(Reverse *v, const Head *h);
#endif
