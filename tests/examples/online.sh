# online.sh: the net learns the signal, and its new law after the change, which the copy that does not learn never does;
# the same lines from gcc and clang.
folder=$ROOT/examples/online
eval "set -- $(comment_value args "$folder/online.net")"
run "$NETC" "$folder/online.net" --init=seeded "$@" -o online.c

# simulate COMPILER MAIN OUT
simulate()
{
	quiet "$1" -std=c99 -O2 -ffp-contract=off -Wall -Wextra -Wconversion -Werror -I. -I"$folder" -o online "$2" \
		"$folder/sensor.c" "$folder/device.c" online.c
	./online >"$3" || fail "the simulation ended with status $?"
}

# learned FILE: after both halves the error is below a tenth of what it was at first, the copy's is not.
learned()
{
	awk -F '\t' '$1 == 50 { first = $2 } $1 == 1500 { before = $2 } $1 == 1550 { changed = $2; copy = $3 }
	$1 == 3000 { last = $2; frozen = $3 }
	END { exit !(before > 0 && before < first / 10 && last > 0 && last < changed / 10 && frozen > copy / 2) }' "$1"
}

for compiler in "$CC" gcc clang; do
	command -v "$compiler" >/dev/null || continue
	simulate "$compiler" "$folder/main.c" "lines.$compiler"
	same "lines.$CC" "lines.$compiler" "$compiler's program"
done
learned "lines.$CC" || fail "nothing was learned: $(cat "lines.$CC")"
sed 's/rate = 0.3f/rate = 0.0f/' "$folder/main.c" >still.c
simulate "$CC" still.c lines.still
learned lines.still && fail "it learns at a rate of zero"
# A reading that is no number costs one window.
sed 's,^\t\tlisten(&sensor.*,&\n\t\tif (update == 700) net.reading[3][0] = 0.0f / (float)(update - 700);,' "$folder/main.c" >loose.c
cmp -s "$folder/main.c" loose.c && fail "nothing was planted"
simulate "$CC" loose.c lines.loose
cmp -s "lines.$CC" lines.loose && fail "the reading is a number"
learned lines.loose || fail "a reading that is no number stops learning: $(cat lines.loose)"
# The picture and the text of the curve.
grep -v '^#' "lines.$CC" >error.tsv
run awk -v column=2 -f "$ROOT/examples/curve.awk" error.tsv
[ "$(wc -l <run.log)" = 21 ] || fail "a curve of $(wc -l <run.log) rows: $(cat run.log)"
run awk -v form=svg -v marks='1500 the bearing goes' -f "$ROOT/examples/curve.awk" error.tsv
expect_text run.log '</svg>'
[ "$(grep -c "class='l[23]' d='M[^L]*L" run.log)" = 2 ] || fail "not two lines: $(cat run.log)"
exit 0
