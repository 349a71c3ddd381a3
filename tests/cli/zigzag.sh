# A matrix that exceeds the second-level cache is walked backwards at every other step, with the bits of the step function.
printf 'model = RNN(4 => 528)\n' >m.net
run "$NETC" m.net --init=seeded --unroll 4 --name t -o t.c
expect_text t.c "for (int u = 528 - UNITS; u >= 0; u -= UNITS)"
expect_text t.c "for (int u = 0; u < 528; u += UNITS)"
cat >main.c <<'C'
#include <string.h>
#include "t.h"
int main(void)
{
	static float x[T_STEPS][T_IN], y[T_STEPS][T_OUT], z[T_OUT];
	static t_state a, b;
	for (int i = 0; i < T_STEPS * T_IN; i++)
		x[i / T_IN][i % T_IN] = (float)(i % 7) - 3.0f;
	t_reset(&a);
	t_reset(&b);
	t_unrolled(&a, (const float(*)[T_IN])x, y);
	for (int t = 0; t < T_STEPS; t++) {
		t_step(&b, x[t], z);
		if (memcmp(z, y[t], sizeof z) != 0)
			return 1;
	}
	return memcmp(&a, &b, sizeof a) != 0;
}
C
run "$CC" -std=c99 -O2 -o main main.c t.c
run ./main
# A smaller one is not.
printf 'model = RNN(4 => 256)\n' >small.net
run "$NETC" small.net --init=seeded --unroll 4 --name s -o s.c
expect_no_text s.c "u -= UNITS"
