"""Weights that are not there, or not where they may be."""

from __future__ import annotations

from onnx import TensorProto

from invalid.registry import fault
from invalid.sound import conv, model, relu, value, weight, with_weight


@fault("missing-parameters", "enc.conv1.weight", "enc.conv1.bias")
def export_without_parameters() -> bytes:
    """export_params=False: the weights are inputs of the graph, and there are no data."""
    inputs = [
        value("input", [1, 3, 8, 8]),
        value("enc.conv1.weight", [4, 3, 3, 3]),
        value("enc.conv1.bias", [4]),
    ]
    return model([conv(), relu()], [], inputs).SerializeToString()


def external(location: str, **entries: int | str) -> bytes:
    """The sound network with its weight in another file; weights.bin beside the models holds it at offset 16."""
    stored = TensorProto(data_type=TensorProto.FLOAT, dims=[4, 3, 3, 3], data_location=TensorProto.EXTERNAL)
    for key, entry in ({"location": location} | entries).items():
        stored.external_data.add(key=key, value=str(entry))
    return with_weight(stored)


def external_weights() -> bytes:
    return b"\0" * 16 + weight().tobytes()


WEIGHT_BYTES = 4 * 3 * 3 * 3 * 4


@fault("missing-external-data", "nowhere.bin", "enc.conv1.weight")
def external_missing() -> bytes:
    """The file of the weights is not there."""
    return external("nowhere.bin", offset=0, length=WEIGHT_BYTES)


@fault("external-data-outside-folder", "../README.md", "enc.conv1.weight")
def external_above() -> bytes:
    """The weights lie in a folder above (the file is there, which must not matter)."""
    return external("../README.md", offset=0, length=WEIGHT_BYTES)


@fault("external-data-outside-folder", "inner/../../README.md")
def external_above_by_detour() -> bytes:
    """The same, by way of a folder inside."""
    return external("inner/../../README.md", offset=0, length=WEIGHT_BYTES)


@fault("external-data-outside-folder", "/weights.bin")
def external_absolute() -> bytes:
    """The weights lie at an absolute path."""
    return external("/weights.bin", offset=0, length=WEIGHT_BYTES)


@fault("external-data-link", "linked.bin", link={"at": "linked.bin", "to": "weights.bin"})
def external_link() -> bytes:
    """The file of the weights is a symbolic link."""
    return external("linked.bin", offset=16, length=WEIGHT_BYTES)


@fault("external-data-link", "linked/weights.bin", link={"at": "linked", "to": "."})
def external_link_to_folder() -> bytes:
    """The folder of the weights is a symbolic link."""
    return external("linked/weights.bin", offset=16, length=WEIGHT_BYTES)


@fault("external-data-range", "weights.bin", "enc.conv1.weight")
def external_offset_beyond_end() -> bytes:
    """The weights would begin behind the end of their file."""
    return external("weights.bin", offset=4096, length=WEIGHT_BYTES)


@fault("external-data-range", "weights.bin", "enc.conv1.weight")
def external_length_beyond_end() -> bytes:
    """The weights would end behind the end of their file."""
    return external("weights.bin", offset=32, length=WEIGHT_BYTES)


@fault("external-data-range", "enc.conv1.weight")
def external_length_too_short() -> bytes:
    """The stated length is less than the shape needs."""
    return external("weights.bin", offset=16, length=100)


@fault("external-data-range", "enc.conv1.weight")
def external_offset_negative() -> bytes:
    """A negative offset."""
    return external("weights.bin", offset=-16, length=WEIGHT_BYTES)


@fault("external-data-range", "enc.conv1.weight")
def external_offset_overflow() -> bytes:
    """Offset plus length is more than a 64-bit integer holds."""
    return external("weights.bin", offset=2**63 - 8, length=WEIGHT_BYTES)
