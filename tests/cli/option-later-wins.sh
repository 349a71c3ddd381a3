# Of an option given twice the later counts.
echo 'model = RNN(2 => 3)' >m.net
run "$NETC" m.net --init=seeded --unroll 5 --unroll=4 --name one --name two --seed 1 --seed 2 -o t.c
run "$NETC" m.net --init=seeded --unroll 4 --name two --seed 2 -o u.c
sed 's/u\.h/t.h/; s/u\.c/t.c/' u.c >want.c
same want.c t.c t.c
