/* lanes_main.c: the kernels of nn.h for four lanes, those of NN_MVE, NN_VLDM or NN_VMUL, against those for one, on the
 * target; its status says whether they agree. */
#include "nn.h"
#include <stdio.h>

static int bad;

static void
expect(int good, const char *what, uint32_t x)
{
	if (!good && ++bad < 10)
		printf("%s: %08lx\n", what, (unsigned long)x);
}

/* y is 2^x within twice the error that nn.h states, or as NaN as x; where one kernel is at its limit the other may be a
 * step before it. */
static void
expect_power(float y, float x)
{
	float one = nn_exp2(x), edge = nn_abs(nn_abs(x) - 32.0f);
	float error = (edge <= 0.0625f ? 0.05f : 4e-7f) * one;
	expect(one == one ? nn_abs(y - one) <= error : y != y, "2^x", nn_bits(x));
}

#if defined(NN_MVE)
static void
exp2_of(uint32_t first)
{
	float x[4], y[4];
	for (uint32_t j = 0; j < 4; j++)
		x[j] = nn_float(first + j);
	nn_store4(y, nn_exp2x4(nn_load4(x)));
	for (int j = 0; j < 4; j++)
		expect_power(y[j], x[j]);
}

static void
quotient_of(const float a[4], const float b[4])
{
	float y[4];
	nn_store4(y, nn_div4(nn_load4(a), nn_load4(b)));
	for (int j = 0; j < 4; j++)
		expect(nn_bits(y[j]) == nn_bits(a[j] / b[j]), "nn_div4", nn_bits(a[j]));
}

/* n lanes go from one array to another; nothing else is written, and the other lanes are 0. */
static void
some(int n)
{
	const float from[6] = {1.0f, 2.0f, 3.0f, 4.0f, 5.0f, 6.0f};
	float to[6] = {-1.0f, -1.0f, -1.0f, -1.0f, -1.0f, -1.0f}, all[4];
	nn_x4 v = nn_load_some4(from + 1, n);
	nn_store4(all, v);
	nn_store_some4(to + 1, n, v);
	for (int j = 0; j < 4; j++)
		expect(all[j] == (j < n ? from[1 + j] : 0.0f), "nn_load_some4", (uint32_t)n);
	for (int j = 0; j < 6; j++)
		expect(to[j] == (j > 0 && j <= n && j < 5 ? from[j] : -1.0f), "nn_store_some4", (uint32_t)n);
}

static void
quotients(void)
{
	for (uint32_t u = 1; u < 20000; u++) {
		float a[4], b[4];
		for (uint32_t j = 0; j < 4; j++) {
			a[j] = nn_float(0x30000000u + (u * 4 + j) * 2654435761u % 0x20000000u);
			b[j] = nn_float(0xb0000000u + (u * 4 + j) * 40503u % 0x20000000u);
		}
		quotient_of(a, b);
	}
	for (int n = 1; n <= 5; n++)
		some(n);
}
#else
/* One to eleven numbers, of which the one at `first % 11` is the one meant; nothing behind them is written. */
static void
exp2_of(uint32_t first)
{
	float x[12], y[12];
	int n = 1 + (int)(first / 11 % 11);
	for (uint32_t j = 0; j < 12; j++)
		x[j] = y[j] = j == first % 11 ? nn_float(first) : 0.37f * (float)j;
	nn_exp2s(y, n);
	for (int j = 0; j < n; j++)
		expect_power(y[j], x[j]);
	for (int j = n; j < 12; j++)
		expect(nn_bits(y[j]) == nn_bits(x[j]), "nn_exp2s wrote behind the end", first);
}

static void
quotients(void)
{
}
#endif

int
main(void)
{
	static const uint32_t special[] = {0,           0x3f800000u, 0x42200000u, 0x42fffffcu,
					   0x7f7ffffcu, 0x7f800000u, 0x7fc00000u};
	for (uint32_t u = 0; u < 0xffffffffu - 10007u; u += 10007u)
		exp2_of(u);
	for (unsigned i = 0; i < sizeof special / sizeof *special; i++) {
		exp2_of(special[i]);
		exp2_of(special[i] | 0x80000000u);
	}
	quotients();
	return bad != 0;
}
