#!/bin/sh
# fuzz.sh NAME: the fuzz target over its corpus, then FUZZ_SHORT seconds of new inputs. The corpus stays as it is.
. "$ROOT/tests/lib/common.sh"
program=$PLAIN/fuzz/tests/fuzz_$1
sh "$ROOT/tests/deps.sh" --has-fuzzer || skip "clang or its fuzzer runtime is missing"
[ -x "$program" ] || fail "there is no ${program#"$ROOT"/}"
mkdir new
corpus=$ROOT/tests/fuzz/corpus/$1
[ -d "$corpus" ] || corpus=
limits="-timeout=10 -rss_limit_mb=2048 -malloc_limit_mb=2048 -max_len=16384 -print_final_stats=0"
ASAN_OPTIONS=allocator_may_return_null=1:detect_leaks=1
export ASAN_OPTIONS
# shellcheck disable=SC2086
"$program" $limits -seed=1 -max_total_time="${FUZZ_SHORT:-5}" new $corpus >log 2>&1 && exit 0
grep -vE '^(#|INFO|NEW_FUNC)' log | tail -n 50
exit 1
