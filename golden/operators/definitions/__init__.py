"""The golden cases of operators, as text: one list a kind of operator, put together in ALL."""

from operators.definitions import (
    convolution,
    elementwise,
    patterns,
    pooling,
    products,
    resizing,
    selection,
    shaping,
    spatial,
    statistics,
)

ALL = [
    *convolution.CASES,
    *pooling.CASES,
    *spatial.CASES,
    *resizing.CASES,
    *statistics.CASES,
    *elementwise.CASES,
    *products.CASES,
    *shaping.CASES,
    *selection.CASES,
    *patterns.CASES,
]
