# Graphviz takes the DOT of every net, and finds the boxes in it.
command -v dot >/dev/null 2>&1 || skip "graphviz is not installed"
plain()
{
	run "$NETC" "$@" --unroll 5 --emit=dot -o n.dot
	run dot -Tplain -o n.plain n.dot
	[ "$(grep -c '^node ' n.plain)" = "$(grep -cE '^	*(n[0-9]+|more) \[' n.dot)" ] || fail "$1: nodes are missing"
}
every_net plain
