# --help and --version go to stdout, status 0, and win over what comes later.
expect_status 0 "$NETC" --help
for option in --unroll -o --emit --weights --weights-as --init --name --batch --dim --model --math --target --section -O0 -fno- --scratch --eval --check \
	-M -MD -MF -W -w -fdiagnostics-color -fdiagnostics-format -d --stop-after -v --version @FILE; do
	expect_text out "$option"
done
expect_empty err
expect_status 0 "$NETC" --version
grep -qE '^netc [0-9]+\.[0-9]+\.[0-9]+' out || fail "no version: $(cat out)"
