"""Several operators together: chains that exporters write, and graphs in which a careless pass goes wrong."""

import numpy as np

from operators.definition import EXACT, ROUNDED, integers, scalar, variances
from operators.definition import Definition as Case

CONV = {"w": [6, 3, 3, 3], "b": [6]}
NORMALISATION = {"scale": [6], "shift": [6], "mean": [6], "variance": variances(6)}
X = {"x": [2, 3, 6, 5]}
SYMBOLIC = {"x": ["batch", 3, 4, 5]}

FLATTEN_AS_SHAPES = """
    shape = Shape (x)
    first = Constant <value = int64 {0}> ()
    batch = Gather <axis = 0> (shape, first)
    batches = Unsqueeze (batch, axes)
    target = Concat <axis = 0> (batches, rest)
"""

CASES = [
    Case("mish-as-exporters-write-it", "s = Softplus (x) t = Tanh (s) y = Mul (x, t)", {"x": [2, 5, 3, 4]}, opset=17),
    # A factor that single precision does not hold stays where it is.
    Case("conv-mul-by-the-largest", "c = Conv (x, w, b) y = Mul (c, factor)", X,
         CONV | {"factor": scalar(1e30)}, opset=17),
    Case("mish-of-another", "s = Softplus (x) t = Tanh (s) y = Mul (z, t)", {"x": [2, 5], "z": [2, 5]}, opset=17),
    Case("bounds-after-relu", "r = Relu (x) y = Clip (r, low, high)", {"x": [2, 5, 3, 4]},
         {"low": scalar(0.25), "high": scalar(0.75)}),
    Case("bounds-that-miss-each-other", "a = Clip (x, low, high) y = Clip (a, lower, lowest)", {"x": [2, 5]},
         {"low": scalar(0.5), "high": scalar(0.75), "lower": scalar(-0.5), "lowest": scalar(-0.25)}),
    Case("bounds-read-twice", "r = Relu (x) c = Clip (r, low, high) y = Add (r, c)", {"x": [2, 5]},
         {"low": scalar(0.25), "high": scalar(0.75)}),
    # Flattening, as exporters write x.view(x.size(0), -1).
    Case("flatten-by-shapes", FLATTEN_AS_SHAPES + "y = Reshape (x, target)", SYMBOLIC,
         {"axes": integers(0), "rest": integers(-1)}, opset=13, sizes={"batch": 3}, tolerance=EXACT),
    Case("flatten-by-shapes-opset-9",
         """shape = Shape (x)
            first = Constant <value = int64 {0}> ()
            batch = Gather <axis = 0> (shape, first)
            batches = Unsqueeze <axes = [0]> (batch)
            rest = Constant <value = int64[1] {-1}> ()
            target = Concat <axis = 0> (batches, rest)
            y = Reshape (x, target)""",
         SYMBOLIC, opset=9, sizes={"batch": 3}, tolerance=EXACT),
    Case("flatten-by-shape-range",
         "batch = Shape <start = 0, end = 1> (x) target = Concat <axis = 0> (batch, rest) "
         "y = Reshape <allowzero = 1> (x, target)",
         SYMBOLIC, {"rest": integers(60)}, opset=20, sizes={"batch": 3}, tolerance=EXACT),
    Case("reshape-by-cast-constant",
         "wide = Constant <value = double[2] {2.0, -1.0}> () shape = Cast <to = 7> (wide) y = Reshape (x, shape)",
         X, opset=9, tolerance=EXACT),
    Case("reshape-by-arithmetic",
         """shape = Shape (x)
            height = Gather (shape, two)
            width = Gather (shape, three)
            pixels = Mul (height, width)
            end = Unsqueeze (pixels, axes)
            target = Concat <axis = 0> (front, end)
            y = Reshape (x, target)""",
         {"x": ["batch", 3, "height", "width"]},
         {"two": np.array(2), "three": np.array(3), "axes": integers(0), "front": integers(0, 3)},
         opset=13, sizes={"batch": 2, "height": 4, "width": 5}, tolerance=EXACT),
    Case("pool-by-gather",
         "p = GlobalAveragePool (x) column = Gather <axis = 3> (p, zero) y = Gather <axis = 2> (column, zero)",
         {"x": [2, 17, 3, 4]}, {"zero": np.array(0)}, opset=13, shift=1),
    # The order of features behind a flattened picture.
    Case("conv-flatten-gemm", "c = Conv (x, w, b) f = Flatten (c) y = Gemm <transB = 1> (f, v, d)", X,
         {**CONV, "v": [5, 72], "d": [5]}),
    Case("conv-reshape-matmul", "c = Conv (x, w, b) f = Reshape (c, shape) y = MatMul (f, v)", X,
         {**CONV, "shape": integers(0, -1), "v": [72, 5]}),
    Case("conv-transpose-reshape-gemm",
         "c = Conv (x, w, b) t = Transpose <perm = [0, 2, 3, 1]> (c) f = Reshape (t, shape) y = Gemm (f, v, d)", X,
         {**CONV, "shape": integers(0, -1), "v": [72, 5], "d": [5]}),
    Case("pool-flatten-gemm", "p = GlobalAveragePool (x) f = Flatten (p) y = Gemm <transB = 1> (f, v, d)",
         {"x": [2, 17, 3, 4]}, {"v": [5, 17], "d": [5]}),
    # Activations and sums at the end of a convolution.
    Case("conv-relu", "c = Conv (x, w, b) y = Relu (c)", X, CONV),
    Case("conv-clip", "c = Conv (x, w, b) y = Clip (c, low, high)", X, {**CONV, "low": scalar(0), "high": scalar(0.7)}),
    Case("conv-silu", "c = Conv (x, w, b) s = Sigmoid (c) y = Mul (c, s)", X, CONV),
    Case("conv-leaky-relu", "c = Conv (x, w, b) y = LeakyRelu <alpha = 0.1> (c)", X, CONV),
    Case("conv-add-relu", "c = Conv <pads = [1, 1, 1, 1]> (x, w, b) a = Add (c, x) y = Relu (a)", {"x": [2, 6, 5, 4]},
         {"w": [6, 6, 3, 3], "b": [6]}),
    Case("relu-read-twice", "c = Conv (x, w, b) r = Relu (c) y = Add (c, r)", X, CONV),
    Case("conv-is-output", "c = Conv (x, w, b) y = Relu (c)", X, CONV, outputs=("c", "y")),
    Case("sigmoid-read-twice", "s = Sigmoid (x) m = Mul (x, s) y = Add (m, s)", {"x": [2, 5, 3, 4]}),
    # BatchNormalization: into the convolution before it, into the one behind it, or nowhere.
    Case("conv-bn", "c = Conv (x, w) y = BatchNormalization (c, scale, shift, mean, variance)", X,
         {"w": CONV["w"], **NORMALISATION}),
    Case("conv-bias-bn-relu",
         "c = Conv (x, w, b) n = BatchNormalization (c, scale, shift, mean, variance) y = Relu (n)", X,
         {**CONV, **NORMALISATION}),
    Case("depthwise-bn",
         "c = Conv <group = 6, pads = [1, 1, 1, 1]> (x, w) y = BatchNormalization (c, scale, shift, mean, variance)",
         {"x": [1, 6, 5, 4]}, {"w": [6, 1, 3, 3], **NORMALISATION}),
    Case("conv-transpose-bn",
         "c = ConvTranspose <strides = [2, 2], group = 2> (x, w, b) "
         "y = BatchNormalization (c, scale, shift, mean, variance)",
         {"x": [1, 4, 3, 4]}, {"w": [4, 3, 2, 2], "b": [6], **NORMALISATION}),
    Case("conv-read-twice-bn",
         "c = Conv (x, w, b) n = BatchNormalization (c, scale, shift, mean, variance) y = Add (c, n)", X,
         {**CONV, **NORMALISATION}),
    Case("weight-shared-bn",
         "c = Conv (x, w, b) n = BatchNormalization (c, scale, shift, mean, variance) d = Conv (x, w, b) "
         "y = Sub (n, d)", X, {**CONV, **NORMALISATION}),
    Case("bn-conv", "n = BatchNormalization (x, scale, shift, mean, variance) y = Conv (n, w, b)", {"x": [1, 6, 5, 4]},
         {"w": [4, 6, 3, 3], "b": [4], **NORMALISATION}),
    # Folding forward through padding would be wrong: zeros are not normalised.
    Case("bn-padded-conv",
         "n = BatchNormalization (x, scale, shift, mean, variance) y = Conv <pads = [1, 1, 1, 1]> (n, w, b)",
         {"x": [1, 6, 5, 4]}, {"w": [4, 6, 3, 3], "b": [4], **NORMALISATION}),
    Case("relu-bn-gemm",
         "r = Relu (x) n = BatchNormalization (r, scale, shift, mean, variance) y = Gemm <transB = 1> (n, w, b)",
         {"x": [3, 6]}, {"w": [4, 6], "b": [4], **NORMALISATION}),
    Case("flatten-bn-gemm",
         "f = Flatten (x) n = BatchNormalization (f, scale, shift, mean, variance) y = Gemm <transB = 1> (n, w, b)",
         {"x": [2, 6, 1, 1]}, {"w": [4, 6], "b": [4], **NORMALISATION}),
    Case("gemm-bn", "g = Gemm <transB = 1> (x, w, b) y = BatchNormalization (g, scale, shift, mean, variance)",
         {"x": [3, 7]}, {"w": [6, 7], "b": [6], **NORMALISATION}),
    Case("conv-mul-add", "c = Conv (x, w, b) m = Mul (c, factor) y = Add (m, offset)", X,
         {**CONV, "factor": [6, 1, 1], "offset": [1, 6, 1, 1]}),
    Case("conv-div-sub", "c = Conv (x, w, b) d = Div (c, factor) y = Sub (offset, d)", X,
         {**CONV, "factor": variances(6).reshape(6, 1, 1), "offset": [6, 1, 1]}),
    Case("conv-scalar-scale", "c = Conv (x, w, b) m = Mul (half, c) y = Add (m, half)", X,
         {**CONV, "half": scalar(0.5)}),
    Case("depthwise-mul-add", "c = Conv <group = 3> (x, w) m = Mul (c, factor) y = Add (m, offset)", X,
         {"w": [6, 1, 3, 3], "factor": [1, 6, 1, 1], "offset": [1, 6, 1, 1]}),
    Case("conv-transpose-mul", "c = ConvTranspose <group = 3> (x, w) y = Mul (c, factor)", X,
         {"w": [3, 2, 3, 3], "factor": [1, 6, 1, 1]}),
    Case("gemm-mul-sub", "g = Gemm <transB = 1> (x, w, b) m = Mul (g, factor) y = Sub (m, offset)", {"x": [3, 7]},
         {"w": [6, 7], "b": [6], "factor": [6], "offset": [1, 6]}),
    # No number a channel: along the width, a new batch, read by others too, behind an activation.
    Case("conv-mul-by-columns", "c = Conv (x, w, b) y = Mul (c, factor)", X, {**CONV, "factor": [3]}),
    Case("conv-mul-widens", "c = Conv (x, w, b) y = Mul (c, factor)", {"x": [1, 3, 6, 5]},
         {**CONV, "factor": [2, 6, 1, 1]}),
    Case("conv-mul-read-twice", "c = Conv (x, w, b) m = Mul (c, factor) y = Add (m, c)", X,
         {**CONV, "factor": [6, 1, 1]}),
    Case("conv-relu-mul", "c = Conv (x, w, b) r = Relu (c) y = Mul (r, factor)", X, {**CONV, "factor": [6, 1, 1]}),
    Case("conv-zero-bias", "c = Conv (x, w, b) y = Relu (c)", X, {**CONV, "b": np.zeros(6, np.float32)}),
    # Pictures with their channels last that are scaled and then turned; the same where it cannot be exchanged.
    Case("picture-scaled-then-turned",
         "m = Mul (x, whole) s = Sub (m, mean) d = Div (s, spread) t = Transpose <perm = [0, 3, 1, 2]> (d)"
         " y = Conv (t, w, b)", {"x": [2, 6, 5, 3]},
         {**CONV, "whole": scalar(1 / 255), "mean": [3], "spread": variances(3).reshape(1, 1, 1, 3)}),
    Case("one-channel-turned", "y = Transpose <perm = [0, 3, 1, 2]> (x)", {"x": ["batch", 6, 5, 1]}, {},
         sizes={"batch": 2}, tolerance=EXACT),
    Case("one-pixel-turned-and-flattened", "t = Transpose <perm = [0, 2, 3, 1]> (x) y = Flatten (t)",
         {"x": [2, 6, 1, 1]}, {}, tolerance=EXACT),
    Case("picture-scaled-by-columns-then-turned",
         "m = Mul (x, columns) t = Transpose <perm = [0, 3, 1, 2]> (m) y = Conv (t, w, b)", {"x": [2, 6, 5, 3]},
         {**CONV, "columns": [6, 5, 1]}),
    Case("picture-scaled-and-read-twice",
         "m = Mul (x, half) t = Transpose <perm = [0, 2, 1, 3]> (m) y = Add (m, t)", {"x": [2, 5, 5, 3]},
         {"half": [3]}),
    Case("map-scaled-then-turned",
         "c = Relu (x) m = Mul (c, half) y = Transpose <perm = [0, 2, 3, 1]> (m)", X, {"half": scalar(0.5)}),
    Case("scales-of-pictures", "m = Mul (x, factor) y = Sub (offset, m)", X,
         {"factor": [3, 1, 1], "offset": [1, 3, 1, 1]}),
    Case("scales-read-twice", "m = Mul (x, factor) a = Add (m, factor) y = Mul (a, m)", X, {"factor": [3, 1, 1]}),
    Case("scales-around-a-far-mean", "s = Sub (x, far) y = Div (s, spread)", X,
         {"far": scalar(10_000), "spread": variances(3).reshape(3, 1, 1)}),
    Case("scales-by-columns", "m = Mul (x, factor) y = Add (m, factor)", X, {"factor": [5]}),
    Case("scales-beyond-range", "m = Mul (x, large) y = Mul (m, small)", X,
         {"large": scalar(1e30), "small": scalar(1e-30)}),
    # Padding of its own.
    Case("pad-conv", "p = Pad (x, pads) y = Conv <strides = [2, 2]> (p, w, b)", X,
         {**CONV, "pads": integers(0, 0, 0, 0, 0, 0, 1, 1)}, opset=13),
    Case("pad-conv-of-ones", "p = Pad (x, pads, one) y = Conv (p, w, b)", X,
         {**CONV, "pads": integers(0, 0, 1, 1, 0, 0, 1, 1), "one": scalar(1)}, opset=13),
    Case("pad-max-pool", "p = Pad (x, pads) y = MaxPool <kernel_shape = [3, 3], strides = [2, 2]> (p)", X,
         {"pads": integers(0, 0, 0, 0, 0, 0, 1, 1)}, opset=13, shift=-5, tolerance=EXACT),
    Case("pad-average-pool", "p = Pad (x, pads) y = AveragePool <kernel_shape = [3, 3], strides = [2, 2]> (p)", X,
         {"pads": integers(0, 0, 0, 0, 0, 0, 1, 1)}, opset=13, shift=1),
    Case("pad-infinite-max-pool",
         "p = Pad (x, pads, least) y = MaxPool <kernel_shape = [3, 3], strides = [2, 2]> (p)", X,
         {"pads": integers(0, 0, 0, 0, 0, 0, 1, 1), "least": scalar(-np.inf)}, opset=13, shift=-5, tolerance=EXACT),
    Case("pad-average-pool-excluding",
         "p = Pad (x, pads) y = AveragePool <kernel_shape = [3, 3], strides = [2, 2], pads = [1, 1, 0, 0]> (p)", X,
         {"pads": integers(0, 0, 0, 0, 0, 0, 1, 1)}, opset=13, shift=1),
    Case("pad-average-pool-including",
         "p = Pad (x, pads) "
         "y = AveragePool <kernel_shape = [3, 3], strides = [2, 2], pads = [1, 1, 0, 0], count_include_pad = 1> (p)", X,
         {"pads": integers(0, 0, 0, 0, 0, 0, 1, 1)}, opset=13, shift=1),
    Case("pad-average-pool-beyond", "p = Pad (x, pads) y = AveragePool <kernel_shape = [2, 2]> (p)", X,
         {"pads": integers(0, 0, 2, 2, 0, 0, 2, 2)}, opset=13, shift=1),
    # Squeeze and excitation: a small network of its own inside, with broadcasting at its end.
    Case("squeeze-excitation",
         """p = GlobalAveragePool (x)
            r = Conv (p, reduce, b)
            s = Sigmoid (r)
            m = Mul (r, s)
            e = Conv (m, expand, d)
            g = Sigmoid (e)
            y = Mul (x, g)""",
         {"x": [2, 18, 3, 4]}, {"reduce": [5, 18, 1, 1], "b": [5], "expand": [18, 5, 1, 1], "d": [18]}),
    # Stored tensors in unusual places.
    Case("weights-by-identity", "v = Identity (w) y = Conv (x, v, b)", X, CONV),
    Case("weights-by-constant",
         "w = Constant <value = float[2,3,1,1] {0.5, -1.0, 2.0, 0.25, 1.5, -0.75}> () y = Conv (x, w)", X, opset=9),
    Case("weights-computed", "v = Mul (w, factor) y = Conv (x, v, b)", X, {**CONV, "factor": [6, 1, 1, 1]}),
    Case("weights-as-inputs", "y = Conv (x, w, b)", X, CONV, opset=8),
    Case("weight-shared-transposed", "f = Gemm (x, w) y = Gemm <transB = 1> (f, w)", {"x": [3, 7]}, {"w": [7, 5]}),
    Case("input-is-output", "y = Relu (x) z = Identity (x)", {"x": [2, 3]}, outputs=("y", "z"), tolerance=EXACT),
    Case("output-twice", "y = Relu (x) z = Identity (y)", {"x": [2, 3]}, outputs=("y", "z"), tolerance=EXACT),
    Case("output-is-stored", "y = Relu (x) z = Identity (w)", {"x": [2, 3]}, {"w": [2, 2]}, outputs=("y", "z"),
         tolerance=EXACT),
    Case("two-inputs", "a = Conv (x, w, b) c = Conv (z, w, b) y = Sub (a, c)", {"x": [1, 3, 5, 5], "z": [1, 3, 5, 5]},
         CONV, tolerance=ROUNDED),
]  # fmt: skip
