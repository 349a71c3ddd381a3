#!/bin/sh
# lang.sh NAME.net: compiles a net, compiles and runs its driver, compares what it prints.
#
# Everything but the net stands in block comments that begin in the first column. One line: "#= args: --unroll 4 =#".
# More lines: "#= KEY", the lines, and "=#" on a line by itself.
#   args: OPTIONS     more options for netc; it runs as "netc NAME.net OPTIONS --name t -o t.c"
#   weights           lines "NAME (2, 3) 1 2 3 4 5 6"; the file is given as --weights w.npz
#   file PATH         another file beside the net, for include
#   driver            C: a whole program, or only the body of main; "t.h", stdio.h, math.h and string.h are included
#   output            what the driver prints on stdout
#   stderr            what netc says, byte for byte; without this block it must be silent
#   emit KIND         what "netc NAME.net OPTIONS --emit=KIND -o -" prints
#   ir LETTERS        what "netc NAME.net OPTIONS --passes=LETTERS --emit=ir -o -" prints
. "$ROOT/tests/lib/common.sh"
net=$1
source=$ROOT/tests/lang/$net
cp "$source" "$net"

# headings: the first line of every block, without its "#= ".
headings()
{
	awk 'inside { if ($0 == "=#") inside = 0; next }
	/^#= / { one = sub(/ *=#$/, ""); print substr($0, 4); inside = !one }' "$net"
}

# block HEADING: its lines.
block()
{
	awk -v heading="#= $1" 'inside && $0 == "=#" { exit } inside { print } $0 == heading { inside = 1 }' "$net"
}

# bless HEADING FILE: the block holds FILE from now on.
bless()
{
	awk -v heading="#= $1" -v new="$2" '
	inside && $0 == "=#" { inside = 0; done = 1 }
	inside { next }
	{ print }
	$0 == heading { inside = 1; while ((getline line < new) > 0) print line }
	END { if (!done) { print heading; while ((getline line < new) > 0) print line; print "=#" } }' "$source" >blessed
	cmp -s blessed "$source" || cp blessed "$source"
}

# golden HEADING FILE WHAT
golden()
{
	block "$1" >expected
	cmp -s expected "$2" && return
	if [ -n "$BLESS" ]; then
		bless "$1" "$2"
	else
		same expected "$2" "$3"
	fi
}

headings >headings.txt
args=$(sed -n 's/^args: *//p' headings.txt)
while IFS= read -r heading; do
	case $heading in
	args:* | driver | output | stderr | "emit "* | "ir "*) ;;
	weights) block weights | weights_file w.npz && args="$args --weights w.npz" ;;
	"file "*)
		path=${heading#file }
		case $path in */*) mkdir -p "${path%/*}" ;; esac
		block "$heading" >"$path"
		;;
	*) fail "unknown block: '#= $heading'" ;;
	esac
done <headings.txt
grep -qE '^(driver|emit |ir )' headings.txt || fail "nothing to check: no driver, emit or ir block"
eval "set -- $args"

"$NETC" "$net" "$@" --name t -o t.c >netc.out 2>netc.err
code=$?
[ $code = 0 ] || { echo "status $code: netc $net $args --name t -o t.c"; cat netc.err; exit 1; }
golden stderr netc.err "stderr of netc"
expect_empty netc.out

grep -E '^(emit|ir) ' headings.txt >emits.txt
while read -r how what; do
	[ "$how" = ir ] && option="--passes=$what --emit=ir" || option="--emit=$what"
	# shellcheck disable=SC2086
	"$NETC" "$net" "$@" -w $option -o - >emit.out 2>emit.err || { cat emit.err; fail "failed: netc $net $args $option"; }
	golden "$how $what" emit.out "$option"
done <emits.txt

grep -qx driver headings.txt || exit 0
flags="-std=c99 -O1"
[ "$VARIANT" = asan ] && flags="$flags -g $SANITIZE"
block driver >driver.c
grep -q 'main(' driver.c || {
	printf '#include "t.h"\n#include <math.h>\n#include <stdio.h>\n#include <string.h>\n\nint\nmain(void)\n{\n'
	sed 's/^/\t/' driver.c
	printf '\treturn 0;\n}\n'
} >main.c
[ -s main.c ] || cp driver.c main.c
# shellcheck disable=SC2086
quiet "$CC" $flags $STRICT -c -o t.o t.c
# shellcheck disable=SC2086
quiet "$CC" $flags -Wall -Wextra -Werror -D_POSIX_C_SOURCE=200809L -o driver main.c t.o -lm
./driver >driver.out 2>driver.err
code=$?
[ $code = 0 ] || { echo "the driver ended with status $code"; cat driver.out driver.err; exit 1; }
expect_empty driver.err
golden output driver.out "stdout of the driver"
