# The weights of another model.
. "$ROOT/tests/fail/weights.inc"
printf 'body.W (2, 3) 1 2 3 4 5 6\nbody.b (3) 1 2 3\n' | text_weights
