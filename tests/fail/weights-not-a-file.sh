# Text that is called .npz.
. "$ROOT/tests/fail/weights.inc"
echo 'these are no weights' >w.npz
"$NETC" net.net --weights w.npz -o t.c
