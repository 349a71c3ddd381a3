#!/bin/sh
# unit.sh SUITE: one Check suite of build/tests/unit; its checks are counted one by one.
. "$ROOT/tests/lib/common.sh"
cd "$ROOT" || exit 1
CK_DEFAULT_TIMEOUT=120 "$BUILD/tests/unit" "$1" >"$DIR/log" 2>&1
code=$?
cat "$DIR/log"
sed -n "s/^$1: \([0-9]*\) passed, \([0-9]*\) failed\$/\1 \2/p" "$DIR/log" >"$COUNTS"
[ -s "$COUNTS" ] || fail "the suite did not end (status $code)"
exit $code
