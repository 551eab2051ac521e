"""MaxPool, AveragePool, and pooling over the whole picture in the ways that exporters write it."""

from operators.definition import EXACT, integers
from operators.definition import Definition as Case

X = {"x": [2, 5, 7, 8]}

CASES = [
    # Inputs below zero show a padding of zeros that should be none.
    Case(
        "max-pool-3x3",
        "y = MaxPool <kernel_shape = [3, 3], strides = [2, 2], pads = [1, 1, 1, 1]> (x)",
        X,
        shift=-5,
        tolerance=EXACT,
    ),
    Case("max-pool-default-strides", "y = MaxPool <kernel_shape = [2, 3]> (x)", X, opset=8, tolerance=EXACT),
    Case(
        "max-pool-asymmetric-pads",
        "y = MaxPool <kernel_shape = [3, 3], strides = [2, 2], pads = [0, 0, 1, 1]> (x)",
        {"x": [1, 17, 8, 6]},
        shift=-5,
        tolerance=EXACT,
    ),
    Case(
        "max-pool-same-upper",
        'y = MaxPool <kernel_shape = [3, 3], strides = [2, 2], auto_pad = "SAME_UPPER"> (x)',
        {"x": [1, 5, 8, 7]},
        shift=-5,
        tolerance=EXACT,
    ),
    Case(
        "max-pool-ceil",
        "y = MaxPool <kernel_shape = [3, 3], strides = [2, 2], ceil_mode = 1> (x)",
        {"x": [1, 5, 8, 6]},
        opset=13,
        shift=-5,
        tolerance=EXACT,
    ),
    # Rounding up would let the last window begin behind the input: it is left out.
    Case(
        "max-pool-ceil-last-window-outside",
        "y = MaxPool <kernel_shape = [2, 2], strides = [3, 3], pads = [0, 0, 1, 1], ceil_mode = 1> (x)",
        {"x": [1, 5, 6, 6]},
        shift=-5,
        tolerance=EXACT,
    ),
    Case(
        "max-pool-dilations",
        "y = MaxPool <kernel_shape = [2, 3], dilations = [2, 2], pads = [1, 1, 0, 1]> (x)",
        X,
        opset=12,
        shift=-5,
        tolerance=EXACT,
    ),
    Case(
        "average-pool-2x2",
        "y = AveragePool <kernel_shape = [2, 2], strides = [2, 2]> (x)",
        {"x": [2, 17, 7, 8]},
        opset=9,
    ),
    Case(
        "average-pool-exclude-pad",
        "y = AveragePool <kernel_shape = [3, 3], strides = [2, 2], pads = [1, 1, 1, 1]> (x)",
        X,
        shift=1,
    ),
    Case(
        "average-pool-include-pad",
        "y = AveragePool <kernel_shape = [3, 3], strides = [2, 2], pads = [1, 1, 1, 1], count_include_pad = 1> (x)",
        X,
        shift=1,
    ),
    Case(
        "average-pool-exclude-asymmetric-pads",
        "y = AveragePool <kernel_shape = [3, 2], pads = [0, 1, 2, 0]> (x)",
        X,
        opset=11,
        shift=1,
    ),
    Case(
        "average-pool-include-asymmetric-pads",
        "y = AveragePool <kernel_shape = [3, 2], pads = [0, 1, 2, 0], count_include_pad = 1> (x)",
        X,
        opset=11,
        shift=1,
    ),
    Case(
        "average-pool-same-upper",
        'y = AveragePool <kernel_shape = [3, 3], strides = [2, 2], auto_pad = "SAME_UPPER"> (x)',
        {"x": [1, 5, 8, 7]},
        shift=1,
    ),
    Case(
        "average-pool-ceil-exclude-pad",
        "y = AveragePool <kernel_shape = [3, 3], strides = [2, 2], pads = [1, 1, 1, 1], ceil_mode = 1> (x)",
        {"x": [1, 5, 8, 6]},
        opset=19,
        shift=1,
    ),
    Case(
        "average-pool-ceil-include-pad",
        "y = AveragePool <kernel_shape = [3, 3], strides = [2, 2], pads = [1, 1, 1, 1], ceil_mode = 1, "
        "count_include_pad = 1> (x)",
        {"x": [1, 5, 8, 6]},
        opset=19,
        shift=1,
    ),
    Case("global-average-pool", "y = GlobalAveragePool (x)", {"x": [2, 17, 5, 7]}, shift=1),
    Case("global-average-pool-one-pixel", "y = GlobalAveragePool (x)", {"x": [2, 5, 1, 1]}, tolerance=EXACT),
    Case("global-max-pool", "y = GlobalMaxPool (x)", {"x": [2, 17, 5, 7]}, shift=-5, tolerance=EXACT),
    Case("reduce-mean-picture", "y = ReduceMean <axes = [2, 3]> (x)", {"x": [2, 17, 5, 7]}, opset=13, shift=1),
    Case(
        "reduce-mean-negative-axes",
        "y = ReduceMean <axes = [-1, -2], keepdims = 0> (x)",
        {"x": [2, 17, 5, 7]},
        opset=13,
        shift=1,
    ),
    Case(
        "reduce-mean-axes-input",
        "y = ReduceMean <keepdims = 0> (x, axes)",
        {"x": [2, 17, 5, 7]},
        {"axes": integers(2, 3)},
        opset=18,
        shift=1,
    ),
    Case(
        "reduce-mean-axes-input-negative",
        "y = ReduceMean (x, axes)",
        {"x": ["batch", 5, "height", "width"]},
        {"axes": integers(-1, -2)},
        opset=20,
        sizes={"batch": 2, "height": 3, "width": 4},
        shift=1,
    ),
    Case("reduce-mean-channels", "y = ReduceMean <axes = [1]> (x)", X, opset=13, shift=1),
    Case("reduce-mean-all", "y = ReduceMean <keepdims = 1> (x)", X, opset=13, shift=1),
    Case("reduce-sum", "y = ReduceSum <keepdims = 0> (x, axes)", X, {"axes": integers(3)}, opset=13, shift=1),
    Case("reduce-max", "y = ReduceMax <axes = [2, 3], keepdims = 0> (x)", X, opset=13, shift=-5, tolerance=EXACT),
    Case("reduce-min", "y = ReduceMin <axes = [1], keepdims = 1> (x)", X, opset=13, shift=5, tolerance=EXACT),
]
