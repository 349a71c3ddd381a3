# --emit=selftest: a program that embeds the vectors of --check, for outputs of every kind; a wrong vector is found.
S=$ROOT/examples/seeds
flags="-std=c99 -Wall -Wextra -Wpedantic -Wconversion -Wdouble-promotion -Werror"
for name in lstm chain last delays bidirectional batch; do
	args=$(sed -n 's/^# args: //p' "$S/$name.net")
	eval "set -- $args"
	expect_status 0 "$NETC" "$S/$name.net" "$@" --weights "$S/$name.npz" --check "$S/$name-check.npz" -w \
		--emit=selftest -o test.c
	expect_status 0 cc $flags -o test test.c
	expect_status 0 ./test
	expect_text out ok
done
expect_status 0 "$NETC" "$S/lstm.net" --weights "$S/lstm.npz" --check "$S/lstm-check.npz" --weights-as=params \
	--scratch=caller --unroll 6 --emit=selftest -o test.c
expect_status 0 cc $flags -DNN_SELFTEST_NO_MAIN -Wno-unused-function -c -o test.o test.c
expect_status 0 cc $flags -o test test.c
expect_status 0 ./test
# the first number of the wanted outputs, spoilt
awk '/test_out0\[/ { print; getline; sub(/[^ \t,]+/, "9.0f"); } { print }' test.c >wrong.c
expect_status 0 cc $flags -o wrong wrong.c
expect_status 1 ./wrong
expect_text out 'from step 1 on'
expect_status 2 "$NETC" "$S/lstm.net" --weights "$S/lstm.npz" --emit=selftest -o no.c
expect_text err 'wants --check'
expect_status 1 "$NETC" "$S/lstm.net" --weights "$S/lstm.npz" --check "$S/chain-check.npz" --emit=selftest -o no.c
