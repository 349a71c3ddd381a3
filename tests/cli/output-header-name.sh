# -o FILE.h would be the header's own name.
echo 'model = Dense(2 => 3)' >m.net
expect_status 2 "$NETC" m.net --init=seeded -o t.h
expect_no_file t.h
