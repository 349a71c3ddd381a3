# Inputs that are missing or have another shape.
echo 'model = Dense(2 => 3)' >m.net
printf 'z (4, 2) 1 2 3 4 5 6 7 8\n' | weights_file x.npz
expect_status 1 "$NETC" m.net --init=seeded --eval x.npz -o y.npz
expect_text err "'x'"
printf 'x (4, 3) 1 2 3 4 5 6 7 8 9 10 11 12\n' | weights_file x.npz
expect_status 1 "$NETC" m.net --init=seeded --eval x.npz -o y.npz
expect_text err "(4, 3)"
expect_text err "(steps, 2)"
expect_no_file y.npz
printf 'x (4, 2) 1 2 3 4 5 6 7 8\n' | weights_file x.npz
expect_status 1 "$NETC" m.net --init=seeded --check x.npz
expect_text err "'y'"
expect_status 3 "$NETC" m.net --init=seeded --eval x.npz -o missing/y.npz
