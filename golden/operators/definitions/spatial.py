"""Windows over one and three spatial axes, and what pools and transposed convolutions have beyond two dimensions."""

from operators.definition import EXACT, integers, variances
from operators.definition import Definition as Case

LINE = {"x": [2, 6, 11]}
VOLUME = {"x": [1, 4, 5, 6, 7]}

CASES = [
    Case("conv-1d", "y = Conv <strides = [2], pads = [2, 1], dilations = [2]> (x, w, b)", LINE,
         {"w": [5, 6, 3], "b": [5]}),
    Case("conv-1d-groups-same", 'y = Conv <group = 3, strides = [2], auto_pad = "SAME_LOWER"> (x, w)', LINE,
         {"w": [6, 2, 4]}, opset=11),
    Case("conv-1d-symbolic-same", 'y = Conv <strides = [2], auto_pad = "SAME_UPPER"> (x, w)',
         {"x": ["batch", 6, "width"]}, {"w": [5, 6, 3]}, sizes={"batch": 2, "width": 9}),
    Case("conv-1d-bn-relu", "a = Conv (x, w) b = BatchNormalization (a, s, t, m, v) y = Relu (b)", LINE,
         {"w": [5, 6, 3], "s": [5], "t": [5], "m": [5], "v": variances(5)}),
    Case("conv-1d-padded-before", "a = Pad (x, amounts) y = Conv (a, w)", LINE,
         {"amounts": integers(0, 0, 2, 0, 0, 1), "w": [5, 6, 3]}),
    Case("conv-3d", "y = Conv <strides = [1, 2, 1], pads = [1, 0, 2, 0, 1, 1], dilations = [1, 1, 2]> (x, w, b)",
         VOLUME, {"w": [3, 4, 3, 2, 3], "b": [3]}),
    Case("conv-3d-depthwise", "y = Conv <group = 4, pads = [1, 1, 1, 1, 1, 1]> (x, w)", VOLUME, {"w": [4, 1, 3, 3, 3]}),
    Case("conv-transpose-1d", "y = ConvTranspose <strides = [3], pads = [1, 0], output_padding = [2]> (x, w, b)", LINE,
         {"w": [6, 4, 4], "b": [4]}),
    Case("conv-transpose-3d-groups", "y = ConvTranspose <group = 2, strides = [1, 2, 1], dilations = [2, 1, 1]> (x, w)",
         VOLUME, {"w": [4, 3, 2, 3, 2]}),
    Case("conv-transpose-same-upper", 'y = ConvTranspose <strides = [2, 1], auto_pad = "SAME_UPPER"> (x, w, b)',
         {"x": [1, 3, 4, 5]}, {"w": [3, 2, 3, 4], "b": [2]}),
    Case("conv-transpose-same-lower", 'y = ConvTranspose <strides = [2, 1], auto_pad = "SAME_LOWER"> (x, w)',
         {"x": ["batch", 3, "height", "width"]}, {"w": [3, 2, 3, 4]}, sizes={"batch": 2, "height": 4, "width": 3}),
    Case("conv-transpose-output-shape", "y = ConvTranspose <strides = [2, 2], output_shape = [8, 10]> (x, w)",
         {"x": [1, 3, 4, 5]}, {"w": [3, 2, 3, 3]}),
    Case("max-pool-1d", "y = MaxPool <kernel_shape = [3], strides = [2], pads = [1, 1], ceil_mode = 1> (x)",
         {"x": [2, 6, 10]}, shift=-5, tolerance=EXACT),
    Case("max-pool-3d", "y = MaxPool <kernel_shape = [2, 3, 2], strides = [2, 1, 2], dilations = [1, 2, 1]> (x)",
         VOLUME, shift=-5, tolerance=EXACT),
    Case("average-pool-1d", "y = AveragePool <kernel_shape = [4], strides = [3], pads = [1, 2], ceil_mode = 1> (x)",
         LINE, opset=11, shift=1),
    Case("average-pool-3d-include-pad",
         "y = AveragePool <kernel_shape = [3, 2, 3], strides = [2, 2, 2], pads = [1, 0, 1, 1, 1, 2], "
         "count_include_pad = 1> (x)",
         VOLUME, shift=1),
    Case("average-pool-dilations",
         "y = AveragePool <kernel_shape = [2, 2], dilations = [2, 3], pads = [1, 1, 1, 1], count_include_pad = 1> (x)",
         {"x": [1, 5, 7, 8]}, opset=19, shift=1),
    Case("global-average-pool-1d", "y = GlobalAveragePool (x)", LINE, shift=1),
    Case("global-max-pool-3d", "y = GlobalMaxPool (x)", VOLUME, shift=-5, tolerance=EXACT),
    Case("lp-pool-1d", "y = LpPool <kernel_shape = [3], strides = [2], pads = [1, 1]> (x)", LINE, opset=11),
    Case("lp-pool-2d-p-3", "y = LpPool <kernel_shape = [3, 2], p = 3, dilations = [1, 2]> (x)",
         {"x": [1, 5, 6, 7]}, opset=18),
    Case("lp-pool-2d-p-1-same", 'y = LpPool <kernel_shape = [3, 2], p = 1, auto_pad = "SAME_UPPER"> (x)',
         {"x": [1, 5, 6, 7]}, opset=11),
    Case("global-lp-pool", "y = GlobalLpPool (x)", {"x": [2, 5, 6, 7]}),
    Case("global-lp-pool-1d-p-3", "y = GlobalLpPool <p = 3> (x)", LINE, opset=11),
]  # fmt: skip
