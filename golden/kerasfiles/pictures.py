"""What goes into a network: pictures N×H×W×C in its own range."""

from __future__ import annotations

import numpy as np

from ferrygolden.pictures import normalised_batch
from kerasfiles.networks import KerasNetwork


def pictures(network: KerasNetwork, seed: int, count: int) -> np.ndarray:
    height, width, channels = network.shape
    batch = normalised_batch(seed, count, height, width)[:, -channels:]
    return np.ascontiguousarray(batch.transpose(0, 2, 3, 1)) * np.float32(network.scale)


def golden_pictures(network: KerasNetwork, count: int, draw: int = 0) -> np.ndarray:
    """Pictures that the calibration has not seen; each `draw` gives others."""
    return pictures(network, 77_000 + 10_000 * draw + 100 * count + network.seed, count)
