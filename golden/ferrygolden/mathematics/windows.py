"""Convolution and pooling: operators that move a window over the height and width of [N, C, H, W]."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
import torch
from torch.nn import functional

from ferrygolden.mathematics.evaluator import Array, Call, operator


@dataclass(frozen=True)
class Window:
    """Each list holds height, then width; `begin` and `end` are the padding before and after."""

    kernel: list[int]
    strides: list[int]
    dilations: list[int]
    begin: list[int]
    end: list[int]

    @classmethod
    def of(cls, call: Call, kernel: list[int], extents: tuple[int, ...]) -> Window:
        """The window that a node's attributes state for an input of these extents."""
        strides, dilations = call.get("strides", [1, 1]), call.get("dilations", [1, 1])
        pads = call.get("pads", [0, 0, 0, 0])
        automatic = call.get("auto_pad", "NOTSET")
        if automatic.startswith("SAME"):
            begin, end = [], []
            for size, length, stride, dilation in zip(extents, kernel, strides, dilations, strict=True):
                total = max((ceil(size / stride) - 1) * stride + dilation * (length - 1) + 1 - size, 0)
                small, large = total // 2, total - total // 2
                begin.append(large if automatic == "SAME_LOWER" else small)
                end.append(small if automatic == "SAME_LOWER" else large)
        else:
            begin, end = pads[:2], pads[2:]
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


@operator("Conv")
def conv(call: Call) -> Array:
    x, weight = call.inputs[:2]
    window = Window.of(call, call.get("kernel_shape", weight.shape[2:]), x.shape[2:])
    (top, left), (bottom, right) = window.begin, window.end
    padded = functional.pad(torch.from_numpy(x), (left, right, top, bottom))
    bias = call.optional(2)
    return functional.conv2d(
        padded,
        torch.from_numpy(weight),
        None if bias is None else torch.from_numpy(bias),
        stride=window.strides,
        dilation=window.dilations,
        groups=call.get("group", 1),
    ).numpy()


@operator("ConvTranspose")
def conv_transpose(call: Call) -> Array:
    """Every input pixel adds its weighted kernel; output padding appends rows and columns, padding cuts them off."""
    x, weight = call.inputs[:2]
    window = Window.of(call, call.get("kernel_shape", weight.shape[2:]), x.shape[2:])
    whole = functional.conv_transpose2d(
        torch.from_numpy(x),
        torch.from_numpy(weight),
        stride=window.strides,
        groups=call.get("group", 1),
        dilation=window.dilations,
    ).numpy()
    below, beside = call.get("output_padding", [0, 0])
    whole = np.pad(whole, ((0, 0), (0, 0), (0, below), (0, beside)))
    (top, left), (bottom, right) = window.begin, window.end
    cut = whole[:, :, top : whole.shape[2] - bottom, left : whole.shape[3] - right]
    bias = call.optional(2)
    return cut if bias is None else cut + bias.reshape(-1, 1, 1)


def _windows(x: Array, window: Window, ceil_mode: bool, outside: float) -> Array:
    """What each window sees: [kernel positions, N, C, output height, output width]; `outside` where no pixel is."""
    counts = [window.outputs(axis, extent, ceil_mode) for axis, extent in enumerate(x.shape[2:])]
    amounts = [(0, 0), (0, 0)]
    for axis, extent in enumerate(x.shape[2:]):
        reach = (counts[axis] - 1) * window.strides[axis] + window.span(axis)
        amounts.append((window.begin[axis], max(reach - extent - window.begin[axis], 0)))
    padded = np.pad(x, amounts, constant_values=outside)
    seen = []
    for row in range(window.kernel[0]):
        for column in range(window.kernel[1]):
            first = (row * window.dilations[0], column * window.dilations[1])
            rows, columns = (
                slice(first[axis], first[axis] + (counts[axis] - 1) * window.strides[axis] + 1, window.strides[axis])
                for axis in (0, 1)
            )
            seen.append(padded[:, :, rows, columns])
    return np.stack(seen)


@operator("MaxPool")
def max_pool(call: Call) -> Array:
    (x,) = call.inputs
    window = Window.of(call, call.get("kernel_shape"), x.shape[2:])
    return _windows(x, window, bool(call.get("ceil_mode", 0)), -np.inf).max(axis=0)


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
        (top, left), (bottom, right) = window.begin, window.end
        counted = np.pad(counted, ((0, 0), (0, 0), (top, bottom), (left, right)), constant_values=1)
        counted_window = Window(window.kernel, window.strides, window.dilations, [0, 0], [0, 0])
    sums = _windows(x, window, ceil_mode, 0).sum(axis=0)
    numbers = _windows(counted, counted_window, ceil_mode, 0).sum(axis=0)[:, :, : sums.shape[2], : sums.shape[3]]
    return sums / numbers
