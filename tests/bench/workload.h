/* workload.h: a line of the file 'workloads' as data, and where each array of a layer lies among its weights. */
#ifndef WORKLOAD_H
#define WORKLOAD_H
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { LAYER_DENSE, LAYER_SIGMOID, LAYER_RNN, LAYER_LSTM, LAYER_GRU } LayerKind;
enum { LAYERS_MAX = 8, GATES_MAX = 4 };

/* AdamW with a rate and a decay that show in the weights after so few updates, and an epsilon above the rounding errors
 * of a gradient, which are all that there is where it should be 0. */
enum { UPDATES = 3 };
#define TRAIN_RATE 0.01
#define TRAIN_DECAY 0.1
#define TRAIN_EPSILON 1e-5

typedef struct {
	LayerKind kind;
	int in, out, gates;         /* gates: 1 for dense and rnn, 0 for sigmoid */
	const float *wx[GATES_MAX]; /* (in, out) */
	const float *wh[GATES_MAX]; /* (out, out); NULL for dense */
	const float *b[GATES_MAX];  /* (out) */
	const float *bh;            /* (out); the gru's bias of h * Wyh, else NULL */
} Layer;

typedef struct {
	char name[16];
	int steps, batch, layers;
	bool last;  /* what follows the recurrent layer sees the last step only */
	bool train; /* the time is that of an update of the weights, not of a sequence */
	Layer layer[LAYERS_MAX];
} Workload;

/* Reads a line; the layers' arrays are NULL. Says on stderr what is wrong. */
bool workload_read(Workload *w, const char *line);
/* The names of a gate's arrays in the weight file are "Wx" and so on with this letter behind; "" for a dense layer. */
const char *layer_gate(const Layer *l, int gate);
/* Gives every array its place in the data, in the order of the file; returns the number of floats. */
size_t workload_place(Workload *w, const float *data);
bool layer_is_recurrent(const Layer *l);
/* Floats of x: (steps, batch, in); with 'train' a target of the output's shape stands behind it. */
size_t workload_inputs(const Workload *w);
/* Floats of y: (steps, batch, out), with 'last' (batch, out); with 'train' UPDATES losses and all weights. */
size_t workload_outputs(const Workload *w);
size_t workload_weights(const Workload *w);

#ifdef __cplusplus
}
#endif
#endif
