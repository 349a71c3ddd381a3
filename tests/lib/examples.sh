#!/bin/sh
# examples.sh NAME: a seed against its stored outputs, or a folder of examples/ with its stored outputs and its main.c.
. "$ROOT/tests/lib/common.sh"
name=$1
seeds=$ROOT/examples/seeds
if [ -f "$seeds/$name-check.npz" ]; then
	run "$NETC" "$seeds/$name.net" --weights "$seeds/$name.npz" --check "$seeds/$name-check.npz"
	# The check must be able to fail: other weights, other outputs.
	run "$PLAIN/tests/npzraw" nudge "$seeds/$name-check.npz" y bad.npz
	expect_status 1 "$NETC" "$seeds/$name.net" --weights "$seeds/$name.npz" --check bad.npz
	run "$NETC" "$seeds/$name.net" --weights "$seeds/$name.npz" -o "$name.c"
	quiet "$CC" -std=c99 -O1 $STRICT -c -o "$name.o" "$name.c"
	exit 0
fi
folder=$ROOT/examples/$name
for weights in "$folder/$name".*; do
	case $weights in *.safetensors | *.npz) break ;; esac
done
[ -f "$folder/check.npz" ] && run "$NETC" "$folder/$name.net" --weights "$weights" --check "$folder/check.npz"
run "$NETC" "$folder/$name.net" --weights "$weights" -o "$name.c"
quiet "$CC" -std=c99 -D_POSIX_C_SOURCE=200809L -O2 -Wall -Wextra -Werror -I. -o main "$folder/main.c" "$name.c" -lm
run ./main
[ -s run.log ] || fail "the program printed nothing"
