"""Normalization by statistics of the input itself."""

from operators.definition import Definition as Case

X = {"x": [2, 6, 3, 5]}
LINE = {"x": [2, 6, 7]}

CASES = [
    Case("instance-normalization", "y = InstanceNormalization (x, scale, bias)", X,
         {"scale": [6], "bias": [6]}, shift=2),
    Case("instance-normalization-1d", "y = InstanceNormalization <epsilon = 0.01> (x, scale, bias)", LINE,
         {"scale": [6], "bias": [6]}, opset=9),
    Case("instance-normalization-symbolic", "y = InstanceNormalization (x, scale, bias)",
         {"x": ["batch", 6, "height", "width"]}, {"scale": [6], "bias": [6]}, sizes={"batch": 2, "height": 3, "width": 4}),
    Case("group-normalization", "y = GroupNormalization <num_groups = 2, epsilon = 0.001> (x, scale, bias)", X,
         {"scale": [6], "bias": [6]}, opset=21, shift=1),
    Case("layer-normalization", "y = LayerNormalization (x, scale, bias)", LINE, {"scale": [7], "bias": [7]}),
    Case("layer-normalization-axis", "y = LayerNormalization <axis = 1, epsilon = 0.1> (x, scale)", LINE,
         {"scale": [6, 7]}, shift=3),
    Case("rms-normalization", "y = RMSNormalization <axis = 1> (x, scale)", LINE, {"scale": [6, 7]}, opset=23),
    Case("mean-variance-normalization", "y = MeanVarianceNormalization (x)", X, opset=13, shift=1),
    Case("mean-variance-normalization-axes", "y = MeanVarianceNormalization <axes = [1, 2, 3]> (x)", X, opset=9),
    Case("lp-normalization", "y = LpNormalization (x)", LINE),
    Case("lp-normalization-p-1", "y = LpNormalization <axis = 1, p = 1> (x)", LINE, opset=7),
    Case("lrn", "y = LRN <size = 3, alpha = 0.5, beta = 0.7, bias = 1.5> (x)", X, opset=13),
    Case("lrn-default", "y = LRN <size = 5> (x)", X, opset=7),
]  # fmt: skip
