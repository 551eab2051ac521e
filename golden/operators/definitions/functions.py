"""Functions of one number, alone and as exporters write them in several nodes."""

import numpy as np

from operators.definition import EXACT, scalar
from operators.definition import Definition as Case

X = {"x": [2, 5, 3, 4]}
WIDE = {"scale": 4}
FAR = {"scale": 60}  # exp(100) is beyond float32: a careless formula gives infinity or NaN
HALVES = np.array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5, -3.49], np.float32)

CASES = [
    Case("abs", "y = Abs (x)", X, opset=7, tolerance=EXACT),
    Case("acos", "y = Acos (x)", X, opset=7, scale=0.2),
    Case("acosh", "y = Acosh (x)", X, opset=9, shift=4, scale=0.5),
    Case("asin", "y = Asin (x)", X, opset=7, scale=0.2),
    Case("asinh", "y = Asinh (x)", X, opset=9, **WIDE),
    Case("atan", "y = Atan (x)", X, opset=7, **WIDE),
    Case("atanh", "y = Atanh (x)", X, opset=22, scale=0.2),
    Case("ceil", "y = Ceil (x)", X, opset=7, tolerance=EXACT, **WIDE),
    Case("celu-default", "y = Celu (x)", X, opset=12, **WIDE),
    Case("celu", "y = Celu <alpha = 2.5> (x)", X, opset=12, **WIDE),
    Case("cos", "y = Cos (x)", X, opset=7, **WIDE),
    Case("cosh", "y = Cosh (x)", X, opset=9),
    Case("elu-default", "y = Elu (x)", X, opset=7, **WIDE),
    Case("elu", "y = Elu <alpha = 0.5> (x)", X, opset=22, **WIDE),
    Case("elu-by-selection", "e = Exp (x) m = Sub (e, one) n = Min (m, zero) p = Relu (x) y = Add (p, n)", X,
         {"one": scalar(1), "zero": scalar(0)}, opset=13, **WIDE),
    Case("erf", "y = Erf (x)", X, opset=9, scale=2),
    Case("exp", "y = Exp (x)", X, opset=7),
    Case("exp-stored", "e = Exp (w) y = Mul (x, e)", X, {"w": [5, 1, 1]}, opset=13),
    Case("floor", "y = Floor (x)", X, opset=13, tolerance=EXACT, **WIDE),
    Case("gelu", "y = Gelu (x)", X, opset=20, scale=3),
    Case("gelu-tanh", 'y = Gelu <approximate = "tanh"> (x)', X, opset=20, scale=3),
    Case("gelu-by-erf",
         "d = Div (x, root) e = Erf (d) p = Add (e, one) m = Mul (x, p) y = Mul (m, half)", X,
         {"root": scalar(np.sqrt(2)), "one": scalar(1), "half": scalar(0.5)}, opset=17, scale=3),
    Case("log", "y = Log (x)", X, opset=7, shift=5),
    Case("mish", "y = Mish (x)", X, opset=18, **WIDE),
    Case("mish-far", "y = Mish (x)", X, opset=22, **FAR),
    Case("mish-by-softplus", "s = Softplus (x) t = Tanh (s) y = Mul (x, t)", X, opset=11, **FAR),
    Case("neg", "y = Neg (x)", X, opset=7, tolerance=EXACT),
    Case("reciprocal", "y = Reciprocal (x)", X, opset=7, shift=9),
    Case("round", "y = Round (x)", X, opset=11, tolerance=EXACT, **WIDE),
    Case("round-halves", "z = Mul (x, zero) h = Add (z, halves) y = Round (h)", {"x": [3, 8]},
         {"zero": scalar(0), "halves": HALVES}, opset=22, tolerance=EXACT),
    Case("selu-defaults", "y = Selu (x)", X, opset=7, **WIDE),
    Case("selu", "y = Selu <alpha = 2.0, gamma = 3.0> (x)", X, opset=22, **WIDE),
    Case("shrink-hard", "y = Shrink <lambd = 1.5> (x)", X, opset=9, tolerance=EXACT, **WIDE),
    Case("shrink-soft", "y = Shrink <lambd = 1.5, bias = 1.5> (x)", X, opset=9, **WIDE),
    Case("sign", "y = Sign (x)", X, opset=9, tolerance=EXACT),
    Case("sin", "y = Sin (x)", X, opset=7, **WIDE),
    Case("sinh", "y = Sinh (x)", X, opset=9),
    Case("softplus", "y = Softplus (x)", X, opset=7, **WIDE),
    Case("softplus-far", "y = Softplus (x)", X, opset=22, **FAR),
    Case("softsign", "y = Softsign (x)", X, opset=7, **WIDE),
    Case("sqrt", "y = Sqrt (x)", X, opset=7, shift=9),
    Case("swish-of-24", "y = Swish (x)", X, opset=24, **WIDE),
    Case("swish-alpha", "y = Swish <alpha = 1.702> (x)", X, opset=24, **WIDE),
    Case("tan", "y = Tan (x)", X, opset=7, scale=0.4),
    Case("thresholded-relu", "y = ThresholdedRelu <alpha = 0.5> (x)", X, opset=10, tolerance=EXACT, **WIDE),
    Case("thresholded-relu-default", "y = ThresholdedRelu (x)", X, opset=22, tolerance=EXACT, **WIDE),
    # Generalised mean pooling, as exporters write it.
    Case("gem-pooling",
         """c = Clip (x, low)
            p = Pow (c, exponent)
            m = ReduceMean <axes = [-1, -2]> (p)
            y = Pow (m, inverse)""",
         {"x": [2, 17, 5, 4]}, {"low": scalar(1e-6), "exponent": scalar(3), "inverse": scalar(1 / 3)}, opset=13,
         shift=1),
]  # fmt: skip
