# tools/export_torch.py: a model, its vectors, and netc agree.
PYTHON=/usr/bin/python3
"$PYTHON" -c 'import torch, numpy' 2>/dev/null || skip "python3-torch is missing"
cat >make.py <<'T'
import sys
sys.path.insert(0, sys.argv[1])
import torch
from torch import nn
from export_torch import export
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.head = nn.GRU(3, 4, 2), nn.Linear(4, 2)
    def forward(self, x):
        return self.head(self.rnn(x)[0])
torch.manual_seed(1)
model = Model()
export(model, torch.randn(7, 3), "one")
export(model, torch.randn(7, 2, 3), "batch")
torch.save(model.state_dict(), "saved.pt")
T
run "$PYTHON" make.py "$ROOT/tools"
echo 'model = Chain(rnn = Chain(GRU, GRU), head = Dense)' >m.net
run "$NETC" m.net --weights one.npz --check one-check.npz --tolerance 2e-6
run "$NETC" m.net --weights saved.pt --check one-check.npz --tolerance 2e-6
run "$NETC" m.net --batch 2 --weights batch.npz --check batch-check.npz --tolerance 2e-6
run "$PYTHON" "$ROOT/tools/export_torch.py" saved.pt again.npz
run "$NETC" m.net --weights again.npz --check one-check.npz --tolerance 2e-6
