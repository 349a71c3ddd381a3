# Every --emit=KIND works without weights where none are needed, on stdout or into a file.
printf '@net struct Net\n  W; b\n  y\n  function (x)\n    y = tanh(x * W + y{-1} + b)\n  end\nend\nmodel = Chain(rnn = Net(2 => 3), head = Dense(3 => 1))\n' >m.net
for kind in summary shapes ast ir forecast svg html dot mermaid json; do
	expect_status 0 "$NETC" m.net --emit=$kind
	[ -s out ] || fail "--emit=$kind says nothing"
	expect_empty err
	cp out first
	expect_status 0 "$NETC" m.net --emit=$kind -o file.txt
	expect_empty out
	same first file.txt "--emit=$kind -o"
done
expect_status 0 "$NETC" m.net --emit=summary
for text in rnn.W rnn.b head.W head.b rnn.y '(2, 3)' 'Dense(3 => 1)'; do expect_text out "$text"; done
expect_status 0 "$NETC" m.net --emit=ast
cp out again.net
expect_status 0 "$NETC" again.net --emit=ast
same again.net out "the printed net, printed again"
run "$NETC" m.net --init=seeded --name t -o one.c
run "$NETC" again.net --init=seeded --name t -o two.c
