/* nn.h: the scalar kernels that generated programs use, in plain C99 (also C++11), without libm.
 *
 * netc copies this file piece by piece into its output. A piece starts at its docstring, a line that begins with two
 * stars and the kernel's name; it defines that one name and may use other pieces. The constants come from fit.py.
 * Errors are measured against libm in double, over all 2^32 floats unless said otherwise, with contraction on and off.
 * Under -ffp-contract=off every IEEE compiler gives the same bits. No kernel has a branch, so loops over them
 * vectorise; that is why special values are picked with masks. (nn_exp2 has one, being for microcontrollers.)
 * Denormals are right unless the target flushes them.
 * Under -ffast-math nothing is promised for NaN, infinity and denormals, and the errors marked so hold for normal
 * floats. */
#ifndef NN_H
#define NN_H
#include <stddef.h>
#include <stdint.h>

/** nn_bits: the 32 bits of a float. Any x. */
static inline uint32_t
nn_bits(float x)
{
	union {
		float f;
		uint32_t u;
	} v;
	v.f = x;
	return v.u;
}

/** nn_float: the float that has the bits u. Any u. */
static inline float
nn_float(uint32_t u)
{
	union {
		uint32_t u;
		float f;
	} v;
	v.u = u;
	return v.f;
}

/** nn_pick: a if on is 1, b if on is 0. Without ?:, which gcc turns into jumps where an arm is a constant. */
static inline uint32_t
nn_pick(int on, uint32_t a, uint32_t b)
{
	return b ^ ((a ^ b) & (0u - (uint32_t)on));
}

/** nn_rare: on, which is 0 or 1, and tells the compiler that it is 0 nearly always. */
static inline int
nn_rare(int on)
{
#ifdef __GNUC__
	return (int)__builtin_expect(on, 0);
#else
	return on;
#endif
}

/** nn_lane: where lane j of a block stands in a row that has n lanes per sum, if the block has u of each. Folds to j
 * where the block is the row. 0 <= j, 0 < u <= n. */
static inline int
nn_lane(int j, int u, int n)
{
	return u == n ? j : j / u * n + j % u;
}

/** nn_abs: |x|, exact. Clears the sign of anything: |-0| = 0, |-inf| = inf, NaN stays NaN. */
static inline float
nn_abs(float x)
{
#ifdef __GNUC__
	return __builtin_fabsf(x); /* one instruction where there is one */
#else
	return nn_float(nn_bits(x) & 0x7fffffffu);
#endif
}

/** nn_min: the smaller of a and b, exact; NaN if either is NaN (Julia's min, not C's fminf). Of 0 and -0 it gives b. */
static inline float
nn_min(float a, float b)
{
	float m = a < b ? a : b;
	return a == a ? m : a;
}

/** nn_max: the larger of a and b, exact; NaN if either is NaN (Julia's max, not C's fmaxf). Of 0 and -0 it gives b. */
static inline float
nn_max(float a, float b)
{
	float m = a > b ? a : b;
	return a == a ? m : a;
}

/** nn_limit: x limited to ±most, exact; keeps the sign of zero, NaN stays NaN. most >= 0.
 * By way of |x|: gcc would turn the two comparisons of a clamp into jumps, and then no loop vectorises. */
static inline float
nn_limit(float x, float most)
{
	float a = nn_abs(x);
#if defined(__riscv_flen)
	float end = __builtin_copysignf(most, x); /* one instruction there */
#else
	float end = nn_float(nn_bits(most) | (nn_bits(x) & 0x80000000u));
#endif
	return a > most ? end : x;
}

/** nn_tanh: tanh x for every x. Absolute error <= 3e-7 (measured 2.96e-7), relative error <= 3.3e-7 (3.25e-7), with
 * -ffast-math 3.3e-7 absolute. Exactly odd, tanh(-0) = -0; |tanh x| < 1 always; from |x| = 8 on, and so at ±inf, it
 * stays within 3e-7 of ±1; NaN in, NaN out. Formula: x P(x²) / Q(x²), both of degree 4, relative minimax fit (fit.py),
 * x limited to ±8. */
static inline float
nn_tanh(float x)
{
	float c = nn_limit(x, 8.0f), u = c * c, v = u * u;
	float p = ((1.43518255e-08f * u + 2.13122094e-05f) * u + 0.00353783485f) * v + (0.1341649f * u + 1.0f);
	float q = ((8.17936268e-07f * u + 0.000335502293f) * u + 0.0260373503f) * v + (0.467498153f * u + 1.0f);
	return c * p / q;
}

/** nn_sigmoid: σ(x) = 1 / (1 + exp -x) for every x. Absolute error <= 1.8e-7 (measured 1.75e-7), also with -ffast-math
 * (1.82e-7); 0 < σ(x) <= 1, σ(0) = 0.5; from |x| = 16 on, and so at ±inf, it stays within 1.8e-7 of 0 or 1; NaN in, NaN
 * out. Formula: 0.5 + 0.5 tanh(x / 2). */
static inline float
nn_sigmoid(float x)
{
	return 0.5f + 0.5f * nn_tanh(0.5f * x);
}

/** nn_scale: p · 2^n for -190 <= n <= 190, rounded once; overflows to infinity, underflows through the denormals to 0.
 * Exact otherwise. Formula: two factors, 2^floor(n/2) and 2^ceil(n/2), each a normal float. */
static inline float
nn_scale(float p, int32_t n)
{
	uint32_t m = (uint32_t)(n + 254);
	uint32_t a = m >> 1;
	return p * nn_float(a << 23) * nn_float((m - a) << 23);
}

/** nn_exp: e^x for every x. Relative error <= 9e-8 (measured 8.54e-8) where the result is a normal float, else less
 * than one step of a denormal; inf above 88.7228, 0 below -103.973, e^inf = inf, e^-inf = 0, e^0 = 1; NaN in, NaN out.
 * With -ffast-math 3.7e-6, and inf from 88.37 on. Formula: x = n ln2 + f with ln2 in two parts (Cody and Waite), e^f =
 * 1 + f + f² P(f), P of degree 4 (fit.py). n is read from the bits of a sum with 1.5·2^23, which no optimisation can
 * undo. */
static inline float
nn_exp(float x)
{
	float c = nn_limit(x, 104.0f);
	int32_t n = (int32_t)(nn_bits(c * 1.44269504f + 12582912.0f) - 0x4b400000u);
	float k = (float)n;
	float f = (c - k * 0.693359375f) + k * 2.12194440e-4f;
	float p = (((0.00138182985f * f + 0.00836853217f) * f + 0.0416682921f) * f + 0.166665226f) * f + 0.49999994f;
	return nn_scale(p * f * f + f + 1.0f, n);
}

/** nn_eighths: 2^(k / 8 - 32) for k = 0 to 7 as bits, less k << 20, which comes back when a number of eighths is added
 * to the exponent (fit.py). */
static const uint32_t nn_eighths[8] = {0x2f800000u, 0x2f7b95c2u, 0x2f7837f0u, 0x2f75fed7u,
				       0x2f7504f3u, 0x2f75672au, 0x2f7744fdu, 0x2f7ac0c7u};

/** nn_exp2: 2^x for -32.06 < x < 31.93; 2^-32 below that, 2^32 above; NaN in, NaN out. Relative error <= 1.2e-7
 * (measured 1.12e-7), with -ffast-math 1.7e-7 (1.62e-7); exact for integers. Formula: x = n / 8 + f; 2^(n mod 8 / 8)
 * from a table, 2^f of degree 3 (fit.py). n + 256 is in the low bits of x + 1.5 2^20 + 32, and x is out of range if the
 * bits above these nine are other ones. */
static inline float
nn_exp2(float x)
{
	float m = x + 1572896.0f;
	uint32_t n = nn_bits(m);
#ifdef __FAST_MATH__
	float f = x - (float)(int32_t)(n - 0x49c00100u) * 0.125f; /* it would fold m away */
#else
	float f = x - (m - 1572896.0f);
#endif
	if (nn_rare(n >> 9 != 0x49c00000u >> 9))
		return x > 0.0f ? 4294967296.0f : x < 0.0f ? 2.32830644e-10f : x;
	float s = nn_float(nn_eighths[n & 7] + (n << 20));
	float p = ((0.0554889627f * f + 0.240257517f) * f + 0.693147242f) * f;
	return s + s * p;
}

/** nn_exp2s: nn_exp2 of z[0] to z[n - 1], in place. n > 0. With NN_VLDM or NN_VMUL (Cortex-M4F, M7, M33) four at a time
 * as long as all four are in range, with fused multiply-adds or without. */
#if defined(NN_VLDM) || defined(NN_VMUL)
static inline void
nn_exp2s(float *z, int n)
{
#if !defined(NN_VMUL)
	static const float c[8] = {0.240257517f, 0.240257517f, 0.240257517f, 0.240257517f,
				   0.693147242f, 0.693147242f, 0.693147242f, 0.693147242f};
#endif
	do {
		uint32_t b0, b1, b2, b3, i;
		/* s0-s3: x, then f; s4-s7: m, then s; s8-s15: the polynomial */
		__asm__ volatile("subs %[n], #4\n\tblt 2f\n1:\n\tvldmia %[z], {s0-s3}\n\t"
				 "vadd.f32 s4, s0, %[m]\n\tvadd.f32 s5, s1, %[m]\n\t"
				 "vadd.f32 s6, s2, %[m]\n\tvadd.f32 s7, s3, %[m]\n\t"
				 "vmov %[b0], %[b1], s4, s5\n\tvmov %[b2], %[b3], s6, s7\n\t"
				 "cmp %[in], %[b0], lsr #9\n\tittt eq\n\tcmpeq %[in], %[b1], lsr #9\n\t"
				 "cmpeq %[in], %[b2], lsr #9\n\tcmpeq %[in], %[b3], lsr #9\n\tbne 2f\n\t"
				 "vsub.f32 s4, s4, %[m]\n\tvsub.f32 s5, s5, %[m]\n\t"
				 "vsub.f32 s6, s6, %[m]\n\tvsub.f32 s7, s7, %[m]\n\t"
				 "vsub.f32 s0, s0, s4\n\tvsub.f32 s1, s1, s5\n\t"
				 "vsub.f32 s2, s2, s6\n\tvsub.f32 s3, s3, s7\n\t"
#if defined(NN_VMUL)
				 "vmul.f32 s8, s0, %[c3]\n\tvmul.f32 s9, s1, %[c3]\n\t"
				 "vmul.f32 s10, s2, %[c3]\n\tvmul.f32 s11, s3, %[c3]\n\t"
				 "vadd.f32 s8, s8, %[c2]\n\tvadd.f32 s9, s9, %[c2]\n\t"
				 "vadd.f32 s10, s10, %[c2]\n\tvadd.f32 s11, s11, %[c2]\n\t"
				 "vmul.f32 s8, s8, s0\n\tvmul.f32 s9, s9, s1\n\t"
				 "vmul.f32 s10, s10, s2\n\tvmul.f32 s11, s11, s3\n\t"
				 "vadd.f32 s12, s8, %[c1]\n\tvadd.f32 s13, s9, %[c1]\n\t"
				 "vadd.f32 s14, s10, %[c1]\n\tvadd.f32 s15, s11, %[c1]\n\t"
#else
				 "vldmia %[c], {s8-s15}\n\t"
				 "vfma.f32 s8, s0, %[c3]\n\tvfma.f32 s9, s1, %[c3]\n\t"
				 "vfma.f32 s10, s2, %[c3]\n\tvfma.f32 s11, s3, %[c3]\n\t"
				 "vfma.f32 s12, s8, s0\n\tvfma.f32 s13, s9, s1\n\t"
				 "vfma.f32 s14, s10, s2\n\tvfma.f32 s15, s11, s3\n\t"
#endif
				 "and %[i], %[b0], #7\n\tldr %[i], [%[root], %[i], lsl #2]\n\t"
				 "add %[b0], %[i], %[b0], lsl #20\n\t"
				 "and %[i], %[b1], #7\n\tldr %[i], [%[root], %[i], lsl #2]\n\t"
				 "add %[b1], %[i], %[b1], lsl #20\n\t"
				 "and %[i], %[b2], #7\n\tldr %[i], [%[root], %[i], lsl #2]\n\t"
				 "add %[b2], %[i], %[b2], lsl #20\n\t"
				 "and %[i], %[b3], #7\n\tldr %[i], [%[root], %[i], lsl #2]\n\t"
				 "add %[b3], %[i], %[b3], lsl #20\n\t"
				 "vmov s4, s5, %[b0], %[b1]\n\tvmov s6, s7, %[b2], %[b3]\n\t"
				 "vmul.f32 s12, s12, s0\n\tvmul.f32 s13, s13, s1\n\t"
				 "vmul.f32 s14, s14, s2\n\tvmul.f32 s15, s15, s3\n\t"
#if defined(NN_VMUL)
				 "vmul.f32 s12, s12, s4\n\tvmul.f32 s13, s13, s5\n\t"
				 "vmul.f32 s14, s14, s6\n\tvmul.f32 s15, s15, s7\n\t"
				 "vadd.f32 s4, s4, s12\n\tvadd.f32 s5, s5, s13\n\t"
				 "vadd.f32 s6, s6, s14\n\tvadd.f32 s7, s7, s15\n\t"
#else
				 "vfma.f32 s4, s4, s12\n\tvfma.f32 s5, s5, s13\n\t"
				 "vfma.f32 s6, s6, s14\n\tvfma.f32 s7, s7, s15\n\t"
#endif
				 "vstmia %[z]!, {s4-s7}\n\tsubs %[n], #4\n\tbge 1b\n2:\n\tadds %[n], #4"
				 : [z] "+&r"(z), [n] "+&r"(n), [b0] "=&r"(b0), [b1] "=&r"(b1), [b2] "=&r"(b2),
				   [b3] "=&r"(b3), [i] "=&r"(i)
				 : [m] "t"(1572896.0f), [c3] "t"(0.0554889627f),
#if defined(NN_VMUL)
				   [c2] "t"(0.240257517f), [c1] "t"(0.693147242f),
#else
				   [c] "r"(c),
#endif
				   [root] "r"(nn_eighths), [in] "r"(0x49c00000u >> 9)
				 : "cc", "memory", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10",
				   "s11", "s12", "s13", "s14", "s15");
		for (int j = n < 4 ? n : 4; j > 0; j--, n--, z++)
			*z = nn_exp2(*z);
	} while (n > 0);
}
#else
static inline void
nn_exp2s(float *z, int n)
{
	for (int j = 0; j < n; j++)
		z[j] = nn_exp2(z[j]);
}
#endif

/** nn_logistic2: 1 / (1 + 2^x): the sigmoid of -x / log2 e. Absolute error <= 1e-7 (measured 9e-8). NaN in, NaN out.
 */
static inline float
nn_logistic2(float x)
{
	return 1.0f / (1.0f + nn_exp2(x));
}

/** nn_tanh2: (1 - 2^x) / (1 + 2^x): tanh of -x / (2 log2 e). Absolute error <= 1.4e-7 (measured 1.35e-7). NaN in, NaN
 * out. */
static inline float
nn_tanh2(float x)
{
	float e = nn_exp2(x);
	return (1.0f - e) / (1.0f + e);
}

/** nn_lntail: (ln(1 + f) - f + f²/2) / f³ for sqrt(1/2) <= 1 + f <= sqrt(2): what is left of the logarithm after two
 * terms. Adds less than 1e-8 to the relative error of ln(1 + f). Formula: degree 8 (fit.py). */
static inline float
nn_lntail(float f)
{
	float p = ((0.0674926937f * f - 0.116700985f) * f + 0.118835486f) * f - 0.124062337f;
	p = ((p * f + 0.142203584f) * f - 0.166679889f) * f + 0.200020716f;
	return (p * f - 0.250000089f) * f + 0.333333135f;
}

/** nn_log: ln x. Relative error <= 8.1e-8 (measured 8.07e-8) for every x > 0, denormals and the neighbourhood of 1
 * included; log(1) = 0, log(±0) = -inf, log(inf) = inf, NaN for x < 0 and for NaN. With -ffast-math 1.8e-7.
 * Formula: x = 2^e (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)); e ln2 + f - f²/2 + f³ P(f), ln2 in two parts. */
static inline float
nn_log(float x)
{
	uint32_t u = nn_bits(x), inf = 0x7f800000u;
	uint32_t t = (0u - ((u - 0x00800000u) >> 31)) & (23u << 23);       /* denormals: scaled by 2^23 */
	uint32_t b = nn_bits(x * nn_float(0x3f800000u + t)) + 0x004afb0du; /* sqrt(1/2) carries into the exponent */
	float e = (float)((int32_t)((b + (64u << 23) - t) >> 23) - 191);
	float f = nn_float((b & 0x007fffffu) + 0x3f3504f3u) - 1.0f;
	float h = 0.5f * f * f;
	float y = e * 0.693359375f + (f + ((f * f * f * nn_lntail(f) - e * 2.12194440e-4f) - h));
	uint32_t odd = nn_pick(u == inf, inf, nn_pick(u << 1 == 0, 0xff800000u, 0x7fc00000u));
	return nn_float(nn_pick(u - 1u < inf - 1u, nn_bits(y), odd));
}

/** nn_sqrt: the square root. Error <= 0.76 ulp (measured 0.7502) for every x >= 0, denormals included; exact where the
 * root is a float; sqrt(±0) = ±0, sqrt(inf) = inf, NaN for x < 0 and for NaN. With -ffast-math 1.7e-7 relative, x <
 * 8e37. Formula: 1/sqrt(x) from half the exponent, two Newton steps, one Heron step with a division. */
static inline float
nn_sqrt(float x)
{
	uint32_t u = nn_bits(x), inf = 0x7f800000u;
	uint32_t t = (0u - ((u - 0x00800000u) >> 31)) & (12u << 23); /* denormals: scaled by 2^24 */
	float v = x * nn_float(0x3f800000u + 2u * t);
	float h = 0.5f * v;
	float r = nn_float(0x5f3759dfu - (nn_bits(v) >> 1));
	r = r * (1.5f - h * r * r);
	r = r * (1.5f - h * r * r);
	r = v * r * 1.000005f; /* too large, so that v / r rounds in the finer binade */
	r = 0.5f * (r + v / r) * nn_float(0x3f800000u - t);
	uint32_t odd = nn_pick((u << 1 == 0) | (u == inf), u, 0x7fc00000u);
	return nn_float(nn_pick(u - 1u < inf - 1u, nn_bits(r), odd));
}

/** nn_hi: x with the lower 12 bits of its mantissa cleared: the product of two such floats is exact. Any x. */
static inline float
nn_hi(float x)
{
	return nn_float(nn_bits(x) & 0xfffff000u);
}

/** nn_pow: x^y as C's powf. Relative error <= 1.5e-6 (measured 1.47e-6 on 10^9 pairs) where the result is a normal
 * float; overflows to inf, underflows through the denormals to 0. x^0 = 1^y = 1 even for NaN, else NaN in, NaN out;
 * x < 0 gives ±|x|^y for an integer y, NaN for another; 0 and ±inf, as x and as y, as powf, signs included. With
 * -ffast-math 2e-5 for normal x > 0, and inf from 2^127 on.
 * Formula: log2 x = h + l, h of 12 bits, made from f - f²/2 in two such parts; 2^(y h + y l) by degree 6 (fit.py). */
static inline float
nn_pow(float x, float y)
{
	uint32_t inf = 0x7f800000u, nan = 0x7fc00000u, u = nn_bits(x), ax = u & 0x7fffffffu;
	uint32_t v = nn_bits(y), ay = v & 0x7fffffffu;
	/* log2 |x| = h + l */
	uint32_t t = (0u - ((ax - 0x00800000u) >> 31)) & (23u << 23); /* denormals: scaled by 2^23 */
	uint32_t b = nn_bits(nn_float(ax) * nn_float(0x3f800000u + t)) + 0x004afb0du;
	float e = (float)((int32_t)((b + (64u << 23) - t) >> 23) - 191);
	float f = nn_float((b & 0x007fffffu) + 0x3f3504f3u) - 1.0f;
	float fh = nn_hi(f), a = nn_hi(f - 0.5f * fh * fh);
	float c = ((f - a) - 0.5f * fh * fh) + (f * f * f * nn_lntail(f) - 0.5f * (f - fh) * (f + fh));
	float h = nn_hi(e + a * 1.44238281f);
	float l = ((e - h) + a * 1.44238281f) + (a * 3.12228701e-4f + c * 1.44269504f);
	/* z = n + r = y log2 |x|; beyond 4e9 only the sign of y matters */
	float w = nn_limit(y, 4.0e9f), wh = nn_hi(w), zl = (w - wh) * h + w * l;
	float z = wh * h + zl, zc = nn_limit(z, 151.0f);
	int32_t n = (int32_t)(nn_bits(zc + 12582912.0f) - 0x4b400000u);
	float r = (wh * h - (float)n) + zl;
	r = nn_float(nn_pick(nn_bits(z) == nn_bits(zc), nn_bits(r), 0));
	float p = ((0.000153264627f * r + 0.00133908063f) * r + 0.00961850584f) * r + 0.0555035993f;
	uint32_t q = nn_bits(nn_scale(((p * r + 0.240226477f) * r + 0.693147182f) * r + 1.0f, n));
	/* the special values; a y of 2^24 or more is an even integer */
	int32_t whole = (int32_t)nn_float(nn_pick(ay < 0x4b800000u, ay, 0));
	int integer = (ay >= 0x4b800000u) | (nn_bits((float)whole) == ay);
	q = nn_pick(ax - 1u < inf - 1u, q, nn_pick((ax == 0) == (v >> 31 == 0), 0, inf));
	q = q ^ ((uint32_t)(integer & whole) << 31 & u);
	q = nn_pick((u - 0x80000001u < inf - 1u) & !integer, nan, q);
	q = nn_pick((ax > inf) | (ay > inf), nan, q);
	return nn_float(nn_pick((ay == 0) | (u == 0x3f800000u), 0x3f800000u, q));
}

/** nn_x4: four floats, lanes of a vector. These kernels are there with -DNN_MVE (Cortex-M55) only; the operators of C
 * work on such vectors, but there is no division. */
#if defined(NN_MVE)
#include <arm_mve.h>
typedef float32x4_t nn_x4;
#endif

/** nn_load4: p[0] to p[3]. */
#if defined(NN_MVE)
static inline nn_x4
nn_load4(const float *p)
{
	return vld1q_f32(p);
}
#endif

/** nn_store4: p[0] to p[3] become v. */
#if defined(NN_MVE)
static inline void
nn_store4(float *p, nn_x4 v)
{
	vst1q_f32(p, v);
}
#endif

/** nn_load_some4: p[0] to p[n - 1], but at most four; 0 in the other lanes. n > 0. */
#if defined(NN_MVE)
static inline nn_x4
nn_load_some4(const float *p, int n)
{
	return vld1q_z_f32(p, vctp32q((uint32_t)n));
}
#endif

/** nn_store_some4: p[0] to p[n - 1], but at most four, become v. n > 0. */
#if defined(NN_MVE)
static inline void
nn_store_some4(float *p, int n, nn_x4 v)
{
	vst1q_p_f32(p, v, vctp32q((uint32_t)n));
}
#endif

/** nn_div4: a / b, lane by lane, each as the division of floats. */
#if defined(NN_MVE)
static inline nn_x4
nn_div4(nn_x4 a, nn_x4 b)
{
	register nn_x4 n __asm__("q0") = a;
	register nn_x4 d __asm__("q1") = b;
	__asm__("vdiv.f32 s0, s0, s4\n\tvdiv.f32 s1, s1, s5\n\tvdiv.f32 s2, s2, s6\n\tvdiv.f32 s3, s3, s7"
		: "+w"(n)
		: "w"(d));
	return n;
}
#endif

/** nn_exp2x4: 2^x in each lane for |x| <= 32, beyond that 2^±32; NaN in, NaN out. Relative error <= 2e-7. Formula: x =
 * n + f, 2^f of degree 5 (fit.py) with fused multiply-adds; n and the exponent's bias are in the low bits of x + 1.5
 * 2^23 + 127. */
#if defined(NN_MVE)
static inline nn_x4
nn_exp2x4(nn_x4 x)
{
	nn_x4 c = vminnmq_f32(vmaxnmq_f32(x, vdupq_n_f32(-32.0f)), vdupq_n_f32(32.0f));
	nn_x4 m = vaddq_n_f32(c, 12583039.0f);
	nn_x4 f = vsubq_f32(c, vsubq_n_f32(m, 12583039.0f));
	nn_x4 p = vaddq_n_f32(vmulq_n_f32(f, 0.00132695353f), 0.00967129227f);
	p = vfmasq_n_f32(p, f, 0.0555071086f);
	p = vfmasq_n_f32(p, f, 0.240222469f);
	p = vfmasq_n_f32(p, f, 0.693147004f);
	p = vfmasq_n_f32(p, f, 1.0f);
	p = vmulq_f32(p, vreinterpretq_f32_s32(vshlq_n_s32(vreinterpretq_s32_f32(m), 23)));
	return vpselq_f32(p, x, vcmpeqq_f32(x, x)); /* NaN stays */
}
#endif

#endif
