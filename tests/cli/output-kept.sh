# What is there stays as it was when the compile fails.
echo 'model = Dens(2 => 3)' >m.net
echo precious >t.c
echo header >t.h
expect_status 1 "$NETC" m.net --init=seeded -o t.c
[ "$(cat t.c t.h | tr '\n' ' ')" = "precious header " ] || fail "the old output is gone"
