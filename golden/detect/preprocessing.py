"""How a picture becomes a network's input, as a recipe states it."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

Size = tuple[int, int]
"""Width and height"""


def resized(picture: np.ndarray, size: Size, method: str) -> np.ndarray:
    """[height, width, 3] → the same of another size: uint8, or float32 from PyTorch's methods."""
    if method == "opencv-linear":
        return cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR)
    # Imported where they are used: beside ferry the pipeline is measured without what it does not need.
    if method == "pil-bilinear":
        from PIL import Image

        return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BILINEAR))
    if method in ("pytorch-bilinear", "pytorch-bilinear-antialias"):
        import torch

        numbers = torch.from_numpy(picture.astype(np.float32).transpose(2, 0, 1)[np.newaxis])
        result = torch.nn.functional.interpolate(
            numbers, (size[1], size[0]), mode="bilinear", align_corners=False, antialias=method.endswith("antialias")
        )
        return result[0].permute(1, 2, 0).numpy()
    raise ValueError(f"the resize method {method} is unknown")


def prepared(picture: np.ndarray, size: Size, how: dict[str, Any]) -> np.ndarray:
    """uint8 RGB [height, width, 3] → float32 [3, height, width], by a recipe's `input`."""
    numbers = resized(picture, size, how.get("resize", "opencv-linear")).astype(np.float32)
    if how.get("color", "rgb") == "bgr":
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
