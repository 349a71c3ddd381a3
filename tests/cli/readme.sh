# The README, word for word: its files are written, its console blocks run in one folder, and say what is printed there.
# BLESS=1 rewrites what they say. Blocks marked 'torch' are run where PyTorch is installed.
export PATH="$PWD/bin:$PATH"
mkdir bin work
ln -s "$NETC" bin/netc
ln -s "$(command -v "$CC")" bin/cc
TORCH=
if /usr/bin/python3 -c 'import torch, numpy' 2>/dev/null; then
	TORCH='import torch, numpy as np
from torch import nn
torch.manual_seed(1)
model = nn.ModuleDict({"rnn": nn.LSTM(1, 16), "head": nn.Linear(16, 1)})'
fi
export TORCH
awk -f "$ROOT/tests/lib/follow.awk" "$ROOT/README.md" >now.md || fail "awk"
[ -f work/tone.c ] || fail "nothing was run"
for link in $(grep -o '](\([^)#]*\))' "$ROOT/README.md" | tr -d '])('); do
	[ -e "$ROOT/$link" ] || case $link in http*) ;; *) fail "README.md points to '$link', which is not there" ;; esac
done
if [ -n "$BLESS" ]; then cp now.md "$ROOT/README.md"; fi
same "$ROOT/README.md" now.md "README.md"

[ -n "$TORCH" ] || exit 0
cd work || exit 1
run "$NETC" amp.net --weights amp.pt --check check.npz
expect_text run.log "'y' agrees"
