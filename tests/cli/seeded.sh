# --init=seeded: the same seed gives the same values, another seed others; a parameter's do not depend on what else
# there is, and a file's win over them.
values()
{
	net=$1
	shift
	"$NETC" $net.net "$@" -fno-pack -o t.c 2>err || { cat err; fail "netc $net.net $*"; }
	sed -n "/^static const float t_w_$tensor\[/,/^}/p" t.c
}
echo 'model = Chain(a = Dense(3 => 4), b = Dense(4 => 2))' >one.net
echo 'model = Chain(z = LSTM(3 => 3), a = Dense(3 => 4), c = Dense(4 => 2))' >two.net
tensor=a_W
values one --init=seeded >first
[ "$(wc -l <first)" -ge 3 ] || fail "no table t_w_a_W: $(cat first)"
values one --init=seeded >again
same first again "the same seed"
values one --init=seeded --seed 1 >again
same first again "--seed 1, the default"
values two --init=seeded >again
same first again "in another model"
values one --init=seeded --seed 2 >other
cmp -s first other && fail "another seed gives the same values"
tensor=b_W
values one --init=seeded >other
cmp -s first other && fail "another parameter has the same values"
printf 'b.b (2) 7 8\n' | weights_file w.npz
tensor=a_W
values one --init=seeded --weights w.npz >again
same first again "beside a file"
grep -q '7.0f, 8.0f' t.c || fail "the file's values are not used"
# Glorot: uniform within the square root of 6 / (3 + 4).
grep -o '[-0-9.e]*f[,]' first | tr -d 'f,' | awk '$1 > 0.9259 || $1 < -0.9259 { print "not Glorot: " $1; bad = 1 } END { exit bad }' || exit 1
# The packed tables have the same numbers, in another order.
"$NETC" one.net --init=seeded -o packed.c || fail "not compiled"
sed -n '/^static const float packed_weights[0-9]*\[/,/^}/p' packed.c | grep -o '[-0-9.e]*f,' | sort -u >packed
[ "$(wc -l <packed)" -ge 20 ] || fail "no packed tables: $(cat packed)"
for tensor in a_W b_W; do
	values one --init=seeded | grep -o '[-0-9.e]*f,' | while read -r v; do
		grep -qxF -e "$v" packed || fail "the weight $v of $tensor is in no packed table"
	done || exit 1
done
