# -d help lists the passes; -d LETTERS dumps after each; --stop-after stops there, and the dump can be read again.
echo 'model = RNN(2 => 3)' >m.net
expect_status 0 "$NETC" -d help
for pass in shape unroll fold cse dce plan; do expect_text out $pass; done
expect_status 0 "$NETC" m.net --init=seeded --unroll 2 -d SU -o t.c
expect_text err "# after shape"
expect_text err "# after unroll"
expect_no_text err "# after plan"
for pass in shape fold cse dce unroll plan; do
	expect_status 0 "$NETC" m.net --init=seeded --unroll 2 --stop-after=$pass --emit=ir -o $pass.ir
	expect_status 0 "$NETC" --read-ir $pass.ir --emit=ir -o again.ir
	same $pass.ir again.ir "the dump after $pass, read and printed again"
done
cmp -s shape.ir plan.ir && fail "--stop-after does nothing"
expect_status 0 "$NETC" m.net --init=seeded --stop-after=unroll -o stopped.c
expect_no_file stopped.c
