# charrnn-torch.sh: PyTorch loads a checkpoint and has the same loss on the same text, held out and in the next window,
# with the state that is carried there; what it writes, training goes on from. Skipped without python3-torch.
for python in /usr/bin/python3 python3 none; do
	[ $python = none ] && skip "python3-torch is not installed"
	"$python" -c 'import torch, numpy' 2>/dev/null && break
done
. "$ROOT/tests/examples/charrnn.inc"
charrnn_build 4
charrnn_text
run ./charrnn -n 100 -e 100 -c half.st text
run ./charrnn -n 101 -e 1 -c next.st -l next.tsv -r half.st text
cat >compare.py <<'PY'
import json
import sys

sys.path.insert(0, sys.argv[1])
import torch

import load

model = load.load("half.st", hidden=32)
text = open("text").read()
held = text[len(text) - len(text) // 20:]
letters = torch.tensor([95 if c == "\n" else ord(c) - 32 for c in held])
x = torch.nn.functional.one_hot(letters[:-1], 96).float()[:, None]
with torch.no_grad():
    loss = torch.nn.functional.cross_entropy(model(x)[0][:, 0], letters[1:]).item()
ours = float(open("loss.tsv").read().split()[-1])
print(loss, ours)
assert abs(loss - ours) < 2e-4 * loss, (loss, ours)

# Four rows read the text side by side, 50 letters at a time.
code = [95 if c == "\n" else ord(c) - 32 for c in text[:len(text) - len(text) // 20]]
part = len(code) // 4
at = 100 % ((part - 1) // 50) * 50
assert at > 0
rows = torch.tensor([code[row * part + at:row * part + at + 51] for row in range(4)]).T
one_hot = torch.nn.functional.one_hot(rows[:-1], 96).float()
carried = load.read("half.st")["train.state"].reshape(2, 2, 4, 32)  # layer; y, cell; row
state = (carried[:, 0].contiguous(), carried[:, 1].contiguous())


def window(state):
    with torch.no_grad():
        return torch.nn.functional.cross_entropy(model(one_hot, state)[0].flatten(0, 1), rows[1:].flatten()).item()


ours = float(open("next.tsv").read().split()[1])
print(window(state), window(None), ours)
assert abs(window(state) - ours) < 1e-4, (window(state), ours)
assert abs(window(None) - ours) > 1e-3, "the state does not matter"

# The same arrays in another order, the header in another style, half of a bias in PyTorch's second one.
tensors, header, data = load.read("half.st"), {}, b""
for layer in "01":
    first, second = "model.rnn.bias_ih_l" + layer, "model.rnn.bias_hh_l" + layer
    assert not tensors[second].any()
    tensors[first] = tensors[second] = tensors[first] / 2
for name in sorted(tensors, reverse=True):
    part = tensors[name].numpy().tobytes()
    header[name] = {"shape": list(tensors[name].shape), "data_offsets": [len(data), len(data) + len(part)], "dtype": "F32"}
    data += part
head = json.dumps(header, indent=1).encode()
open("again.st", "wb").write(len(head).to_bytes(8, "little") + head + data)
PY
run "$python" compare.py "$folder"
for from in half again; do
	run ./charrnn -n 110 -e 110 -r $from.st -c $from-on.st text
done
same_bytes half-on.st again-on.st "training from PyTorch's copy"
cmp -s half.st half-on.st && fail "nothing was trained"
run "$python" "$folder/load.py" --hidden 32 half.st
[ "$(wc -c <run.log)" = 301 ] || fail "load.py wrote $(wc -c <run.log) letters"
