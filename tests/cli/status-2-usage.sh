# Status 2: the command line is wrong.
echo 'model = Dense(2 => 3)' >m.net
wrong()
{
	expect_status 2 "$NETC" "$@"
	[ -s err ] || fail "nothing was said: netc $*"
	expect_empty out
}
wrong
wrong m.net m.net
wrong --frobnicate m.net
wrong m.net -o
wrong m.net --unroll
wrong m.net --unroll=many
wrong m.net --unroll=-1
wrong m.net --unroll=1e3
wrong m.net --unroll ''
wrong m.net --batch=0
wrong m.net --batch=99999999999999999999
wrong m.net --dim in
wrong m.net --dim in=
wrong m.net --dim =3
wrong m.net --dim in=0
wrong m.net --dim in=x
wrong m.net --emit=pdf
wrong m.net --init=random
wrong m.net --seed=x
wrong m.net --math=slow
wrong m.net --scratch=heap
wrong m.net --weights-as=file
wrong m.net --tolerance=-1
wrong m.net --tolerance=nan
wrong m.net -fdiagnostics-color=sometimes
wrong m.net -fdiagnostics-format=xml
wrong m.net -fpic
wrong m.net -d Q
wrong m.net --stop-after=lunch
wrong m.net --eval x.npz
wrong m.net --eval x.npz --check x.npz -o y.npz
wrong m.net @nowhere
ls ./*.c ./*.h >/dev/null 2>&1 && fail "a file was written"
true
