# F64 is rounded to float32 in silence, but for numbers too small for it, which are told once for each file.
weights_file w.npz <<'T'
W (1, 2) 0.1 1e-45
b (2) 1e-60 1
T
echo 'model = Dense' >m.net
expect_status 0 "$NETC" m.net --weights w.npz -o t.c
expect_text err "w.npz: warning: 2 of 4 numbers are too small for float32 and lose up to 100 % of their value ('b', F64) [-Wnarrowing]"
[ "$(grep -c warning err)" = 1 ] || fail "more than one warning"
quiet "$NETC" m.net --weights w.npz -Wno-narrowing -o t.c
expect_status 1 "$NETC" m.net --weights w.npz -Werror -o t.c
weights_file w.npz <<'T'
W (1, 2) 0.1 0.2
b (2) 0.3 1
T
quiet "$NETC" m.net --weights w.npz -o t.c
