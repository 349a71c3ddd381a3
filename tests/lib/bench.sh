#!/bin/sh
# bench.sh WORKLOAD: a short form of 'make bench': one round of one workload, and of its training. No time is judged.
#
# Every build of netc's C, and OpenBLAS where installed, has the right output; the tables, the JSON and the plot come
# out; a wrong output, a missing peer and a workload that is not there are each told.
. "$ROOT/tests/lib/common.sh"
bench()
{
	env BENCH="$PWD/bench" BUILD="$PLAIN" FILTER="$1" PEERS="$2" ROUNDS=1 MS=1 INSTRUCTIONS=no sh "$ROOT/tests/bench/bench.sh"
}

expect_status 0 bench "$1" openblas
tr -s ' ' <out | sed -n "s/^$1 //p" >rows
[ "$(wc -l <rows)" = 2 ] || fail "no two tables with a row $1: $(cat out)"
grep -Eq "^${1}train +[0-9 ]*[1-9]" out || fail "no row ${1}train: $(cat out)"
for name in native plain; do
	grep -Eq "^${1}train $name [1-9][0-9.]* " bench/times || fail "no time of an update by $name"
done
head -n 3 out | tail -n 1 >columns
names="native own step plain O2"
grep -q '^skipped: openblas: ' err || names="$names openblas"
for name in $names; do
	expect_text columns " $name"
	grep -Eq "\"$name\", \"kind\": \"[a-z]+\", \"ns\": [1-9][0-9.]*, \"low\"" bench/results.json || fail "no time of $name"
	expect_text bench/results.svg ">$name<"
done
same bench/results.txt out results.txt
if command -v python3 >/dev/null 2>&1; then
	run python3 -c 'import json, sys, xml.dom.minidom as x; json.load(open(sys.argv[1])); x.parse(sys.argv[2])' \
		bench/results.json bench/results.svg
fi

ORT_LIB=/nowhere
export ORT_LIB
expect_status 0 bench "$1" onnxruntime
expect_text err "skipped: onnxruntime: "

# One value of the reference is moved.
printf '\377\377\377' | dd of="bench/$1/want.raw" bs=1 seek=8 conv=notrunc 2>/dev/null
expect_status 1 bench "$1" none
expect_text err "wrong output: y[2] is "
# And one weight, which stands behind three losses.
printf '\377\377\377' | dd of="bench/${1}train/want.raw" bs=1 seek=12 conv=notrunc 2>/dev/null
expect_status 1 bench "${1}train" none
expect_text err "wrong output: y[3] is "
expect_status 1 bench no-such-workload none
expect_text err "nothing was measured"
