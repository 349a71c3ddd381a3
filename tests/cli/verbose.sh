# -v tells the work buffer and its lower bound, on stderr; the code is the same.
echo 'model = Chain(LSTM(4 => 6), Dense(6 => 2))' >m.net
mkdir -p one two
run "$NETC" m.net --init=seeded --unroll 20 -o one/t.c
expect_status 0 "$NETC" m.net --init=seeded --unroll 20 -v -o two/t.c
same one/t.c two/t.c "with -v, t.c"
expect_text err "lower bound"
bytes=$(sed -n 's/.*work buffer \([0-9]*\) bytes, lower bound \([0-9]*\) bytes.*/\1 \2/p' err)
[ -n "$bytes" ] || fail "no numbers: $(cat err)"
expect_text one/t.h "#define T_SCRATCH_BYTES ${bytes% *}"
[ "${bytes% *}" -ge "${bytes#* }" ] || fail "below the lower bound: $bytes"
