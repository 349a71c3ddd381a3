/* workload.c: reads a line of the file 'workloads', and knows the order of the arrays in a weight file.
 *
 * Layer by layer, gate by gate: the matrix of x, the matrix of y{-1}, the bias; a gru's byh comes last. */
#include "workload.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The gates' letters in the order of the prelude. */
static const struct {
	const char *name, *gates[GATES_MAX];
	int count;
} kinds[] = {
	[LAYER_DENSE] = {"dense", {""}, 1},        [LAYER_SIGMOID] = {"sigmoid", {0}, 0},
	[LAYER_RNN] = {"rnn", {"y"}, 1},           [LAYER_LSTM] = {"lstm", {"f", "i", "o", "c"}, 4},
	[LAYER_GRU] = {"gru", {"r", "u", "h"}, 3},
};

static bool
layer_read(Layer *l, const char *text)
{
	char name[16];
	if (sscanf(text, "%15[a-z]:%d:%d", name, &l->in, &l->out) != 3 || l->in < 1 || l->out < 1)
		return false;
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
		if (!strcmp(name, kinds[k].name)) {
			l->kind = (LayerKind)k;
			l->gates = kinds[k].count;
			return true;
		}
	return false;
}

bool
workload_read(Workload *w, const char *line)
{
	int used = 0;
	char word[64];
	*w = (Workload){0};
	bool good = sscanf(line, "%15s %d %d%n", w->name, &w->steps, &w->batch, &used) == 3;
	for (line += used; good && sscanf(line, "%63s%n", word, &used) == 1; line += used) {
		if (!strcmp(word, "last"))
			w->last = true;
		else if (!strcmp(word, "train"))
			w->train = true;
		else
			good = w->layers < LAYERS_MAX && layer_read(&w->layer[w->layers++], word);
	}
	if (!good || !w->layers)
		fprintf(stderr, "no workload: '%s'\n", line);
	return good && w->layers;
}

const char *
layer_gate(const Layer *l, int gate)
{
	return kinds[l->kind].gates[gate];
}

bool
layer_is_recurrent(const Layer *l)
{
	return l->kind == LAYER_RNN || l->kind == LAYER_LSTM || l->kind == LAYER_GRU;
}

static const float *
layer_place(Layer *l, const float *at)
{
	size_t in = (size_t)l->in, out = (size_t)l->out;
	for (int g = 0; g < l->gates; g++) {
		l->wx[g] = at;
		at += in * out;
		l->wh[g] = layer_is_recurrent(l) ? at : NULL;
		at += layer_is_recurrent(l) ? out * out : 0;
		l->b[g] = at;
		at += out;
	}
	l->bh = l->kind == LAYER_GRU ? at : NULL;
	return l->kind == LAYER_GRU ? at + out : at;
}

size_t
workload_place(Workload *w, const float *data)
{
	const float *at = data;
	for (int k = 0; k < w->layers; k++)
		at = layer_place(&w->layer[k], at);
	return (size_t)(at - data);
}

size_t
workload_weights(const Workload *w)
{
	Workload copy = *w;
	return workload_place(&copy, NULL);
}

/* Floats of what the net says: (steps, batch, out), with 'last' (batch, out). */
static size_t
net_outputs(const Workload *w)
{
	size_t rows = (size_t)w->batch * (w->last ? 1 : (size_t)w->steps);
	return rows * (size_t)w->layer[w->layers - 1].out;
}

size_t
workload_inputs(const Workload *w)
{
	size_t x = (size_t)w->steps * (size_t)w->batch * (size_t)w->layer[0].in;
	return x + (w->train ? net_outputs(w) : 0);
}

size_t
workload_outputs(const Workload *w)
{
	return w->train ? UPDATES + workload_weights(w) : net_outputs(w);
}
