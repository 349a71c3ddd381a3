# firmware.sh: from a net to a program that has run in QEMU.
STEPS=60 # that a program takes, or six windows if they are more

die()
{
	echo "run.sh: $*" >&2
	exit 1
}

# quietly COMMAND: what it says is shown only if it fails.
quietly()
{
	"$@" >command.log 2>&1 && return
	cat command.log >&2
	die "failed: $*"
}

# enter: a fresh folder to work in. leave: it goes again; after a failure it stays.
enter()
{
	WORK=$OUT/$$
	rm -rf "$WORK"
	mkdir -p "$WORK" && cd "$WORK" || exit 1
}

leave()
{
	cd "$OUT" && rm -rf "$WORK"
}

# number NAME: one of the sizes in net.h.
number()
{
	sed -n "s/.*NET_$1 = \([0-9]*\).*/\1/p" net.h
}

# generate NET OPTIONS: net.c, net.h, and x.h with the inputs. Sets net (the file) and options.
generate()
{
	net=$1
	[ -f "$net" ] || net=$HERE/nets/$1.net
	[ -f "$net" ] || die "no such net: '$1'"
	shift
	options="--init=seeded $(sed -n 's/^# args: *//p' "$net") $*"
	# shellcheck disable=SC2086
	quietly "$NETC" "$net" $options --name net -o net.c
	windows=$((6 * $(number STEPS)))
	shape=$((windows > STEPS ? windows : STEPS))
	[ "$(number BATCH)" = 1 ] || shape="$shape $(number BATCH)"
	# shellcheck disable=SC2086
	quietly "$TOOL" random 7 x.npz x.raw x $shape "$(number IN)"
	{
		echo 'static const uint32_t x_bits[] = {'
		od -An -v -tx4 x.raw | sed 's/ \([0-9a-f]*\)/ 0x\1u,/g'
		echo '};'
	} >x.h
}

# firmware OUT.elf MODEL.c CFLAGS: only the model is compiled with CFLAGS, the rest always in the same way. WINDOW is
# -DWINDOW for the unrolled function.
firmware()
{
	elf=$1 model=$2
	shift 2
	common="$FLAGS -g -ffunction-sections -fdata-sections -I. --specs=picolibc.specs"
	# shellcheck disable=SC2086
	quietly "${CROSS}gcc" $common "$@" -c -o "$elf.o" "$model"
	# shellcheck disable=SC2086
	quietly "${CROSS}gcc" $common -Os $WINDOW --oslib=semihost --crt0=hosted -Wl,--gc-sections $MEMORY -o "$elf" \
		"$HERE/fw_main.c" "$elf.o"
}

# emulate FILE.elf [QEMU OPTIONS]: what it prints, in FILE.elf.out.
emulate()
{
	# shellcheck disable=SC2086
	timeout 120 $QEMU -kernel "$1" ${2-} >"$1.raw" 2>&1 </dev/null || {
		cat "$1.raw" >&2
		die "the firmware failed: $QEMU -kernel $PWD/$1 ${2-}"
	}
	tr -d '\r' <"$1.raw" >"$1.out"
}
