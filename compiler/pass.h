/* pass.h: the pass table. A pass changes a graph in place; the driver checks what it needs, verifies the graph
 * after it, dumps and stops. */
#ifndef NETC_PASS_H
#define NETC_PASS_H
#include "ir.h"

enum { FACT_SHAPED = 1, FACT_UNROLLED = 2, FACT_PLANNED = 4 };

typedef struct {
	char letter;
	const char *name;
	void (*fn)(Graph *);
	unsigned needs, gives, breaks; /* facts */
	const char *what;
} Pass;

extern const Pass pass_table[];
extern const int pass_count;
/* The letters that a compile runs, in order. */
extern const char pass_front[]; /* once, on the net; the first is the shape pass */
extern const char pass_back[];  /* on the step and on the window: unroll is one of them */

typedef struct {
	const char *dump; /* letters to dump after, borrowed, or NULL */
	uint32_t without; /* passes to leave out: bit of each in pass_table */
	const char *stop; /* name of the pass to stop after, or NULL */
	FILE *out;        /* where dumps go */
	void (*watch)(void *watcher, const Graph *g, const Pass *p); /* told after each pass, or NULL */
	void *watcher;                                               /* borrowed */
	bool stopped;                                                /* set when stop was reached */
	unsigned facts;                                              /* of the graph, kept up to date */
} PassRun;

const Pass *pass_by_letter(char letter);
const Pass *pass_by_name(const char *name);
/* Whether each pass finds the facts it needs. */
bool pass_possible(const char *letters, unsigned facts);
/* Runs passes by their letters. Returns false when a pass gave an error to diag, or left g->unknown. */
bool pass_run(Graph *g, const char *letters, PassRun *run);

void pass_shape(Graph *g), pass_unroll(Graph *g), pass_fold(Graph *g), pass_cse(Graph *g), pass_dce(Graph *g),
	pass_merge(Graph *g), pass_hoist(Graph *g), pass_pack(Graph *g), pass_fuse(Graph *g), pass_plan(Graph *g),
	pass_grad(Graph *g);
#endif
