#!/bin/sh
# run.sh bench TARGET NET CFLAGS [NETC OPTION]...: a net as firmware under QEMU; a line of figures.
# run.sh test [TARGET[/NET]]...: its outputs: the host's bits on every target, the double evaluator's within 1e-6; with
#                      ARGS="NETC OPTION..."
# run.sh lanes TARGET: kernels of nn.h for four lanes against those for one.
# run.sh table [TEXT]: measures the rows of table.txt, or those that TEXT is in; status 1 if one got worse, 77 if the
#                      compilers are not those of the table.
#
# NET is one of nets/ or a path; CFLAGS are joined by commas: -O2,-ffp-contract=off. With --unroll N it is the unrolled
# function that is measured, per step. The figures:
#   insn cycles    instructions executed in a step, the mean of 50 steps after 10 (count.c), and what a Cortex-M4 takes
#                  for them by the model of cortex_m4.c; 0 for other targets
#   jitter         the dearest of these steps minus the cheapest, in instructions
#   code           bytes of flash over the weights: the program minus the same with empty functions, minus the weights
#   data bss       bytes of RAM that the generated file takes by itself
#   state stack    of the state struct, and what a step overwrites of a painted stack
# BLESS=1 writes the rows that got better into table.txt and PAGE, docs/embedding.md; BLESS=all those that got worse,
# too. NETC, TOOL (npzraw), CC, TABLE, PAGE and OUT (the folder to work in) select others.
set -u
LC_ALL=C
export LC_ALL
HERE=$(cd "$(dirname "$0")" && pwd) || exit 1
ROOT=$(cd "$HERE/../.." && pwd) || exit 1
NETC=${NETC:-$ROOT/build/netc}
TOOL=${TOOL:-$ROOT/build/tests/npzraw}
TABLE=${TABLE:-$HERE/table.txt}
PAGE=${PAGE:-$ROOT/docs/embedding.md}
OUT=${OUT:-$ROOT/build/target}
CC=${CC:-cc}
for part in targets firmware bench bits table; do
	. "$HERE/$part.sh"
done

verb=${1-}
[ $# = 0 ] || shift
case $verb in
bench)
	[ $# -ge 3 ] || die "usage: bench TARGET NET CFLAGS [NETC OPTION]..."
	bench "$@"
	# shellcheck disable=SC2086
	bench_line $figures
	;;
test) bits "$@" ;;
lanes) lanes "$@" ;;
table) table "${1-}" ;;
*) die "usage: run.sh bench | test | lanes | table; see the head of the file" ;;
esac
