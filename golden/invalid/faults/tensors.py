"""Stored tensors that contradict themselves."""

from __future__ import annotations

import numpy as np
from onnx import TensorProto

from invalid.registry import fault
from invalid.sound import weight, with_weight


def raw_weight(dims: list[int], raw: bytes, kind: int = TensorProto.FLOAT) -> bytes:
    return with_weight(TensorProto(data_type=kind, dims=dims, raw_data=raw))


@fault("invalid-model", "enc.conv1.weight", "-4")
def negative_dimension() -> bytes:
    """A weight with a negative dimension."""
    return raw_weight([-4, 3, 3, 3], weight().tobytes())


@fault("invalid-model", "enc.conv1.weight")
def huge_dimensions() -> bytes:
    """A weight whose number of elements overflows a 64-bit integer (to 0)."""
    return raw_weight([2**32, 2**32, 3, 3], weight().tobytes())


@fault("invalid-model", "enc.conv1.weight")
def huge_weight() -> bytes:
    """A weight of 72 GiB by its shape, and 432 bytes of data."""
    return raw_weight([2**31, 1, 3, 3], weight().tobytes())


@fault("invalid-model", "enc.conv1.weight")
def raw_data_too_short() -> bytes:
    """One element is missing in the raw bytes of a weight."""
    return raw_weight([4, 3, 3, 3], weight().tobytes()[:-4])


@fault("invalid-model", "enc.conv1.weight")
def raw_data_too_long() -> bytes:
    """The raw bytes of a weight are one byte too many."""
    return raw_weight([4, 3, 3, 3], weight().tobytes() + b"\0")


@fault("invalid-model", "enc.conv1.weight")
def typed_data_too_short() -> bytes:
    """One element is missing in the typed data of a weight."""
    return with_weight(TensorProto(data_type=TensorProto.FLOAT, dims=[4, 3, 3, 3], float_data=weight().ravel()[:-1]))


@fault("invalid-model", "enc.conv1.weight")
def data_twice() -> bytes:
    """A weight with raw bytes and typed data, which need not agree."""
    values = weight()
    stored = TensorProto(data_type=TensorProto.FLOAT, dims=values.shape, float_data=values.ravel())
    stored.raw_data = values.tobytes()
    return with_weight(stored)


@fault("unsupported-type", "enc.conv1.weight")
def complex_weight() -> bytes:
    """A weight of complex numbers."""
    return raw_weight([4, 3, 3, 3], weight().astype(np.complex64).tobytes(), TensorProto.COMPLEX64)


@fault("unsupported-type", "enc.conv1.weight", "99")
def unknown_element_type() -> bytes:
    """A weight of an element type that the standard does not have."""
    return raw_weight([4, 3, 3, 3], weight().tobytes(), 99)
