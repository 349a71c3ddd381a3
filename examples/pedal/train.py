#!/usr/bin/env python3
"""train.py: trains pedal.net with PyTorch on the circuit of circuit.c and writes the weights and one checked excerpt.

Needs Debian's python3-torch and a C compiler; five to ten minutes on one core. The strings and the circuit are the C
files of this folder, so nothing is recorded and nothing is downloaded. The seeds are fixed, but another version of
PyTorch may round differently and give slightly different weights. Writes pedal.safetensors and check.npz.
"""
import ctypes
import json
import os
import subprocess
import tempfile
import time

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
HIDDEN, RATE = 16, 44100
CLIPS, CLIP, WINDOW, EPOCHS = 64, 22050, 128, 32  # clips side by side, samples a clip, samples to look back, rounds
WARM = 1000  # samples at the start of a clip that only fill the memory


def compiled():
    """circuit.c and guitar.c as a Python module."""
    path = os.path.join(tempfile.mkdtemp(), "pedal.so")
    sources = [os.path.join(HERE, f) for f in ("circuit.c", "guitar.c")]
    subprocess.run([os.environ.get("CC", "cc"), "-O2", "-shared", "-fPIC", "-o", path, *sources, "-lm"], check=True)
    lib, floats = ctypes.CDLL(path), np.ctypeslib.ndpointer(np.float32, flags="C")
    lib.circuit_run.argtypes = [floats, floats, ctypes.c_long]
    lib.guitar_practice.argtypes = [floats, ctypes.c_long, ctypes.c_uint]
    lib.guitar_riff.argtypes = [floats, ctypes.c_long]
    return lib


def through_circuit(lib, clips):
    """Each row through a pedal at rest."""
    y = np.zeros_like(clips)
    for k in range(len(clips)):
        lib.circuit_run(clips[k], y[k], clips.shape[1])
    return y


def practice(lib, rng):
    """New clips (CLIPS, CLIP): half strings, the others one or two gliding tones or swelling noise; at all levels."""
    x = np.zeros((CLIPS, CLIP), np.float32)
    t = np.arange(CLIP) / RATE
    for k in range(CLIPS):
        if k % 2 == 0:
            lib.guitar_practice(x[k], CLIP, rng.randint(1, 2**31))
        elif k % 8 != 7:
            for _ in range(rng.randint(1, 3)):
                ends = rng.uniform(np.log(40), np.log(6000), 2)
                hertz = np.exp(np.interp(t, (0, t[-1]), ends))
                x[k] += rng.uniform(0.2, 1) * np.sin(2 * np.pi * np.cumsum(hertz) / RATE)
        else:
            n = rng.randint(4, 80)
            x[k] = np.convolve(rng.normal(size=CLIP + n - 1), np.hanning(n + 2)[1:-1], "valid") * np.sin(6 * np.pi * t)
        x[k] *= np.exp(rng.uniform(np.log(0.15), 0)) / np.abs(x[k]).max()
    return x


class Pedal(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = torch.nn.LSTM(1, HIDDEN, batch_first=True)
        self.mix = torch.nn.Linear(HIDDEN, 1)

    def forward(self, x, state=None):
        y, state = self.lstm(x.unsqueeze(-1), state)
        return self.mix(y).squeeze(-1), state

    def named_as_in_net(self):
        """PyTorch stacks the gates i f g o as rows and has two biases, which are added."""
        lstm, out = self.lstm, {}
        bias = (lstm.bias_ih_l0 + lstm.bias_hh_l0).chunk(4)
        for gate, wx, wy, b in zip("ifco", lstm.weight_ih_l0.chunk(4), lstm.weight_hh_l0.chunk(4), bias):
            out["clipper.Wx" + gate], out["clipper.Wy" + gate], out["clipper.b" + gate] = wx.t(), wy.t(), b
        out["mix.W"], out["mix.b"] = self.mix.weight.t(), self.mix.bias
        return out


def esr(y, target):
    return float(((y - target) ** 2).sum() / (target**2).sum())


def train(model, lib):
    rng = np.random.RandomState(1)
    adam = torch.optim.Adam(model.parameters())
    windows = range(WARM, CLIP - WINDOW + 1, WINDOW)
    steps = EPOCHS * len(windows)
    schedule = torch.optim.lr_scheduler.OneCycleLR(adam, 0.02, steps, pct_start=0.05, final_div_factor=100)
    start = time.time()
    for epoch in range(EPOCHS):
        clips = practice(lib, rng)
        x, target = torch.tensor(clips), torch.tensor(through_circuit(lib, clips))
        loudness = (target**2).mean(1, keepdim=True).sqrt()
        weight = 1 / (loudness * loudness.mean())  # a soft clip counts for more than its energy
        with torch.no_grad():
            state = model(x[:, :WARM])[1]
        total = 0
        for k in windows:
            y, state = model(x[:, k : k + WINDOW], state)
            loss = ((y - target[:, k : k + WINDOW]) ** 2 * weight).mean()
            adam.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            adam.step()
            schedule.step()
            state = tuple(s.detach() for s in state)
            total += loss.item()
        print("round %2d  loss %.5f  %4.0f s" % (epoch + 1, total / len(windows), time.time() - start), flush=True)


def save_safetensors(path, tensors):
    """u64 length of the header, the header in JSON, the floats."""
    header, data = {}, b""
    for name, t in tensors.items():
        raw = t.detach().contiguous().numpy().astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(t.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(len(text).to_bytes(8, "little") + text + data)


def main():
    torch.manual_seed(1)
    torch.set_num_threads(1)
    lib = compiled()
    model = Pedal()
    train(model, lib)
    riff = np.zeros((1, 6 * RATE), np.float32)
    lib.guitar_riff(riff[0], riff.size)
    target = through_circuit(lib, riff)
    with torch.no_grad():
        y = model(torch.tensor(riff))[0].numpy()
    # the best that a pedal without memory could do: the mean output at each of 400 levels of input
    level = np.digitize(riff[0], np.linspace(-1, 1, 400))
    sums, counts = np.bincount(level, target[0]), np.bincount(level)
    print("error-to-signal on the riff: %.5f; of the best curve without memory: %.5f"
          % (esr(y, target), esr((sums / counts.clip(1))[level], target[0])))
    save_safetensors(os.path.join(HERE, "pedal.safetensors"), model.named_as_in_net())
    cut = slice(0, 400)
    np.savez(os.path.join(HERE, "check.npz"), x=riff[0, cut, None], y=y[0, cut, None])


if __name__ == "__main__":
    main()
