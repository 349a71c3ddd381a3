/* cost.h: what a net costs on a machine, before it is compiled: counted work, and a table of prices. */
#ifndef NETC_BACK_COST_H
#define NETC_BACK_COST_H
#include "back.h"

/* Work that is counted, in instructions of a step. */
typedef enum {
	WORK_CALL,   /* lines of the step: a kernel is called */
	WORK_MAC,    /* multiply-adds of products */
	WORK_ROW,    /* rows of their matrices: the inner loop begins again */
	WORK_LANE,   /* elements of their results */
	WORK_SIMPLE, /* elements added, multiplied, compared, copied */
	WORK_DIVIDE, /* elements divided, square roots */
	WORK_CURVE,  /* elements through tanh, σ, exp, log */
	WORK_POWER,
	WORK_KINDS
} Work;

/* What code is made of, in bytes of flash. */
typedef enum {
	CODE_ALWAYS,
	CODE_CALL,     /* lines of the functions */
	CODE_KERNEL,   /* different kernels */
	CODE_OPERATOR, /* operators in them */
	CODE_LOOP,     /* loops over vectors in them */
	CODE_ROWS,     /* such loops for several rows of a batch */
	CODE_LONG,     /* such loops that are long: some targets unroll them */
	CODE_CURVE,    /* different functions among tanh, σ, exp, log */
	CODE_POWER,    /* pow is used */
	CODE_KINDS
} Code;

typedef struct {
	int64_t n[WORK_KINDS];
} WorkCount;
typedef struct {
	int64_t n[CODE_KINDS];
} CodeCount;

typedef struct {
	const char *name, *what;
	double insn[WORK_KINDS];
	double code[CODE_KINDS];
	int64_t frame; /* bytes of stack besides the work buffer */
} CostTarget;

/* cost.def: prices, fitted by tests/forecast/fit.py to what compilers made of the nets there. */
extern const CostTarget cost_target[];
extern const int cost_targets;

/* Adds the work of one node, all batch rows. */
void cost_work(const Graph *g, Ref r, WorkCount *w);
CodeCount cost_code(Arena *a, const Graph *g);
int64_t cost_insn(const CostTarget *t, const WorkCount *w);
int64_t cost_bytes(const CostTarget *t, const CodeCount *c);
#endif
