# No output overwrites an input or another output, whatever it is called.
printf 'model = Dense(2 => 2)\n' >m.net
printf 'W (2, 2) 1 2 3 4\nb (2) 5 6\n' | weights_file w.npz
cp w.npz before.npz
cp m.net q.d
expect_status 2 "$NETC" --emit=weights --weights w.npz -o w.npz
expect_text err "is the input file"
expect_status 2 "$NETC" q.d --init=seeded -MD -o q.c
expect_status 2 "$NETC" m.net --init=seeded -MD -MF out.c -o out.c
expect_text err "written twice"
expect_status 2 "$NETC" m.net --weights w.npz --check w.npz --emit=selftest -o w.npz
cmp w.npz before.npz || fail "the weights were changed"
cmp m.net q.d || fail "the net was changed"
expect_no_file q.c
expect_no_file out.c
# a back end that needs the plan has nothing to show before it
expect_status 0 "$NETC" m.net --init=seeded --stop-after=shape --emit=forecast
expect_status 0 "$NETC" m.net --init=seeded --stop-after=shape -o none.c
expect_no_file none.c
