# -o - is one stream that compiles by itself; nothing else is written.
echo 'model = Dense(2 => 3)' >m.net
expect_status 0 "$NETC" m.net --init=seeded -o -
expect_empty err
expect_text out "void model_step("
cp out one.c
quiet "$CC" -std=c99 $STRICT -c -o one.o one.c
[ "$(ls ./*.c ./*.h)" = ./one.c ] || fail "left: $(ls)"
echo 'model = Dense(2 => 3)' | "$NETC" - --init=seeded -o - >again || fail "no model from stdin"
