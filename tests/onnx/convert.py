#!/usr/bin/env python3
"""Turns a node case of the ONNX test data into netc's files: python3 convert.py CASE, without any package.

CASE is a folder with model.onnx (one RNN, GRU or LSTM node) and test_data_set_0/{input,output}_N.pb. Written are
    w.onnx  the model with its inputs but X as weights
    w.npz   W, R, B and P without the dimension of directions
    v.npz   x, y (the last prediction), rnn.y and rnn.state to begin with, rnn.y' at the end
    args    netc's options
"""
import struct
import sys
import zipfile


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def fields(data):
    """(number, value, bytes of the whole field) of a protobuf message."""
    at = 0
    while at < len(data):
        begin = at
        key, at = varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = varint(data, at)
        else:
            size, at = varint(data, at) if kind == 2 else ({1: 8, 5: 4}[kind], at)
            value, at = data[at : at + size], at + size
        yield key >> 3, value, data[begin:at]


def put(number, value):
    def number_bytes(n):
        return bytes([n]) if n < 128 else bytes([n & 127 | 128]) + number_bytes(n >> 7)

    return number_bytes(number << 3 | 2) + number_bytes(len(value)) + value


def strings(message, number):
    return [value.decode() for n, value, _ in fields(message) if n == number]


def tensor(message):
    """A TensorProto of floats as (dims, numbers); None if it holds integers."""
    dims, kind, raw = [], 0, b""
    for n, value, _ in fields(message):
        if n == 1 and isinstance(value, int):
            dims.append(value)
        elif n == 1:  # packed
            at = 0
            while at < len(value):
                d, at = varint(value, at)
                dims.append(d)
        elif n == 2:
            kind = value
        elif n in (4, 9):
            raw += value
    return (dims, list(struct.unpack(f"<{len(raw) // 4}f", raw))) if kind == 1 else None


def save_npz(path, arrays):
    with zipfile.ZipFile(path, "w") as z:
        for name, (dims, numbers) in arrays.items():
            shape = "(" + "".join(f"{d}, " for d in dims) + ")"
            head = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}"
            head += " " * (63 - (10 + len(head)) % 64) + "\n"
            data = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode()
            z.writestr(f"{name}.npy", data + struct.pack(f"<{len(numbers)}f", *numbers))


def swap(array):
    """The first two dimensions exchanged."""
    (a, b, n), v = array
    return [b, a, n], [v[(i * b + j) * n + k] for j in range(b) for i in range(a) for k in range(n)]


def main(case):
    with open(f"{case}/model.onnx", "rb") as f:
        model = f.read()
    (graph,) = (value for n, value, _ in fields(model) if n == 7)
    (node,) = (value for n, value, _ in fields(graph) if n == 1)
    options = {}
    for n, value, _ in fields(node):
        if n == 5:
            attribute = {k: v for k, v, _ in fields(value)}
            options[attribute[1].decode()] = attribute.get(3)

    def read(names, kind):
        found = {}
        for i, name in enumerate(n for n in names if n):
            with open(f"{case}/test_data_set_0/{kind}_{i}.pb", "rb") as f:
                found[name] = f.read()
        return found

    given, wanted = read(strings(node, 1), "input"), read(strings(node, 2), "output")
    weights = b"".join(put(5, v + put(8, k.encode())) for k, v in given.items() if k != "X")
    with open("w.onnx", "wb") as f:
        f.write(b"".join(put(7, graph + weights) if n == 7 else whole for n, _, whole in fields(model)))
    arrays = {k: tensor(v) for k, v in given.items()}
    save_npz("w.npz", {k: (v[0][1:], v[1]) for k, v in arrays.items() if k in "WRBP"})

    # layout = 1: the batch comes first, in Y_h too, and Y is (batch, steps, directions, hidden).
    batch_first = options.get("layout") == 1
    x, last = arrays["X"], tensor(wanted["Y_h"])
    if batch_first:
        x, last = swap(x), swap(last)
    if last[0][0] != 1:
        sys.exit("more than one direction")
    vectors = {"x": x, "y": last, "rnn.y'": last}
    if "Y" in wanted:
        dims, numbers = tensor(wanted["Y"])
        if dims[1 if batch_first else 0] != 1 or numbers != last[1]:
            sys.exit("Y is not Y_h")
    for name, state in (("initial_h", "rnn.y"), ("initial_c", "rnn.state")):
        if name in arrays:
            vectors[state] = arrays[name]
    save_npz("v.npz", vectors)
    with open("args", "w") as f:
        f.write(f"--unroll {x[0][0]} --batch {x[0][1]}\n")


main(sys.argv[1])
