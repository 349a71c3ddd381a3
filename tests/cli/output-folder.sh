# A folder that may not be written: status 3, and nothing is left in it. Root may write everywhere, so it tries as nobody.
echo 'model = Dense(2 => 3)' >m.net
mkdir locked
as=
if [ "$(id -u)" = 0 ]; then
	as="setpriv --reuid=65534 --clear-groups"
	chmod a+rx . && $as "$NETC" m.net --emit=ast >/dev/null 2>&1 || skip "cannot run netc as nobody"
fi
chmod 555 locked
# shellcheck disable=SC2086
expect_status 3 $as "$NETC" m.net --init=seeded -o locked/t.c
expect_text err "locked/t."
expect_text err "Permission denied"
[ -z "$(ls -A locked)" ] || fail "left: $(ls -A locked)"
