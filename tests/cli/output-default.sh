# Without -o the files are called after the model, in the current folder.
mkdir sub
echo 'reader = Dense(2 => 3)' >sub/m.net
expect_status 0 "$NETC" sub/m.net --init=seeded
expect_file reader.c
expect_text reader.h "void reader_step("
[ "$(ls sub)" = m.net ] || fail "left: $(ls sub)"
printf '@net type Cell\n  W\n  x -> x * W\nend\n' >n.net
expect_status 0 "$NETC" n.net --dim in=2 --dim out=2 --init=seeded
expect_file Cell.c
expect_file Cell.h
