# bits.sh: does a target compute what the host computes, bit by bit, and what the double evaluator computes, nearly?

# host COMPILER FLAGS: the lines that the host prints, in host.bits.
host()
{
	quietly "$@" -O2 -ffp-contract=off -I. -o host "$HERE/fw_main.c" net.c
	./host >host.out || die "the host's program failed"
	grep -v '^#' host.out >host.bits
}

# references NET: net.bits, which every compiler of the host gives, stepped and unrolled; y.npz from the evaluator.
references()
{
	# shellcheck disable=SC2086
	generate "$1" --unroll 5 ${ARGS-}
	host "$CC"
	mv host.bits net.bits
	for compiler in gcc clang; do
		command -v $compiler >/dev/null || continue
		for flags in "" -DWINDOW; do
			host $compiler $flags
			cmp net.bits host.bits || die "$1: $compiler $flags gives other bits on the host"
		done
	done
	# shellcheck disable=SC2086
	quietly "$NETC" "$net" $options --eval x.npz -o y.npz
}

# outputs CFLAGS: the lines that the target prints, in fw.bits.
outputs()
{
	firmware fw.elf net.c "$@"
	emulate fw.elf
	grep -v '^#' fw.elf.out >fw.bits
}

# check_bits TARGET NET [FLAG]: stepped and unrolled.
check_bits()
{
	for WINDOW in "" -DWINDOW; do
		outputs -O2 -ffp-contract=off ${3-}
		cmp -s net.bits fw.bits && continue
		diff net.bits fw.bits | head -n 5 >&2
		die "$* $WINDOW: other bits (>) than on the host (<)"
	done
}

# check_value NET FLAGS: with products and sums contracted, as compilers do unless told otherwise.
check_value()
{
	WINDOW=
	outputs -O3 -ffp-contract=fast $2
	quietly "$CC" -O1 -o words "$HERE/words.c"
	./words <fw.bits >y.raw || die "$1: the firmware did not print words"
	quietly "$TOOL" compare y.npz y y.raw 1e-6
	worst=$("$TOOL" compare y.npz y y.raw 0 2>&1 | sed 's/.*off by \([^ ]*\).*/\1/')
}

# bits [TARGET[/NET]]...: every net on every target, or those named.
bits()
{
	enter
	checks=0
	for path in "$HERE"/nets/*.net; do
		name=${path##*/} name=${name%.net} ready=
		for machine in $TARGETS; do
			case " ${*:-$machine} " in *" $machine "* | *" $machine/$name "*) ;; *) continue ;; esac
			[ -n "$ready" ] || references "$name"
			ready=1
			target "$machine"
			check_bits "$machine" "$name"
			grep -q net_rows_ net.c || BODY='' EXACT='' # no kernel that has such bodies
			[ -z "$EXACT" ] || check_bits "$machine" "$name" "$EXACT"
			[ -z "$BODY" ] || check_value "$machine $name $BODY" "$BODY"
			check_value "$machine $name" ""
			printf '%-10s %-10s %5d outputs have the bits of the host; contracted: %s from double, allowed 1e-6\n' \
				"$machine" "$name" "$(wc -l <net.bits)" "${worst:-0}"
			checks=$((checks + 1))
		done
	done
	leave
	[ $checks != 0 ] || die "no such test: $*"
}

# lanes TARGET: its kernels for four lanes agree with those for one.
lanes()
{
	enter
	target "$1"
	for flags in "-O0 $BODY" "-O2 $BODY" "-O2 $EXACT"; do
		[ "$flags" != "-O2 " ] || continue
		# shellcheck disable=SC2086
		quietly "${CROSS}gcc" $FLAGS $flags -Wall -Wextra -I"$ROOT/runtime" --specs=picolibc.specs --oslib=semihost \
			--crt0=hosted $MEMORY -o lanes.elf "$HERE/lanes_main.c"
		emulate lanes.elf
	done
	leave
}
