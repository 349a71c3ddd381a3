#!/bin/sh
# diff.sh NAME.net: one net through the evaluator and through C by gcc and clang at every level, stepped and unrolled.
#
# "# args: ..." gives more options; "--unroll 5" and "--init=seeded" are added unless there are such options.
# "# x: NAME" and "# y: NAME" name the input and the output if they have other names. Nets with one input and one
# output only. Every build, stepped, unrolled and mixed, gives the same bits; the evaluator agrees within 2e-6 (1 + |y|).
. "$ROOT/tests/lib/common.sh"
net=$1
cp "$ROOT/tests/diff/$net" .
args=$(comment_value args "$net")
x=$(comment_value x "$net") y=$(comment_value y "$net")
case $args in *--unroll*) ;; *) args="$args --unroll 5" ;; esac
case $args in *--weights* | *--init*) ;; *) args="$args --init=seeded" ;; esac
case $args in *--scratch=caller*) work=-DWORK ;; *) work= ;; esac
tool=$PLAIN/tests/npzraw
main=$ROOT/tests/lib/diff_main.c
contract=-ffp-contract=off
eval "set -- $args"
run "$NETC" "$net" "$@" --name t -o t.c

# build NAME COMPILER FLAGS: t.c under the strict flags, linked with the driver.
build()
{
	name=$1 compiler=$2
	shift 2
	quiet "$compiler" -std=c99 "$@" $contract $STRICT -c -o "$name.o" t.c
	quiet "$compiler" -std=c99 "$@" $contract -D_POSIX_C_SOURCE=200809L -I. -DP=t -DPU=T $work -o "$name" "$main" "$name.o" -lm
	builds="$builds $name"
}

# build_cpp NAME COMPILER T.o: the driver is C++; t.c too unless an object of it is given.
build_cpp()
{
	quiet "$2" -std=c++11 -x c++ -O1 $contract $STRICT -c -o "$1.o" t.c
	quiet "$2" -std=c++11 -x c++ -O1 $contract -I. -DP=t -DPU=T $work -c -o "$1-main.o" "$main"
	quiet "$2" -o "$1" "$1-main.o" "${3-$1.o}" -lm
	builds="$builds $1"
}

builds=
if [ "$VARIANT" = asan ]; then
	# shellcheck disable=SC2086
	build asan "$CC" -O1 -g $SANITIZE
else
	for level in 0 2 3; do
		for compiler in gcc clang; do
			command -v $compiler >/dev/null 2>&1 && build $compiler-O$level $compiler -O$level
		done
	done
	build native "$CC" -O3 -march=native
	build scalar "$CC" -O2 -U__SSE__ # the blocks of a microcontroller
	command -v g++ >/dev/null 2>&1 && [ -f gcc-O2.o ] && build_cpp g++ g++ gcc-O2.o
	command -v clang++ >/dev/null 2>&1 && build_cpp clang++ clang++
fi
set -- $builds
[ $# -gt 0 ] || fail "no C compiler"

dims=$("./$1" dims) || fail "the driver could not print the sizes"
read -r in out steps batch <<EOF
$dims
EOF
[ "$batch" -gt 1 ] && shape="$((3 * steps)) $batch $in" || shape="$((3 * steps)) $in"
# shellcheck disable=SC2086
run "$tool" random 7 x.npz x.raw "${x:-x}" $shape
for name in $builds; do
	for mode in step unrolled mixed; do
		run "./$name" $mode x.raw "$name.$mode.raw"
		same_bytes "$1.step.raw" "$name.$mode.raw" "$name, $mode: the output"
	done
done
[ "$(wc -c <"$1.step.raw")" = $((3 * steps * batch * out * 4)) ] || fail "the output has the wrong size"
eval "set -- $args"
run "$NETC" "$net" "$@" --eval x.npz -o y.npz
set -- $builds
run "$tool" compare y.npz "${y:-y}" "$1.step.raw" 2e-6
