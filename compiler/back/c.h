/* c.h: what the files of the C back end share. */
#ifndef NETC_BACK_C_H
#define NETC_BACK_C_H
#include "back.h"
#include "../ops.h"

/* Rounds from which a loop is worth unrolling by NN_TURNS; NN_LONG(n) says it in generated code. */
enum { LONG_LOOP = 32 };

typedef struct {
	const char *head, *name, *body; /* body: from the argument list on */
	uint64_t hash;                  /* of the body */
} Kernel;

/* A kernel by what its text depends on: operators and sizes, as bytes. */
typedef struct {
	const char *key; /* NULL: an empty slot */
	size_t nkey;
	const char *name;
} KernelSlot;

/* Weights in the order of use. */
typedef struct {
	const char *name, *contents, *shape; /* contents: for a comment */
	const char *key;
	size_t nkey;
	uint64_t hash;
	float *value;
	int64_t n;
} Packed;

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
	Text key; /* of the kernel that is looked for */
	TABLE(Constant) constant;
	TABLE(Packed) table;
	bool *param_read; /* per parameter: the code reads it where it stands */
	Text functions;   /* finished functions, in order */
	Text part;        /* lines of the part that is being filled */
	Text part_code;   /* their arguments, without the comments */
	Text args;        /* of the line that is being made */
	int part_lines, parts;
	Text calls; /* of the parts of the current graph */
	bool uses_math;
	bool *state_used;                     /* per state: has slots in the struct */
	bool *init_read;                      /* per state: its initial value is an operand */
	const char *tape, *grad, *tape_bytes; /* arguments of the training half */
} C;

/* What a line of code is made of: the arguments of a call, one after the other, then the call. */
void c_put_arg(Emit *e, const Graph *g, Ref r);
void c_put_table(Emit *e, const char *name);
void c_add_line(Emit *e, const Graph *g, const Node *n, const char *kernel);

/* What a kernel's key begins with, so that kinds of kernels differ. */
enum { KEY_NODE, KEY_COPY, KEY_SHIFT, KEY_ZERO, KEY_CELL, KEY_ROWS, KEY_ROWS_START };
/* Where the name of the kernel with that key stands, until the next call; NULL if it has not been made. */
const char **c_kernel_named(Emit *e, int kind, const void *key, size_t n);
/* Adds a kernel by its text from the argument list on, which is freed; if there is one of the same text, that one. */
const char *c_kernel_add(Emit *e, const char *stem, Text *body);
/* The same for a function that is no kernel: what stands before its name. */
const char *c_kernel_add_as(Emit *e, const char *head, const char *stem, Text *body);
/* An element-wise operation on operands that are C expressions. */
const char *c_element(Emit *e, const Node *n, const char *const *operand);

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
/* "for (b …; y += 5, a += 3) {" if the batch is more than one: what the caller must close. */
void c_batch_loop(Text *t, int64_t batch, const char *const *array, const int64_t *stride, int n);
const char *c_shape_suffix(Emit *e, Shape s);
/* The runtime's functions that the text names, with what they need, in the runtime's order. */
void c_runtime(Emit *e, const char *text, Text *out);

/* c.c: where a value is; one line of the graph, its arguments in c->args; makes room for one in the part. */
void c_place(Emit *e, const Graph *g, Ref r, int64_t skip, Text *out);
void c_line_room(Emit *e, const Graph *g);
/* The order in which parameters stand in the params: trained ones first. */
const int *c_param_order(Emit *e);

/* c_train.c: the training half. */
bool c_train_has(const Node *n); /* is it one of its own operators? */
void c_train_node(Emit *e, const Graph *g, Ref r);
const char *c_train_kernel(Emit *e, const Graph *g, const Node *n);
/* A port behind the net's own: a target, or the mask. */
bool c_train_port(const Emit *e, int port);
void c_train_place(Emit *e, const Graph *g, int port, int32_t step, Text *out);
void c_train_argument(Emit *e, const Graph *g, int port, Text *out);
void c_train_names(Emit *e);
/* The function of the walk that has ended: from its lines or the calls of its parts. */
void c_train_function(Emit *e, const Graph *g, const Text *body);
void c_train_optimisers(Emit *e, Text *out);
void c_train_header(Emit *e, Text *out);
const char *c_train_signature(Emit *e, const Graph *g);
int64_t c_train_count(const Emit *e); /* numbers that are trained */

/* c_header.c */
void c_header(Emit *e);
/* "lstm_state *s, const float x[LSTM_IN], float y[LSTM_OUT]" */
const char *c_signature(Emit *e, const Graph *g);
const char *c_size_name(Emit *e, bool input, int port); /* LSTM_IN, LSTM_OUT_Y */
/* The dimensions of a state's member: "[2][15]". */
const char *c_state_dims(Emit *e, int state);
#endif
