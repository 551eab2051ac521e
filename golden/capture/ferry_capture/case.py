"""Writes golden case folders; golden/README.md is the specification of what is written here."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from ferry_capture.errors import CaptureError
from ferry_capture.pictures import PictureInput

Array = npt.NDArray[Any]
Arrays = Mapping[str, Array]

STORED_TYPES = ("float32", "float64", "int32", "int64", "uint8", "bool")

# A float32 network of tens of layers stays this close to its float64 truth, as a part of the largest element.
FLOAT32_NOISE = 1e-5


@dataclass(frozen=True)
class Tolerance:
    """An element passes when |actual − expected| ≤ atol + rtol·|expected| + peak·max|expected|."""

    reason: str
    atol: float = 0
    rtol: float = 0
    peak: float = 2e-5

    @classmethod
    def of_float32(cls, framework: str) -> Tolerance:
        """For expected values that were computed in float32 themselves."""
        return cls(
            f"{framework} and Ferry both compute in float32 and stay within 1e-5 of the largest element of the true "
            "value; twice that lies between them at most"
        )

    @classmethod
    def of_float64(cls, framework: str, noise: float | None) -> Tolerance:
        """For expected values computed in float64. `noise` is how far the framework's own float32 is from them."""
        measured = f"; {framework}'s own float32 is {noise:.1e} away on these inputs" if noise is not None else ""
        return cls(
            "float32 networks stay within 1e-5 of the largest element of their float64 truth; twice that is a defect"
            + measured
        )


@dataclass(frozen=True)
class Producer:
    """Who computed the expected values, with which versions of which packages, on what machine."""

    name: str
    versions: Mapping[str, str]
    platform: str


class CaseWriter:
    """One case folder in the making. To be used in a `with` statement:

    - arrays are written as they come, so that a network's layers need not be in memory together;
    - all files lie in a folder of their own within until `finish` moves them to their places and writes case.json;
    - if anything fails before, that folder is removed, and a case that was to be replaced is still there.

    `byte_count` is what the files take, without case.json.
    """

    def __init__(self, folder: Path, *, overwrite: bool = False) -> None:
        self.folder = folder
        self.overwrite = overwrite
        self.byte_count = 0
        self._staged = folder / ".ferry-capture"
        self._names: list[str] = []
        self._made: list[Path] = []
        self._replaced: list[Path] = []
        self._by_content: dict[bytes, str] = {}
        self._description: dict[str, Any] = {"inputs": {}, "outputs": {}, "layers": {}}

    def __enter__(self) -> CaseWriter:
        try:
            if self._case_file.exists():
                if not self.overwrite:
                    raise CaptureError(
                        f"{self.folder} holds a golden case already",
                        hint="name another folder, or replace the case with --overwrite",
                    )
                self._replaced = case_files(self.folder)
            for folder in (*reversed(self.folder.parents), self.folder):
                if not folder.exists():
                    folder.mkdir()
                    self._made.append(folder)
            shutil.rmtree(self._staged, ignore_errors=True)
            self._staged.mkdir()
        except OSError as problem:
            raise _unwritable(self.folder, problem) from problem
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self._staged, ignore_errors=True)
        if kind is not None:
            for folder in reversed(self._made):
                with contextlib.suppress(OSError):  # somebody else's files are in it
                    folder.rmdir()
        if isinstance(problem, OSError):
            raise _unwritable(self.folder, problem) from problem

    # Files

    @property
    def _case_file(self) -> Path:
        return self.folder / "case.json"

    def place(self, name: str) -> Path:
        """Where a file that gets this name is to be written; the caller writes it himself."""
        if (self.folder / name).exists() and not self.overwrite:
            raise CaptureError(
                f"{self.folder / name} is there already",
                hint="name a folder without files of an earlier capture, or add --overwrite",
            )
        self._names.append(name)
        path = self._staged / name
        path.parent.mkdir(exist_ok=True)
        return path

    def _store(self, name: str, array: Array, what: str) -> str:
        array = storable(array, what)
        # A scalar must stay a scalar: ascontiguousarray alone would make it one element long.
        ordered = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).reshape(array.shape)
        np.save(self.place(name), ordered, allow_pickle=False)
        return name

    def _store_all(self, arrays: Arrays, stem: str) -> dict[str, str]:
        """Each in a numbered file, as a value's own name may hold anything: name → file."""
        digits = len(str(max(len(arrays) - 1, 0)))
        return {
            name: self._store(f"{stem}.npy" if len(arrays) == 1 else f"{stem}-{number:0{digits}}.npy", array, name)
            for number, (name, array) in enumerate(arrays.items())
        }

    # Contents

    def add_inputs(self, arrays: Arrays) -> None:
        self._description["inputs"] = self._store_all(arrays, "input")

    def add_outputs(self, arrays: Arrays) -> None:
        self._description["outputs"] = self._store_all(arrays, "output")

    def add_reference(self, framework: str, arrays: Arrays) -> None:
        """A framework's own answers for the outputs, which nothing is compared against."""
        self._description.setdefault("references", {})[framework] = self._store_all(arrays, f"{framework}-output")

    def add_layer(self, name: str, array: Array) -> None:
        """A value inside the graph. Values with equal elements share a file: Dropout repeats what it is given."""
        array = storable(array, name)
        content = hashlib.blake2b(f"{array.dtype.name} {array.shape} ".encode(), digest_size=16)
        content.update(np.ascontiguousarray(array).tobytes())
        key = content.digest()
        file = self._by_content.get(key)
        if file is None:
            file = self._store(f"layers/{len(self._by_content):04}.npy", array, name)
            self._by_content[key] = file
        self._description["layers"][name] = file

    def layer(self, name: str) -> Array:
        """A layer as it was stored."""
        array: Array = np.load(self._staged / self._description["layers"][name], allow_pickle=False)
        return array

    def remove_layer(self, name: str) -> None:
        """Takes a layer back, and its file if no other one has it."""
        file = self._description["layers"].pop(name)
        if file not in self._description["layers"].values():
            for key in [key for key, other in self._by_content.items() if other == file]:
                del self._by_content[key]
            self._names.remove(file)
            (self._staged / file).unlink()

    def add_preprocessing(self, pictures: Mapping[str, PictureInput]) -> None:
        """How inputs were made from pictures, with the pixels and what is between them and the input."""
        for number, (name, picture) in enumerate(pictures.items()):
            suffix = "" if len(pictures) == 1 else f"-{number}"
            stored = self._store(f"picture{suffix}.npy", picture.pixels, name)
            scaled = self._store(f"scaled{suffix}.npy", picture.scaled, name)
            self._description.setdefault("preprocessing", {})[name] = {
                "picture": stored,
                **picture.options.record(picture.pixels.shape[-1]),
                "pictureFiles": [{"name": file.name, "sha256": file.sha256} for file in picture.files],
                "stages": {"scaled": scaled},
            }

    def finish(  # noqa: PLR0913 -- a case is that many things
        self,
        *,
        name: str,
        source: str | None,
        source_sha256: str,
        producer: Producer,
        tolerance: Tolerance,
        seed: int | None,
        layout: str | None,
    ) -> None:
        """Writes case.json. `source` is the model's file name inside the folder, None when it lies elsewhere."""
        description: dict[str, Any] = {
            "ferryGolden": 1,
            "name": name,
            "source": {"file": source, "sha256": source_sha256},
            "producer": {
                "name": producer.name,
                "versions": dict(producer.versions),
                "platform": producer.platform,
            },
            "seed": seed,
            "layout": layout,
            "inputs": self._description["inputs"],
            "outputs": self._description["outputs"],
            "layers": self._description["layers"],
            "tolerance": {
                "atol": tolerance.atol,
                "rtol": tolerance.rtol,
                "peak": tolerance.peak,
                "reason": tolerance.reason,
            },
        }
        for key in ("references", "preprocessing"):
            if key in self._description:
                description[key] = self._description[key]
        text = json.dumps(description, indent=2, ensure_ascii=False, allow_nan=False)
        (self._staged / "case.json").write_text(text + "\n", encoding="utf-8")
        self._move()

    def _move(self) -> None:
        """The files to their places; case.json, by which a folder is a case, goes first and comes last."""
        if self._case_file.exists():
            self._case_file.unlink()
            for path in self._replaced:
                path.unlink(missing_ok=True)
        for name in self._names:
            staged, place = self._staged / name, self.folder / name
            if not staged.exists():
                continue  # external data that there were none of
            self.byte_count += staged.stat().st_size
            place.parent.mkdir(exist_ok=True)
            staged.replace(place)
        (self._staged / "case.json").replace(self._case_file)
        with contextlib.suppress(OSError):
            (self.folder / "layers").rmdir()  # of a case with layers that was replaced by one without


def storable(array: Array, what: str) -> Array:
    """The array in one of the types that a case stores; half precision becomes single, which holds it exactly."""
    if array.dtype.name in ("float16", "bfloat16"):
        return array.astype(np.float32)
    if array.dtype.name not in STORED_TYPES:
        raise CaptureError(f'"{what}" is {array.dtype.name}', supported=", ".join(STORED_TYPES))
    return array


def case_files(folder: Path) -> list[Path]:
    """The arrays that a case names, and nothing else: other cases may lie in folders below it.

    Raises:
        CaptureError: when its case.json is no golden case.
    """
    path = folder / "case.json"
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(description, dict) or "ferryGolden" not in description:
            raise ValueError("it lacks ferryGolden")
    except ValueError as problem:
        raise CaptureError(
            f"{path} is no golden case, so that it is not replaced: {problem}", hint="remove it yourself"
        ) from problem
    names = [
        PurePosixPath(text)
        for key in ("inputs", "outputs", "layers", "references", "preprocessing")
        for text in _texts(description.get(key))
    ]
    return [
        folder / name for name in names if name.suffix == ".npy" and not name.is_absolute() and ".." not in name.parts
    ]


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for member in value.values():
            yield from _texts(member)


def peak_error(actual: Array, expected: Array) -> float:
    """max|actual − expected| as a part of max|expected|: the measure that a case's `peak` bounds."""
    if actual.shape != expected.shape:
        return float("inf")
    if expected.size == 0:
        return 0.0
    expected = expected.astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        difference = np.abs(actual.astype(np.float64) - expected)
        # Equal infinities differ by nothing.
        difference = np.where(actual == expected, 0, difference)
        largest = np.abs(expected).max()
    if not np.isfinite(largest) or not np.isfinite(difference).all():
        return 0.0 if np.array_equal(actual, expected, equal_nan=True) else float("inf")
    return float(difference.max() / max(largest, np.finfo(np.float64).tiny))


def _unwritable(folder: Path, problem: OSError) -> CaptureError:
    place = problem.filename or str(folder)
    return CaptureError(f"{place} cannot be written: {problem.strerror or problem}")
