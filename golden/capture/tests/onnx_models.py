"""Small ONNX files made by hand, and what ONNX Runtime says of single values, without ferry_capture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

Array = np.ndarray[Any, Any]


def value(name: str, shape: Sequence[int | str] | None, kind: int = TensorProto.FLOAT) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, shape)


def model(
    nodes: Sequence[onnx.NodeProto],
    inputs: Sequence[onnx.ValueInfoProto],
    outputs: Sequence[onnx.ValueInfoProto],
    weights: dict[str, Array] | None = None,
    opset: int = 17,
) -> onnx.ModelProto:
    tensors = [numpy_helper.from_array(array, name) for name, array in (weights or {}).items()]
    graph = helper.make_graph(list(nodes), "graph", list(inputs), list(outputs), tensors)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    return made


def weights(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def network() -> onnx.ModelProto:
    """A convolution, a branch, a head; with a constant branch and shape arithmetic in whole and broken numbers."""
    node = helper.make_node
    return model(
        [
            node("Conv", ["x", "w", "b"], ["conv"], pads=[1, 1, 1, 1]),
            node("Relu", ["conv"], ["relu"]),
            node("Sigmoid", ["conv"], ["gate"]),
            node("Mul", ["relu", "gate"], ["gated"]),
            node("CastLike", ["one", "x"], ["also one"]),
            node("Add", ["also one", "one"], ["two"]),
            node("Mul", ["gated", "two"], ["doubled"]),
            node("Shape", ["doubled"], ["shape"]),
            node("Cast", ["shape"], ["broken shape"], to=TensorProto.FLOAT),
            node("Gather", ["shape", "zero"], ["batch size"]),
            node("Unsqueeze", ["batch size", "zero axes"], ["batch axis"]),
            node("Concat", ["batch axis", "minus one"], ["target"], axis=0),
            node("ReduceSum", ["broken shape"], ["size sum"], keepdims=0),
            node("Div", ["doubled", "size sum"], ["scaled"]),
            node("Reshape", ["scaled", "target"], ["flat"]),
            node("Gemm", ["flat", "head"], ["logits"]),
            node("Softmax", ["logits"], ["probabilities"]),
            node("ArgMax", ["logits"], ["best"], axis=1),
            node("Cast", ["best"], ["best as float"], to=TensorProto.FLOAT),
            node("Mul", ["best as float", "one"], ["last"]),
        ],
        [value("x", ("batch", 3, 8, 8))],
        [value("probabilities", ("batch", 5)), value("last", None)],
        {
            "w": weights(4, 3, 3, 3), "b": weights(4, seed=1), "one": np.ones(1, np.float32),
            "zero": np.array(0), "zero axes": np.array([0]), "minus one": np.array([-1]),
            "head": weights(256, 5, seed=2),
        },
    )  # fmt: skip


def save(made: onnx.ModelProto, path: Path) -> Path:
    onnx.save(made, str(path))
    return path


def runtime_values(path: Path, inputs: dict[str, Array], names: Sequence[str]) -> dict[str, Array]:
    """What ONNX Runtime computes for values of a file, without its optimisations."""
    loaded = onnx.load(str(path))
    known = {output.name for output in loaded.graph.output}
    loaded.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names if name not in known)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(loaded.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return dict(zip(names, session.run(list(names), inputs), strict=True))
