"""HDF5 files that can be read and hold no network that Ferry could carry: something is over, missing or not known."""

from __future__ import annotations

import json

import h5py
import numpy as np

from invalid.registry import fault
from invalid.sound_keras import hdf5


def model(file: h5py.File, class_name: str = "Conv2D", **options: object) -> None:
    """States a network of one layer, "conv1", over pictures of 6×6 pixels with one channel."""
    layers = [
        {
            "class_name": "InputLayer", "name": "x", "inbound_nodes": [],
            "config": {"name": "x", "batch_input_shape": [None, 6, 6, 1], "dtype": "float32"},
        },
        {
            "class_name": class_name, "name": "conv1", "inbound_nodes": [[["x", 0, 0, {}]]],
            "config": {"name": "conv1"} | options,
        },
    ]  # fmt: skip
    config = {"name": "m", "layers": layers, "input_layers": [["x", 0, 0]], "output_layers": [["conv1", 0, 0]]}
    file.attrs["model_config"] = json.dumps({"class_name": "Functional", "config": config})
    file.attrs["keras_version"] = "2.15.0"


CONV = {"filters": 2, "kernel_size": [3, 3], "use_bias": False}


@fault("unused-weight", "bias:0", ending="h5")
def keras_array_without_a_place() -> bytes:
    """A layer lists an array that it does not read."""
    def change(file: h5py.File) -> None:
        model(file, **CONV)
        file["conv1"].attrs["weight_names"] = np.array([b"conv1/kernel:0", b"conv1/bias:0"])
        file["conv1"].create_dataset("conv1/bias:0", data=np.zeros(2, "<f4"))

    return hdf5(change)


@fault("unused-weight", "surplus", ending="h5")
def keras_array_that_no_layer_lists() -> bytes:
    """An array stands in the file that no layer lists."""
    def change(file: h5py.File) -> None:
        model(file, **CONV)
        file["conv1"].create_dataset("surplus", data=np.zeros(2, "<f4"))

    return hdf5(change)


@fault("missing-parameters", "bias", "conv1", ending="h5")
def keras_missing_weight() -> bytes:
    """A layer has a bias, and the file none."""
    return hdf5(lambda file: model(file, **(CONV | {"use_bias": True})))


@fault("shape-mismatch", "conv1", "3", ending="h5")
def keras_weight_of_another_shape() -> bytes:
    """A kernel has other extents than its layer states."""
    return hdf5(lambda file: model(file, **(CONV | {"filters": 3})))


@fault("unknown-operator", "Lambda", "Python code", ending="h5")
def keras_lambda() -> bytes:
    """A layer is Python code."""
    return hdf5(lambda file: model(file, "Lambda"))


@fault("unsupported-attribute", "channels_first", ending="h5")
def keras_channels_first() -> bytes:
    """A layer takes the channels first."""
    return hdf5(lambda file: model(file, data_format="channels_first", **CONV))


@fault("unsupported-attribute", "surprise", ending="h5")
def keras_unknown_option() -> bytes:
    """A layer has an option that is not known."""
    return hdf5(lambda file: model(file, surprise=1, **CONV))


@fault("unsupported-model", "none of the built-in architectures", "keras/xception", ending="h5")
def keras_weights_of_no_architecture() -> bytes:
    """Weights alone that no built-in architecture has."""
    return hdf5()


@fault("unsupported-model", "state dictionary", "pytorchcv/mobilenet", ending="h5")
def keras_state_dictionary_of_none() -> bytes:
    """Weights of PyTorch that no built-in architecture has."""
    def change(file: h5py.File) -> None:
        del file.attrs["layer_names"], file["conv1"]
        file.create_dataset("features.conv.weight", data=np.zeros((2, 1, 3, 3), "<f4"))

    return hdf5(change)
