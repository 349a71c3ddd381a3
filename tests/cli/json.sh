# JSON diagnostics are one array on stderr, whatever happens.
python=$(command -v python3) || skip "no python3"
"$python" -m json.tool </dev/null >/dev/null 2>&1
printf 'model = Chain(Dense(2 => 3), σ\n  Dens(3 => "2"))\nx = \\"\tÄ"\n' >bad.net
printf 'model = Chain(Dense(2 => 3)\n  Dense(3 => 2))\n' >warn.net
printf 'model = Dense(2 => 3)\n' >good.net
printf '\377\376' >binary.net
for net in bad warn good binary nowhere; do
	"$NETC" $net.net --init=seeded -fdiagnostics-format=json -o t.c 2>$net.json
	"$python" -m json.tool <$net.json >$net.txt 2>json.err || { cat $net.json json.err; fail "$net: not JSON"; }
done
expect_text warn.txt '"kind": "warning"'
expect_text warn.txt '"option": "-Wmissing-comma"'
expect_text bad.txt '"kind": "error"'
expect_text bad.txt '"line": 2'
printf 'W (2, 3) 1 2 3 4 5 6\nu (1) 1\n' | weights_file w.npz
expect_status 1 "$NETC" good.net --weights w.npz -fdiagnostics-format=json -o t.c
run "$python" -m json.tool err
expect_text run.log w.npz
