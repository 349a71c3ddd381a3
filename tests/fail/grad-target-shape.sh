# The arrays of a check file have the wrong sizes, or are missing.
echo 'model = RNN(2 => 3)' >m.net
weights_file v.npz <<'END'
x (2, 2) 1 2 3 4
target (2, 2) 1 2 3 4
loss (1) 1
END
"$NETC" m.net --init=seeded --unroll 2 --grad=mse,mask --check v.npz
