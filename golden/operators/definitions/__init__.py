"""The golden cases of operators, as text: one list a kind of operator, put together in ALL."""

from operators.definitions import (
    convolution,
    elementwise,
    functions,
    patterns,
    pooling,
    products,
    reductions,
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
    *functions.CASES,
    *products.CASES,
    *reductions.CASES,
    *shaping.CASES,
    *selection.CASES,
    *patterns.CASES,
]
