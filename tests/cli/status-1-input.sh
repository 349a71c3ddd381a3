# Status 1: the input is wrong. No file appears.
echo 'model = Chain(Dense(2 => 3), Dens(3 => 2))' >m.net
expect_status 1 "$NETC" m.net --init=seeded -o t.c
expect_text err "unknown name 'Dens'; did you mean 'Dense'?"
expect_no_file t.c
expect_no_file t.h
