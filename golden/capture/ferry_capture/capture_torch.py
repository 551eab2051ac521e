"""Exports a PyTorch module to ONNX and captures inputs, outputs and layers under the names that the file gives them.

    from ferry_capture import capture_torch

    capture_torch.capture(network.eval(), torch.randn(1, 3, 224, 224), "golden")

All values are PyTorch's own: the exported program (or the traced graph) is run operation by operation. Where ONNX
Runtime is installed, it runs the file too, and a value that it has otherwise under its name is left out with a warning.
"""

from __future__ import annotations

import contextlib
import io
import logging
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ferry_capture import machine, onnx_graph, torch_check, torch_modules
from ferry_capture.case import Array, CaseWriter, Producer, Tolerance, peak_error, storable
from ferry_capture.errors import CaptureError, UsageError, counted, first_line, required
from ferry_capture.inputs import Inputs
from ferry_capture.onnx_files import FileValues, clean
from ferry_capture.progress import Progress
from ferry_capture.report import (
    Report,
    input_values,
    noise_warning,
    not_finite_warning,
    output_values,
    verification,
)
from ferry_capture.selection import Account, LayerSelection

EXPORTERS = ("dynamo", "torchscript")
MODEL_FILE = "model.onnx"


@dataclass(frozen=True)
class Options:
    """How the file is written and what is captured.

    - `exporter` is "dynamo", PyTorch's own default: it is the one that is maintained, and its exported program is
      public. "torchscript" names values after modules and knows older opsets.
    - `opset` None is the exporter's default.
    - `folded` False leaves BatchNormalization as it is.
    - `float64` computes the expected values in float64.
    - `check` compares with ONNX Runtime where it is installed.
    - `input_names`, `output_names`: else `input` and `output`, or for several those of `forward`, and `output_0`, …
    """

    exporter: str = "dynamo"
    opset: int | None = None
    dynamic_batch: bool = False
    folded: bool = True
    external_data: bool = False
    float64: bool = False
    input_names: Sequence[str] = ()
    output_names: Sequence[str] = ()
    layers: LayerSelection = field(default_factory=LayerSelection)
    check: bool = True
    name: str | None = None
    tolerance: Tolerance | None = None
    overwrite: bool = False


def capture(
    module: Any,
    inputs: Any,
    folder: str | Path,
    options: Options | None = None,
    progress: Progress | None = None,
) -> Report:
    """Writes FOLDER/model.onnx and the golden case beside it.

    Args:
        module: a torch.nn.Module in evaluation mode, on the CPU, with float32 parameters. It is not changed.
        inputs: what the module is called with: a tensor, an array, pictures (`ferry_capture.pictures.load`), or a
            sequence of these, one for each argument; or what `ferry_capture.inputs.resolve` gives.
        folder: made when missing.
        options: how the file is written and what is captured.
        progress: says what goes on.

    Raises:
        CaptureError: when the module, the inputs or the folder are not as they must be, or the exporter refuses.
    """
    torch = torch_modules.pytorch()
    required("onnx", "torch", "exporting to ONNX")
    options, progress, folder = options or Options(), progress or Progress(quiet=True), Path(folder)
    start = time.monotonic()
    _check_options(options)
    torch_modules.check_module(module)
    if not isinstance(inputs, Inputs):
        inputs = torch_modules.example_inputs(module, inputs, options.input_names)
    tensors = [torch.from_numpy(np.array(array)) for array in inputs.arrays.values()]
    if options.dynamic_batch and len({tensor.shape[:1] for tensor in tensors}) > 1:
        raise CaptureError("the inputs differ in their first axis, so that it cannot be a common batch")

    with torch_modules.one_thread(), CaseWriter(folder, overwrite=options.overwrite) as writer:
        progress.say("running the module")
        single = torch_modules.outputs(module, tensors)
        names = _output_names(options, len(single))
        progress.say(f"exporting with {options.exporter}")
        exported = _export(writer, module, tensors, options, list(inputs.arrays), names)
        progress.say("capturing layers")
        account = Account()
        captured = _capture_layers(writer, exported, tensors, options, account)
        answers = _answers(module, tensors, single, captured.outputs, names, options)
        writer.add_inputs(inputs.arrays)
        outputs = _stored(names, answers)
        writer.add_outputs(outputs)
        noise = _add_reference(writer, _stored(names, single), outputs) if options.float64 else None
        check = torch_check.Check(None)
        if options.check:
            progress.say("checking with ONNX Runtime")
            check = torch_check.check(exported.path, inputs.arrays, outputs, captured.names, writer)
        _settle(writer, exported.file, captured, check.doubted, account)
        writer.add_preprocessing(inputs.pictures)
        digest = machine.sha256_of(exported.path)
        versions = machine.versions("torch", "onnx", "onnxscript", "onnxruntime")
        usual = Tolerance.of_float64("PyTorch", noise) if options.float64 else Tolerance.of_float32("PyTorch")
        writer.finish(
            name=options.name or inputs.title(f"{type(module).__name__} by {options.exporter}"),
            source=MODEL_FILE,
            source_sha256=digest,
            producer=Producer("pytorch", versions, machine.description()),
            tolerance=options.tolerance or usual,
            seed=inputs.seed,
            layout=inputs.layout,
        )
    progress.clear()
    return Report(
        folder=folder,
        source=MODEL_FILE,
        source_sha256=digest,
        framework=f"PyTorch {torch.__version__} in {'float64' if options.float64 else 'float32'}, "
        f"exported by {options.exporter} as opset {exported.file.opset}",
        seconds=time.monotonic() - start,
        inputs=input_values(inputs),
        outputs=output_values(outputs),
        captured=tuple(account.captured),
        left_out=account.result(),
        byte_count=writer.byte_count,
        noise=noise,
        checked=check.text,
        warnings=(
            *exported.warnings,
            *not_finite_warning(captured.not_finite),
            *check.warnings,
            *noise_warning("PyTorch", noise),
        ),
        next_step=verification(folder / MODEL_FILE, "model", folder),
    )


def _check_options(options: Options) -> None:
    if options.exporter not in EXPORTERS:
        raise UsageError(f'there is no exporter "{options.exporter}"', supported=", ".join(EXPORTERS))
    if options.external_data and options.exporter != "dynamo":
        raise UsageError("external data are written by the exporter dynamo alone")
    names = [*options.input_names, *options.output_names]
    if len(set(names)) != len(names):
        raise UsageError(f'the name "{max(names, key=names.count)}" is given twice')
    if options.exporter == "dynamo":
        required("onnxscript", "torch", "PyTorch's dynamo exporter")


def _output_names(options: Options, count: int) -> list[str]:
    chosen = options.output_names or (["output"] if count == 1 else [f"output_{number}" for number in range(count)])
    if len(chosen) != count:
        raise UsageError(
            f"{counted(len(chosen), 'output name')} {'is' if len(chosen) == 1 else 'are'} given, and the module has "
            f"{counted(count, 'output')}"
        )
    return list(chosen)


def _stored(names: Sequence[str], tensors: Sequence[Any]) -> dict[str, Array]:
    return {name: storable(torch_modules.as_array(tensor), name) for name, tensor in zip(names, tensors, strict=True)}


def _add_reference(writer: CaseWriter, single: dict[str, Array], outputs: dict[str, Array]) -> float:
    """Stores PyTorch's own answers in single precision; how far they are from the truth."""
    writer.add_reference("pytorch-float32", single)
    return max(peak_error(single[name], outputs[name]) for name in outputs)


# The file


@dataclass(frozen=True)
class _Exported:
    """The file and what computes its values: a torch_dynamo.DynamoProgram or a torch_script.TracedGraph."""

    path: Path
    file: FileValues
    program: Any
    warnings: tuple[str, ...]


def _export(  # noqa: PLR0913, PLR0917
    writer: CaseWriter,
    module: Any,
    tensors: Sequence[Any],
    options: Options,
    inputs: Sequence[str],
    outputs: Sequence[str],
) -> _Exported:
    path = writer.place(MODEL_FILE)
    if options.external_data:
        writer.place(MODEL_FILE + ".data")  # written beside it
    common: dict[str, Any] = {
        "opset": options.opset,
        "dynamic_batch": options.dynamic_batch,
        "folded": options.folded,
        "input_names": inputs,
        "output_names": outputs,
    }
    warned: tuple[str, ...] = ()
    program: Any
    with silence():
        # These two import PyTorch.
        if options.exporter == "dynamo":
            from ferry_capture import torch_dynamo  # noqa: PLC0415

            program = torch_dynamo.export(module, tensors, path, external_data=options.external_data, **common)
        else:
            from ferry_capture import torch_script  # noqa: PLC0415

            program = torch_script.export(module, tensors, path, **common)
            warned = program.warnings
    clean(path)
    file = FileValues(path, outputs)
    if options.opset is not None and file.opset != options.opset:
        raise CaptureError(
            f"the exporter {options.exporter} wrote opset {file.opset} in place of {options.opset}",
            hint="--exporter torchscript writes opsets 7 to 20" if options.exporter == "dynamo" else None,
        )
    return _Exported(path, file, program, warned)


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """The exporters announce each phase, their deprecation and every missing optional package; errors still surface."""
    previous = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(previous)


# Layers


@dataclass
class _Captured:
    """`names` were stored, `seen` came by; `outputs` are the program's own, empty where it could not compute them."""

    names: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    not_finite: list[str] = field(default_factory=list)
    outputs: list[Any] = field(default_factory=list)
    wanted: frozenset[str] = frozenset()


def _capture_layers(
    writer: CaseWriter, exported: _Exported, tensors: Sequence[Any], options: Options, account: Account
) -> _Captured:
    """Runs the program and stores the wanted values as they come by."""
    torch = torch_modules.pytorch()
    captured = _Captured(wanted=frozenset(options.layers.wanted(exported.file.names)))

    def observe(name: str, tensor: Any) -> None:
        if name not in exported.file.floating or name in captured.seen:
            return
        captured.seen.add(name)
        if name not in captured.wanted or not tensor.is_floating_point():
            return
        if options.layers.is_too_large(tensor.numel()):
            account.leave_out(name, f"of more than {counted(options.layers.largest or 0, 'element')}")
            return
        array = torch_modules.as_array(tensor)
        if not np.isfinite(array).all():
            captured.not_finite.append(name)
        writer.add_layer(name, array)
        captured.names.append(name)

    try:
        captured.outputs = exported.program.run(tensors, torch.float64 if options.float64 else torch.float32, observe)
    except (CaptureError, OSError):
        raise
    except Exception as problem:
        raise CaptureError(
            f"PyTorch cannot run what it exported{' in float64' if options.float64 else ''}: {first_line(problem)}",
            hint="capture it without --float64" if options.float64 else "the other exporter may do: --exporter",
        ) from problem
    return captured


def _answers(  # noqa: PLR0913, PLR0917
    module: Any,
    tensors: Sequence[Any],
    single: Sequence[Any],
    found: Sequence[Any],
    names: Sequence[str],
    options: Options,
) -> Sequence[Any]:
    """The outputs to store: the module's own, in float64 if that is asked for.

    A module may state float32 somewhere in its code; the exported program, in which that can be changed, then answers
    for it.

    Raises:
        CaptureError: where module and program differ, or neither can be computed in float64.
    """
    double = torch_modules.outputs_in_double(module, tensors) if options.float64 else None
    _compare_outputs(found, double or single, names, allowed=1e-6 if double else 1e-2 if options.float64 else 1e-3)
    answers = double or found if options.float64 else single
    if not answers:
        raise CaptureError("neither the module nor what was exported can be computed in float64")
    return answers


def _compare_outputs(found: Sequence[Any], answers: Sequence[Any], names: Sequence[str], *, allowed: float) -> None:
    """What was exported must compute what the module does.

    Raises:
        CaptureError: where it does not, as for a module whose Python code decides by the values that it sees.
    """
    if not found:
        return
    for name, tensor, answer in zip(names, found, answers, strict=True):
        error = peak_error(torch_modules.as_array(tensor), torch_modules.as_array(answer))
        if error > allowed:
            raise CaptureError(
                f'what PyTorch exported gives another "{name}" than the module itself: {error:.1e} of the largest '
                "element away",
                hint="the module decides in Python by the values that it sees, or it is random",
            )


def _settle(
    writer: CaseWriter, file: FileValues, captured: _Captured, doubted: frozenset[str], account: Account
) -> None:
    """Takes doubted layers back, and says of all values of the file what became of them."""
    for name in captured.names:
        if name in doubted:
            writer.remove_layer(name)
            account.leave_out(name, "that ONNX Runtime has otherwise")
        else:
            account.captured.append(name)
    inside = [value for value in file.values if value.name not in captured.seen]
    for value in file.values:
        if value.name in captured.seen and value.name not in captured.wanted:
            account.leave_out(value.name, "that were not asked for")
    for value in inside:
        account.leave_out(
            value.name, f"that PyTorch computes inside one operation ({onnx_graph.describe_nodes(inside)})"
        )
    for name, reason in file.others:
        account.leave_out(name, reason, counts=False)
