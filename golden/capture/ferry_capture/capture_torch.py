"""Exports a PyTorch module to ONNX and captures inputs, outputs and layers under the names that the file gives them.

    from ferry_capture import capture_torch

    capture_torch.capture(network.eval(), torch.randn(1, 3, 224, 224), "golden")

All values are PyTorch's own: the exported program (or the traced graph) is run operation by operation. Where ONNX Runtime
is installed, it runs the file too, and a value that it has otherwise under its name is left out with a warning.
"""

from __future__ import annotations

import contextlib
import copy
import inspect
import io
import logging
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ferry_capture import machine, onnx_graph
from ferry_capture.capture_onnx import Session, not_finite_warning
from ferry_capture.case import FLOAT32_NOISE, Array, CaseWriter, Producer, Tolerance, peak_error, storable
from ferry_capture.errors import CaptureError, UsageError, counted, first_line, required
from ferry_capture.inputs import Inputs, InputRequest, InputSpec, resolve
from ferry_capture.onnx_files import FileValues, clean
from ferry_capture.progress import Progress
from ferry_capture.report import Report, input_values, output_values, verification
from ferry_capture.selection import Account, LayerSelection

EXPORTERS = ("dynamo", "torchscript")
MODEL_FILE = "model.onnx"
# An external runtime that computes the same in float32 stays far below this part of the largest element, also in
# networks that amplify rounding; another value is far above.
SAME_VALUE = 1e-3


@dataclass(frozen=True)
class Options:
    """How the file is written and what is captured.

    `exporter` is "dynamo", PyTorch's own default: it is the one that is maintained, and its exported program is public.
    "torchscript" names values after modules and knows older opsets. `opset` None is the exporter's default.
    `folded` False leaves BatchNormalization as it is. `float64` computes the expected values in float64. `check` compares
    with ONNX Runtime where it is installed.
    """

    exporter: str = "dynamo"
    opset: int | None = None
    dynamic_batch: bool = False
    folded: bool = True
    external_data: bool = False
    float64: bool = False
    input_names: Sequence[str] = ()
    output_names: Sequence[str] = ()
    layers: LayerSelection = LayerSelection()
    check: bool = True
    name: str | None = None
    tolerance: Tolerance | None = None
    overwrite: bool = False


def capture(  # noqa: PLR0913, PLR0917 -- optional ones with names
    module: Any,
    example_inputs: Any,
    folder: str | Path,
    options: Options | None = None,
    inputs: Inputs | None = None,
    progress: Progress | None = None,
) -> Report:
    """Writes FOLDER/model.onnx and the golden case beside it.

    Args:
        module: a torch.nn.Module in evaluation mode, on the CPU, with float32 parameters. It is not changed.
        example_inputs: a tensor or array, or a sequence of them: what the module is called with. Left out (None) where
            `inputs` has them.
        folder: made when missing.
        options: how the file is written and what is captured.
        inputs: what `ferry_capture.inputs.resolve` gives, for pictures.
        progress: says what goes on.

    Raises:
        CaptureError: when the module, the inputs or the folder are not as they must be, or the exporter refuses.
    """
    torch = required("torch", "torch", "capturing a PyTorch module")
    required("onnx", "torch", "exporting to ONNX")
    options, progress = options or Options(), progress or Progress(quiet=True)
    folder = Path(folder)
    start = time.monotonic()
    _check_options(options)
    check_module(module)
    if inputs is None:
        examples = [example_inputs] if not isinstance(example_inputs, list | tuple) else list(example_inputs)
        arrays = [array(example) for example in examples]
        names = input_names(module, len(arrays), options)
        specs = [InputSpec(name, array.shape, array.dtype) for name, array in zip(names, arrays, strict=True)]
        inputs = resolve(specs, InputRequest(arrays=dict(zip(names, arrays, strict=True))))
    names = list(inputs.arrays)
    tensors = [torch.from_numpy(np.array(array)) for array in inputs.arrays.values()]
    if options.dynamic_batch and len({tensor.shape[:1] for tensor in tensors}) > 1:
        raise CaptureError("the inputs differ in their first axis, so that it cannot be a common batch")

    with _one_thread(), CaseWriter(folder, overwrite=options.overwrite) as writer:
        progress.say("running the module")
        single = _outputs(module, tensors)
        outputs = options.output_names or (
            ["output"] if len(single) == 1 else [f"output_{number}" for number in range(len(single))]
        )
        if len(outputs) != len(single):
            raise UsageError(
                f"{counted(len(outputs), 'output name')} {'is' if len(outputs) == 1 else 'are'} given, and the module "
                f"has {counted(len(single), 'output')}"
            )
        progress.say(f"exporting with {options.exporter}")
        path = writer.place(MODEL_FILE)
        program, said = _export(module, tensors, path, options, names, outputs)
        if (data := path.with_name(path.name + ".data")).exists():
            writer.placed(data)
        file = FileValues(path, names, outputs)
        _check_opset(file, options)

        kind = torch.float64 if options.float64 else torch.float32
        answers = single if not options.float64 else _in_double(module, tensors, progress)
        progress.say("capturing layers")
        account = Account()
        wanted = set(options.layers.wanted(file.names))
        captured = _capture_layers(writer, program, tensors, kind, file, wanted, options, account)
        _compare_outputs(captured.outputs, answers, outputs, exact=options.float64)
        writer.add_inputs(inputs.arrays)
        found = {name: storable(_numpy(tensor), name) for name, tensor in zip(outputs, answers, strict=True)}
        writer.add_outputs(found)
        noise = None
        if options.float64:
            reference = {name: storable(_numpy(tensor), name) for name, tensor in zip(outputs, single, strict=True)}
            writer.add_reference("pytorch-float32", reference)
            noise = max(peak_error(reference[name], found[name]) for name in outputs)
        checked, doubts = _check_names(path, inputs, writer, captured.names, found, options, progress)
        for name in doubts:
            writer.remove_layer(name)
            account.leave_out(name, "that ONNX Runtime has otherwise")
        account.captured = [name for name in captured.names if name not in doubts]
        _account_for_the_rest(file, captured, wanted, account)
        writer.add_preprocessing(inputs.pictures)
        digest = machine.sha256_of(path)
        writer.finish(
            name=options.name or f"{type(module).__name__}, {options.exporter}",
            source=MODEL_FILE,
            source_sha256=digest,
            producer=Producer(
                "pytorch", machine.versions("torch", "onnx", "onnxscript", "onnxruntime"), machine.description()
            ),
            tolerance=options.tolerance
            or (Tolerance.of_float64("PyTorch", noise) if options.float64 else Tolerance.of_float32("PyTorch")),
            seed=inputs.seed,
            layout=inputs.layout,
        )
    progress.clear()
    warned = [
        *said,
        *not_finite_warning(captured.not_finite),
        *checked.warnings,
        *_noise_warning(noise),
    ]
    return Report(
        folder=folder,
        source=MODEL_FILE,
        source_sha256=digest,
        framework=f"PyTorch {torch.__version__} in {'float64' if options.float64 else 'float32'}, "
        f"exported by {options.exporter} as opset {file.opset}",
        seconds=time.monotonic() - start,
        inputs=input_values(inputs),
        outputs=output_values(found),
        captured=tuple(account.captured),
        left_out=account.result(),
        byte_count=writer.byte_count + path.stat().st_size,
        noise=noise,
        checked=checked.text,
        warnings=tuple(warned),
        next_step=verification(folder / MODEL_FILE, "model", folder),
    )


# What is asked for


def input_names(module: Any, count: int, options: Options) -> list[str]:
    """`input` for one, otherwise the names that `forward` gives its arguments."""
    if options.input_names:
        if len(options.input_names) != count:
            raise UsageError(
                f"{counted(len(options.input_names), 'input name')} for {counted(count, 'input')}"
            )
        return list(options.input_names)
    if count == 1:
        return ["input"]
    stated = [parameter.name for parameter in _parameters(module)][:count]
    return stated if len(stated) == count else [f"input_{number}" for number in range(count)]


def required_inputs(module: Any) -> int:
    """How many arguments `forward` must be given."""
    return sum(parameter.default is inspect.Parameter.empty for parameter in _parameters(module))


def _parameters(module: Any) -> list[inspect.Parameter]:
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [entry for entry in inspect.signature(module.forward).parameters.values() if entry.kind in kinds]


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


def check_module(module: Any) -> None:
    torch = required("torch", "torch", "capturing a PyTorch module")
    if not isinstance(module, torch.nn.Module):
        raise CaptureError(
            f"a {type(module).__name__} is given in place of a module", supported="torch.nn.Module",
            hint="a file of weights (state dictionary) must be loaded into the module that it was saved from",
        )  # fmt: skip
    for name, part in module.named_modules():
        if part.training:
            raise CaptureError(
                f"the module is in training mode ({name or type(module).__name__})",
                hint="call eval() on it before: in training mode BatchNormalization and Dropout compute something else",
            )
    for name, tensor in (*module.named_parameters(), *module.named_buffers()):
        if tensor.device.type != "cpu":
            raise CaptureError(f'"{name}" lies on {tensor.device}', supported="cpu", hint="call cpu() on the module")
        if tensor.is_floating_point() and tensor.dtype != torch.float32:
            kind = str(tensor.dtype).removeprefix("torch.")
            raise CaptureError(f'"{name}" is {kind}', supported="float32", hint="call float() on the module")


def array(example: Any) -> Array:
    torch = required("torch", "torch", "capturing a PyTorch module")
    if isinstance(example, torch.Tensor):
        return _numpy(example)
    if isinstance(example, np.ndarray):
        return example
    raise CaptureError(
        f"an example input is a {type(example).__name__}", supported="tensors and arrays, one for each argument"
    )


def _check_opset(file: FileValues, options: Options) -> None:
    if options.opset is not None and file.opset != options.opset:
        raise CaptureError(
            f"the exporter {options.exporter} wrote opset {file.opset} in place of {options.opset}",
            hint="--exporter torchscript writes opsets 7 to 20" if options.exporter == "dynamo" else None,
        )


# Running and exporting


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """PyTorch's sums depend on how many threads share the work."""
    torch = required("torch", "torch", "capturing a PyTorch module")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _outputs(module: Any, tensors: Sequence[Any]) -> list[Any]:
    torch = required("torch", "torch", "capturing a PyTorch module")
    try:
        with torch.no_grad():
            result = module(*(tensor.clone() for tensor in tensors))
    except Exception as problem:
        shapes = ", ".join("×".join(map(str, tensor.shape)) for tensor in tensors)
        raise CaptureError(
            f"the module fails on these inputs ({shapes}): {first_line(problem)}",
            hint="another size can be given with --shape",
        ) from problem
    flat = list(_flat(result))
    strangers = {type(entry).__name__ for entry in flat if not isinstance(entry, torch.Tensor)}
    if strangers or not flat:
        raise CaptureError(
            f"the module gives {', '.join(sorted(strangers)) or 'nothing'}",
            supported="tensors, and tuples, lists and dictionaries of them",
        )
    return flat


def _flat(value: Any) -> Iterator[Any]:
    """The tensors of a result in the order in which the exporters list them."""
    if isinstance(value, Mapping):
        for part in value.values():
            yield from _flat(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _flat(part)
    elif value is not None:
        yield value


def _in_double(module: Any, tensors: Sequence[Any], progress: Progress) -> list[Any]:
    torch = required("torch", "torch", "capturing a PyTorch module")
    progress.say("running the module in float64")
    double = copy.deepcopy(module).double()
    try:
        return _outputs(double, [tensor.double() if tensor.dtype == torch.float32 else tensor for tensor in tensors])
    except CaptureError as problem:
        raise CaptureError(
            problem.message.replace("the module fails", "the module fails in float64"),
            hint="it may state float32 somewhere in its code; capture it without --float64",
        ) from problem


def _export(  # noqa: PLR0913, PLR0917
    module: Any, tensors: Sequence[Any], path: Path, options: Options, inputs: Sequence[str], outputs: Sequence[str]
) -> tuple[Any, list[str]]:
    """The program whose values the file has, and what the exporter warned of."""
    common = {
        "opset": options.opset,
        "dynamic_batch": options.dynamic_batch,
        "folded": options.folded,
        "input_names": inputs,
        "output_names": outputs,
    }
    with _silence():
        if options.exporter == "dynamo":
            from ferry_capture import torch_dynamo

            program: Any = torch_dynamo.export(module, tensors, path, external_data=options.external_data, **common)
            said: list[str] = []
        else:
            from ferry_capture import torch_script

            program = torch_script.export(module, tensors, path, **common)
            said = [f"the tracer said {counted(len(program.warnings), 'thing')}, the first of them: {text}"
                    for text in program.warnings[:1]]  # fmt: skip
    clean(path)
    return program, said


@contextlib.contextmanager
def _silence() -> Iterator[None]:
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
    """`outputs` are the program's own, empty where it could not compute them."""

    names: list[str]
    outputs: list[Any]
    too_large: list[str]
    not_finite: list[str]
    seen: set[str]


def _capture_layers(  # noqa: PLR0913, PLR0917
    writer: CaseWriter,
    program: Any,
    tensors: Sequence[Any],
    kind: Any,
    file: FileValues,
    wanted: set[str],
    options: Options,
    account: Account,
) -> _Captured:
    captured = _Captured([], [], [], [], set())

    def observe(name: str, tensor: Any) -> None:
        if name not in file.floating or name in captured.seen:
            return
        captured.seen.add(name)
        if name not in wanted or not tensor.is_floating_point():
            return
        if options.layers.is_too_large(tensor.numel()):
            account.leave_out(name, f"of more than {counted(options.layers.largest or 0, 'element')}")
            captured.too_large.append(name)
            return
        array = _numpy(tensor)
        if not np.isfinite(array).all():
            captured.not_finite.append(name)
        writer.add_layer(name, array)
        captured.names.append(name)

    try:
        captured.outputs = program.run(tensors, kind, observe)
    except CaptureError:
        raise
    except OSError:
        raise
    except Exception as problem:
        raise CaptureError(
            f"PyTorch cannot run what it exported{' in float64' if options.float64 else ''}: {first_line(problem)}",
            hint="capture it without --float64" if options.float64 else "the other exporter may do: --exporter",
        ) from problem
    return captured


def _compare_outputs(found: Sequence[Any], answers: Sequence[Any], names: Sequence[str], *, exact: bool) -> None:
    """What was exported must compute what the module does.

    Raises:
        CaptureError: where it does not, as for a module whose Python code decides by the values that it sees.
    """
    if not found:
        return
    for name, tensor, answer in zip(names, found, answers, strict=True):
        error = peak_error(_numpy(tensor), _numpy(answer))
        if error > (1e-6 if exact else 1e-4):
            raise CaptureError(
                f'what PyTorch exported gives another "{name}" than the module itself: {error:.1e} of the largest '
                "element away",
                hint="the module decides in Python by the values that it sees, or it is random",
            )


def _account_for_the_rest(file: FileValues, captured: _Captured, wanted: set[str], account: Account) -> None:
    """Why other values of the file were not captured."""
    inside = []
    for value in file.values:
        if value.name in captured.seen:
            if value.name not in wanted:
                account.leave_out(value.name, "that were not asked for")
        else:
            inside.append(value)
    reason = f"that PyTorch computes inside one operation ({onnx_graph.describe_nodes(inside)})"
    for value in inside:
        account.leave_out(value.name, reason)
    for name, reason in file.others:
        account.leave_out(name, reason, counts=False)


# The second opinion


@dataclass(frozen=True)
class _Check:
    text: str | None
    warnings: tuple[str, ...] = ()


def _check_names(  # noqa: PLR0913, PLR0917
    path: Path,
    inputs: Inputs,
    writer: CaseWriter,
    names: Sequence[str],
    outputs: Mapping[str, Array],
    options: Options,
    progress: Progress,
) -> tuple[_Check, set[str]]:
    """Runs the file with ONNX Runtime. The names of those layers that it has otherwise are given, too."""
    if not options.check:
        return _Check(None), set()
    try:
        required("onnxruntime", "onnx", "checking")
    except CaptureError:
        return _Check("nothing: onnxruntime, the second opinion on every name, is not installed"), set()
    progress.say("checking with ONNX Runtime")
    try:
        answers = Session(path, onnx_graph.load(path), inputs.arrays).run([*outputs, *names])
    except CaptureError as problem:
        return _Check("nothing", (f"{problem.message}",)), set()
    errors = {
        name: peak_error(np.asarray(answers.pop(name)), outputs[name] if name in outputs else writer.layer(name))
        for name in (*outputs, *names)
    }
    doubts = {name for name, error in errors.items() if error > SAME_VALUE}
    said = [
        f'the output "{name}" is {errors[name]:.1e} of its largest element from ONNX Runtime\'s'
        for name in outputs
        if name in doubts
    ]
    layers = [name for name in names if name in doubts]
    if layers:
        said.append(
            f'{counted(len(layers), "layer")} left out, the first of them "{layers[0]}": ONNX Runtime has something else '
            f"under that name ({errors[layers[0]]:.1e} of the largest element away)"
        )
    agreed = [name for name in errors if name not in doubts]
    text = f"{counted(len(agreed), 'value')} against ONNX Runtime"
    for role, among in (("outputs", outputs), ("layers", names)):
        of_role = [errors[name] for name in agreed if name in among]
        if of_role:
            text += f", {role} at most {max(of_role):.1e}"
    return _Check(f"{text} of the largest element away", tuple(said)), set(layers)


def _noise_warning(noise: float | None) -> list[str]:
    if noise is None or noise <= FLOAT32_NOISE:
        return []
    return [
        f"PyTorch's own float32 is {noise:.1e} of the largest element from its float64, which is more than half of what "
        "the tolerance allows: no runtime in float32 can be relied on to pass; a trained network is closer"
    ]


def _numpy(tensor: Any) -> Array:
    torch = required("torch", "torch", "capturing a PyTorch module")
    if tensor.dtype == torch.bfloat16:
        tensor = tensor.float()
    array: Array = tensor.detach().resolve_neg().resolve_conj().cpu().numpy()
    return array
