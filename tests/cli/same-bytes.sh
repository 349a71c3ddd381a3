# The same input gives the same bytes from two folders, by another path, at another time.
printf 'include("part.net")\nmodel = Chain(Dense(2 => 3), part)\n' >m.net
echo 'part(x) = tanh(2x)' >part.net
printf '1.W (2, 3) 1 2 3 4 5 6\n1.b (3) 1 2 3\n' | weights_file w.npz
mkdir -p a b/deeper
cp m.net part.net w.npz a
cp m.net part.net w.npz b/deeper
run "$NETC" a/m.net --weights a/w.npz --unroll 3 -o a/t.c
(cd b/deeper && TZ=Asia/Tokyo run "$NETC" "$PWD/m.net" --weights "$PWD/w.npz" --unroll 3 -o "$PWD/t.c") || exit 1
same a/t.c b/deeper/t.c t.c
same a/t.h b/deeper/t.h t.h
expect_no_text a/t.c "$PWD"
expect_no_text a/t.c "$(date +%Y-%m)"
