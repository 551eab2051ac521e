"""Element-wise operators, reductions and repetition whose attributes or sizes cannot be."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import helper

from invalid.registry import fault
from invalid.sound import conv, head, model, relu, tensor


def behind(kind: str, *stored: np.ndarray, opset: int = 17, outputs: tuple[str, ...] = ("output",), **attributes: Any) -> bytes:
    """The sound network with a node behind it that reads its features and stored tensors."""
    names = [f"stored{number}" for number in range(len(stored))]
    node = helper.make_node(kind, ["features", *names], list(outputs), name="enc/node1", **attributes)
    data = head(node, *(tensor(name, array) for name, array in zip(names, stored, strict=True)))
    broken = model([]).FromString(data)
    broken.opset_import[0].version = opset
    return broken.SerializeToString()


def alone(kind: str, *stored: np.ndarray, **attributes: Any) -> bytes:
    """A node that reads stored tensors alone and is added to the sound network's features."""
    names = [f"stored{number}" for number in range(len(stored))]
    nodes = [
        helper.make_node(kind, names, ["computed"], name="enc/node1", **attributes),
        helper.make_node("Add", ["features", "computed"], ["output"], name="enc/add1"),
    ]
    rest = model([]).FromString(head(nodes[1], *(tensor(n, array) for n, array in zip(names, stored, strict=True))))
    del rest.graph.node[:]
    rest.graph.node.extend([conv(), relu(target="features"), *nodes])
    return rest.SerializeToString()


@fault("unsupported-attribute", "fmod", "opset 17", "enc/node1")
def remainder_of_floats_without_fmod() -> bytes:
    """Mod of floating-point values rounding down, which opset 28 defines and opset 17 does not."""
    return behind("Mod", np.float32(2), fmod=0)


@fault("unsupported-attribute", "approximate", "erf", "enc/node1")
def unknown_approximation() -> bytes:
    """An approximation of Gelu that the standard does not have."""
    return behind("Gelu", opset=20, approximate="erf")


@fault("invalid-model", "3 equal parts", "enc/node1")
def split_leaves_a_rest() -> bytes:
    """Four channels in three equal parts, at an opset without a smaller last part."""
    return behind("Split", opset=13, outputs=("output", "b", "c"), axis=1)


@fault("invalid-model", "Split of 4 into 2 outputs", "enc/node1")
def split_sizes_contradict_input() -> bytes:
    """Sizes that come to five for four channels."""
    return behind("Split", np.array([2, 3]), outputs=("output", "b"), axis=1)


@fault("invalid-model", "twice", "enc/node1")
def reduction_names_an_axis_twice() -> bytes:
    """Axes 1 and -3 of four are the same."""
    return behind("ReduceL2", axes=[1, -3])


@fault("invalid-model", "Range steps by 0", "enc/node1")
def range_without_step() -> bytes:
    """A count that never arrives."""
    return alone("Range", np.int64(0), np.int64(4), np.int64(0))


@fault("memory-budget", "Range of constants makes", "enc/node1")
def range_bomb() -> bytes:
    """Three numbers that ask for 400 MB."""
    return alone("Range", np.float32(0), np.float32(1e8), np.float32(1))


@fault("memory-budget", "Tile of constants makes", "enc/node1")
def tile_bomb() -> bytes:
    """One number repeated to 4 GB."""
    return alone("Tile", np.ones((1, 1), np.float32), np.array([1 << 15, 1 << 15]))


@fault("memory-budget", "Expand of constants makes", "enc/node1")
def expand_bomb() -> bytes:
    """One number broadcast to 4 GB."""
    return alone("Expand", np.float32(1), np.array([1 << 15, 1 << 15]))


@fault("memory-budget", "Expand of constants makes", "enc/node1")
def expand_bomb_of_integers() -> bytes:
    """One integer broadcast to 8 GB."""
    return alone("Expand", np.int64(1), np.array([1 << 15, 1 << 15]))


@fault("invalid-model", "target sizes", "enc/node1")
def expand_to_a_negative_size() -> bytes:
    """-1, as PyTorch's expand takes it and the standard does not."""
    return behind("Expand", np.array([-1, 4, 8, 8]))


@fault("invalid-model", "MatMul", "scalar", "enc/node1")
def product_with_a_number() -> bytes:
    """A matrix product with a number."""
    return behind("MatMul", np.float32(2))
