/* layout.h: the names and packing of other frameworks, translated into netc's.
 *
 * A file comes in as its own names ("rnn.weight_ih_l0", four gates in one matrix) and leaves as netc's ("rnn.Wxf").
 * layout.def has their tensors as a table. */
#ifndef NETC_WEIGHTS_LAYOUT_H
#define NETC_WEIGHTS_LAYOUT_H
#include "weights.h"

/* A parameter, or a state whose initial value may be stored. */
typedef struct {
	const char *name;  /* "rnn.Wxf": layers, then the field */
	const char *layer; /* its layer as written, "LSTM(8, 16)", or NULL: tells an Embedding from a Dense */
	bool reversed;     /* the layer runs backwards: inside an odd number of flips */
	bool optional;     /* may stay without a value */
	int rank;          /* -1: unknown */
	int64_t dim[2];    /* < 1: unknown */
} WantedTensor;

/* A file of lines "netc.name = file.name": names that no table knows. */
typedef struct LayoutMap LayoutMap;
/* NULL after a message; *io is set if it could not be read. */
LayoutMap *layout_map_read(Arena *arena, Diag *diag, const char *path, bool *io);
/* The same from a text; the path is for messages. */
LayoutMap *layout_map_parse(Arena *arena, Diag *diag, const char *path, const char *text, size_t n);
/* After the last layout_apply: lines that nothing in any file answered are errors. */
bool layout_map_end(Diag *diag, const LayoutMap *map);

typedef struct {
	const char *layout; /* as layout_known; NULL: recognise it by the names */
	const char *prefix; /* only names that begin with it count, and it is taken off; or NULL */
	LayoutMap *map;     /* or NULL */
} LayoutOptions;

/* "net" or the name of a framework. */
bool layout_known(const char *name);
/* "net, torch, …" in the arena. */
const char *layout_names(Arena *arena);

/* Translates the tensors of one file (in) and adds them to out under netc's names. Tensors under netc's names pass
 * through. Whatever has no place, and whatever has more than one, is an error that lists the candidates; parameters
 * that get no value are the caller's business, as another file may have them. Adds to the report what was recognised:
 * one line for a note, then one indented line for each layer. */
bool layout_apply(Arena *arena, Diag *diag, const char *file, const LayoutOptions *options, const WantedTensor *wanted,
		  int n, const TensorTable *in, TensorTable *out, Text *report);

/* The frameworks that the names look like, "PyTorch", or NULL; *n tensors of the table are theirs. */
const char *layout_guess(Arena *arena, const TensorTable *t, int *n);
#endif
