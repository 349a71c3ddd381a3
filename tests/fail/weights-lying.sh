# The shape says 32 bytes, the offsets 24.
. "$ROOT/tests/fail/weights.inc"
safetensors '{"head.W":{"dtype":"F32","shape":[2,4],"data_offsets":[0,24]}}' 24
