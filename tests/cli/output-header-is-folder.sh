# The header's place is taken: neither file appears.
echo 'model = Dense(2 => 3)' >m.net
mkdir t.h
expect_status 3 "$NETC" m.net --init=seeded -o t.c
expect_text err "t.h: error: cannot be written"
[ "$(ls -A | sort | tr '\n' ' ')" = "err m.net out t.h " ] || fail "left: $(ls -A)"
