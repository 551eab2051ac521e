"""A network of many nodes that compute next to nothing, so that what a run costs besides its kernels shows."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from speed.cases import TINY

BLOCKS, CHANNELS, SIZE = 75, 16, 2


def network() -> onnx.ModelProto:
    """75 inverted residuals of four nodes each, 16 channels of 2×2 pixels."""
    random = np.random.default_rng(3)
    nodes: list[onnx.NodeProto] = []
    weights: list[onnx.TensorProto] = []

    def convolution(name: str, source: str, kernel: int, groups: int) -> str:
        weight = random.standard_normal((CHANNELS, CHANNELS // groups, kernel, kernel)) * 0.1
        weights.append(numpy_helper.from_array(weight.astype(np.float32), f"{name}.weight"))
        nodes.append(
            helper.make_node(
                "Conv",
                [source, f"{name}.weight"],
                [name],
                name,
                kernel_shape=[kernel, kernel],
                pads=[kernel // 2] * 4,
                group=groups,
            )
        )
        return name

    value = "input"
    for number in range(BLOCKS):
        inner = convolution(f"{number}.expand", value, 1, 1)
        inner = convolution(f"{number}.depthwise", inner, 3, CHANNELS)
        inner = convolution(f"{number}.project", inner, 1, 1)
        total = "output" if number == BLOCKS - 1 else f"{number}.sum"
        nodes.append(helper.make_node("Add", [value, inner], [total], f"{number}.add"))
        value = total
    shape = [1, CHANNELS, SIZE, SIZE]
    graph = helper.make_graph(
        nodes,
        TINY,
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, shape)],
        weights,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
