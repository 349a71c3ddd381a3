# Two models in one program, and one header included twice.
echo 'model = LSTM(2 => 3)' >m.net
run "$NETC" m.net --init=seeded -o a.c
run "$NETC" m.net --init=seeded --seed 2 -o b.c
cat >main.c <<'C'
#include "a.h"
#include "a.h"
#include "b.h"
int
main(void)
{
	static const float x[2] = {1, 2};
	float p[A_OUT], q[B_OUT];
	a_state s;
	b_state t;
	a_reset(&s);
	b_reset(&t);
	a_step(&s, x, p);
	b_step(&t, x, q);
	return p[0] == q[0];
}
C
quiet "$CC" -std=c99 -Wall -Wextra -Werror -o main main.c a.c b.c
run ./main
