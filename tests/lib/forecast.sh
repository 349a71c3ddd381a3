#!/bin/sh
# forecast.sh TARGET: --emit=forecast against what compilers and machines make of nets; skipped without the cross tools.
#
# The nets are some of tests/forecast/nets, to which the prices of compiler/back/cost.def were fitted, and examples, to
# which they were not; with FORECAST_TARGETS (make forecast-test), more of both. How far a forecast may be off stands in docs/inspecting.md too. "planted": it is noticed.
. "$ROOT/tests/lib/common.sh"
target=$1
fitted="amp own"
others="digits/digits pedal/pedal"
[ -z "${FORECAST_TARGETS-}" ] || fitted="amp own stack head" others="$others seeds/stacked seeds/characters"
[ "$target" = planted ] && target=host fitted=amp others=
[ "$target" = host ] || sh "$ROOT/tests/deps.sh" --check target >missing 2>&1 || skip "$(head -n 1 missing)"
[ "$target" != host ] || command -v gcc >/dev/null 2>&1 || skip "gcc is not installed"

[ "$target" = host ] && options= || options=--target=mcu

# forecast NET: "insn N code N stack N" of the step on the target.
forecast()
{
	# shellcheck disable=SC2046
	run "$NETC" "$1" $(comment_value args "$1") $options -w --unroll 0 --init=seeded --emit=forecast-json -o forecast.json
	sed -n "s/.*\"target\": \"$target\".*\"instructions\": \([0-9]*\),.*\"code\": \([0-9]*\),.*\"stack\": \([0-9]*\).*/insn \1 code \2 stack \3/p" forecast.json
}

# near LINE LINE: forecast and measured; the limits in percent, and bytes of stack.
near()
{
	echo "$1 $2" | awk -v insn=40 -v code=60 -v stack=256 '
	function off(a, b) { return b ? 100 * (a > b ? a - b : b - a) / b : 0 }
	NF != 12 { print "no figures"; bad = 1; exit }
	off($2, $8) > insn { print "instructions: forecast " $2 ", found " $8; bad = 1 }
	off($4, $10) > code { print "code: forecast " $4 ", found " $10; bad = 1 }
	($6 > $12 ? $6 - $12 : $12 - $6) > stack { print "stack: forecast " $6 ", found " $12; bad = 1 }
	END { exit bad }'
}

[ "$1" = planted ] && {
	figures="insn 1000 code 1000 stack 300"
	run near "$figures" "insn 800 code 800 stack 200"
	for wrong in "insn 700 code 800 stack 200" "insn 800 code 2600 stack 200" "insn 800 code 800 stack 40" ""; do
		expect_status 1 near "$figures" "$wrong"
	done
	exit
}
passed=0 failed=0
for net in $fitted $others; do
	case $net in
	*/*) file=$ROOT/examples/$net.net ;;
	*) file=$ROOT/tests/forecast/nets/$net.net ;;
	esac
	figures=$(forecast "$file")
	measured=$(sh "$ROOT/tests/forecast/measure.sh" "$target" "$file") || measured=
	if near "$figures" "$measured" >log; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		sed "s,^,$target $net: ," log
	fi
done
echo "$passed $failed" >"$COUNTS"
[ $failed = 0 ]
