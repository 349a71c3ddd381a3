# -Wno-NAME, -w, -Werror, -Werror=NAME, -Wno-error=NAME, as in gcc.
cat >m.net <<'NET'
model = Chain(
    Dense(2 => 3)
    Dense(3 => 2))
NET
expect_status 0 "$NETC" m.net --init=seeded -o t.c
expect_text err "warning: missing comma"
expect_text err "[-Wmissing-comma]"
rm t.c t.h
expect_status 0 "$NETC" m.net --init=seeded -Wno-missing-comma -o t.c
expect_empty err
expect_status 0 "$NETC" m.net --init=seeded -w -o t.c
expect_empty err
rm t.c t.h
expect_status 1 "$NETC" m.net --init=seeded -Werror -o t.c
expect_text err "error: missing comma"
expect_text err "[-Werror=missing-comma]"
expect_no_file t.c
expect_no_file t.h
expect_status 1 "$NETC" m.net --init=seeded -Werror=missing-comma -o t.c
expect_no_file t.c
expect_status 0 "$NETC" m.net --init=seeded -Werror -Wno-missing-comma -o t.c
expect_status 0 "$NETC" m.net --init=seeded -Wall -o t.c
expect_text err "[-Wmissing-comma]"
expect_status 2 "$NETC" m.net --init=seeded -Wmissing-coma -o u.c
expect_no_file u.c
