"""ONNX graphs computed in float64, straight from the standard's definitions.

This is the truth for files that no framework can run in float64 (ONNX Runtime's convolutions are float32 only) and for
values inside a graph. It is not fast, and knows the operators that Ferry's golden cases use.
"""

# The operators' modules fill the evaluator's table when they are imported.
from ferrygolden.mathematics import (  # noqa: F401
    elementwise,
    functions,
    products,
    resampling,
    selection,
    shaping,
    statistics,
    windows,
)
from ferrygolden.mathematics.evaluator import evaluate

__all__ = ["evaluate"]
