"""What a Keras model must answer, computed by Keras in float64: its outputs, and what stands before the activation."""

from __future__ import annotations

import keras
import numpy as np

from kerasfiles.networks import KerasNetwork
from kerasfiles.pictures import golden_pictures

# A quarter of what a golden tolerates.
QUIET = 5e-6


class Truth:
    """A model with other weights' values in float64."""

    def __init__(self, network: KerasNetwork, weights: list[np.ndarray]) -> None:
        self.network = network
        keras.backend.set_floatx("float64")
        self.model = network.build()
        keras.backend.set_floatx("float32")
        set_weights(self.model, [weight.astype(np.float64) for weight in weights])

    def answers(self, pictures: np.ndarray) -> dict[str, np.ndarray]:
        """By the value's name, the graph's output first."""
        return answers(self.model, self.network, pictures.astype(np.float64))


def set_weights(model: keras.Model, weights: list[np.ndarray]) -> None:
    model.set_weights(weights)
    for layer in model.layers:
        # What it computes with is derived from its weights, and only loading a file derives it anew.
        if isinstance(layer, keras.layers.Normalization):
            layer.finalize_state()


def answers(model: keras.Model, network: KerasNetwork, pictures: np.ndarray) -> dict[str, np.ndarray]:
    result = {model.layers[-1].name: np.asarray(model(pictures, training=False))}
    if network.logits is None:
        return result
    name, _, linear = network.logits.partition("/")
    layer = model.get_layer(name)
    wanted = layer.input if linear else layer.output
    values = np.asarray(keras.Model(model.inputs, wanted)(pictures, training=False))
    if linear:
        kernel, bias = (np.asarray(weight, values.dtype) for weight in layer.get_weights())
        values = values @ kernel + bias
    return {**result, network.logits: values}


def telling(
    network: KerasNetwork, model: keras.Model, truth: Truth, count: int
) -> tuple[np.ndarray, dict[str, np.ndarray], float]:
    """Pictures, what `model` must answer, and by how much Keras's own float32 is off, as a part of max|y|.

    Where an answer is what is left of large terms that cancel each other, float32 is far from the truth whoever
    computes it, and the pictures say nothing about anyone; the next ones are taken.
    """
    for draw in range(16):
        pictures = golden_pictures(network, count, draw)
        expected = truth.answers(pictures)
        found = answers(model, network, pictures)
        noise = max(peak_error(value, truth) for value, truth in zip(found.values(), expected.values(), strict=True))
        if noise <= QUIET:
            return pictures, expected, noise
    raise AssertionError(f"{network.name}: Keras's float32 is never within {QUIET} of its float64")


def peak_error(value: np.ndarray, truth: np.ndarray) -> float:
    return float(abs(value - truth).max() / abs(truth).max())
