"""Functions of one element that are no activations of the fast path, by their textbook formulas."""

from __future__ import annotations

import math

import numpy as np

from ferrygolden.mathematics.evaluator import Array, Call, operator

PLAIN = {
    "Abs": np.abs,
    "Acos": np.arccos,
    "Acosh": np.arccosh,
    "Asin": np.arcsin,
    "Asinh": np.arcsinh,
    "Atan": np.arctan,
    "Atanh": np.arctanh,
    "Ceil": np.ceil,
    "Cos": np.cos,
    "Cosh": np.cosh,
    "Erf": np.vectorize(math.erf),
    "Exp": np.exp,
    "Floor": np.floor,
    "Log": np.log,
    "Neg": np.negative,
    "Reciprocal": np.reciprocal,
    "Round": np.round,
    "Sign": np.sign,
    "Sin": np.sin,
    "Sinh": np.sinh,
    "Softplus": lambda x: np.logaddexp(x, 0),
    "Softsign": lambda x: x / (1 + np.abs(x)),
    "Sqrt": np.sqrt,
    "Tan": np.tan,
    "Mish": lambda x: x * np.tanh(np.logaddexp(x, 0)),
}

for _name, _function in PLAIN.items():
    operator(_name)(lambda call, function=_function: function(call.inputs[0]))


@operator("Elu")
def exponential_linear(call: Call) -> Array:
    (x,) = call.inputs
    return np.where(x < 0, call.get("alpha", 1.0) * (np.exp(x) - 1), x)


@operator("Celu")
def continuous_exponential_linear(call: Call) -> Array:
    (x,) = call.inputs
    alpha = call.get("alpha", 1.0)
    return np.maximum(x, 0) + np.minimum(0, alpha * (np.exp(x / alpha) - 1))


@operator("Selu")
def scaled_exponential_linear(call: Call) -> Array:
    (x,) = call.inputs
    alpha, gamma = call.get("alpha", 1.67326319217681884765625), call.get("gamma", 1.05070102214813232421875)
    return gamma * np.where(x > 0, x, alpha * (np.exp(x) - 1))


@operator("ThresholdedRelu")
def thresholded(call: Call) -> Array:
    (x,) = call.inputs
    return np.where(x > call.get("alpha", 1.0), x, 0)


@operator("Shrink")
def shrink(call: Call) -> Array:
    (x,) = call.inputs
    limit, bias = call.get("lambd", 0.5), call.get("bias", 0.0)
    return np.where(x < -limit, x + bias, np.where(x > limit, x - bias, 0))


@operator("Gelu")
def gaussian_error_linear(call: Call) -> Array:
    (x,) = call.inputs
    if call.get("approximate", "none") == "tanh":
        return x / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    return x / 2 * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))


@operator("Swish")
def swish(call: Call) -> Array:
    (x,) = call.inputs
    return x / (1 + np.exp(-call.get("alpha", 1.0) * x))
