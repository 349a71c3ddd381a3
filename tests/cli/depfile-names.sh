# -M prints the rule and compiles nothing; -MF names the file.
echo 'part(x) = 2x' >part.net
printf 'include("part.net")\nmodel = Chain(Dense(2 => 3), part)\n' >m.net
expect_status 0 "$NETC" m.net -M -o out/t.c
expect_text out "out/t.c"
expect_text out "m.net part.net"
expect_no_file out/t.c
expect_status 0 "$NETC" m.net -M -MF rule.d
expect_empty out
expect_text rule.d "model.c"
expect_status 0 "$NETC" m.net --init=seeded -MD -MF other.d -o t.c
expect_file t.c
expect_no_file t.d
expect_text other.d "t.c"
expect_status 0 "$NETC" m.net --init=seeded -MD -o t.c
same other.d t.d "the depfile"
