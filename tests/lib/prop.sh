#!/bin/sh
# prop.sh PART: random graphs; PROP_SEEDS of them in each part, beginning at seed PART * 1000000.
. "$ROOT/tests/lib/common.sh"
seeds=${PROP_SEEDS:-100}
[ "$VARIANT" = asan ] && seeds=$(((seeds + 3) / 4))
"$BUILD/tests/prop" "$seeds" $(($1 * 1000000)) >log 2>&1
code=$?
cat log
sed -n 's/^prop: \([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' log | tail -n 1 >"$COUNTS"
[ -s "$COUNTS" ] || fail "tests/prop did not end (status $code)"
exit $code
