"""The ONNX project's own backend test cases, as models with inputs and the outputs that they must give."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import ModelProto, TensorProto, numpy_helper

# The operators that networks for pictures use when they are run, detectors and what exporters spell them with included.
CNN_OPERATORS = frozenset(
    """
    Abs Add ArgMax AveragePool BatchNormalization Cast Clip Concat Constant ConstantOfShape Conv ConvTranspose
    DepthToSpace Div Dropout Elu Equal Exp Expand Flatten Gather Gemm GlobalAveragePool GlobalMaxPool Greater
    HardSigmoid HardSwish Identity InstanceNormalization LRN LeakyRelu Less Log LogSoftmax LpPool MatMul Max MaxPool Min
    Mul Neg NonMaxSuppression PRelu Pad Pow ReduceMax ReduceMean ReduceMin ReduceSum Relu Reshape Resize Shape Sigmoid
    Slice Softmax SpaceToDepth Split Sqrt Squeeze Sub Tanh Tile TopK Transpose Unsqueeze Upsample Where
    """.split()
)
CNN_TYPES = {TensorProto.FLOAT, TensorProto.INT64, TensorProto.INT32, TensorProto.BOOL}

FOLDER_SUITES = ("simple", "pytorch-operator", "pytorch-converted")
SUITES = ("node", *FOLDER_SUITES, "light")


@dataclass(frozen=True)
class DataSet:
    """Arrays by name; a value that is no array (a sequence, a text) stands as None."""

    inputs: dict[str, np.ndarray | None]
    outputs: dict[str, np.ndarray | None]


@dataclass(frozen=True)
class BackendCase:
    suite: str
    name: str
    model: ModelProto
    data: list[DataSet]
    rtol: float = 1e-3
    atol: float = 1e-7

    @property
    def operators(self) -> list[str]:
        """The operators of the model, each once; those of another domain with its name."""
        names = {f"{node.domain}::{node.op_type}" if node.domain else node.op_type for node in self.model.graph.node}
        return sorted(names)

    @property
    def is_cnn_inference(self) -> bool:
        """Whether it is about floating-point arrays, inference, and operators that such networks use."""
        values = [*self.model.graph.input, *self.model.graph.output]
        types = {
            value.type.tensor_type.elem_type if value.type.WhichOneof("value") == "tensor_type" else None
            for value in values
        }
        trains = "training" in self.name or any(
            attribute.name == "training_mode" and attribute.i
            for node in self.model.graph.node
            for attribute in node.attribute
        )
        return (
            0 < len(self.operators)
            and set(self.operators) <= CNN_OPERATORS
            and types <= CNN_TYPES
            and TensorProto.FLOAT in types
            and not trains
        )


def collect(suite: str) -> Iterator[BackendCase]:
    """The cases of a suite, in order of their names."""
    if suite == "node":
        yield from _node_cases()
    elif suite == "light":
        yield from _light_cases()
    else:
        yield from _folder_cases(suite)


def _node_cases() -> Iterator[BackendCase]:
    """The node cases are generated, since the package does not carry them as files."""
    from onnx.backend.test.case.node import collect_testcases  # noqa: PLC0415 - takes seconds

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cases = collect_testcases(None)
    for case in sorted(cases, key=lambda case: case.name):
        graph = case.model.graph
        data = [
            DataSet(
                dict(zip((value.name for value in graph.input), map(_array, inputs), strict=False)),
                dict(zip((value.name for value in graph.output), map(_array, outputs), strict=False)),
            )
            for inputs, outputs in case.data_sets
        ]
        yield BackendCase("node", case.name, case.model, data, case.rtol, case.atol)


def _data_folder() -> Path:
    return Path(onnx.__file__).parent / "backend" / "test" / "data"


def _folder_cases(suite: str) -> Iterator[BackendCase]:
    for folder in sorted((_data_folder() / suite).iterdir()):
        if not (folder / "model.onnx").exists():
            continue
        model = onnx.load(folder / "model.onnx")
        data = [
            DataSet(
                _arrays(data_set, "input", model.graph.input),
                _arrays(data_set, "output", model.graph.output),
            )
            for data_set in sorted(folder.glob("test_data_set_*"))
        ]
        yield BackendCase(suite, folder.name, model, data)


def _light_cases() -> Iterator[BackendCase]:
    """Whole networks whose weights are all made by ConstantOfShape; the input is a ramp from 0 to 1."""
    for path in sorted((_data_folder() / "light").glob("*.onnx")):
        model = onnx.load(path)
        stored = {initializer.name for initializer in model.graph.initializer}
        inputs = {}
        for value in model.graph.input:
            if value.name not in stored:
                shape = [dimension.dim_value or 1 for dimension in value.type.tensor_type.shape.dim]
                count = int(np.prod(shape))
                inputs[value.name] = (np.arange(count).reshape(shape) / count).astype(np.float32)
        outputs = {
            value.name: _load(path.with_name(f"{path.stem}_output_{number}.pb"))
            for number, value in enumerate(model.graph.output)
        }
        yield BackendCase("light", path.stem, model, [DataSet(inputs, outputs)])


def _arrays(folder: Path, stem: str, values: list[onnx.ValueInfoProto]) -> dict[str, np.ndarray | None]:
    return {
        value.name: _load(folder / f"{stem}_{number}.pb")
        for number, value in enumerate(values)
        if (folder / f"{stem}_{number}.pb").exists()
    }


def _load(path: Path) -> np.ndarray | None:
    tensor = TensorProto()
    try:
        tensor.ParseFromString(path.read_bytes())
        return numpy_helper.to_array(tensor)
    except Exception:  # a sequence or another kind of value
        return None


def _array(value: object) -> np.ndarray | None:
    if isinstance(value, TensorProto):
        value = numpy_helper.to_array(value)
    if isinstance(value, np.generic):
        value = np.asarray(value)
    return value if isinstance(value, np.ndarray) else None
