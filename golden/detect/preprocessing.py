"""How a picture becomes a network's input, as a recipe states it."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

Size = tuple[int, int]
"""Width and height"""

CHANNELS = {"rgb": 3, "bgr": 3, "grey": 1}
"""How many a network gets, by a recipe's `color`"""

BYTES = ("opencv-linear", "pil-bilinear")
"""Methods of resizing that round to bytes"""


def resized(picture: np.ndarray, size: Size, method: str) -> np.ndarray:
    """[height, width, 3] or [height, width] → the same of another size: uint8, or float32 from PyTorch's methods."""
    if method == "opencv-linear":
        return cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR)
    # Imported where they are used: beside ferry the pipeline is measured without what it does not need.
    if method == "pil-bilinear":
        from PIL import Image  # noqa: PLC0415

        return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BILINEAR))
    if method in ("pytorch-bilinear", "pytorch-bilinear-antialias"):
        import torch  # noqa: PLC0415

        numbers = torch.from_numpy(np.atleast_3d(picture).astype(np.float32).transpose(2, 0, 1)[np.newaxis])
        result = torch.nn.functional.interpolate(
            numbers, (size[1], size[0]), mode="bilinear", align_corners=False, antialias=method.endswith("antialias")
        )
        return result[0].permute(1, 2, 0).numpy().reshape(size[1], size[0], *picture.shape[2:])
    raise ValueError(f"the resize method {method} is unknown")


def grey(picture: np.ndarray) -> np.ndarray:
    """uint8 RGB [height, width, 3] → the brightness of ITU-R BT.601, rounded to uint8 [height, width].

    Pillow's, whose weights have 16 bits. cv2.cvtColor's have 15, which give another byte for 0.13 % of all colors.
    """
    from PIL import Image  # noqa: PLC0415

    return np.asarray(Image.fromarray(picture).convert("L"))


def prepared(picture: np.ndarray, size: Size, how: dict[str, Any]) -> np.ndarray:
    """uint8 RGB [height, width, 3] → float32 [channels, height, width], by a recipe's `input`."""
    color = how.get("color", "rgb")
    if color not in CHANNELS:
        raise ValueError(f"the color {color} is unknown")
    source = grey(picture) if color == "grey" else picture
    numbers = resized(source, size, how.get("resize", "opencv-linear")).astype(np.float32)
    numbers = numbers.reshape(size[1], size[0], CHANNELS[color])
    if color == "bgr":
        numbers = numbers[:, :, ::-1]
    if how["range"] == "0-1":
        numbers = numbers / np.float32(255)
    elif how["range"] == "-1-1":
        numbers = (numbers / np.float32(255) - np.float32(0.5)) * np.float32(2)
    elif how["range"] != "0-255":
        raise ValueError(f"the range {how['range']} is unknown")
    if how.get("mean") is not None:
        numbers = numbers - np.asarray(how["mean"], np.float32)
    if how.get("std") is not None:
        numbers = numbers / np.asarray(how["std"], np.float32)
    return np.ascontiguousarray(numbers.transpose(2, 0, 1), dtype=np.float32)


def detector_size(width: int, height: int, size: list[int] | dict[str, Any]) -> Size:
    """How large the face extractor sees a frame."""
    if isinstance(size, list):
        return size[0], size[1]
    multiple, longest = size["multipleOf"], size.get("longest")
    if longest is None or max(width, height) <= longest:
        numerator, denominator = 1, 1
    else:
        numerator, denominator = longest, max(width, height)
    sides = [-(-side * numerator // (denominator * multiple)) * multiple for side in (width, height)]
    return sides[0], sides[1]
