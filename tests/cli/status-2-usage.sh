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
# says TEXT OPTION: the whole message.
says()
{
	wrong m.net "$2"
	printf 'netc: %s\n' "$1" >wanted
	same wanted err "what is said of '$2'"
}
known="-fdiagnostics-color=…, -fdiagnostics-format=…, or -fno- and merge, hoist, pack, fuse, fold or cse"
says "-O '4'; wanted -O0 or -O1" -O4
says "-O 'fast'; wanted -O0 or -O1" -Ofast
says "unknown option 'no-unroll'; wanted $known" -fno-unroll
says "unknown option 'no-'; wanted $known" -fno-
says "unknown option 'no-no-merge'; wanted $known" -fno-no-merge
says "--target 'arm'; wanted default, host, mcu" --target=arm
says "--section ''; wanted the name of a linker section, such as .weights" --section=
says "--section 'a b'; wanted the name of a linker section, such as .weights" "--section=a b"
says "--section 'a\"b'; wanted the name of a linker section, such as .weights" '--section=a"b'
wrong m.net -d Q
wrong m.net --stop-after=lunch
wrong m.net --eval x.npz
wrong m.net --eval x.npz --check x.npz -o y.npz
wrong m.net @nowhere
ls ./*.c ./*.h >/dev/null 2>&1 && fail "a file was written"
true
