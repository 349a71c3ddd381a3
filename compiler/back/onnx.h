/* onnx.h: what the files of the ONNX back end share. */
#ifndef NETC_BACK_ONNX_H
#define NETC_BACK_ONNX_H
#include "back.h"
#include "protobuf.h"

/* Field numbers of onnx.proto. */
enum { GRAPH_NODE = 1, GRAPH_NAME = 2, GRAPH_INITIALIZER = 5, GRAPH_INPUT = 11, GRAPH_OUTPUT = 12, GRAPH_INFO = 13 };
enum { NODE_INPUT = 1, NODE_OUTPUT = 2, NODE_NAME = 3, NODE_OP = 4, NODE_ATTRIBUTE = 5, NODE_DOC = 6 };
enum { ONNX_FLOAT = 1, ONNX_INT64 = 7 };
enum { DIMS_MAX = 5 };

/* A shape as ONNX sees it, the batch and the steps with it. */
typedef struct {
	int rank;
	int64_t dim[DIMS_MAX];
} Dims;

/* The names of the constants that have been written: a hash table. */
typedef struct {
	const char **v;
	size_t n, cap;
} NumberSet;

typedef struct {
	Emit *e;
	const Graph *g;
	Text *out;       /* the GraphProto that is being filled */
	NameTable names; /* of values and nodes: all in one space */
	NumberSet numbers;
	const char **value; /* per node: the name of its value */
	const char **given; /* per node: the name that it must have, as a graph output, or NULL */
	const char **param; /* per parameter: its name, or NULL if the graph does not use it */
	const char **state; /* per state: the name of the graph's input */
	const char **final; /* per state: that of its output */
	const char **input, **output;
	const char ***steps; /* per output: what each step adds */
	int32_t *nsteps;
	bool stepped; /* one step: ports have no time axis */
	bool reported[OP_COUNT];
} Onnx;

/* onnx_ops.c: the ONNX nodes of one operator that has a name in the table; the last gives `result`. */
void onnx_operator(Onnx *o, const Node *n, const char *result);

/* onnx.c: for the operators' sake. */
Dims onnx_dims(const Onnx *o, const Node *n);
bool onnx_batched(const Onnx *o, const Node *n); /* has a batch axis in front */
/* A name for a helper's value: "model[1].forget{3}", what. */
const char *onnx_helper(Onnx *o, const Node *n, const char *what);
/* Inputs and attributes are added between begin and end. */
size_t onnx_begin(Onnx *o, const char *op, const char *result, const Node *from);
void onnx_input(Onnx *o, const char *name);
void onnx_int(Onnx *o, const char *attribute, int64_t v);
void onnx_ints(Onnx *o, const char *attribute, const int64_t *v, int n);
void onnx_end(Onnx *o, size_t mark);
/* A node of one or two inputs (b may be NULL) and no attributes; returns `result`. */
const char *onnx_node(Onnx *o, const char *op, const char *result, const Node *from, const char *a, const char *b);
/* The name of a constant: an int64 vector, an int64, a float. */
const char *onnx_numbers(Onnx *o, const int64_t *v, int n);
const char *onnx_index(Onnx *o, int64_t v);
const char *onnx_float(Onnx *o, double v);
#endif
