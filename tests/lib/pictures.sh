#!/bin/sh
# pictures.sh NAME.net or NAME.ir: a net or a graph drawn in every way; each must be NAME.svg, .dot, .mermaid and .json, byte
# for byte. "# args: ..." gives more options (of graphs: which passes, so that a new pass changes no picture). "# page: yes"
# compares the data of the HTML page too, with NAME.page.
# pictures.sh NAME.sh: a script about pictures, with the functions of common.sh and these. Browsers, Graphviz and the like
# come with 'make picture-tools'; without them their tests are skipped by name.
. "$ROOT/tests/lib/common.sh"
pictures=$ROOT/tests/pictures

# every_net COMMAND: calls it for each net of the examples and of tests/diff, with the file and its options.
every_net()
{
	for net in "$ROOT"/examples/*/*.net "$ROOT"/tests/diff/*.net; do
		eval "set -- \"\$1\" $(comment_value args "$net")"
		command=$1
		shift
		[ ! -f "${net%.net}.npz" ] || set -- "$@" --weights "${net%.net}.npz"
		"$command" "$net" "$@" -w --init=seeded
		set -- "$command"
	done
}

# browse PAGE [OPTIONS]: runs the script on stdin in the page; what it returns is in ./out. An error of any script fails.
browse()
{
	command -v node >/dev/null 2>&1 || skip "nodejs is not installed"
	command -v "${CHROMIUM:-chromium}" >/dev/null 2>&1 || skip "chromium is not installed"
	cat >browse-script.js
	page=$1
	shift
	node "$pictures/browse.js" "$page" browse-script.js "$@" >out 2>err && [ ! -s err ] && return
	cat out err
	fail "the page $page has an error"
}

case $1 in
*.sh)
	. "$pictures/$1"
	exit
	;;
esac
name=${1%.*}
eval "set -- $(comment_value args "$pictures/$1") '$1'"
for given; do :; done
cp "$pictures/$given" .
kinds="svg dot mermaid json"
[ -z "$(comment_value page "$given")" ] || kinds="$kinds page"
for kind in $kinds; do
	if [ $kind = page ]; then
		run "$NETC" "$@" --emit=html -o page.html
		sed -n '/<script type="application\/json"/,/<\/script>/p' page.html >"$name.page"
	else
		run "$NETC" "$@" --emit=$kind -o "$name.$kind"
	fi
	if [ -n "$BLESS" ]; then cp "$name.$kind" "$pictures/$name.$kind"; fi
	same "$pictures/$name.$kind" "$name.$kind" "$name.$kind"
done
