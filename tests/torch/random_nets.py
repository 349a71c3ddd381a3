#!/usr/bin/env python3
"""Writes random PyTorch modules as netc's users have them: python3 random_nets.py FIRST COUNT (Debian: python3-torch).

Seed S becomes the folder S with
    m.net                     the same net in netc's language
    w.safetensors, w.pt       the module's state dict, two ways
    w.onnx                    the module as PyTorch exports it
    h.npz                     initial states that are weights, where a layer runs backwards
    v.npz                     x, what PyTorch computes from it in double, initial and final states
    args, pt-args             netc's options for every file, and for w.pt besides
    c-args, libs              netc's options for --emit=selftest; empty if there is none
    what                      a line that describes the case
"""
import inspect
import json
import os
import struct
import sys
import warnings

import numpy as np
import torch
from torch import nn

# Newer PyTorch has a second exporter, which wants further packages.
TRACED = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
DTYPES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.float64: "F64"}


def save_safetensors(path, tensors):
    header, blob = {"__metadata__": {"format": "pt"}}, b""
    for name, t in tensors.items():
        t = t.detach().contiguous()
        data = (t.view(torch.int16) if t.dtype == torch.bfloat16 else t).numpy().tobytes()
        at = [len(blob), len(blob) + len(data)]
        header[name] = {"dtype": DTYPES[t.dtype], "shape": list(t.shape), "data_offsets": at}
        blob += data
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + blob)


def pick(rng, values):
    return values[rng.integers(len(values))]


class Part:
    """One recurrent module, its netc text and its initial states."""

    def __init__(self, rng, size):
        self.kind = pick(rng, ["RNN", "RNN", "LSTM", "LSTM", "GRU", "GRU"])
        self.act = pick(rng, ["tanh", "relu"]) if self.kind == "RNN" else ""
        self.layers = int(rng.integers(1, 4))
        self.both = bool(rng.random() < 0.4)
        self.bias = bool(rng.random() < 0.7)
        self.size, self.hidden = size, int(rng.integers(1, 25))
        self.out = self.hidden * (2 if self.both else 1)
        options = {"nonlinearity": self.act} if self.act else {}
        self.module = getattr(nn, self.kind)(
            size, self.hidden, self.layers, bias=self.bias, bidirectional=self.both, **options
        )
        # The sizes are written, or netc finds them in the weights.
        self.sizes = pick(rng, ["both", "out", "none"])
        self.say_bias = bool(rng.random() < 0.5)
        self.join = pick(rng, ["hcat", "vcat"])

    def layer(self, k):
        size = self.size if k == 0 else self.out
        sizes = {"both": f"{size} => {self.hidden}", "out": f"_ => {self.hidden}", "none": "_ => _"}[self.sizes]
        rest = ", relu" if self.act == "relu" else ""
        if self.kind == "RNN" and not self.bias and self.say_bias:
            rest += "; bias = false"
        if self.sizes == "none" and not rest:
            return self.kind
        return f"{self.kind}({sizes}{rest})"

    def block(self, k):
        one = self.layer(k)
        return f"Both(flip({one}), {one})" if self.join == "hcat" else f"Both2({one}, flip({one}))"

    def net(self):
        blocks = [self.block(k) if self.both else self.layer(k) for k in range(self.layers)]
        return blocks[0] if self.layers == 1 else "Chain(" + ", ".join(blocks) + ")"

    def states(self, path):
        """The netc names of row r of h0 and c0."""
        rows = []
        for k in range(self.layers):
            at = path if self.layers == 1 else f"{path}.{k + 1}"
            rows += [f"{at}.f", f"{at}.b"] if self.both else [at]
        return rows

    def describe(self):
        text = f"{self.kind}{' ' + self.act if self.act else ''} {self.size}=>{self.hidden} x{self.layers}"
        return text + (" both" if self.both else "") + ("" if self.bias else " no-bias")


BOTH = """@net struct Both
  b; f
  x -> hcat(f(x), b(x))
end
"""
BOTH2 = """@net struct Both2
  f; b
  x -> vcat(f(x), b(x))
end
"""


class Net(nn.Module):
    def __init__(self, names, parts, head):
        super().__init__()
        self.order = names
        for name, part in zip(names, parts):
            self.add_module(name, part.module)
        self.head = head

    def forward(self, x, initial=None):
        final = []
        for name, state in zip(self.order, initial or [None] * len(self.order)):
            x, last = getattr(self, name)(x, state)
            final.append(last if isinstance(last, tuple) else (last,))
        return (self.head(x) if self.head else x), final


def shared(state):
    """All tensors as views of one storage, as cuDNN's flatten_parameters leaves them."""
    flat = torch.cat([t.flatten() for t in state.values()])
    out, at = {}, 0
    for name, t in state.items():
        out[name] = flat[at : at + t.numel()].view(t.shape)
        at += t.numel()
    return out


def transposed(state):
    """Matrices that lie in memory column by column."""
    return {k: t.t().contiguous().t() if t.dim() == 2 else t for k, t in state.items()}


def save_pt(rng, path, state, alone):
    """The ways in which people save a module; gives netc's options for it. A --prefix is for all files of weights."""
    ways = ["plain", "plain", "shared", "transposed", "parameters", "parallel"]
    way = pick(rng, ways + ["checkpoint"] if alone else ways)
    args = ""
    if way == "shared":
        state = shared(state)
    elif way == "transposed":
        state = transposed(state)
    elif way == "parameters":
        state = {k: nn.Parameter(t) for k, t in state.items()}
    elif way == "parallel":
        state = {f"module.{k}": t for k, t in state.items()}
    elif way == "checkpoint":
        args = "--prefix model."
        moments = {i: {"step": torch.tensor(3.0), "exp_avg": torch.zeros_like(t)} for i, t in enumerate(state.values())}
        groups = [{"lr": 1e-3, "betas": (0.9, 0.999), "params": list(moments)}]
        state = {"epoch": 3, "model": state, "optimizer": {"state": moments, "param_groups": groups}, "best": None}
    torch.save(state, path)
    return way, args


def make(seed):
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    size = int(rng.integers(1, 25))
    parts = [Part(rng, size)]
    if rng.random() < 0.25:
        parts.append(Part(rng, parts[0].out))
    # Names that sort in another order than they run.
    names = ["rnn"] if len(parts) == 1 else pick(rng, [["encoder", "decoder"], ["a", "b"], ["first", "back"]])
    head = nn.Linear(parts[-1].out, int(rng.integers(1, 6)), bias=bool(rng.random() < 0.8)) if rng.random() < 0.5 else None
    module = Net(names, parts, head)
    dtype = pick(rng, [torch.float32] * 4 + [torch.float16, torch.bfloat16, torch.float64])
    with torch.no_grad():
        for p in module.parameters():
            p.copy_(p.to(dtype).float())
    batch, steps = int(rng.integers(1, 5)), int(rng.integers(1, 13))
    backwards = any(p.both for p in parts)

    def random(*shape):
        return torch.tensor(np.float32(rng.uniform(-1, 1, shape)), dtype=torch.float64)

    # Initial states: with a layer that runs backwards they are weights, equal in the batch.
    given = rng.random() < 0.5
    initial = []
    for p in parts:
        rows = p.layers * (2 if p.both else 1)
        h = [random(rows, 1 if backwards else batch, p.hidden).expand(rows, batch, p.hidden).contiguous() for _ in range(2)]
        initial.append(None if not given else tuple(h) if p.kind == "LSTM" else h[0])
    x = random(steps, batch, size)
    with torch.no_grad():
        y, final = module.double()(x, initial)
    module.float()

    # The net. Paths are places, or PyTorch's names.
    positional = len(parts) == 1 and rng.random() < 0.5
    layers = [(str(i + 1) if positional else n, p.net()) for i, (n, p) in enumerate(zip(names, parts))]
    if head:
        bias = "" if head.bias is not None or rng.random() < 0.5 else "; bias = false"
        text = "Dense" if not bias and rng.random() < 0.5 else f"Dense(_ => {head.out_features}{bias})"
        layers.append((str(len(parts) + 1) if positional else "head", text))
    model = "Chain(" + ", ".join(t if positional else f"{n} = {t}" for n, t in layers) + ")"

    os.mkdir(str(seed))
    with open(f"{seed}/m.net", "w") as f:
        f.write((BOTH if "Both(" in model else "") + (BOTH2 if "Both2(" in model else "") + f"model = {model}\n")
    state = {k: t.to(dtype) for k, t in module.state_dict().items()}
    # A file of the bare layer, as nn.LSTM(…).state_dict() has it.
    bare = len(parts) == 1 and not head and rng.random() < 0.5
    if bare:
        state = {k.split(".", 1)[1]: t for k, t in state.items()}
    vectors, starts = {"x": x, "y": y}, {}
    for (path, _), p, first, last in zip(layers, parts, initial, final):
        for r, at in enumerate(p.states(path)):
            for field, value in zip(["y", "state"], last):
                if not at.endswith(".b"):
                    vectors[f"{at}.{field}'"] = value[r]
            first_list = () if first is None else first if isinstance(first, tuple) else (first,)
            for field, value in zip(["y", "state"], first_list):
                if backwards:
                    starts[f"{at}.{field}"] = value[r, 0]
                else:
                    vectors[f"{at}.{field}"] = value[r]
    save_safetensors(f"{seed}/w.safetensors", state)
    torch.onnx.export(module, x.float(), f"{seed}/w.onnx", input_names=["x"], opset_version=14, **TRACED)
    way, pt_args = save_pt(rng, f"{seed}/w.pt", state, not starts)
    arrays = {}
    for k, t in vectors.items():
        a = np.float32(t.numpy())
        axis = a.ndim - 2
        arrays[k] = a.squeeze(axis) if batch == 1 and rng.random() < 0.5 else a
    np.savez(f"{seed}/v.npz", **arrays)
    window = steps if backwards else int(pick(rng, [w for w in range(1, steps + 1) if steps % w == 0]))
    args = f"--unroll {window} --batch {batch}"
    if starts:
        np.savez_compressed(f"{seed}/h.npz", **{k: np.float32(t.numpy()) for k, t in starts.items()})
        args += " --weights h.npz"
    c_args = libs = ""
    if seed % 4 == 0:
        math = pick(rng, ["fast", "libm"])
        libs = "-lm" if math == "libm" else ""
        c_args = f"--math={math} --scratch={pick(rng, ['stack', 'static', 'caller'])} "
        c_args += f"--weights-as={pick(rng, ['const', 'params'])}"
    what = " + ".join(p.describe() for p in parts) + (f" + Linear {head.out_features}" if head else "")
    what += f", batch {batch}, {steps} steps in windows of {window}, {DTYPES[dtype]}, {way}"
    what += ", initial states" if given else ""
    for name, text in [("args", args), ("pt-args", pt_args), ("c-args", c_args), ("libs", libs), ("what", what)]:
        with open(f"{seed}/{name}", "w") as f:
            f.write(text + "\n")


warnings.filterwarnings("ignore")
torch.set_num_threads(1)
for seed in range(int(sys.argv[1]), int(sys.argv[1]) + int(sys.argv[2])):
    make(seed)
