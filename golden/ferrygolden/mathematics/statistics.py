"""Normalization by statistics of the input itself."""

from __future__ import annotations

import numpy as np

from ferrygolden.mathematics.evaluator import Array, Call, operator


def standardized(x: Array, axes: tuple[int, ...], epsilon: float) -> Array:
    return (x - x.mean(axis=axes, keepdims=True)) / np.sqrt(x.var(axis=axes, keepdims=True) + epsilon)


def along_channels(numbers: Array, rank: int) -> Array:
    return numbers.reshape(-1, *[1] * (rank - 2))


@operator("InstanceNormalization")
def instance_normalization(call: Call) -> Array:
    x, scale, shift = call.inputs
    y = standardized(x, tuple(range(2, x.ndim)), call.get("epsilon", np.float32(1e-5)))
    return y * along_channels(scale, x.ndim) + along_channels(shift, x.ndim)


@operator("GroupNormalization")
def group_normalization(call: Call) -> Array:
    """A factor and an offset a group in opset 18, a channel since opset 21."""
    x, scale, shift = call.inputs
    groups = call.get("num_groups")
    members = x.reshape(x.shape[0], groups, x.shape[1] // groups, *x.shape[2:])
    y = standardized(members, tuple(range(2, members.ndim)), call.get("epsilon", np.float32(1e-5))).reshape(x.shape)
    if call.opset < 21:
        scale, shift = (np.repeat(numbers, x.shape[1] // groups) for numbers in (scale, shift))
    return y * along_channels(scale, x.ndim) + along_channels(shift, x.ndim)


@operator("LayerNormalization")
def layer_normalization(call: Call) -> Array:
    x, scale = call.inputs[:2]
    axes = tuple(range(call.get("axis", -1) % x.ndim, x.ndim))
    y = standardized(x, axes, call.get("epsilon", np.float32(1e-5))) * scale
    shift = call.optional(2)
    return y if shift is None else y + shift


@operator("RMSNormalization")
def rms_normalization(call: Call) -> Array:
    x, scale = call.inputs
    axes = tuple(range(call.get("axis", -1) % x.ndim, x.ndim))
    return x / np.sqrt((x**2).mean(axis=axes, keepdims=True) + call.get("epsilon", np.float32(1e-5))) * scale


@operator("MeanVarianceNormalization")
def mean_variance_normalization(call: Call) -> Array:
    (x,) = call.inputs
    axes = tuple(call.get("axes", [0, 2, 3]))
    return (x - x.mean(axis=axes, keepdims=True)) / (x.std(axis=axes, keepdims=True) + 1e-9)


@operator("LpNormalization")
def lp_normalization(call: Call) -> Array:
    (x,) = call.inputs
    norm = np.linalg.norm(x, ord=call.get("p", 2), axis=call.get("axis", -1), keepdims=True)
    return np.divide(x, norm, out=np.zeros_like(x), where=norm != 0)


@operator("LRN")
def local_response_normalization(call: Call) -> Array:
    (x,) = call.inputs
    size = call.get("size")
    padded = np.pad(x**2, [(0, 0), ((size - 1) // 2, size // 2)] + [(0, 0)] * (x.ndim - 2))
    sums = sum(padded[:, first : first + x.shape[1]] for first in range(size))
    base = call.get("bias", 1.0) + call.get("alpha", np.float32(1e-4)) / size * sums
    return x / base ** call.get("beta", 0.75)
