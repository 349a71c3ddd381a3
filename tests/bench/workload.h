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
	bool last; /* what follows the recurrent layer sees the last step only */
	Layer layer[LAYERS_MAX];
} Workload;

/* Reads a line; the layers' arrays are NULL. Says on stderr what is wrong. */
bool workload_read(Workload *w, const char *line);
/* The names of a gate's arrays in the weight file are "Wx" and so on with this letter behind; "" for a dense layer. */
const char *layer_gate(const Layer *l, int gate);
/* Gives every array its place in the data, in the order of the file; returns the number of floats. */
size_t workload_place(Workload *w, const float *data);
bool layer_is_recurrent(const Layer *l);
size_t workload_inputs(const Workload *w);  /* floats of x: (steps, batch, in) */
size_t workload_outputs(const Workload *w); /* floats of y: (steps, batch, out), with 'last' (batch, out) */

#ifdef __cplusplus
}
#endif
#endif
