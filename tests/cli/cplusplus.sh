# The header is C++ as well; its functions link from C++.
command -v g++ >/dev/null 2>&1 || skip "no g++"
echo 'model = Chain(LSTM(2 => 3), Dense(3 => 1))' >m.net
run "$NETC" m.net --init=seeded --unroll 2 --name t -o t.c
printf '#include "t.h"\nint main() { t_state s; t_reset(&s); float x[T_STEPS][T_IN] = {}, y[T_STEPS][T_OUT]; t_unrolled(&s, x, y); return y[0][0] != y[0][0]; }\n' >main.cc
quiet g++ -std=c++11 -Wall -Wextra -Werror -c -o main.o main.cc
quiet "$CC" -std=c99 $STRICT -c -o t.o t.c
quiet g++ -o main main.o t.o
run ./main
