"""Networks of tf.keras as tf2onnx writes them: inputs N×H×W×C and a Transpose in front, the batch called unk__N.

    tensorflow_files.py FOLDER [--small]

Each FOLDER/<name> gets model.onnx and golden cases from Keras in float64. --small makes the relatives that are
committed.
"""

from __future__ import annotations

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import argparse
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf
import tf2onnx
from keras.src.applications import efficientnet
from tensorflow import keras
from tensorflow.keras import layers

from ferrygolden.case import Producer
from ferrygolden.pictures import normalised_batch
from producers.pictures_and_cases import write_cases

apps = keras.applications


@dataclass(frozen=True)
class KerasNetwork:
    """`scale` is what the pictures are multiplied by: EfficientNet expects raw pixels and normalises them itself."""

    name: str
    build: Callable[[], keras.Model]
    size: int
    seed: int
    opsets: tuple[int, ...] = (13,)
    scale: float = 1


def small_xception() -> keras.Model:
    """Xception's blocks: separable convolutions, SAME pooling with an odd pixel, shortcuts by strided convolutions."""
    image = layers.Input((45, 45, 3))
    x = layers.Conv2D(9, 3, strides=2, use_bias=False)(image)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    for width in (13, 17):
        shortcut = layers.BatchNormalization()(layers.Conv2D(width, 1, strides=2, padding="same", use_bias=False)(x))
        x = layers.BatchNormalization()(layers.SeparableConv2D(width, 3, padding="same", use_bias=False)(x))
        x = layers.SeparableConv2D(width, 3, padding="same", use_bias=False)(layers.ReLU()(x))
        x = layers.MaxPooling2D(3, strides=2, padding="same")(layers.BatchNormalization()(x))
        x = layers.add([x, shortcut])
    x = layers.GlobalAveragePooling2D()(layers.ReLU()(x))
    return keras.Model(image, layers.Dense(10, activation="softmax")(x))


def small_depthwise() -> keras.Model:
    """Depthwise convolutions with a BatchNormalization each, one of them over a single channel."""
    image = layers.Input((32, 32, 1))
    x = image
    for multiplier in (1, 6, 1):
        x = layers.DepthwiseConv2D(3, strides=2, padding="same", depth_multiplier=multiplier, use_bias=False)(x)
        x = layers.ReLU(6.0)(layers.BatchNormalization()(x))
    return keras.Model(image, layers.Dense(5)(layers.GlobalMaxPooling2D()(x)))


def small_mobilenet() -> keras.Model:
    return apps.MobileNet(alpha=0.1, input_shape=(64, 64, 3), classes=10, weights=None)


def small_efficientnet() -> keras.Model:
    # The general form is not part of the public interface.
    return efficientnet.EfficientNet(
        width_coefficient=0.05, depth_coefficient=0.3, default_size=48, classes=10, weights=None, model_name="small",
        input_shape=(48, 48, 3),
    )  # fmt: skip


FULL_SIZE = (
    KerasNetwork("keras-mobilenet-025", lambda: apps.MobileNet(alpha=0.25, weights=None), 224, 41, (9, 13, 18)),
    KerasNetwork("keras-mobilenet-100", lambda: apps.MobileNet(weights=None), 224, 42),
    KerasNetwork("keras-xception", lambda: apps.Xception(weights=None), 299, 43),
    KerasNetwork("keras-efficientnet-b1", lambda: apps.EfficientNetB1(weights=None), 240, 44, scale=60),
)

SMALL = (
    KerasNetwork("keras-mobilenet", small_mobilenet, 64, 51, (9, 13, 18)),
    KerasNetwork("keras-xception", small_xception, 45, 52),
    KerasNetwork("keras-efficientnet", small_efficientnet, 48, 53, scale=60),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--small", action="store_true")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    for network in SMALL if arguments.small else FULL_SIZE:
        write(network, arguments.folder)


def write(network: KerasNetwork, folder: Path) -> None:
    keras.backend.clear_session()
    keras.utils.set_random_seed(network.seed)
    model = network.build()
    calibrate(model, network)
    keras.backend.set_floatx("float64")
    truth = network.build()
    keras.backend.set_floatx("float32")
    truth.set_weights([weight.astype(np.float64) for weight in model.get_weights()])
    producer = Producer.of("tf2onnx", "tensorflow-cpu", "tf2onnx", "onnx")
    for opset in network.opsets:
        target = folder / f"{network.name}-tf2onnx{opset}"
        target.mkdir(parents=True, exist_ok=True)
        signature = (tf.TensorSpec((None, *model.input_shape[1:]), tf.float32, name="input"),)
        written, _ = tf2onnx.convert.from_keras(model, input_signature=signature, opset=opset)
        (target / "model.onnx").write_bytes(written.SerializeToString())
        names = written.graph.input[0].name, written.graph.output[0].name
        write_cases(
            target,
            lambda pictures: truth(pictures.astype(np.float64), training=False).numpy(),
            (network.size, network.size), producer, names, layout="NHWC", seed=network.seed, scale=network.scale,
        )  # fmt: skip
        print(f"{target.name}: {(target / 'model.onnx').stat().st_size // 1024} KiB", flush=True)


def calibrate(model: keras.Model, network: KerasNetwork) -> None:
    """BatchNormalization gets the statistics of pictures and parameters that are not 1 and 0, biases are not 0."""
    random = np.random.default_rng(network.seed)
    for weight in model.weights:
        if "gamma" in weight.name:
            weight.assign(random.uniform(0.7, 1.3, weight.shape))
        elif "beta" in weight.name or "bias" in weight.name:
            weight.assign(random.normal(0, 0.15, weight.shape))
    pictures = normalised_batch(1000 + network.seed, 8, network.size, network.size).transpose(0, 2, 3, 1)
    # With a momentum of 0 one pass leaves the batch's own statistics.
    normalisations = [layer for layer in model.layers if isinstance(layer, layers.BatchNormalization)]
    for layer in normalisations:
        layer.momentum = 0.0
    model(pictures * np.float32(network.scale), training=True)
    for layer in normalisations:
        layer.momentum = 0.99


if __name__ == "__main__":
    main()
