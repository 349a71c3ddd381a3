/* c.h: what the files of the C back end share. */
#ifndef NETC_BACK_C_H
#define NETC_BACK_C_H
#include "back.h"
#include "../ops.h"

typedef struct {
	const char *name, *body; /* body: from the argument list on */
	uint64_t hash;           /* of the body */
} Kernel;

/* What a kernel's text depends on: the operator and every size, or a constant's bits. */
typedef struct {
	int64_t v[14];
} KernelKey;

typedef struct {
	KernelKey key;
	const char *name; /* NULL: an empty slot */
} KernelSlot;

/* A constant that is wanted in memory. */
typedef struct {
	double value;
	const char *name;
} Constant;

/* The C back end's own state. */
typedef struct {
	NameTable names;     /* file scope: weights, kernels, parts */
	const char **param;  /* per parameter: its table's name */
	const char **offset; /* per parameter: its enumerator, with --weights-as=params */
	const char **member; /* per state: its member of the struct */
	const char **init;   /* per state: the table of its initial value, or NULL: zeros */
	NameTable sizes;     /* the arguments in capitals */
	NameTable arguments; /* of the public functions */
	const char **input, **output;
	TABLE(Kernel) kernel;
	KernelSlot *slot; /* hash table over keys, so that a kernel's text is made once */
	size_t nslot, slots_used;
	TABLE(Constant) constant;
	Text functions; /* finished functions, in order */
	Text part;      /* lines of the part that is being filled */
	Text part_code; /* their arguments, without the comments */
	Text args;      /* of the line that is being made */
	int part_lines, parts;
	Text calls; /* of the parts of the current graph */
	bool uses_math;
	bool *state_used; /* per state: has slots in the struct */
	bool *init_read;  /* per state: its initial value is an operand */
} C;

/* c_kernels.c: the static function for one node, by its operator and sizes; the node's operands that are passed to it
 * (constants are part of the kernel). */
const char *c_kernel(Emit *e, const Graph *g, const Node *n);
bool c_kernel_takes(const Graph *g, const Node *n, int operand);
/* Copies rows × n floats; rows of the source are `from_stride` apart (0: the same row again), of the target
 * `to_stride`. */
const char *c_kernel_copy(Emit *e, int64_t rows, int64_t n, int64_t to_stride, int64_t from_stride);
/* Moves n floats up in memory, overlapping. */
const char *c_kernel_shift(Emit *e, int64_t n);
const char *c_kernel_zero(Emit *e, int64_t n);
/* The runtime's functions that the text names, with what they need, in the runtime's order. */
void c_runtime(Emit *e, const char *text, Text *out);

/* c_header.c */
void c_header(Emit *e);
/* "lstm_state *s, const float x[LSTM_IN], float y[LSTM_OUT]" */
const char *c_signature(Emit *e, const Graph *g);
const char *c_size_name(Emit *e, bool input, int port); /* LSTM_IN, LSTM_OUT_Y */
/* The dimensions of a state's member: "[2][15]". */
const char *c_state_dims(Emit *e, int state);
#endif
