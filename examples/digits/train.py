#!/usr/bin/env python3
"""train.py: trains digits.net with PyTorch on the UCI digits and writes all that the example needs.

Needs Debian's python3-torch and python3-sklearn (which ships the images). Takes a minute or two on one core; the seeds
are fixed, but another version of PyTorch may round differently and give slightly different weights.
Writes digits.safetensors (weights), heldout.h (the images kept back), check.npz (one image and PyTorch's scores).
"""
import json
import os

import numpy as np
import torch
from sklearn.datasets import load_digits

HERE = os.path.dirname(os.path.abspath(__file__))
HIDDEN, HELDOUT, EPOCHS, BATCH = 24, 449, 400, 64


class Reader(torch.nn.Module):
    """The equations of digits.net; its parameters have the names and the (in, out) shapes that netc gives them."""

    def __init__(self, n_in, n_out):
        super().__init__()
        for gate in "fioc":
            setattr(self, "Wx" + gate, torch.nn.Parameter(torch.nn.init.xavier_uniform_(torch.empty(n_in, n_out))))
            setattr(self, "Wy" + gate, torch.nn.Parameter(torch.nn.init.orthogonal_(torch.empty(n_out, n_out))))
            setattr(self, "b" + gate, torch.nn.Parameter(torch.full((n_out,), 1.0 if gate == "f" else 0.0)))

    def forward(self, rows):
        y = state = rows.new_zeros(rows.shape[0], self.bf.shape[0])
        ys = []
        for x in rows.unbind(1):
            forget = torch.sigmoid(x @ self.Wxf + y @ self.Wyf + self.bf)
            input = torch.sigmoid(x @ self.Wxi + y @ self.Wyi + self.bi)
            output = torch.sigmoid(x @ self.Wxo + y @ self.Wyo + self.bo)
            news = torch.tanh(x @ self.Wxc + y @ self.Wyc + self.bc)
            state = forget * state + input * news
            y = output * torch.tanh(state)
            ys.append(y)
        return torch.stack(ys, 1)


class Head(torch.nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.W = torch.nn.Parameter(torch.nn.init.xavier_uniform_(torch.empty(n_in, n_out)))
        self.b = torch.nn.Parameter(torch.zeros(n_out))

    def forward(self, x):
        return x @ self.W + self.b


def nudged(images, rng):
    """Images moved by up to a pixel each way, some darker or lighter, with a little noise."""
    out = np.zeros_like(images)
    for k, (dy, dx) in enumerate(rng.randint(-1, 2, (len(images), 2)) * (rng.rand(len(images), 2) < 0.6)):
        out[k] = np.roll(np.pad(images[k], 1), (dy, dx), (0, 1))[1:-1, 1:-1]
    out = out * rng.uniform(0.8, 1.1, (len(out), 1, 1)) + rng.normal(0, 0.04, out.shape) * (out > 0)
    return torch.tensor(out.clip(0, 1), dtype=torch.float32)


def train(model, images, labels):
    rng = np.random.RandomState(1)
    adam = torch.optim.AdamW(model.parameters(), lr=0.01, weight_decay=0.02)
    steps = EPOCHS * ((len(images) + BATCH - 1) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(adam, 0.01, steps, pct_start=0.1)
    for epoch in range(EPOCHS):
        order = rng.permutation(len(images))
        rows = nudged(images[order], rng)
        for k in range(0, len(order), BATCH):
            scores = model(rows[k : k + BATCH])[:, -1]
            loss = torch.nn.functional.cross_entropy(scores, labels[order[k : k + BATCH]], label_smoothing=0.05)
            adam.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            adam.step()
            schedule.step()
        if epoch % 50 == 49:
            print("epoch %3d  loss %.4f" % (epoch + 1, loss.item()), flush=True)


def save_safetensors(path, tensors):
    """u64 length of the header, the header in JSON, the floats."""
    header, data = {}, b""
    for name, t in tensors.items():
        raw = t.detach().numpy().astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(t.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(len(text).to_bytes(8, "little") + text + data)


def save_header(path, images, labels):
    with open(path, "w") as f:
        f.write("/* heldout.h: written by train.py. %d images that training never saw; ink from 0 to 16.\n" % len(labels))
        f.write(" * UCI Optical Recognition of Handwritten Digits (E. Alpaydin, C. Kaynak), CC BY 4.0; see README.md. */\n")
        f.write("enum { HELDOUT = %d };\n\n" % len(labels))
        f.write("static const unsigned char heldout_label[HELDOUT] = {\n")
        for k in range(0, len(labels), 40):
            f.write("\t%s,\n" % ",".join(str(v) for v in labels[k : k + 40]))
        f.write("};\n\nstatic const unsigned char heldout_image[HELDOUT][8][8] = {\n")
        for image in images:
            f.write("\t{%s},\n" % ",".join("{%s}" % ",".join(str(v) for v in row) for row in image))
        f.write("};\n")


def main():
    torch.manual_seed(1)
    torch.set_num_threads(1)
    digits = load_digits()
    ink, labels = digits.images.astype(int), digits.target  # (1797, 8, 8), 0 … 16
    # the last quarter in the file's own order: neighbours share a writer, and a random split would mix them
    seen, held = slice(0, -HELDOUT), slice(-HELDOUT, None)
    model = torch.nn.Sequential()
    model.add_module("reader", Reader(8, HIDDEN))
    model.add_module("head", Head(HIDDEN, 10))
    train(model, ink[seen] / 16.0, torch.tensor(labels[seen]))
    with torch.no_grad():
        scores = model(torch.tensor(ink[held] / 16.0, dtype=torch.float32))
    right = (scores[:, -1].argmax(1).numpy() == labels[held]).sum()
    print("held-out: %d of %d right, %.2f %%" % (right, HELDOUT, 100.0 * right / HELDOUT))
    save_safetensors(os.path.join(HERE, "digits.safetensors"), dict(model.named_parameters()))
    save_header(os.path.join(HERE, "heldout.h"), ink[held], labels[held])
    np.savez(os.path.join(HERE, "check.npz"), x=np.float32(ink[held][0] / 16.0), y=scores[0].numpy())


if __name__ == "__main__":
    main()
