"""Exports for training."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper

from invalid.registry import fault
from invalid.sound import head, normalisation, statistics, tensor, value


@fault("training-mode", "BatchNormalization", "enc/bn1", "training_mode")
def training_batch_normalization() -> bytes:
    """BatchNormalization that measures its batch and gives new statistics."""
    return head(normalisation(["output", "new_mean", "new_variance"], training_mode=1), *statistics())


@fault("training-mode", "Dropout", "enc/dropout1")
def training_dropout() -> bytes:
    """Dropout that drops: training_mode is true, and the mask is an output of the graph."""
    node = helper.make_node("Dropout", ["features", "ratio", "training"], ["output", "mask"], name="enc/dropout1")
    broken = onnx.load_from_string(head(node, tensor("ratio", np.float32(0.5)), tensor("training", np.array(True))))
    broken.graph.output.append(value("mask", [1, 4, 8, 8], TensorProto.BOOL))
    return broken.SerializeToString()


@fault("training-mode", "BatchNormalization", "enc/bn1")
def training_batch_normalization_opset_9() -> bytes:
    """The older spelling of the same: no attribute, but five outputs."""
    outputs = ["output", "new_mean", "new_variance", "saved_mean", "saved_variance"]
    broken = onnx.load_from_string(head(normalisation(outputs), *statistics()))
    broken.opset_import[0].version = 9
    broken.ir_version = 4
    return broken.SerializeToString()
