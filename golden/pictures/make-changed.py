"""Makes golden/pictures/changed: what crops, brightness and sizes of rgb.png are, and changed.json, which lists them.

    python make-changed.py        with Pillow and NumPy

Crops and brightness are Pillow's. Sizes are bilinear interpolation in float64, rounded once; where a picture gets
larger, Pillow's own BILINEAR must be the same within 1 (where it gets smaller, Pillow averages, which Ferry does not).
"""

import json
import pathlib

import numpy as np
from PIL import Image

FOLDER = pathlib.Path(__file__).parent
SOURCE = "rgb.png"

CHANGES = {
    "crop": {"crop": [5, 3, 20, 27]},
    "crop-beyond": {"crop": [-4, 20, 12, 35]},
    "crop-over-all": {"crop": [-2, -3, 40, 31]},
    "grey": {"grey": True},
    "larger": {"resize": [80, 61]},
    "smaller": {"resize": [11, 9]},
    "taller-and-narrower": {"resize": [17, 58]},
    "to-one-pixel": {"resize": [1, 1]},
    "from-one-pixel": {"crop": [9, 9, 10, 10], "resize": [4, 3]},
    "face": {"crop": [-3, 2, 26, 31], "grey": True, "resize": [16, 16]},
}


def neighbours(new: int, old: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Between which pixels of a side each new pixel's centre lies, and how far from the first to the second."""
    place = np.clip((np.arange(new) + 0.5) * old / new - 0.5, 0, old - 1)
    first = np.floor(place).astype(int)
    return first, np.minimum(first + 1, old - 1), place - first


def resized(pixels: np.ndarray, width: int, height: int) -> np.ndarray:
    upper, lower, down = neighbours(height, pixels.shape[0])
    left, right, along = neighbours(width, pixels.shape[1])
    values, along, down = pixels.astype(np.float64), along[:, None], down[:, None, None]
    rows = values[:, left] * (1 - along) + values[:, right] * along
    result = np.rint(rows[upper] * (1 - down) + rows[lower] * down).astype(np.uint8)
    if width >= pixels.shape[1] and height >= pixels.shape[0]:
        pillow = Image.fromarray(pixels).resize((width, height), Image.Resampling.BILINEAR)
        assert abs(np.asarray(pillow, np.int64) - result).max() <= 1
    return result


cases = []
(FOLDER / "changed").mkdir(exist_ok=True)
for name, change in CHANGES.items():
    picture = Image.open(FOLDER / SOURCE).convert("RGB")
    if "crop" in change:
        picture = picture.crop(change["crop"])
    if "grey" in change:
        picture = picture.convert("L").convert("RGB")
    pixels = np.asarray(picture)
    if "resize" in change:
        pixels = resized(pixels, *change["resize"])
    np.save(FOLDER / "changed" / f"{name}.npy", np.ascontiguousarray(pixels))
    cases.append({"name": name, "source": SOURCE, **change, "pixels": f"changed/{name}.npy"})
(FOLDER / "changed" / "changed.json").write_text(json.dumps(cases, indent=1) + "\n")
