#!/bin/sh
# layout.sh NAME.net: a net with weights in another framework's names and packing, and with what that framework computes.
# layout.sh NAME.sh: a script about weight files, with the functions of common.sh.
#
# The weights are NAME.safetensors, .npz, .pt, .onnx or .nam, the vectors NAME-check.npz, both written by make.py. "# says:
# TEXT" must be in what -v reports of the layout, "# args: ..." gives more options. A second run with one number of the
# vectors changed must fail.
. "$ROOT/tests/lib/common.sh"
layouts=$ROOT/tests/layout
case $1 in
*.sh)
	. "$layouts/$1"
	exit
	;;
esac
net=$layouts/$1
base=${net%.net}
for weights in "$base.safetensors" "$base.npz" "$base.pt" "$base.onnx" "$base.nam"; do
	[ -f "$weights" ] && break
done
says=$(comment_value says "$net")
[ -n "$says" ] || fail "$1 has no '# says:'"
eval "set -- $(comment_value args "$net") --weights '$weights' --unroll 5 --tolerance 2e-6"
expect_status 0 "$NETC" "$net" "$@" -v --check "$base-check.npz"
expect_text err "$says"
expect_text out "'y' agrees"
run "$PLAIN/tests/npzraw" nudge "$base-check.npz" y bad.npz
expect_status 1 "$NETC" "$net" "$@" --check bad.npz
