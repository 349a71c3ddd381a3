#!/bin/sh
# fuzz_long.sh NAME SECONDS: for 'make fuzz'; finds gather in build/fuzz/corpus/NAME, crashes in build/fuzz/found.
set -eu
name=$1 seconds=$2 build=${BUILD:-build}/fuzz
mkdir -p "$build/corpus/$name" "$build/found"
seeds=tests/fuzz/corpus/$name
[ -d "$seeds" ] || seeds=
echo "fuzz_$name: $seconds s"
# shellcheck disable=SC2086
"$build/tests/fuzz_$name" -timeout=10 -rss_limit_mb=2048 -max_total_time="$seconds" -print_final_stats=1 \
	-artifact_prefix="$build/found/$name-" "$build/corpus/$name" $seeds 2>&1 | tee "$build/$name.log" | grep -E 'ERROR|SUMMARY|stat::' || :
if grep -qE 'ERROR: |SUMMARY: ' "$build/$name.log"; then
	echo "fuzz_$name: found something; see $build/$name.log and $build/found" >&2
	exit 1
fi
