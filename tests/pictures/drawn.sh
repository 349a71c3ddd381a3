# Every net is drawn well: the SVG is well-formed, no box lies on another, no line runs through a box, arrows between columns
# are straight; folded, not folded, and before unrolling. And the checks notice it when that is not so.
draw()
{
	for how in "--unroll 9" "--unroll 3" "--stop-after=shape"; do
		# A net that looks ahead or has its own window may refuse another.
		# shellcheck disable=SC2086
		"$NETC" "$@" $how --emit=svg -o n.svg >log 2>&1 || { cat log; fail "$1 $how"; }
		run awk -f "$pictures/xml.awk" n.svg
		run awk -f "$pictures/overlap.awk" n.svg
		grep -q '^[1-9][0-9]* boxes, [1-9][0-9]* lines' run.log || fail "nothing is drawn of $1 $how"
		drawn=$((drawn + 1))
	done
}
drawn=0
every_net draw
[ $drawn -gt 100 ] || fail "only $drawn drawings"

run "$NETC" "$pictures/step.net" --unroll 6 --emit=svg -o good.svg
# A box moved on another, a line through a box, a slanting arrow, a tag left open.
sed '/class="column"/,$ s/<rect x="[0-9]*" y="[0-9]*"/<rect x="90" y="90"/' good.svg >bad.svg
expect_status 1 awk -f "$pictures/overlap.awk" bad.svg
expect_text out "overlaps"
awk '/class="edge"/ && !done { sub(/d="M[^"]*"/, "d=\"M0 0L0 900\""); done = 1; sub(/M0 0L0 900/, "M150 0L150 900") } { print }' good.svg >bad.svg
expect_status 1 awk -f "$pictures/overlap.awk" bad.svg
expect_text out "runs through"
sed 's/\(class="tie"[^>]*d="M[0-9.]* [0-9.]*\)H\([0-9.]*\)/\1L\2 3/' good.svg >bad.svg
expect_status 1 awk -f "$pictures/overlap.awk" bad.svg
expect_text out "not straight"
sed 's,</title><rect,<rect,' good.svg >bad.svg
expect_status 1 awk -f "$pictures/xml.awk" bad.svg
