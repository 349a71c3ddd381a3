/* layout_parts.h: what the parts of the layout module share: the table, the layers found in a file, and the layers that
 * the model wants.
 *
 * A Source is a layer in the file: the tensors with one path that together are what a framework stores for some kind of
 * layer. A Want is a layer of the model: parameters with one path whose fields are those of some kind. layout_match
 * pairs them. */
#ifndef NETC_WEIGHTS_LAYOUT_PARTS_H
#define NETC_WEIGHTS_LAYOUT_PARTS_H
#include "layout.h"

typedef enum {
#define LAYER(id, types, fields) LAYER_##id,
#include "layout_layers.def"
#undef LAYER
	LAYER_COUNT
} Layer;

typedef enum {
#define FRAMEWORK(id, name, shown) FRAMEWORK_##id,
#include "layout_frameworks.def"
#undef FRAMEWORK
	FRAMEWORK_COUNT
} Framework;

typedef enum { AXIS_OUT_IN, AXIS_IN_OUT, AXIS_VECTOR, AXIS_DIR_OUT_IN, AXIS_DIR_VECTOR } Axis;
typedef enum { NEED_ALWAYS, NEED_BIAS, NEED_MAY } Need;

typedef struct {
	const char *types;  /* "LSTM|LSTMCell" */
	const char *fields; /* "Wxf:ih … bf:h?" */
} LayerRow;

typedef struct {
	const char *name;  /* as in --layout */
	const char *shown; /* as in messages */
} FrameworkRow;

typedef struct {
	Framework framework;
	Layer layer;
	int form;
	const char *names;
	Axis axis;
	const char *blocks;
	Need need;
} LayoutRow;

extern const LayerRow layer_table[LAYER_COUNT];
extern const FrameworkRow framework_table[FRAMEWORK_COUNT];
extern const LayoutRow layout_table[];
extern const int layout_table_count;

/* A word of a list as in layout.def: words begin and end at a separator. */
typedef struct {
	const char *s;
	int n;
} Word;

/* The next word of *list, which moves on; false at its end. */
bool word_next(const char **list, char separator, Word *out);
bool word_is(Word w, const char *s);
int word_count(const char *list, char separator);

/* One field of a kind of layer, "bf:h?". */
typedef struct {
	Word name;
	Word size; /* "ih": a letter for each dimension */
	bool optional;
} LayerField;
bool layer_field_next(const char **fields, LayerField *out);
/* false if the kind has no such field. */
bool layer_field_find(Layer layer, Word name, LayerField *out);

enum { PARTS_MAX = 16, SIZE_LETTERS = 26, SHOWN_LINES = 20 };

/* A tensor, or one direction of it. */
typedef struct {
	const Tensor *tensor;
	const double *value;
	int rank;
	int64_t dim[TENSOR_RANK_MAX];
	int slot; /* 1: the second direction of tensor */
} View;

typedef struct {
	const LayoutRow *row;
	View view;
} Part;

/* One way to read a Source: as a kind of layer. */
typedef struct {
	Layer layer;
	int form, n;
	Part part[PARTS_MAX];
	int64_t size[SIZE_LETTERS]; /* by letter; 0: none has it */
} Fit;

typedef struct {
	const char *path;  /* the names of its tensors without their ends, '.' between components */
	const char *stem;  /* path without what only numbers it: "lstm" of "lstm_1" */
	int index;         /* layer of a stack, from 0 */
	bool reverse;      /* runs backwards */
	const char *shown; /* "'rnn.weight_ih_l0' and 3 more" */
	TABLE(Fit) fit;    /* each of the same tensors */
} Source;

typedef TABLE(Source) SourceTable;

/* The layers of framework f among the n tensors, in the natural order of their paths. used[i] is set for those that
 * belong to one. */
void layout_sources(Arena *a, Framework f, const Tensor *const *tensor, int n, SourceTable *out, bool *used);

typedef struct {
	int wanted; /* place in the caller's list */
	const char *field;
} WantField;

typedef struct {
	const char *path; /* "rnn" of "rnn.Wxf", "" if there is none */
	const char *stem; /* without what only numbers or encloses it */
	unsigned layers;  /* the kinds it may be: 1 << Layer */
	bool reversed;
	TABLE(WantField) field;
	const Source *source; /* found by layout_match, or NULL */
	const Fit *fit;
} Want;

typedef TABLE(Want) WantTable;

/* The layers among the wanted parameters that are not given yet, in the order of the model. */
void layout_wants(Arena *a, const WantedTensor *wanted, int n, const bool *given, WantTable *out);
const WantField *want_field(const Want *w, Word name);

/* Pairs the two. taken[i] is set for the sources that have found a layer. Returns their number. */
int layout_match(Arena *a, const WantedTensor *wanted, WantTable *want, const SourceTable *source, bool *taken);
/* Why a source cannot be this layer, or NULL if it can; *fit is then how. */
const char *
layout_misfit(Arena *a, const WantedTensor *wanted, const Want *w, const Source *s, bool directed, const Fit **fit);

/* "LSTM 3 → 4" */
const char *fit_text(Arena *a, const Fit *f);
/* Path without pure numbers, trailing numbers and the words that only wrap a cell. */
const char *path_stem(Arena *a, const char *path);
/* Orders "l2" before "l10". */
int natural_compare(const char *a, const char *b);

/* The lines of a --map file that are about this file: adds what they give to out, sets given and used. false after
 * messages. */
bool
layout_map_apply(Arena *a, Diag *d, LayoutMap *map, const char *file, const WantedTensor *wanted, int n,
		 const Tensor *const *tensor, int ntensor, TensorTable *out, bool *given, bool *used, Text *report);
#endif
