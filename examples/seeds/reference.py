#!/usr/bin/env python3
"""reference.py: weights, inputs and expected outputs for every net of this folder, from numpy alone.

The equations are written out again here, in float64, so that netc is checked against something that shares no code
with it. Weights and inputs are float32 numbers (that is what an .npz for netc usually holds); outputs are computed
from them in float64 and rounded once. Each net has a fixed seed of its own, so that one can change without the others.

`reference.py` writes all files, `reference.py NAME...` those of some nets.
"""
import os
import sys
import zlib

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
SEEDS = {}


def sigmoid(a):
    return 1.0 / (1.0 + np.exp(-a))


def softmax(a):
    e = np.exp(a - a.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def glorot(rng, fan_in, fan_out):
    bound = np.sqrt(6.0 / (fan_in + fan_out))
    return rng.uniform(-bound, bound, (fan_in, fan_out)).astype("<f4")


def bias(rng, n):
    return rng.uniform(-0.5, 0.5, n).astype("<f4")


# Weights under netc's names.


def recurrent_weights(rng, n_in, n_out, prefix=""):
    return {
        prefix + "Wxy": glorot(rng, n_in, n_out),
        prefix + "Wyy": glorot(rng, n_out, n_out),
        prefix + "by": bias(rng, n_out),
    }


def gate_weights(rng, gates, n_in, n_out, prefix=""):
    weights = {}
    for gate in gates:
        weights[prefix + "Wx" + gate] = glorot(rng, n_in, n_out)
        weights[prefix + "Wy" + gate] = glorot(rng, n_out, n_out)
        weights[prefix + "b" + gate] = bias(rng, n_out)
    return weights


def lstm_weights(rng, n_in, n_out, prefix=""):
    return gate_weights(rng, "fioc", n_in, n_out, prefix)


def gru_weights(rng, n_in, n_out, prefix=""):
    weights = gate_weights(rng, "ruh", n_in, n_out, prefix)
    weights[prefix + "byh"] = bias(rng, n_out)
    return weights


def dense_weights(rng, n_in, n_out, prefix=""):
    return {prefix + "W": glorot(rng, n_in, n_out), prefix + "b": bias(rng, n_out)}


def cell_weights(rng, n_in, n_out):
    """A cell in the orientation W * x: (out, in)."""
    return {"Wxh": glorot(rng, n_out, n_in), "Whh": glorot(rng, n_out, n_out), "b": bias(rng, n_out)}


# Layers over a whole sequence: xs is (steps, in) or (steps, batch, in).


def part(w, prefix):
    """The weights of one layer, in double."""
    return {k[len(prefix):]: np.float64(v) for k, v in w.items() if k.startswith(prefix)}


def recurrent(w, xs, prefix="", act=np.tanh):
    w = part(w, prefix)
    y = np.zeros(xs.shape[1:-1] + w["by"].shape)
    ys = []
    for x in xs:
        y = act(x @ w["Wxy"] + y @ w["Wyy"] + w["by"])
        ys.append(y)
    return np.array(ys)


def lstm_step(w, x, y, state):
    f, i, o, c = (x @ w["Wx" + g] + y @ w["Wy" + g] + w["b" + g] for g in "fioc")
    state = sigmoid(f) * state + sigmoid(i) * np.tanh(c)
    return sigmoid(o) * np.tanh(state), state


def lstm(w, xs, prefix=""):
    w = part(w, prefix)
    y = state = np.zeros(xs.shape[1:-1] + w["bf"].shape)
    ys = []
    for x in xs:
        y, state = lstm_step(w, x, y, state)
        ys.append(y)
    return np.array(ys)


def gru(w, xs, prefix="", reset_after=True):
    w = part(w, prefix)
    y = np.zeros(xs.shape[1:-1] + w["br"].shape)
    ys = []
    for x in xs:
        r, u = (sigmoid(x @ w["Wx" + g] + y @ w["Wy" + g] + w["b" + g]) for g in "ru")
        if reset_after:
            h = np.tanh(x @ w["Wxh"] + w["bh"] + r * (y @ w["Wyh"] + w["byh"]))
        else:
            h = np.tanh(x @ w["Wxh"] + w["bh"] + (r * y) @ w["Wyh"])
        y = (1 - u) * h + u * y
        ys.append(y)
    return np.array(ys)


def dense(w, xs, prefix=""):
    w = part(w, prefix)
    return xs @ w["W"] + w["b"]


# One function per net: (weights, arrays of the check file). The first array is the input.


def net(function):
    """Registers it under its name; a _ at the end only keeps it apart from the layer above."""
    SEEDS[function.__name__.rstrip("_").replace("_", "-")] = function
    return function


def inputs(rng, *shape):
    return rng.randn(*shape).astype("<f4")


@net
def recurrent_(rng):
    w, x = recurrent_weights(rng, 10, 5), inputs(rng, 20, 10)
    return w, {"x": x, "y": recurrent(w, x)}


@net
def lstm_(rng):
    w, x = lstm_weights(rng, 10, 15), inputs(rng, 20, 10)
    return w, {"x": x, "y": lstm(w, x)}


@net
def chain(rng):
    w = dense_weights(rng, 784, 20, "1.")
    w.update(recurrent_weights(rng, 20, 30, "3."))
    w.update(recurrent_weights(rng, 30, 15, "4."))
    x = ((rng.uniform(0, 1, (20, 784)) * 16).round() / 16).astype("<f4")
    return w, {"x": x, "y": recurrent(w, recurrent(w, sigmoid(dense(w, x, "1.")), "3."), "4.")}


@net
def gated(rng):
    w, x = gate_weights(rng, "ruh", 4, 6), inputs(rng, 12, 4)
    return w, {"x": x, "y": gru(w, x, reset_after=False)}


@net
def gruv3(rng):
    w, x = gate_weights(rng, "ruh", 10, 5), inputs(rng, 12, 10)
    return w, {"x": x, "y": gru(w, x, reset_after=False)}


@net
def stateless(rng):
    w = dense_weights(rng, 10, 20, "first.")
    w.update(dense_weights(rng, 20, 15, "second."))
    x = inputs(rng, 6, 10)
    return w, {"x": x, "y": softmax(dense(w, sigmoid(dense(w, x, "first.")), "second."))}


@net
def characters(rng):
    w = lstm_weights(rng, 12, 10, "1.")
    w.update(lstm_weights(rng, 10, 10, "2."))
    w.update(dense_weights(rng, 10, 12, "3."))
    x = np.eye(12, dtype="<f4")[rng.randint(0, 12, 14)]
    return w, {"x": x, "y": softmax(dense(w, lstm(w, lstm(w, x, "1."), "2."), "3."))}


def cell_states(w, xs, prefix=""):
    """h of h = tanh(Wxh x + Whh h + b), with or without b, at every step."""
    w = part(w, prefix)
    h = np.zeros(len(w["Wxh"]))
    hs = []
    for x in xs:
        h = np.tanh(w["Wxh"] @ x + w["Whh"] @ h + w.get("b", 0.0))
        hs.append(h)
    return np.array(hs)


def cell_alone(rng, prefix="", state="h'", n_in=10):
    w, x = cell_weights(rng, n_in, 5), inputs(rng, 8, n_in)
    h = cell_states(w, x)
    return {prefix + k: v for k, v in w.items()}, {"x": x, "y": h, state: h[-1]}


def cell_with_output(rng):
    w, x = cell_weights(rng, 3, 5), inputs(rng, 8, 3)
    del w["b"]
    w["Why"] = glorot(rng, 4, 5)
    h = cell_states(w, x)
    return {"cell." + k: v for k, v in w.items()}, {"x": x, "y": h @ np.float64(w["Why"]).T, "h'": h[-1]}


@net
def cell_hy(rng):
    return cell_with_output(rng)


@net
def cell_xyh(rng):
    return cell_with_output(rng)


@net
def cell_h(rng):
    return cell_alone(rng, "cell.")


@net
def cell_xh(rng):
    return cell_alone(rng, "cell.")


@net
def explicit(rng):
    return cell_alone(rng, state="h'")


@net
def plain_hy(rng):
    return cell_alone(rng, n_in=2)


@net
def plain_xh(rng):
    w, x = cell_weights(rng, 2, 5), inputs(rng, 8, 2)
    h = cell_states(w, x)
    w["Wy"], w["by"] = glorot(rng, 3, 5), bias(rng, 3)
    return w, {"x": x, "y": softmax(h @ np.float64(w["Wy"]).T + w["by"]), "1.h'": h[-1]}


@net
def cell_tuple(rng):
    w = {"h0": bias(rng, 5), "c0": bias(rng, 5), "p": bias(rng, 5)}
    w.update({"W" + g: glorot(rng, 5, 3) for g in "fg"})
    w.update({"U" + g: glorot(rng, 5, 5) for g in "fg"})
    x, v = inputs(rng, 8, 3), part(w, "")
    h, c = v["h0"], v["c0"]
    ys = []
    for t in x:
        f = sigmoid(v["Wf"] @ t + v["Uf"] @ h + v["p"] * c)
        c = f * c + (1 - f) * np.tanh(v["Wg"] @ t + v["Ug"] @ h)
        h = np.tanh(c)
        ys.append(h)
    return w, {"x": x, "y": np.array(ys), "h'": h, "c'": c}


@net
def rebound(rng):
    w, x = cell_weights(rng, 3, 5), inputs(rng, 8, 3)
    v, h, ys = part(w, ""), np.zeros(5), []
    for t in x:
        for _ in range(3):
            h = np.tanh(v["Wxh"] @ t + v["Whh"] @ h + v["b"])
        ys.append(h)
    return w, {"x": x, "y": np.array(ys)}


@net
def rnn(rng):
    w, x = recurrent_weights(rng, 10, 5), inputs(rng, 8, 10)
    return w, {"x": x, "y": recurrent(w, x)}


@net
def lstm_layer(rng):
    w, x = lstm_weights(rng, 10, 5), inputs(rng, 8, 10)
    return w, {"x": x, "y": lstm(w, x)}


@net
def gru_(rng):
    w, x = gru_weights(rng, 10, 5), inputs(rng, 8, 10)
    return w, {"x": x, "y": gru(w, x)}


@net
def rnn_cell(rng):
    w, x = recurrent_weights(rng, 10, 5, "cell."), inputs(rng, 8, 10)
    return w, {"x": x, "y": recurrent(w, x, "cell.", lambda a: np.maximum(a, 0))}


@net
def lstm_cell(rng):
    w, x = lstm_weights(rng, 10, 5, "cell."), inputs(rng, 8, 10)
    return w, {"x": x, "y": lstm(w, x, "cell.")}


@net
def gru_cell(rng):
    w, x = gru_weights(rng, 10, 5, "cell."), inputs(rng, 8, 10)
    return w, {"x": x, "y": gru(w, x, "cell.")}


@net
def head(rng):
    w = lstm_weights(rng, 10, 15, "1.")
    w.update(dense_weights(rng, 15, 5, "2."))
    x = inputs(rng, 8, 10)
    return w, {"x": x, "y": dense(w, lstm(w, x, "1."), "2.")}


@net
def softmax_head(rng):
    w, x = cell_weights(rng, 3, 6), inputs(rng, 8, 3)
    y = cell_states(w, x)
    w["bh"] = w.pop("b")
    w["Wy"], w["by"] = glorot(rng, 4, 6), bias(rng, 4)
    return w, {"x": x, "y": softmax(y @ np.float64(w["Wy"]).T + w["by"])}


@net
def cell_model(rng):
    w = recurrent_weights(rng, 2, 5, "cell.")
    w.update(dense_weights(rng, 5, 1, "dense."))
    w["h0"] = bias(rng, 5)
    v, x = part(w, "cell."), inputs(rng, 12, 2)
    h, hs = np.float64(w["h0"]), []
    for t in x:
        h = np.tanh(t @ v["Wxy"] + h @ v["Wyy"] + v["by"])
        hs.append(h)
    return w, {"x": x, "y": dense(w, np.array(hs), "dense.")}


@net
def last(rng):
    w = lstm_weights(rng, 3, 6, "1.")
    w.update(dense_weights(rng, 6, 2, "2."))
    x = inputs(rng, 15, 3)
    return w, {"x": x, "y": dense(w, lstm(w, x, "1."), "2.")[4::5]}


@net
def batch(rng):
    w = gru_weights(rng, 4, 6, "rnn.")
    w.update(dense_weights(rng, 6, 2, "head."))
    x = inputs(rng, 8, 3, 4)
    return w, {"x": x, "y": dense(w, gru(w, x, "rnn."), "head.")}


@net
def bidirectional(rng):
    """Two windows: what comes from the front goes on, what comes from the back begins again."""
    w = lstm_weights(rng, 8, 16, "f.")
    w.update(lstm_weights(rng, 8, 16, "b."))
    x = inputs(rng, 12, 8)
    backward = [lstm(w, window[::-1], "b.")[::-1] for window in (x[:6], x[6:])]
    return w, {"x": x, "y": np.hstack([lstm(w, x, "f."), np.vstack(backward)])}


@net
def notebook(rng):
    w = recurrent_weights(rng, 2, 5, "1.")
    w.update(dense_weights(rng, 5, 1, "2."))
    x = inputs(rng, 8, 2)
    return w, {"x": x, "y": dense(w, recurrent(w, x, "1."), "2.")}


@net
def delays(rng):
    w = {"A": glorot(rng, 2, 3), "B": glorot(rng, 2, 3), "C": bias(rng, 3)}
    x, v = inputs(rng, 10, 2), part(w, "")
    past_x, past_y, past_z = np.zeros((2, 2)), np.ones((3, 3)), np.zeros((4, 3))  # newest first
    ys = []
    for t in x:
        z = past_x[1] @ v["B"] - 0.5 * past_x[0][1]
        y = np.tanh(t @ v["A"] + 0.5 * past_y[0] - past_y[2] * v["C"] + z + past_z[3])
        past_x, past_y, past_z = (np.vstack([new, past[:-1]]) for new, past in ((t, past_x), (y, past_y), (z, past_z)))
        ys.append(y)
    return w, {"x": x, "y": np.array(ys), "z'": past_z}


@net
def ahead(rng):
    w, x = {"W": glorot(rng, 3, 3)}, inputs(rng, 10, 3)
    h, hs = np.zeros(3), []
    for t in x:
        h = np.tanh(t @ np.float64(w["W"]) + 0.25 * h)
        hs.append(h)
    ys = []
    for t in range(10):
        end = t // 5 * 5 + 5
        ys.append(hs[t] + (0.5 * hs[t + 1] if t + 1 < end else 0) + (0.25 * x[t + 2] if t + 2 < end else 0))
    return w, {"x": x, "y": np.array(ys)}


@net
def shared(rng):
    w, x = recurrent_weights(rng, 4, 4, "1."), inputs(rng, 8, 4)
    return w, {"x": x, "y": recurrent(w, 0.5 * recurrent(w, x, "1."), "1.")}


@net
def stacked(rng):
    w = lstm_weights(rng, 3, 5, "1.")
    w.update(lstm_weights(rng, 5, 4, "3."))
    w.update({"4.scale": 1 + bias(rng, 4), "4.bias": bias(rng, 4)})
    w.update(dense_weights(rng, 4, 2, "5."))
    x = inputs(rng, 8, 3)
    h = lstm(w, lstm(w, x, "1."), "3.")
    h = (h - h.mean(-1, keepdims=True)) / np.sqrt(h.var(-1, keepdims=True) + 1e-5)
    h = dense(w, h * np.float64(w["4.scale"]) + w["4.bias"], "5.")
    return w, {"x": x, "y": 0.5 * h * (1 + np.tanh(np.sqrt(2 / np.pi) * (h + 0.044715 * h**3)))}


@net
def tokens(rng):
    w = {"1.W": glorot(rng, 9, 4)}
    w.update(gru_weights(rng, 4, 5, "2."))
    w.update(dense_weights(rng, 5, 9, "3."))
    word = rng.randint(1, 10, 10)
    h = gru(w, np.float64(w["1.W"])[word - 1], "2.")
    return w, {"x": word.astype("<f4").reshape(-1, 1), "y": np.log(softmax(dense(w, h, "3.")))}


@net
def decoder(rng):
    w = dense_weights(rng, 8, 1, "align.")
    w.update(lstm_weights(rng, 4, 4, "recur."))
    w.update(dense_weights(rng, 4, 7, "toalpha."))
    w.update({"y": bias(rng, 4), "state": bias(rng, 4)})
    phrase = inputs(rng, 3, 4)
    y, state, recur, ys = np.float64(w["y"]), np.float64(w["state"]), part(w, "recur."), []
    for _ in range(5):
        energy = np.array([np.exp(dense(w, np.hstack([state, token]), "align.")[0]) for token in phrase])
        y, state = lstm_step(recur, (energy / energy.sum()) @ phrase, y, state)
        ys.append(softmax(dense(w, y, "toalpha.")))
    check = {"token%d" % (i + 1): np.tile(token, (5, 1)) for i, token in enumerate(phrase)}
    return w, dict(check, **{"y": np.array(ys), "state'": state})


def random_numbers(name):
    """A generator per net; the three nets of 2017 share one."""
    first = ["recurrent", "lstm", "chain"]
    if name not in first:
        return np.random.RandomState(zlib.crc32(name.encode()))
    rng = np.random.RandomState(2017)
    for before in first[:first.index(name)]:
        SEEDS[before](rng)
    return rng


def main():
    for name in sys.argv[1:] or sorted(SEEDS):
        weights, check = SEEDS[name](random_numbers(name))
        np.savez_compressed(os.path.join(HERE, name + ".npz"), **weights)
        check = {k: np.ascontiguousarray(v, dtype="<f4") for k, v in check.items()}
        np.savez_compressed(os.path.join(HERE, name + "-check.npz"), **check)


if __name__ == "__main__":
    main()
