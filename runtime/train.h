/* train.h: the kernels of the training half, in plain C99 (also C++11), without libm.
 *
 * netc copies this file piece by piece into its output, as it does nn.h, whose functions it uses. Vectors of a length
 * are all of that length and do not overlap. Every sum has one order, so the same input gives the same bits. */
#ifndef NN_TRAIN_H
#define NN_TRAIN_H
#include "nn.h"
#ifndef NN_RESTRICT
#define NN_RESTRICT
#endif

/** nn_add: adds x to sum[0] and keeps what rounding takes away in sum[1], both 0 at the start. Error of n sums: about
 * 1.2e-7 |Σ| + n 7e-15 Σ|x| (Kahan's summation); with -ffast-math that of a plain sum. */
static inline void
nn_add(float *sum, float x)
{
	float y = x - sum[1], t = sum[0] + y;
	sum[1] = (t - sum[0]) - y;
	sum[0] = t;
}

/** nn_finite: 1 if none of the n numbers v is NaN or infinite, else 0; also with -ffast-math. */
static inline int
nn_finite(const float *v, size_t n)
{
	uint32_t bad = 0;
	for (size_t i = 0; i < n; i++)
		bad |= (uint32_t)((nn_bits(v[i]) & 0x7f800000u) == 0x7f800000u);
	return !bad;
}

/** nn_loss: the loss, as it is. If it is NaN or infinite all n numbers of grad become NaN, so that no optimiser
 * takes a step. */
static inline float
nn_loss(float loss, float *grad, size_t n)
{
	if (!nn_finite(&loss, 1))
		for (size_t i = 0; i < n; i++)
			grad[i] = nn_float(0x7fc00000u);
	return loss;
}

/** nn_norm: the Euclidean norm of the n numbers v. Relative error <= 2e-7; squares are summed in double, so nothing
 * overflows below 1e38. NaN or infinite if a number is. */
static inline float
nn_norm(const float *v, size_t n)
{
	double part[4] = {0.0, 0.0, 0.0, 0.0};
	for (size_t i = 0; i < n; i++)
		part[i % 4] += (double)v[i] * (double)v[i];
	double sum = (part[0] + part[1]) + (part[2] + part[3]);
	double scale = sum > 1e30 ? 1e-20 : sum < 1e-20 ? 1e20 : 1.0;
	return nn_sqrt((float)(sum * scale * scale)) / (float)scale;
}

/** nn_clip: scales the n numbers of grad by most / (norm + 1e-6) if their norm is larger than most > 0, as PyTorch's
 * clip_grad_norm_; returns the norm before. Leaves them as they are if the norm is NaN or infinite. */
static inline float
nn_clip(float *grad, size_t n, float most)
{
	float norm = nn_norm(grad, n), factor = most / (norm + 1e-6f);
	if (nn_finite(&norm, 1) && factor < 1.0f)
		for (size_t i = 0; i < n; i++)
			grad[i] *= factor;
	return norm;
}

/** nn_sgd: p -= lr grad. */
static inline void
nn_sgd(float *NN_RESTRICT p, const float *NN_RESTRICT grad, size_t n, float lr)
{
	for (size_t i = 0; i < n; i++)
		p[i] -= lr * grad[i];
}

/** nn_momentum: SGD with momentum: m = momentum m + (grad + decay p), p -= lr m; PyTorch's SGD without dampening
 * and Nesterov. m starts as zeros. */
static inline void
nn_momentum(float *NN_RESTRICT p, const float *NN_RESTRICT grad, float *NN_RESTRICT m, size_t n, float lr,
	    float momentum, float decay)
{
	for (size_t i = 0; i < n; i++) {
		m[i] = momentum * m[i] + (grad[i] + decay * p[i]);
		p[i] -= lr * m[i];
	}
}

/** nn_power: x to the n, by squaring. */
static inline double
nn_power(double x, uint32_t n)
{
	double y = 1.0;
	for (; n; n >>= 1, x *= x)
		if (n & 1u)
			y *= x;
	return y;
}

/** nn_adam: step number `step` (from 1) of Adam (Kingma and Ba 2015) with the bias correction of PyTorch: p *= shrink;
 * g = grad + decay p; m and v, zeros at the start, are the means of g and g² with the weights beta[0] and beta[1]; p -=
 * lr m / (sqrt(v) + eps), both means corrected. AdamW (Loshchilov and Hutter 2019) is shrink = 1 - lr weight_decay and
 * decay = 0; Adam is shrink = 1. */
static inline void
nn_adam(float *NN_RESTRICT p, const float *NN_RESTRICT grad, float *NN_RESTRICT m, float *NN_RESTRICT v, size_t n,
	float lr, float shrink, float decay, const double *beta, double eps, uint32_t step)
{
	float b1 = (float)beta[0], b2 = (float)beta[1], c1 = (float)(1.0 - beta[0]), c2 = (float)(1.0 - beta[1]);
	double left = 1.0 - nn_power(beta[1], step); /* its root by one Newton step, to the precision of double */
	double root = (double)nn_sqrt((float)left);
	root = 0.5 * (root + left / root);
	float a = (float)((double)lr / (1.0 - nn_power(beta[0], step))), r = (float)(1.0 / root), e = (float)eps;
	for (size_t i = 0; i < n; i++) {
		float x = p[i] * shrink, g = grad[i] + decay * x;
		m[i] = b1 * m[i] + c1 * g;
		v[i] = b2 * v[i] + c2 * (g * g);
		p[i] = x - a * (m[i] / (nn_sqrt(v[i]) * r + e));
	}
}

#endif
