"""The command ferry-capture."""

from __future__ import annotations

import argparse
import dataclasses
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from ferry_capture import capture_keras, capture_onnx, capture_torch, torch_modules, user_code
from ferry_capture.case import Tolerance
from ferry_capture.errors import DEFECT, INTERRUPTED, CaptureError, UsageError
from ferry_capture.inputs import InputRequest, InputSpec, parse_shape, resolve
from ferry_capture.pictures import COLORS, LAYOUTS, RANGES, PictureOptions
from ferry_capture.progress import Progress
from ferry_capture.report import Report
from ferry_capture.selection import LayerSelection
from ferry_capture.version import VERSION

SUMMARY = """\
Captures what a network computes where its framework lives: inputs, outputs and the values between them, as a
golden case that `ferry verify` compares a converted network against.

  ferry-capture torch network.py:build -o captured/network --shape 1x3x224x224 --picture cat.jpg   writes model.onnx too
  ferry-capture onnx model.onnx -o captured/model --picture cat.jpg --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225
  ferry-capture keras model.h5 -o captured/model --noise --float64
"""

CODES = """\
Exit codes: 0 for success, 2 for bad input, 64 for wrong usage, 70 for a defect of this program, 130 when interrupted.
golden/README.md of Ferry specifies what is written."""

# Their values may begin with a minus sign, which argparse would take for an option.
_SIGNED = ("--range", "--mean", "--std")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(message, hint=f"{self.prog} --help")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; the exit code."""
    words = _joined(list(sys.argv[1:] if arguments is None else arguments))
    progress = Progress()
    try:
        parser = _parser()
        if not words:
            parser.print_help(sys.stderr)
            return UsageError.exit_code
        options = parser.parse_args(words)
        report = options.run(options, progress)
        progress.clear()
        print(report.json() if options.json else report.text())
        return 0
    except CaptureError as problem:
        progress.clear()
        if "--traceback" in words:
            traceback.print_exc()
        print(f"error: {problem}", file=sys.stderr)
        return problem.exit_code
    except KeyboardInterrupt:
        progress.clear()
        return INTERRUPTED
    except BrokenPipeError:
        return 0
    except Exception:
        progress.clear()
        traceback.print_exc()
        print("error: this is a defect of ferry-capture, please report it with the lines above", file=sys.stderr)
        return DEFECT


def _joined(words: list[str]) -> list[str]:
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] in _SIGNED:
            joined[-1] += f"={word}"
        else:
            joined.append(word)
    return joined


# Options


def _parser() -> argparse.ArgumentParser:
    plain = argparse.RawDescriptionHelpFormatter
    parser = _Parser(prog="ferry-capture", description=SUMMARY, epilog=CODES, formatter_class=plain, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"ferry-capture {VERSION}")
    commands = parser.add_subparsers(
        title="frameworks", metavar="torch | onnx | keras", required=True, parser_class=_Parser
    )

    def command(name: str, run: Callable[..., Report], about: str, more: str) -> argparse.ArgumentParser:
        added = commands.add_parser(
            name, help=about, description=f"{about}\n\n{more}", epilog=CODES, formatter_class=plain, allow_abbrev=False
        )
        added.set_defaults(run=run)
        return added

    torch = command(
        "torch",
        _torch,
        "A PyTorch module: exports it to FOLDER/model.onnx and captures under that file's names.",
        "FACTORY is a function of the Python file without arguments. It returns the module in evaluation mode, or the\n"
        "module and its example inputs. All values are PyTorch's own.",
    )
    torch.add_argument("source", metavar="FILE.py:FACTORY")
    exporting = torch.add_argument_group("export")
    exporting.add_argument(
        "--exporter", choices=("dynamo", "torchscript"), default="dynamo",
        help="dynamo (PyTorch's own default); torchscript names values after modules and knows older opsets",
    )  # fmt: skip
    exporting.add_argument("--opset", type=int, metavar="N", help="the exporter's default if not given")
    exporting.add_argument("--dynamic-batch", action="store_true", help="the file takes any batch")
    exporting.add_argument("--unfolded", action="store_true", help="leave BatchNormalization as it is")
    exporting.add_argument("--external-data", action="store_true", help="weights in a file of their own")
    exporting.add_argument("--input-names", type=_names, default=(), metavar="A,B")
    exporting.add_argument("--output-names", type=_names, default=(), metavar="A,B")
    exporting.add_argument(
        "--no-check", action="store_true", help="do not compare with ONNX Runtime, where it is installed"
    )
    _add_float64(torch)
    _add_common(torch)

    onnx = command(
        "onnx",
        _onnx,
        "An ONNX file: run by ONNX Runtime on one thread, with all graph optimisations off.",
        "Captures every floating-point value inside the graph that depends on what the inputs hold.",
    )
    onnx.add_argument("source", metavar="MODEL.onnx")
    _add_common(onnx)

    keras = command(
        "keras",
        _keras,
        "A Keras model (.h5, .hdf5, .keras): every layer's output, models within models included.",
        "Run by the Keras that is installed, 2 (tf.keras) or 3. A layer's own activation is captured beside what it\n"
        "is applied to (LAYER/linear).",
    )
    keras.add_argument("source", metavar="MODEL.h5|MODEL.keras")
    keras.add_argument(
        "--import", dest="modules", action="append", default=[], metavar="MODULE|FILE.py",
        help="imported before the file is loaded: it brings layers of its own; may be given again",
    )  # fmt: skip
    _add_float64(keras)
    _add_common(keras)
    return parser


def _add_float64(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--float64", action="store_true",
        help="compute the expected values in float64, and say how far the framework's float32 is from them",
    )  # fmt: skip


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", required=True, type=Path, metavar="FOLDER", help="where the case goes")
    inputs = parser.add_argument_group("inputs", "each input needs pictures, noise, or an array")
    inputs.add_argument(
        "--picture", nargs="+", action="extend", default=[], metavar="FILE",
        help="PNG or JPEG files, one for each of the batch, resized by Pillow's bilinear filter",
    )  # fmt: skip
    inputs.add_argument("--noise", action="store_true", help="normally distributed; with --range even over that range")
    inputs.add_argument("--seed", type=int, metavar="N", help="of the noise, and of PyTorch's initial weights (0)")
    inputs.add_argument("--input", action="append", default=[], metavar="[NAME=]FILE.npy", help="may be given again")
    inputs.add_argument(
        "--shape", action="append", default=[], metavar="[NAME=]1x3x224x224",
        help="numbers for the axes that a file leaves open; for ONNX files also in place of declared ones",
    )  # fmt: skip
    pictures = parser.add_argument_group("pictures")
    pictures.add_argument("--color", choices=COLORS, default="rgb", help="order of the channels (rgb)")
    pictures.add_argument("--range", choices=RANGES, help="what 0 to 255 is mapped to (0-1)")
    pictures.add_argument("--mean", type=_numbers, metavar="A,B,C", help="subtracted after that, a number a channel")
    pictures.add_argument("--std", type=_numbers, metavar="A,B,C", help="divided by after that")
    pictures.add_argument("--layout", choices=LAYOUTS, help="where the channels are, if the shape does not tell")
    pictures.add_argument("--picture-input", metavar="NAME", help="the input that pictures go to, if several could")
    layers = parser.add_argument_group("layers")
    layers.add_argument(
        "--layers", nargs="+", default=["all"], metavar="all|none|NAME",
        help="which values inside the graph are captured; * in a name stands for anything",
    )  # fmt: skip
    layers.add_argument("--largest", type=int, metavar="N", help="leave out layers of more than N elements")
    case = parser.add_argument_group("the case")
    case.add_argument("--name", help="for people")
    case.add_argument("--peak", type=float, metavar="X", help="the tolerance as a part of the largest element (2e-5)")
    case.add_argument("--reason", metavar="TEXT", help="why --peak is what it is")
    case.add_argument("--overwrite", action="store_true", help="replace a case that is in the folder")
    parser.add_argument("--json", action="store_true", help="print what was captured as JSON")
    parser.add_argument("--traceback", action="store_true", help="print Python's own messages behind an error")


def _names(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.split(",") if word)


def _numbers(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(word) for word in text.split(","))
    except ValueError as problem:
        raise argparse.ArgumentTypeError(f'"{text}" is no list of numbers such as 0.485,0.456,0.406') from problem


def _request(options: argparse.Namespace) -> InputRequest:
    # The range of noise is given by the same option as that of pictures.
    return InputRequest(
        arrays=_by_name(options.input, "--input", Path),
        shapes=_by_name(options.shape, "--shape", parse_shape),
        pictures=options.picture,
        picture_input=options.picture_input,
        picture_options=PictureOptions(options.color, options.range or "0-1", options.mean, options.std),
        noise=options.noise,
        noise_range=options.range,
        seed=options.seed or 0,
        layout=options.layout,
    )


def _by_name(entries: Sequence[str], option: str, read: Callable[[str], Any]) -> dict[str, Any]:
    """`NAME=VALUE` or `VALUE`, whose name is then empty."""
    found: dict[str, Any] = {}
    for entry in entries:
        name, _, value = entry.rpartition("=")
        if name in found:
            raise UsageError(f"{option} is given twice for {f'input {name!r}' if name else 'the only input'}")
        found[name] = read(value)
    return found


def _shared(options: argparse.Namespace) -> dict[str, Any]:
    if options.largest is not None and options.largest < 1:
        raise UsageError(f"--largest is {options.largest}", supported="1 and more")
    if (options.reason is None) != (options.peak is None):
        raise UsageError("--peak and --reason belong together: a tolerance carries its reason")
    tolerance = None
    if options.peak is not None:
        if not 0 <= options.peak < 1 or not options.reason:
            raise UsageError(f"--peak is {options.peak:g}", supported="0 to 1, with a reason that says something")
        tolerance = Tolerance(options.reason, peak=options.peak)
    return {
        "layers": LayerSelection(options.layers, options.largest),
        "name": options.name,
        "tolerance": tolerance,
        "overwrite": options.overwrite,
    }


# Frameworks


def _onnx(options: argparse.Namespace, progress: Progress) -> Report:
    request = _request(options)
    return capture_onnx.capture(
        options.source, options.output, request, capture_onnx.Options(**_shared(options)), progress
    )


def _keras(options: argparse.Namespace, progress: Progress) -> Report:
    request = _request(options)
    chosen = capture_keras.Options(float64=options.float64, modules=options.modules, **_shared(options))
    return capture_keras.capture(options.source, options.output, request, chosen, progress)


def _torch(options: argparse.Namespace, progress: Progress) -> Report:
    progress.say("starting PyTorch")
    torch = torch_modules.pytorch()
    chosen = capture_torch.Options(
        exporter=options.exporter,
        opset=options.opset,
        dynamic_batch=options.dynamic_batch,
        folded=not options.unfolded,
        external_data=options.external_data,
        float64=options.float64,
        input_names=options.input_names,
        output_names=options.output_names,
        check=not options.no_check,
        **_shared(options),
    )
    request = _request(options)
    torch.manual_seed(request.seed)
    progress.say(f"making {options.source}")
    made = user_code.made_by(options.source)
    module, examples = made if isinstance(made, tuple) and len(made) == 2 else (made, None)
    specs, request = _torch_inputs(module, examples, chosen, request)
    inputs = resolve(specs, request)
    if options.seed is not None:
        inputs = dataclasses.replace(inputs, seed=options.seed)
    return capture_torch.capture(module, inputs, options.output, chosen, progress)


def _torch_inputs(
    module: Any, examples: Any, options: Any, request: InputRequest
) -> tuple[list[InputSpec], InputRequest]:
    """The module's inputs, and example inputs as arrays of those that nothing else is said about."""
    torch_modules.check_module(module)
    if examples is None:
        count = len(options.input_names) or max(torch_modules.required_inputs(module), 1)
        names = torch_modules.input_names(module, count, options.input_names)
        return [InputSpec(name, None) for name in names], request
    specs, arrays = torch_modules.example_specs(module, examples, options.input_names)
    if request.noise or request.pictures or request.arrays:
        # Another size than that of the examples may be asked for.
        return [
            InputSpec(spec.name, None if spec.name in request.shapes or "" in request.shapes else spec.shape, spec.type)
            for spec in specs
        ], request
    if request.shapes:
        raise UsageError(
            "--shape is given, and the factory gives its own example inputs", hint="add --noise or --picture"
        )
    arrays_by_name = {spec.name: array for spec, array in zip(specs, arrays, strict=True)}
    return specs, dataclasses.replace(request, arrays=arrays_by_name)
