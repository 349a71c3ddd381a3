# The header says that it is longer than the file.
. "$ROOT/tests/fail/weights.inc"
safetensors '{"head.W":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"head.b":{"dtype":"F32","shape":[3],"data_offsets":[24,36]}}' 36 60000
