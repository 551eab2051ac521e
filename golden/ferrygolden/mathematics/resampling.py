"""Resize and Upsample: each axis is a matrix of weights, outputs times inputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, floor

import numpy as np

from ferrygolden.mathematics.evaluator import Array, Call, operator


@dataclass(frozen=True)
class Axis:
    extent: int
    size: int
    scale: float
    """Outputs over inputs: as stated, or as the sizes give it."""
    start: float = 0
    end: float = 1

    def place(self, coordinates: str, output: int) -> float | None:
        """The place of the input that an output stands for; None where tf_crop_and_resize finds itself outside."""
        last = self.extent - 1
        if coordinates == "tf_crop_and_resize":
            part = output / (self.size - 1) if self.size > 1 else 0.5
            place = last * (self.start * (1 - part) + self.end * part)
            return place if 0 <= place <= last else None
        half = (output + 0.5) / self.scale - 0.5
        return {
            "half_pixel": half,
            "half_pixel_symmetric": half + self.extent / 2 * (1 - self.size / (self.scale * self.extent)),
            "pytorch_half_pixel": half if self.size > 1 else 0,
            "align_corners": output * last / max(self.size - 1, 1),
            "asymmetric": output / self.scale,
            "tf_half_pixel_for_nn": (output + 0.5) / self.scale,
        }[coordinates]


NEAREST = {
    "round_prefer_floor": lambda place: ceil(place - 0.5),
    "round_prefer_ceil": lambda place: floor(place + 0.5),
    "floor": floor,
    "ceil": ceil,
}


def triangle(distance: float) -> float:
    return max(0.0, 1 - abs(distance))


def keys(a: float) -> Callable[[float], float]:
    """Keys' cubic convolution."""

    def weight(distance: float) -> float:
        x = abs(distance)
        if x <= 1:
            return (a + 2) * x**3 - (a + 3) * x**2 + 1
        return a * (x**3 - 5 * x**2 + 8 * x - 4) if x < 2 else 0.0

    return weight


def weights(call: Call, axis: Axis, coordinates: str, rounding: str) -> tuple[Array, list[int]]:
    """The matrix, and the outputs that lie outside."""
    mode = call.get("mode", "nearest")
    matrix, outside = np.zeros((axis.size, axis.extent)), []
    kernel, radius = (triangle, 1) if mode != "cubic" else (keys(call.get("cubic_coeff_a", -0.75)), 2)
    narrowing = min(axis.scale, 1) if call.get("antialias", 0) else 1
    for output in range(axis.size):
        place = axis.place(coordinates, output)
        if place is None:
            outside.append(output)
        elif mode == "nearest":
            matrix[output, np.clip(NEAREST[rounding](place), 0, axis.extent - 1)] = 1
        else:
            reach = ceil(radius / narrowing) + 1
            for pixel in range(floor(place) - reach, floor(place) + reach + 1):
                if 0 <= pixel < axis.extent or not call.get("exclude_outside", 0):
                    matrix[output, np.clip(pixel, 0, axis.extent - 1)] += kernel((pixel - place) * narrowing)
            matrix[output] /= matrix[output].sum()
    return matrix, outside


def resample(call: Call, x: Array, axes: list[Axis], coordinates: str, rounding: str) -> Array:
    beyond = np.zeros([axis.size for axis in axes], bool)
    for number, axis in enumerate(axes):
        matrix, outside = weights(call, axis, coordinates, rounding)
        x = np.moveaxis(np.tensordot(matrix, x, (1, number)), 0, number)
        beyond[(slice(None),) * number + (outside,)] = True
    return np.where(beyond, call.get("extrapolation_value", 0.0), x)


def scaled(x: Array, scales: list[float]) -> list[Axis]:
    """Sizes are cut to whole ones, in single precision as runtimes do."""
    return [
        Axis(extent, int(np.floor(np.float32(extent) * np.float32(scale))), float(np.float32(scale)))
        for extent, scale in zip(x.shape, scales, strict=True)
    ]


@operator("Upsample")
def upsample(call: Call) -> Array:
    scales = call.get("scales") if call.opset < 9 else call.inputs[1]
    return resample(call, call.inputs[0], scaled(call.inputs[0], scales), "asymmetric", "floor")


@operator("Resize")
def resize(call: Call) -> Array:
    x = call.inputs[0]
    if call.opset < 11:
        return resample(call, x, scaled(x, call.inputs[1]), "asymmetric", "floor")
    region, scales, sizes = (call.optional(position) for position in (1, 2, 3))
    named = [axis % x.ndim for axis in call.get("axes", range(x.ndim))]
    axes = [Axis(extent, extent, 1.0) for extent in x.shape]
    if sizes is None:
        for axis, scale in zip(named, scales, strict=True):
            axes[axis] = scaled(x[(0,) * axis + (slice(None),) + (0,) * (x.ndim - axis - 1)], [scale])[0]
    else:
        ratios = [size / x.shape[axis] for axis, size in zip(named, sizes, strict=True)]
        policy = call.get("keep_aspect_ratio_policy", "stretch")
        if policy != "stretch":
            ratio = min(ratios) if policy == "not_larger" else max(ratios)
            ratios, sizes = [ratio] * len(named), [floor(ratio * x.shape[axis] + 0.5) for axis in named]
        for axis, size, ratio in zip(named, sizes, ratios, strict=True):
            axes[axis] = Axis(x.shape[axis], int(size), ratio)
    coordinates = call.get("coordinate_transformation_mode", "half_pixel")
    if coordinates == "tf_crop_and_resize":
        for position, axis in enumerate(named):
            start, end = float(region[position]), float(region[position + len(named)])
            axes[axis] = Axis(axes[axis].extent, axes[axis].size, axes[axis].scale, start, end)
    return resample(call, x, axes, coordinates, call.get("nearest_mode", "round_prefer_floor"))
