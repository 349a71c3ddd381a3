# What graph_verify checks of sums, groups and places is told of a graph that is read: the whole message.
head='graph "m" batch 1 window 1 steps 1 scratch 8 bound 8
param "W" (2, 3) default
state "h" (3) depth 1 zeros
state "d" (3) depth 2 zeros
input "x" (2) %0
output "y" (3) %5
%0 = input #0 : (2) step 0
%1 = param #0 : (2, 3)
%2 = state #0 1 : (3) step 0'
# flaw MESSAGE LINE...: the graph of the head and these lines.
flaw()
{
	message=$1
	shift
	printf '%s\n' "$head" "$@" '%5 = output #0 %4 : (3) step 0' >t.ir
	"$NETC" --read-ir t.ir --emit=ir -o t.out >out 2>err
	code=$?
	if [ -z "$message" ]; then
		[ "$code" = 0 ] || { cat err; fail "status $code for: $*"; }
		return
	fi
	[ "$code" = 1 ] || { cat err; fail "status $code, wanted 1 for: $*"; }
	echo "t.ir: error: $message" >wanted
	same wanted err "what is said of: $*"
}
sum='%3 = affine 0 %0 %1 : (3) step 0'
act='%4 = tanh %3 : (3) step 0'
flaw '' "$sum" "$act"
flaw '' "$sum group 1" "$act group 1 place scratch 4"
flaw '%3 is wrong: its operands do not pair' '%3 = affine 1 %0 %1 : (3) step 0' "$act"
flaw '%3 is wrong: its operands do not pair' '%3 = affine 3 %0 %1 : (3) step 0' "$act"
flaw '%3 is wrong: its operands do not pair' '%3 = affine -1 %0 %1 %2 : (3) step 0' "$act"
flaw '%4 is wrong: its place is outside the work buffer' "$sum place scratch 0" "$act place scratch 6"
flaw '%4 is wrong: its place is outside the work buffer' "$sum place scratch 0" "$act place scratch -4"
flaw '%4 is wrong: its place is no output' "$sum place scratch 0" "$act place output 1"
flaw '%4 is wrong: its place is no state of one slot' "$sum place scratch 0" "$act place state 2"
flaw '%4 is wrong: its place is no state of one slot' "$sum place scratch 0" "$act place state 1"
flaw '%3 is wrong: it does not fill the state' '%3 = slice 1 1 %0 : (1) step 0 place state 0' '%4 = mul %3 %2 : (3) step 0'
group='the members of its group do not stand together'
flaw "%4 is wrong: $group" "$sum group 2 place scratch 0" "$act group 1 place scratch 4"
printf '%s\n' "$head" "$sum group 1 place scratch 0" "$act place scratch 4" '%5 = tanh %4 : (3) step 0 group 1 place scratch 0' \
	'%6 = output #0 %5 : (3) step 0' | sed 's/^output.*/output "y" (3) %6/' >t.ir
expect_status 1 "$NETC" --read-ir t.ir --emit=ir -o t.out
echo "t.ir: error: %5 is wrong: $group" >wanted
same wanted err "what is said of a group in two pieces"
