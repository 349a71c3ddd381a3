# One name twice in the header.
. "$ROOT/tests/fail/weights.inc"
safetensors '{"head.W":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"head.W":{"dtype":"F32","shape":[2,3],"data_offsets":[24,48]}}' 48
