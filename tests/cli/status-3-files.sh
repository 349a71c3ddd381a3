# Status 3: a file cannot be read or written, and its name is told.
echo 'model = Dense(2 => 3)' >m.net
expect_status 3 "$NETC" nowhere.net
expect_text err "nowhere.net: error: cannot be read: No such file or directory"
mkdir folder.net
expect_status 3 "$NETC" folder.net
expect_text err folder.net
expect_status 3 "$NETC" m.net --weights nowhere.npz
expect_text err nowhere.npz
expect_status 3 "$NETC" m.net --init=seeded --check nowhere.npz
expect_text err nowhere.npz
expect_status 3 "$NETC" m.net --init=seeded -o missing/t.c
expect_text err "missing/t."
expect_no_file missing
[ "$(ls -A | sort | tr '\n' ' ')" = "err folder.net m.net out " ] || fail "left: $(ls -A)"
