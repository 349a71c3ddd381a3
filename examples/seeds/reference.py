#!/usr/bin/env python3
"""reference.py: weights, inputs and expected outputs for the three seeds, from numpy alone.

The equations are written out again here, in float64, so that netc is checked against something that shares no code
with it. Weights and inputs are float32 numbers (that is what an .npz for netc usually holds); outputs are computed
from them in float64 and rounded once. The seed is fixed.
"""
import os

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def sigmoid(a):
    return 1.0 / (1.0 + np.exp(-a))


def glorot(rng, fan_in, fan_out):
    bound = np.sqrt(6.0 / (fan_in + fan_out))
    return rng.uniform(-bound, bound, (fan_in, fan_out)).astype("<f4")


def bias(rng, n):
    return rng.uniform(-0.5, 0.5, n).astype("<f4")


def recurrent_weights(rng, n_in, n_out, prefix=""):
    return {
        prefix + "Wxy": glorot(rng, n_in, n_out),
        prefix + "Wyy": glorot(rng, n_out, n_out),
        prefix + "by": bias(rng, n_out),
    }


def lstm_weights(rng, n_in, n_out):
    weights = {}
    for gate in "fioc":
        weights["Wx" + gate] = glorot(rng, n_in, n_out)
        weights["Wy" + gate] = glorot(rng, n_out, n_out)
        weights["b" + gate] = bias(rng, n_out)
    return weights


def recurrent(w, xs, prefix=""):
    wxy, wyy, by = (np.float64(w[prefix + k]) for k in ("Wxy", "Wyy", "by"))
    y = np.zeros(len(by))
    ys = []
    for x in xs:
        y = np.tanh(x @ wxy + y @ wyy + by)
        ys.append(y)
    return np.array(ys)


def lstm(w, xs):
    w = {k: np.float64(v) for k, v in w.items()}
    y = state = np.zeros(len(w["bf"]))
    ys = []
    for x in xs:
        f, i, o, c = (x @ w["Wx" + g] + y @ w["Wy" + g] + w["b" + g] for g in "fioc")
        state = sigmoid(f) * state + sigmoid(i) * np.tanh(c)
        y = sigmoid(o) * np.tanh(state)
        ys.append(y)
    return np.array(ys)


def chain(w, xs):
    hidden = sigmoid(xs @ np.float64(w["1.W"]) + np.float64(w["1.b"]))
    return recurrent(w, recurrent(w, hidden, "3."), "4.")


def seed(name, weights, run, xs):
    xs = xs.astype("<f4")
    ys = run(weights, np.float64(xs)).astype("<f4")
    np.savez_compressed(os.path.join(HERE, name + ".npz"), **weights)
    np.savez_compressed(os.path.join(HERE, name + "-check.npz"), x=xs, y=ys)


def main():
    rng = np.random.RandomState(2017)
    seed("recurrent", recurrent_weights(rng, 10, 5), recurrent, rng.randn(20, 10))
    seed("lstm", lstm_weights(rng, 10, 15), lstm, rng.randn(20, 10))
    weights = {"1.W": glorot(rng, 784, 20), "1.b": bias(rng, 20)}
    weights.update(recurrent_weights(rng, 20, 30, "3."))
    weights.update(recurrent_weights(rng, 30, 15, "4."))
    seed("chain", weights, chain, (rng.uniform(0, 1, (20, 784)) * 16).round() / 16)


if __name__ == "__main__":
    main()
