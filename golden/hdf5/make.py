"""Makes one small set of arrays and texts in every physical form of HDF5 that Keras files come in, and contents.json
with what each must be read as.

    golden/make hdf5 [FOLDER]
"""

from __future__ import annotations

import ctypes
import io
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np

LAYERS = ["zeta", "alpha", "größe"]
CONFIGURATION = '{"class_name": "Functional", "name": "größe"}'


def arrays() -> dict[str, np.ndarray]:
    """Path → array, in the order in which the forms that keep an order hold them."""
    random = np.random.default_rng(11)
    return {
        "zeta/zeta/kernel:0": random.normal(size=(3, 3, 2, 4)).astype("<f4"),
        "zeta/zeta/bias:0": random.normal(size=4).astype("<f4"),
        "alpha/half": random.normal(size=(2, 5)).astype("<f2"),
        "alpha/double": random.normal(size=(2, 5)).astype("<f8"),
        "alpha/count": np.int64(-7),
        "größe/bytes": np.arange(200, 206, dtype="<u1").reshape(2, 3),
        "größe/short": np.array([-3, 300], "<i2"),
        "größe/word": np.array([1, 2**32 - 1], "<u4"),
        "größe/long": np.array([1, 2**64 - 1], "<u8"),
        "größe/flags": np.array([True, False, True]),
        "größe/none": np.zeros((0, 4), "<f4"),
    }


def fill(file: h5py.File, fixed: bool = False, split: int = 0, big: bool = False, **options: Any) -> None:
    def texts(values: list[str]) -> Any:
        return np.array([value.encode() for value in values], "S") if fixed else values

    if split:
        for number, part in enumerate(np.array_split(LAYERS, split)):
            file.attrs[f"layer_names{number}"] = texts(part.tolist())
    else:
        file.attrs["layer_names"] = texts(LAYERS)
    file.attrs["model_config"] = np.bytes_(CONFIGURATION.encode()) if fixed else CONFIGURATION
    file.attrs["epoch"] = np.int64(3)
    for path, little in arrays().items():
        swaps = big and little.dtype != bool
        array = np.asarray(little.astype(little.dtype.newbyteorder(">")) if swaps else little)
        layout = options if array.size > 1 else {}
        if "chunks" in layout and array.size > 4:
            layout = options | {"chunks": tuple(max(1, extent // 2) for extent in array.shape)}
        file.create_dataset(path, data=array, **layout)
    file["zeta"].attrs["weight_names"] = texts(["zeta/kernel:0", "zeta/bias:0"])
    file["größe"].attrs["weight_names"] = np.zeros(0)
    file.create_dataset("größe/words", data=np.array([b"a", b"b"], "S1"))
    file.create_dataset("optimizer_weights/iterations:0", data=np.int64(9))


def written(
    libver: tuple[str, str] = ("earliest", "v110"), order: bool = False, block: int = 0, **options: Any
) -> bytes:
    buffer = io.BytesIO()
    extra = {"userblock_size": block} if block else {}
    with h5py.File(buffer, "w", libver=libver, track_order=order, **extra) as file:
        fill(file, **options)
    return buffer.getvalue()


def superblock_1() -> bytes:
    """The version that a file gets whose chunk indices have another width than usual."""
    creation, access = h5py.h5p.create(h5py.h5p.FILE_CREATE), h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    # h5py has no call for it; its wheel carries the library beside it.
    (path,) = (Path(h5py.__file__).parents[1] / "h5py.libs").glob("libhdf5-*")
    library = ctypes.CDLL(str(path))
    library.H5Pset_istore_k.argtypes = [ctypes.c_int64, ctypes.c_uint]
    if library.H5Pset_istore_k(creation.id, 16) < 0:
        raise RuntimeError("the library does not set the width of chunk indices")
    access.set_fapl_core(backing_store=False)
    access.set_libver_bounds(h5py.h5f.LIBVER_EARLIEST, h5py.h5f.LIBVER_V110)
    with h5py.File(h5py.h5f.create(b"memory", fapl=access, fcpl=creation)) as file:
        fill(file, chunks=True)
        file.flush()
        return file.id.get_file_image()


def forms() -> dict[str, bytes]:
    packed = {"chunks": True, "compression": "gzip", "shuffle": True}
    return {
        "superblock-0.h5": written(),
        "superblock-1.h5": superblock_1(),
        "superblock-2.h5": written(("v108", "v108")),
        "superblock-3.h5": written(("v110", "v110")),
        "fixed-texts.h5": written(fixed=True),
        "split-names.h5": written(split=2, fixed=True),
        "split-names-variable.h5": written(("v110", "v110"), split=3),
        "chunked.h5": written(chunks=True),
        "gzip.h5": written(**packed, fletcher32=True),
        "gzip-latest.h5": written(("v110", "v110"), **packed),
        "big-endian.h5": written(big=True),
        "order.h5": written(order=True),
        "user-block.h5": written(block=1024),
    }


def archive(long: bool = True, stream: bool = False, folder: bool = False) -> bytes:
    """A .keras file; `long`: with the long form of sizes; `stream`: with the sizes behind the bytes."""

    class Stream(io.RawIOBase):
        def __init__(self) -> None:
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            self.data += data
            return len(data)

    target: Any = Stream() if stream else io.BytesIO()
    parts = {"metadata.json": b'{"keras_version": "3.0.0"}', "config.json": CONFIGURATION.encode()}
    if folder:
        parts["assets/"] = b""
    parts["model.weights.h5"] = written(("v110", "v110"))
    with zipfile.ZipFile(target, "w") as file:
        for name, data in parts.items():
            with file.open(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), "w", force_zip64=long) as entry:
                entry.write(data)
    return bytes(target.data) if stream else target.getvalue()


def archives() -> dict[str, bytes]:
    return {
        "plain.keras": archive(long=False),
        "long.keras": archive(folder=True),
        "stream.keras": archive(stream=True),
        "stream-short.keras": archive(long=False, stream=True),
    }


def contents() -> dict:
    """What every form holds. Bytes are little-endian and row-major, in hexadecimal digits."""
    names = {"float16": "f2", "float32": "f4", "float64": "f8", "bool": "b1"}
    names |= {f"int{8 * size}": f"i{size}" for size in (1, 2, 4, 8)} | {
        f"uint{8 * size}": f"u{size}" for size in (1, 2, 4, 8)
    }
    types = {np.dtype(code): name for name, code in names.items()}
    datasets = []
    for path, number in arrays().items():
        array = np.asarray(number)
        entry = {"path": path, "type": types[array.dtype], "shape": list(array.shape), "bytes": array.tobytes().hex()}
        datasets.append(entry)
    return {
        "datasets": datasets,
        "unread": {"größe/words": "text", "optimizer_weights/iterations:0": "int64"},
        "groups": ["zeta", "zeta/zeta", "alpha", "größe", "optimizer_weights"],
        "layerNames": LAYERS,
        "configuration": CONFIGURATION,
        "weightNames": ["zeta/kernel:0", "zeta/bias:0"],
    }


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    made = forms() | archives()
    for name, data in made.items():
        (folder / name).write_bytes(data)
    text = json.dumps(contents(), indent=1, ensure_ascii=False)
    (folder / "contents.json").write_text(text + "\n", encoding="utf-8")
    print(f"{folder}: {len(made)} files")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
