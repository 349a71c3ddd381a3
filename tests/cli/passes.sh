# -d help lists the passes; -d LETTERS dumps after each; --stop-after stops there, and the dump can be read again.
echo 'model = RNN(2 => 3)' >m.net
expect_status 0 "$NETC" -d help
for pass in shape unroll fold cse dce merge hoist pack fuse plan; do expect_text out $pass; done
expect_status 0 "$NETC" m.net --init=seeded --unroll 2 -d SU -o t.c
expect_text err "# after shape"
expect_text err "# after unroll"
expect_no_text err "# after plan"
for pass in shape fold cse dce merge hoist pack unroll fuse plan; do
	expect_status 0 "$NETC" m.net --init=seeded --unroll 2 --stop-after=$pass --emit=ir -o $pass.ir
	expect_status 0 "$NETC" --read-ir $pass.ir --emit=ir -o again.ir
	same $pass.ir again.ir "the dump after $pass, read and printed again"
done
cmp -s shape.ir plan.ir && fail "--stop-after does nothing"
expect_status 0 "$NETC" m.net --init=seeded --stop-after=unroll -o stopped.c
expect_no_file stopped.c
# -O0 and -fno-PASS leave passes out, -f takes one in again; the last word counts.
# ran OPTION...: the letters of the passes that dumped.
ran()
{
	expect_status 0 "$NETC" m.net --init=seeded --unroll 2 -d SFCDMHKUEP "$@" -o t.c
	sed -n 's/^# after //p' err | sort -u | tr '\n' ' '
}
all="cse dce fold fuse hoist merge pack plan shape unroll "
# passes WANTED OPTION...
passes()
{
	wanted=$1
	shift
	found=$(ran "$@")
	[ "$found" = "$wanted" ] || fail "with '$*' these ran: $found; wanted: $wanted"
}
passes "$all"
passes "$all" -O1
passes "$all" -O
passes "dce plan shape unroll " -O0
passes "dce fuse plan shape unroll " -O0 -ffuse
passes "$all" -O0 -O1
for pass in merge hoist pack fold cse; do
	passes "$(echo "$all" | sed "s/$pass //")" -fno-$pass
	passes "$all" -fno-$pass -f$pass
done
passes "cse dce fold merge pack plan shape unroll " -fno-fuse
passes "cse dce fold fuse merge pack plan shape unroll " --target=mcu
passes "$all" --target=host
passes "cse dce fold fuse hoist merge plan shape unroll " --weights-as=params
passes "cse dce fold fuse hoist merge plan shape unroll " --weights-as=extern
