"""What a model is given: pictures, seeded noise, or arrays of the user's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ferry_capture import pictures
from ferry_capture.case import STORED_TYPES, Array
from ferry_capture.errors import CaptureError, UsageError, counted
from ferry_capture.pictures import PictureInput, PictureOptions

Extent = int | str | None
"""A declared size: a number, a symbol's name, or None where nothing is declared."""


@dataclass(frozen=True)
class InputSpec:
    """An input as the model declares it; `shape` is None if not even the number of axes is known."""

    name: str
    shape: tuple[Extent, ...] | None
    type: np.dtype[Any] = field(default_factory=lambda: np.dtype(np.float32))

    def __str__(self) -> str:
        extents = "of any shape" if self.shape is None else shape_text(self.shape)
        return f"{self.name} ({extents} {self.type.name})"


@dataclass(frozen=True)
class InputRequest:
    """What is said about a model's inputs. Keys are names of inputs; "" stands for a model's only one.

    Every input needs one of three sources: an array, pictures (which go to one input), or noise.
    """

    arrays: Mapping[str, Path | Array | PictureInput] = field(default_factory=dict)
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    pictures: Sequence[str | Path] = ()
    picture_input: str | None = None
    picture_options: PictureOptions = field(default_factory=PictureOptions)
    noise: bool = False
    noise_range: str | None = None
    seed: int = 0
    layout: str | None = None


@dataclass(frozen=True)
class Inputs:
    """Arrays by input name, in the model's order, with what a case records about them.

    `seed` is None where no noise was drawn. `layout` is that of the pictures or of the first input that looks like one.
    `about` says in words where each input is from.
    """

    arrays: dict[str, Array]
    pictures: dict[str, PictureInput]
    seed: int | None
    layout: str | None
    about: dict[str, str]

    def title(self, model: str) -> str:
        """A name for people: the model's, with the pictures or the noise that it is given."""
        names = [file.name for picture in self.pictures.values() for file in picture.files]
        if len(names) == 1:
            return f"{model}, {names[0]}"
        if names:
            return f"{model}, {len(names)} pictures"
        return model if self.seed is None else f"{model}, noise of seed {self.seed}"


def resolve(
    specs: Sequence[InputSpec],
    request: InputRequest,
    *,
    layout: str | None = None,
    may_replace: bool = False,
) -> Inputs:
    """Finds an array for every input.

    `layout` is that of the framework, where it has one. With `may_replace`, shapes that are given replace declared
    numbers as well as symbols.
    """
    names = [spec.name for spec in specs]
    layout = request.layout or layout
    arrays = {
        _named(key, names, "--input"): value if isinstance(value, PictureInput) else _loaded(value)
        for key, value in request.arrays.items()
    }
    shapes = {_named(key, names, "--shape"): shape for key, shape in request.shapes.items()}
    target = _picture_input(specs, request, arrays)
    _require_sources(specs, request, arrays, target)
    given = {name: _array_of(value).shape for name, value in arrays.items()} | {
        name: shape for name, shape in shapes.items() if name not in arrays
    }
    for name in arrays.keys() & shapes.keys():
        if given[name] != shapes[name]:
            raise UsageError(
                f'the array of input "{name}" is {shape_text(given[name])}, --shape says {shape_text(shapes[name])}'
            )
    bound = _bound_shapes(
        specs,
        given,
        replaced=set(shapes) if may_replace else None,
        batch=len(request.pictures) if target is not None and target not in given else None,
    )
    random = np.random.default_rng(request.seed)
    result = Inputs({}, {}, None, None, {})
    drawn, found_layout = False, layout
    for spec in specs:
        shape = bound[spec.name]
        if spec.name in arrays:
            value = arrays[spec.name]
            if isinstance(value, PictureInput):
                result.pictures[spec.name] = value
                result.about[spec.name] = _about_pictures(value)
                found_layout = found_layout or value.layout
            else:
                result.about[spec.name] = _about_array(request, spec.name)
            result.arrays[spec.name] = _converted(_array_of(value), spec)
        elif spec.name == target:
            picture = _pictures(request, spec, shape, layout)
            result.pictures[spec.name] = picture
            result.arrays[spec.name] = picture.array
            result.about[spec.name] = _about_pictures(picture)
            found_layout = picture.layout
        else:
            result.arrays[spec.name] = _noise(random, spec, shape, request.noise_range)
            result.about[spec.name] = f"noise, seed {request.seed}"
            drawn = True
    if found_layout is None:
        found_layout = next(filter(None, map(_layout_of, bound.values())), None)
    rank_four = any(array.ndim == 4 for array in result.arrays.values())
    return Inputs(
        result.arrays, result.pictures, request.seed if drawn else None, found_layout if rank_four else None,
        result.about,
    )  # fmt: skip


# Shapes


def shape_text(shape: Sequence[Extent]) -> str:
    """`1×3×224×224`; `scalar` for no axes."""
    return "×".join("?" if extent is None else str(extent) for extent in shape) or "scalar"


def parse_shape(text: str) -> tuple[int, ...]:
    """`1x3x224x224` as numbers."""
    words = text.replace("×", "x").lower().split("x")
    if not all(word.isdecimal() and 0 < int(word) < 1 << 31 for word in words):
        raise UsageError(f'"{text}" is no shape', supported="numbers above 0 with x between them: 1x3x224x224")
    return tuple(map(int, words))


def _bound_shapes(
    specs: Sequence[InputSpec], given: Mapping[str, tuple[int, ...]], *, replaced: set[str] | None, batch: int | None
) -> dict[str, tuple[int, ...]]:
    """Numbers in place of all declared symbols.

    They come from the shapes that are `given`; a batch is `batch` (as many as there are pictures), or that of the given
    shapes, or 1. `replaced` names the inputs whose given shape stands in place of declared numbers too; None where that
    cannot be.
    """
    symbols: dict[str, int] = {}
    for spec in specs:
        if spec.name in given and spec.shape is not None:
            _bind(spec, given[spec.name], symbols, replaced)
    if batch is None:
        batch = next((given[spec.name][0] for spec in specs if given.get(spec.name) and _has_batch(spec)), 1)
    bound, unknown = dict(given), []
    for spec in specs:
        if spec.name in given:
            continue
        extents = [
            extent if isinstance(extent, int) else symbols.get(extent or "", batch if axis == 0 else None)
            for axis, extent in enumerate(spec.shape or ())
        ]
        numbers = tuple(extent for extent in extents if extent is not None)
        if spec.shape is None or len(numbers) < len(extents):
            unknown.append(spec)
        else:
            bound[spec.name] = numbers
    if unknown:
        raise UsageError(
            f"the shape of {counted(len(unknown), 'input')} is not known: {', '.join(map(str, unknown))}",
            hint=f"state it, for example --shape {unknown[0].name}={_example(unknown[0])}",
        )
    return bound


def _bind(spec: InputSpec, shape: tuple[int, ...], symbols: dict[str, int], replaced: set[str] | None) -> None:
    """Takes note of what the symbols of one input stand for."""
    declared = spec.shape or ()
    fits = len(shape) == len(declared)
    differs = any(isinstance(extent, int) and extent != size for extent, size in zip(declared, shape, strict=False))
    if not fits or (differs and spec.name not in (replaced or ())):
        option = f"--shape {spec.name}={'x'.join(map(str, shape))} puts it in place of the declared one"
        raise CaptureError(
            f'input "{spec.name}" is given the shape {shape_text(shape)}, the model declares {shape_text(declared)}',
            hint=option if fits and replaced is not None else None,
        )
    for extent, size in zip(declared, shape, strict=True):
        if isinstance(extent, str) and symbols.setdefault(extent, size) != size:
            raise CaptureError(
                f'"{extent}" is {symbols[extent]} in one input and {size} in "{spec.name}" ({shape_text(declared)})'
            )


def _has_batch(spec: InputSpec) -> bool:
    return bool(spec.shape) and not isinstance((spec.shape or (0,))[0], int)


def _example(spec: InputSpec) -> str:
    extents = spec.shape or (None, 3, None, None)
    return "x".join(
        str(extent if isinstance(extent, int) else 1 if axis == 0 else 224) for axis, extent in enumerate(extents)
    )


def _layout_of(shape: Sequence[Extent]) -> str | None:
    """The layout that a shape of rank 4 has by its channels, if that is beyond doubt."""
    if len(shape) != 4:
        return None
    first, last = shape[1] in (1, 3), shape[3] in (1, 3)
    return None if first == last else "NCHW" if first else "NHWC"


# Sources


def _named(key: str, names: Sequence[str], option: str) -> str:
    if key in names:
        return key
    if key == "" and len(names) == 1:
        return names[0]
    what = f'{option} names the input "{key}"' if key else f"{option} names no input"
    verb = "has" if len(names) == 1 else "takes"
    raise UsageError(
        f"{what}, and the model {verb} {counted(len(names), 'input')}", supported=", ".join(names) or "none",
        hint=f"write {option} NAME=…" if not key else None,
    )  # fmt: skip


def _picture_input(specs: Sequence[InputSpec], request: InputRequest, arrays: Mapping[str, Any]) -> str | None:
    """The input that pictures go to."""
    if not request.pictures:
        if request.picture_input is not None:
            raise UsageError("--picture-input is given without --picture")
        return None
    if request.picture_input is not None:
        name = _named(request.picture_input, [spec.name for spec in specs], "--picture-input")
        if name in arrays:
            raise UsageError(f'input "{name}" is given both an array and pictures')
        return name
    candidates = [
        spec
        for spec in specs
        if spec.name not in arrays and spec.type.kind == "f" and (spec.shape is None or len(spec.shape) == 4)
    ]
    if len(candidates) > 1:
        raise UsageError(
            "several inputs may take pictures", supported=", ".join(spec.name for spec in candidates),
            hint="name one with --picture-input",
        )  # fmt: skip
    if not candidates:
        raise CaptureError(
            "no input takes pictures",
            at=", ".join(map(str, specs)),
            supported="floating-point inputs with 4 axes",
        )
    return candidates[0].name


def _require_sources(
    specs: Sequence[InputSpec], request: InputRequest, arrays: Mapping[str, Any], target: str | None
) -> None:
    lacking = [spec for spec in specs if spec.name not in arrays and spec.name != target and not request.noise]
    if lacking:
        raise UsageError(
            f"nothing is said about {counted(len(lacking), 'input')}: {', '.join(map(str, lacking))}",
            supported="--picture FILE…, --noise, --input NAME=FILE.npy",
        )


def _pictures(request: InputRequest, spec: InputSpec, shape: tuple[int, ...], layout: str | None) -> PictureInput:
    if len(shape) != 4:
        raise CaptureError(f'input "{spec.name}" is {shape_text(shape)}', supported="pictures need 4 axes")
    if spec.type != np.float32:
        raise CaptureError(
            f'input "{spec.name}" is {spec.type.name}', supported="pictures for float32 inputs",
            hint="prepare the array yourself and give it with --input",
        )  # fmt: skip
    layout = layout or _layout_of(shape)
    if layout is None:
        raise CaptureError(
            f'input "{spec.name}" is {shape_text(shape)}, which does not tell where its channels are',
            supported="1 or 3 channels" if shape[1] not in (1, 3) else "--layout NCHW, --layout NHWC",
        )
    height, width, channels = (shape[2], shape[3], shape[1]) if layout == "NCHW" else (shape[1], shape[2], shape[3])
    if channels not in (1, 3):
        raise CaptureError(
            f'input "{spec.name}" has {counted(channels, "channel")} ({shape_text(shape)}, {layout})',
            supported="pictures for 1 or 3 channels",
            hint="--layout says which axes are the channels",
        )
    count = len(request.pictures)
    if shape[0] != count:
        raise CaptureError(
            f'input "{spec.name}" is {shape_text(shape)}, and {counted(count, "picture")} '
            f"{'is' if count == 1 else 'are'} given",
            hint=f"give {counted(shape[0], 'picture')}, or --shape with a batch of {count}",
        )
    return pictures.load(
        request.pictures, height=height, width=width, channels=channels, layout=layout, options=request.picture_options
    )


def _noise(random: np.random.Generator, spec: InputSpec, shape: tuple[int, ...], noise_range: str | None) -> Array:
    """Standard normal, or even over the range of pictures that is given; bytes from 0 to 255, truth values."""
    if spec.type.kind == "f":
        if noise_range is None:
            return random.standard_normal(shape).astype(spec.type)
        low, high = {"0-1": (0, 1), "0-255": (0, 255), "-1-1": (-1, 1)}[noise_range]
        return random.uniform(low, high, shape).astype(spec.type)
    if spec.type == np.uint8:
        return random.integers(0, 256, shape, dtype=np.uint8)
    if spec.type == np.bool_:
        return random.integers(0, 2, shape).astype(np.bool_)
    raise CaptureError(
        f'input "{spec.name}" is {spec.type.name}: noise there would mean nothing',
        hint=f"give an array: --input {spec.name}=FILE.npy",
    )


def _loaded(source: Path | str | npt.ArrayLike) -> Array:
    if not isinstance(source, Path | str):
        return np.asarray(source)
    path = Path(source)
    try:
        array = np.load(path, allow_pickle=False)
    except FileNotFoundError as problem:
        raise CaptureError(f"the array {path} is not there") from problem
    except (OSError, ValueError, EOFError) as problem:
        raise CaptureError(f"{path} cannot be read as an array", supported=".npy as numpy.save writes it") from problem
    if not isinstance(array, np.ndarray):
        raise CaptureError(f"{path} holds several arrays", supported="one array, as numpy.save writes it")
    return array


def _array_of(value: Array | PictureInput) -> Array:
    return value.array if isinstance(value, PictureInput) else value


def _converted(array: Array, spec: InputSpec) -> Array:
    """In the model's own type; only rounding among floating-point types, and whole numbers that fit, are done."""
    if spec.type.name not in STORED_TYPES:
        raise CaptureError(
            f'input "{spec.name}" is {spec.type.name}, which a golden case does not store',
            supported=", ".join(STORED_TYPES),
        )
    if array.dtype == spec.type:
        return array
    if array.dtype.kind == "f" and spec.type.kind == "f":
        return array.astype(spec.type)
    if array.dtype.kind in "iu" and spec.type.kind in "iu":
        converted = array.astype(spec.type)
        if np.array_equal(converted, array):
            return converted
    raise CaptureError(
        f'the array of input "{spec.name}" is {array.dtype.name}, the model takes {spec.type.name}',
        hint=f'convert it first: array.astype("{spec.type.name}")',
    )


def _about_pictures(picture: PictureInput) -> str:
    names = [file.name for file in picture.files]
    text = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    options = str(picture.options)
    if picture.pixels.shape[-1] == 1:
        options = options.replace(picture.options.color.upper(), "brightness", 1)
    return f"{text} ({options})" if text else options


def _about_array(request: InputRequest, name: str) -> str:
    source = request.arrays.get(name, request.arrays.get(""))
    return Path(source).name if isinstance(source, Path | str) else "an array"
