# --emit=onnx: what it refuses, by name, and what stands in the file; tests/export checks what the models compute.
printf '@net struct Net\n  W; b\n  h = ones(3)\n  function (x)\n    h = tanh(x * W + h{-1} + b)\n  end\nend\nmodel = Net(2 => 3)\n' >m.net
expect_status 1 "$NETC" m.net --emit=onnx -o m.onnx
expect_text err "W"
expect_no_file m.onnx
expect_status 1 "$NETC" m.net --init=seeded --emit=onnx --stop-after=shape -o m.onnx
expect_text err "m.net: error: --emit=onnx: the operator 'delay' has no ONNX form before the graph is unrolled"
expect_no_file m.onnx
if command -v script >/dev/null 2>&1; then
	script -qec "'$NETC' m.net --init=seeded --emit=onnx; echo status \$?" typescript >out </dev/null
	expect_text out "--emit=onnx is not for a terminal; wanted -o FILE.onnx"
	expect_text out "status 2"
fi

run "$NETC" m.net --init=seeded --unroll 2 --emit=onnx -o m.onnx
"$NETC" m.net --init=seeded --unroll 2 --emit=onnx >piped.onnx || fail "status $?"
same_bytes m.onnx piped.onnx "the model on stdout"
show_tensors m.onnx >tensors
for name in 'W (2, 3) ' 'b (3) ' 'h (3) 1 1 1'; do expect_text tensors "$name"; done
[ "$(wc -l <tensors)" = 3 ] || fail "other tensors: $(cat tensors)"
strings -n 3 m.onnx >strings || exit 0
for text in "m.net, unrolled, steps: 2" "h{1}" "h'" "m.net:5 x * W + h{-1} + b" "initial:h"; do expect_text strings "$text"; done
run "$NETC" m.net --weights-as=params --emit=onnx -o inputs.onnx
show_tensors inputs.onnx >tensors
[ "$(cat tensors)" = "h (3) 1 1 1" ] || fail "the weights are inputs, but the file has $(cat tensors)"
