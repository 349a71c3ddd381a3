# The target is a folder: status 3, no header without its code, no temporary file.
echo 'model = Dense(2 => 3)' >m.net
mkdir t.c
expect_status 3 "$NETC" m.net --init=seeded -o t.c
expect_text err "t.c: error: cannot be written"
[ "$(ls -A | sort | tr '\n' ' ')" = "err m.net out t.c " ] || fail "left: $(ls -A)"
[ -z "$(ls -A t.c)" ] || fail "left in it: $(ls -A t.c)"
