"""Convolution and pooling: operators that move a window over one to three spatial axes of [N, C, ...]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import ceil

import numpy as np
import torch
from torch.nn import functional

from ferrygolden.mathematics.evaluator import Array, Call, operator

CONVOLUTIONS = {1: functional.conv1d, 2: functional.conv2d, 3: functional.conv3d}
TRANSPOSED = {1: functional.conv_transpose1d, 2: functional.conv_transpose2d, 3: functional.conv_transpose3d}


@dataclass(frozen=True)
class Window:
    """Each list holds one number a spatial axis; `begin` and `end` are the padding before and after."""

    kernel: list[int]
    strides: list[int]
    dilations: list[int]
    begin: list[int]
    end: list[int]

    @classmethod
    def of(cls, call: Call, kernel: Sequence[int], extents: tuple[int, ...]) -> Window:
        """The window that a node's attributes state for an input of these extents."""
        rank = len(extents)
        strides, dilations = call.get("strides", [1] * rank), call.get("dilations", [1] * rank)
        pads = call.get("pads", [0] * 2 * rank)
        automatic = call.get("auto_pad", "NOTSET")
        if automatic.startswith("SAME"):
            begin, end = [], []
            for size, length, stride, dilation in zip(extents, kernel, strides, dilations, strict=True):
                total = max((ceil(size / stride) - 1) * stride + dilation * (length - 1) + 1 - size, 0)
                small, large = total // 2, total - total // 2
                begin.append(large if automatic == "SAME_LOWER" else small)
                end.append(small if automatic == "SAME_LOWER" else large)
        else:
            begin, end = pads[:rank], pads[rank:]
        return cls(list(kernel), strides, dilations, begin, end)

    def span(self, axis: int) -> int:
        """The pixels that the dilated kernel covers."""
        return self.dilations[axis] * (self.kernel[axis] - 1) + 1

    def outputs(self, axis: int, extent: int, ceil_mode: bool) -> int:
        """How many times the window fits; in ceil mode the last one may hang over the padded end, but must begin inside
        the input or the padding before it."""
        room = extent + self.begin[axis] + self.end[axis] - self.span(axis)
        if not ceil_mode:
            return room // self.strides[axis] + 1
        count = ceil(room / self.strides[axis]) + 1
        return count - 1 if (count - 1) * self.strides[axis] >= extent + self.begin[axis] else count


def padded(x: Array, begin: Sequence[int], end: Sequence[int], value: float = 0) -> Array:
    return np.pad(x, [(0, 0), (0, 0), *zip(begin, end, strict=True)], constant_values=value)


@operator("Conv")
def conv(call: Call) -> Array:
    x, weight = call.inputs[:2]
    window = Window.of(call, call.get("kernel_shape", weight.shape[2:]), x.shape[2:])
    bias = call.optional(2)
    return CONVOLUTIONS[x.ndim - 2](
        torch.from_numpy(padded(x, window.begin, window.end)),
        torch.from_numpy(weight),
        None if bias is None else torch.from_numpy(bias),
        stride=window.strides,
        dilation=window.dilations,
        groups=call.get("group", 1),
    ).numpy()


@operator("ConvTranspose")
def conv_transpose(call: Call) -> Array:
    """Every input pixel adds its weighted kernel; output padding appends pixels, padding cuts them off. Where the
    output's size is given (SAME: the input's times the stride), what is too much is cut, the odd pixel at the beginning
    unless SAME_UPPER says otherwise, and what is missing is appended."""
    x, weight = call.inputs[:2]
    rank = x.ndim - 2
    stated = replace(call, attributes={**call.attributes, "auto_pad": "NOTSET"})
    window = Window.of(stated, weight.shape[2:], x.shape[2:])
    whole = TRANSPOSED[rank](
        torch.from_numpy(x),
        torch.from_numpy(weight),
        stride=window.strides,
        groups=call.get("group", 1),
        dilation=window.dilations,
    ).numpy()
    whole = padded(whole, [0] * rank, call.get("output_padding", [0] * rank))
    begin, end = list(window.begin), list(window.end)
    automatic = call.get("auto_pad", "NOTSET")
    sizes = call.get("output_shape")
    if sizes is None and automatic.startswith("SAME"):
        sizes = [extent * stride for extent, stride in zip(x.shape[2:], window.strides, strict=True)]
    if sizes is not None:
        missing = [max(size - extent, 0) for size, extent in zip(sizes, whole.shape[2:], strict=True)]
        whole = padded(whole, [0] * rank, missing)
        totals = [extent - size for size, extent in zip(sizes, whole.shape[2:], strict=True)]
        begin = [total // 2 if automatic == "SAME_UPPER" else total - total // 2 for total in totals]
        end = [total - first for total, first in zip(totals, begin, strict=True)]
    inside = [slice(b, extent - e) for b, e, extent in zip(begin, end, whole.shape[2:], strict=True)]
    cut = whole[(..., *inside)]
    bias = call.optional(2)
    return cut if bias is None else cut + bias.reshape(-1, *[1] * rank)


def _windows(x: Array, window: Window, ceil_mode: bool, outside: float) -> Array:
    """What each window sees: [kernel positions, N, C, output extents]; `outside` where no pixel is."""
    axes = range(x.ndim - 2)
    counts = [window.outputs(axis, x.shape[axis + 2], ceil_mode) for axis in axes]
    reaches = [(counts[axis] - 1) * window.strides[axis] + window.span(axis) for axis in axes]
    missing = [max(reaches[axis] - x.shape[axis + 2] - window.begin[axis], 0) for axis in axes]
    whole = padded(x, window.begin, missing, outside)
    seen = []
    for position in product(*map(range, window.kernel)):
        firsts = [position[axis] * window.dilations[axis] for axis in axes]
        taken = [
            slice(firsts[axis], firsts[axis] + (counts[axis] - 1) * window.strides[axis] + 1, window.strides[axis])
            for axis in axes
        ]
        seen.append(whole[(..., *taken)])
    return np.stack(seen)


@operator("MaxPool")
def max_pool(call: Call) -> tuple[Array, Array]:
    """The maxima, and where in the whole array they stand: row by row, or column by column within a plane."""
    (x,) = call.inputs
    window = Window.of(call, call.get("kernel_shape"), x.shape[2:])
    ceil_mode = bool(call.get("ceil_mode", 0))
    seen = _windows(x, window, ceil_mode, -np.inf)
    places = np.arange(x.size, dtype=np.float64).reshape(x.shape)
    if call.get("storage_order", 0):
        turned = (*x.shape[:2], *reversed(x.shape[2:]))
        places = places.reshape(turned).transpose(0, 1, *reversed(range(2, x.ndim)))
    best = seen.argmax(axis=0)[np.newaxis]
    positions = np.take_along_axis(_windows(places, window, ceil_mode, -1), best, axis=0)[0]
    return seen.max(axis=0), positions.astype(np.int64)


@operator("AveragePool")
def average_pool(call: Call) -> Array:
    """The sum over the window's pixels, divided by how many there are: those of the input, or with count_include_pad
    those of the input and its padding. What hangs over the padded end in ceil mode never counts."""
    (x,) = call.inputs
    window = Window.of(call, call.get("kernel_shape"), x.shape[2:])
    ceil_mode = bool(call.get("ceil_mode", 0))
    counted = np.ones_like(x)
    counted_window = window
    if call.get("count_include_pad", 0):
        counted = padded(counted, window.begin, window.end, 1)
        counted_window = replace(window, begin=[0] * len(window.kernel), end=[0] * len(window.kernel))
    sums = _windows(x, window, ceil_mode, 0).sum(axis=0)
    numbers = _windows(counted, counted_window, ceil_mode, 0).sum(axis=0)
    return sums / numbers[tuple(slice(extent) for extent in sums.shape)]


@operator("LpPool")
def lp_pool(call: Call) -> Array:
    (x,) = call.inputs
    window = Window.of(call, call.get("kernel_shape"), x.shape[2:])
    order = call.get("p", 2)
    seen = _windows(np.abs(x) ** order, window, bool(call.get("ceil_mode", 0)), 0)
    return seen.sum(axis=0) ** (1 / order)


@operator("GlobalLpPool")
def global_lp_pool(call: Call) -> Array:
    (x,) = call.inputs
    order = call.get("p", 2)
    return (np.abs(x) ** order).sum(axis=tuple(range(2, x.ndim)), keepdims=True) ** (1 / order)
