"""Reductions beyond the four of pooling, along every spelling of axes, and the softmax family."""

from operators.definition import EXACT, integers
from operators.definition import Definition as Case

X = {"x": [2, 5, 3, 4]}

CASES = [
    Case("reduce-l1", "y = ReduceL1 <axes = [1]> (x)", X, opset=7),
    Case("reduce-l1-all", "y = ReduceL1 <keepdims = 0> (x)", X, opset=18),
    Case("reduce-l1-none", "y = ReduceL1 <noop_with_empty_axes = 1> (x)", X, opset=18, tolerance=EXACT),
    Case("reduce-l2", "y = ReduceL2 <axes = [-1], keepdims = 0> (x)", X, opset=13),
    Case("reduce-l2-normalise", "n = ReduceL2 (x, axes) y = Div (x, n)", {"x": ["batch", 33]}, {"axes": integers(1)},
         opset=18, sizes={"batch": 3}),
    Case("reduce-log-sum", "y = ReduceLogSum (x, axes)", X, {"axes": integers(0, -1)}, opset=18, shift=6),
    Case("reduce-log-sum-exp", "y = ReduceLogSumExp <axes = [2, 3]> (x)", X, opset=11),
    Case("reduce-log-sum-exp-far", "y = ReduceLogSumExp <keepdims = 0> (x, axes)", X, {"axes": integers(1)}, opset=18,
         scale=100),
    Case("reduce-mean-none", "y = ReduceMean <noop_with_empty_axes = 1> (x)", X, opset=18, tolerance=EXACT),
    Case("reduce-prod", "y = ReduceProd <axes = [1], keepdims = 0> (x)", X, opset=7),
    Case("reduce-prod-all", "y = ReduceProd (x)", {"x": [2, 5]}, opset=18),
    Case("reduce-sum-square", "y = ReduceSumSquare (x, axes)", X, {"axes": integers(-1)}, opset=20),
    Case("reduce-sum-square-none", "y = ReduceSumSquare <noop_with_empty_axes = 1> (x)", X, opset=18),
    Case("reduce-sum-empty-axes", "y = ReduceSum (x, axes)", X, {"axes": integers()}, opset=13),
    Case("reduce-max-opset-20", "y = ReduceMax (x, axes)", X, {"axes": integers(1)}, opset=20, tolerance=EXACT),
    Case("log-softmax", "y = LogSoftmax (x)", {"x": [3, 10]}, opset=13, scale=4),
    Case("log-softmax-channels", "y = LogSoftmax <axis = 1> (x)", X, opset=13, scale=4),
    Case("log-softmax-far", "y = LogSoftmax (x)", {"x": [3, 10]}, opset=13, scale=100),
    Case("log-softmax-opset-11", "y = LogSoftmax (x)", {"x": [2, 3, 4]}, opset=11, scale=4),
    Case("softmax-opset-7-axis-2", "y = Softmax <axis = 2> (x)", X, opset=7, scale=4),
    Case("softmax-opset-11-axis-0", "y = Softmax <axis = 0> (x)", {"x": ["batch", 3, 4]}, opset=11, scale=4,
         sizes={"batch": 2}),
    Case("hardmax", "y = Hardmax (x)", {"x": [3, 10]}, opset=13, tolerance=EXACT),
    Case("hardmax-channels", "y = Hardmax <axis = 1> (x)", X, opset=13, tolerance=EXACT),
    Case("hardmax-opset-11", "y = Hardmax (x)", {"x": [2, 3, 4]}, opset=11, tolerance=EXACT),
]  # fmt: skip
