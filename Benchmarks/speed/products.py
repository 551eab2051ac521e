"""Matrix products alone, of the sizes that the networks have, where most are fused with what stands beside them."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from speed.cases import PRODUCTS

SIZES = (
    ("MobileNet", 28, 256, 256),
    ("MobileNet", 14, 512, 512),
    ("MobileNet", 7, 1024, 1024),
    ("Xception", 37, 256, 728),
    ("Xception", 19, 728, 728),
    ("Xception", 10, 1536, 2048),
    ("B1", 75, 16, 96),
    ("B1", 38, 24, 144),
    ("B1", 10, 480, 112),
    ("B1", 5, 1152, 320),
    ("B1", 5, 320, 1280),
)
"""Network, height and width of the picture, channels before and after a 1×1 convolution"""


def network() -> onnx.ModelProto:
    """Each product with an input and an output of its own."""
    random = np.random.default_rng(4)
    nodes, weights, inputs, outputs = [], [], [], []
    for family, size, depth, channels in SIZES:
        name = f"{family} {size}x{size}x{depth} to {channels}"
        values = random.standard_normal((channels, depth, 1, 1)) / depth**0.5
        weights.append(numpy_helper.from_array(values.astype(np.float32), f"{name}, weight"))
        nodes.append(helper.make_node("Conv", [f"{name}, in", f"{name}, weight"], [f"{name}, out"], name))
        shape, result = [1, depth, size, size], [1, channels, size, size]
        inputs.append(helper.make_tensor_value_info(f"{name}, in", TensorProto.FLOAT, shape))
        outputs.append(helper.make_tensor_value_info(f"{name}, out", TensorProto.FLOAT, result))
    graph = helper.make_graph(nodes, PRODUCTS, inputs, outputs, weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
