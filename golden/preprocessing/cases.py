"""What the goldens of preprocessing are made for: pictures that Swift and Python compute alike, and sizes."""

import itertools
import json
import pathlib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

Array = np.ndarray
Resize = Callable[[Array, int, int], Array]

FOLDER = pathlib.Path(__file__).parent
PHOTOGRAPH = FOLDER / "photograph.npy"

SIDES = [1, 2, 3, 4, 5, 7, 8, 13, 16, 17, 24, 31, 40]

# Width and height before and after: what inference does, exact factors, primes, extreme ratios.
TYPICAL = [
    (160, 160, 150, 150), (160, 160, 224, 224), (160, 160, 160, 160), (160, 160, 299, 299), (87, 119, 160, 160),
    (119, 87, 160, 160), (301, 377, 160, 160), (512, 512, 160, 160), (64, 83, 160, 160), (41, 52, 160, 160),
    (320, 320, 160, 160), (320, 240, 160, 120), (160, 240, 80, 240), (160, 240, 160, 120), (80, 80, 160, 160),
    (480, 480, 160, 160), (640, 640, 160, 160), (640, 360, 640, 384), (426, 240, 448, 256), (270, 480, 288, 480),
    (640, 361, 640, 384), (255, 255, 256, 256), (257, 257, 256, 256), (101, 103, 97, 89), (97, 89, 101, 103),
    (127, 131, 64, 65), (128, 130, 64, 65), (129, 131, 64, 65), (160, 320, 80, 160), (322, 320, 160, 160),
    (1, 1, 224, 224), (1, 300, 160, 160), (300, 1, 160, 160), (2, 2, 1, 1), (1000, 3, 7, 50), (3, 1000, 50, 7),
    (2000, 1, 1, 1), (1, 2000, 1, 1), (1, 1, 1, 500), (997, 2, 499, 1), (998, 2, 499, 1), (333, 77, 224, 224),
    (3, 301, 9, 300), (3, 300, 9, 299), (3, 302, 9, 303),
]  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A picture, width × height, and the size that it gets."""

    kind: str
    seed: int
    before: tuple[int, int]
    after: tuple[int, int]


def noise(seed: int, count: int) -> Array:
    """`count` bytes without any pattern: a number's place and the seed, mixed in 32 bits."""
    mixed = np.arange(count, dtype=np.uint32) + np.uint32(seed * 0x9E3779B9 % 2**32)
    mixed ^= mixed >> 16
    mixed *= np.uint32(0x7FEB352D)
    mixed ^= mixed >> 15
    mixed *= np.uint32(0x846CA68B)
    return (mixed >> 24).astype(np.uint8)


def picture(kind: str, seed: int, width: int, height: int) -> Array:
    """Noise; extremes, which are 0 and 255 alone; or the upper left part of a photograph."""
    if kind == "photograph":
        return np.ascontiguousarray(np.load(PHOTOGRAPH)[:height, :width])
    pixels = noise(seed, width * height * 3).reshape(height, width, 3)
    return pixels if kind == "noise" else (pixels >> 7) * np.uint8(255)


def cases() -> Iterator[Case]:
    sizes = []
    for i, width in enumerate(SIDES):
        for j, after in enumerate(SIDES):
            height, down = SIDES[(i + 5 * j + 3) % len(SIDES)], SIDES[(2 * i + j + 7) % len(SIDES)]
            sizes += [(width, height, after, down), (height, width, down, after)]
    sizes += TYPICAL
    sides = noise(7, 4 * 150).reshape(-1, 4).astype(int) % 230 + 1
    sizes += [tuple(int(side) for side in row) for row in sides]
    for seed, (width, height, after, down) in enumerate(sizes):
        yield Case("extremes" if seed % 4 == 3 else "noise", seed, (width, height), (after, down))
    for size in [(40, 33), (48, 40), (96, 80), (150, 150), (191, 161)]:
        yield Case("photograph", 0, (96, 80), size)
    yield Case("photograph", 0, (87, 71), (160, 160))


def crc(data: Array) -> str:
    """The CRC-32 of an array's bytes, little-endian, in C order."""
    return f"{zlib.crc32(np.ascontiguousarray(data).tobytes()):08x}"


def resized(methods: dict[str, Resize]) -> list[dict]:
    """A digest a case and method."""
    return [
        {
            "kind": case.kind, "seed": case.seed, "from": case.before, "to": case.after,
            "crc32": {name: crc(method(picture(case.kind, case.seed, *case.before), *case.after))
                      for name, method in methods.items()},
        }
        for case in cases()
    ]  # fmt: skip


def sweeps(methods: dict[str, Resize]) -> list[dict]:
    """Every side from 1 to 40 to every other, the other side from 3 to 2: one digest for all results of a side."""
    lines = []
    for side in range(1, 41):
        for axis in ("width", "height"):
            before = (side, 3) if axis == "width" else (3, side)
            source = picture("noise", side, *before)
            crcs = {}
            for name, method in methods.items():
                digest = 0
                for after in range(1, 41):
                    result = method(source, *((after, 2) if axis == "width" else (2, after)))
                    digest = zlib.crc32(np.ascontiguousarray(result).tobytes(), digest)
                crcs[name] = f"{digest:08x}"
            lines.append({"axis": axis, "side": side, "crc32": crcs})
    return lines


def prepared(pixels: Array, recipe: dict) -> Array:
    """What a network gets for resized pixels, as inference scripts compute it in float32."""
    values = pixels.astype(np.float32)
    if recipe["color"] == "bgr":
        values = values[:, :, ::-1]
    if recipe["range"] == "0-1":
        values = values / np.float32(255)
    elif recipe["range"] == "-1-1":
        values = (values / np.float32(255) - np.float32(0.5)) * np.float32(2)
    if recipe["mean"] is not None:
        values = values - np.array(recipe["mean"], np.float32)
    if recipe["std"] is not None:
        values = values / np.array(recipe["std"], np.float32)
    return (values.transpose(2, 0, 1) if recipe["layout"] == "channelsFirst" else values)[None]


def preparations(methods: dict[str, Resize]) -> list[dict]:
    """Crop, resize and all that follows, on noise of 61×47 pixels: every way that the parts can be put together."""
    source, lines = picture("noise", 99, 61, 47), []
    statistics = [
        (None, None),
        ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
        ([0.5, 0.25, 0.125], None),
        (None, [2, 3, 7]),
    ]
    ways = list(itertools.product(("rgb", "bgr"), ("0-1", "0-255", "-1-1"), ("channelsFirst", "channelsLast")))
    for name, method in methods.items():
        for index, (color, scale, layout) in enumerate(ways):
            left, top, right, bottom = index, 2 * index, 61 - 3 * index, 47 - index
            mean, std = statistics[index % 4]
            size = [(24, 20), (right - left, 31), (70, 50)][index % 3]
            recipe = {
                "method": name, "crop": [left, top, right, bottom], "to": size, "color": color, "range": scale,
                "mean": mean, "std": std, "layout": layout,
            }  # fmt: skip
            pixels = method(np.ascontiguousarray(source[top:bottom, left:right]), *size)
            lines.append({**recipe, "crc32": crc(prepared(pixels, recipe))})
    return lines


def arrays(methods: dict[str, Resize]) -> list[dict]:
    """A few results in full, in which a difference can be looked at."""
    lines = []
    for name, method in methods.items():
        for case in [
            Case("photograph", 0, (96, 80), (40, 31)),
            Case("photograph", 0, (17, 13), (40, 24)),
            Case("noise", 5, (31, 9), (12, 20)),
        ]:
            file = f"{name}-{case.before[0]}x{case.before[1]}-{case.after[0]}x{case.after[1]}.npy"
            (FOLDER / "arrays").mkdir(exist_ok=True)
            result = method(picture(case.kind, case.seed, *case.before), *case.after)
            np.save(FOLDER / "arrays" / file, np.ascontiguousarray(result))
            lines.append(
                {
                    "method": name, "kind": case.kind, "seed": case.seed, "from": case.before, "to": case.after,
                    "array": f"arrays/{file}",
                }
            )  # fmt: skip
    return lines


def write(file: str, versions: dict[str, str], methods: dict[str, Resize], **others: list) -> None:
    """Writes all of them as JSON, one case a line."""
    parts = {
        "cases": resized(methods), "sweeps": sweeps(methods), "preparations": preparations(methods),
        "arrays": arrays(methods), **others,
    }  # fmt: skip
    text = f'{{\n"versions": {json.dumps(versions)}'
    for key, lines in parts.items():
        text += f',\n"{key}": [\n' + ",\n".join(json.dumps(line, separators=(",", ":")) for line in lines) + "\n]"
    (FOLDER / file).write_text(text + "\n}\n")
