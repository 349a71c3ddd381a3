#!/bin/sh
# options.sh NAME.net: one net under every option that changes the code, by gcc and clang in turn, without a warning.
#
# "# args: ..." in the net gives more options. Under each set of options, single steps, windows and both mixed give
# the same bits, and the evaluator agrees within 1e-5 (1 + |y|). Nets with one input and one output only.
. "$ROOT/tests/lib/common.sh"
net=$1
cp "$ROOT/tests/options/$net" .
args=$(comment_value args "$net")
tool=$PLAIN/tests/npzraw
main=$ROOT/tests/lib/diff_main.c
compilers=gcc
command -v clang >/dev/null 2>&1 && compilers="gcc clang"
turn=0

# vectors BATCH STEPS: x.raw of three windows, and what the evaluator makes of it, y.npz.
vectors()
{
	eval "set -- $args --init=seeded --batch $1 --unroll $2"
	run "$NETC" "$net" "$@" -w --emit=summary -o summary
	in=$(sed -n 's/^input  *x  *(\([0-9]*\)).*/\1/p' summary)
	[ -n "$in" ] || fail "the summary does not say how large x is"
	shape="$((3 * steps)) $in"
	[ "$batch" = 1 ] || shape="$((3 * steps)) $batch $in"
	# shellcheck disable=SC2086
	run "$tool" random 7 x.npz x.raw x $shape
	run "$NETC" "$net" "$@" --eval x.npz -o y.npz
}

# weights_of T.c: definitions of what --weights-as=extern declares.
weights_of()
{
	echo '#include "t.h"'
	awk '/^static const float t_w_/ { sub(/^static /, ""); sub(/ NN_ALIGN.*/, " = {"); inside = 1 }
	inside { print }
	/^};/ { inside = 0 }' "$1"
}

# check OPTION...: the net with these options.
check()
{
	options=$*
	set -- $args --init=seeded --batch "$batch" --unroll "$steps" --name t "$@"
	flags='' more=''
	case $options in *=extern*)
		run "$NETC" "$net" $args --init=seeded --batch "$batch" --unroll "$steps" --name t -fno-pack -o t.c
		weights_of t.c >weights.c
		more=weights.c
		;;
	esac
	case $options in *=params*) flags=-DPARAMS ;; *--scratch=caller*) flags=-DWORK ;; esac
	run "$NETC" "$net" "$@" -o t.c
	grep -q 't_step(' t.h || flags="$flags -DAHEAD"
	turn=$((turn + 1))
	compiler=gcc
	[ $((turn % 2)) = 1 ] || compiler=${compilers##* }
	# shellcheck disable=SC2086
	quiet "$compiler" -std=c99 -O1 $mode $STRICT -c -o t.o t.c
	# shellcheck disable=SC2086
	quiet "$compiler" -std=c99 -O0 $mode -D_POSIX_C_SOURCE=200809L -I. -DP=t -DPU=T $flags -o t "$main" t.o $more -lm
	for how in unrolled step mixed; do
		case $flags in *AHEAD*) [ $how = unrolled ] || continue ;; esac
		run ./t $how x.raw $how.raw
		same_bytes unrolled.raw $how.raw "$options, batch $batch, window $steps, $how: the output"
	done
	"$tool" compare y.npz y unrolled.raw 1e-5 >log 2>&1 || { cat log; fail "with: $options --batch $batch --unroll $steps"; }
}

mode=-ffp-contract=off
sizes="2:1 4:2 5:7 7:2 1:20 4:20"
if [ "$VARIANT" = asan ]; then
	mode="$mode $SANITIZE"
	sizes=5:7
fi
batch=1 steps=7
vectors $batch $steps
for option in -O0 -O1 -fno-merge -fno-hoist -fno-pack -fno-fuse -fno-fold -fno-cse --target=mcu --target=host \
	"--section .weights" --weights-as=params "--weights-as=params -O0" --weights-as=extern --math=libm \
	"--scratch=caller -fno-fuse"; do
	case $VARIANT/$option in asan/-fno-[mpfc]* | asan/*section* | asan/*math*) continue ;; esac
	# shellcheck disable=SC2086
	check $option
done
for size in $sizes; do
	batch=${size%:*} steps=${size#*:}
	vectors "$batch" "$steps"
	check -O1
	case $size in
	5:7 | 7:2) check --weights-as=params --math=libm ;;
	4:20) check --target=mcu -fno-cse ;;
	4:2) check --target=host -fno-pack ;;
	esac
done
