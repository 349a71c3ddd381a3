# Colours only where asked for; the text without them is the same.
echo 'model = Dens(2 => 3)' >m.net
esc=$(printf '\033')
expect_status 1 "$NETC" m.net -o t.c
expect_no_text err "$esc"
cp err plain
expect_status 1 "$NETC" m.net -fdiagnostics-color=never -o t.c
same plain err "never"
expect_status 1 "$NETC" m.net -fdiagnostics-color=auto -o t.c
same plain err "auto, without a terminal"
expect_status 1 "$NETC" m.net -fdiagnostics-color=always -o t.c
expect_text err "$esc[01;31m"
sed "s/$esc\[[0-9;]*[mK]//g" err >stripped
same plain stripped "always, without the colours"
