"""Stores the arrays of an .npz archive in HDF5 in one of the ways in which people do it.

    store.py ARCHIVE.npz flat|wrapped|nested OUT.h5

flat: names as they are. wrapped: names as nn.DataParallel gives them, in one group. nested: a group for each part of a
name, compressed.
"""

from __future__ import annotations

import sys

import h5py
import numpy as np


def main(archive: str, form: str, path: str) -> None:
    arrays = np.load(archive)
    # Smaller than the oldest form, and older than what distributions of HDF5 1.10 cannot read.
    with h5py.File(path, "w", libver=("v110", "v110")) as file:
        for name in arrays.files:
            array = arrays[name]
            options = {"compression": "gzip"} if form == "nested" and array.size > 64 else {}
            full = {
                "flat": name,
                "wrapped": f"state_dict/module.{name}",
                "nested": name.replace(".", "/"),
            }[form]
            file.create_dataset(full, data=array, **options)


if __name__ == "__main__":
    main(*sys.argv[1:])
