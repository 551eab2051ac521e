"""Pictures for calibration and for golden inputs: crops of scikit-image's photographs, the same ones on every machine.

Only Pillow's integer arithmetic touches the pixels, so nothing depends on a machine's vector instructions.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import distribution

import numpy as np
from PIL import Image

# The ImageNet normalisation that the published networks expect, one value a channel (R, G, B).
MEAN = np.array([0.485, 0.456, 0.406])
DEVIATION = np.array([0.229, 0.224, 0.225])

NAMES = (
    "astronaut.png", "chelsea.png", "coffee.png", "brick.png", "camera.png", "cell.png", "coins.png", "color.png",
    "grass.png", "gravel.png", "hubble_deep_field.jpg", "ihc.png", "moon.png", "motorcycle_left.png", "page.png",
    "retina.jpg", "rocket.jpg", "text.png",
)  # fmt: skip


@cache
def photograph(name: str) -> Image.Image:
    """One of scikit-image's photographs as RGB. The package is not imported: it is only the carrier of the files."""
    return Image.open(distribution("scikit-image").locate_file(f"skimage/data/{name}")).convert("RGB")


def normalised_batch(seed: int, count: int, height: int, width: int) -> np.ndarray:
    """`count` random crops as the networks want them: float32 [count, 3, height, width], ImageNet-normalised RGB."""
    random = np.random.default_rng(seed)
    crops = np.stack([_crop(random, height, width) for _ in range(count)])
    normalised = (crops / 255.0 - MEAN) / DEVIATION
    return np.ascontiguousarray(normalised.transpose(0, 3, 1, 2), dtype=np.float32)


def _crop(random: np.random.Generator, height: int, width: int) -> np.ndarray:
    """A crop of random place, scale, mirroring, brightness and noise: uint8 [height, width, 3]."""
    picture = photograph(NAMES[random.integers(len(NAMES))])
    scale = random.uniform(0.35, 1.0) * min(picture.width / width, picture.height / height)
    crop_width, crop_height = int(width * scale), int(height * scale)
    left = int(random.integers(picture.width - crop_width + 1))
    top = int(random.integers(picture.height - crop_height + 1))
    box = (left, top, left + crop_width, top + crop_height)
    pixels = np.asarray(picture.resize((width, height), Image.Resampling.BILINEAR, box=box), dtype=np.int64)
    if random.random() < 0.5:
        pixels = pixels[:, ::-1]
    gain, shift = int(random.integers(60, 131)), int(random.integers(-38, 39))
    noise = random.integers(-5, 6, pixels.shape)
    return np.clip(pixels * gain // 100 + shift + noise, 0, 255).astype(np.uint8)
