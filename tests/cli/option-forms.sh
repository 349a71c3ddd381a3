# Every option as --opt=value and as --opt value: the same bytes.
cat >m.net <<'NET'
@net struct Net
  W; b
  y
  function (x)
    y = tanh(x * W + b + y{-1})
  end
end
other = Net()
model = Chain(Net(2 => 3), Net(3 => 2))
NET
both()
{
	option=$1 value=$2
	shift 2
	mkdir one two
	(cd one && run "$NETC" ../m.net --init=seeded "$@" "$option=$value" -o t.c) || exit 1
	(cd two && run "$NETC" ../m.net --init=seeded "$@" "$option" "$value" -o t.c) || exit 1
	same one/t.c two/t.c "$option $value: t.c"
	[ ! -f one/t.h ] || same one/t.h two/t.h "$option $value: t.h"
	rm -r one two
}
printf '1.W (2, 3) 1 2 3 4 5 6\n' | weights_file w.npz
both --unroll 3
both --unroll 0
both --emit summary
both --emit ir
both --weights ../w.npz
both --weights-as params
both --weights-as extern
both --init seeded
both --seed 7
both --name prefix
both --batch 2
both --dim in=2
both --dim in=2 --model other --dim out=4
both --model other --dim in=2 --dim out=2
both --math libm
both --math fast
both --scratch static
both --scratch caller
both --stop-after unroll --emit=ir
run "$NETC" m.net --init=seeded --output=t.c
run "$NETC" m.net --init=seeded --output u.c
expect_file t.c
expect_file u.c
run "$NETC" --init=seeded -o v.c -- m.net
run "$NETC" -ow.c m.net --init=seeded
expect_file w.c
