/* test_runtime.c: the kernels of runtime/nn.h against libm in double.
 *
 * Each sweep strides by a prime through all the bit patterns of a float. The bound it asserts is the one that the
 * kernel's docstring states, and it fails as well when the worst error found is below half of it. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "../../runtime/nn.h"

#define STRIDE UINT32_C(1021)
#define FLOAT_MAX 3.4028234663852886e38
#define FLOAT_MIN 1.1754943508222875e-38
#define DENORMAL 1.401298464324817e-45

Suite *suite_runtime(void);

static const float special[] = {
	0.0f,        -0.0f,       1.0f,         -1.0f,       2.0f,        -2.0f,      0.5f,    -0.5f,
	3.0f,        -3.0f,       2.5f,         -2.5f,       0.1f,        -0.1f,      1e30f,   -1e30f,
	INFINITY,    -INFINITY,   NAN,          1.4e-45f,    -1.4e-45f,   1e-39f,     -1e-39f, 1.17549435e-38f,
	16777215.0f, -16777215.f, 16777216.0f,  33554432.0f, 0.99999994f, 1.000001f,  3.4e38f, -3.4e38f,
	1e10f,       -1e10f,      2147483648.f, -8388609.0f, -0.9999999f, 8388607.5f, 4.5e9f,  -4.5e9f,
};
enum { NSPECIAL = sizeof special / sizeof special[0] };

/* Same bits, any NaN being the same as any other. */
static int
same(float a, float b)
{
	return isnan(a) ? isnan(b) : nn_bits(a) == nn_bits(b);
}

/* The largest error(x) over the sweep must lie in (bound / 2, bound]. error gives a negative number where the result
 * is wrong outright. */
static void
sweep(double (*error)(float), double bound)
{
	double worst = 0;
	float at = 0;

	for (uint64_t u = 0; u <= UINT32_MAX; u += STRIDE) {
		float x = nn_float((uint32_t)u);
		double e = error(x);
		if (!(e >= 0))
			ck_abort_msg("wrong for %.9g", (double)x);
		if (e > worst) {
			worst = e;
			at = x;
		}
	}
	ck_assert_msg(worst <= bound, "error %.4g at %.9g, stated bound %.4g", worst, (double)at, bound);
	ck_assert_msg(worst > bound / 2, "worst error %.4g, so the stated bound %.4g is too loose", worst, bound);
}

static double
tanh_error(float x)
{
	float y = nn_tanh(x);
	if (isnan(x))
		return isnan(y) ? 0 : -1;
	if (!(fabsf(y) < 1.0f) || !same(nn_tanh(-x), -y))
		return -1;
	return fabs((double)y - tanh((double)x));
}

static double
tanh_relative(float x)
{
	double t = tanh((double)x);
	if (isnan(x) || fabs(t) < FLOAT_MIN)
		return 0;
	return fabs((double)nn_tanh(x) - t) / fabs(t);
}

static double
sigmoid_error(float x)
{
	float y = nn_sigmoid(x);
	if (isnan(x))
		return isnan(y) ? 0 : -1;
	if (!(y > 0.0f && y <= 1.0f))
		return -1;
	return fabs((double)y - 1.0 / (1.0 + exp(-(double)x)));
}

/* 2^x, and from a sixteenth beyond ±32 on 2^±32. */
static double
exp2_error(float x)
{
	float y = nn_exp2(x);
	double want = x < -32.0625f ? 0x1p-32 : x >= 31.9375f ? 0x1p32 : exp2((double)x);
	if (isnan(x))
		return isnan(y) ? 0 : -1;
	return fabs((double)y - want) / want;
}

static double
logistic2_error(float x)
{
	float y = nn_logistic2(x);
	if (isnan(x))
		return isnan(y) ? 0 : -1;
	return y >= 0.0f && y <= 1.0f ? fabs((double)y - 1.0 / (1.0 + exp2((double)x))) : -1;
}

static double
tanh2_error(float x)
{
	float y = nn_tanh2(x);
	if (isnan(x))
		return isnan(y) ? 0 : -1;
	return nn_abs(y) <= 1.0f ? fabs((double)y + tanh((double)x * 0.34657359027997264)) : -1;
}

static double
exp_error(float x)
{
	float y = nn_exp(x);
	double want = exp((double)x);
	if (isnan(x))
		return isnan(y) ? 0 : -1;
	if (want > FLOAT_MAX * (1.0 + 0x1p-25))
		return isinf(y) && y > 0 ? 0 : -1;
	if (want < FLOAT_MIN)
		return fabs((double)y - want) <= DENORMAL && y >= 0 ? 0 : -1;
	return fabs((double)y - want) / want;
}

static double
log_error(float x)
{
	float y = nn_log(x);
	if (isnan(x) || x < 0)
		return isnan(y) ? 0 : -1;
	if (x == 0.0f || isinf(x) || x == 1.0f)
		return (double)y == log((double)x) ? 0 : -1;
	double want = log((double)x);
	return fabs((double)y - want) / fabs(want);
}

static double
sqrt_error(float x)
{
	float y = nn_sqrt(x);
	int exponent;
	if (isnan(x) || x < 0)
		return isnan(y) ? 0 : -1;
	if (x == 0.0f || isinf(x))
		return same(y, x) ? 0 : -1;
	double want = sqrt((double)x);
	if ((double)(float)want == want && (double)y != want)
		return -1;
	frexp(want, &exponent);
	return fabs((double)y - want) / ldexp(1.0, exponent - 24);
}

/* x from the bits, every other one between 0.5 and 2; y such that x^y is spread evenly over all exponents and somewhat
 * beyond. */
static double
pow_error(float x)
{
	uint32_t u = nn_bits(x);
	float base = u & 1 ? nn_float(0x3f000000u + (u >> 8)) : nn_abs(x);
	double exponent = ((double)(u * UINT32_C(2654435761)) * 0x1p-32 - 0.5) * 310.0;
	float to = (float)(exponent / log2((double)base));
	double want = pow((double)base, (double)to);
	float y = nn_pow(base, to);
	if (isnan(want))
		return isnan(y) ? 0 : -1;
	if (want > FLOAT_MAX * (1.0 - 2e-6))
		return (double)y > FLOAT_MAX * (1.0 - 4e-6) ? 0 : -1;
	if (want < FLOAT_MIN)
		return fabs((double)y - want) <= 2e-6 * want + DENORMAL && y >= 0 ? 0 : -1;
	return fabs((double)y - want) / want;
}

START_TEST(tanh_is_within_its_bound)
{
	sweep(tanh_error, 3.0e-7);
	sweep(tanh_relative, 3.3e-7);
}
END_TEST

START_TEST(powers_of_two_are_within_their_bounds)
{
	sweep(exp2_error, 1.2e-7);
	sweep(logistic2_error, 1e-7);
	sweep(tanh2_error, 1.4e-7);
}
END_TEST

START_TEST(sigmoid_is_within_its_bound)
{
	sweep(sigmoid_error, 1.8e-7);
}
END_TEST

START_TEST(exp_is_within_its_bound)
{
	sweep(exp_error, 9e-8);
}
END_TEST

START_TEST(log_is_within_its_bound)
{
	sweep(log_error, 8.1e-8);
}
END_TEST

START_TEST(sqrt_is_within_its_bound)
{
	sweep(sqrt_error, 0.76);
}
END_TEST

START_TEST(pow_is_within_its_bound)
{
	sweep(pow_error, 1.5e-6);
}
END_TEST

/* Near 1 the logarithm is small, and a stride rarely gets there. */
START_TEST(log_is_right_next_to_one)
{
	for (uint32_t u = 0x3f800000u - 100000u; u < 0x3f800000u + 100000u; u++)
		if (!(log_error(nn_float(u)) <= 8.1e-8))
			ck_abort_msg("wrong for %.9g", (double)nn_float(u));
}
END_TEST

START_TEST(exact_values_are_exact)
{
	for (int k = 0; k < 4096; k++)
		ck_assert(nn_sqrt((float)(k * k)) == (float)k);
	ck_assert(nn_exp(0.0f) == 1.0f && nn_log(1.0f) == 0.0f && nn_sigmoid(0.0f) == 0.5f);
	ck_assert(same(nn_tanh(-0.0f), -0.0f) && same(nn_tanh(1e-40f), 1e-40f) && nn_tanh(1e-20f) == 1e-20f);
	ck_assert(nn_exp(INFINITY) == INFINITY && same(nn_exp(-INFINITY), 0.0f));
	ck_assert(nn_exp(88.7228f) < INFINITY && nn_exp(88.7229f) == INFINITY);
	ck_assert(nn_exp(-103.97f) > 0.0f && nn_exp(-103.98f) == 0.0f);
	for (int n = -190; n <= 190; n++)
		ck_assert(nn_scale(1.25f, n) == (float)ldexp(1.25, n));
	for (int n = -33; n <= 33; n++)
		ck_assert(nn_exp2((float)n) == (float)ldexp(1.0, n < -32 ? -32 : n > 32 ? 32 : n));
}
END_TEST

START_TEST(pow_follows_powf_at_special_values)
{
	for (int i = 0; i < NSPECIAL; i++) {
		for (int j = 0; j < NSPECIAL; j++) {
			float got = nn_pow(special[i], special[j]), want = powf(special[i], special[j]);
			int near = isfinite(want) && signbit(got) == signbit(want) &&
				   fabs((double)got - (double)want) <= 2e-6 * fabs((double)want) + DENORMAL;
			ck_assert_msg(same(got, want) || near, "%g^%g = %g, want %g", (double)special[i],
				      (double)special[j], (double)got, (double)want);
		}
	}
}
END_TEST

START_TEST(min_max_abs_and_limit)
{
	for (int i = 0; i < NSPECIAL; i++) {
		float a = special[i];
		ck_assert(same(nn_abs(a), fabsf(a)));
		ck_assert(same(nn_float(nn_bits(a)), a));
		ck_assert(same(nn_limit(a, 2.0f), isnan(a) ? a : fabsf(a) > 2.0f ? copysignf(2.0f, a) : a));
		for (int j = 0; j < NSPECIAL; j++) {
			float b = special[j];
			int nan = isnan(a) || isnan(b);
			ck_assert(nan ? isnan(nn_min(a, b)) : nn_min(a, b) == fminf(a, b));
			ck_assert(nan ? isnan(nn_max(a, b)) : nn_max(a, b) == fmaxf(a, b));
		}
	}
	ck_assert(nn_pick(1, 5, 7) == 5 && nn_pick(0, 5, 7) == 7);
}
END_TEST

Suite *
suite_runtime(void)
{
	Suite *s = suite_create("runtime");
	TCase *t = tcase_create("kernels");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, tanh_is_within_its_bound);
	tcase_add_test(t, sigmoid_is_within_its_bound);
	tcase_add_test(t, powers_of_two_are_within_their_bounds);
	tcase_add_test(t, exp_is_within_its_bound);
	tcase_add_test(t, log_is_within_its_bound);
	tcase_add_test(t, sqrt_is_within_its_bound);
	tcase_add_test(t, pow_is_within_its_bound);
	tcase_add_test(t, log_is_right_next_to_one);
	tcase_add_test(t, exact_values_are_exact);
	tcase_add_test(t, pow_follows_powf_at_special_values);
	tcase_add_test(t, min_max_abs_and_limit);
	suite_add_tcase(s, t);
	return s;
}
