"""The sound network from which every broken file is made, and its parts:

input [1,3,8,8] → Conv "enc/conv1" → Relu "enc/relu1" → output [1,4,8,8].
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET, IR_VERSION = 17, 8


def weight() -> np.ndarray:
    return np.random.default_rng(7).normal(0, 0.3, (4, 3, 3, 3)).astype(np.float32)


def bias() -> np.ndarray:
    return np.array([0.1, -0.2, 0.3, -0.4], np.float32)


def conv(**attributes: Any) -> onnx.NodeProto:
    attributes = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]} | attributes
    attributes = {name: value for name, value in attributes.items() if value is not None}
    inputs = ["input", "enc.conv1.weight", "enc.conv1.bias"]
    return helper.make_node("Conv", inputs, ["enc/conv1_out"], name="enc/conv1", **attributes)


def relu(source: str = "enc/conv1_out", target: str = "output") -> onnx.NodeProto:
    return helper.make_node("Relu", [source], [target], name="enc/relu1")


def tensor(name: str, values: np.ndarray) -> TensorProto:
    return numpy_helper.from_array(values, name)


def value(name: str, shape: list, kind: int = TensorProto.FLOAT) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, shape)


def model(
    nodes: list[onnx.NodeProto],
    initializers: list[TensorProto] | None = None,
    inputs: list[onnx.ValueInfoProto] | None = None,
    outputs: list[onnx.ValueInfoProto] | None = None,
    opsets: dict[str, int] | None = None,
) -> onnx.ModelProto:
    """A model of these nodes; what is not given is the sound network's."""
    if initializers is None:
        initializers = [tensor("enc.conv1.weight", weight()), tensor("enc.conv1.bias", bias())]
    graph = helper.make_graph(
        nodes,
        "encoder",
        [value("input", [1, 3, 8, 8])] if inputs is None else inputs,
        [value("output", [1, 4, 8, 8])] if outputs is None else outputs,
        initializers,
    )
    imports = [helper.make_opsetid(domain, version) for domain, version in (opsets or {"": OPSET}).items()]
    return helper.make_model(graph, producer_name="ferry-golden", opset_imports=imports, ir_version=IR_VERSION)


def sound_model() -> onnx.ModelProto:
    return model([conv(), relu()])


def with_weight(changed: TensorProto) -> bytes:
    changed.name = "enc.conv1.weight"
    return model([conv(), relu()], [changed, tensor("enc.conv1.bias", bias())]).SerializeToString()


def head(node: onnx.NodeProto, *initializers: TensorProto, output: list | None = None) -> bytes:
    """The sound network with one more node behind it, which reads "features" and writes "output"."""
    stored = [tensor("enc.conv1.weight", weight()), tensor("enc.conv1.bias", bias()), *initializers]
    outputs = [value("output", output)] if output else [value("output", ["n", "c", "h", "w"])]
    return model([conv(), relu(target="features"), node], stored, outputs=outputs).SerializeToString()


# A BatchNormalization for the end of `head`.

STATISTICS = ("scale", "shift", "mean", "variance")


def statistics(channels: int = 4) -> list[TensorProto]:
    return [tensor(f"enc.bn1.{name}", np.linspace(0.5, 1, channels, dtype=np.float32)) for name in STATISTICS]


def normalisation(outputs: list[str], **attributes: Any) -> onnx.NodeProto:
    inputs = ["features", *(f"enc.bn1.{name}" for name in STATISTICS)]
    return helper.make_node("BatchNormalization", inputs, outputs, name="enc/bn1", **attributes)
