# A transposed matrix, the classic mistake, where only the sizes of the layer say what is wanted.
. "$ROOT/tests/fail/weights.inc"
sed -i 's/Net()/Net(2 => 3)/' net.net
printf 'head.W (3, 2) 1 2 3 4 5 6\nhead.b (3) 1 2 nan\nc (4) 1 2 3 4\n' | text_weights
