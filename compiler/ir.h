/* ir.h: the graph that every pass and back end works on.
 *
 * A Graph is a list of Nodes in which operands come before their users. The one edge that may point forward is
 * the operand of a DELAY, and unrolling removes those. Nodes live in an arena and never move; a Ref is an index
 * that cannot be mixed up with an int and prints as %12.
 *
 * Values are scalars (rank 0), vectors of features (rank 1) and matrices (rank 2). The batch is implicit: a node
 * that depends on an input or a state is batched and stands for `batch` values of its shape. */
#ifndef NETC_IR_H
#define NETC_IR_H
#include "diag.h"

typedef struct {
	int32_t i;
} Ref;
#define REF_NONE ((Ref){-1})
static inline bool
ref_ok(Ref r)
{
	return r.i >= 0;
}

typedef enum {
#define OP(id, ...) OP_##id,
#include "ops.def"
#undef OP
	OP_COUNT
} Op;

enum { RANK_UNKNOWN = -1 };

typedef struct {
	int8_t rank;    /* 0, 1, 2, or RANK_UNKNOWN before the shape pass */
	int32_t dim[2]; /* > 0: known; 0: unknown; < 0: unknown, and the same size wherever this number stands */
} Shape;

/* Which member of Attr a row of ops.def uses. */
typedef enum { ATTR_NONE, ATTR_NUMBER, ATTR_INDEX, ATTR_SLOT, ATTR_RANGE, ATTR_SUM } AttrTag;

/* What a sum is multiplied by for the operation that follows: 1; ½ for sigmoid2; -log2 e for logistic2; -2 log2 e for
 * tanh2. */
typedef enum { SCALE_ONE, SCALE_HALF, SCALE_LOGISTIC, SCALE_TANH } SumScale;

typedef union {
	double number; /* CONST */
	int32_t index; /* INPUT OUTPUT PARAM INIT UPDATE: which of the graph's */
	struct {
		int32_t state; /* DELAY STATE: which state … */
		int32_t depth; /* … and how many steps back, ≥ 1; in a DELAY ≤ -1 looks ahead */
	} slot;
	struct {
		int32_t first, last; /* SLICE: 1-based, both included; ≤ 0 counts from the end (0 is the last) */
	} range;
	struct {
		int32_t addends; /* AFFINE: operands before the products */
		bool packed;     /* its weights stand in execution order in a table of its group */
		bool split;      /* four partial sums take turns over its products, unless they are dot products */
		uint8_t scale;   /* a SumScale: its value is the sum times that, which is in its weights */
	} sum;
} Attr;

/* Where the plan pass put a value. */
typedef enum { PLACE_NONE, PLACE_SCRATCH, PLACE_OUTPUT, PLACE_STATE, PLACE_GRAD } PlaceKind;

typedef struct {
	uint8_t op; /* an Op */
	uint8_t place;
	bool batched;
	Shape shape;
	int32_t group; /* > 0: computed together with the other nodes of this number, which stand beside it; 0: alone */
	int32_t step; /* time step in 0 … steps-1; -1 before unrolling, and for values that do not change over time */
	int32_t again; /* the segment of the backward half that computes this value again, from 1; 0: computed once */
	int32_t nin;
	int32_t offset; /* PLACE_SCRATCH: in floats; PLACE_OUTPUT, PLACE_STATE: which of the graph's; PLACE_GRAD: of the
			   parameter whose gradient it is added to */
	Attr attr;
	Span at;          /* the equation */
	Span site;        /* where the user made or called the prelude layer that the equation is in; else nowhere */
	const char *name; /* what the user called it, or NULL */
	const char *path; /* layers and equation it came from, "model[3] = Recurrent › y", or NULL */
	Ref in[];
} Node;

typedef enum {
	INIT_DEFAULT, /* matrices Glorot-uniform, everything else zero */
	INIT_ZEROS,
	INIT_ONES,
	INIT_FILL, /* the number in `fill` */
	INIT_GLOROT_UNIFORM,
	INIT_GLOROT_NORMAL,
	INIT_UNIFORM, /* in [0, 1) */
	INIT_NORMAL,
} InitKind;

typedef struct {
	const char *name;  /* "1.Wxf" */
	const char *layer; /* path of layers, "model[1] = LSTM" */
	Shape shape;
	InitKind init;
	double fill;
	bool reversed; /* its layer runs backwards: inside an odd number of flips */
	bool optional; /* has a default: may be missing from the weight file */
	bool trainable;
	Span at;            /* where the field is declared */
	const float *value; /* row-major, NULL until weights are bound; borrowed from the arena */
	/* What the weight file has under this name; rank RANK_UNKNOWN if nothing. */
	const double *file_value;
	int file_rank;
	int64_t file_dim[2];
	bool misfit; /* the file's shape contradicts the equations */
} ParamInfo;

/* A value with a past: y in y{-1}. Slot k (k = 1 … depth) holds it k steps ago; all start from the initial value. */
typedef struct {
	const char *name; /* "1.y" */
	Shape shape;
	int32_t depth;      /* deepest delay; 0 if only looked ahead to */
	int32_t from_param; /* 1 + the parameter that is the initial value, 0 if none */
	ParamInfo init;     /* the initial value */
	Span at;
} StateInfo;

typedef struct {
	const char *name;
	Ref node; /* INPUT: before unrolling its node; OUTPUT: its node */
	Shape shape;
	bool last; /* of the last step of a window only: an OUTPUT, set by unroll, or a training target */
} PortInfo;

typedef enum { LOSS_NONE, LOSS_MSE, LOSS_MAE, LOSS_HUBER, LOSS_CROSSENTROPY, LOSS_BCE, LOSS_COUNT } LossKind;

/* What the grad pass makes of an unrolled graph. */
typedef struct {
	LossKind kind;
	bool index;        /* the target of a crossentropy is the number of its class, from 1 */
	bool last;         /* only the last step counts */
	bool mask;         /* one more input weighs the steps */
	bool train_state;  /* every window starts from the initial state, which is a parameter */
	double delta;      /* of huber */
	int32_t recompute; /* keep the values of a window in segments of so many steps; 0: keep all */
} LossInfo;

/* Where a layer's parameters and states stand in the graph: for the summary. */
typedef struct {
	const char *label;  /* "LSTM(10 => 15)" as written, or the type's name */
	const char *prefix; /* of its parameter names: "1", "" for the model itself */
	const char *key;    /* its name in a Chain or as a field, or NULL */
	int depth;          /* 0: the model itself */
	bool container;     /* a Chain and the like: has layers inside */
} LayerInfo;

typedef struct {
	Arena *arena; /* borrowed */
	Diag *diag;   /* borrowed */
	TABLE(Node *) node;
	TABLE(ParamInfo) param;
	TABLE(StateInfo) state;
	TABLE(PortInfo) input;
	TABLE(PortInfo) output;
	TABLE(LayerInfo) layer; /* in the order of the model */
	const char *file;       /* the net's, for messages */
	const char *unknown;    /* sizes that the shape pass could not solve, as text; NULL: all are known */
	const char *model;      /* what the model is called: "model", "LSTM" */
	int32_t batch;          /* ≥ 1 */
	bool small;             /* for a microcontroller */
	int32_t window;         /* steps that the unroll pass makes, ≥ 1 */
	int32_t steps;          /* 0: not unrolled */
	LossInfo loss;          /* for the grad pass */
	int32_t ndim;           /* shape variables in use: -1 … -ndim */
	int64_t scratch;        /* floats of the work buffer, set by plan */
	int64_t scratch_bound;  /* no order-preserving plan needs less */
} Graph;

Graph *graph_new(Arena *a, Diag *d);
/* A copy that shares only what no pass changes (names, weights). */
Graph *graph_copy(const Graph *g);
Node *graph_node(const Graph *g, Ref r);

/* Appends a node; its shape is unknown, its step and source those of `like` where given. */
Ref graph_add(Graph *g, Op op, int nin, const Ref *in);
Ref graph_add1(Graph *g, Op op, Ref a);
Ref graph_add2(Graph *g, Op op, Ref a, Ref b);
Ref graph_number(Graph *g, double value);
/* Where to tell the user about a node: in a file that the user has. */
Span node_place(const Node *n);
/* The number that an AFFINE's sum is multiplied by. */
double sum_scale(const Node *affine);
/* The vector and the matrix of the product whose operands are k and k + 1, whichever comes first. */
Ref sum_vector(const Graph *g, const Node *affine, int k);
Ref sum_matrix(const Graph *g, const Node *affine, int k);
/* Copies where a node came from: spans, name, path, step, and whether it is computed again. */
void graph_origin(Graph *g, Ref to, const Node *from);
/* The next free shape variable, as a negative dim. */
int32_t graph_fresh_dim(Graph *g);
bool graph_looks_ahead(const Graph *g);
extern const char *const loss_name[LOSS_COUNT];
/* The label of the layer that a parameter or state of that name stands in, or NULL. */
const char *graph_layer_label(const Graph *g, const char *name);

/* Every use of node i becomes a use of to[i]; chains are followed. The nodes stay. */
void graph_replace(Graph *g, const Ref *to);
/* After a pass has made the list again: old numbers in delays and ports become new ones, to[old]. */
void graph_renumber(Graph *g, const int32_t *to);
/* Keeps only the nodes marked in keep[], in order, and renumbers all references. */
void graph_compact(Graph *g, const bool *keep);

Shape shape_unknown(void);
Shape shape_scalar(void);
Shape shape_vector(int32_t n);
Shape shape_matrix(int32_t rows, int32_t columns);
int64_t shape_count(Shape s); /* elements, without the batch; all dims known */
bool shape_known(Shape s);
bool shape_equal(Shape a, Shape b);
/* "(10, 15)", "(15)", "()", "(_, 5)", "?" in the arena. */
const char *shape_text(Arena *a, Shape s);

/* Aborts with the pass's name and the node if an invariant does not hold: a bug of netc, never the user's fault. */
void graph_verify(const Graph *g, const char *pass);
/* The first invariant that does not hold, and the node it is about (-1: none); NULL if all do. */
const char *graph_flaw(const Graph *g, int *where);

/* The dump is a language: graph_read gives the graph that graph_print wrote. */
void graph_print(const Graph *g, Text *out);
/* false after an error through diag (the text is someone's .ir file). */
bool graph_read(Graph *g, const char *file, const char *text);
#endif
