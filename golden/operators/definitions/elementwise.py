"""Activations with their optional bounds, and pairs of operands with broadcasting."""

from operators.definition import EXACT, scalar
from operators.definition import Definition as Case

X = {"x": [2, 5, 3, 4]}
WIDE = {"scale": 4}  # inputs far enough from 0 to reach both ends of a clipped function
A, B = [2, 3, 4, 5], [1, 3, 1, 1]

CASES = [
    Case("relu", "y = Relu (x)", X, opset=7, tolerance=EXACT),
    Case("clip-attributes", "y = Clip <min = 0.0, max = 6.0> (x)", X, opset=9, tolerance=EXACT, **WIDE),
    Case("clip-attributes-only-max", "y = Clip <max = 1.5> (x)", X, opset=7, tolerance=EXACT, **WIDE),
    Case(
        "clip-inputs",
        "y = Clip (x, low, high)",
        X,
        {"low": scalar(-1), "high": scalar(2.5)},
        opset=11,
        tolerance=EXACT,
        **WIDE,
    ),
    Case(
        "clip-inputs-constants",
        "low = Constant <value = float {0.0}> () high = Constant <value_float = 6.0> () y = Clip (x, low, high)",
        X,
        opset=13,
        tolerance=EXACT,
        **WIDE,
    ),
    Case("clip-without-min", 'y = Clip (x, "", high)', X, {"high": scalar(1)}, opset=13, tolerance=EXACT, **WIDE),
    Case("clip-without-max", "y = Clip (x, low)", X, {"low": scalar(-0.5)}, opset=13, tolerance=EXACT, **WIDE),
    Case("clip-without-bounds", "y = Clip (x)", X, opset=13, tolerance=EXACT, **WIDE),
    Case("sigmoid", "y = Sigmoid (x)", X, **WIDE),
    # exp(100) is beyond float32: a careless formula gives NaN.
    Case("sigmoid-far", "y = Sigmoid (x)", X, scale=60),
    Case("silu", "s = Sigmoid (x) y = Mul (x, s)", X, opset=13, **WIDE),
    Case("silu-reversed", "s = Sigmoid (x) y = Mul (s, x)", X, opset=13, **WIDE),
    Case("silu-far", "s = Sigmoid (x) y = Mul (x, s)", X, scale=60),
    Case("hard-sigmoid-defaults", "y = HardSigmoid (x)", X, **WIDE),
    Case("hard-sigmoid", "y = HardSigmoid <alpha = 0.16666667, beta = 0.5> (x)", X, opset=9, **WIDE),
    Case("hard-swish", "y = HardSwish (x)", X, opset=14, **WIDE),
    Case("hard-swish-by-hard-sigmoid", "s = HardSigmoid <alpha = 0.16666667> (x) y = Mul (x, s)", X, opset=13, **WIDE),
    Case(
        "hard-swish-by-clip",
        "a = Add (x, three) c = Clip (a, zero, six) m = Mul (x, c) y = Div (m, six)",
        X,
        {"zero": scalar(0), "three": scalar(3), "six": scalar(6)},
        opset=13,
        **WIDE,
    ),
    Case("leaky-relu-default", "y = LeakyRelu (x)", X, **WIDE),
    Case("leaky-relu", "y = LeakyRelu <alpha = 0.2> (x)", X, opset=9, **WIDE),
    Case("prelu", "y = PRelu (x, slope)", X, {"slope": [5, 1, 1]}, opset=9),
    Case("prelu-one-slope", "y = PRelu (x, slope)", X, {"slope": [1]}, opset=7),
    Case("prelu-conv", "c = Conv (x, w, b) y = PRelu (c, slope)", X, {"w": [19, 5, 3, 3], "b": [19], "slope": [19, 1, 1]}),
    Case("prelu-features", "y = PRelu (x, slope)", {"x": ["batch", 33]}, {"slope": [33]}, sizes={"batch": 3}, opset=16),
    Case("prelu-computed", "y = PRelu (a, b)", {"a": [2, 17, 4, 5], "b": [2, 17, 1, 1]}),
    Case("tanh", "y = Tanh (x)", X, **WIDE),
    Case("add", "y = Add (a, b)", {"a": A, "b": A}),
    Case("add-itself", "y = Add (x, x)", X, tolerance=EXACT),
    Case("add-scalar", "y = Add (x, one)", X, {"one": scalar(1.25)}),
    Case("add-stored-channels", "y = Add (x, offset)", X, {"offset": [5, 1, 1]}),
    Case("add-stored-width", "y = Add (x, offset)", X, {"offset": [4]}),
    Case("add-both-broadcast", "y = Add (a, b)", {"a": [2, 1, 4, 1], "b": [1, 3, 1, 5]}),
    Case("add-ranks-differ", "y = Add (a, b)", {"a": [4, 1], "b": [2, 3, 1, 5]}),
    Case("sub", "y = Sub (a, b)", {"a": A, "b": B}),
    Case("sub-stored-first", "y = Sub (one, x)", X, {"one": scalar(1)}),
    Case("mul-excitation", "y = Mul (a, b)", {"a": [2, 17, 4, 5], "b": [2, 17, 1, 1]}),
    Case("mul-batch-of-one", "y = Mul (a, b)", {"a": ["batch", 3, 4, 5], "b": B}, sizes={"batch": 3}),
    Case("div-stored-second", "y = Div (x, scale)", X, {"scale": scalar(0.229)}),
    Case("div-stored-first", "y = Div (one, x)", X, {"one": scalar(1)}, shift=9),
    Case("div-channels", "y = Div (a, b)", {"a": A, "b": B}, shift=6),
    Case("pow", "y = Pow (x, exponent)", X, {"exponent": scalar(3)}, opset=13),
    Case("max-of-two", "y = Max (a, b)", {"a": A, "b": B}, opset=13, tolerance=EXACT),
    Case("min-of-two", "y = Min (a, b)", {"a": A, "b": B}, opset=13, tolerance=EXACT),
]
