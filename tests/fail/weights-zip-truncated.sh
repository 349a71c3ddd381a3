# An .npz file without its end, where its directory is.
. "$ROOT/tests/fail/weights.inc"
printf 'head.W (2, 3) 1 2 3 4 5 6\nhead.b (3) 1 2 3\n' | weights_file whole.npz
head -c 400 whole.npz >w.npz
"$NETC" net.net --weights w.npz -o t.c
