# The output may not be one of the inputs.
echo 'model = Dense(2 => 3)' >m.net
cp m.net before
expect_status 2 "$NETC" m.net --init=seeded -o m.net
same before m.net "the source"
printf 'W (2, 3) 1 2 3 4 5 6\nb (3) 1 2 3\n' | weights_file w.npz
cp w.npz before
expect_status 2 "$NETC" m.net --weights w.npz -o w.npz
same_bytes before w.npz "the weights"
