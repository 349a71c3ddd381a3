# A shape whose product does not fit 64 bits.
. "$ROOT/tests/fail/weights.inc"
safetensors '{"head.W":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,24]}}' 24
