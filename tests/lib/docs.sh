#!/bin/sh
# docs.sh NAME: an example of docs/*.md; or docs.sh every-example: that each Julia block is one.
#
# In the Markdown, a comment in a line of its own says what the next fenced block is:
#   <!-- test NAME: OPTIONS -->   a net, NAME.net; NAME stands once in all of docs/. Until the next test follow, or not:
#   <!-- weights -->              lines "NAME (2, 3) 1 2 3 4 5 6", given as --weights
#   <!-- run -->                  such lines, inputs and outputs, the last line an output: netc --check
#   <!-- says -->                 the whole of stderr; with an error the status is 1
#   <!-- summary -->              what --emit=summary prints
#   <!-- header -->               lines that stand in the generated header one after the other, but for white space
#   <!-- file PATH -->            another file beside the net
#   <!-- driver -->               a C program, built with the generated one
#   <!-- prints -->               what it prints
# An example compiles without a word unless it has a block "says", and its C without a warning.
. "$ROOT/tests/lib/common.sh"
name=$1
tool=$PLAIN/tests/npzraw

if [ "$name" = every-example ]; then
	awk 'FNR == 1 { marked = inside = 0 }
	/^```/ && inside { inside = marked = 0; next }
	/^```/ { inside = 1; if (/julia/ && !marked) { print FILENAME ":" FNR ": a net that is no test"; bad = 1 } next }
	!inside && /^<!-- (test|file) / { marked = 1; next }
	!inside && NF { marked = 0 }
	END { exit bad }' "$ROOT"/docs/*.md || exit 1
	sed -n 's/^<!-- test \([^:]*\):.*/\1/p' "$ROOT"/docs/*.md | sort | uniq -d >twice
	expect_empty twice
	exit 0
fi

# One file per block, and the list of what there is.
awk -v name="$name" '
/^```/ && inside { inside = 0; close(out); next }
inside { print > out; next }
/^```/ { inside = 1; out = what; if (what == "") out = "/dev/null"; else printf "" > out; what = ""; next }
/^<!-- test / { ours = ($3 == name ":"); what = ours ? name ".net" : ""
	if (ours) { sub(/^<!-- test [^:]*:/, ""); sub(/-->.*/, ""); print > "options" } next }
ours && /^<!-- file / { what = $3; next }
ours && /^<!-- (weights|run|says|summary|header|driver|prints) -->/ { what = "block." $2 }' "$ROOT"/docs/*.md
[ -s "$name.net" ] || fail "no net after '<!-- test $name: -->'"
eval "set -- $(cat options)"
if [ -f block.weights ]; then
	weights_file w.npz <block.weights
	set -- "$@" --weights w.npz
fi

wanted=0
[ -f block.says ] || : >block.says
grep -q ': error: ' block.says && wanted=1
"$NETC" "$name.net" "$@" --name t -o t.c >out 2>err
code=$?
same block.says err "what netc says"
[ $code = $wanted ] || fail "status $code, wanted $wanted"
expect_empty out
[ $wanted = 0 ] || exit 0
quiet "$CC" -std=c99 $STRICT -c -o t.o t.c

if [ -f block.summary ]; then
	run "$NETC" "$name.net" "$@" -w --emit=summary -o summary
	same block.summary summary "the summary"
fi
if [ -f block.header ]; then
	tr -s ' \t\n' ' ' <t.h >flat.h
	wanted=$(tr -s ' \t\n' ' ' <block.header)
	expect_text flat.h "$wanted"
fi
if [ -f block.run ]; then
	"$tool" text block.run check.npz || exit 1
	check_arrays "$name.net" check.npz "$@" --tolerance 6e-5
	last=$(grep -v '^ *#' block.run | sed -n 's/ (.*//p' | tail -n 1)
	run "$tool" nudge check.npz "$last" bad.npz
	expect_status 1 "$NETC" "$name.net" "$@" --tolerance 6e-5 --check bad.npz
fi
if [ -f block.driver ]; then
	cp block.driver main.c
	quiet "$CC" -std=c99 -O1 -Wall -Wextra -Werror -o main main.c t.o -lm
	run ./main
	same block.prints run.log "what the program prints"
fi
[ -f block.driver ] || [ -f block.run ] || [ -f block.summary ] || [ -f block.header ] || [ -s block.says ] || fail "nothing to check"
