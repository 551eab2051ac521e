"""PyTorch's TorchScript exporter: the file, and the traced graph's values under the names that they have there.

This exporter names values after modules (/features/conv/Conv_output_0) and does so at its very end, when nothing tells
any more which of PyTorch's operations a value came from. Two looks into it find out:

- before the traced graph of PyTorch's operations is translated, each of its values gets a name of its own, which the
  exporter carries along (through the folding of a BatchNormalization too: the folded convolution bears the name of
  the BatchNormalization's result);
- when the final names are given, old and new ones are read side by side.

The file that comes out is, byte for byte, the one that torch.onnx.export writes by itself. The traced graph is then run
operation by operation.
"""

from __future__ import annotations

import contextlib
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ferry_capture.errors import CaptureError, counted
from ferry_capture.torch_dynamo import Observer, cause

DEFAULT_OPSET = 17
_TRANSLATION = "_jit_pass_erase_number_types"  # the last step at which the graph is PyTorch's own
_NAMING = "_jit_pass_onnx_assign_scoped_names_for_node_and_value"
_MARK = re.compile(r"ferryvalue\d+x")
_SINGLE, _DOUBLE = 6, 7  # torch.float32 and torch.float64 as TorchScript's numbers


class TracedGraph:
    """The traced graph, and the names in the file of those of its values that are there.

    `warnings` tell what the tracer said about values that it took for constants.
    """

    def __init__(
        self, graph: Any, names: Mapping[str, Sequence[str]], state: Mapping[str, torch.Tensor], said: Sequence[str]
    ) -> None:
        self.graph = graph
        self.names = names
        self.state = state
        self.warnings = tuple(
            f"the tracer said {counted(len(said), 'thing')}, the first of them: {text}" for text in said[:1]
        )

    def run(self, inputs: Sequence[torch.Tensor], kind: torch.dtype, observe: Observer) -> list[torch.Tensor]:
        """Computes the graph in the floating-point type `kind` and shows every tensor that the file has to `observe`.

        What depends on an operation that cannot be run by itself is passed over. Returns the outputs, or an empty list
        if one of them is passed over.
        """
        environment: dict[str, Any] = {}
        for number, value in enumerate(self.graph.inputs()):
            name = value.debugName()
            if number < len(inputs):
                environment[name] = _in_kind(inputs[number], kind)
            elif name in self.state:
                environment[name] = _in_kind(self.state[name], kind)
        last_use = self._last_uses()
        with torch.no_grad():
            for number, node in enumerate(self.graph.nodes()):
                for value, result in zip(node.outputs(), _results(node, environment, kind), strict=False):
                    name = value.debugName()
                    environment[name] = result
                    if isinstance(result, torch.Tensor):
                        for exported in self.names.get(name, ()):
                            observe(exported, result)
                for name in last_use.get(number, ()):
                    environment.pop(name, None)
        outputs = [environment.get(value.debugName()) for value in self.graph.outputs()]
        flat = [tensor for output in outputs for tensor in _flat(output)]
        return flat if all(isinstance(tensor, torch.Tensor) for tensor in flat) else []

    def _last_uses(self) -> dict[int, list[str]]:
        """By a node's number, the values that nothing after it reads."""
        last: dict[str, int] = {}
        for number, node in enumerate(self.graph.nodes()):
            for value in (*node.inputs(), *node.outputs()):
                last[value.debugName()] = number
        kept = {value.debugName() for value in self.graph.outputs()}
        uses: dict[int, list[str]] = {}
        for name, number in last.items():
            if name not in kept:
                uses.setdefault(number, []).append(name)
        return uses


def export(  # noqa: PLR0913 -- an export is that many things
    module: nn.Module,
    inputs: Sequence[torch.Tensor],
    path: Path,
    *,
    opset: int | None,
    dynamic_batch: bool,
    folded: bool,
    input_names: Sequence[str],
    output_names: Sequence[str],
) -> TracedGraph:
    """Writes the ONNX file."""
    axes = {name: {0: "batch"} for name in (*input_names, *output_names)} if dynamic_batch else None
    watch = _Watch()
    try:
        with warnings.catch_warnings(record=True) as said, watch.installed():
            warnings.simplefilter("always")
            torch.onnx.export(
                module,
                tuple(inputs),
                str(path),
                dynamo=False,
                opset_version=opset or DEFAULT_OPSET,
                do_constant_folding=folded,
                input_names=list(input_names),
                output_names=list(output_names),
                dynamic_axes=axes,
            )
    except CaptureError:
        raise
    except OSError:
        raise
    except Exception as problem:
        raise CaptureError(
            f"PyTorch's TorchScript exporter refuses the module: {cause(problem)}",
            hint="--exporter dynamo may take it",
        ) from problem
    if watch.graph is None or not watch.named:
        raise CaptureError(
            f"the TorchScript exporter of PyTorch {torch.__version__} works otherwise than this tool knows",
            supported="PyTorch 2.9 to 2.13",
            hint="--exporter dynamo, or the ONNX file itself: ferry-capture onnx",
        )
    baked = [
        str(warning.message).splitlines()[0]
        for warning in said
        if issubclass(warning.category, torch.jit.TracerWarning)
    ]
    return TracedGraph(watch.graph, watch.names, module.state_dict(), baked)


class _Watch:
    """Follows values through one export."""

    def __init__(self) -> None:
        self.graph: Any = None
        self.names: dict[str, list[str]] = {}
        self.named = False
        self._originals: dict[str, str] = {}

    @contextlib.contextmanager
    def installed(self) -> Iterator[None]:
        """While this is open, the exporter's two steps tell what they see."""
        steps: dict[str, Callable[..., Any]] = {}
        for name, wrapper in ((_TRANSLATION, self._mark), (_NAMING, self._read_names)):
            step = getattr(torch._C, name, None)
            if step is None:
                continue
            steps[name] = step
            setattr(torch._C, name, self._around(wrapper, step))
        try:
            yield
        finally:
            for name, step in steps.items():
                setattr(torch._C, name, step)

    @staticmethod
    def _around(wrapper: Callable[..., Any], step: Callable[..., Any]) -> Callable[..., Any]:
        return lambda graph, *arguments, **options: wrapper(step, graph, *arguments, **options)

    def _mark(self, step: Callable[..., Any], graph: Any, *arguments: Any, **options: Any) -> Any:
        if self.graph is None:
            for node in graph.nodes():
                for value in node.outputs():
                    mark = f"ferryvalue{len(self._originals)}x"
                    self._originals[mark] = value.debugName()
                    value.setDebugName(mark)
            self.graph = graph.copy()
        return step(graph, *arguments, **options)

    def _read_names(self, step: Callable[..., Any], graph: Any, *arguments: Any, **options: Any) -> Any:
        marks = [value.debugName() for node in graph.nodes() for value in node.outputs()]
        result = step(graph, *arguments, **options)
        for mark, value in zip(marks, (value for node in graph.nodes() for value in node.outputs()), strict=True):
            if _MARK.fullmatch(value.debugName()):
                # No module's: it keeps the name that the exporter alone would have left it.
                original = self._originals[value.debugName()]
                value.setDebugName(f"onnx::Value_{original}" if original.isdecimal() else original)
            if mark in self._originals:
                self.names.setdefault(mark, []).append(value.debugName())
        self.named = True
        return result


# Running a graph


class _Unknown:
    """Stands for a value that cannot be computed here."""


_UNKNOWN = _Unknown()


def _results(  # noqa: PLR0911 -- a table
    node: Any, environment: Mapping[str, Any], kind: torch.dtype
) -> Sequence[Any]:
    """The node's results, none where they cannot be computed."""
    operator = node.kind()
    if operator == "prim::Constant":
        (output,) = node.outputs()
        return [_in_kind(output.toIValue(), kind)]
    inputs = [environment.get(value.debugName(), _UNKNOWN) for value in node.inputs()]
    if any(entry is _UNKNOWN for entry in inputs):
        return []
    if operator in ("prim::ListConstruct", "prim::TupleConstruct"):
        return [list(inputs) if operator == "prim::ListConstruct" else tuple(inputs)]
    if operator in ("prim::ListUnpack", "prim::TupleUnpack"):
        return list(inputs[0])
    if operator == "prim::ConstantChunk":
        return list(torch.chunk(inputs[0], node.i("chunks"), node.i("dim")))
    if operator == "prim::NumToTensor":
        return [torch.as_tensor(inputs[0])]
    if operator in ("aten::Int", "aten::IntImplicit"):
        return [int(inputs[0])]
    if operator in ("aten::Float", "aten::FloatImplicit"):
        return [float(inputs[0])]
    if operator == "aten::Bool":
        return [bool(inputs[0])]
    if operator == "aten::ScalarImplicit":
        return [inputs[0].item()]
    if operator == "aten::size" and len(inputs) == 1:
        return [list(inputs[0].shape)]
    if operator == "aten::size":
        return [inputs[0].shape[inputs[1]]]
    return _called(node, operator, inputs, kind)


def _called(node: Any, operator: str, inputs: list[Any], kind: torch.dtype) -> Sequence[Any]:
    """The results of one of PyTorch's operations."""
    namespace, _, name = operator.partition("::")
    if namespace in ("prim", "onnx"):
        return []  # TorchScript's own, which no call reaches
    try:
        schema = torch._C.parse_schema(node.schema())
        function = getattr(getattr(getattr(torch.ops, namespace), name), schema.overload_name or "default")
    except (AttributeError, RuntimeError):
        return []
    positional, named = [], {}
    for argument, value in zip(schema.arguments, inputs, strict=False):
        stated = _DOUBLE if argument.name == "dtype" and value == _SINGLE and kind == torch.float64 else value
        if argument.kwarg_only:
            named[argument.name] = stated
        else:
            positional.append(stated)
    result = function(*positional, **named)
    return result if isinstance(result, list | tuple) and node.outputsSize() > 1 else [result]


def _in_kind(value: Any, kind: torch.dtype) -> Any:
    return value.detach().to(kind) if isinstance(value, torch.Tensor) and value.dtype == torch.float32 else value


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, list | tuple):
        for part in value:
            yield from _flat(part)
    else:
        yield value
