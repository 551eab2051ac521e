"""Operators that compare, choose and rank."""

from __future__ import annotations

import numpy as np

from ferrygolden.mathematics.evaluator import OPERATORS, Array, Call, operator

for name, function in {
    "Equal": np.equal,
    "Less": np.less,
    "LessOrEqual": np.less_equal,
    "Greater": np.greater,
    "GreaterOrEqual": np.greater_equal,
    "And": np.logical_and,
    "Or": np.logical_or,
    "Xor": np.logical_xor,
    "Not": np.logical_not,
    "Where": np.where,
}.items():
    OPERATORS[name] = lambda call, function=function: function(*call.inputs)


@operator("ArgMax")
def arg_max(call: Call) -> Array:
    return _place(call.inputs[0], call)


@operator("ArgMin")
def arg_min(call: Call) -> Array:
    return _place(-call.inputs[0], call)


def _place(x: Array, call: Call) -> Array:
    axis = call.get("axis", 0) % x.ndim
    if call.get("select_last_index", 0):
        place = x.shape[axis] - 1 - np.flip(x, axis).argmax(axis)
    else:
        place = x.argmax(axis)
    return np.expand_dims(place, axis) if call.get("keepdims", 1) else place


@operator("TopK")
def top_k(call: Call) -> tuple[Array, Array]:
    """Best first; of equal elements the first one counts as better."""
    x = call.inputs[0]
    axis = call.get("axis", -1)
    count = call.get("k") if call.opset < 10 else int(call.inputs[1].item())
    order = np.argsort(-x if call.get("largest", 1) else x, axis=axis, kind="stable")
    places = np.take(order, np.arange(count), axis=axis)
    return np.take_along_axis(x, places, axis=axis), places


@operator("NonMaxSuppression")
def non_max_suppression(call: Call) -> Array:
    boxes, scores = call.inputs[:2]
    limit, overlap, threshold = (None if call.optional(place) is None else call.inputs[place].item() for place in (2, 3, 4))
    if call.get("center_point_box", 0):
        boxes = np.concatenate([boxes[..., :2] - boxes[..., 2:] / 2, boxes[..., :2] + boxes[..., 2:] / 2], -1)
    low, high = np.minimum(boxes[..., :2], boxes[..., 2:]), np.maximum(boxes[..., :2], boxes[..., 2:])
    rows = []
    for sample, label in np.ndindex(scores.shape[:2]):
        kept: list[int] = []
        for box in np.argsort(-scores[sample, label], kind="stable"):
            if len(kept) >= (limit or 0) or (threshold is not None and scores[sample, label, box] <= threshold):
                break
            if all(_overlap(low[sample], high[sample], box, other) <= (overlap or 0) for other in kept):
                kept.append(int(box))
        rows += [[sample, label, box] for box in kept]
    return np.array(rows, np.int64).reshape(-1, 3)


def _overlap(low: Array, high: Array, a: int, b: int) -> float:
    """Intersection over union."""
    shared = np.prod(np.maximum(np.minimum(high[a], high[b]) - np.maximum(low[a], low[b]), 0))
    union = np.prod(high[a] - low[a]) + np.prod(high[b] - low[b]) - shared
    return float(shared / union) if shared > 0 else 0.0
