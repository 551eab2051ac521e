"""The golden cases of operators, as text: one list a kind of operator, put together in ALL."""

from operators.definitions import convolution, elementwise, patterns, pooling, products, selection, shaping

ALL = [
    *convolution.CASES,
    *pooling.CASES,
    *elementwise.CASES,
    *products.CASES,
    *shaping.CASES,
    *selection.CASES,
    *patterns.CASES,
]
