#!/bin/sh
# one.sh KIND,VARIANT,NAME: runs one test for run.sh, writes its result, shows it if it failed.
set -u
job=$1
kind=${job%%,*} rest=${job#*,}
VARIANT=${rest%%,*} name=${rest#*,}
result=$WORK/results/$(echo "$job" | tr '/' '@')
id=$(echo "$kind-$name-$VARIANT" | tr '/' '-')
DIR=$WORK/$id
COUNTS=$WORK/results/.counts-$id
output=$WORK/results/.output-$id
PLAIN=$BUILD
[ "$VARIANT" = asan ] && BUILD=$BUILD/asan
NETC=${NETC_GIVEN:-$BUILD/netc}
# A status that netc itself never gives.
ASAN_OPTIONS=exitcode=99:allocator_may_return_null=1
LSAN_OPTIONS=exitcode=99
UBSAN_OPTIONS=exitcode=99:print_stacktrace=1
TMPDIR=$DIR
export TMPDIR VARIANT DIR COUNTS NETC BUILD PLAIN ASAN_OPTIONS LSAN_OPTIONS UBSAN_OPTIONS

case $kind in
prop | torch) limit=400 ;;
unit | fuzz | examples | diff | train | options | export | forecast) limit=180 ;;
*) limit=60 ;;
esac
[ "$VARIANT" = asan ] && limit=$((limit * 2))
command -v timeout >/dev/null 2>&1 && guard="timeout -k 5 $limit" || guard=

mkdir -p "$DIR" && cd "$DIR" || exit 0
$guard sh "$ROOT/tests/lib/$kind.sh" "$name" >"$output" 2>&1 </dev/null
status=$?
[ "$status" = 124 ] && [ -n "$guard" ] && echo "stopped after $limit s" >>"$output"

case $status in
0) counts="1 0" skipped=0 ;;
77) counts="0 0" skipped=1 ;;
*) counts="0 1" skipped=0 ;;
esac
if [ "$status" != 77 ] && [ -s "$COUNTS" ]; then
	counts=$(cat "$COUNTS")
	# A failure that no check counted, such as a crash after the last one.
	case $status,$counts in 0,*) ;; *" 0") counts="${counts% 0} 1" ;; esac
fi
echo "$counts $skipped" >"$result"
cd "$WORK" || exit 0

say()
{
	tries=0
	while ! mkdir "$WORK/lock" 2>/dev/null && [ $tries -lt 100 ]; do
		tries=$((tries + 1))
		sleep 0.05 2>/dev/null || sleep 1
	done
	cat
	rmdir "$WORK/lock" 2>/dev/null
}

case $counts in
*" 0")
	[ "$status" = 77 ] && { printf 'skipped: %s/%s: ' "$kind" "$name"; head -n 1 "$output"; } | say
	[ "$status" = 0 ] && [ -n "$BLESS" ] && [ -s "$output" ] && say <"$output"
	rm -rf "$DIR"
	;;
*)
	[ "$VARIANT" = plain ] && label= || label=" ($VARIANT)"
	{
		printf 'FAIL %s/%s%s\n' "$kind" "$name" "$label"
		head -n 60 "$output" | cut -c 1-400 | sed 's/^/  /'
		[ "$(wc -l <"$output")" -gt 60 ] && { cp "$output" "$DIR/output.log"; echo "  (more in $DIR/output.log)"; }
		echo "  kept: $DIR"
	} | say
	;;
esac
rm -f "$output" "$COUNTS"
exit 0
