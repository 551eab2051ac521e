"""Functions of one element, and of pairs of elements with broadcasting."""

from __future__ import annotations

from functools import reduce

import numpy as np

from ferrygolden.mathematics.evaluator import Array, Call, operator


@operator("Relu")
def relu(call: Call) -> Array:
    return np.maximum(call.inputs[0], 0)


@operator("LeakyRelu")
def leaky_relu(call: Call) -> Array:
    (x,) = call.inputs
    return np.where(x < 0, call.get("alpha", np.float32(0.01)) * x, x)


@operator("PRelu")
def parametric_relu(call: Call) -> Array:
    x, slope = call.inputs
    return np.where(x < 0, slope * x, x)


@operator("Clip")
def clip(call: Call) -> Array:
    """The bounds are attributes before opset 11 and optional inputs since."""
    if call.opset < 11:
        low, high = call.get("min"), call.get("max")
    else:
        low, high = call.optional(1), call.optional(2)
    return np.clip(call.inputs[0], -np.inf if low is None else low, np.inf if high is None else high)


@operator("Sigmoid")
def sigmoid(call: Call) -> Array:
    return 1 / (1 + np.exp(-call.inputs[0]))


@operator("Tanh")
def tanh(call: Call) -> Array:
    return np.tanh(call.inputs[0])


@operator("HardSigmoid")
def hard_sigmoid(call: Call) -> Array:
    slope, offset = call.get("alpha", np.float32(0.2)), call.get("beta", 0.5)
    return np.clip(np.float64(slope) * call.inputs[0] + offset, 0, 1)


@operator("HardSwish")
def hard_swish(call: Call) -> Array:
    (x,) = call.inputs
    return x * np.clip(x / 6 + 0.5, 0, 1)


@operator("Add")
def add(call: Call) -> Array:
    return call.inputs[0] + call.inputs[1]


@operator("Sub")
def subtract(call: Call) -> Array:
    return call.inputs[0] - call.inputs[1]


@operator("Mul")
def multiply(call: Call) -> Array:
    return call.inputs[0] * call.inputs[1]


@operator("Div")
def divide(call: Call) -> Array:
    """Integers divide towards zero, as in C."""
    a, b = call.inputs
    if np.issubdtype(a.dtype, np.integer):
        return np.trunc(a / b).astype(a.dtype)
    return a / b


@operator("Pow")
def power(call: Call) -> Array:
    return call.inputs[0] ** call.inputs[1]


@operator("Mod")
def modulo(call: Call) -> Array:
    """With the sign of the dividend (fmod) or of the divisor."""
    return (np.fmod if call.get("fmod", 0) else np.mod)(*call.inputs)


@operator("Max")
def maximum(call: Call) -> Array:
    return reduce(np.maximum, call.inputs)


@operator("Min")
def minimum(call: Call) -> Array:
    return reduce(np.minimum, call.inputs)


@operator("Sum")
def total(call: Call) -> Array:
    return reduce(np.add, call.inputs)


@operator("Mean")
def mean(call: Call) -> Array:
    return reduce(np.add, call.inputs) / len(call.inputs)


@operator("Identity", "Dropout")
def identity(call: Call) -> tuple[Array, Array]:
    """Dropout outside of training passes its input on, and its mask is true everywhere."""
    return call.inputs[0], np.ones(call.inputs[0].shape, bool)
