"""Writes golden case folders; golden/README.md is the specification of what is written here."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import numpy as np

Arrays = Mapping[str, np.ndarray]

STORED_TYPES = ("float32", "float64", "int32", "int64", "bool", "uint8")


@dataclass(frozen=True)
class Tolerance:
    """An element passes when |actual − expected| ≤ atol + rtol·|expected| + peak·max|expected|."""

    reason: str
    atol: float = 0
    rtol: float = 0
    peak: float = 2e-5


@dataclass(frozen=True)
class Producer:
    """Who computed the expected outputs, and with which versions of which packages."""

    name: str
    versions: Mapping[str, str]

    @classmethod
    def of(cls, name: str, *packages: str) -> Producer:
        versions = {package: version(package).split("+")[0] for package in packages}
        return cls(name, {**versions, "python": ".".join(platform.python_version_tuple()[:2])})


@dataclass(frozen=True)
class Case:
    """One golden case: a model file, what goes in, what must come out.

    `source` is the model's file name inside the case's folder, or None when the model lies elsewhere; then
    `source_sha256` alone says which one it is. `layers` maps names of values inside the graph to what they must hold.
    `references` maps a framework's name to its answers for the outputs, for information.
    """

    name: str
    source_sha256: str
    producer: Producer
    inputs: Arrays
    outputs: Arrays
    tolerance: Tolerance
    source: str | None = None
    seed: int | None = None
    layout: str | None = None
    layers: Arrays = field(default_factory=dict)
    references: Mapping[str, Arrays] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Writes case.json and its arrays into `folder`, which is made when missing."""
        folder.mkdir(parents=True, exist_ok=True)
        description = {
            "ferryGolden": 1,
            "name": self.name,
            "source": {"file": self.source, "sha256": self.source_sha256},
            "producer": {"name": self.producer.name, "versions": dict(self.producer.versions)},
            "seed": self.seed,
            "layout": self.layout,
            "inputs": _store(folder, self.inputs, "input"),
            "outputs": _store(folder, self.outputs, "output"),
            "layers": self._store_layers(folder),
            "tolerance": {
                "atol": self.tolerance.atol,
                "rtol": self.tolerance.rtol,
                "peak": self.tolerance.peak,
                "reason": self.tolerance.reason,
            },
            "references": {
                framework: _store(folder, arrays, f"{framework}-output")
                for framework, arrays in self.references.items()
            },
        }
        text = json.dumps(description, indent=2, ensure_ascii=False)
        (folder / "case.json").write_text(text + "\n", encoding="utf-8")

    def _store_layers(self, folder: Path) -> dict[str, str]:
        """Layers have a folder of their own, as there may be hundreds."""
        if not self.layers:
            return {}
        return {name: f"layers/{file}" for name, file in _store(folder / "layers", self.layers, "layer").items()}


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _store(folder: Path, arrays: Arrays, stem: str) -> dict[str, str]:
    """Saves each array in a numbered file (a value's own name may hold slashes) and returns name → file."""
    folder.mkdir(parents=True, exist_ok=True)
    stored = {}
    digits = len(str(len(arrays) - 1))
    for number, (name, array) in enumerate(arrays.items()):
        if array.dtype.name not in STORED_TYPES:
            raise TypeError(f"{name} is {array.dtype.name}; a case stores {', '.join(STORED_TYPES)}")
        file = f"{stem}.npy" if len(arrays) == 1 else f"{stem}-{number:0{digits}}.npy"
        little_endian = array.dtype.newbyteorder("<")
        # A scalar must stay a scalar: ascontiguousarray alone would make it one element long.
        np.save(folder / file, np.ascontiguousarray(array, little_endian).reshape(array.shape))
        stored[name] = file
    return stored
