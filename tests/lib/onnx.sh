#!/bin/sh
# onnx.sh NAME.net: ONNX's own node case NAME through netc; skipped without Debian's libonnx-testdata.
#
# tests/onnx/convert.py makes an .onnx file with weights and the vectors. "# weights: w.npz" takes those instead, with
# NAME.map; "# refuses: TEXT" is then what netc says of the .onnx file. The case runs in the evaluator and as C.
. "$ROOT/tests/lib/common.sh"
case=/usr/share/libonnx-testdata/data/node/${1%.net}
net=$ROOT/tests/onnx/$1
[ -d /usr/share/libonnx-testdata ] || skip "libonnx-testdata is not installed"
[ -d "$case" ] || skip "this libonnx-testdata has no such case"
command -v python3 >/dev/null 2>&1 || skip "python3 is not installed"
run python3 "$ROOT/tests/onnx/convert.py" "$case"
weights=$(comment_value weights "$net") refuses=$(comment_value refuses "$net")
# shellcheck disable=SC2046
set -- $(cat args)
if [ -n "$refuses" ]; then
	expect_status 1 "$NETC" "$net" --weights w.onnx "$@" -o no.c
	expect_text err "$refuses"
fi
set -- --weights "${weights:-w.onnx}" "$@"
[ -f "${net%.net}.map" ] && set -- "$@" --map "${net%.net}.map"
run "$NETC" "$net" "$@" -Werror --emit=summary -o summary.txt
check_arrays "$net" v.npz "$@" --tolerance 1e-6
run "$PLAIN/tests/npzraw" nudge v.npz y bad.npz
expect_status 1 "$NETC" "$net" "$@" --tolerance 1e-6 --check bad.npz
run "$NETC" "$net" "$@" --check v.npz --tolerance 1e-6 --emit=selftest -o v.c
# shellcheck disable=SC2086
quiet "$CC" -std=c99 -O1 $STRICT -o v v.c
run ./v
