"""Operators and operator sets that Ferry does not know."""

from __future__ import annotations

import numpy as np
from onnx import helper

from invalid.registry import fault
from invalid.sound import OPSET, conv, head, model, relu, tensor, value


@fault("unknown-operator", "GridWarp", "enc/warp1")
def unknown_operator() -> bytes:
    """An operator that the standard does not have."""
    return head(helper.make_node("GridWarp", ["features"], ["output"], name="enc/warp1"))


@fault("unknown-operator", "GridWarp", "enc/warp1", "Retinex", "enc/retinex1")
def unknown_operators() -> bytes:
    """Two unknown operators: the error lists both."""
    nodes = [
        conv(),
        helper.make_node("GridWarp", ["enc/conv1_out"], ["warped"], name="enc/warp1"),
        helper.make_node("Retinex", ["warped"], ["output"], name="enc/retinex1"),
    ]
    return model(nodes).SerializeToString()


@fault("unknown-operator", "FusedConv", "com.microsoft", "enc/conv1")
def unknown_domain() -> bytes:
    """An operator of another domain, as an optimiser writes it."""
    node = conv(activation="Relu")
    node.op_type, node.domain = "FusedConv", "com.microsoft"
    node.output[0] = "output"
    return model([node], opsets={"": OPSET, "com.microsoft": 1}).SerializeToString()


@fault("unknown-operator", "If", "enc/if1")
def control_flow() -> bytes:
    """A branch with two graphs inside a node."""
    branch = helper.make_graph([relu("features", "y")], "branch", [], [value("y", [1, 4, 8, 8])])
    node = helper.make_node("If", ["choice"], ["output"], name="enc/if1", then_branch=branch, else_branch=branch)
    return head(node, tensor("choice", np.array(True)))


@fault("unsupported-opset", "5")
def opset_5() -> bytes:
    """An operator set that no exporter of these networks has written for years."""
    return model([conv(), relu()], opsets={"": 5}).SerializeToString()


@fault("unsupported-opset", "99")
def opset_99() -> bytes:
    """An operator set that does not exist yet."""
    return model([conv(), relu()], opsets={"": 99}).SerializeToString()
