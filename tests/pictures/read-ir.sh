# A graph in text form is drawn too.
sed '/^# ---$/,$d; /^# pass:/d' "$ROOT/tests/ir/unroll-two-steps.ir" >net.ir
for kind in svg dot mermaid json html; do
	run "$NETC" --read-ir net.ir --passes=U --emit=$kind -o "n.$kind"
	[ -s "n.$kind" ] || fail "$kind is empty"
done
run awk -f "$pictures/xml.awk" n.svg
