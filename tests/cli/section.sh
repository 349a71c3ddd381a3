# --section: all weights are in that section, const or params; nothing else is.
command -v objdump >/dev/null 2>&1 || skip "objdump is not installed"
echo 'model = Chain(LSTM(3 => 4), Dense(4 => 2))' >m.net
# section_bytes: of .weights in t.o.
section_bytes()
{
	objdump -h t.o | awk '$2 == ".weights" { print $3 }'
}
for as in const params; do
	run "$NETC" m.net --init=seeded --section .weights --weights-as=$as -o t.c
	quiet "$CC" -std=c99 -O1 $STRICT -c -o t.o t.c
	bytes=$((0x$(section_bytes)))
	# 12 * 4 + 16 * 4 + 16 + 8 + 2 floats, and padding of the tables.
	[ "$bytes" -ge 552 ] && [ "$bytes" -lt 900 ] || fail "--weights-as=$as: $bytes bytes in the section"
	objdump -h t.o | grep -A1 ' \.weights' | grep -q READONLY || fail "--weights-as=$as: the section can be written"
	run "$NETC" m.net --init=seeded --weights-as=$as -o t.c
	quiet "$CC" -std=c99 -O1 $STRICT -c -o t.o t.c
	[ -z "$(section_bytes)" ] || fail "a section without --section"
done
