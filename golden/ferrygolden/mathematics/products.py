"""Matrix products, normalisations and reductions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ferrygolden.mathematics.evaluator import Array, Call, Operator, operator

REDUCTIONS = {
    "ReduceL1": lambda x, **along: np.sum(np.abs(x), **along),
    "ReduceL2": lambda x, **along: np.sqrt(np.sum(x * x, **along)),
    "ReduceLogSum": lambda x, **along: np.log(np.sum(x, **along)),
    "ReduceLogSumExp": lambda x, **along: np.logaddexp.reduce(x, **along),
    "ReduceMax": np.max,
    "ReduceMean": np.mean,
    "ReduceMin": np.min,
    "ReduceProd": np.prod,
    "ReduceSum": np.sum,
    "ReduceSumSquare": lambda x, **along: np.sum(x * x, **along),
}


@operator("Gemm")
def gemm(call: Call) -> Array:
    """alpha · A′ · B′ + beta · C, where A′ and B′ may be transposed and C broadcasts."""
    a, b = call.inputs[:2]
    product = call.get("alpha", 1.0) * (a.T if call.get("transA", 0) else a) @ (b.T if call.get("transB", 0) else b)
    c = call.optional(2)
    return product if c is None else product + call.get("beta", 1.0) * c


@operator("MatMul")
def matrix_product(call: Call) -> Array:
    return call.inputs[0] @ call.inputs[1]


@operator("BatchNormalization")
def batch_normalization(call: Call) -> Array:
    x, scale, shift, mean, variance = call.inputs
    along_channels = (-1,) + (1,) * (x.ndim - 2)
    factor = scale / np.sqrt(variance + call.get("epsilon", np.float32(1e-5)))
    return (x - mean.reshape(along_channels)) * factor.reshape(along_channels) + shift.reshape(along_channels)


def _normalised_axes(call: Call) -> tuple[int, ...]:
    rank = call.inputs[0].ndim
    if call.opset >= 13:
        return (call.get("axis", -1) % rank,)
    return tuple(range(call.get("axis", 1) % rank, rank))


@operator("Softmax")
def softmax(call: Call) -> Array:
    """Along one axis since opset 13; over all axes from `axis` on before."""
    (x,) = call.inputs
    axes = _normalised_axes(call)
    exponentials = np.exp(x - x.max(axis=axes, keepdims=True))
    return exponentials / exponentials.sum(axis=axes, keepdims=True)


@operator("LogSoftmax")
def logarithm_of_softmax(call: Call) -> Array:
    (x,) = call.inputs
    axes = _normalised_axes(call)
    shifted = x - x.max(axis=axes, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axes, keepdims=True))


@operator("Hardmax")
def hardmax(call: Call) -> Array:
    """1 at the first maximum of each row: a row is one axis, or before opset 13 all axes from one on."""
    (x,) = call.inputs
    axes = _normalised_axes(call)
    kept = [axis for axis in range(x.ndim) if axis not in axes]
    rows = x.transpose(kept + list(axes))
    flat = rows.reshape(int(np.prod(rows.shape[: len(kept)])), -1)
    picked = np.zeros_like(flat)
    picked[np.arange(len(flat)), flat.argmax(axis=1)] = 1
    return picked.reshape(rows.shape).transpose(np.argsort(kept + list(axes)))


def _reduction(function: Callable[..., Array], since: int) -> Operator:
    def reduce(call: Call) -> Array:
        axes = call.integers("axes", 1, since)
        x = call.inputs[0]
        if not axes and call.get("noop_with_empty_axes", 0):
            # Each element alone: an axis of 1 to reduce, gone afterwards.
            return function(x[..., None], axis=-1)
        along = tuple(axes) if axes else tuple(range(x.ndim))
        return function(x, axis=along, keepdims=bool(call.get("keepdims", 1)))

    return reduce


for _name, _function in REDUCTIONS.items():
    operator(_name)(_reduction(_function, since=13 if _name == "ReduceSum" else 18))


@operator("GlobalAveragePool")
def global_average_pool(call: Call) -> Array:
    return call.inputs[0].mean(axis=tuple(range(2, call.inputs[0].ndim)), keepdims=True)


@operator("GlobalMaxPool")
def global_max_pool(call: Call) -> Array:
    return call.inputs[0].max(axis=tuple(range(2, call.inputs[0].ndim)), keepdims=True)
