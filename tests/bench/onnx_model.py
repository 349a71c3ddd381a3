"""onnx_model.py DIR: writes DIR/model.onnx for DIR/workload with the weights of DIR/weights.safetensors.

Input x (steps, batch, in), output y (rows, out). Recurrent layers are ONNX's own nodes; between them and dense layers
rows are reshaped, so that a dense layer is one Gemm over all steps.
"""
import json
import struct
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

# The gates in ONNX's order.
GATES = {"lstm": "iofc", "gru": "urh", "rnn": "y"}
NODES = {"lstm": "LSTM", "gru": "GRU", "rnn": "RNN"}


def safetensors(path):
    with open(path, "rb") as f:
        (length,) = struct.unpack("<Q", f.read(8))
        header, data = json.loads(f.read(length)), f.read()
    return {name: np.frombuffer(data[a["data_offsets"][0]:a["data_offsets"][1]], "<f4").reshape(a["shape"])
            for name, a in header.items()}


class Model:
    def __init__(self, steps, batch, weights):
        self.rows, self.steps, self.batch, self.weights = steps, steps, batch, weights
        self.nodes, self.initializers = [], []
        self.value, self.wide = "x", False  # wide: (steps, batch, features), else (steps * batch, features)

    def constant(self, array):
        name = f"c{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def add(self, op, inputs, **attributes):
        self.value = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [self.value], **attributes))

    def reshape(self, *shape):
        self.add("Reshape", [self.value, self.constant(np.array(shape, np.int64))])

    def dense(self, place, size_in, out):
        self.reshape(self.rows * self.batch, size_in)
        self.add("Gemm", [self.value, self.constant(self.weights[f"{place}.W"]), self.constant(self.weights[f"{place}.b"])])

    def recurrent(self, kind, place, size_in, out, last):
        def stack(prefix):
            return np.concatenate([self.weights[f"{place}.{prefix}{gate}"].T for gate in GATES[kind]])[None]
        bias = stack("b")
        again = np.zeros_like(bias)
        if kind == "gru":
            again[0, 2 * out:] = self.weights[f"{place}.byh"]
        self.reshape(self.steps, self.batch, size_in)
        inputs = [self.value, *map(self.constant, (stack("Wx"), stack("Wy"), np.concatenate([bias, again], 1)))]
        more = {"linear_before_reset": 1} if kind == "gru" else {}
        self.value = f"v{len(self.nodes)}"
        outputs = ["", self.value] if last else [self.value]
        self.nodes.append(helper.make_node(NODES[kind], inputs, outputs, hidden_size=out, **more))
        self.rows = 1 if last else self.rows
        self.reshape(self.rows * self.batch, out)

    def save(self, path, size_in, out):
        self.nodes[-1].output[0] = "y"
        graph = helper.make_graph(
            self.nodes, "bench",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, [self.steps, self.batch, size_in])],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, [self.rows * self.batch, out])], self.initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)])
        model.ir_version = 8
        onnx.checker.check_model(model)
        onnx.save(model, path)


def main(folder):
    words = open(f"{folder}/workload").read().split()
    model = Model(int(words[1]), int(words[2]), safetensors(f"{folder}/weights.safetensors"))
    layers = [word.split(":") for word in words[3:] if word != "last"]
    for place, (kind, size_in, out) in enumerate(layers, 1):
        size_in, out = int(size_in), int(out)
        if kind == "dense":
            model.dense(place, size_in, out)
        elif kind == "sigmoid":
            model.add("Sigmoid", [model.value])
        else:
            model.recurrent(kind, place, size_in, out, "last" in words)
    model.save(f"{folder}/model.onnx", int(layers[0][1]), int(layers[-1][2]))


main(sys.argv[1])
