# Several weight files, .npz and .safetensors: of a name in two of them the later counts.
echo 'model = Dense(2 => 2)' >m.net
printf 'W (2, 2) 1 2 3 4\nb (2) 100 200\n' | weights_file one.npz
printf 'b (2) 10 20\n' | weights_file two.npz
header='{"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
{
	printf "\\$(printf %o ${#header})\\0\\0\\0\\0\\0\\0\\0%s" "$header"
	printf '\0\0\200\077\0\0\0\100'
} >three.safetensors
printf 'x (1, 2) 1 1\n' | weights_file x.npz
y()
{
	expect_status 0 "$NETC" m.net "$@" --eval x.npz -o y.npz
	show_tensors y.npz
}
[ "$(y --weights one.npz)" = "y (1, 2) 104 206" ] || fail "one: $(y --weights one.npz)"
[ "$(y --weights one.npz --weights two.npz)" = "y (1, 2) 14 26" ] || fail "two"
[ "$(y --weights two.npz --weights one.npz)" = "y (1, 2) 104 206" ] || fail "one after two"
[ "$(y --weights one.npz --weights=two.npz --weights three.safetensors)" = "y (1, 2) 5 8" ] || fail "three"
expect_status 1 "$NETC" m.net --weights two.npz -o t.c
expect_text err W
expect_no_file t.c
