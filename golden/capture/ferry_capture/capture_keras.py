"""Captures every layer's output of a Keras model, with the Keras that is installed: 2 (tf.keras) or 3.

    from ferry_capture import capture_keras
    from ferry_capture.inputs import InputRequest

    capture_keras.capture("model.h5", "golden", InputRequest(pictures=["cat.jpg"]))

Layers within models that are layers themselves are captured too, under the names that Ferry gives them
(docs/keras-layers.md); values have Keras's own axes, the channels last.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from ferry_capture import keras_files, keras_walk, machine
from ferry_capture.case import Array, CaseWriter, Producer, Tolerance, peak_error, storable
from ferry_capture.errors import CaptureError, counted, first_line
from ferry_capture.inputs import InputRequest, InputSpec, resolve
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


@dataclass(frozen=True)
class Options:
    """`modules` are imported before the file is loaded, for layers of their own; `custom_objects` are given to Keras.
    `float64` computes the expected values in float64."""

    float64: bool = False
    layers: LayerSelection = field(default_factory=LayerSelection)
    modules: Sequence[str] = ()
    custom_objects: Mapping[str, Any] = field(default_factory=dict)
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
    """Runs the model of a file on the inputs and writes the golden case into `folder`.

    Raises:
        CaptureError: when the file, the inputs or the folder are not as they must be.
    """
    options, progress = options or Options(), progress or Progress(quiet=True)
    path, folder = Path(model), Path(folder)
    start = time.monotonic()
    progress.say("starting Keras")
    keras = keras_files.keras_module()
    progress.say(f"loading {path.name}")
    single = keras_files.load(path, options.modules, options.custom_objects)
    names = keras_files.input_names(single)
    graph: Any = keras_walk.graph_of(single)
    specs = [
        InputSpec(name, tuple(symbol.shape), np.dtype(keras_walk.type_name(symbol.dtype)))
        for name, symbol in zip(names, graph.inputs, strict=True)
    ]
    resolved = resolve(specs, inputs, layout="NHWC")
    outputs = keras_files.output_names(single)

    with CaseWriter(folder, overwrite=options.overwrite) as writer:
        digest = machine.sha256_of(path)
        computed = keras_files.in_double(single, options.custom_objects) if options.float64 else single
        tensors = [_tensor(keras, array, options.float64) for array in resolved.arrays.values()]
        progress.say("capturing layers")
        layers = _Layers(keras, writer, options.layers, keras_walk.values(computed))
        found_tensors = _running(lambda: keras_walk.run(computed, tensors, layers.wanted, layers.store))
        found = _named(keras, outputs, found_tensors)
        progress.say("running the model")
        _compare(found, _named(keras, outputs, _running(lambda: _called(computed, tensors))), exact=options.float64)
        writer.add_inputs(resolved.arrays)
        writer.add_outputs(found)
        noise = None
        if options.float64:
            in_single = [_tensor(keras, array, False) for array in resolved.arrays.values()]
            reference = _named(keras, outputs, _running(lambda: _called(single, in_single)))
            writer.add_reference("keras-float32", reference)
            noise = max(peak_error(reference[name], found[name]) for name in outputs)
        writer.add_preprocessing(resolved.pictures)
        writer.finish(
            name=options.name or resolved.title(path.stem),
            source=path.name if path.resolve().parent == folder.resolve() else None,
            source_sha256=digest,
            producer=Producer("keras", _versions(keras), machine.description()),
            tolerance=options.tolerance
            or (Tolerance.of_float64("Keras", noise) if options.float64 else Tolerance.of_float32("Keras")),
            seed=resolved.seed,
            layout=resolved.layout,
        )
    progress.clear()
    return Report(
        folder=folder,
        source=path.name,
        source_sha256=digest,
        framework=f"Keras {keras.__version__} ({_backend(keras)}) in {'float64' if options.float64 else 'float32'}",
        seconds=time.monotonic() - start,
        inputs=input_values(resolved),
        outputs=output_values(found),
        captured=tuple(layers.account.captured),
        left_out=layers.account.result(),
        byte_count=writer.byte_count,
        noise=noise,
        warnings=(*not_finite_warning(layers.not_finite), *noise_warning("Keras", noise)),
        next_step=verification(path, path.stem, folder),
    )


class _Layers:
    """Chooses among the values of a model and stores them as they come."""

    def __init__(
        self,
        keras: ModuleType,
        writer: CaseWriter,
        selection: LayerSelection,
        values: Sequence[keras_walk.ModelValue],
    ) -> None:
        self.keras = keras
        self.writer = writer
        self.selection = selection
        self.account = Account()
        self.not_finite: list[str] = []
        available = []
        for value in values:
            if value.type.startswith(("float", "bfloat")):
                available.append(value.name)
            else:
                self.account.leave_out(value.name, "whole numbers and truth values inside the model", counts=False)
        self.wanted = frozenset(selection.wanted(available))
        for name in available:
            if name not in self.wanted:
                self.account.leave_out(name, "that were not asked for")

    def store(self, name: str, tensor: Any) -> None:
        array = _array(self.keras, tensor)
        if self.selection.is_too_large(array.size):
            self.account.leave_out(name, f"of more than {counted(self.selection.largest or 0, 'element')}")
            return
        if not np.isfinite(array).all():
            self.not_finite.append(name)
        self.writer.add_layer(name, array)
        self.account.captured.append(name)


def _called(model: Any, tensors: Sequence[Any]) -> list[Any]:
    """What the model itself answers."""
    with keras_files.quiet():
        result = model(list(tensors) if len(tensors) > 1 else tensors[0], training=False)
    return keras_walk._flat(result)


def _running(compute: Any) -> list[Any]:
    try:
        with keras_files.quiet():
            result: list[Any] = compute()
            return result
    except (CaptureError, OSError):
        raise
    except Exception as problem:
        raise CaptureError(f"Keras cannot run the model on these inputs: {first_line(problem)}") from problem


def _named(keras: ModuleType, names: Sequence[str], tensors: Sequence[Any]) -> dict[str, Array]:
    return {name: storable(_array(keras, tensor), name) for name, tensor in zip(names, tensors, strict=True)}


def _compare(found: Mapping[str, Array], answers: Mapping[str, Array], *, exact: bool) -> None:
    for name, array in found.items():
        error = peak_error(array, answers[name])
        if error > (1e-9 if exact else 1e-4):
            raise CaptureError(
                f'layer by layer the model gives another "{name}" than as a whole: {error:.1e} of the largest element '
                "away",
                hint="it is random, or it has a call() of its own; such a model cannot be captured layer by layer",
            )


def _tensor(keras: ModuleType, array: Array, double: bool) -> Any:
    if double and array.dtype == np.float32:
        array = array.astype(np.float64)
    if keras_files.major_version(keras) >= 3:
        return keras.ops.convert_to_tensor(array)
    tensorflow: Any = __import__("tensorflow")
    return tensorflow.convert_to_tensor(array)


def _array(keras: ModuleType, tensor: Any) -> Array:
    array: Array = keras.ops.convert_to_numpy(tensor) if keras_files.major_version(keras) >= 3 else np.asarray(tensor)
    return array


def _backend(keras: ModuleType) -> str:
    name = str(keras.backend.backend())
    package = {"tensorflow": "tensorflow", "jax": "jax", "torch": "torch"}.get(name, name)
    module = __import__(package)
    return f"{package} {module.__version__}"


def _versions(keras: ModuleType) -> dict[str, str]:
    backend = str(keras.backend.backend())
    packages = ("tensorflow", "tensorflow-cpu") if backend == "tensorflow" else (backend,)
    return machine.versions("keras", *packages, "h5py")
