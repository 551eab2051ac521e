"""Captures an ONNX file's values with ONNX Runtime: every floating-point value inside the graph, and the outputs.

    from ferry_capture import capture_onnx
    from ferry_capture.inputs import InputRequest

    capture_onnx.capture("model.onnx", "golden", InputRequest(pictures=["cat.jpg"]))

The file is run as it stands: on one thread, without any of ONNX Runtime's graph optimisations. Values become visible by
being outputs of a copy of the model in memory; the file itself is not touched, and weights in external files are read
from where they are.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ferry_capture import machine, onnx_graph
from ferry_capture.case import Array, CaseWriter, Producer, Tolerance, storable
from ferry_capture.errors import CaptureError, counted, first_line, required
from ferry_capture.inputs import InputRequest, resolve
from ferry_capture.onnx_graph import Dependence
from ferry_capture.progress import Progress
from ferry_capture.report import Report, input_values, not_finite_warning, output_values, verification
from ferry_capture.selection import Account, LayerSelection

EXTERNAL_FOLDER = "session.model_external_initializers_file_folder_path"


@dataclass(frozen=True)
class Options:
    """`name` is for people; `tolerance` replaces the usual one."""

    layers: LayerSelection = field(default_factory=LayerSelection)
    name: str | None = None
    tolerance: Tolerance | None = None
    overwrite: bool = False


def capture(
    model: str | Path,
    folder: str | Path,
    inputs: InputRequest,
    options: Options | None = None,
    progress: Progress | None = None,
) -> Report:
    """Runs the file on the inputs and writes the golden case into `folder`.

    Raises:
        CaptureError: when the file, the inputs or the folder are not as they must be.
    """
    options, progress = options or Options(), progress or Progress(quiet=True)
    path, folder = Path(model), Path(folder)
    required("onnxruntime", "onnx", "capturing an ONNX file")
    start = time.monotonic()
    progress.say(f"reading {path.name}")
    proto = onnx_graph.load(path)
    resolved = resolve(onnx_graph.input_specs(proto), inputs, may_replace=True)
    with CaseWriter(folder, overwrite=options.overwrite) as writer:
        digest = machine.sha256_of(path)
        outputs = [value.name for value in proto.graph.output]
        progress.say(f"preparing {path.name}")
        session = Session(path, proto, resolved.arrays)
        account = Account()
        wanted = _layers(proto, session, outputs, options.layers, account)
        progress.say(f"running {path.name}")
        answers = session.run([*outputs, *wanted])
        progress.say("writing")
        writer.add_inputs(resolved.arrays)
        found = {name: _stored(answers.pop(name), name) for name in outputs}
        writer.add_outputs(found)
        warnings = _store_layers(writer, wanted, answers, options.layers, account)
        writer.add_preprocessing(resolved.pictures)
        writer.finish(
            name=options.name or resolved.title(path.stem),
            source=path.name if path.resolve().parent == folder.resolve() else None,
            source_sha256=digest,
            producer=Producer("onnxruntime", machine.versions("onnxruntime", "onnx"), machine.description()),
            tolerance=options.tolerance or Tolerance.of_float32("ONNX Runtime"),
            seed=resolved.seed,
            layout=resolved.layout,
        )
    progress.clear()
    return Report(
        folder=folder,
        source=path.name,
        source_sha256=digest,
        framework=f"onnxruntime {machine.versions('onnxruntime')['onnxruntime']}, optimisations off",
        seconds=time.monotonic() - start,
        inputs=input_values(resolved),
        outputs=output_values(found),
        captured=tuple(account.captured),
        left_out=account.result(),
        byte_count=writer.byte_count,
        warnings=tuple(warnings),
        next_step=verification(path, path.stem, folder, session.replaced_text()),
    )


def _stored(array: object, name: str) -> Array:
    if not isinstance(array, np.ndarray):
        raise CaptureError(f'the output "{name}" is no tensor', supported="tensors")
    return storable(array, name)


def _layers(proto: Any, session: Session, outputs: list[str], selection: LayerSelection, account: Account) -> list[str]:
    """The values to run for; what is not captured goes into the account, with the reason."""
    available = []
    seen = set(outputs)
    for value in onnx_graph.values(proto):
        if value.name in seen:
            continue
        seen.add(value.name)
        if value.dependence is Dependence.NOTHING:
            account.leave_out(value.name, "that depend on no input", counts=False)
        elif value.dependence is Dependence.SHAPES:
            account.leave_out(value.name, "that follow from the inputs' shapes alone", counts=False)
        elif session.kinds[value.name] == "other":
            account.leave_out(value.name, "that are no tensors", counts=False)
        elif session.kinds[value.name] == "integer":
            account.leave_out(value.name, "whole numbers and truth values inside the graph", counts=False)
        else:
            available.append(value.name)
    for name in onnx_graph.inner_values(proto):
        account.leave_out(name, "in the branches and bodies of If, Loop and Scan", counts=False)
    wanted = selection.wanted(available)
    chosen = set(wanted)
    for name in available:
        if name not in chosen:
            account.leave_out(name, "that were not asked for")
    return wanted


def _store_layers(
    writer: CaseWriter, wanted: list[str], answers: dict[str, Any], selection: LayerSelection, account: Account
) -> list[str]:
    not_finite = []
    for name in wanted:
        array = answers.pop(name)
        if selection.is_too_large(array.size):
            account.leave_out(name, f"of more than {counted(selection.largest or 0, 'element')}")
            continue
        writer.add_layer(name, array)
        account.captured.append(name)
        if not np.isfinite(array).all():
            not_finite.append(name)
    return not_finite_warning(not_finite)


class Session:
    """A session of ONNX Runtime that gives every value that depends on what the inputs hold.

    `kinds` tells of each of these values whether it is a tensor of "float", of "integer" (whole numbers and truth
    values) or "other".
    """

    def __init__(self, path: Path, proto: Any, inputs: Mapping[str, Array]) -> None:
        runtime = required("onnxruntime", "onnx", "capturing an ONNX file")
        self.path = path
        self.inputs = dict(inputs)
        self._replaced = {
            spec.name: self.inputs[spec.name].shape
            for spec in onnx_graph.input_specs(proto)
            if spec.shape is not None
            and any(
                isinstance(extent, int) and extent != size
                for extent, size in zip(spec.shape, self.inputs[spec.name].shape, strict=True)
            )
        }
        outputs = [value.name for value in proto.graph.output]
        names = [
            value.name
            for value in onnx_graph.values(proto)
            if value.dependence is Dependence.DATA and value.name not in outputs
        ]
        copy = onnx_graph.with_outputs(proto, [*outputs, *dict.fromkeys(names)], self._replaced)
        options = runtime.SessionOptions()
        options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        options.add_session_config_entry(EXTERNAL_FOLDER, str(path.resolve().parent))
        try:
            self._session = runtime.InferenceSession(
                copy.SerializeToString(), options, providers=["CPUExecutionProvider"]
            )
        except Exception as problem:
            raise CaptureError(
                f"ONNX Runtime does not open {path.name}: {_shortened(problem)}", at=path.name
            ) from problem
        self.kinds = {output.name: _kind(output.type) for output in self._session.get_outputs()}

    def run(self, names: list[str]) -> dict[str, Any]:
        """The values of these names."""
        try:
            return dict(zip(names, self._session.run(names, self.inputs), strict=True))
        except Exception as problem:
            shapes = ", ".join(f"{name} {'×'.join(map(str, array.shape))}" for name, array in self.inputs.items())
            raise CaptureError(
                f"ONNX Runtime cannot run {self.path.name}: {_shortened(problem)}",
                at=f"{self.path.name} with {shapes}",
                hint="the model does not take that shape, although the file would allow it" if self._replaced else None,
            ) from problem

    def replaced_text(self) -> str:
        """The option of `ferry convert` for shapes that stand in place of declared ones."""
        return "".join(f" --input-shape {name}={'x'.join(map(str, shape))}" for name, shape in self._replaced.items())


def _kind(text: str) -> str:
    """`tensor(float)` …"""
    if not text.startswith("tensor("):
        return "other"
    inner = text[len("tensor(") : -1]
    if inner in ("float", "double", "float16", "bfloat16"):
        return "float"
    return "integer" if inner.lstrip("u").startswith("int") or inner == "bool" else "other"


def _shortened(problem: Exception) -> str:
    """ONNX Runtime's message without the places in its own source."""
    text = first_line(problem).split("] : ", 1)[-1]
    text = " ".join(word for word in text.split() if not word.startswith(("/", "onnxruntime::")))
    return text if len(text) <= 300 else text[:300].rsplit(" ", 1)[0] + " …"
