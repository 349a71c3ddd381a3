#!/usr/bin/env python3
"""Weights and test vectors of a Keras model for netc.

    from export_keras import export
    export(model, x, "lstm")       # writes lstm.npz and lstm-check.npz

    netc lstm.net --weights lstm.npz --check lstm-check.npz

x is one sequence, (steps, features). From the command line, with a saved model: export_keras.py FILE.keras OUT.npz.
"""
import sys

import numpy as np


def weights(model):
    """Names to arrays; Keras 3 has the whole path of a weight in .path, Keras 2 in .name."""
    return {getattr(w, "path", w.name): np.asarray(w) for w in model.weights}


def export(model, x, stem):
    np.savez(f"{stem}.npz", **weights(model))
    y = np.asarray(model(np.asarray(x, np.float32)[None]))[0]
    np.savez(f"{stem}-check.npz", x=np.asarray(x, np.float32), y=y)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    import keras

    np.savez(sys.argv[2], **weights(keras.models.load_model(sys.argv[1])))
