/* prop.h: what the parts of prop share; prop.c says what it is for. */
#ifndef NETC_PROP_H
#define NETC_PROP_H
#include "../../compiler/back/back.h"
#include "../../compiler/eval.h"
#include "../../compiler/ops.h"
#include "../../compiler/pass.h"
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	PORTS = 160,
	WINDOWS = 3,
	HOISTED = 8 /* percent of cases with vectors so long that their weights are worth hoisting */
};

typedef struct Formula Formula;

/* One equation of a random net: name = value. */
typedef struct {
	char name[16];
	int size;
	Formula *value;
	bool is_field;  /* may be delayed */
	bool sized;     /* its size is said */
	double initial; /* of every element, in every slot */
} Equation;

typedef struct {
	uint64_t seed, random;
	int size;
	bool verbose, tame; /* tame: only well-conditioned operators, so that float and double agree */
	Arena *arena;
	Diag *diag;
	Graph *g;
	Shape *expected; /* per node of g, or NULL */
	Text source;     /* the text of a net */
	TABLE(Equation) equation;
	TABLE(int) order; /* the equations as they are written */
	int in;           /* features of x, for equations */
	int dim[3];       /* the sizes that shapes are made of */
	uint32_t without; /* passes that the pipeline leaves out: bits as in PassRun */
	bool params;      /* --weights-as=params, for the C */
	char why[1000];
} Case;
/* What a graph computed over some windows: outputs are [step][batch][count] over all windows. */
typedef struct {
	double *out[PORTS];
	bool last[PORTS]; /* only the last step of each window counts */
	double **state;   /* per state [slot][batch][count] */
	bool cycle;       /* a value needs its own future */
} Result;

typedef struct {
	double *in[PORTS];
	int windows;
} Inputs;

typedef struct {
	Graph *g; /* shaped, with values */
	Inputs x;
	Result live, all; /* oracle: of the live nodes, of all nodes */
	Result noisy;     /* the same with noise in every value */
} Wanted;

/* prop.c: random numbers, and what went wrong. */
int below(Case *c, int n); /* 0 … n - 1 */
int between(Case *c, int lo, int hi);
bool chance(Case *c, int percent);
double signed_unit(Case *c); /* in [-1, 1), exact in float */
/* Notes why the case failed, and is false. */
bool fail(Case *c, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* graphs.c: random graphs, c->g and the shapes that its nodes should have; and one with every operator. */
void make_graph(Case *c);
void make_operators(Case *c);
/* Unsays some shapes; whether the rest is enough is for the solver to find out. true if any. */
bool hide_shapes(Case *c);
/* Do all shapes follow from those of the operands, and are they the expected ones? */
bool check_shapes(Case *c, const Graph *g, bool all_said);
/* Random weights and initial values. */
void fill_param(Case *c, ParamInfo *p);
void fill_values(Case *c, Graph *g);

/* oracle.c: two ways to compute a graph, and how their results compare. */
int64_t port_row(const Graph *g, const PortInfo *p); /* elements of one step, batch included */
Inputs random_inputs(Case *c, const Graph *g);
/* The interpreter that unrolling is compared with. noisy: every value is a little off, as floats are; what comes out
 * shows how well-conditioned the graph is. */
Result run_oracle(Case *c, const Graph *g, const Inputs *x, bool noisy);
/* The evaluator of netc over the same inputs, by windows of g->steps. */
Result run_eval(Case *c, const Graph *g, const Inputs *x, int64_t steps);
bool compare_row(Case *c, const char *what, const char *name, int64_t at, const double *a, const double *b,
		 const double *noisy, int64_t n, double tolerance);
/* g: the graph that `found` is of; steps of one window in `window`; noisy: how far a little noise carries, or NULL. */
bool compare(Case *c, const char *what, const Graph *g, const Result *found, const Result *wanted, const Result *noisy,
	     int window, double tolerance);

/* passes.c: what must hold at every stage. */
/* The graph, printed and read; NULL after a failure. */
Graph *read_back(Case *c, const Graph *g, const char *stage);
/* Every pass keeps the meaning of g (shapes solved, values bound), and the plan is sound. */
bool check_meaning(Case *c, Graph *g, bool compile, Wanted *w);

/* gradients.c: what the grad pass makes of the graph; of a tame one. */
bool check_gradients(Case *c, const Wanted *w, bool compile);

/* emitted.c: the generated C, built and run by the system's compiler ($CC, or cc) in the current folder. */
bool check_c(Case *c, const Wanted *w, const Graph *step, const Graph *window);

/* equations.c: a net of random equations in c->source, and what they mean. */
void make_equations(Case *c);
bool all_sized(const Case *c); /* no size is left to the solver */
bool check_equations(Case *c, const Wanted *w);
#endif
