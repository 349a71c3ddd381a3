/* forecast_main.c: some steps of a net on random inputs, for tests/forecast/measure.sh to count: one by one, or WINDOW
 * by window. */
#include "net.h"

enum { STEPS = 20 };
#ifdef WINDOW
enum { TURN = NET_STEPS };
#else
enum { TURN = 1 };
#endif

int
main(void)
{
	static net_state state;
	static float x[TURN * NET_BATCH * NET_IN], y[TURN * NET_BATCH * NET_OUT];
	uint32_t seed = 7;
	net_reset(&state);
	for (int step = 0; step < STEPS; step += TURN) {
		for (int i = 0; i < TURN * NET_BATCH * NET_IN; i++) {
			seed = seed * 1664525u + 1013904223u;
			x[i] = (float)(seed >> 8) / 8388608.0f - 1.0f;
		}
#ifdef WINDOW
		net_unrolled(&state, (void *)x, (void *)y);
#else
		net_step(&state, (void *)x, (void *)y);
#endif
	}
	return y[0] > 1e30f;
}
