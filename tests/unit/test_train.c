/* test_train.c: the kernels of runtime/train.h against formulas in double. */
#include "../../runtime/train.h"
#include <check.h>
#include <float.h>
#include <math.h>
#include <string.h>

Suite *suite_train(void);

enum { N = 1000 };

static uint64_t random_state;

static float
random_number(void)
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (float)((double)(random_state >> 40) / (1 << 23) - 1);
}

static void
fill(float *v, int n, uint64_t seed)
{
	random_state = seed;
	for (int i = 0; i < n; i++)
		v[i] = random_number();
}

static double
norm_of(const float *v, int n)
{
	double sum = 0;
	for (int i = 0; i < n; i++)
		sum += (double)v[i] * (double)v[i];
	return sqrt(sum);
}

START_TEST(sums_lose_nothing)
{
	float sum[2] = {0, 0};
	for (int i = 0; i < 1000000; i++)
		nn_add(sum, 0.1f);
	ck_assert_double_lt(fabs((double)sum[0] / (1e6 * (double)0.1f) - 1), 2e-7);
}
END_TEST

START_TEST(finite)
{
	float v[5] = {1, -FLT_MAX, 0, 1e-45f, 2};
	ck_assert_int_eq(nn_finite(v, 5), 1);
	ck_assert_int_eq(nn_finite(v, 0), 1);
	const float bad[] = {NAN, -NAN, INFINITY, -INFINITY};
	for (int k = 0; k < 20; k++) {
		float keep = v[k / 4];
		v[k / 4] = bad[k % 4];
		ck_assert_int_eq(nn_finite(v, 5), 0);
		v[k / 4] = keep;
	}
}
END_TEST

START_TEST(bad_losses_poison_the_gradient)
{
	float grad[3] = {1, 2, 3};
	ck_assert_float_eq(nn_loss(0.5f, grad, 3), 0.5f);
	ck_assert_float_eq(grad[2], 3);
	ck_assert(isnan(nn_loss(NAN, grad, 2)));
	ck_assert(isnan(grad[0]) && isnan(grad[1]));
	ck_assert_float_eq(grad[2], 3);
	ck_assert(isinf(nn_loss(INFINITY, grad, 3)));
	ck_assert(isnan(grad[2]));
}
END_TEST

/* Of every length, and of every size that a float has. */
START_TEST(norms)
{
	static float v[N];
	for (int n = 0; n <= 40; n++) {
		fill(v, n, (uint64_t)n);
		ck_assert_double_le(fabs((double)nn_norm(v, (size_t)n) - norm_of(v, n)), 2e-7 * norm_of(v, n));
	}
	for (int digits = -18; digits < 36; digits++) {
		fill(v, N, 5);
		for (int i = 0; i < N; i++)
			v[i] *= (float)pow(10, digits);
		ck_assert_double_le(fabs((double)nn_norm(v, N) - norm_of(v, N)), 3e-7 * norm_of(v, N));
	}
	v[7] = NAN;
	ck_assert(isnan(nn_norm(v, N)));
}
END_TEST

START_TEST(clipping)
{
	float v[4] = {3, 0, -4, 0}, same[4];
	memcpy(same, v, sizeof v);
	ck_assert_float_eq(nn_clip(v, 4, 6), 5);
	for (int i = 0; i < 4; i++)
		ck_assert_float_eq(v[i], same[i]);
	ck_assert_float_eq(nn_clip(v, 4, 0.5f), 5);
	ck_assert_double_lt(fabs((double)v[0] - 0.3), 1e-6);
	ck_assert_double_lt(fabs((double)v[2] + 0.4), 1e-6);
	v[1] = INFINITY;
	memcpy(same, v, sizeof v);
	ck_assert(!isfinite(nn_clip(v, 4, 1)));
	for (int i = 0; i < 4; i++)
		ck_assert_float_eq(v[i], same[i]);
}
END_TEST

START_TEST(momentum)
{
	static float p[N], m[N], g[N];
	static double q[N], r[N];
	memset(m, 0, sizeof m);
	memset(r, 0, sizeof r);
	fill(p, N, 1);
	for (int i = 0; i < N; i++)
		q[i] = (double)p[i];
	for (int step = 0; step < 50; step++) {
		fill(g, N, 2 + (uint64_t)step);
		nn_momentum(p, g, m, N, 0.1f, 0.9f, 0.01f);
		for (int i = 0; i < N; i++) {
			r[i] = 0.9 * r[i] + (double)g[i] + 0.01 * q[i];
			q[i] -= 0.1 * r[i];
		}
	}
	for (int i = 0; i < N; i++)
		ck_assert_double_lt(fabs((double)p[i] - q[i]), 1e-5);
}
END_TEST

/* 0: Adam with decay in the gradient, 1: AdamW. */
START_TEST(adam)
{
	static float p[N], m[N], v[N], g[N];
	static double q[N], r[N], s[N];
	const double beta[2] = {0.9, 0.999}, lr = 0.01, decay = 0.1;
	memset(m, 0, sizeof m);
	memset(v, 0, sizeof v);
	memset(r, 0, sizeof r);
	memset(s, 0, sizeof s);
	fill(p, N, 1);
	for (int i = 0; i < N; i++)
		q[i] = (double)p[i];
	for (uint32_t step = 1; step <= 200; step++) {
		fill(g, N, 2 + step);
		nn_adam(p, g, m, v, N, (float)lr, _i ? (float)(1 - lr * decay) : 1, _i ? 0 : (float)decay, beta, 1e-8,
			step);
		for (int i = 0; i < N; i++) {
			double x = _i ? q[i] * (1 - lr * decay) : q[i], d = (double)g[i] + (_i ? 0 : decay * x);
			r[i] = beta[0] * r[i] + (1 - beta[0]) * d;
			s[i] = beta[1] * s[i] + (1 - beta[1]) * d * d;
			double mean = r[i] / (1 - pow(beta[0], step)), square = s[i] / (1 - pow(beta[1], step));
			q[i] = x - lr * mean / (sqrt(square) + 1e-8);
		}
	}
	for (int i = 0; i < N; i++)
		ck_assert_double_lt(fabs((double)p[i] - q[i]), 1e-5);
}
END_TEST

START_TEST(powers)
{
	for (uint32_t n = 0; n < 3000; n = n * 2 + 1)
		ck_assert_double_lt(fabs(nn_power(0.999, n) / pow(0.999, n) - 1), 1e-12);
}
END_TEST

Suite *
suite_train(void)
{
	Suite *s = suite_create("train");
	TCase *t = tcase_create("kernels");
	tcase_add_test(t, sums_lose_nothing);
	tcase_add_test(t, finite);
	tcase_add_test(t, bad_losses_poison_the_gradient);
	tcase_add_test(t, norms);
	tcase_add_test(t, clipping);
	tcase_add_test(t, momentum);
	tcase_add_loop_test(t, adam, 0, 2);
	tcase_add_test(t, powers);
	suite_add_tcase(s, t);
	return s;
}
