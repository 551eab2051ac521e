"""The sound HDF5 file from which the broken ones are made, and the archive around it."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable

import h5py
import numpy as np

OLD, NEW = ("earliest", "v110"), ("v110", "v110")


def kernel() -> np.ndarray:
    return np.random.default_rng(7).normal(0, 0.3, (3, 3, 1, 2)).astype("<f4")


def hdf5(
    change: Callable[[h5py.File], object] = lambda file: None, libver: tuple[str, str] = OLD, order: bool = False
) -> bytes:
    """A file with the weights of one layer, and whatever `change` does to it."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", libver=libver, track_order=order) as file:
        file.attrs["layer_names"] = np.array([b"conv1"])
        layer = file.create_group("conv1")
        layer.attrs["weight_names"] = np.array([b"conv1/kernel:0"])
        layer.create_dataset("conv1/kernel:0", data=kernel())
        change(file)
    return buffer.getvalue()


def replaced(data: bytes, found: bytes, by: bytes, count: int = 1) -> bytes:
    """Bytes of a file exchanged where they stand, which must be so many times."""
    if data.count(found) != count or len(found) != len(by):
        raise ValueError(f"{found!r} stands {data.count(found)} times in the file")
    return data.replace(found, by)


PARTS = {
    "metadata.json": b'{"keras_version": "3.0.0"}',
    "config.json": b'{"class_name": "Functional"}',
    "model.weights.h5": hdf5(libver=NEW),
}


def archive(parts: dict[str, bytes] | list[tuple[str, bytes]] | None = None, method: int = zipfile.ZIP_STORED) -> bytes:
    """A .keras file of these parts, or of the sound ones."""
    if parts is None:
        parts = PARTS
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        for name, data in parts.items() if isinstance(parts, dict) else parts:
            file.writestr(entry(name, method), data)
    return buffer.getvalue()


def entry(name: str, method: int = zipfile.ZIP_STORED) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = method
    info.create_system = 3
    return info


def directory_field(data: bytes, name: str, offset: int, form: str, value: int) -> bytes:
    """An archive with a number changed in the directory's entry of a name."""
    changed, position = bytearray(data), data.rindex(b"PK\x05\x06")
    position = struct.unpack_from("<I", data, position + 16)[0]
    while True:
        sizes = struct.unpack_from("<HHH", data, position + 28)
        if data[position + 46 :][: sizes[0]] == name.encode():
            struct.pack_into(form, changed, position + offset, value)
            return bytes(changed)
        position += 46 + sum(sizes)


def local_field(data: bytes, name: str, offset: int, form: str, value: int) -> bytes:
    """An archive with a number changed in the record before an entry's bytes."""
    changed = bytearray(data)
    struct.pack_into(form, changed, data.index(name.encode()) - 30 + offset, value)
    return bytes(changed)
