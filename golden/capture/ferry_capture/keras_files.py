"""Opens Keras files, and rebuilds a model in float64."""

from __future__ import annotations

import contextlib
import importlib
import json
import logging
import os
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from ferry_capture.errors import CaptureError, first_line, required
from ferry_capture.keras_walk import graph_of
from ferry_capture.user_code import import_file

WEIGHTS_ALONE = 'build the model in Python, model.load_weights(FILE), model.save("model.keras"), and capture that file'


def keras_module() -> ModuleType:
    """Keras, without what TensorFlow announces when it starts."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    with quiet():
        return required("keras", "keras", "capturing a Keras model")


def major_version(keras: ModuleType) -> int:
    return int(str(keras.__version__).partition(".")[0])


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def configuration(path: Path) -> dict[str, Any]:
    """What the file says of its model's layers.

    Raises:
        CaptureError: when the file is no Keras file, or holds weights alone.
    """
    if path.is_dir():
        raise CaptureError(
            f"{path} is a folder", supported=".h5, .hdf5, .keras files",
            hint='load it where it was saved and call model.save("model.keras")',
        )  # fmt: skip
    if not path.is_file():
        raise CaptureError(f"{path} is not there")
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            if "config.json" not in archive.namelist():
                raise CaptureError(
                    f"{path.name} is an archive without config.json", supported=".keras as Keras saves it"
                )
            text: str | bytes = archive.read("config.json")
    else:
        text = _hdf5_configuration(path)
    try:
        found = json.loads(text)
    except ValueError as problem:
        raise CaptureError(f"{path.name} holds a configuration that is no JSON: {problem}") from problem
    if not isinstance(found, dict):
        raise CaptureError(f"{path.name} holds a configuration that is no object")
    return found


def _hdf5_configuration(path: Path) -> str | bytes:
    h5py = required("h5py", "keras", "reading HDF5 files")
    try:
        with h5py.File(path, "r") as file:
            text = file.attrs.get("model_config")
    except OSError as problem:
        raise CaptureError(
            f"{path.name} is no Keras file", supported=".h5, .hdf5, .keras as Keras saves models"
        ) from problem
    if text is None:
        raise CaptureError(
            f"{path.name} holds weights alone: without the model there is nothing to run", hint=WEIGHTS_ALONE
        )
    return text if isinstance(text, str | bytes) else str(text)


def load(path: Path, modules: Sequence[str] = (), custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The model of a file. `modules` are imported before, by name or by file: they register layers of their own."""
    keras = keras_module()
    stated = configuration(path)
    for module in modules:
        _import(module)
    try:
        with quiet():
            model = keras.models.load_model(str(path), compile=False, custom_objects=dict(custom_objects or {}))
    except Exception as problem:
        raise CaptureError(
            f"Keras {keras.__version__} does not load {path.name}: {_shortened(problem)}",
            hint="layers of another package or of your own: --import MODULE brings them; a file of Keras 3 needs "
            "Keras 3",
        ) from problem
    require_graph(model, path.name)
    rename_implied_input(model, stated)
    return model


def require_graph(model: Any, name: str) -> None:
    """A model must say how its layers are connected."""
    if graph_of(model) is not None:
        return
    if type(model).__name__ == "Sequential":
        raise CaptureError(
            f"{name} does not state the shape of its input",
            hint="call model.build((None, height, width, channels)) and save it again",
        )
    raise CaptureError(
        f"{name} is of the class {type(model).__name__}, which states no layers", supported="functional, sequential",
        hint="a subclassed model is code: rebuild it with keras.Model(inputs, outputs)",
    )  # fmt: skip


def input_names(model: Any) -> list[str]:
    """The names of the input layers, in the order of the model's inputs."""
    stated = getattr(model, "_ferry_input_names", None)
    if stated:
        return list(stated)
    graph: Any = graph_of(model)
    return [_layer_of(tensor).name for tensor in graph.inputs]


def output_names(model: Any) -> list[str]:
    """The names of the layers that the outputs are from; the second one of a layer is LAYER_1."""
    taken: dict[str, int] = {}
    names = []
    graph: Any = graph_of(model)
    for tensor in graph.outputs:
        name = _layer_of(tensor).name
        count = taken.get(name, 0)
        taken[name] = count + 1
        names.append(name if count == 0 else f"{name}_{count}")
    return names


def _layer_of(tensor: Any) -> Any:
    return tensor._keras_history[0]


def rename_implied_input(model: Any, stated: Mapping[str, Any]) -> None:
    """Older sequential models do not state their input; Ferry calls it after the first layer, as Keras 2 does."""
    if stated.get("class_name") != "Sequential":
        return
    config = stated.get("config")
    layers = config.get("layers", []) if isinstance(config, dict) else config
    first = layers[0] if isinstance(layers, list) and layers else {}
    if not isinstance(first, dict) or first.get("class_name") == "InputLayer":
        return
    inner = first.get("config")
    name = first.get("name") or (inner.get("name") if isinstance(inner, dict) else None)
    if isinstance(name, str):
        model._ferry_input_names = [f"{name}_input"]


def in_double(model: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The same model with its weights in float64, computing in float64."""
    keras = keras_module()
    before = keras.backend.floatx()
    keras.backend.set_floatx("float64")
    try:
        with quiet():
            double = type(model).from_config(_double(model.get_config()), custom_objects=dict(custom_objects or {}))
            require_graph(double, "the model in float64")
            double.set_weights(
                [weight.astype(np.float64) if weight.dtype == np.float32 else weight for weight in model.get_weights()]
            )
            for layer in double._flatten_layers():
                # What it computes with is derived from its weights, and only loading a file derives it anew.
                if type(layer).__name__ == "Normalization" and hasattr(layer, "finalize_state"):
                    layer.finalize_state()
    except Exception as problem:
        raise CaptureError(
            f"Keras cannot rebuild the model in float64: {_shortened(problem)}", hint="capture it without --float64"
        ) from problem
    finally:
        keras.backend.set_floatx(before)
    names = getattr(model, "_ferry_input_names", None)
    if names:
        double._ferry_input_names = names
    return double


def _double(value: Any) -> Any:
    """A configuration with float64 in place of float32."""
    if isinstance(value, dict):
        changed = {key: _double(member) for key, member in value.items()}
        if changed.get("dtype") == "float32":
            changed["dtype"] = "float64"
        inner = changed.get("config")
        is_policy = str(changed.get("class_name", "")).endswith("Policy")
        if is_policy and isinstance(inner, dict) and inner.get("name") == "float32":
            changed["config"] = {**inner, "name": "float64"}
        return changed
    if isinstance(value, list | tuple):
        return type(value)(_double(member) for member in value)
    return value


def _import(module: str) -> None:
    if module.endswith(".py"):
        import_file(Path(module))
        return
    try:
        importlib.import_module(module)
    except Exception as problem:
        raise CaptureError(f"the module {module} cannot be imported: {first_line(problem)}") from problem


def _shortened(problem: Exception) -> str:
    text = " ".join(str(problem).split())
    return f"{type(problem).__name__}: {text if len(text) <= 300 else text[:300].rsplit(' ', 1)[0] + ' …'}"
