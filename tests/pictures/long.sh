# A hundred steps are drawn in under a second, and the time grows with the steps, not faster.
now()
{
	date +%s%N | cut -c 1-13
}
# took N KIND: milliseconds.
took()
{
	begin=$(now)
	run "$NETC" "$ROOT/examples/pedal/pedal.net" --unroll "$1" --emit="$2" -o "big.$2"
	echo $(($(now) - begin))
}
for kind in svg html json dot mermaid; do
	time=$(took 100 $kind)
	[ "$time" -lt 1000 ] || fail "$kind of 100 steps takes $time ms"
	short=$(took 3000 $kind)
	long=$(took 12000 $kind)
	[ "$long" -lt $((10 * short + 2000)) ] || fail "$kind: 3000 steps take $short ms, 12000 take $long ms"
done
