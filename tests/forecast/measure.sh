#!/bin/sh
# measure.sh TARGET NET [NETC OPTION]...: what compilers and machines make of the step of a net, in the current folder;
# with --unroll N, of the unrolled function.
#
# Prints "insn N code N stack N": instructions of a step, bytes of code (without weights), bytes of stack; at -O2. A
# cross target is measured with --target=mcu by tests/target/run.sh, under QEMU; the host, by valgrind (insn 0 without
# it), nm, and gcc's -fstack-usage.
set -u
HERE=$(cd "$(dirname "$0")" && pwd) || exit 1
ROOT=$(cd "$HERE/../.." && pwd) || exit 1
NETC=${NETC:-$ROOT/build/netc}
TARGET_RUN=${TARGET_RUN:-$ROOT/tests/target/run.sh}
target=$1 net=$2
shift 2
if [ "$target" != host ]; then
	figures=$(OUT=$PWD NETC=$NETC sh "$TARGET_RUN" bench "$target" "$net" -O2 --target=mcu "$@") || exit 1
	echo "$figures" | sed -E 's/.*insn ([0-9]+) .*code ([0-9]+) .*stack ([0-9]+).*/insn \1 code \2 stack \3/'
	exit
fi

# shellcheck disable=SC2046
"$NETC" "$net" --init=seeded $(sed -n 's/^# args: *//p' "$net") -w --unroll 0 "$@" --name net -o net.c || exit 1
case " $* " in *" --unroll"*) window=-DWINDOW function=net_unrolled ;; *) window= function=net_step ;; esac
gcc -std=c99 -O2 -ffunction-sections -fdata-sections -fstack-usage -I. -c net.c || exit 1
# shellcheck disable=SC2086
gcc -std=c99 -O2 -I. $window -Wl,--gc-sections -o host "$ROOT/tests/lib/forecast_main.c" net.o || exit 1
insn=0
if command -v valgrind >/dev/null 2>&1; then
	valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect=$function ./host >valgrind.log 2>&1 || exit 1
	insn=$(sed -n 's/.*Collected : \([0-9]*\).*/\1/p' valgrind.log)
fi
# What of net.o is in the program: its functions and tables.
weights=$(sed -n 's/#define NET_WEIGHT_BYTES //p' net.h)
nm -S --radix=d net.o | awk '$3 ~ /[tTrR]/ { print $4 }' >names
nm -S --radix=d host | awk -v weights="$weights" -v insn="$insn" -v steps="$(sed -n 's/.*STEPS = \([0-9]*\) .*/\1/p' "$ROOT/tests/lib/forecast_main.c")" '
	FNR == NR { ours[$1]; next }
	$4 in ours { bytes += $2 }
	END { printf "insn %d code %d ", insn / steps, bytes - weights }' names -
# The function, and the deepest that it calls.
awk -v name="$function" '{ sub(/.*:/, "", $1) } $1 == name { own = $2; next } $1 ~ /^net_/ { next } $2 > most { most = $2 }
END { print "stack " own + most }' net.su
