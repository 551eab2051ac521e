"""Walks a graph in order and keeps every value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

Array = np.ndarray


@dataclass(frozen=True)
class Call:
    """One node with its inputs at hand. Inputs are arrays, floating-point ones float64; one that is left out is None.

    `outputs` is how many outputs the node names.
    """

    opset: int
    attributes: Mapping[str, Any]
    inputs: tuple[Any, ...]
    outputs: int = 1

    def get(self, name: str, default: Any = None) -> Any:
        """An attribute, or `default` where the node has none of that name. Strings come as str, tensors as arrays."""
        return self.attributes.get(name, default)

    def optional(self, position: int) -> Array | None:
        """An input that may be left out."""
        return self.inputs[position] if position < len(self.inputs) else None

    def integers(self, name: str, position: int, since: int) -> list[int] | None:
        """A list of integers that was an attribute and became the input `position` with opset `since`."""
        if self.opset < since:
            return self.get(name)
        values = self.optional(position)
        return None if values is None else [int(value) for value in values.ravel()]


Operator = Callable[[Call], Array | tuple[Array, ...]]
OPERATORS: dict[str, Operator] = {}


def operator(*names: str) -> Callable[[Operator], Operator]:
    """Registers a function as the meaning of one or several operators; it returns the node's first output, or a tuple."""

    def register(function: Operator) -> Operator:
        OPERATORS.update(dict.fromkeys(names, function))
        return function

    return register


def evaluate(model: onnx.ModelProto, inputs: Mapping[str, Array]) -> dict[str, Array]:
    """Every value of the graph by name, floating-point ones in float64: inputs, weights, nodes' outputs."""
    opset = next(entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx"))
    values = {tensor.name: widened(numpy_helper.to_array(tensor)) for tensor in model.graph.initializer}
    values |= {name: widened(array) for name, array in inputs.items()}
    for node in model.graph.node:
        attributes = {entry.name: _attribute(entry) for entry in node.attribute}
        arguments = tuple(values[name] if name else None for name in node.input)
        with np.errstate(over="ignore"):
            results = OPERATORS[node.op_type](Call(opset, attributes, arguments, len(node.output)))
        for name, result in zip(node.output, results if isinstance(results, tuple) else (results,), strict=False):
            values[name] = np.asarray(result)
    return values


def widened(array: Array) -> Array:
    return array.astype(np.float64) if np.issubdtype(array.dtype, np.floating) else array


def _attribute(entry: onnx.AttributeProto) -> Any:
    value = helper.get_attribute_value(entry)
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, onnx.TensorProto):
        return widened(numpy_helper.to_array(value))
    return list(value) if entry.type in (onnx.AttributeProto.INTS, onnx.AttributeProto.FLOATS) else value
