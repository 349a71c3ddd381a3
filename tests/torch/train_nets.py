#!/usr/bin/env python3
"""Trains recurrent PyTorch modules and writes what netc must reproduce: python3 train_nets.py FOLDER SEED (Debian:
python3-torch). For each case NAME
    NAME.net     the net, with its options for tests/lib/train.sh
    NAME-w.npz   the weights at the start, under netc's names
    NAME-v.npz   x, target (mask); loss, grad and grad.NAME of the first step in double; losses of 100 steps and the
                 params after them in float, in the order of netc's params
PyTorch has two biases where netc has one; the second is kept at zero here.
"""
import os
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as f

STEPS, IN, HIDDEN, OUT, BATCH = 7, 3, 5, 3, 2


class Net(nn.Module):
    def __init__(self, kind, layers=1, both=False):
        super().__init__()
        self.kind, self.layers, self.both = kind, layers, both
        self.rnn = getattr(nn, kind)(IN, HIDDEN, layers, bidirectional=both)
        self.head = nn.Linear(HIDDEN * (1 + both), OUT)
        for name, p in self.rnn.named_parameters():
            if name.startswith("bias_hh"):
                keep = torch.zeros(len(p))
                if kind == "GRU":
                    keep[2 * HIDDEN:] = 1  # its candidate has two biases in netc too
                with torch.no_grad():
                    p.mul_(keep)
                p.register_hook(lambda g, keep=keep: g * keep.to(g.dtype))

    def forward(self, x):
        return self.head(self.rnn(x)[0])

    def layer(self, prefix, end, of):
        """One layer's tensors under netc's names; of(name) gives PyTorch's."""
        w, u = of("weight_ih" + end), of("weight_hh" + end)
        b, c = of("bias_ih" + end), of("bias_hh" + end)
        h = HIDDEN
        if self.kind == "RNN":
            return {prefix + "Wxy": w.T, prefix + "Wyy": u.T, prefix + "by": b}
        gates = {"LSTM": "ifco", "GRU": "ruh"}[self.kind]
        out = {}
        for gate in {"LSTM": "fioc", "GRU": "ruh"}[self.kind]:
            k = gates.index(gate)
            rows = slice(k * h, (k + 1) * h)
            out[prefix + "Wx" + gate] = w[rows].T
            out[prefix + "Wy" + gate] = u[rows].T
            out[prefix + "b" + gate] = b[rows]
        if self.kind == "GRU":
            out[prefix + "byh"] = c[2 * h:]
        return out

    def tensors(self, of):
        out = {}
        if self.both:
            out.update(self.layer("f.", "_l0", of))
            out.update(self.layer("b.", "_l0_reverse", of))
        else:
            for k in range(self.layers):
                out.update(self.layer("%d." % (k + 1), "_l%d" % k, of))
        head = "head." if self.both else "%d." % (self.layers + 1)
        out[head + "W"], out[head + "b"] = of("head.weight").T, of("head.bias")
        return out

    def values(self, gradient=False):
        named = {n.replace("rnn.", "", 1): p for n, p in self.named_parameters()}
        return self.tensors(lambda n: (named[n].grad if gradient else named[n]).detach().numpy().copy())

    def text(self):
        if self.both:
            return ("f = {0}({1} => {2})\nb = flip({0}({1} => {2}))\nhead = Dense({3} => {4})\n"
                    "model = x -> head(vcat(f(x), b(x)))\n").format(self.kind, IN, HIDDEN, 2 * HIDDEN, OUT)
        sizes = [IN] + [HIDDEN] * self.layers
        layers = ["%s(%d => %d)" % (self.kind, a, b) for a, b in zip(sizes, sizes[1:])]
        return "model = Chain(%s, Dense(%d => %d))\n" % (", ".join(layers), HIDDEN, OUT)


def entropy(y, t):
    return f.cross_entropy(y.reshape(-1, OUT), t.reshape(-1).long() - 1)


def weighted(y, t, mask):
    return (((y - t) ** 2).mean(-1) * mask).sum() / mask.sum()


# name: module, loss in netc's words, in PyTorch's, optimiser
CASES = {
    "torch-rnn": (dict(kind="RNN"), "mse", f.mse_loss, "adamw"),
    "torch-lstm": (dict(kind="LSTM"), "crossentropy,index", entropy, "adamw"),
    "torch-gru": (dict(kind="GRU"), "huber,delta=0.5", lambda y, t: f.huber_loss(y, t, delta=0.5), "adamw"),
    "torch-stacked": (dict(kind="LSTM", layers=2), "mae", f.l1_loss, "adam"),
    "torch-both": (dict(kind="GRU", both=True), "bce", f.binary_cross_entropy_with_logits, "momentum"),
    "torch-masked": (dict(kind="LSTM"), "mse,mask", weighted, "sgd"),
}


def make_optimiser(name, params):
    if name == "adamw":
        return torch.optim.AdamW(params, lr=0.01, weight_decay=0.1)
    if name == "adam":
        return torch.optim.Adam(params, lr=0.01, weight_decay=0.1)
    if name == "momentum":
        return torch.optim.SGD(params, lr=0.1, momentum=0.9, weight_decay=0.01)
    return torch.optim.SGD(params, lr=0.1)


def make_data(rng, loss):
    data = {"x": rng.uniform(-1, 1, (STEPS, BATCH, IN))}
    if "index" in loss:
        data["target"] = rng.integers(1, OUT + 1, (STEPS, BATCH)).astype(float)
    elif "bce" in loss:
        data["target"] = rng.uniform(0, 1, (STEPS, BATCH, OUT))
    else:
        data["target"] = rng.uniform(-1, 1, (STEPS, BATCH, OUT))
    if "mask" in loss:
        data["mask"] = rng.uniform(0, 1, (STEPS, BATCH))
    return {k: v.astype(np.float32) for k, v in data.items()}


def flat(tensors):
    return np.concatenate([v.reshape(-1) for v in tensors.values()])


def first_step(net, loss, data):
    """In double, on a copy of the module."""
    twin = Net(net.kind, net.layers, net.both).double()
    twin.load_state_dict(net.state_dict())
    given = [torch.tensor(v).double() for v in data.values()]
    value = loss(twin(given[0]), *given[1:])
    value.backward()
    return value.item(), twin.values(gradient=True)


def write_case(folder, name, rng):
    shape, words, loss, optimiser = CASES[name]
    net = Net(**shape)
    with open(os.path.join(folder, name + ".net"), "w") as out:
        out.write("# args: --grad=%s --batch %d --unroll %d\n# optimiser: %s\n%s" % (words, BATCH, STEPS, optimiser, net.text()))
    np.savez_compressed(os.path.join(folder, name + "-w.npz"), **net.values())
    data = make_data(rng, words)
    value, grad = first_step(net, loss, data)
    given = [torch.tensor(v) for v in data.values()]
    step, losses = make_optimiser(optimiser, net.parameters()), []
    for _ in range(100):
        step.zero_grad()
        now = loss(net(given[0]), *given[1:])
        now.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 0.5)
        step.step()
        losses.append(now.item())
    out = dict(data, loss=np.array([value]), grad=flat(grad), losses=np.array(losses), params=flat(net.values()))
    out.update(("grad." + k, v) for k, v in grad.items())
    np.savez_compressed(os.path.join(folder, name + "-v.npz"), **out)


def main():
    folder, seed = sys.argv[1], int(sys.argv[2])
    os.makedirs(folder, exist_ok=True)
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    rng = np.random.default_rng(seed)
    for name in CASES:
        write_case(folder, name, rng)


if __name__ == "__main__":
    main()
