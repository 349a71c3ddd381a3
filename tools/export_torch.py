#!/usr/bin/env python3
"""Weights and test vectors of a PyTorch model for netc.

    from export_torch import export
    export(model, x, "lstm")       # writes lstm.npz and lstm-check.npz

    netc lstm.net --weights lstm.npz --check lstm-check.npz

x is one sequence, (steps, features), or (steps, batch, features). From the command line, a state dict or a checkpoint
becomes an .npz: export_torch.py FILE.pt OUT.npz. (netc reads a saved state dict itself, too.)
"""
import sys

import numpy as np
import torch


def tensors(value, path=""):
    """Yields (name, array) for every tensor in nested dictionaries and lists."""
    if isinstance(value, torch.Tensor):
        value = value.detach().cpu()
        yield path, (value.float() if value.dtype == torch.bfloat16 else value).numpy()
    elif isinstance(value, (dict, list, tuple)):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from tensors(item, f"{path}.{key}" if path else str(key))


def export(model, x, stem):
    """Writes what the model knows, and what it answers to x, computed in double."""
    np.savez(f"{stem}.npz", **dict(tensors(model.state_dict())))
    was = [(p, p.dtype) for p in model.parameters()]
    training = model.training
    with torch.no_grad():
        y = model.eval().double()(torch.as_tensor(x).double())
    model.to(was[0][1] if was else torch.float32).train(training)
    y = y[0] if isinstance(y, tuple) else y
    np.savez(f"{stem}-check.npz", x=np.asarray(x, np.float32), y=y.numpy().astype(np.float32))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    saved = torch.load(sys.argv[1], map_location="cpu")
    saved = saved.state_dict() if hasattr(saved, "state_dict") else saved
    np.savez(sys.argv[2], **dict(tensors(saved)))
