"""Small Keras models whose values are easy to confuse with one another, for Keras 2 and 3."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
from keras import layers


def statistics(model: keras.Model) -> keras.Model:
    """Weights that are all different, and normalizations that do something."""
    random = np.random.default_rng(3)
    weights = []
    for variable, weight in zip(model.weights, model.get_weights(), strict=True):
        drawn = random.normal(0, 0.4, weight.shape)
        weights.append((np.abs(drawn) + 0.5 if "variance" in variable.name else drawn).astype(np.float32))
    model.set_weights(weights)
    return model


def shared() -> keras.Model:
    """Layers, and a model, that are applied twice; two outputs of one layer."""
    image = layers.Input((12, 14, 3), name="image")
    conv = layers.Conv2D(3, 3, padding="same", activation="relu", name="conv")
    inner = layers.Input((12, 14, 3), name="inner")
    y = layers.Conv2D(4, 1, activation="tanh", name="pointwise")(inner)
    trunk = keras.Model(inner, layers.BatchNormalization(name="bn")(y), name="trunk")
    x = conv(image)
    x = layers.add([trunk(x), trunk(conv(x))], name="sum")
    x = layers.GlobalAveragePooling2D(name="pool")(layers.Dropout(0.5, name="dropout")(x))
    head = layers.Dense(5, activation="softmax", name="head")
    return keras.Model(image, [head(x), head(layers.Rescaling(2.0, name="twice")(x))], name="shared")


def nested() -> keras.Model:
    """Models in models in a model, functional and sequential."""
    innermost = keras.Sequential([
        layers.Input((6, 6, 4)), layers.DepthwiseConv2D(3, activation="relu", name="depthwise"),
        layers.BatchNormalization(name="bn"),
    ], name="innermost")  # fmt: skip
    inner = layers.Input((6, 6, 4))
    trunk = keras.Model(inner, layers.SeparableConv2D(5, 3, name="last")(innermost(inner)), name="trunk")
    image = layers.Input((13, 13, 3), name="image")
    x = layers.Conv2D(4, 3, strides=2, activation="relu", name="stem")(image)
    x = layers.Flatten(name="flat")(trunk(x))
    return keras.Model(image, layers.Dense(4, name="head")(x), name="nested")


def sequential() -> keras.Model:
    return keras.Sequential([
        layers.Input((11, 9, 1), name="image"),
        layers.RandomFlip(seed=1, name="flip"),  # in Keras 3 it flips unless it is told not to
        layers.Conv2D(4, 3, strides=2, padding="same", name="conv"),
        layers.BatchNormalization(name="bn"),
        layers.LeakyReLU(name="leaky"),
        layers.MaxPooling2D(2, name="pool"),
        layers.Conv2DTranspose(3, 2, strides=2, activation="sigmoid", name="up"),
        layers.Flatten(name="flat"),
        layers.Dense(6, activation="softmax", name="head"),
    ], name="sequential")  # fmt: skip


def two_inputs() -> keras.Model:
    image = layers.Input((8, 8, 3), name="image")
    numbers = layers.Input((5,), name="numbers")
    x = layers.GlobalMaxPooling2D(name="pool")(layers.Conv2D(4, 3, name="conv")(image))
    x = layers.Multiply(name="gated")([x, layers.Dense(4, activation="sigmoid", name="gate")(numbers)])
    return keras.Model([image, numbers], layers.Dense(2, name="head")(x), name="two_inputs")


MODELS: dict[str, Callable[[], keras.Model]] = {
    "shared": shared, "nested": nested, "sequential": sequential, "two-inputs": two_inputs,
}  # fmt: skip

# All values inside the models, by the names that Ferry has for them.
NAMES = {
    "shared": {
        "conv/linear", "conv", "conv:1/linear", "conv:1",
        "trunk/pointwise/linear", "trunk/pointwise", "trunk/bn", "trunk",
        "trunk:1/pointwise/linear", "trunk:1/pointwise", "trunk:1/bn", "trunk:1", "sum", "dropout", "pool", "twice",
        "head/linear", "head:1/linear",
    },
    "nested": {
        "stem/linear", "stem", "trunk/innermost/depthwise/linear", "trunk/innermost/depthwise", "trunk/innermost/bn",
        "trunk/innermost", "trunk/last", "trunk", "flat",
    },
    "sequential": {"flip", "conv", "bn", "leaky", "pool", "up/linear", "up", "flat", "head/linear"},
    "two-inputs": {"conv", "pool", "gate/linear", "gate", "gated"},
}  # fmt: skip


def made(name: str) -> keras.Model:
    keras.backend.clear_session()
    return statistics(MODELS[name]())
