#!/bin/sh
# fail.sh NAME.net or NAME.sh: a wrong net; the whole of stderr must be NAME.err, byte for byte.
#
# "netc NAME.net ARGS -o TEMP/out.c" runs inside tests/fail; ARGS stand in a line "# args: ..." of the net, the exit
# status in a line "# status: N" (1 without it). A script makes its input in its temporary folder and ends in a call of
# netc there; it has the functions of common.sh. No output file may appear.
. "$ROOT/tests/lib/common.sh"
file=$1
golden=$ROOT/tests/fail/${file%.*}.err
wanted=$(comment_value status "$ROOT/tests/fail/$file")
args=$(comment_value args "$ROOT/tests/fail/$file")
here=$PWD
mkdir produced

case $file in
*.net)
	cd "$ROOT/tests/fail" || exit 1
	eval "set -- $args"
	case " $args " in *" -o "*) ;; *) set -- "$@" -o "$here/produced/out.c" ;; esac
	"$NETC" "$file" "$@" >"$here/out" 2>"$here/err" </dev/null
	code=$?
	cd "$here" || exit 1
	;;
*)
	cd produced || exit 1
	(. "$ROOT/tests/fail/$file") >../out 2>../err </dev/null
	code=$?
	cd ..
	;;
esac

[ $code = "${wanted:-1}" ] || { cat err; fail "status $code, wanted ${wanted:-1}"; }
left=$(find produced \( -name '*.c' -o -name '*.h' -o -name '*tmp*' \) -print)
[ -z "$left" ] || fail "netc failed, yet this is there: $left"
expect_empty out
if [ -n "$BLESS" ]; then
	cmp -s err "$golden" || cp err "$golden"
	exit 0
fi
[ -f "$golden" ] || { cat err; fail "there is no ${golden##*/}; 'make bless' makes it"; }
same "$golden" err stderr
