# The header is no JSON.
. "$ROOT/tests/fail/weights.inc"
safetensors '{"head.W": oops}' 36
