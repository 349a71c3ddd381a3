# An offset far beyond the file.
. "$ROOT/tests/fail/weights.inc"
safetensors '{"head.W":{"dtype":"F32","shape":[2,3],"data_offsets":[0,4611686018427387904]}}' 24
