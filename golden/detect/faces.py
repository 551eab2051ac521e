"""Views of the face in the astronaut photograph, on which the networks of the proof are calibrated."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

from ferrygolden.pictures import DEVIATION, MEAN, normalised_batch, photograph

FACE = (181.5, 58.2, 269.9, 177.8)
"""Left, top, right, bottom of the face in the photograph, as CenterFace finds it"""
GENERAL = 4
"""Of a batch of eight, so many pictures are parts of other photographs."""


def batches(seed: int, count: int, height: int, width: int, *, raw: bool) -> Iterator[np.ndarray]:
    """Batches of eight, float32 [8, 3, height, width], as a member sees them: `raw` bytes' numbers, or normalised."""
    random = np.random.default_rng(seed)
    for number in range(count):
        general = normalised_batch(1000 * seed + number, GENERAL, height, width)
        crops = np.stack([face(random, height, width) for _ in range(8 - GENERAL)]).astype(np.float32)
        faces = (crops / 255 - MEAN) / DEVIATION
        batch = np.concatenate([general.transpose(0, 2, 3, 1), faces])
        if raw:
            batch = (batch * DEVIATION + MEAN) * 255
        yield np.ascontiguousarray(batch.transpose(0, 3, 1, 2), dtype=np.float32)


def face(random: np.random.Generator, height: int, width: int) -> np.ndarray:
    """The face with its place, size, side, sharpness and brightness changed: uint8 [height, width, 3]."""
    left, top, right, bottom = FACE
    shift, scale = random.uniform(-8, 8, 2), random.uniform(0.85, 1.2)
    middle, sides = np.array([left + right, top + bottom]) / 2 + shift, np.array([right - left, bottom - top]) * scale
    box = (*(middle - sides / 2), *(middle + sides / 2))
    picture = photograph("astronaut.png").resize((160, 160), Image.Resampling.BILINEAR, box=box)
    return np.asarray(changed(random, picture).resize((width, height), Image.Resampling.BILINEAR))


def changed(random: np.random.Generator, picture: Image.Image) -> Image.Image:
    """Another sharpness and brightness, perhaps mirrored."""
    if random.random() < 0.5:
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    picture = picture.filter(ImageFilter.GaussianBlur(random.uniform(0, 3)))
    return ImageEnhance.Brightness(picture).enhance(random.uniform(0.4, 1.3))
