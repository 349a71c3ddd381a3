# charrnn.sh: the net learns a text of two lines and writes them; a run that was stopped and went on ends in the
# bytes of one that was not; netc reads the checkpoint; other files are refused.
. "$ROOT/tests/examples/charrnn.inc"
charrnn_build 4
charrnn_text

run ./charrnn -n 900 -e 900 -c whole.st -l whole.tsv text
expect_text run.log '100 %  update 900 of 900  loss '
# Letters alone, without what comes before them, are good for 2.5 nats; the order of the lines takes 0.05.
awk 'NR == 2 && $3 < 0.3 { good = 1 } END { exit !good }' whole.tsv || fail "the held-out text is not learned: $(cat whole.tsv)"
run ./charrnn -r whole.st -s 2000
expect_text run.log 'the rain falls.'
expect_text run.log 'no one knows.'

./charrnn -n 900 -e 900 -c part.st -l part.tsv text >part.log 2>&1 &
tries=0
while ! grep -qs '10 %' part.log && [ $((tries += 1)) -lt 300 ]; do
	sleep 0.1
done
kill -TERM $!
wait $! || fail "a stopped run has the status $?: $(cat part.log)"
expect_text part.log 'stopped after update'
cmp -s whole.st part.st && fail "it was not stopped"
run ./charrnn -n 900 -e 900 -c part.st -l part.tsv -r part.st text
same_bytes whole.st part.st "the checkpoint of the run that was stopped"

# netc reads the weights, by PyTorch's names: what it expects after each letter of "the rain falls."
printf '\nthe rain falls.' | od -An -v -tu1 -w1 | awk '
	{ printf "%s", NR == 1 ? "x (16, 96)" : ""; for (i = 0; i < 96; i++) printf " %d", i == ($1 == 10 ? 95 : $1 - 32) }' >x.txt
run "$PLAIN/tests/npzraw" text x.txt x.npz
run "$NETC" charrnn.net --weights whole.st --prefix model. --eval x.npz -o y.npz
show_tensors y.npz | awk '$1 == "y" {
	for (i = 0; i < NF - 3; i++) {
		if (i % 96 == 0 || $(i + 4) > most) { most = $(i + 4); letter = i % 96 }
		if (i % 96 == 95) printf "%c", letter == 95 ? 47 : letter + 32
	}
	print ""
}' >next
grep -q 'e rain falls\./$' next || fail "netc does not read the checkpoint: it expects '$(cat next)'"

# refused STATUS TEXT COMMAND
refused()
{
	wanted=$2 status=$1
	shift 2
	expect_status "$status" "$@"
	expect_text err "$wanted"
}
head -c 3000 whole.st >short.st
head -c 40 text >short
refused 1 "short.st: does not have 'model.rnn.weight_ih_l0'" ./charrnn -r short.st text
refused 1 'text: is no safetensors file' ./charrnn -r text text
refused 1 'whole.st: has made all its updates' ./charrnn -r whole.st -n 900 text
refused 1 'none: cannot be opened' ./charrnn none
refused 1 'short: is too short' ./charrnn short
refused 1 '/nowhere/loss: cannot be written' ./charrnn -l /nowhere/loss text
refused 1 '/nowhere/st: cannot be written' ./charrnn -n 1 -c /nowhere/st text
refused 2 'usage: ' ./charrnn
