#!/bin/sh
# examples.sh NAME: a seed against its stored outputs, or a folder of examples/ with its stored outputs and its main.c,
# or the script tests/examples/NAME.sh, which has the functions of common.sh.
#
# A seed runs in the evaluator and, with one input and one output, as C: step by step and by windows. A line
# "# args: ..." in it gives more options for netc; a window is two steps unless the net says otherwise.
. "$ROOT/tests/lib/common.sh"
name=$1
seeds=$ROOT/examples/seeds
tool=$PLAIN/tests/npzraw

# drive LABEL FLAGS: t.c by seed_main.c over x.raw, compared with the stored y.
drive()
{
	label=$1
	shift
	quiet "$CC" -std=c99 -O1 "$@" -Wall -Wextra -Werror -I. -o "$label" "$ROOT/tests/lib/seed_main.c" t.o -lm
	quiet "./$label" x.raw "$label.raw"
	run "$tool" compare "$check" y "$label.raw" 1e-5
}

if [ -f "$seeds/$name-check.npz" ]; then
	net=$seeds/$name.net check=$seeds/$name-check.npz
	eval "set -- $(comment_value args "$net") --weights '$seeds/$name.npz'"
	check_arrays "$net" "$check" "$@"
	# The check must be able to fail: other outputs.
	run "$tool" nudge "$check" y bad.npz
	expect_status 1 "$NETC" "$net" "$@" --check bad.npz
	grep -q '^ *unroll(' "$net" || set -- "$@" --unroll 2
	run "$NETC" "$net" "$@" --name t -o t.c
	quiet "$CC" -std=c99 -O1 $STRICT -c -o t.o t.c
	grep -q '[^A-Z_]T_IN ' t.h || exit 0
	run "$tool" raw "$check" x x.raw
	grep -q 'float y\[T_STEPS\]' t.h && last= || last=-DLAST
	drive unrolled $last
	[ -n "$last" ] || ! grep -q 'void t_step(' t.h || drive step -DSTEP
	exit 0
fi
if [ -f "$ROOT/tests/examples/$name.sh" ]; then
	. "$ROOT/tests/examples/$name.sh"
	exit 0
fi
folder=$ROOT/examples/$name
for weights in "$folder/$name".*; do
	case $weights in *.safetensors | *.npz) break ;; esac
done
[ -f "$folder/check.npz" ] && run "$NETC" "$folder/$name.net" --weights "$weights" --check "$folder/check.npz"
run "$NETC" "$folder/$name.net" --weights "$weights" -o "$name.c"
quiet "$CC" -std=c99 -D_POSIX_C_SOURCE=200809L -O2 -Wall -Wextra -Werror -I. -o main "$folder"/*.c "$name.c" -lm
run ./main
[ -s run.log ] || fail "the program printed nothing"
# The sound it wrote is one that it reads.
[ ! -f out.wav ] || run ./main out.wav again.wav again.svg
