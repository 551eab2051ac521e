"""Files with several things wrong at once, all of which one error must list."""

from __future__ import annotations

import numpy as np
from onnx import TensorProto, helper

from invalid.registry import fault
from invalid.sound import bias, conv, model, tensor, value, weight


@fault(
    "invalid-model",
    "5 things that Ferry cannot convert",
    'input "mask" holds float16',
    "Ferry does not know the operator GridWarp",
    'Relu has an attribute that Ferry does not know: "slope"',
    "HardSwish of opset 13 is not understood",
    'node "enc/conv1"',
)
def five_faults() -> bytes:
    """An input, an operator, an attribute, an operator of a later opset and a bias, each wrong in its own way."""
    branches = [
        conv(),
        helper.make_node("GridWarp", ["input"], ["warped"], name="enc/warp1"),
        helper.make_node("Relu", ["input"], ["rectified"], name="enc/relu1", slope=0.1),
        helper.make_node("HardSwish", ["input"], ["swished"], name="enc/swish1"),
        helper.make_node("Concat", ["enc/conv1_out", "warped", "rectified", "swished"], ["output"], axis=1),
    ]
    stored = [tensor("enc.conv1.weight", weight()), tensor("enc.conv1.bias", np.zeros(5, np.float32))]
    inputs = [value("input", [1, 3, 8, 8]), value("mask", [1, 8, 8], TensorProto.FLOAT16)]
    outputs = [value("output", ["n", "c", "h", "w"])]
    return model(branches, stored, inputs, outputs, {"": 13}).SerializeToString()


@fault(
    "invalid-model",
    "3 things that Ferry cannot convert",
    "complex64",
    "Ferry does not know the operator GridWarp",
    'no node reads the weight "leftover"',
)
def faults_of_every_stage() -> bytes:
    """A stored tensor that cannot be read, a node that cannot be built, and a weight that nothing reads."""
    unreadable = helper.make_tensor("enc.conv1.weight", TensorProto.COMPLEX64, [4, 3, 3, 3], [0j] * 108)
    stored = [unreadable, tensor("enc.conv1.bias", bias()), tensor("leftover", bias())]
    warp = helper.make_node("GridWarp", ["enc/conv1_out"], ["output"], name="enc/warp1")
    return model([conv(), warp], stored, outputs=[value("output", ["n", "c", "h", "w"])]).SerializeToString()
