"""An HDF5 file of Keras anew, in the physical forms that other versions of h5py and HDF5 give it.

Names and numbers stay what they are; `REWRITTEN` names the forms. h5py 2 stored lists of names as texts of one fixed
length, padded with zeros; Keras splits a list that is too long for one attribute.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

NAME_LISTS = ("layer_names", "weight_names")


@dataclass(frozen=True)
class Physical:
    """`versions` bound the format of what is written; `split` is the number of attributes for the layers' names."""

    versions: str | tuple[str, str] = "earliest"
    fixed: bool = False
    compressed: bool = False
    split: int = 0
    superblock: int = 0


REWRITTEN: dict[str, Physical] = {
    "h5py2": Physical(fixed=True),
    "split-names": Physical(fixed=True, split=3),
    "superblock1": Physical(superblock=1),
    "superblock2": Physical(versions=("v108", "v108"), superblock=2),
    "superblock3": Physical(versions=("v110", "v110"), superblock=3),
    "gzip-shuffle": Physical(compressed=True),
    "superblock3-gzip": Physical(versions=("v110", "v110"), superblock=3, compressed=True),
}


def rewrite(source: Path, target: Path, physical: Physical) -> None:
    with h5py.File(source, "r") as old, _created(target, physical) as new:
        _copy_attributes(old, new, physical)

        def copy(name: str, item: h5py.Group | h5py.Dataset) -> None:
            if isinstance(item, h5py.Group):
                made = new.create_group(name)
            else:
                options = {"compression": "gzip", "shuffle": True, "chunks": True} if physical.compressed else {}
                made = new.create_dataset(name, data=item[()], **(options if item.size > 1 else {}))
            _copy_attributes(item, made, physical)

        old.visititems(copy)
    found = target.read_bytes()[8]
    assert found == physical.superblock, f"{target.name} has superblock {found}"


def _created(path: Path, physical: Physical) -> h5py.File:
    if physical.superblock != 1:
        return h5py.File(path, "w", libver=physical.versions)
    # A B-tree of another width than the usual one is what superblock 1 was made for. h5py has no call for it.
    (library,) = (Path(h5py.__file__).parents[1] / "h5py.libs").glob("libhdf5-*.so*")
    set_width = ctypes.CDLL(str(library)).H5Pset_istore_k
    set_width.argtypes = (ctypes.c_int64, ctypes.c_uint)
    properties = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    assert set_width(properties.id, 64) >= 0
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_libver_bounds(h5py.h5f.LIBVER_EARLIEST, h5py.h5f.LIBVER_LATEST)
    return h5py.File(h5py.h5f.create(bytes(path), h5py.h5f.ACC_TRUNC, properties, access))


def _copy_attributes(old: h5py.HLObject, new: h5py.HLObject, physical: Physical) -> None:
    for name, value in old.attrs.items():
        if name not in NAME_LISTS or len(value) == 0:
            new.attrs[name] = value
            continue
        names = [entry if isinstance(entry, bytes) else entry.encode() for entry in value]
        stored = np.array(names, "S") if physical.fixed else names
        if name == "layer_names" and physical.split:
            for number, part in enumerate(np.array_split(stored, physical.split)):
                new.attrs[f"{name}{number}"] = part
        else:
            new.attrs[name] = stored
