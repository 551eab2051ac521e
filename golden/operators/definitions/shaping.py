"""Operators that move elements. All of them are exact."""

from functools import partial

import numpy as np

from operators.definition import EXACT, Definition, integers, scalar

Case = partial(Definition, tolerance=EXACT)
X = {"x": [2, 6, 3, 4]}
END = np.iinfo(np.int64).max  # how exporters write "to the end"

CASES = [
    Case("identity", "y = Identity (x)", X),
    Case("dropout-attribute", "y = Dropout <ratio = 0.3> (x)", X, opset=7),
    Case("dropout-input", "y = Dropout (x, ratio)", X, {"ratio": scalar(0.3)}, opset=13),
    Case("dropout-training-mode-false", "y = Dropout (x, ratio, training)", X,
         {"ratio": scalar(0.3), "training": np.array(False)}, opset=13),
    Case("dropout-mask-not-read", "y, mask = Dropout (x)", X, opset=12),
    Case("flatten", "y = Flatten (x)", X),
    Case("flatten-axis-0", "y = Flatten <axis = 0> (x)", X),
    Case("flatten-axis-2", "y = Flatten <axis = 2> (x)", X),
    Case("flatten-axis-4", "y = Flatten <axis = 4> (x)", X),
    Case("flatten-axis-negative", "y = Flatten <axis = -1> (x)", X, opset=11),
    Case("reshape-rest", "y = Reshape (x, shape)", X, {"shape": integers(2, -1)}),
    Case("reshape-keeps", "y = Reshape (x, shape)", X, {"shape": integers(0, 3, 0, -1)}),
    Case("reshape-symbolic-batch", "y = Reshape (x, shape)", {"x": ["batch", 6, 3, 4]}, {"shape": integers(-1, 72)},
         sizes={"batch": 3}),
    Case("reshape-keeps-symbolic-batch", "y = Reshape (x, shape)", {"x": ["batch", 6, 3, 4]},
         {"shape": integers(0, -1)},
         sizes={"batch": 3}),
    Case("reshape-allowzero", "y = Reshape <allowzero = 1> (x, shape)", X, {"shape": integers(2, -1)}, opset=20),
    Case("reshape-constant-node", "shape = Constant <value_ints = [1, -1]> () y = Reshape (x, shape)", X, opset=13),
    Case("reshape-channel-shuffle",
         "a = Reshape (x, split) b = Transpose <perm = [0, 2, 1, 3, 4]> (a) y = Reshape (b, joined)", X,
         {"split": integers(2, 2, 3, 3, 4), "joined": integers(2, 6, 3, 4)}),
    Case("transpose-default", "y = Transpose (x)", X),
    Case("transpose-to-nhwc", "y = Transpose <perm = [0, 2, 3, 1]> (x)", X),
    Case("transpose-to-nchw", "y = Transpose <perm = [0, 3, 1, 2]> (x)", X),
    Case("transpose-matrix", "y = Transpose <perm = [1, 0]> (x)", {"x": [3, 5]}),
    Case("squeeze-attribute", "y = Squeeze <axes = [2, 3]> (x)", {"x": [2, 6, 1, 1]}, opset=11),
    Case("squeeze-input", "y = Squeeze (x, axes)", {"x": [2, 6, 1, 1]}, {"axes": integers(-1, -2)}, opset=13),
    Case("squeeze-all", "y = Squeeze (x)", {"x": [1, 6, 1, 4]}, opset=13),
    Case("unsqueeze-attribute", "y = Unsqueeze <axes = [2, 3]> (x)", {"x": [2, 6]}, opset=9),
    Case("unsqueeze-input", "y = Unsqueeze (x, axes)", {"x": [2, 6]}, {"axes": integers(-1, 0)}, opset=13),
    Case("concat-channels", "y = Concat <axis = 1> (a, b, c)",
         {"a": [2, 3, 4, 5], "b": [2, 17, 4, 5], "c": [2, 1, 4, 5]}),
    Case("concat-width", "y = Concat <axis = -1> (a, b)", {"a": [2, 3, 4, 5], "b": [2, 3, 4, 2]}, opset=11),
    Case("concat-batch", "y = Concat <axis = 0> (a, b)", {"a": [2, 3, 4, 5], "b": [1, 3, 4, 5]}),
    Case("concat-itself", "y = Concat <axis = 1> (x, x)", X),
    Case("concat-one", "y = Concat <axis = 1> (x)", X),
    Case("concat-stored", "y = Concat <axis = 1> (x, more)", X, {"more": [2, 2, 3, 4]}),
    Case("pad-attribute", "y = Pad <pads = [0, 0, 1, 2, 0, 0, 3, 0], value = 1.5> (x)", X, opset=9),
    Case("pad-input", "y = Pad (x, pads, value)", X, {"pads": integers(0, 0, 1, 2, 0, 0, 3, 0), "value": scalar(1.5)},
         opset=11),
    Case("pad-default-value", "y = Pad (x, pads)", X, {"pads": integers(0, 1, 1, 1, 0, 2, 1, 1)}, opset=13),
    Case("pad-empty-value", 'y = Pad <mode = "constant"> (x, pads, "")', X, {"pads": integers(0, 0, 0, 0, 0, 0, 1, 1)},
         opset=13),
    Case("pad-axes", 'y = Pad (x, pads, "", axes)', X, {"pads": integers(1, 2, 3, 0), "axes": integers(-2, 3)},
         opset=18),
    Case("pad-nothing", 'y = Pad <mode = "constant", pads = [0, 0, 0, 0, 0, 0, 0, 0], value = 0.0> (x)', X, opset=7),
    Case("pad-negative", "y = Pad (x, pads)", X, {"pads": integers(0, 0, -1, 1, 0, 0, 1, -2)}, opset=13),
    Case("pad-edge", 'y = Pad <mode = "edge"> (x, pads)', X, {"pads": integers(0, 0, 1, 2, 0, 0, 3, 1)}, opset=13),
    Case("pad-reflect", 'y = Pad <mode = "reflect"> (x, pads)', X,
         {"pads": integers(0, 0, 1, 2, 0, 0, 2, 1)}, opset=13),
    Case("slice-attributes", "y = Slice <axes = [1, 3], starts = [2, 0], ends = [5, -1]> (x)", X, opset=9),
    Case("slice-inputs", "y = Slice (x, starts, ends, axes, steps)", X,
         {"starts": integers(1, -3), "ends": integers(END, END), "axes": integers(1, -1), "steps": integers(2, 1)}),
    Case("slice-without-axes", "y = Slice (x, starts, ends)", X, {"starts": integers(0, 1), "ends": integers(1, 100)}),
    Case("slice-backwards", "y = Slice (x, starts, ends, axes, steps)", X,
         {"starts": integers(-1), "ends": integers(-END), "axes": integers(1), "steps": integers(-1)}),
]  # fmt: skip
