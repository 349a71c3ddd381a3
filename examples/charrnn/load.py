"""load.py [--hidden N] CHECKPOINT.safetensors: a checkpoint in PyTorch: reads it, and goes on writing where it left off.

With the module safetensors, load_file(path) of safetensors.torch does what read() does here.
"""
import argparse
import json

import numpy as np
import torch
from torch import nn


def read(path):
    """All tensors of a .safetensors file, by name; they are float32."""
    with open(path, "rb") as f:
        header = json.loads(f.read(int.from_bytes(f.read(8), "little")))
        data = f.read()
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        assert entry["dtype"] == "F32", name
        tensors[name] = torch.from_numpy(np.frombuffer(data[begin:end], "<f4").reshape(entry["shape"]).copy())
    return tensors


class CharRNN(nn.Module):
    def __init__(self, letters=96, hidden=128):
        super().__init__()
        self.rnn = nn.LSTM(letters, hidden, num_layers=2)
        self.head = nn.Linear(hidden, letters)

    def forward(self, x, state=None):
        y, state = self.rnn(x, state)
        return self.head(y), state


def load(path, hidden=128):
    model = CharRNN(hidden=hidden)
    prefix = "model."  # beside it stands what training goes on from
    model.load_state_dict({name[len(prefix):]: v for name, v in read(path).items() if name.startswith(prefix)})
    return model


def write(model, n, temperature=0.7):
    letter, state, text = 95, None, ""
    for _ in range(n):
        x = torch.zeros(1, 1, 96)
        x[0, 0, letter] = 1
        y, state = model(x, state)
        letter = int(torch.multinomial(torch.softmax(y[0, 0] / temperature, 0), 1))
        text += "\n" if letter == 95 else chr(32 + letter)
    return text


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("checkpoint")
    parser.add_argument("--hidden", type=int, default=128)
    args = parser.parse_args()
    torch.manual_seed(1)
    with torch.no_grad():
        print(write(load(args.checkpoint, args.hidden), 300))
