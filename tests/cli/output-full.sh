# A full disk: status 3 and a message.
[ -c /dev/full ] || skip "no /dev/full"
echo 'model = Dense(2 => 3)' >m.net
"$NETC" m.net --init=seeded -o - >/dev/full 2>err
[ $? = 3 ] || fail "wrong status for -o -"
expect_text err "No space left on device"
"$NETC" m.net --emit=summary >/dev/full 2>err
[ $? = 3 ] || fail "wrong status for --emit"
expect_text err "No space left on device"
"$NETC" m.net -M >/dev/full 2>err
[ $? = 3 ] || fail "wrong status for -M"
expect_text err "No space left on device"
