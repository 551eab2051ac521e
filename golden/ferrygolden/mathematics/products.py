"""Matrix products, normalisations and reductions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ferrygolden.mathematics.evaluator import Array, Call, Operator, operator

REDUCTIONS = {"ReduceMean": np.mean, "ReduceSum": np.sum, "ReduceMax": np.max, "ReduceMin": np.min}


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


@operator("Softmax")
def softmax(call: Call) -> Array:
    """Along one axis since opset 13; over all axes from `axis` on before."""
    (x,) = call.inputs
    if call.opset >= 13:
        axes: int | tuple[int, ...] = call.get("axis", -1)
    else:
        axes = tuple(range(call.get("axis", 1) % x.ndim, x.ndim))
    exponentials = np.exp(x - x.max(axis=axes, keepdims=True))
    return exponentials / exponentials.sum(axis=axes, keepdims=True)


def _reduction(function: Callable[..., Array], since: int) -> Operator:
    def reduce(call: Call) -> Array:
        axes = call.integers("axes", 1, since)
        if not axes and call.get("noop_with_empty_axes", 0):
            return call.inputs[0]
        return function(call.inputs[0], axis=tuple(axes) if axes else None, keepdims=bool(call.get("keepdims", 1)))

    return reduce


for _name, _function in REDUCTIONS.items():
    operator(_name)(_reduction(_function, since=13 if _name == "ReduceSum" else 18))


@operator("GlobalAveragePool")
def global_average_pool(call: Call) -> Array:
    return call.inputs[0].mean(axis=tuple(range(2, call.inputs[0].ndim)), keepdims=True)


@operator("GlobalMaxPool")
def global_max_pool(call: Call) -> Array:
    return call.inputs[0].max(axis=tuple(range(2, call.inputs[0].ndim)), keepdims=True)
