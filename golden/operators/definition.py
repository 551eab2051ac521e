"""What one operator case is: a line of ONNX's text format, the shapes of what goes in, how exact the result must be."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import onnx
from onnx import helper, numpy_helper, parser

from ferrygolden.case import Tolerance

EXACT = Tolerance("elements are moved or chosen, never computed: every bit must be right", peak=0)
ROUNDED = Tolerance("float32 on a few dozen terms: a few units in the last place of the largest", peak=1e-6)

Extents = Sequence[int | str]


@dataclass(frozen=True)
class Definition:
    """One case.

    `body` is the graph in ONNX's text format, from its inputs to its outputs ("y" unless `outputs` says otherwise).
    `inputs` and `stored` give shapes, filled with seeded random numbers, or arrays. A dimension that is a word is a
    symbol; `sizes` says what it is in the golden run. `shift` and `scale` move and stretch the random inputs.
    """

    name: str
    body: str
    inputs: Mapping[str, Extents | np.ndarray]
    stored: Mapping[str, Extents | np.ndarray] = field(default_factory=dict)
    opset: int = 17
    outputs: Sequence[str] = ("y",)
    sizes: Mapping[str, int] = field(default_factory=dict)
    tolerance: Tolerance = ROUNDED
    shift: float = 0
    scale: float = 1
    external_data: bool = False

    @property
    def seed(self) -> int:
        return zlib.crc32(self.name.encode())

    def input_arrays(self) -> dict[str, np.ndarray]:
        """The golden inputs: float32, normally distributed around `shift` with the deviation `scale`."""
        random = np.random.default_rng(self.seed)

        def filled(extents: Extents) -> np.ndarray:
            shape = [self.sizes.get(size, size) for size in extents]
            return (random.normal(0, 1, shape) * self.scale + self.shift).astype(np.float32)

        return {
            name: given if isinstance(given, np.ndarray) else filled(given) for name, given in self.inputs.items()
        }

    def model(self, outputs: Mapping[str, np.ndarray] | None = None) -> onnx.ModelProto:
        """The ONNX model. Outputs are declared by type and rank alone, as exporters do where the batch is dynamic."""
        graph = parser.parse_graph(f"{self._graph_name} () => () {{ {self.body} }}")
        graph.initializer.extend(numpy_helper.from_array(array, name) for name, array in self._stored_arrays().items())
        graph.input.extend(_declared(name, extents) for name, extents in self.inputs.items())
        # In file format 3, the one of opsets 7 and 8, every stored tensor is an input as well.
        version = 3 if self.opset < 9 else 4 if self.opset < 13 else 8 if self.opset < 20 else 10
        if version == 3:
            graph.input.extend(
                helper.make_tensor_value_info(stored.name, stored.data_type, stored.dims)
                for stored in graph.initializer
            )
        for name in self.outputs:
            array = outputs[name] if outputs else np.zeros(())
            symbols = [f"{name}_dim_{axis}" for axis in range(array.ndim)]
            graph.output.append(_declared(name, symbols, array.dtype))
        imports = [helper.make_opsetid("", self.opset)]
        return helper.make_model(graph, producer_name="ferry-golden", opset_imports=imports, ir_version=version)

    @property
    def _graph_name(self) -> str:
        return self.name.replace("-", "_")

    def _stored_arrays(self) -> dict[str, np.ndarray]:
        """Weights shrink with the number of terms that they enter, so that results stay near 1."""
        random = np.random.default_rng(self.seed + 1)
        arrays = {}
        for name, extents in self.stored.items():
            if isinstance(extents, np.ndarray):
                arrays[name] = extents
            else:
                deviation = 1 / np.sqrt(max(np.prod(extents[1:]), 1))
                arrays[name] = random.normal(0, deviation, extents).astype(np.float32)
        return arrays


def variances(channels: int) -> np.ndarray:
    """Positive numbers for a BatchNormalization's variance."""
    return np.linspace(0.3, 1.9, channels, dtype=np.float32)


def integers(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


def scalar(value: float) -> np.ndarray:
    return np.array(value, np.float32)


def _declared(
    name: str, extents: Extents | np.ndarray, kind: np.dtype = np.dtype(np.float32)
) -> onnx.ValueInfoProto:
    if isinstance(extents, np.ndarray):
        extents, kind = extents.shape, extents.dtype
    # Expected numbers are float64 where the model's are float32.
    kind = np.dtype(np.float32) if np.issubdtype(kind, np.floating) else kind
    return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(kind), list(extents))
