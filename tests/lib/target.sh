#!/bin/sh
# target.sh m4|m55|rv32imafc[-mcu]: firmware under QEMU computes the bits of the host; skipped without the cross tools.
# target.sh planted: other weights are noticed. target.sh table: a step costs no more than tests/target/table.txt says.
# target.sh worse: a cost above the table fails, and BLESS=1 writes one below it.
# target.sh lanes: the kernels of nn.h for four lanes, on an M55 and an M4.
# target.sh cycles: the model of the Cortex-M4 against Arm's manual.
#
# This is the short form, three nets; 'make target-test' and 'make target-bench' do all.
. "$ROOT/tests/lib/common.sh"
HERE=$ROOT/tests/target OUT=$PWD/out TOOL=$PLAIN/tests/npzraw TABLE=$PWD/table.txt PAGE=$PWD/page.md
rows="m4 amp -Os -,rv32imafc amp -Os -"
export OUT TOOL CC NETC TABLE PAGE
unset BLESS
[ "$1" = cycles ] || sh "$ROOT/tests/deps.sh" --check target >missing 2>&1 || skip "$(head -n 1 missing)"

# tables CHANGE: table.txt with those rows alone, their instructions changed by so much.
tables()
{
	grep '^#' "$HERE/table.txt" >table.txt
	awk -v rows=",$rows," -v change="$1" \
		'!/^#/ && index(rows, "," $1 " " $2 " " $3 " " $4 ",") { $5 += change; print }' "$HERE/table.txt" >>table.txt
}

case $1 in
planted)
	for part in targets firmware bits; do
		. "$HERE/$part.sh"
	done
	enter
	references amp
	target m4
	(check_bits m4 amp) || fail "the bits differ"
	sed '/static const float/,/}/s/^\(	[-0-9.e]*\)[0-9]f,/\13f,/' net.c >planted.c
	cmp -s net.c planted.c && fail "nothing was planted"
	mv planted.c net.c
	(check_bits m4 amp) >log 2>&1 && fail "other weights were not noticed"
	expect_text log "other bits"
	sed -i '/static const float/,/}/s/^	-*[0-9]/&9/' net.c
	(check_value "m4 amp" "") >log 2>&1 && fail "a wrong value was not noticed"
	expect_text log "off by"
	leave
	;;
cycles)
	cat >cycles.c <<'C'
#include "cortex_m4.h"
#include <stdio.h>
static const struct {
	const char *text;
	int cycles;
} insn[] = {
	{"add r0, r1, r2", 1}, {"udiv r0, r1, r2", 7}, {"mul r0, r1, r2", 1}, {"str r0, [r1]", 1}, {"strd r0, r1, [r2]", 3},
	{"ldr r3, [r2, #4]", 2}, {"ldr r4, [r2, #8]", 1 /* overlaps */}, {"vldr s0, [r1]", 1}, {"movs r0, #1", 1},
	{"push {r4, r5, r6, lr}", 5}, {"ldm r0!, {r4-r7, r9}", 6}, {"vldmia r1!, {s0, s1, s2, s3}", 5}, {"vldr s0, [r1]", 2},
	{"vmul.f32 s2, s0, s1", 1}, {"vadd.f32 s3, s2, s4", 2 /* waits for s2 */}, {"vadd.f32 s5, s30, s4", 1},
	{"vfma.f32 s5, s0, s1", 4}, {"vfma.f32 s6, s0, s1", 3}, {"vsqrt.f32 s7, s8", 14}, {"vcmp.f32 s7, #0", 2},
	{"vmrs apsr_nzcv, fpscr", 1}, {"vdiv.f32 s1, s2, s3", 14}, {"nop", 1}, {"vmov r0, s1", 1},
};
int
main(void)
{
	M4 m = {"", false};
	int bad = 0;
	for (unsigned i = 0; i < sizeof insn / sizeof *insn; i++) {
		int c = m4_cycles(&m, insn[i].text);
		if (c != insn[i].cycles)
			bad = printf("%s: %d cycles, wanted %d\n", insn[i].text, c, insn[i].cycles);
	}
	return bad != 0;
}
C
	quiet "$CC" -std=c99 -Wall -Wextra -Werror -I"$HERE" -o cycles cycles.c "$HERE/cortex_m4.c"
	run ./cycles
	;;
table)
	tables 0
	sh "$HERE/run.sh" table >log 2>&1
	code=$?
	[ $code != 77 ] || skip "$(cat log)"
	cat log
	[ $code = 0 ] || fail "make target-bench tells more"
	;;
worse)
	tables -1
	sh "$HERE/run.sh" table >log 2>&1
	code=$?
	[ $code != 77 ] || skip "$(cat log)"
	[ $code = 1 ] || fail "status $code for a step that costs more than in the table"
	expect_text log WORSE
	tables 1000
	printf '<!-- figures: amp -->\n<!-- end -->\n' >page.md
	BLESS=1 sh "$HERE/run.sh" table >log 2>&1 || fail "status $? for a step that costs less"
	tr -s ' ' <table.txt >blessed
	tables 0
	tr -s ' ' <table.txt >wanted
	same wanted blessed "the table with BLESS=1"
	expect_text page.md "| m4 | "
	;;
lanes)
	run sh "$HERE/run.sh" lanes m55
	run sh "$HERE/run.sh" lanes m4
	;;
*-mcu) ARGS=--target=mcu run sh "$HERE/run.sh" test "${1%-mcu}/amp" "${1%-mcu}/l15" "${1%-mcu}/own" ;;
*) run sh "$HERE/run.sh" test "$1/amp" "$1/l15" "$1/batch" ;;
esac
