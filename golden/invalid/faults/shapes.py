"""Attributes and shapes that cannot be."""

from __future__ import annotations

import numpy as np
from onnx import helper

from invalid.registry import fault
from invalid.sound import bias, conv, head, model, normalisation, relu, statistics, tensor, value, weight


@fault("unsupported-attribute", "auto_pad", "dilations", "enc/conv1", "Conv")
def same_padding_with_dilations() -> bytes:
    """SAME padding of a dilated convolution, which ONNX Runtime and TensorFlow resolve differently."""
    return model([conv(auto_pad="SAME_UPPER", dilations=[2, 2], pads=None), relu()]).SerializeToString()


@fault("unsupported-attribute", "border", "enc/conv1", "Conv")
def unread_attribute() -> bytes:
    """An attribute that Conv does not have."""
    return model([conv(border="mirror"), relu()]).SerializeToString()


@fault("unsupported-attribute", "auto_pad", "SAME_SOMEHOW", "enc/conv1")
def unknown_auto_pad() -> bytes:
    """A value of auto_pad that the standard does not have."""
    return model([conv(auto_pad="SAME_SOMEHOW", pads=None), relu()]).SerializeToString()


@fault("invalid-model", "strides", "enc/conv1")
def zero_stride() -> bytes:
    """A window that does not move."""
    return model([conv(strides=[0, 1]), relu()]).SerializeToString()


@fault("invalid-model", "enc/conv1")
def kernel_larger_than_input() -> bytes:
    """A kernel of 3 on a picture of 2 without padding."""
    inputs, outputs = [value("input", [1, 3, 2, 8])], [value("output", [1, 4, "h", "w"])]
    return model([conv(pads=[0, 1, 0, 1]), relu()], inputs=inputs, outputs=outputs).SerializeToString()


@fault("invalid-model", "enc/conv1")
def kernel_contradicts_weight() -> bytes:
    """kernel_shape says 5×5, the weight is 3×3."""
    return model([conv(kernel_shape=[5, 5], pads=[2, 2, 2, 2]), relu()]).SerializeToString()


@fault("invalid-model", "group", "enc/conv1")
def group_contradicts_weight() -> bytes:
    """Three groups for four output channels."""
    return model([conv(group=3), relu()]).SerializeToString()


@fault("invalid-model", "bias", "enc/conv1")
def bias_contradicts_weight() -> bytes:
    """A bias of three numbers for four output channels."""
    stored = [tensor("enc.conv1.weight", weight()), tensor("enc.conv1.bias", bias()[:3])]
    return model([conv(), relu()], stored).SerializeToString()


@fault("invalid-model", "pads", "enc/conv1")
def too_few_pads() -> bytes:
    """Three pads for two axes."""
    return model([conv(pads=[1, 1, 1]), relu()]).SerializeToString()


@fault("invalid-model", "enc/bn1")
def statistics_contradict_input() -> bytes:
    """BatchNormalization of five channels behind a convolution that gives four."""
    return head(normalisation(["output"]), *statistics(5))


@fault("invalid-model", "enc/add1")
def shapes_do_not_broadcast() -> bytes:
    """A sum of 4 and 3 channels."""
    node = helper.make_node("Add", ["features", "offset"], ["output"], name="enc/add1")
    return head(node, tensor("offset", np.ones((3, 1, 1), np.float32)))


@fault("invalid-model", "enc/reshape1")
def reshape_of_another_size() -> bytes:
    """256 elements become 250."""
    node = helper.make_node("Reshape", ["features", "shape"], ["output"], name="enc/reshape1")
    return head(node, tensor("shape", np.array([1, 250])), output=["n", "c"])


@fault("invalid-model", "enc/flatten1")
def axis_out_of_range() -> bytes:
    """Flatten at axis 7 of a value with four."""
    return head(helper.make_node("Flatten", ["features"], ["output"], name="enc/flatten1", axis=7), output=["n", "c"])
