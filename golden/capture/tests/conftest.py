"""What the tests share: a picture, the command, case folders read without the package, Ferry's own command."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from ferry_capture.cli import main

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Finished:
    code: int
    out: str
    err: str


class Case:
    """A case folder as golden/README.md specifies it, read without ferry_capture."""

    KEYS = frozenset({
        "ferryGolden", "name", "source", "producer", "seed", "layout", "inputs", "outputs", "layers", "tolerance",
        "references", "preprocessing",
    })  # fmt: skip

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.text = (folder / "case.json").read_text(encoding="utf-8")
        self.json: dict[str, Any] = json.loads(self.text)
        assert self.json.keys() <= self.KEYS
        assert self.json.keys() >= self.KEYS - {"references", "preprocessing"}
        assert self.json["ferryGolden"] == 1
        assert self.json["tolerance"]["reason"]
        assert self.json["producer"].keys() == {"name", "versions", "platform"}

    def arrays(self, key: str) -> dict[str, Array]:
        return {name: self.array(file) for name, file in self.json[key].items()}

    def array(self, file: str) -> Array:
        data = (self.folder / file).read_bytes()
        assert data[6] == 1, "npy format version 1.0"
        array: Array = np.load(self.folder / file, allow_pickle=False)
        assert array.dtype.str in ("<f4", "<f8", "<i4", "<i8", "|u1", "|b1")
        assert array.flags.c_contiguous
        return array

    @property
    def inputs(self) -> dict[str, Array]:
        return self.arrays("inputs")

    @property
    def outputs(self) -> dict[str, Array]:
        return self.arrays("outputs")

    @property
    def layers(self) -> dict[str, Array]:
        return self.arrays("layers")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Finished]:
    """The command, within this process."""

    def command(*words: object) -> Finished:
        capsys.readouterr()
        try:
            code = main([str(word) for word in words])
        except SystemExit as stop:  # --help, --version
            code = int(stop.code or 0)
        said = capsys.readouterr()
        return Finished(code, said.out, said.err)

    return command


def pixels(height: int, width: int, seed: int = 5) -> npt.NDArray[np.uint8]:
    """A picture with structure: smooth colours with some noise over them."""
    random = np.random.default_rng(seed)
    down, right = np.mgrid[0:height, 0:width]
    smooth = np.stack([down * 3 + right, right * 2, 255 - down - right], axis=-1) % 256
    return np.clip(smooth + random.integers(-20, 21, smooth.shape), 0, 255).astype(np.uint8)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "bird.png"
    Image.fromarray(pixels(48, 64)).save(path)
    return path


def peak_error(actual: Array, expected: Array) -> float:
    assert actual.shape == expected.shape
    expected = expected.astype(np.float64)
    return float(np.abs(actual - expected).max() / max(np.abs(expected).max(), 1e-300)) if expected.size else 0.0


class Ferry:
    """The command `ferry`."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __call__(self, *words: object) -> str:
        finished = subprocess.run([self.command, *map(str, words)], capture_output=True, text=True, check=False)
        assert finished.returncode == 0, f"ferry {words[0]}: {finished.stdout}{finished.stderr}"
        return finished.stdout

    def accepts(self, model: Path, folder: Path, scratch: Path, options: Sequence[str] = ()) -> None:
        """Converts the model and verifies it with the case; then once more with every layer as an output, so that each
        captured name is one that Ferry knows, with these very elements."""
        bundle = scratch / "model.ferry"
        self("convert", model, "-o", bundle, *options)
        assert "passed" in self("verify", bundle, "--golden", folder, "--layers")
        case = Case(folder)
        layers = case.json["layers"]
        case.json["outputs"], case.json["layers"], case.json["references"] = layers, {}, {}
        case.json["source"]["file"] = None
        case.json.pop("preprocessing", None)
        other = scratch / "layers-as-outputs"
        other.mkdir()
        for path in folder.rglob("*.npy"):
            (other / path.relative_to(folder)).parent.mkdir(exist_ok=True)
            os.link(path, other / path.relative_to(folder))
        (other / "case.json").write_text(json.dumps(case.json), encoding="utf-8")
        wanted = [word for name in layers for word in ("--output-value", name)]
        bundle = scratch / "layers.ferry"
        self("convert", model, "-o", bundle, *options, *wanted)
        assert f"passed: {len(layers)} values" in self("verify", bundle, "--golden", other)


@pytest.fixture
def ferry() -> Ferry:
    """Ferry's command, whose path scripts/test-capture is given."""
    return Ferry(os.environ["FERRY_COMMAND"])
