"""Reads ONNX files: what goes in and out, and which values depend on what the inputs hold."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ferry_capture.errors import CaptureError, counted, first_line, required
from ferry_capture.inputs import Extent, InputSpec

if TYPE_CHECKING:
    import onnx

SMALL_TENSOR = 256  # elements
LARGEST_FILE = (1 << 31) - 1  # what a protocol buffer can hold


class Dependence(Enum):
    """What a value depends on. The greatest of a node's inputs is that of its outputs, but for Shape and Size."""

    NOTHING = 0
    SHAPES = 1
    DATA = 2


@dataclass(frozen=True)
class GraphValue:
    """A result of a node of the main graph."""

    name: str
    operator: str
    dependence: Dependence


def load(path: Path) -> onnx.ModelProto:
    """The model. Of the data in files beside it only small tensors are read: shapes and axes may be among them."""
    package = required("onnx", "onnx", "reading ONNX files")
    size = _size(path)
    if size > LARGEST_FILE:
        raise CaptureError(
            f"{path.name} has {size / 1e9:.1f} GB, and no ONNX file can have more than 2 GB",
            hint="export it with external data: the weights in a file of their own beside it",
        )
    try:
        model = package.load(str(path), load_external_data=False)
    except Exception as problem:
        raise CaptureError(f"{path.name} cannot be read as an ONNX file: {first_line(problem)}") from problem
    if not model.graph.node or not model.opset_import:
        raise CaptureError(f"{path.name} is no ONNX model: it has no nodes or no opset")
    _read_small_tensors(model, path)
    return model


def _read_small_tensors(model: onnx.ModelProto, path: Path) -> None:
    helper = required("onnx.external_data_helper", "onnx", "reading ONNX files")
    for tensor in model.graph.initializer:
        if not helper.uses_external_data(tensor) or math.prod(tensor.dims) > SMALL_TENSOR:
            continue
        try:
            helper.load_external_data_for_tensor(tensor, str(path.resolve().parent))
        except Exception as problem:
            raise CaptureError(
                f'the data of "{tensor.name}" cannot be read: {first_line(problem)}',
                at=path.name,
                hint="the file with external data belongs beside the model",
            ) from problem
        tensor.data_location = 0  # in the model itself
        del tensor.external_data[:]


def _size(path: Path) -> int:
    try:
        if path.is_dir():
            raise CaptureError(f"{path} is a folder", supported="an .onnx file")
        return path.stat().st_size
    except FileNotFoundError as problem:
        raise CaptureError(f"{path} is not there") from problem


def input_specs(model: onnx.ModelProto) -> list[InputSpec]:
    """The inputs that a caller gives: older files list their weights as inputs too."""
    constant = {tensor.name for tensor in model.graph.initializer}
    constant |= {tensor.values.name for tensor in model.graph.sparse_initializer}
    specs = []
    for value in model.graph.input:
        if value.name in constant:
            continue
        if not value.type.HasField("tensor_type"):
            raise CaptureError(f'input "{value.name}" is no tensor', supported="tensors")
        tensor = value.type.tensor_type
        shape: tuple[Extent, ...] | None = None
        if tensor.HasField("shape"):
            shape = tuple(_extent(dimension) for dimension in tensor.shape.dim)
        specs.append(InputSpec(value.name, shape, element_type(tensor.elem_type)))
    return specs


def _extent(dimension: Any) -> Extent:
    if dimension.HasField("dim_value") and dimension.dim_value > 0:
        return int(dimension.dim_value)
    return dimension.dim_param or None


def element_type(number: int) -> np.dtype[Any]:
    """ONNX's number of an element type as NumPy's type."""
    helper = required("onnx.helper", "onnx", "reading ONNX files")
    try:
        found: np.dtype[Any] = np.dtype(helper.tensor_dtype_to_np_dtype(number))
        return found
    except (KeyError, TypeError, ValueError) as problem:
        raise CaptureError(f"the element type {number} of ONNX has no counterpart in NumPy") from problem


def values(model: onnx.ModelProto) -> list[GraphValue]:
    """Every result of every node of the main graph, in its order, with what it depends on."""
    graph = model.graph
    levels = dict.fromkeys((spec.name for spec in input_specs(model)), Dependence.DATA)
    found = []
    for node in graph.node:
        read = list(_reads(node))
        standard = node.domain in ("", "ai.onnx")
        if node.op_type == "CastLike" and standard:
            read = read[:2]  # of its second operand it only takes the type
        level = max((levels.get(name, Dependence.NOTHING) for name in read), key=lambda entry: entry.value)
        if node.op_type in ("Shape", "Size") and standard:
            level = min(level, Dependence.SHAPES, key=lambda entry: entry.value)
        for name in filter(None, node.output):
            levels[name] = level
            found.append(GraphValue(name, node.op_type, level))
    return found


def _reads(node: Any) -> Iterator[str]:
    """What a node reads, and what the graphs within it read from outside. Never empty."""
    yield ""
    yield from node.input
    for inner in _graphs(node):
        for inner_node in inner.node:
            yield from _reads(inner_node)


def _graphs(node: Any) -> Iterator[Any]:
    for attribute in node.attribute:
        if attribute.HasField("g"):
            yield attribute.g
        yield from attribute.graphs


def inner_values(model: onnx.ModelProto) -> list[str]:
    """Names of the values in the branches and bodies of If, Loop and Scan, which no session can give."""

    def within(graph: Any) -> Iterator[str]:
        for node in graph.node:
            yield from filter(None, node.output)
            for inner in _graphs(node):
                yield from within(inner)

    return [name for node in model.graph.node for graph in _graphs(node) for name in within(graph)]


def with_outputs(model: onnx.ModelProto, names: list[str], shapes: dict[str, tuple[int, ...]]) -> onnx.ModelProto:
    """A copy whose outputs are the values of that name, in place of the model's own.

    `shapes` replaces declared shapes of inputs; what the file says of the shapes of other values is then forgotten.
    """
    package = required("onnx", "onnx", "reading ONNX files")
    copy = package.ModelProto()
    copy.CopyFrom(model)
    known = {value.name: value for value in model.graph.output}
    del copy.graph.output[:]
    for name in names:
        value = copy.graph.output.add()
        if name in known:
            value.CopyFrom(known[name])
            if shapes and value.type.HasField("tensor_type"):
                value.type.tensor_type.ClearField("shape")
        else:
            value.name = name  # its type is for the runtime to find
    if shapes:
        del copy.graph.value_info[:]
    for value in copy.graph.input:
        if value.name in shapes:
            value.type.tensor_type.shape.ClearField("dim")
            for extent in shapes[value.name]:
                value.type.tensor_type.shape.dim.add().dim_value = extent
    return copy


def inferred_types(path: Path) -> dict[str, np.dtype[Any]]:
    """Element types of values, as far as ONNX's own inference finds them."""
    package = required("onnx", "onnx", "reading ONNX files")
    model = load(path)
    with contextlib.suppress(Exception):  # then what the file itself says must do
        model = package.shape_inference.infer_shapes(model)
    types = {}
    for value in (*model.graph.value_info, *model.graph.output, *model.graph.input):
        number = value.type.tensor_type.elem_type
        if value.type.HasField("tensor_type") and number:
            types[value.name] = element_type(number)
    return types


def describe_nodes(names: list[GraphValue]) -> str:
    """`23 Sigmoid, 4 Mul`: how often which operator stands there, the most frequent first."""
    counts: dict[str, int] = {}
    for value in names:
        counts[value.operator] = counts.get(value.operator, 0) + 1
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    listed = ", ".join(f"{count} {operator}" for operator, count in ordered[:5])
    return listed + (f" and {counted(len(ordered) - 5, 'other operator')}" if len(ordered) > 5 else "")
