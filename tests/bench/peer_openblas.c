/* peer_openblas.c: the layers by hand over OpenBLAS, as fast as its products allow.
 *
 * The gates lie side by side in one matrix. x * Wx is one product for all steps; h * Wh is a product in each, a
 * matrix-vector one without a batch. OpenBLAS has two kernels for that, for a matrix as it is and transposed: the
 * faster one on this machine and size is found by trying. The rest is loops over the kernels of runtime/nn.h, which
 * the compiler vectorises. */
#include "peer.h"
#include "../../runtime/nn.h"
#include <cblas.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct {
	const Layer *l;
	int steps;
	float *wx, *wh, *wht; /* (in, gates * out), (out, gates * out), (gates * out, out) */
	float *z;             /* (steps * batch, gates * out) */
	float *h, *c, *zero;  /* (steps * batch, out), (batch, out), (batch, out) */
	float *a;             /* (batch, out), the gru's h * Wyh */
	bool transposed;
} Part;

static Part part[LAYERS_MAX];
static int parts, batch;
static size_t outputs;

static float *
floats_new(int rows, int columns)
{
	void *p = NULL;
	size_t n = (size_t)rows * (size_t)columns * sizeof(float);
	if (posix_memalign(&p, 64, n + 64))
		abort();
	memset(p, 0, n);
	return p;
}

static void
product_add(int rows, int inner, int columns, const float *x, const float *w, float *z)
{
	cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, columns, inner, 1, x, inner, w, columns, 1, z,
		    columns);
}

/* z += h * Wh, for the whole batch. */
static void
state_product_add(const Part *p, const float *h, float *z)
{
	int out = p->l->out, wide = p->l->gates * out;
	if (batch > 1)
		product_add(batch, out, wide, h, p->wh, z);
	else if (p->transposed)
		cblas_sgemv(CblasRowMajor, CblasNoTrans, wide, out, 1, p->wht, out, h, 1, 1, z, 1);
	else
		cblas_sgemv(CblasRowMajor, CblasTrans, out, wide, 1, p->wh, wide, h, 1, 1, z, 1);
}

/* Everything from here to the end of the steps is for one row: z its gates, h and c before, h2 and c after. */
static void
lstm_row(int n, float *restrict z, float *restrict c, float *restrict h2)
{
	for (int j = 0; j < 3 * n; j++)
		z[j] = nn_sigmoid(z[j]);
	for (int j = 0; j < n; j++)
		c[j] = z[j] * c[j] + z[n + j] * nn_tanh(z[3 * n + j]);
	for (int j = 0; j < n; j++)
		h2[j] = z[2 * n + j] * nn_tanh(c[j]);
}

/* r and u of z hold x's and h's part, that of h̃ x's only; a is h * Wyh + byh. */
static void
gru_row(int n, float *restrict z, const float *restrict a, const float *restrict h, float *restrict h2)
{
	for (int j = 0; j < 2 * n; j++)
		z[j] = nn_sigmoid(z[j] + a[j]);
	for (int j = 0; j < n; j++) {
		float fresh = nn_tanh(z[2 * n + j] + z[j] * a[2 * n + j]);
		h2[j] = fresh + z[n + j] * (h[j] - fresh);
	}
}

static void
rnn_row(int n, const float *restrict z, float *restrict h2)
{
	for (int j = 0; j < n; j++)
		h2[j] = nn_tanh(z[j]);
}

static void
gru_start(const Part *p, float *a)
{
	int n = p->l->out;
	memset(a, 0, 2 * sizeof *a * (size_t)n);
	memcpy(a + 2 * n, p->l->bh, sizeof *a * (size_t)n);
}

static void
step_run(Part *p, int t)
{
	int n = p->l->out, wide = p->l->gates * n;
	const float *h = t ? p->h + (t - 1) * batch * n : p->zero;
	float *z = p->z + t * batch * wide, *h2 = p->h + t * batch * n;
	if (p->l->kind == LAYER_GRU)
		for (int b = 0; b < batch; b++)
			gru_start(p, p->a + b * wide);
	state_product_add(p, h, p->l->kind == LAYER_GRU ? p->a : z);
	for (int b = 0; b < batch; b++) {
		if (p->l->kind == LAYER_LSTM)
			lstm_row(n, z + b * wide, p->c + b * n, h2 + b * n);
		else if (p->l->kind == LAYER_GRU)
			gru_row(n, z + b * wide, p->a + b * wide, h + b * n, h2 + b * n);
		else
			rnn_row(n, z + b * wide, h2 + b * n);
	}
}

static void
bias_fill(const Part *p, int rows)
{
	int n = p->l->out;
	float *z = p->z;
	for (int r = 0; r < rows; r++)
		for (int g = 0; g < p->l->gates; g++, z += n)
			memcpy(z, p->l->b[g], sizeof *z * (size_t)n);
}

/* The outputs of this layer for all steps, from those of the one below. */
static const float *
part_run(Part *p, const float *x)
{
	int rows = p->steps * batch, n = p->l->out;
	if (p->l->kind == LAYER_SIGMOID) {
		for (int i = 0; i < rows * n; i++)
			p->z[i] = nn_sigmoid(x[i]);
		return p->z;
	}
	bias_fill(p, rows);
	product_add(rows, p->l->in, p->l->gates * n, x, p->wx, p->z);
	if (p->l->kind == LAYER_DENSE)
		return p->z;
	memset(p->c, 0, sizeof *p->c * (size_t)(batch * n));
	for (int t = 0; t < p->steps; t++)
		step_run(p, t);
	return p->h;
}

void
peer_run(const float *x, float *y)
{
	for (int k = 0; k < parts; k++) {
		if (k && part[k].steps < part[k - 1].steps) /* the last step only */
			x += (part[k - 1].steps - 1) * batch * part[k - 1].l->out;
		x = part_run(&part[k], x);
	}
	memcpy(y, x, sizeof *y * outputs);
}

/* Time of 200 products with the matrix in one of its forms. */
static double
trial(Part *p, bool transposed)
{
	struct timespec a, b;
	p->transposed = transposed;
	for (int i = 0; i < 50; i++)
		state_product_add(p, p->zero, p->z);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	for (int i = 0; i < 200; i++)
		state_product_add(p, p->zero, p->z);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	return (double)(b.tv_sec - a.tv_sec) + 1e-9 * (double)(b.tv_nsec - a.tv_nsec);
}

static void
gates_pack(Part *p)
{
	const Layer *l = p->l;
	int n = l->out, wide = l->gates * n;
	for (int g = 0; g < l->gates; g++) {
		for (int i = 0; i < l->in; i++)
			memcpy(p->wx + i * wide + g * n, l->wx[g] + i * n, sizeof(float) * (size_t)n);
		for (int i = 0; l->wh[g] && i < n; i++)
			for (int j = 0; j < n; j++)
				p->wh[i * wide + g * n + j] = p->wht[(g * n + j) * n + i] = l->wh[g][i * n + j];
	}
}

static void
part_open(Part *p, const Layer *l, int steps)
{
	int wide = l->gates * l->out;
	*p = (Part){.l = l, .steps = steps};
	p->wx = floats_new(l->in, wide);
	p->z = floats_new(steps * batch, wide > l->out ? wide : l->out);
	p->zero = floats_new(batch, l->out);
	if (layer_is_recurrent(l)) {
		p->wh = floats_new(l->out, wide);
		p->wht = floats_new(wide, l->out);
		p->h = floats_new(steps * batch, l->out);
		p->c = floats_new(batch, l->out);
		p->a = floats_new(batch, wide);
	}
	gates_pack(p);
	if (layer_is_recurrent(l))
		p->transposed = trial(p, true) < trial(p, false);
}

bool
peer_open(const Workload *w, const char *dir)
{
	(void)dir;
	openblas_set_num_threads(1);
	batch = w->batch;
	outputs = workload_outputs(w);
	int steps = w->steps;
	for (parts = 0; parts < w->layers; parts++) {
		const Layer *l = &w->layer[parts];
		steps = w->last && parts && layer_is_recurrent(l - 1) ? 1 : steps;
		part_open(&part[parts], l, steps);
	}
	return true;
}
