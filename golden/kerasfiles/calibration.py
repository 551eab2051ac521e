"""Gives a fresh Keras model the statistics of a trained one; ferrygolden/calibration.py says why."""

from __future__ import annotations

import re
from collections.abc import Iterator

import keras
import numpy as np
from keras import layers

from kerasfiles.networks import KerasNetwork
from kerasfiles.pictures import pictures

BATCH = 8

# With means of 0, ReLU cuts half of everything, and each layer of a random network amplifies rounding by a fifth.
MEAN_OF_BETA = 0.6

# Of pooled features.
MANY = 1000

# The last normalisation before a sum: trained networks keep the branch small there.
LAST_OF_BRANCH = re.compile(r"block\d+[a-z]_project_bn|block([5-9]|1[0-2])_sepconv3_bn")


def calibrated(network: KerasNetwork) -> keras.Model:
    """The network in float32 with its weights."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(network.seed)
    model = network.build()
    random = np.random.default_rng(network.seed)
    normalisations = [layer for layer in flattened(model) if isinstance(layer, layers.BatchNormalization)]
    for layer in flattened(model):
        draw(layer, random)
        if isinstance(layer, layers.Normalization):
            normalise(layer, network)
    measure(model, normalisations, network)
    for layer in normalisations:
        if layer.moving_mean.shape[0] > MANY and len(layer.input.shape) == 2:
            vary(layer)
        # Trained parameters do not match the statistics exactly, so neither do these.
        if layer.gamma is not None:
            layer.gamma.assign(layer.gamma * (1 + 0.03 * random.normal(size=layer.gamma.shape)))
        layer.beta.assign_add(0.02 * random.normal(size=layer.beta.shape))
    return model


def flattened(model: keras.Model) -> Iterator[layers.Layer]:
    """All layers, those of nested models in their place."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from flattened(layer)
        else:
            yield layer


def draw(layer: layers.Layer, random: np.random.Generator) -> None:
    """Parameters that are not 1 and 0: what an importer drops must be seen."""
    if isinstance(layer, layers.BatchNormalization):
        span = (0.2, 0.5) if LAST_OF_BRANCH.fullmatch(layer.name) else (0.7, 1.3)
        if layer.gamma is not None:
            layer.gamma.assign(random.uniform(*span, layer.gamma.shape))
        layer.beta.assign(random.normal(MEAN_OF_BETA, 0.15, layer.beta.shape))
    elif getattr(layer, "bias", None) is not None:
        layer.bias.assign(random.normal(0, 0.1, layer.bias.shape))


def normalise(layer: layers.Normalization, network: KerasNetwork) -> None:
    """ImageNet's statistics. Keras's published weights hold the deviations where the variances stand, which a second
    Rescaling sets right."""
    deviation = np.array([0.229, 0.224, 0.225])
    variance = deviation if network.second_rescaling else deviation**2
    layer.set_weights([np.array([0.485, 0.456, 0.406]), variance, *layer.get_weights()[2:]])
    layer.finalize_state()


def vary(layer: layers.BatchNormalization) -> None:
    """Pooled features of a trained network vary as much as they are large. Those of a random one are nearly the same
    for all pictures: thousands of differences between equal numbers, in which float32 has few digits left."""
    layer.moving_variance.assign(np.maximum(layer.moving_variance, np.square(layer.moving_mean)))


def measure(model: keras.Model, normalisations: list[layers.Layer], network: KerasNetwork) -> None:
    """Sets the statistics to the mean over all batches, with nothing dropped."""
    dropouts = [(layer, layer.rate) for layer in flattened(model) if isinstance(layer, layers.Dropout)]
    momenta = [layer.momentum for layer in normalisations]
    for layer, _ in dropouts:
        layer.rate = 0.0
    for number in range(network.pictures // BATCH):
        for layer in normalisations:
            layer.momentum = number / (number + 1)
        model(pictures(network, 1000 + network.seed + number, BATCH), training=True)
    for layer, momentum in zip(normalisations, momenta, strict=True):
        layer.momentum = momentum
    for layer, rate in dropouts:
        layer.rate = rate
