"""PyTorch's dynamo exporter: the file, and the values of the exported program under the names that they have there.

The exporter names a value of the file after the node of the exported program (an FX graph, after the decompositions
that it makes for ONNX) that gives it. So running that program node by node gives the values, and no name has to be
guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import fx, nn
from torch.export.graph_signature import ConstantArgument, InputKind, OutputKind

from ferry_capture.errors import CaptureError, UsageError, first_line

Observer = Callable[[str, torch.Tensor], None]

LARGEST_BATCH = 1024


class DynamoProgram:
    """An exported program, whose nodes have the names of the file's values."""

    def __init__(self, program: torch.export.ExportedProgram, output_names: Sequence[str]) -> None:
        self.program = program
        clash = set(output_names) & self._inner_names()
        if clash:
            raise UsageError(
                f'the output name "{min(clash)}" is that of another value of the exported program',
                hint="name the outputs otherwise with --output-names",
            )

    def _inner_names(self) -> set[str]:
        """Names of the program's results that are no outputs."""
        outputs = {
            getattr(spec.arg, "name", None)
            for spec in self.program.graph_signature.output_specs
            if spec.kind == OutputKind.USER_OUTPUT
        }
        return {node.name for node in self.program.graph.nodes if node.op == "call_function"} - outputs

    def run(self, inputs: Sequence[torch.Tensor], kind: torch.dtype, observe: Observer) -> list[torch.Tensor]:
        """Computes the program in the floating-point type `kind` and shows every tensor to `observe`, with its name.

        Returns the outputs.
        """
        arguments, given = [], iter(inputs)
        for spec in self.program.graph_signature.input_specs:
            if isinstance(spec.arg, ConstantArgument):
                arguments.append(spec.arg.value)
            elif spec.kind == InputKind.USER_INPUT:
                arguments.append(_in_kind(next(given), kind))
            else:
                arguments.append(_in_kind(self._stored(spec.target), kind))
        interpreter = _Interpreter(self.program.graph_module, kind, observe)
        with torch.no_grad():
            results = interpreter.run(*arguments, enable_io_processing=False)
        specs = self.program.graph_signature.output_specs
        return [
            result
            for result, spec in zip(results, specs, strict=True)
            if spec.kind == OutputKind.USER_OUTPUT and isinstance(result, torch.Tensor)
        ]

    def _stored(self, target: str | None) -> Any:
        name = target or ""
        if name in self.program.state_dict:
            return self.program.state_dict[name]
        return self.program.constants[name]


class _Interpreter(fx.Interpreter):  # type: ignore[misc]
    """Runs the nodes one by one. Asked for double precision, it also turns each single precision that a node states."""

    def __init__(self, module: fx.GraphModule, kind: torch.dtype, observe: Observer) -> None:
        super().__init__(module)
        self._kind = kind
        self._observe = observe

    def call_function(self, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if not _has_tensor((args, kwargs)):
            # A constant of the file: it has been rounded to the stated precision.
            return _in_kind(super().call_function(target, args, kwargs), self._kind)
        return super().call_function(target, self._stated_kind(args), self._stated_kind(kwargs))

    def run_node(self, n: fx.Node) -> Any:
        result = super().run_node(n)
        if n.op == "call_function":
            if isinstance(result, torch.Tensor):
                self._observe(n.name, result)
            elif isinstance(result, list | tuple):
                for number, part in enumerate(result):
                    if isinstance(part, torch.Tensor):
                        self._observe(f"{n.name}__{number}", part)
        return result

    def _stated_kind(self, value: Any) -> Any:
        if value is torch.float32:
            return self._kind
        if isinstance(value, list | tuple):
            return type(value)(self._stated_kind(part) for part in value)
        if isinstance(value, dict):
            return {key: self._stated_kind(part) for key, part in value.items()}
        return value


def _has_tensor(value: Any) -> bool:
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, list | tuple):
        return any(map(_has_tensor, value))
    return isinstance(value, torch.Tensor)


def _in_kind(value: Any, kind: torch.dtype) -> Any:
    return value.detach().to(kind) if isinstance(value, torch.Tensor) and value.dtype == torch.float32 else value


def export(  # noqa: PLR0913 -- an export is that many things
    module: nn.Module,
    inputs: Sequence[torch.Tensor],
    path: Path,
    *,
    opset: int | None,
    dynamic_batch: bool,
    folded: bool,
    external_data: bool,
    input_names: Sequence[str],
    output_names: Sequence[str],
) -> DynamoProgram:
    """Writes the ONNX file."""
    examples = tuple(inputs)
    shapes: Any = None
    if dynamic_batch:
        # A batch of one in the example would be taken for a constant.
        examples = tuple(torch.cat([example, example]) if example.shape[0] == 1 else example for example in examples)
        batch = torch.export.Dim("batch", min=1, max=LARGEST_BATCH)
        shapes = tuple({0: batch} for _ in examples)
    try:
        written = torch.onnx.export(
            module,
            examples,
            dynamo=True,
            verbose=False,
            optimize=folded,
            opset_version=opset,
            input_names=list(input_names),
            output_names=list(output_names),
            dynamic_shapes=shapes,
        )
        if written is None or written.exported_program is None:
            raise CaptureError("PyTorch's dynamo exporter gave no program")
        written.save(str(path), external_data=external_data)
    except CaptureError:
        raise
    except OSError:
        raise
    except Exception as problem:
        raise CaptureError(
            f"PyTorch's dynamo exporter refuses the module: {cause(problem)}",
            hint="--exporter torchscript may take it"
            + (", or a fixed batch (without --dynamic-batch)" if dynamic_batch else ""),
        ) from problem
    return DynamoProgram(written.exported_program, output_names)


def cause(problem: BaseException) -> str:
    """What an exporter's error is about: the innermost exception's first line."""
    while problem.__cause__ is not None:
        problem = problem.__cause__
    text = first_line(problem)
    return text if len(text) <= 300 else text[:300].rsplit(" ", 1)[0] + " …"
