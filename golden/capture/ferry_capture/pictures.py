"""Pictures as inputs: read, resized, and turned into numbers in stages that a case records."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ferry_capture.errors import CaptureError, counted, required

COLORS = ("rgb", "bgr")
RANGES = ("0-1", "0-255", "-1-1")
LAYOUTS = ("NCHW", "NHWC")


@dataclass(frozen=True)
class PictureOptions:
    """How pixels become an input, in this order:

    1. colours in the order `color`, mapped to `range`, in float32: x / 255, x, or (x / 255 − 0.5) · 2;
    2. (x − mean) / std in float32, one number a channel of the input (or one for all); None leaves that part out;
    3. the layout of the input.
    """

    color: str = "rgb"
    range: str = "0-1"
    mean: tuple[float, ...] | None = None
    std: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        if self.color not in COLORS:
            raise CaptureError(f"the colours are in the order {self.color}", supported=", ".join(COLORS))
        if self.range not in RANGES:
            raise CaptureError(f"the range is {self.range}", supported=", ".join(RANGES))
        for name, numbers in (("mean", self.mean), ("std", self.std)):
            if numbers is not None and not all(np.isfinite(number) for number in numbers):
                raise CaptureError(f"{name} holds a number that is not finite")
        if self.std is not None and any(number <= 0 for number in self.std):
            raise CaptureError(f"std is {_listed(self.std)}", supported="numbers above 0")

    def record(self, channels: int) -> dict[str, Any]:
        """As case.json has it, where mean and std are null or hold one number a channel."""
        return {
            "color": self.color,
            "range": self.range,
            "mean": None if self.mean is None else list(self.mean) * (channels if len(self.mean) == 1 else 1),
            "std": None if self.std is None else list(self.std) * (channels if len(self.std) == 1 else 1),
        }

    def __str__(self) -> str:
        parts = [self.color.upper(), self.range]
        if self.mean is not None:
            parts.append(f"mean {_listed(self.mean)}")
        if self.std is not None:
            parts.append(f"std {_listed(self.std)}")
        return ", ".join(parts)


@dataclass(frozen=True)
class PictureFile:
    """The name of a file (without its folder) and its digest."""

    name: str
    sha256: str


@dataclass(frozen=True)
class PictureInput:
    """An input made of pictures: `array` is what the model takes; `pixels` (uint8) and `scaled` (float32) are
    N×H×W×C, what it was made of."""

    array: npt.NDArray[np.float32]
    pixels: npt.NDArray[np.uint8]
    scaled: npt.NDArray[np.float32]
    files: tuple[PictureFile, ...]
    options: PictureOptions
    layout: str


def load(  # noqa: PLR0913 -- with names
    files: Sequence[str | Path],
    *,
    height: int,
    width: int,
    channels: int = 3,
    layout: str = "NCHW",
    options: PictureOptions | None = None,
) -> PictureInput:
    """Reads pictures and makes a batch of them.

    They are turned as their EXIF data say, converted to RGB (or, for one channel, to brightness as Pillow's "L"),
    and resized by Pillow's bilinear filter, which smooths when it shrinks.
    """
    pillow = required("PIL.Image", "pictures", "reading pictures")
    turning = required("PIL.ImageOps", "pictures", "reading pictures")
    options = options or PictureOptions()
    if channels not in (1, 3):
        raise CaptureError(f"pictures cannot fill {counted(channels, 'channel')}", supported="1 or 3 channels")
    if layout not in LAYOUTS:
        raise CaptureError(f"the layout is {layout}", supported=", ".join(LAYOUTS))
    pixels, records = [], []
    for file in map(Path, files):
        try:
            data = file.read_bytes()
            with pillow.open(io.BytesIO(data)) as opened:
                if opened.mode.startswith(("I", "F")):
                    raise CaptureError(
                        f"the picture has more than 8 bits a channel (mode {opened.mode})", at=file.name,
                        supported="8 bits", hint="convert it first",
                    )  # fmt: skip
                picture = turning.exif_transpose(opened).convert("L" if channels == 1 else "RGB")
        except FileNotFoundError as problem:
            raise CaptureError(f"the picture {file} is not there") from problem
        except CaptureError:
            raise
        except (OSError, ValueError, SyntaxError, pillow.DecompressionBombError) as problem:
            raise CaptureError(f"the picture {file} cannot be read", hint="give a PNG or JPEG file") from problem
        if picture.size != (width, height):
            picture = picture.resize((width, height), pillow.Resampling.BILINEAR)
        pixels.append(np.asarray(picture, np.uint8).reshape(height, width, channels))
        records.append(PictureFile(file.name, hashlib.sha256(data).hexdigest()))
    if not pixels:
        raise CaptureError("no picture is given")
    return prepare(np.stack(pixels), tuple(records), layout, options)


def prepare(
    pixels: npt.NDArray[np.uint8], files: tuple[PictureFile, ...], layout: str, options: PictureOptions
) -> PictureInput:
    """The stages from pixels (N×H×W×C, RGB or brightness) to the input."""
    scaled = scale(pixels, options)
    normalised = normalise(scaled, options)
    if layout == "NCHW":
        normalised = normalised.transpose(0, 3, 1, 2)
    return PictureInput(np.ascontiguousarray(normalised), pixels, scaled, files, options, layout)


def scale(pixels: npt.NDArray[np.uint8], options: PictureOptions) -> npt.NDArray[np.float32]:
    """The first stage: order of the colours and range."""
    ordered = pixels[..., ::-1] if options.color == "bgr" else pixels
    values = np.ascontiguousarray(ordered).astype(np.float32)
    if options.range == "0-255":
        return values
    unit = values / np.float32(255)
    return unit if options.range == "0-1" else (unit - np.float32(0.5)) * np.float32(2)


def normalise(scaled: npt.NDArray[np.float32], options: PictureOptions) -> npt.NDArray[np.float32]:
    """The second stage: mean and standard deviation."""
    channels = scaled.shape[-1]
    values = scaled
    for name, numbers in (("mean", options.mean), ("std", options.std)):
        if numbers is None:
            continue
        if len(numbers) not in (1, channels):
            raise CaptureError(
                f"{name} has {counted(len(numbers), 'number')} for {counted(channels, 'channel')}",
                supported=f"1 or {channels}" if channels > 1 else "1",
            )
        array = np.array(numbers, np.float32)
        values = values - array if name == "mean" else values / array
    return values


def _listed(numbers: Sequence[float]) -> str:
    return ",".join(f"{number:g}" for number in numbers)
