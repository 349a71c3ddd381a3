#!/usr/bin/env python3
"""Writes the weights and vectors of tests/layout: each framework's equations, on its own arrays under its own names.

    /usr/bin/python3 make.py [FOLDER]      (Debian: python3-torch, python3-onnx)

PyTorch computes its own cases. The others are the formulas of the frameworks' documentation, in NumPy and in double,
written on the packed arrays, so that they share nothing with netc's tables. The files are kept in the repository: the
tests need none of this.
"""
import json
import struct
import sys

import numpy as np
import torch
from torch import nn

folder = sys.argv[1] if len(sys.argv) > 1 else "."
STEPS = 5


def path(name):
    return f"{folder}/{name}"


def save_safetensors(name, tensors):
    header, blob = {}, b""
    for key, value in tensors.items():
        value = np.ascontiguousarray(value, "<f4")
        header[key] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [len(blob), len(blob) + value.nbytes]}
        blob += value.tobytes()
    text = json.dumps(header).encode()
    with open(path(name), "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + blob)


def save_check(name, x, y):
    np.savez_compressed(path(f"{name}-check.npz"), x=np.float32(x), y=np.float32(y))


def numbers(rng, *shape):
    """Multiples of 1/128: exact in every format, and short."""
    return rng.integers(-128, 129, shape) / 128


def sigmoid(v):
    return 1 / (1 + np.exp(-v))


# PyTorch.


class Stack(nn.Module):
    """A recurrent module and a linear head, over a sequence without a batch."""

    def __init__(self, rnn, out):
        super().__init__()
        self.rnn, self.head = rnn, nn.Linear(out, 2)

    def forward(self, x):
        return self.head(self.rnn(x)[0])


class Cells(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second, self.third = nn.LSTMCell(3, 4), nn.GRUCell(4, 5), nn.RNNCell(5, 2)

    def forward(self, x):
        state, h, k, out = None, None, None, []
        for xt in x:
            state = self.first(xt, state)
            h = self.second(state[0], h)
            k = self.third(h, k)
            out.append(k)
        return torch.stack(out)


class Words(nn.Module):
    """Ids count from 1 in netc, from 0 here."""

    def __init__(self):
        super().__init__()
        self.emb, self.norm, self.head = nn.Embedding(5, 4), nn.LayerNorm(4), nn.Linear(4, 4, bias=False)

    def forward(self, x):
        return self.head(self.norm(self.emb(x.long().squeeze(-1) - 1)))


def randomise(module):
    with torch.no_grad():
        for p in module.parameters():
            p.copy_(torch.randint(-128, 129, p.shape) / 128)
    return module


def run_torch(name, module, x, save):
    module = randomise(module).eval()
    with torch.no_grad():
        y = module.double()(torch.tensor(x, dtype=torch.float64)).numpy()
    module = module.float()
    state = module.state_dict()
    if save == "safetensors":
        save_safetensors(f"{name}.safetensors", {k: v.numpy() for k, v in state.items()})
    elif save == "pt":
        torch.save(state, path(f"{name}.pt"))
    elif save == "checkpoint":
        torch.save({"epoch": 3, "lr": 1e-3, "done": False, "model": state}, path(f"{name}.pt"))
    elif save == "onnx":
        torch.onnx.export(module, torch.tensor(x, dtype=torch.float32)[:, None], path(f"{name}.onnx"), opset_version=12)
    save_check(name, x, y)


def torch_cases(rng):
    x = numbers(rng, STEPS, 3)
    run_torch("torch-lstm", Stack(nn.LSTM(3, 4, 2), 4), x, "safetensors")
    run_torch("torch-gru", Stack(nn.GRU(3, 4, 2), 4), x, "pt")
    run_torch("torch-rnn", Stack(nn.RNN(3, 4, 3), 4), x, "safetensors")
    run_torch("torch-lstm-plain", Stack(nn.LSTM(3, 4, bias=False), 4), x, "safetensors")
    run_torch("torch-gru-plain", Stack(nn.GRU(3, 4, 2, bias=False), 4), x, "safetensors")
    run_torch("torch-lstm-both", Stack(nn.LSTM(3, 4, bidirectional=True), 8), x, "safetensors")
    run_torch("torch-gru-both", Stack(nn.GRU(3, 4, bidirectional=True), 8), x, "checkpoint")
    run_torch("torch-cells", Cells(), x, "safetensors")
    run_torch("torch-words", Words(), rng.integers(1, 6, (STEPS, 1)), "safetensors")
    run_torch("onnx-torch-lstm", Stack(nn.LSTM(3, 2, 2), 2), x, "onnx")
    run_torch("onnx-torch-gru", Stack(nn.GRU(3, 4), 4), x, "onnx")
    run_torch("onnx-torch-both", Stack(nn.LSTM(3, 2, bidirectional=True), 4), x, "onnx")


# Keras: y = act(x kernel + h recurrent_kernel + bias), columns packed.


def keras_lstm(w, prefix, x, n):
    h, c, out = np.zeros(n), np.zeros(n), []
    for xt in x:
        z = xt @ w[prefix + "kernel"] + h @ w[prefix + "recurrent_kernel"] + w[prefix + "bias"]
        i, f, g, o = z[:n], z[n : 2 * n], z[2 * n : 3 * n], z[3 * n :]
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        out.append(h)
    return np.array(out)


def keras_gru(w, prefix, x, n, reset_after):
    h, out = np.zeros(n), []
    kernel, recurrent, bias = (w[prefix + k] for k in ("kernel", "recurrent_kernel", "bias"))
    for xt in x:
        if reset_after:
            a, b = xt @ kernel + bias[0], h @ recurrent + bias[1]
            z, r = sigmoid(a[:n] + b[:n]), sigmoid(a[n : 2 * n] + b[n : 2 * n])
            hh = np.tanh(a[2 * n :] + r * b[2 * n :])
        else:
            a = xt @ kernel + bias
            z = sigmoid(a[:n] + h @ recurrent[:, :n])
            r = sigmoid(a[n : 2 * n] + h @ recurrent[:, n : 2 * n])
            hh = np.tanh(a[2 * n :] + (r * h) @ recurrent[:, 2 * n :])
        h = z * h + (1 - z) * hh
        out.append(h)
    return np.array(out)


def keras_cases(rng):
    x = numbers(rng, STEPS, 3)
    w = {
        "lstm/lstm_cell/kernel": numbers(rng, 3, 16),
        "lstm/lstm_cell/recurrent_kernel": numbers(rng, 4, 16),
        "lstm/lstm_cell/bias": numbers(rng, 16),
        "lstm_1/lstm_cell/kernel": numbers(rng, 4, 16),
        "lstm_1/lstm_cell/recurrent_kernel": numbers(rng, 4, 16),
        "lstm_1/lstm_cell/bias": numbers(rng, 16),
        "dense/kernel": numbers(rng, 4, 2),
        "dense/bias": numbers(rng, 2),
    }
    h = keras_lstm(w, "lstm/lstm_cell/", x, 4)
    h = keras_lstm(w, "lstm_1/lstm_cell/", h, 4)
    save_safetensors("keras-lstm.safetensors", {k + ":0": v for k, v in w.items()})
    save_check("keras-lstm", x, h @ w["dense/kernel"] + w["dense/bias"])
    for name, after in (("keras-gru", True), ("keras-gru-before", False)):
        w = {
            "gru/gru_cell/kernel": numbers(rng, 3, 12),
            "gru/gru_cell/recurrent_kernel": numbers(rng, 4, 12),
            "gru/gru_cell/bias": numbers(rng, 2, 12) if after else numbers(rng, 12),
        }
        save_safetensors(f"{name}.safetensors", w)
        save_check(name, x, keras_gru(w, "gru/gru_cell/", x, 4, after))
    # Bidirectional, the recurrent layers as Keras 3 numbers them in .weights.h5.
    w = {}
    for side in ("forward", "backward"):
        w[f"bidirectional/{side}_lstm/lstm_cell/kernel"] = numbers(rng, 3, 16)
        w[f"bidirectional/{side}_lstm/lstm_cell/recurrent_kernel"] = numbers(rng, 4, 16)
        w[f"bidirectional/{side}_lstm/lstm_cell/bias"] = numbers(rng, 16)
    f = keras_lstm(w, "bidirectional/forward_lstm/lstm_cell/", x, 4)
    b = keras_lstm(w, "bidirectional/backward_lstm/lstm_cell/", x[::-1], 4)[::-1]
    save_safetensors("keras-both.safetensors", w)
    save_check("keras-both", x, np.concatenate([f, b], 1))
    w = {
        "layers/simple_rnn/cell/vars/0": numbers(rng, 3, 4),
        "layers/simple_rnn/cell/vars/1": numbers(rng, 4, 4),
        "layers/simple_rnn/cell/vars/2": numbers(rng, 4),
        "layers/dense/vars/0": numbers(rng, 4, 2),
        "layers/dense/vars/1": numbers(rng, 2),
    }
    k, h, out = "layers/simple_rnn/cell/vars/", np.zeros(4), []
    for xt in x:
        h = np.tanh(xt @ w[k + "0"] + h @ w[k + "1"] + w[k + "2"])
        out.append(h @ w["layers/dense/vars/0"] + w["layers/dense/vars/1"])
    save_safetensors("keras-vars.safetensors", w)
    save_check("keras-vars", x, out)


# Flux: rows packed, matrices (out, in); NPZ.jl writes them in Fortran order.


def save_flux(name, w):
    np.savez_compressed(path(f"{name}.npz"), **{k: np.asfortranarray(np.float32(v)) for k, v in w.items()})


def flux_cases(rng):
    x = numbers(rng, STEPS, 3)
    w = {
        "layers.1.cell.Wi": numbers(rng, 16, 3),
        "layers.1.cell.Wh": numbers(rng, 16, 4),
        "layers.1.cell.bias": numbers(rng, 16),
        "layers.2.weight": numbers(rng, 2, 4),
        "layers.2.bias": numbers(rng, 2),
    }
    h, c, out = np.zeros(4), np.zeros(4), []
    for xt in x:
        g = w["layers.1.cell.Wi"] @ xt + w["layers.1.cell.Wh"] @ h + w["layers.1.cell.bias"]
        i, f, cell, o = np.split(g, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(cell)
        h = sigmoid(o) * np.tanh(c)
        out.append(w["layers.2.weight"] @ h + w["layers.2.bias"])
    save_flux("flux-lstm", w)
    save_check("flux-lstm", x, out)
    # GRU of 0.12 to 0.14, with a state0 that is not zero.
    w = {
        "1.cell.Wi": numbers(rng, 12, 3),
        "1.cell.Wh": numbers(rng, 12, 4),
        "1.cell.b": numbers(rng, 12),
        "1.cell.state0": numbers(rng, 4, 1),
    }
    h, out = w["1.cell.state0"][:, 0], []
    for xt in x:
        gx, gh, b = (np.split(v, 3) for v in (w["1.cell.Wi"] @ xt, w["1.cell.Wh"] @ h, w["1.cell.b"]))
        r, z = sigmoid(gx[0] + gh[0] + b[0]), sigmoid(gx[1] + gh[1] + b[1])
        hh = np.tanh(gx[2] + r * gh[2] + b[2])
        h = (1 - z) * hh + z * h
        out.append(h)
    save_flux("flux-gru", w)
    save_check("flux-gru", x, out)
    w = {
        "cell.Wi": numbers(rng, 12, 3),
        "cell.Wh": numbers(rng, 8, 4),
        "cell.Wh_h̃": numbers(rng, 4, 4),
        "cell.b": numbers(rng, 12),
    }
    h, out = np.zeros(4), []
    for xt in x:
        gx, gh, b = np.split(w["cell.Wi"] @ xt, 3), np.split(w["cell.Wh"] @ h, 2), np.split(w["cell.b"], 3)
        r, z = sigmoid(gx[0] + gh[0] + b[0]), sigmoid(gx[1] + gh[1] + b[1])
        h = (1 - z) * np.tanh(gx[2] + w["cell.Wh_h̃"] @ (r * h) + b[2]) + z * h
        out.append(h)
    save_flux("flux-gruv3", w)
    save_check("flux-gruv3", x, out)


# ONNX operators, with biases for input and state; one file of each kind of storage.


def onnx_save(name, op, arrays, attributes, storage):
    import onnx
    from onnx import TensorProto, helper

    initialisers = []
    for key, value in arrays.items():
        value = np.float32(value)
        raw = storage == "raw"
        kind = TensorProto.DOUBLE if storage == "double" else TensorProto.FLOAT
        data = value.astype("<f4").tobytes() if raw else value.flatten().tolist()
        initialisers.append(helper.make_tensor(f"onnx::{op}_{key}", kind, value.shape, data, raw=raw))
    inputs = ["x"] + [f"onnx::{op}_{k}" if k in arrays else "" for k in ("W", "R", "B")]
    node = helper.make_node(op, inputs, ["y"], name=f"/{name[-3:]}/{op}", **attributes)
    value = lambda n: helper.make_tensor_value_info(n, TensorProto.FLOAT, None)
    graph = helper.make_graph([node], "g", [value("x")], [value("y")], initialisers)
    onnx.save(helper.make_model(graph), path(f"{name}.onnx"))


def onnx_gru(w, direction, x, n, after):
    W, R, B = w["W"][direction], w["R"][direction], w["B"][direction]
    (Wz, Wr, Wh), (Rz, Rr, Rh) = np.split(W, 3), np.split(R, 3)
    Wbz, Wbr, Wbh, Rbz, Rbr, Rbh = np.split(B, 6)
    h, out = np.zeros(n), []
    for xt in x:
        z = sigmoid(xt @ Wz.T + h @ Rz.T + Wbz + Rbz)
        r = sigmoid(xt @ Wr.T + h @ Rr.T + Wbr + Rbr)
        if after:
            hh = np.tanh(xt @ Wh.T + r * (h @ Rh.T + Rbh) + Wbh)
        else:
            hh = np.tanh(xt @ Wh.T + (r * h) @ Rh.T + Rbh + Wbh)
        h = (1 - z) * hh + z * h
        out.append(h)
    return np.array(out)


def onnx_lstm(w, direction, x, n):
    W, R, B = w["W"][direction], w["R"][direction], w["B"][direction]
    h, c, out = np.zeros(n), np.zeros(n), []
    for xt in x:
        i, o, f, g = np.split(xt @ W.T + h @ R.T + B[: 4 * n] + B[4 * n :], 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        out.append(h)
    return np.array(out)


def onnx_cases(rng):
    x = numbers(rng, STEPS, 3)
    for name, after, storage in (("onnx-gru", 1, "raw"), ("onnx-gru-before", 0, "float")):
        w = {"W": numbers(rng, 1, 12, 3), "R": numbers(rng, 1, 12, 4), "B": numbers(rng, 1, 24)}
        onnx_save(name, "GRU", w, {"hidden_size": 4, "linear_before_reset": after}, storage)
        save_check(name, x, onnx_gru(w, 0, x, 4, after))
    w = {"W": numbers(rng, 2, 16, 3), "R": numbers(rng, 2, 16, 4), "B": numbers(rng, 2, 32)}
    onnx_save("onnx-both", "LSTM", w, {"hidden_size": 4, "direction": "bidirectional"}, "double")
    save_check("onnx-both", x, np.concatenate([onnx_lstm(w, 0, x, 4), onnx_lstm(w, 1, x[::-1], 4)[::-1]], 1))
    w = {"W": numbers(rng, 1, 4, 3), "R": numbers(rng, 1, 4, 4), "B": numbers(rng, 1, 8)}
    h, out = np.zeros(4), []
    for xt in x:
        h = np.tanh(w["W"][0] @ xt + w["R"][0] @ h + w["B"][0, :4] + w["B"][0, 4:])
        out.append(h)
    onnx_save("onnx-rnn", "RNN", w, {"hidden_size": 4}, "raw")
    save_check("onnx-rnn", x, out)


# Flax linen and Equinox.


def jax_cases(rng):
    x = numbers(rng, STEPS, 3)
    w = {f"cell/i{g}/kernel": numbers(rng, 3, 4) for g in "ifgo"}
    w |= {f"cell/h{g}/kernel": numbers(rng, 4, 4) for g in "ifgo"} | {f"cell/h{g}/bias": numbers(rng, 4) for g in "ifgo"}
    h, c, out = np.zeros(4), np.zeros(4), []
    for xt in x:
        i, f, g, o = (xt @ w[f"cell/i{k}/kernel"] + h @ w[f"cell/h{k}/kernel"] + w[f"cell/h{k}/bias"] for k in "ifgo")
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        out.append(h)
    save_safetensors("flax-lstm.safetensors", w)
    save_check("flax-lstm", x, out)
    w = {f"cell/i{g}/kernel": numbers(rng, 3, 4) for g in "rzn"} | {f"cell/i{g}/bias": numbers(rng, 4) for g in "rzn"}
    w |= {f"cell/h{g}/kernel": numbers(rng, 4, 4) for g in "rzn"} | {"cell/hn/bias": numbers(rng, 4)}
    h, out = np.zeros(4), []
    for xt in x:
        r, z, n = (xt @ w[f"cell/i{k}/kernel"] + w[f"cell/i{k}/bias"] for k in "rzn")
        r, z = sigmoid(r + h @ w["cell/hr/kernel"]), sigmoid(z + h @ w["cell/hz/kernel"])
        n = np.tanh(n + r * (h @ w["cell/hn/kernel"] + w["cell/hn/bias"]))
        h = (1 - z) * n + z * h
        out.append(h)
    save_safetensors("flax-gru.safetensors", w)
    save_check("flax-gru", x, out)
    w = {
        "cell.weight_ih": numbers(rng, 12, 3),
        "cell.weight_hh": numbers(rng, 12, 4),
        "cell.bias": numbers(rng, 12),
        "cell.bias_n": numbers(rng, 4),
    }
    h, out = np.zeros(4), []
    for xt in x:
        ir, iz, i_n = np.split(w["cell.weight_ih"] @ xt + w["cell.bias"], 3)
        hr, hz, hn = np.split(w["cell.weight_hh"] @ h, 3)
        r, z = sigmoid(ir + hr), sigmoid(iz + hz)
        n = np.tanh(i_n + r * (hn + w["cell.bias_n"]))
        h = n + z * (h - n)
        out.append(h)
    save_safetensors("equinox-gru.safetensors", w)
    save_check("equinox-gru", x, out)


# Neural Amp Modeler: an LSTM with initial states, as its exporter flattens it.


def nam_cases(rng):
    x = numbers(rng, STEPS, 1)
    flat, layers = [], []
    for n_in in (1, 3):
        w, b, h, c = numbers(rng, 12, n_in + 3), numbers(rng, 12), numbers(rng, 3), numbers(rng, 3)
        layers.append([w, b, h, c])
        flat += [*w.flatten(), *b, *h, *c]
    head, bias = numbers(rng, 1, 3), numbers(rng, 1)
    flat += [*head.flatten(), *bias]
    out = []
    for xt in x:
        for layer in layers:
            w, b, h, c = layer
            i, f, g, o = np.split(w @ np.concatenate([xt, h]) + b, 4)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            xt = sigmoid(o) * np.tanh(c)
            layer[2:] = xt, c
        out.append(head @ xt + bias)
    model = {"version": "0.5.4", "metadata": None, "architecture": "LSTM"}
    model |= {"config": {"input_size": 1, "hidden_size": 3, "num_layers": 2}, "weights": [float(v) for v in flat]}
    with open(path("nam-lstm.nam"), "w") as f:
        json.dump(model | {"sample_rate": 48000}, f)
    save_check("nam-lstm", x, out)


torch.manual_seed(1)
torch_cases(np.random.default_rng(1))
keras_cases(np.random.default_rng(2))
flux_cases(np.random.default_rng(3))
onnx_cases(np.random.default_rng(4))
jax_cases(np.random.default_rng(5))
nam_cases(np.random.default_rng(6))
