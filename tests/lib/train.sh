#!/bin/sh
# train.sh NAME.net: loss, gradients and optimisers in C, by gcc and clang at every level, against the evaluator in
# double; the gradients against differences of the loss. A net with one input and one output, and "# args: --grad=…";
# "--unroll 5" and "--init=seeded" are added unless there are such options.
#
# Where NAME-v.npz stands beside NAME.net (and NAME-w.npz, its weights), that is what PyTorch computes: x, target (mask),
# loss and gradients of one window, "losses" of 100 steps of the optimiser "# optimiser: …" and "params" after them; with
# a batch of rows. tests/torch/train_nets.py wrote these. train.sh FOLDER/NAME.net takes the files from that folder.
. "$ROOT/tests/lib/common.sh"
case $1 in */*) from=${1%/*} ;; *) from=$ROOT/tests/train ;; esac
net=${1##*/} name=${1##*/}
name=${name%.net}
cp "$from/$net" .
args=$(comment_value args "$net") optimiser=$(comment_value optimiser "$net")
case $args in *--unroll*) ;; *) args="$args --unroll 5" ;; esac
[ -f "$from/$name-w.npz" ] && cp "$from/$name-w.npz" "$from/$name-v.npz" . && args="$args --weights $name-w.npz"
case $args in *--weights* | *--init*) ;; *) args="$args --init=seeded" ;; esac
defines= mask=-
case $args in *,mask*) defines=-DMASK mask=mask.raw ;; esac
case $args in *--scratch=caller*) defines="$defines -DBYTES" ;; esac
case $args in *--train-state*) defines="$defines -DRESTARTS" ;; esac
tool=$PLAIN/tests/npzraw
main=$ROOT/tests/lib/train_main.c
contract=-ffp-contract=off
eval "set -- $args"
run "$NETC" "$net" "$@" --check-grad
run "$NETC" "$net" "$@" --name t -o t.c

# build NAME COMPILER FLAGS: t.c under the strict flags, linked with the driver.
build()
{
	build=$1 compiler=$2
	shift 2
	quiet "$compiler" -std=c99 "$@" $contract $STRICT -c -o "$build.o" t.c
	# shellcheck disable=SC2086
	quiet "$compiler" -std=c99 "$@" $contract -I. -DP=t -DPU=T $defines -o "$build" "$main" "$build.o" -lm
	builds="$builds $build"
}

builds=
if [ "$VARIANT" = asan ]; then
	# shellcheck disable=SC2086
	build asan "$CC" -O1 -g $SANITIZE
else
	for compiler in gcc clang; do
		command -v $compiler >/dev/null 2>&1 || continue
		for level in 0 1 2 3; do
			build $compiler-O$level $compiler -O$level
		done
	done
	command -v g++ >/dev/null 2>&1 && quiet g++ -std=c++11 -x c++ -O1 $STRICT -c -o cpp.o t.c
fi
set -- $builds
[ $# -gt 0 ] || fail "no C compiler"

dims=$("./$1" dims) || fail "the driver could not print the sizes"
read -r in out steps batch nparam tape <<END
$dims
END
windows=2
rows=$((windows * steps))
case $args in *,last*) target_rows=$windows ;; *) target_rows=$rows ;; esac
case $(cat "$net") in *last\(*) target_rows=$windows ;; esac
if [ -f "$name-v.npz" ]; then
	for array in x target mask; do
		[ $array = mask ] && [ $mask = - ] && continue
		run "$tool" raw "$name-v.npz" $array $array.raw
	done
	cp "$name-v.npz" all.npz
else
	case $args in
	*,index*) how="classes $out" width= ;;
	*crossentropy* | *bce*) how=unit width=$out ;;
	*) how=random width=$out ;;
	esac
	inputs=$(comment_value inputs "$net")
	# shellcheck disable=SC2086
	run "$tool" ${inputs:-random} 7 x.npz x.raw x $rows $batch $in
	# shellcheck disable=SC2086
	run "$tool" $how 8 target.npz target.raw target $target_rows $batch $width
	run "$tool" unit 9 mask.npz mask.raw mask $rows "$batch"
	for array in x target mask; do
		[ $array = mask ] && [ $mask = - ] || show_tensors $array.npz
	done >all.txt
	run "$tool" text all.txt all.npz
fi

eval "set -- $args"
run "$NETC" "$net" "$@" --eval all.npz -o y.npz
if [ -f "$name-v.npz" ]; then
	run "$NETC" "$net" "$@" --check "$name-v.npz" --tolerance 1e-6
	expect_text run.log "'grad' agrees"
	run "$tool" nudge "$name-v.npz" grad bad.npz
	expect_status 1 "$NETC" "$net" "$@" --check bad.npz --tolerance 1e-6
fi
set -- $builds
for build in $builds; do
	run "./$build" grad x.raw target.raw $mask loss.$build grad.$build
	run "./$build" "${optimiser:-adamw}" 100 x.raw target.raw $mask losses.$build params.$build
	for what in loss grad losses params; do
		same_bytes $what.$1 $what.$build "$build: $what"
	done
done
[ "$tape" -gt 0 ] && [ "$(wc -c <grad.$1)" = $((nparam * 4)) ] || fail "the gradient has the wrong size"
run "$tool" compare y.npz loss loss.$1 1e-6
run "$tool" compare y.npz grad grad.$1 1e-6
if [ -f "$name-v.npz" ]; then
	run "$tool" compare "$name-v.npz" losses losses.$1 1e-5
	run "$tool" compare "$name-v.npz" params params.$1 1e-5
fi
