"""Operators that compare, choose and rank, and what exporters build from them. All of them are exact."""

from functools import partial

import numpy as np

from operators.definition import EXACT, Definition, integers, scalar

Case = partial(Definition, tolerance=EXACT)
X = {"x": [2, 5, 3, 4]}
PAIR = {"a": [2, 3, 4], "b": [3, 1]}
TRUTHS = {"a": np.array([[True, False, True], [False, False, True]]), "b": np.array([True, False, False])}
TIES = {"x": np.array([[2, 7, 7, 1], [3, 3, 3, 3]], np.float32)}
RANDOM = np.random.default_rng(7)
CENTERS = RANDOM.uniform(0, 10, [2, 30, 2])
SIZES = RANDOM.uniform(1, 4, [2, 30, 2])
CORNERS = np.concatenate([CENTERS - SIZES / 2, CENTERS + SIZES / 2], -1).astype(np.float32)
SCORES = RANDOM.permutation(2 * 3 * 30).reshape(2, 3, 30).astype(np.float32) / 180
BOXES = {"boxes": CORNERS, "scores": SCORES}
LIMITS = {"limit": integers(6), "overlap": scalar(0.3), "threshold": scalar(0.25)}
SUPPRESSION = "y = NonMaxSuppression (boxes, scores, limit, overlap, threshold)"


def whole(*numbers: int) -> dict[str, np.ndarray]:
    return {"indices": integers(*numbers)}


CASES = [
    *(
        Case(name.lower(), f"y = {name} (a, b)", PAIR, opset=opset)
        for name, opset in [("Less", 9), ("Greater", 9), ("LessOrEqual", 16), ("GreaterOrEqual", 12)]
    ),
    Case("equal", "y = Equal (a, b)", {"a": np.array([1, 2, 3], np.float32), "b": np.array([1, 0, 3], np.float32)},
         opset=13),
    Case("equal-integers", "y = Equal (a, b)", {"a": integers(1, 2, 3, -4), "b": integers(1, 0, 3, -4)}),
    *(Case(name.lower(), f"y = {name} (a, b)", TRUTHS) for name in ("And", "Or", "Xor")),
    Case("not", "y = Not (a)", {"a": TRUTHS["a"]}),
    Case("where", "c = Less (a, b) y = Where (c, a, b)", PAIR),
    Case("where-condition-input", "y = Where (c, a, b)", {"c": TRUTHS["a"], "a": [2, 3], "b": [4, 1, 3]}, opset=9),
    Case("where-constant", "c = Greater (x, zero) y = Where (c, x, zero)", X, {"zero": scalar(0)}),
    Case("cast-to-integer", "y = Cast <to = 7> (x)", X, scale=20),
    Case("cast-to-truth-and-back", "z = Cast <to = 9> (x) y = Cast <to = 1> (z)",
         {"x": np.array([0, -0.0, 0.25, -3], np.float32)}),
    Case("cast-integer-input", "y = Cast <to = 1> (x)", {"x": np.arange(24, dtype=np.uint8).reshape(1, 3, 2, 4)}),
    Case("cast-like", "z = CastLike (x, like) y = CastLike (z, x)", X, {"like": integers(1)}, scale=20, opset=15),
    Case("gather-computed", "y = Gather <axis = 1> (x, indices)", {**X, **whole(4, 0, -1, 2)}),
    Case("gather-computed-matrix", "y = Gather <axis = -1> (x, i)", {**X, "i": integers(0, 3, 1, 1).reshape(2, 2)}),
    Case("gather-computed-scalar", "y = Gather <axis = 2> (x, i)", {**X, "i": np.array(-2)}, opset=13),
    Case("gather-embedding", "y = Gather (table, x)", {"x": integers(5, 0, 6, 6).reshape(2, 2)}, {"table": [7, 3]}),
    Case("gather-many-runs", "y = Gather (x, i)", {"x": [60, 2]}, {"i": integers(*range(0, 60, 2))}),
    Case("argmax", "y = ArgMax <axis = 1> (x)", X),
    Case("argmax-drop", "y = ArgMax <axis = -1, keepdims = 0> (x)", X, opset=11),
    Case("argmax-ties", "y = ArgMax <axis = 1> (x)", TIES, opset=12),
    Case("argmax-last-of-ties", "y = ArgMax <axis = 1, select_last_index = 1> (x)", TIES, opset=12),
    Case("argmin", "y = ArgMin <axis = 2> (x)", X, opset=7),
    Case("topk", "y, places = TopK <axis = 1> (x, k)", X, {"k": integers(3)}, outputs=("y", "places")),
    Case("topk-smallest", "y, places = TopK <largest = 0> (x, k)", X, {"k": integers(2)}, opset=11,
         outputs=("y", "places")),
    Case("topk-attribute", "y, places = TopK <axis = 1, k = 2> (x)", X, opset=9, outputs=("y", "places")),
    Case("topk-places-alone", "values, y = TopK (x, k)", X, {"k": integers(4)}, opset=10),
    Case("topk-symbolic",
         "shape = Shape (x) n = Gather (shape, one) z = Unsqueeze (n, zero) k = Min (z, ten) y, places = TopK (x, k)",
         {"x": [2, "width"]}, {"one": np.array(1), "zero": integers(0), "ten": integers(10)}, sizes={"width": 7},
         outputs=("y", "places")),
    Case("suppression", SUPPRESSION, BOXES, LIMITS, opset=10),
    Case("suppression-of-nothing", SUPPRESSION, BOXES, LIMITS | {"threshold": scalar(0.98)}, opset=11),
    Case("suppression-defaults", "y = NonMaxSuppression (boxes, scores, limit)", BOXES, {"limit": integers(3)}),
    Case("suppression-centers",
         "y = NonMaxSuppression <center_point_box = 1> (boxes, scores, limit, overlap)",
         {"boxes": np.concatenate([CENTERS, SIZES], -1).astype(np.float32), "scores": SCORES},
         {"limit": integers(30), "overlap": scalar(0.5)}),
    Case("suppression-then-gather",
         "rows = NonMaxSuppression (boxes, scores, limit, overlap, threshold) "
         "flat = Reshape (boxes, matrix) index = Gather <axis = 1> (rows, box) y = Gather (flat, index)",
         {"boxes": CORNERS[:1], "scores": SCORES[:1]}, LIMITS | {"matrix": integers(30, 4), "box": np.array(2)}),
    Case("maxpool-positions", "y, places = MaxPool <kernel_shape = [3, 2], strides = [2, 1], pads = [1, 0, 1, 1]> (x)",
         {"x": [2, 3, 6, 5]}, opset=12, outputs=("y", "places")),
    Case("maxpool-positions-by-columns", "m, y = MaxPool <kernel_shape = [2, 2], storage_order = 1> (x)",
         {"x": [2, 3, 4, 5]}, opset=11),
    Case("maxpool-positions-ceil",
         "y, places = MaxPool <kernel_shape = [3], strides = [2], dilations = [2], ceil_mode = 1> (x)",
         {"x": [1, 4, 12]}, outputs=("y", "places")),
    Case("dropout-mask", "y, mask = Dropout (x)", {"x": ["batch", 3]}, opset=13, sizes={"batch": 2},
         outputs=("y", "mask")),
    Case("constant-output", "y = Relu (x) values = Constant <value_floats = [1.5, -2.0]> ()", X,
         outputs=("y", "values")),
    Case("stored-output", "y = Max (x, kept)", X, {"kept": [4]}, outputs=("y", "kept")),
    Case("shape-divided-towards-zero",
         "s = Shape (x) n = Neg (s) h = Div (n, two) d = Sub (s, four) t = Div (d, three) y = Concat <axis = 0> (h, t)",
         {"x": ["batch", 3, "height", "width"]}, {"two": np.array(2), "three": np.array(3), "four": np.array(4)},
         sizes={"batch": 1, "height": 5, "width": 8}),
    Case("slice-from-a-centre",
         "s = Shape <start = 3> (x) d = Sub (s, eight) b = Div (d, two) e = Add (b, eight) y = Slice (x, b, e, axis)",
         {"x": [1, 2, 3, "width"]}, {"eight": integers(8), "two": integers(2), "axis": integers(3)},
         sizes={"width": 13}),
    Case("shape-output", "y = Shape (x)", {"x": ["batch", 3, "height", 4]}, sizes={"batch": 2, "height": 5}),
    Case("shape-as-data", "s = Shape (x) f = Cast <to = 1> (s) y = Mul (f, f)", {"x": ["batch", 3, "height", 4]},
         sizes={"batch": 2, "height": 5}),
    Case("expand-by-where",
         "e = Equal (target, minus) t = Where (e, ones, target) y = Reshape (x, t)",
         {"x": [2, 12]}, {"target": integers(2, -1, 12), "minus": integers(-1, -1, -1), "ones": integers(1, 1, 1)}),
]
