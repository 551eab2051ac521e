"""Operators that move elements, and the arithmetic of shapes."""

from __future__ import annotations

from math import prod

import numpy as np
from onnx import helper

from ferrygolden.mathematics.evaluator import Array, Call, operator, widened


@operator("Constant")
def constant(call: Call) -> Array:
    ((name, value),) = call.attributes.items()
    kinds = {"value_float": np.float64, "value_floats": np.float64, "value_int": np.int64, "value_ints": np.int64}
    return np.array(value, kinds[name]) if name in kinds else value


@operator("ConstantOfShape")
def constant_of_shape(call: Call) -> Array:
    return np.full(call.inputs[0], call.get("value", np.zeros(1)).item())


@operator("Shape")
def shape(call: Call) -> Array:
    return np.array(call.inputs[0].shape[call.get("start", 0) : call.get("end")], np.int64)


@operator("Cast")
def cast(call: Call) -> Array:
    return widened(call.inputs[0].astype(helper.tensor_dtype_to_np_dtype(call.get("to"))))


@operator("CastLike")
def cast_like(call: Call) -> Array:
    x, like = call.inputs
    # Floating-point arrays stand in float64 here, whatever they are in the model.
    return widened(x.astype(like.dtype))


@operator("Gather")
def gather(call: Call) -> Array:
    return np.take(call.inputs[0], call.inputs[1], axis=call.get("axis", 0))


@operator("Expand")
def expand(call: Call) -> Array:
    x, target = call.inputs
    return np.broadcast_to(x, np.broadcast_shapes(x.shape, tuple(target)))


@operator("Size")
def size(call: Call) -> Array:
    return np.array(call.inputs[0].size, np.int64)


@operator("Range")
def range_(call: Call) -> Array:
    return np.arange(*(value.item() for value in call.inputs))


@operator("Tile")
def tile(call: Call) -> Array:
    return np.tile(call.inputs[0], call.inputs[1])


@operator("Split")
def split(call: Call) -> tuple[Array, ...]:
    """Parts of the stated sizes; without any, equal ones, the last smaller."""
    x, axis = call.inputs[0], call.get("axis", 0)
    sizes = call.integers("split", 1, since=13)
    if sizes is None:
        count = call.outputs
        chunk = -(-x.shape[axis] // count)
        sizes = [chunk] * (count - 1) + [x.shape[axis] - chunk * (count - 1)]
    return tuple(np.split(x, np.cumsum(sizes)[:-1], axis))


@operator("Reshape")
def reshape(call: Call) -> Array:
    """0 keeps the input's extent (unless allowzero), −1 takes what is left."""
    x, target = call.inputs
    keeps = not call.get("allowzero", 0)
    return x.reshape([x.shape[axis] if size == 0 and keeps else int(size) for axis, size in enumerate(target)])


@operator("Flatten")
def flatten(call: Call) -> Array:
    (x,) = call.inputs
    axis = call.get("axis", 1)
    rows = prod(x.shape[: axis + x.ndim if axis < 0 else axis])
    return x.reshape(rows, x.size // rows)


@operator("Transpose")
def transpose(call: Call) -> Array:
    return call.inputs[0].transpose(call.get("perm"))


@operator("Squeeze")
def squeeze(call: Call) -> Array:
    axes = call.integers("axes", 1, since=13)
    return np.squeeze(call.inputs[0], None if axes is None else tuple(axes))


@operator("Unsqueeze")
def unsqueeze(call: Call) -> Array:
    return np.expand_dims(call.inputs[0], tuple(call.integers("axes", 1, since=13)))


@operator("Concat")
def concat(call: Call) -> Array:
    return np.concatenate(call.inputs, axis=call.get("axis"))


@operator("Slice")
def slice_(call: Call) -> Array:
    (x,), since = call.inputs[:1], 10
    starts, ends = call.integers("starts", 1, since), call.integers("ends", 2, since)
    axes = call.integers("axes", 3, since) or range(len(starts))
    steps = (call.integers("steps", 4, since) if call.opset >= since else None) or [1] * len(starts)
    cut = [slice(None)] * x.ndim
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        # Counting back past the first element is written as an end far below −extent; Python spells it None.
        cut[axis] = slice(start, None if step < 0 and end < -x.shape[axis] else end, step)
    return x[tuple(cut)]


@operator("Pad")
def pad(call: Call) -> Array:
    """All beginnings, then all ends; a negative amount cuts off. Since opset 18 `axes` may name the axes meant."""
    x = call.inputs[0]
    amounts = call.integers("pads", 1, since=11)
    fill = call.get("value", 0.0) if call.opset < 11 else call.optional(2)
    axes = call.integers("axes", 3, since=11) if call.opset >= 18 else None
    axes = list(range(x.ndim)) if axes is None else [axis % x.ndim for axis in axes]
    begin, end = dict(zip(axes, amounts, strict=False)), dict(zip(axes, amounts[len(axes) :], strict=True))
    widths = [(begin.get(axis, 0), end.get(axis, 0)) for axis in range(x.ndim)]
    cut = tuple(slice(max(-b, 0), n - max(-e, 0)) for n, (b, e) in zip(x.shape, widths, strict=True))
    mode = call.get("mode", "constant")
    options = {"constant_values": 0.0 if fill is None else float(fill)} if mode == "constant" else {}
    return np.pad(x[cut], [(max(b, 0), max(e, 0)) for b, e in widths], mode=mode, **options)


@operator("DepthToSpace")
def depth_to_space(call: Call) -> Array:
    """DCR: a channel's number is (row, column, channel) of its block; CRD: (channel, row, column)."""
    (x,) = call.inputs
    block = call.get("blocksize")
    n, c, h, w = x.shape
    rest = c // block**2
    if call.get("mode", "DCR") == "CRD":
        blocks = x.reshape(n, rest, block, block, h, w)
    else:
        blocks = np.moveaxis(x.reshape(n, block, block, rest, h, w), 3, 1)
    return np.einsum("ncijhw->nchiwj", blocks).reshape(n, rest, h * block, w * block)


@operator("SpaceToDepth")
def space_to_depth(call: Call) -> Array:
    (x,) = call.inputs
    block = call.get("blocksize")
    n, c, h, w = x.shape
    blocks = x.reshape(n, c, h // block, block, w // block, block)
    return np.einsum("nchiwj->nijchw", blocks).reshape(n, c * block**2, h // block, w // block)
