# bench.sh: what a step costs on one target.
WARM=10 # steps that are not counted
FIGURES="insn cycles jitter code data bss state stack"

plugin_build()
{
	mkdir -p "$OUT" || exit 1
	set -- "$HERE/count.c" "$HERE/cortex_m4.c"
	[ -f "$OUT/count.so" ] && [ -z "$(find "$@" -newer "$OUT/count.so")" ] && return
	"$CC" -shared -fPIC -O2 -o "$OUT/count.so.$$" "$@" || die "the plugin was not built"
	mv "$OUT/count.so.$$" "$OUT/count.so"
}

# count FILE.elf: runs it; the counts are in FILE.elf.log.
count()
{
	marks=$("${CROSS}nm" "$1" | awk '$3 ~ /^mark_/ { sub("mark_", "", $3); printf ",%s=%s", $3, $1 }')
	emulate "$1" "-d plugin -D $1.log -plugin file=$OUT/count.so$marks$cycles"
}

# means LOG EMPTY-LOG STEPS: "INSN CYCLES JITTER" of a step, where a line of the log is so many steps.
means()
{
	awk -v warm=$WARM -v steps="$3" 'FNR == NR { insns0 = $2; cycles0 = $4; next }
	FNR * steps > warm {
		n++
		insns += $2 - insns0
		cycles += $4 - cycles0
		if (n == 1 || $2 < least) least = $2
		if (n == 1 || $2 > most) most = $2
	}
	END { if (n) printf "%.0f %.0f %d\n", insns / n / steps, cycles / n / steps, most - least }' "$2" "$1"
}

# sizes FILE.elf: "TEXT DATA BSS"
sizes()
{
	"${CROSS}size" "$1" | awk 'NR == 2 { print $1, $2, $3 }'
}

# empty: the functions of net.h, which do nothing.
empty()
{
	echo '#include "net.h"'
	sed -n 's/^\(void net_.*\);$/\1 {}/p' net.h
}

# bench TARGET NET CFLAGS OPTIONS: sets figures.
bench()
{
	target "$1" || exit 1
	name=$2 cflags=$(echo "$3" | tr , ' ')
	cycles= WINDOW= unroll="--unroll 0"
	[ "$1" = m4 ] && cycles=,cycles=1
	shift 3
	case " $*" in *" --unroll"*) unroll= WINDOW=-DWINDOW ;; esac
	plugin_build
	enter
	# shellcheck disable=SC2086
	generate "$name" $unroll "$@"
	empty >empty.c
	for program in net empty; do
		# shellcheck disable=SC2086
		firmware $program.elf $program.c $cflags
		count $program.elf
	done
	figures=$(measure)
	[ "$(echo "$figures" | wc -w)" = 8 ] || die "no figures: $figures"
	leave
}

# measure: what FIGURES says.
measure()
{
	[ -n "$WINDOW" ] && steps=$(number STEPS) || steps=1
	means net.elf.log empty.elf.log "$steps"
	weights=$(sed -n 's/#define NET_WEIGHT_BYTES //p' net.h)
	{ sizes net.elf; sizes empty.elf; } | awk -v weights="$weights" 'NR == 1 { text = $1; data = $2; bss = $3 }
	NR == 2 { print text - $1 - weights, data - $2, bss - $3 }'
	sed -n 's/^# [a-z]* //p' net.elf.out
}

# bench_line FIGURES: for people.
bench_line()
{
	for name in $FIGURES; do
		printf '%s %s  ' "$name" "$1"
		shift
	done
	echo
}
