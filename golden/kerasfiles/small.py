"""Small relatives of the networks: the same layers and the same names, but narrow and over few pixels.

Where Keras's own functions have no option for the width, the network is stated here; `xception` with Keras's own widths
is keras.applications.Xception layer by layer, which `check` asserts.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import keras
from keras import layers
from keras.src.applications import efficientnet as efficientnet_module

CLASSES = 10


@dataclass(frozen=True)
class XceptionWidths:
    """Channels of Xception's stages: the stem's two convolutions, the entry flow, the middle flow, the exit flow."""

    stem: tuple[int, int]
    entry: tuple[int, int]
    middle: int
    exit: tuple[int, int, int]


KERAS_WIDTHS = XceptionWidths((32, 64), (128, 256), 728, (1024, 1536, 2048))
NARROW = XceptionWidths((5, 6), (7, 9), 11, (13, 15, 18))


def xception(
    widths: XceptionWidths, size: int, classes: int = CLASSES, *, top: bool = True, pooling: bool = False
) -> keras.Model:
    image = layers.Input((size, size, 3))
    x = image
    for number, (width, strides) in enumerate(zip(widths.stem, (2, 1), strict=True), 1):
        name = f"block1_conv{number}"
        x = layers.Conv2D(width, 3, strides=strides, use_bias=False, name=name)(x)
        x = layers.BatchNormalization(name=f"{name}_bn")(x)
        x = layers.Activation("relu", name=f"{name}_act")(x)
    x = _down(x, 2, (widths.entry[0],) * 2, active_first=False)
    x = _down(x, 3, (widths.entry[1],) * 2)
    x = _down(x, 4, (widths.middle,) * 2)
    for block in range(5, 13):
        shortcut = x
        for number in (1, 2, 3):
            x = _separable(x, f"block{block}_sepconv{number}", widths.middle, active=True)
        x = layers.add([x, shortcut])
    x = _down(x, 13, (widths.middle, widths.exit[0]))
    for number, width in enumerate(widths.exit[1:], 1):
        name = f"block14_sepconv{number}"
        x = _separable(x, name, width, active=False)
        x = layers.Activation("relu", name=f"{name}_act")(x)
    if top or pooling:
        x = layers.GlobalAveragePooling2D(**{"name": "avg_pool"} if top else {})(x)
    if top:
        x = layers.Dense(classes, activation="softmax", name="predictions")(x)
    return keras.Model(image, x, name="xception")


def _down(x: keras.KerasTensor, block: int, widths: tuple[int, int], *, active_first: bool = True) -> keras.KerasTensor:
    """A block that halves the picture; the layers of its shortcut are named by Keras."""
    shortcut = layers.Conv2D(widths[1], 1, strides=2, padding="same", use_bias=False)(x)
    shortcut = layers.BatchNormalization()(shortcut)
    for number, width in enumerate(widths, 1):
        x = _separable(x, f"block{block}_sepconv{number}", width, active=active_first or number == 2)
    x = layers.MaxPooling2D(3, strides=2, padding="same", name=f"block{block}_pool")(x)
    return layers.add([x, shortcut])


def _separable(x: keras.KerasTensor, name: str, width: int, *, active: bool) -> keras.KerasTensor:
    if active:
        x = layers.Activation("relu", name=f"{name}_act")(x)
    x = layers.SeparableConv2D(width, 3, padding="same", use_bias=False, name=name)(x)
    return layers.BatchNormalization(name=f"{name}_bn")(x)


def two_layer_head(trunk: keras.Model, width: int) -> keras.Model:
    """One probability from a trunk's pooled features."""
    x = layers.BatchNormalization(name="head_bn1")(trunk.output)
    x = layers.Dropout(0.5, name="head_dropout1")(x)
    x = layers.Dense(width, activation="relu", name="head_dense1")(x)
    x = layers.BatchNormalization(name="head_bn2")(x)
    x = layers.Dropout(0.5, name="head_dropout2")(x)
    x = layers.Dense(1, activation="sigmoid", name="head_dense2")(x)
    return keras.Model(trunk.input, x, name="two_layer_head")


def mobilenet(*, top: bool = True) -> keras.Model:
    return keras.applications.MobileNet(
        alpha=0.07, input_shape=(64, 64, 3), classes=CLASSES, weights=None, include_top=top
    )


def efficientnet(*, imagenet: bool = False) -> keras.Model:
    """B1's depth at three hundredths of its width; the general form is not part of Keras's public interface."""
    model = efficientnet_module.EfficientNet(
        width_coefficient=0.03, depth_coefficient=1.1, default_size=48, depth_divisor=2, classes=CLASSES, weights=None,
        input_shape=(48, 48, 3),
    )  # fmt: skip
    return with_second_rescaling(model) if imagenet else model


def with_second_rescaling(model: keras.Model) -> keras.Model:
    """The form that Keras builds for its ImageNet weights: one more division, by the roots of the deviations."""
    config = json.loads(json.dumps(model.get_config()))
    entries = {entry["name"]: number for number, entry in enumerate(config["layers"])}
    image, first, second = (layer.name for layer in model.layers[:3])
    added = f"{first}_1"
    text = json.dumps(config["layers"][entries[first]]).replace(f'"{first}"', f'"{added}"')
    entry = json.loads(text.replace(f'"{image}"', f'"{second}"'))
    entry["config"]["scale"] = [1 / deviation**0.5 for deviation in (0.229, 0.224, 0.225)]
    after = entries["stem_conv_pad"]
    config["layers"][after] = json.loads(json.dumps(config["layers"][after]).replace(f'"{second}"', f'"{added}"'))
    config["layers"].insert(entries[second] + 1, entry)
    return keras.Model.from_config(config)


def mini_xception() -> keras.Model:
    """Four blocks with separable convolutions over one grey channel, as small classifiers of faces have them."""
    image = layers.Input((48, 48, 1))
    x = image
    for width in (5, 6):
        x = layers.Conv2D(width, 3, use_bias=False)(x)
        x = layers.Activation("relu")(layers.BatchNormalization()(x))
    for width in (7, 9, 12, 15):
        shortcut = layers.Conv2D(width, 1, strides=2, padding="same", use_bias=False)(x)
        shortcut = layers.BatchNormalization()(shortcut)
        x = layers.BatchNormalization()(layers.SeparableConv2D(width, 3, padding="same", use_bias=False)(x))
        x = layers.SeparableConv2D(width, 3, padding="same", use_bias=False)(layers.Activation("relu")(x))
        x = layers.MaxPooling2D(3, strides=2, padding="same")(layers.BatchNormalization()(x))
        x = layers.add([x, shortcut])
    x = layers.GlobalAveragePooling2D(name="pooled")(layers.Conv2D(7, 3, padding="same")(x))
    return keras.Model(image, layers.Activation("softmax", name="predictions")(x))


def sequential() -> keras.Model:
    return keras.Sequential([
        layers.Input((30, 26, 3)),
        layers.Conv2D(6, 5, strides=2, padding="same", activation="relu"),
        layers.BatchNormalization(),
        layers.MaxPooling2D(2),
        layers.ZeroPadding2D(((1, 0), (0, 2))),
        layers.DepthwiseConv2D(3, depth_multiplier=2),
        layers.LeakyReLU(),
        layers.AveragePooling2D(3, strides=1, padding="same"),
        layers.Flatten(),
        layers.Dense(9, use_bias=False),
        layers.BatchNormalization(scale=False),
        layers.ReLU(6.0),
        layers.Dropout(0.3),
        layers.Dense(CLASSES, activation="softmax", name="predictions"),
    ])  # fmt: skip


def nested() -> keras.Model:
    """A functional trunk as a layer of another model, and a Sequential head as one more."""
    inner = layers.Input((16, 16, 4))
    x = layers.Activation("relu")(layers.BatchNormalization()(layers.SeparableConv2D(7, 3, padding="same")(inner)))
    x = layers.Conv2D(8, 3, strides=2, padding="same", name="last")(x)
    trunk = keras.Model(inner, x, name="trunk")
    head = keras.Sequential([layers.Input((8,)), layers.Dense(6, activation="tanh")], name="head")
    image = layers.Input((32, 32, 3))
    x = layers.Conv2D(4, 3, strides=2, padding="same", activation="relu")(image)
    x = head(layers.GlobalAveragePooling2D()(trunk(x)))
    return keras.Model(image, layers.Dense(CLASSES, activation="softmax", name="predictions")(x))


def check() -> None:
    """With Keras's own widths `xception` is Keras's own network."""
    stated = []
    for build in (lambda: xception(KERAS_WIDTHS, 299, 1000), lambda: keras.applications.Xception(weights=None)):
        keras.backend.clear_session()
        stated.append(build().get_config()["layers"])
    assert stated[0] == stated[1]
