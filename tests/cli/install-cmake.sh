# A CMake project that uses the installed package: two nets in one program, rebuilt when a net or its weights change.
command -v cmake >/dev/null 2>&1 || skip "no cmake"
command -v make >/dev/null 2>&1 || skip "no make"
run make -s -C "$ROOT" BUILD="$BUILD" DESTDIR="$PWD/staging" PREFIX=/usr install-files
echo 'twice(x) = 2x' >part.net
printf 'include("part.net")\nmodel = Chain(Dense(2 => 1), twice)\n' >left.net
echo 'model = RNN(1 => 1)' >right.net
printf 'W (2, 1) 1 10\nb (1) 100\n' | sed 's/^/1./' | weights_file left.npz
cat >CMakeLists.txt <<'CMAKE'
cmake_minimum_required(VERSION 3.20)
project(two C)
find_package(netc 0.1 REQUIRED)
netc_compile(left-net NET left.net WEIGHTS left.npz NAME left)
netc_compile(right NET right.net UNROLL 3 ARGS --init=seeded --math=libm)
add_executable(two main.c)
target_link_libraries(two PRIVATE left-net right)
CMAKE
cat >main.c <<'MAIN'
#include <stdio.h>
#include "left-net.h"
#include "right.h"
int main(void)
{
	float x[2] = {1, 2}, y[1], many[RIGHT_STEPS][RIGHT_IN] = {{0}, {0}, {0}}, out[RIGHT_STEPS][RIGHT_OUT];
	left_state l;
	right_state s;
	left_reset(&l);
	right_reset(&s);
	right_unrolled(&s, (const float (*)[RIGHT_IN])many, out);
	left_step(&l, x, y);
	printf("%g %g\n", (double)y[0], (double)out[2][0]);
	return RIGHT_STEPS != 3;
}
MAIN
tried=
for generator in "Unix Makefiles" Ninja; do
	case $generator in Ninja) command -v ninja >/dev/null 2>&1 || continue ;; esac
	tried=1
	build=build-${generator##* }
	run cmake -S . -B "$build" -G "$generator" -DCMAKE_PREFIX_PATH="$PWD/staging/usr" -DCMAKE_C_COMPILER="$CC" \
		-DCMAKE_C_FLAGS="-Wall -Wextra -Werror"
	run cmake --build "$build"
	# 2 * (1 * 1 + 2 * 10 + 100)
	[ "$("$build/two")" = "242 0" ] || fail "wrong: $("$build/two")"
	expect_status 0 cmake --build "$build"
	expect_no_text out "netc left"
	sleep 1
	echo 'twice(x) = 4x' >part.net
	expect_status 0 cmake --build "$build"
	expect_text out "netc left-net"
	expect_no_text out "netc right"
	[ "$("$build/two")" = "484 0" ] || fail "an included net changed, and still: $("$build/two")"
	sleep 1
	printf '1.W (2, 1) 1 10\n1.b (1) 0\n' | weights_file left.npz
	run cmake --build "$build"
	[ "$("$build/two")" = "84 0" ] || fail "the weights changed, and still: $("$build/two")"
	echo 'twice(x) = 2x' >part.net
	printf '1.W (2, 1) 1 10\n1.b (1) 100\n' | weights_file left.npz
done
[ -n "$tried" ] || skip "no generator"
sed 's/NET left.net/left.net/' CMakeLists.txt >wrong.txt
mkdir wrong
mv wrong.txt wrong/CMakeLists.txt
expect_status 1 cmake -S wrong -B wrong/build -DCMAKE_PREFIX_PATH="$PWD/staging/usr" -DCMAKE_C_COMPILER="$CC"
expect_text err "wanted NET FILE.net"
sed 's/netc 0.1 /netc 0.2 /' CMakeLists.txt >wrong/CMakeLists.txt
expect_status 1 cmake -S wrong -B wrong/build2 -DCMAKE_PREFIX_PATH="$PWD/staging/usr" -DCMAKE_C_COMPILER="$CC"
expect_text err "0.1.0"
