#!/bin/sh
# device.sh NETC FOLDER [UPDATES]: main.c as firmware of a Cortex-M4 (MPS2 board AN386) in QEMU: what it prints, in
# FOLDER/device.tsv, and what an update costs there. NETCFLAGS, CFLAGS: more options.
#
# The machine and the instruction counter are those of tests/target; Debian: gcc-arm-none-eabi, picolibc-arm-none-eabi,
# qemu-system-arm (make target-deps).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
HERE=$(cd "$here/../../tests/target" && pwd)
NETC=$1 folder=$2 updates=${3-3000}
CC=${CC-cc}
mkdir -p "$folder" && cd "$folder"
OUT=$PWD
for part in targets firmware bench; do
	. "$HERE/$part.sh"
done
target m4
cycles=,cycles=1
plugin_build

# shellcheck disable=SC2086
"$NETC" "$here/online.net" --init=seeded --grad=mse ${NETCFLAGS-} -o online.c
flags="$FLAGS -std=c99 -ffunction-sections -fdata-sections -I. -I$here --specs=picolibc.specs"
# shellcheck disable=SC2086
"${CROSS}gcc" $flags ${CFLAGS--O2} -DUPDATES="$updates" --oslib=semihost --crt0=hosted -Wl,--gc-sections $MEMORY \
	-o device.elf "$here/main.c" "$here/sensor.c" "$here/device.c" online.c
count device.elf
grep -v '^#' device.elf.out >device.tsv

set -- $(sed -n 's/^# //p' device.elf.out)
echo "RAM in bytes: parameters $2, gradient $4, state $6, tape $8, readings ${10}, stack of an update ${12}; together" \
	"$(($2 + $4 + $6 + $8 + ${10} + ${12}))"
echo "flash in bytes: the whole firmware $("${CROSS}size" device.elf | awk 'NR == 2 { print $1 + $2 }')," \
	"of it the first weights $2"
awk '$1 == "insns" {
	n++; insns += $2; cycles += $4
	if (n == 1 || $2 < least) least = $2
	if ($2 > most) most = $2
}
END {
	if (!n) exit 1
	printf "an update: %.0f instructions (%d to %d), about %.0f cycles, %.2f ms at 100 MHz; %d updates\n",
		insns / n, least, most, cycles / n, cycles / n / 1e5, n
}' device.elf.log
