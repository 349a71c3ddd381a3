#!/bin/sh
# ir.sh NAME.ir: one pass alone, from a dump to a dump.
#
#   # pass: C        what goes into --passes=; empty for none
#   GRAPH
#   # ---
#   # expect
#   GRAPH
# Both graphs must also print as what they were read from: print(read(print(g))) == print(g).
. "$ROOT/tests/lib/common.sh"
file=$1
source=$ROOT/tests/ir/$file
grep -q '^# ---$' "$source" || fail "no line '# ---'"
grep -q '^# pass:' "$source" || fail "no line '# pass: LETTERS'"
passes=$(comment_value pass "$source")
sed '/^# ---$/,$d; /^# pass:/d' "$source" >"$file"
sed '1,/^# ---$/d' "$source" | sed '1{/^# expect$/d;}' >expected

# print IN OUT [LETTERS]
print()
{
	"$NETC" --read-ir "$1" --passes="${3-}" --emit=ir -o - >"$2" 2>err || { cat err; fail "failed: netc --read-ir $1 --passes=${3-}"; }
	expect_empty err
}

print "$file" found "$passes"
if [ -n "$BLESS" ]; then
	{ sed '/^# ---$/,$d' "$source" && printf '# ---\n# expect\n' && cat found; } >blessed
	cmp -s blessed "$source" || cp blessed "$source"
	exit 0
fi
same expected found "the graph after '$passes'"
for graph in "$file" found; do
	cp "$graph" first.ir
	print first.ir second.ir
	print second.ir third.ir
	same second.ir third.ir "$graph, printed, read and printed again,"
done
same found second.ir "what was printed, read and printed again,"
