# Names of one's own by --map; what the map leaves, the layout takes.
weights_file w.npz <<'T'
mine (2, 3) 1 2 3 4 5 6
bias (4) 9 0.5 -1 9
head.weight (1, 2) 1 -1
head.bias (1) 0.25
T
echo 'model = Chain(first = Dense, head = Dense)' >m.net
cat >m.map <<'T'
first.W = mine transpose
first.b = bias rows 2:3
T
weights_file v.npz <<'T'
x (1, 3) 1 1 1
y (1, 1) -7.25
T
# first: 6 + 0.5, 15 - 1; head: 6.5 - 14 + 0.25
expect_status 0 "$NETC" m.net --weights w.npz --map m.map --check v.npz
expect_text out "'y' agrees"
expect_text err "2 names by m.map"
echo 'first.b = bais' >>m.map
expect_status 1 "$NETC" m.net --weights w.npz --map m.map --check v.npz
expect_text err "m.map:3:1: error: 'first.b' is given twice"
echo 'first.W = mine rows 1:3' >m.map
expect_status 1 "$NETC" m.net --weights w.npz --map m.map --check v.npz
expect_text err "m.map:1:21: error: rows 1:3 of 'mine', whose shape is (2, 3)"
expect_status 3 "$NETC" m.net --weights w.npz --map absent.map --check v.npz
