#!/usr/bin/env python3
"""check.py MODEL.onnx…: onnx's own checker and shape inference accept each model, and a person can read it.

Types, shapes and the order of nodes are onnx's business; that the shapes we wrote are those that onnx infers is part
of its strict mode. Beyond that: names are those of the source, and computed values say which line they came from."""
import sys

import onnx


def check(path):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    graph = model.graph
    assert model.producer_name == "netc" and model.opset_import[0].version >= 13
    producer = {node.output[0]: node for node in graph.node}
    for node in graph.node:
        assert node.name == node.output[0], f"node {node.name} is not called like its value"
    assert len(producer) == len(graph.node), "two values have one name"
    for value in graph.value_info:
        assert ":" in producer[value.name].doc_string, f"{value.name} does not say where it came from"
    used = {name for node in graph.node for name in node.input}
    for tensor in graph.initializer:
        assert tensor.name in used, f"{tensor.name} is not used"


for path in sys.argv[1:]:
    try:
        check(path)
    except Exception as error:
        sys.exit(f"{path}: {error}")
