/* back.h: back ends are records of functions over a const Graph, and one shared walk. */
#ifndef NETC_BACK_H
#define NETC_BACK_H
#include "../ir.h"

#define NETC_VERSION "0.1.0"

typedef enum { WEIGHTS_CONST, WEIGHTS_PARAMS, WEIGHTS_EXTERN } WeightsAs;
typedef enum { SCRATCH_STACK, SCRATCH_STATIC, SCRATCH_CALLER } ScratchIn;
/* What the code is for: DEFAULT runs well everywhere, HOST and MCU give up the other side. */
typedef enum { TARGET_DEFAULT, TARGET_HOST, TARGET_MCU } Target;

/* An array of a --check file, for the self-test. */
typedef struct {
	const char *name;
	int64_t count;
	const double *value;
	bool initial; /* the initial value of a state */
} Vector;

/* What a back end is given, and where it writes. */
typedef struct {
	Arena *arena;
	Diag *diag;
	const Graph *net;      /* shapes solved, not unrolled */
	const Graph *step;     /* one step, planned; NULL if the net looks ahead */
	const Graph *window;   /* the unrolled window, planned; NULL with --unroll 0 */
	const Graph *train;    /* the window with its gradients, planned; NULL without --grad */
	const char *prefix;    /* of public names, a C identifier */
	const char *file_stem; /* of the output: "lstm" for lstm.c and lstm.h */
	const char *source;    /* "lstm.net", without folders */
	uint64_t hash;         /* of the source */
	WeightsAs weights_as;
	ScratchIn scratch_in;
	Target target;
	const char *section; /* --section: where weights go, or NULL */
	bool libm;           /* --math=libm */
	bool decay_matrices; /* --decay=matrices */
	bool has_values;     /* weights were given, so a params struct can be filled */
	const Vector *vector;
	int nvector;
	int64_t vector_steps;
	double tolerance;
	bool has_initial;
	bool one_stream; /* header and code go to one place */
	Text header;     /* FILE.h, for the C back end */
	Text text;       /* the output */
	void *own;       /* the back end's */
	struct SourceText {
		Span at;
		const char *text;
	} seen[256]; /* what node_source gave last, by hash of the span */
} Emit;

typedef struct {
	const char *name, *suffix, *what;
	const char *without; /* letters of passes that it has no use for, or NULL */
	bool needs_vectors;  /* wants --check V.npz */
	bool needs_plan;     /* wants the planned step or window, not only the net */
	bool needs_weights;  /* wants values, not only shapes */
	bool trains;         /* is also shown the training half */
	bool binary;         /* not for a terminal */
	/* Told of the graph after each pass, before the walk; of the window's graph when there are two. */
	void (*pass)(Emit *e, const Graph *g, const char *name, const char *what);
	void (*begin)(Emit *e);
	void (*graph_begin)(Emit *e, const Graph *g);
	void (*node)(Emit *e, const Graph *g, Ref r);
	void (*graph_end)(Emit *e, const Graph *g);
	void (*end)(Emit *e);
} Backend;

extern const Backend back_c, back_selftest, back_ir, back_summary, back_shapes, back_forecast, back_forecast_json,
	back_onnx, back_svg, back_html, back_dot, back_mermaid, back_json;

/* The back end of that --emit name, or NULL. */
const Backend *back_named(const char *name);
/* "c, summary, …" in the arena. */
const char *back_names(Arena *a);
/* begin; for the step and for the window graph_begin, every node, graph_end; end. */
void back_run(const Backend *b, Emit *e);

/* A C identifier made from a user's name: σ → sigma, state′ → state_prime, a.b → a_b. */
const char *c_identifier(Arena *a, const char *name);
/* The same for a name that stands alone: keywords, macros, names of ours and all that begin with nn_ get a '_'. */
const char *c_alone(Arena *a, const char *name);
const char *c_upper(Arena *a, const char *name);
/* The identifier, with _2, _3 … if the table has it already; adds it. */
typedef struct {
	const char *name; /* interned */
	int copies;       /* the last _N that was tried for it */
} UsedName;
typedef struct {
	UsedName *v; /* hash table over name */
	size_t n, cap;
} NameTable;
const char *c_unique(Arena *a, NameTable *t, const char *identifier);
/* A float literal that reads back to the same float: "0.5f", "(-1.0f)". */
const char *c_float(Arena *a, double v);
/* Text that can stand in a C comment. */
const char *c_comment(Arena *a, const char *s, int n);
/* The source line a node came from and its text, "prelude.net:66 x * Wxf", fit for a comment. */
const char *node_source(Emit *e, const Node *n);

/* A word in a column of a table, as wide as it looks. */
void text_padded(Text *t, const char *s, int width);

/* How many rows a value has: the batch, or 1 if it does not depend on an input. */
int64_t node_rows(const Graph *g, const Node *n);
/* Costs of one node, all batch rows: for the header, the forecast and the summary. */
int64_t node_macs(const Graph *g, const Node *n);  /* multiply-adds in matrix products */
int64_t node_flops(const Graph *g, const Node *n); /* other arithmetic, roughly */
int64_t graph_macs(const Graph *g);
/* Bytes of weights that the code of this graph refers to; of the state struct. */
int64_t graph_weight_bytes(const Graph *g);
int64_t graph_state_bytes(const Graph *g);
#endif
