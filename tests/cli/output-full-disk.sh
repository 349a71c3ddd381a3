# A file system without room: status 3, the target is not there and nothing is left. Needs a small tmpfs.
mkdir small
mount -t tmpfs -o size=16k none small 2>/dev/null || skip "cannot mount a small tmpfs"
trap 'umount small' EXIT
echo 'model = Dense(100 => 100)' >m.net
"$NETC" m.net --init=seeded -o small/t.c 2>err
code=$?
left=$(ls -A small)
[ $code = 3 ] || fail "status $code"
expect_text err "No space left on device"
[ -z "$left" ] || fail "left: $left"
