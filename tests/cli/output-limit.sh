# A file may not grow: status 3, no partial output, nothing left.
echo 'model = Dense(100 => 100)' >m.net
mkdir place
trap '' XFSZ 2>/dev/null || true
(
	ulimit -f 8
	trap '' XFSZ
	"$NETC" m.net --init=seeded -o place/t.c 2>place/../err
)
[ $? = 3 ] || fail "wrong status"
expect_text err "cannot be written"
[ -z "$(ls -A place)" ] || fail "left: $(ls -A place)"
