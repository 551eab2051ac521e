"""Graphs that do not hang together."""

from __future__ import annotations

from onnx import helper

from invalid.registry import fault
from invalid.sound import bias, conv, model, relu, tensor, value, weight


@fault("invalid-model", "enc/conv1_out")
def duplicate_value() -> bytes:
    """Two nodes give a value of the same name."""
    second = conv()
    second.name = "enc/conv2"
    return model([conv(), second, relu()]).SerializeToString()


@fault("invalid-model", "enc.conv1.bias")
def duplicate_initializer() -> bytes:
    """Two stored tensors of the same name."""
    stored = [tensor("enc.conv1.weight", weight()), tensor("enc.conv1.bias", bias()), tensor("enc.conv1.bias", -bias())]
    return model([conv(), relu()], stored).SerializeToString()


@fault("invalid-model", "enc.conv1.bias")
def value_hides_initializer() -> bytes:
    """A node gives a value with the name of a stored tensor."""
    return model([conv(), relu(), relu("output", "enc.conv1.bias")]).SerializeToString()


@fault("invalid-model", "enc/conv1_out", "enc/relu1")
def unordered_nodes() -> bytes:
    """A node stands before the one that it reads from."""
    return model([relu(), conv()]).SerializeToString()


@fault("invalid-model", "enc/add1")
def cycle() -> bytes:
    """Two nodes read from each other."""
    nodes = [
        conv(),
        helper.make_node("Add", ["enc/conv1_out", "output"], ["sum"], name="enc/add1"),
        relu("sum"),
    ]
    return model(nodes).SerializeToString()


@fault("invalid-model", "nowhere", "enc/relu1")
def unknown_input() -> bytes:
    """A node reads a value that nobody gives."""
    return model([conv(), relu("nowhere")]).SerializeToString()


@fault("invalid-model", "nowhere")
def unknown_output() -> bytes:
    """An output of the graph that nobody gives."""
    return model([conv(), relu()], outputs=[value("nowhere", [1, 4, 8, 8])]).SerializeToString()


@fault("invalid-model", "output")
def no_outputs() -> bytes:
    """A graph without outputs."""
    return model([conv(), relu()], outputs=[]).SerializeToString()
