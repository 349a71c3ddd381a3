/* checkpoint.c: from our parameters to PyTorch's and back. */
#include "checkpoint.h"
#include "tensors.h"
#include <string.h>

enum { N = CHARRNN_IN, H = sizeof((charrnn_state *)0)->lower_y[0] / sizeof(float) };

/* A matrix of PyTorch's, (blocks * out, in): each block is one of ours, (in, out), on its side. */
typedef struct {
	const char *name;
	size_t in, out, blocks; /* in is 0 for a vector */
	int at[4];              /* where our blocks begin */
	int second;             /* PyTorch adds two biases: ours is their sum, and is written as the first */
} Packed;

#define GATES(layer, what)                                                                           \
	CHARRNN_P_##layer##_##what##I, CHARRNN_P_##layer##_##what##F, CHARRNN_P_##layer##_##what##C, \
		CHARRNN_P_##layer##_##what##O
static const Packed packed[] = {
	{"model.rnn.weight_ih_l0", N, H, 4, {GATES(LOWER, WX)}, 0},
	{"model.rnn.weight_hh_l0", H, H, 4, {GATES(LOWER, WY)}, 0},
	{"model.rnn.bias_ih_l0", 0, H, 4, {GATES(LOWER, B)}, 0},
	{"model.rnn.bias_hh_l0", 0, H, 4, {GATES(LOWER, B)}, 1},
	{"model.rnn.weight_ih_l1", H, H, 4, {GATES(UPPER, WX)}, 0},
	{"model.rnn.weight_hh_l1", H, H, 4, {GATES(UPPER, WY)}, 0},
	{"model.rnn.bias_ih_l1", 0, H, 4, {GATES(UPPER, B)}, 0},
	{"model.rnn.bias_hh_l1", 0, H, 4, {GATES(UPPER, B)}, 1},
	{"model.head.weight", H, N, 1, {CHARRNN_P_HEAD_W}, 0},
	{"model.head.bias", 0, N, 1, {CHARRNN_P_HEAD_B}, 0},
};
enum { PACKED = sizeof packed / sizeof *packed, FLAT = 5, ALL = PACKED + FLAT };

/* What a file holds, as it lies there. */
typedef struct {
	float model[CHARRNN_NPARAM + 2 * 4 * H]; /* with PyTorch's second biases */
	float step, update;                      /* exact below 2^24 */
	Tensor tensor[ALL];
} Contents;

static void
contents_list(Contents *c, Trainer *t)
{
	float *v = c->model;

	for (int k = 0; k < PACKED; k++) {
		c->tensor[k] = (Tensor){packed[k].name, packed[k].blocks * packed[k].out, packed[k].in, v};
		v += tensor_count(&c->tensor[k]);
	}
	c->tensor[PACKED] = (Tensor){"adamw.m", CHARRNN_NPARAM, 0, t->adamw.m};
	c->tensor[PACKED + 1] = (Tensor){"adamw.v", CHARRNN_NPARAM, 0, t->adamw.v};
	c->tensor[PACKED + 2] = (Tensor){"adamw.step", 1, 0, &c->step};
	c->tensor[PACKED + 3] = (Tensor){"train.state", sizeof t->state / sizeof(float), 0, (float *)(void *)&t->state};
	c->tensor[PACKED + 4] = (Tensor){"train.update", 1, 0, &c->update};
}

/* Our number for number i of PyTorch's. */
static float *
place(const Packed *p, size_t i, charrnn_params *params)
{
	size_t in = p->in ? p->in : 1, row = i / in, column = i % in;

	return &params->v[(size_t)p->at[row / p->out] + column * p->out + row % p->out];
}

const char *
checkpoint_write(const char *path, const Trainer *t)
{
	static Contents c;
	static Trainer copy;

	copy = *t;
	contents_list(&c, &copy);
	c.step = (float)t->adamw.step;
	c.update = (float)t->update;
	for (int k = 0; k < PACKED; k++)
		for (size_t i = 0; i < tensor_count(&c.tensor[k]); i++)
			c.tensor[k].v[i] = packed[k].second ? 0.0f : *place(&packed[k], i, &copy.params);
	return tensors_write(path, c.tensor, ALL);
}

const char *
checkpoint_read(const char *path, Trainer *t)
{
	static Contents c;

	memset(t, 0, sizeof *t);
	contents_list(&c, t);
	const char *wrong = tensors_read(path, c.tensor, ALL);
	if (wrong)
		return wrong;
	for (int k = 0; k < PACKED; k++)
		for (size_t i = 0; i < tensor_count(&c.tensor[k]); i++) {
			float *ours = place(&packed[k], i, &t->params);
			*ours = packed[k].second ? *ours + c.tensor[k].v[i] : c.tensor[k].v[i];
		}
	if (!(c.step >= 0 && c.step <= 16777216.0f && c.update >= 0 && c.update <= 16777216.0f))
		return "has a number of updates that is none";
	t->adamw.step = (uint32_t)c.step;
	t->update = (long)c.update;
	return NULL;
}
