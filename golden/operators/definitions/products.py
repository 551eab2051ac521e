"""Gemm, MatMul, BatchNormalization and Softmax."""

from operators.definition import Definition as Case
from operators.definition import scalar, variances

STATISTICS = {"scale": [5], "shift": [5], "mean": [5], "variance": variances(5)}
NORMALISE = "BatchNormalization (x, scale, shift, mean, variance)"

CASES = [
    Case("gemm", "y = Gemm <transB = 1> (x, w, b)", {"x": [3, 17]}, {"w": [5, 17], "b": [5]}),
    Case("gemm-as-exported", "y = Gemm <alpha = 1.0, beta = 1.0, transB = 1> (x, w, b)", {"x": ["batch", 33]},
         {"w": [10, 33], "b": [10]}, sizes={"batch": 2}, opset=9),
    Case("gemm-untransposed", "y = Gemm (x, w, b)", {"x": [3, 17]}, {"w": [17, 5], "b": [1, 5]}),
    Case("gemm-transposed-input", "y = Gemm <transA = 1> (x, w, b)", {"x": [17, 3]}, {"w": [17, 5], "b": [5]}),
    Case("gemm-both-transposed", "y = Gemm <transA = 1, transB = 1> (x, w, b)", {"x": [17, 3]},
         {"w": [5, 17], "b": [5]}),
    Case("gemm-alpha-beta", "y = Gemm <alpha = 0.5, beta = -2.0, transB = 1> (x, w, b)", {"x": [3, 17]},
         {"w": [5, 17], "b": [5]}),
    Case("gemm-beta-zero", "y = Gemm <beta = 0.0, transB = 1> (x, w, b)", {"x": [3, 17]}, {"w": [5, 17], "b": [5]}),
    Case("gemm-without-bias", "y = Gemm <transB = 1> (x, w)", {"x": [1, 17]}, {"w": [5, 17]}, opset=11),
    Case("gemm-bias-scalar", "y = Gemm <transB = 1> (x, w, b)", {"x": [3, 17]}, {"w": [5, 17], "b": scalar(0.5)}),
    Case("gemm-bias-column", "y = Gemm <transB = 1> (x, w, b)", {"x": [3, 17]}, {"w": [5, 17], "b": [3, 1]}),
    Case("gemm-two-inputs", "y = Gemm (a, b)", {"a": [3, 7], "b": [7, 4]}),
    Case("gemm-one-output", "y = Gemm <transB = 1> (x, w, b)", {"x": [3, 40]}, {"w": [1, 40], "b": [1]}),
    Case("matmul", "y = MatMul (x, w)", {"x": [3, 17]}, {"w": [17, 5]}),
    Case("matmul-bias", "p = MatMul (x, w) y = Add (p, b)", {"x": [3, 17]}, {"w": [17, 5], "b": [5]}),
    Case("matmul-bias-first", "p = MatMul (x, w) y = Add (b, p)", {"x": [3, 17]}, {"w": [17, 5], "b": [5]}),
    Case("matmul-stacked", "y = MatMul (x, w)", {"x": [2, 3, 4, 5]}, {"w": [5, 6]}),
    Case("matmul-two-inputs", "y = MatMul (a, b)", {"a": [2, 3, 4], "b": [2, 4, 5]}),
    Case("batch-normalization", f"y = {NORMALISE}", {"x": [2, 5, 3, 4]}, STATISTICS, opset=15),
    Case("batch-normalization-rank-2", f"y = {NORMALISE}", {"x": [3, 5]}, STATISTICS, opset=15),
    Case("batch-normalization-epsilon",
         "y = BatchNormalization <epsilon = 0.001, momentum = 0.99> (x, scale, shift, mean, variance)",
         {"x": [1, 5, 3, 4]}, STATISTICS, opset=9),
    Case("batch-normalization-opset-7", f"y = {NORMALISE}", {"x": [1, 5, 3, 4]}, STATISTICS, opset=7),
    Case("softmax", "y = Softmax (x)", {"x": [3, 10]}, opset=13, scale=4),
    Case("softmax-channels", "y = Softmax <axis = 1> (x)", {"x": [2, 5, 3, 4]}, opset=13, scale=4),
    Case("softmax-opset-11", "y = Softmax (x)", {"x": [2, 3, 4]}, opset=11, scale=4),
    Case("softmax-far", "y = Softmax <axis = -1> (x)", {"x": [3, 10]}, opset=17, scale=100),
    Case("gemm-opset-7", "y = Gemm (x, w, b)", {"x": [3, 17]}, {"w": [17, 5], "b": [5]}, opset=7),
    Case("gemm-three-inputs", "d = Neg (b) y = Gemm <alpha = 0.5, beta = 0.25, transA = 1, transB = 1> (a, d, c)",
         {"a": [7, 3], "b": [4, 7], "c": [1, 4]}),
    Case("matmul-vectors", "y = MatMul (a, b)", {"a": [7], "b": [7]}),
    Case("matmul-row", "y = MatMul (a, b)", {"a": [4], "b": [2, 4, 5]}),
    Case("matmul-column", "y = MatMul (a, w)", {"a": [2, 3, 4]}, {"w": [4]}, opset=9),
    Case("matmul-broadcast", "y = MatMul (a, b)", {"a": [2, 1, 3, 4], "b": [5, 4, 6]}, opset=7),
    Case("batch-normalization-rank-3", f"y = {NORMALISE}", {"x": [2, 5, 7]}, STATISTICS, opset=15),
    Case("batch-normalization-rank-5", f"y = {NORMALISE}", {"x": [2, 5, 2, 3, 4]}, STATISTICS, opset=15),
]  # fmt: skip
