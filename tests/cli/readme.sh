# The README, word for word: its files are written, its console blocks run in one folder, and say what is printed there.
# BLESS=1 rewrites what they say.
export PATH="$PWD/bin:$PATH"
mkdir bin work
ln -s "$NETC" bin/netc
ln -s "$(command -v "$CC")" bin/cc
cat >follow.awk <<'AWK'
# Prints the README with what the commands say now.
/^```/ && inside {
	if (file) close("work/" file)
	inside = file = console = 0
	print
	next
}
/^```/ { inside = 1; console = /^```console/; print; next }
inside && file { print > ("work/" file) }
inside && console && /^\$ / {
	print
	fflush()
	command = "cd work && { " substr($0, 3) "\n} 2>&1"
	while ((command | getline line) > 0) print line
	close(command)
	next
}
inside && console { next }
!inside && /^<!-- file / { file = $3; printf "" > ("work/" file) }
{ print }
AWK
awk -f follow.awk "$ROOT/README.md" >now.md || fail "awk"
[ -f work/tone.c ] || fail "nothing was run"
for link in $(grep -o '](\([^)#]*\))' "$ROOT/README.md" | tr -d '])('); do
	[ -e "$ROOT/$link" ] || case $link in http*) ;; *) fail "README.md points to '$link', which is not there" ;; esac
done
if [ -n "$BLESS" ]; then cp now.md "$ROOT/README.md"; fi
same "$ROOT/README.md" now.md "README.md"

# The Python block, where PyTorch is installed.
python=/usr/bin/python3
"$python" -c 'import torch, numpy' 2>/dev/null || exit 0
cd work || exit 1
{
	printf 'import torch\nfrom torch import nn\ntorch.manual_seed(1)\nrnn, head = nn.RNN(1, 16), nn.Linear(16, 1)\n'
	awk '/^```/ { inside = 0 } inside; /^```python/ { inside = 1 }' ../now.md
} >save.py
run "$python" save.py
run "$NETC" tone.net --weights tone.npz --check check.npz
expect_text run.log "agrees"
run "$NETC" tone.net --weights tone.npz -o tone.c
