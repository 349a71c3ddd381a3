. "$ROOT/tests/fail/weights.inc"
: >w.safetensors
"$NETC" net.net --weights w.safetensors -o t.c
