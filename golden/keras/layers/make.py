"""Small models of one family of layers each, with what real Keras computes.

    make.py FOLDER

Writes FOLDER/models.json (each model's configuration as Keras writes it, and where its arrays stand) and
FOLDER/arrays.npy (all weights, inputs and outputs one after another, float32). Run it with Keras 2.15 into keras2 and
with Keras 3 into keras3. Every layer is an output of its model, so that a difference names the layer.
"""

from __future__ import annotations

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["KERAS_BACKEND"] = "tensorflow"

import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers

KERAS_3 = keras.__version__.startswith("3")

Tensor = Any


class Arrays:
    """All numbers in one array; the same ones are kept once."""

    def __init__(self) -> None:
        self.parts: list[np.ndarray] = []
        self.places: dict[bytes, int] = {}
        self.count = 0

    def add(self, array: np.ndarray) -> dict:
        flat = np.ascontiguousarray(array, np.float32).ravel()
        key = flat.tobytes()
        if key not in self.places:
            self.places[key] = self.count
            self.parts.append(flat)
            self.count += flat.size
        return {"offset": self.places[key], "shape": list(np.shape(array))}


def windows() -> Iterator[tuple[dict, int, str]]:
    for kernel, strides, padding in itertools.product((2, 3, 5), (1, 2, 3), ("valid", "same")):
        yield dict(strides=strides, padding=padding), kernel, f"{kernel}_{strides}_{padding}"


def convolutions(x: Tensor) -> Iterator[Tensor]:
    for options, kernel, name in windows():
        yield layers.Conv2D(2, kernel, name=f"conv_{name}", **options)(x)
    for options, kernel, name in windows():
        if kernel != 5:
            yield layers.DepthwiseConv2D(kernel, depth_multiplier=1 + kernel % 2, name=f"depthwise_{name}", **options)(
                x
            )


def poolings(x: Tensor) -> Iterator[Tensor]:
    for options, kernel, name in windows():
        if kernel != 5:
            yield layers.MaxPooling2D(kernel, name=f"max_{name}", **options)(x)
            yield layers.AveragePooling2D(kernel, name=f"mean_{name}", **options)(x)
    yield layers.MaxPooling2D(name="max_default")(x)
    yield layers.AveragePooling2D((3, 2), strides=(1, 2), padding="same", name="mean_uneven")(x)
    for keepdims in (False, True):
        yield layers.GlobalAveragePooling2D(keepdims=keepdims, name=f"global_mean_{keepdims}")(x)
        yield layers.GlobalMaxPooling2D(keepdims=keepdims, name=f"global_max_{keepdims}")(x)


def convolution_options(x: Tensor) -> Iterator[Tensor]:
    yield layers.Conv2D(4, (3, 2), strides=(2, 1), padding="same", name="uneven")(x)
    yield layers.Conv2D(4, 3, dilation_rate=2, name="dilated")(x)
    yield layers.Conv2D(4, 3, dilation_rate=(2, 1), padding="same", name="dilated_same")(x)
    yield layers.Conv2D(4, 1, use_bias=False, activation="relu", name="relu")(x)
    yield layers.Conv2D(4, 3, activation="softmax", name="softmax")(x)
    yield layers.Conv2D(4, 3, activation="swish", name="swish")(x)
    yield layers.Conv2D(4, 3, activation=layers.LeakyReLU(), name="activation_layer")(x)
    yield layers.Conv2D(4, 3, activation=layers.ReLU(max_value=2.0), name="bounded_layer")(x)
    yield layers.DepthwiseConv2D(3, dilation_rate=2, padding="same", use_bias=False, name="depthwise_dilated")(x)
    yield layers.DepthwiseConv2D(3, activation="relu6", depth_multiplier=3, name="depthwise_relu6")(x)
    for padding, strides in itertools.product(("valid", "same"), (1, 2)):
        yield layers.SeparableConv2D(
            4, 3, strides=strides, padding=padding, depth_multiplier=strides, name=f"separable_{padding}_{strides}"
        )(x)
    yield layers.SeparableConv2D(3, 3, use_bias=False, activation="tanh", name="separable_tanh")(x)


def transposed(x: Tensor) -> Iterator[Tensor]:
    for kernel, strides, padding in itertools.product((1, 2, 3, 4), (1, 2, 3), ("valid", "same")):
        name = f"{kernel}_{strides}_{padding}"
        yield layers.Conv2DTranspose(2, kernel, strides=strides, padding=padding, name=f"transpose_{name}")(x)
        if strides > 1 and kernel > 2:
            yield layers.Conv2DTranspose(
                2, kernel, strides=strides, padding=padding, output_padding=1, name=f"transpose_{name}_1"
            )(x)
    yield layers.Conv2DTranspose(3, (3, 2), strides=(2, 1), use_bias=False, activation="relu", name="uneven")(x)


FUNCTIONS = (
    "linear", "relu", "relu6", "leaky_relu", "sigmoid", "hard_sigmoid", "tanh", "softmax", "log_softmax", "silu",
    "swish", "hard_silu", "hard_swish", "elu", "selu", "celu", "softplus", "softsign", "exponential", "gelu", "mish",
    "hard_tanh",
)  # fmt: skip


def activations(x: Tensor) -> Iterator[Tensor]:
    for name in FUNCTIONS:
        try:
            keras.activations.get(name)
        except ValueError:
            continue
        yield layers.Activation(name, name=name)(x)
    yield layers.ReLU(name="layer_relu")(x)
    yield layers.ReLU(1.5, name="layer_bounded")(x)
    yield layers.ReLU(6.0, name="layer_relu6")(x)
    yield layers.ReLU(negative_slope=0.25, name="layer_slope")(x)
    yield layers.ReLU(1.5, negative_slope=0.25, name="layer_bounded_slope")(x)
    yield layers.ReLU(threshold=0.75, name="layer_threshold")(x)
    yield layers.ReLU(2.0, threshold=0.75, name="layer_bounded_threshold")(x)
    yield layers.LeakyReLU(name="layer_leaky")(x)
    yield layers.LeakyReLU(0.125, name="layer_leaky_slope")(x)
    yield layers.ELU(name="layer_elu")(x)
    yield layers.ELU(0.5, name="layer_elu_half")(x)
    if not KERAS_3:
        yield layers.ThresholdedReLU(theta=0.5, name="layer_thresholded")(x)
    yield layers.Softmax(name="layer_softmax")(x)
    yield layers.Softmax(axis=1, name="layer_softmax_1")(x)
    yield layers.PReLU(name="layer_prelu")(x)
    yield layers.PReLU(shared_axes=[1], name="layer_prelu_shared")(x)


def picture_activations(x: Tensor) -> Iterator[Tensor]:
    yield layers.Softmax(axis=2, name="softmax_2")(x)
    yield layers.Activation("softmax", name="softmax")(x)
    yield layers.PReLU(name="prelu")(x)
    yield layers.PReLU(shared_axes=[1, 2], name="prelu_channels")(x)
    yield layers.Dropout(0.5, name="dropout")(x)
    yield layers.SpatialDropout2D(0.5, name="spatial_dropout")(x)
    yield layers.GaussianNoise(0.5, name="noise")(x)
    yield layers.GaussianDropout(0.5, name="gaussian_dropout")(x)
    yield layers.AlphaDropout(0.5, name="alpha_dropout")(x)
    yield layers.ActivityRegularization(0.1, name="regularization")(x)
    yield layers.RandomFlip(name="flip")(x)
    yield layers.RandomRotation(0.1, name="rotation")(x)
    yield layers.RandomZoom(0.1, name="zoom")(x)
    yield layers.RandomTranslation(0.1, 0.1, name="translation")(x)
    yield layers.RandomContrast(0.1, name="contrast")(x)
    yield layers.RandomBrightness(0.1, name="brightness")(x)
    yield layers.Identity(name="identity")(x)


def merges(x: Tensor, y: Tensor, z: Tensor, v: Tensor) -> Iterator[Tensor]:
    yield layers.Add(name="add")([x, y, x])
    yield layers.Multiply(name="multiply")([x, y])
    yield layers.Multiply(name="multiply_broadcast")([x, z])
    yield layers.Multiply(name="multiply_vector")([x, v])
    yield layers.Add(name="add_vector_first")([v, x])
    yield layers.Subtract(name="subtract")([x, y])
    yield layers.Average(name="average")([x, y, y])
    yield layers.Maximum(name="maximum")([x, y])
    yield layers.Minimum(name="minimum")([x, y, x])
    yield layers.Concatenate(name="concatenate")([x, y, y])
    yield layers.Concatenate(axis=1, name="concatenate_1")([x, y])
    yield layers.Concatenate(axis=-2, name="concatenate_2")([x, y])
    yield layers.Concatenate(axis=3, name="concatenate_3")([x, y])


def shapes(x: Tensor, v: Tensor, s: Tensor) -> Iterator[Tensor]:
    yield layers.ZeroPadding2D(name="pad")(x)
    yield layers.ZeroPadding2D((1, 2), name="pad_pair")(x)
    yield layers.ZeroPadding2D(((0, 1), (2, 3)), name="pad_sides")(x)
    yield layers.Cropping2D(1, name="crop")(x)
    yield layers.Cropping2D((0, 1), name="crop_pair")(x)
    yield layers.Cropping2D(((0, 1), (2, 1)), name="crop_sides")(x)
    yield layers.Flatten(name="flatten")(x)
    yield layers.Flatten(name="flatten_3")(s)
    yield layers.Flatten(name="flatten_2")(v)
    yield layers.Flatten(name="flatten_pixel")(layers.GlobalMaxPooling2D(keepdims=True, name="pixel")(x))
    yield layers.Reshape((5, 4, 3), name="reshape_same_rank")(x)
    yield layers.Reshape((20, 3), name="reshape_rows")(x)
    yield layers.Reshape((-1,), name="reshape_all")(x)
    yield layers.Reshape((1, 1, 6), name="reshape_pixel")(v)
    yield layers.Reshape((2, 3, 1), name="reshape_grey")(v)
    yield layers.Reshape((3, -1), name="reshape_vector")(v)
    yield layers.Reshape((2, -1, 2), name="reshape_sequence")(s)
    yield layers.Permute((3, 1, 2), name="permute")(x)
    yield layers.Permute((2, 1, 3), name="permute_picture")(x)
    yield layers.Permute((2, 1), name="permute_sequence")(s)
    yield layers.Permute((1, 2, 3), name="permute_nothing")(x)


def normalizations(x: Tensor, s: Tensor, v: Tensor) -> Iterator[Tensor]:
    yield layers.BatchNormalization(name="batch")(x)
    yield layers.BatchNormalization(axis=3, epsilon=1e-5, name="batch_3")(x)
    yield layers.BatchNormalization(scale=False, name="batch_unscaled")(x)
    yield layers.BatchNormalization(center=False, name="batch_uncentred")(x)
    yield layers.BatchNormalization(scale=False, center=False, name="batch_bare")(x)
    yield layers.BatchNormalization(name="batch_sequence")(s)
    yield layers.BatchNormalization(name="batch_vector")(v)
    yield layers.Normalization(name="normalization")(x)
    yield layers.Normalization(axis=1, name="normalization_rows")(x)
    yield layers.Normalization(axis=(1, 3), name="normalization_rows_channels")(x)
    yield layers.Normalization(axis=None, name="normalization_whole")(x)
    yield layers.Normalization(mean=[0.5, 0.25, 1.0], variance=[0.25, 4.0, 0.0], name="normalization_stated")(x)
    yield layers.Normalization(mean=0.5, variance=2.0, name="normalization_number")(x)
    yield layers.Normalization(invert=True, name="normalization_inverted")(x)
    yield layers.Normalization(name="normalization_vector")(v)
    yield layers.Rescaling(1 / 255.0, name="rescaling")(x)
    yield layers.Rescaling(2.0, offset=-1, name="rescaling_offset")(x)
    yield layers.Rescaling([1.0, 2.0, 3.0], name="rescaling_channels")(x)
    yield layers.Rescaling([1.0, 2.0, 3.0], offset=[0.5, 0.0, -0.5], name="rescaling_channels_offset")(x)


def dense(x: Tensor, s: Tensor, v: Tensor) -> Iterator[Tensor]:
    yield layers.Dense(5, name="dense")(v)
    yield layers.Dense(5, use_bias=False, name="dense_unbiased")(v)
    yield layers.Dense(5, activation="softmax", name="dense_softmax")(v)
    yield layers.Dense(5, activation="hard_sigmoid", name="dense_hard_sigmoid")(v)
    yield layers.Dense(5, activation="relu", name="dense_sequence")(s)
    yield layers.Dense(5, use_bias=False, name="dense_sequence_unbiased")(s)
    yield layers.Dense(5, name="dense_picture")(x)
    yield layers.Dense(5, activation="softmax", name="dense_picture_softmax")(x)
    yield layers.Dense(4, name="dense_flat")(layers.Flatten(name="flat")(x))


def pictures(x: Tensor) -> Iterator[Tensor]:
    for interpolation in ("nearest", "bilinear"):
        yield layers.UpSampling2D(interpolation=interpolation, name=f"up_{interpolation}")(x)
        yield layers.UpSampling2D((3, 1), interpolation=interpolation, name=f"up_uneven_{interpolation}")(x)
        for size in ((7, 9), (3, 2), (4, 5), (8, 3), (11, 13)):
            name = f"resizing_{size[0]}x{size[1]}_{interpolation}"
            yield layers.Resizing(*size, interpolation=interpolation, name=name)(x)


def structure(x: Tensor, y: Tensor) -> Iterator[Tensor]:
    shared = layers.Conv2D(3, 3, padding="same", activation="relu", name="shared")
    yield shared(x)
    yield shared(shared(y))
    inside = layers.Input((6, 5, 3))
    z = layers.BatchNormalization(name="inner_norm")(layers.Conv2D(3, 1, name="inner_conv")(inside))
    inner = keras.Model(inside, [z, layers.Flatten(name="inner_flat")(z)], name="inner")
    first, flat = inner(x)
    yield first
    yield flat
    second, _ = inner(y, training=False)
    row = keras.Sequential(
        [layers.Conv2D(2, 3, name="row_conv"), layers.Dropout(0.1, name="row_dropout"), inner_of_row()], name="row"
    )
    yield row(second)
    yield second


def inner_of_row() -> keras.Model:
    return keras.Sequential([layers.ReLU(name="deep_relu"), layers.Dense(2, name="deep_dense")], name="deep")


MODELS = {
    "convolution-9x8": (convolutions, [(9, 8, 2)]),
    "convolution-6x7": (convolutions, [(6, 7, 2)]),
    "pooling-9x8": (poolings, [(9, 8, 2)]),
    "pooling-6x7": (poolings, [(6, 7, 2)]),
    "convolution-options": (convolution_options, [(7, 8, 3)]),
    "transposed": (transposed, [(4, 3, 2)]),
    "activation": (activations, [(9,)]),
    "picture-activation": (picture_activations, [(2, 3, 3)]),
    "merge": (merges, [(4, 3, 2), (4, 3, 2), (1, 1, 2), (2,)]),
    "shape": (shapes, [(4, 5, 3), (6,), (4, 3)]),
    "normalization": (normalizations, [(4, 5, 3), (4, 3), (6,)]),
    "dense": (dense, [(3, 4, 2), (4, 3), (6,)]),
    "picture": (pictures, [(4, 5, 2)]),
    "structure": (structure, [(6, 5, 3), (6, 5, 3)]),
}  # fmt: skip


def table(model: keras.Model, arrays: Arrays) -> list[dict]:
    """The weights by layer, models within the model inside."""
    entries = []
    for layer in model.layers:
        if hasattr(layer, "layers"):
            entries.append({"key": layer.name, "variables": [], "inner": table(layer, arrays)})
            continue
        variables = []
        for weight in layer.weights:
            leaf = weight.name.split("/")[-1].split(":")[0]
            if np.asarray(weight).dtype.kind == "f":
                variables.append({"name": leaf, **arrays.add(np.asarray(weight))})
        if variables:
            entries.append({"key": layer.name, "variables": variables, "inner": []})
    return entries


def randomise(model: keras.Model, random: np.random.Generator) -> None:
    """Weights with few digits, and no parameter that says nothing."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            randomise(layer, random)
            continue
        values = []
        for weight in layer.weights:
            value = np.asarray(weight)
            if value.dtype.kind == "f":
                wide = random.integers(1, 64, value.shape) / 32
                value = wide if "variance" in weight.name else wide - 1
            values.append(value)
        layer.set_weights(values)
        if type(layer).__name__ == "Normalization" and values:
            layer.finalize_state()


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    arrays = Arrays()
    entries = []
    for number, (name, (build, shapes_of_inputs)) in enumerate(MODELS.items()):
        keras.backend.clear_session()
        random = np.random.default_rng(number)
        inputs = [layers.Input(shape, name=f"input_{index}") for index, shape in enumerate(shapes_of_inputs)]
        outputs = list(build(*inputs))
        model = keras.Model(inputs, outputs, name=name.replace("-", "_"))
        randomise(model, random)
        batch = 2
        pictures = [(random.integers(-96, 96, (batch, *shape)) / 32).astype(np.float32) for shape in shapes_of_inputs]
        results = model(pictures, training=False)
        entries.append(
            {
                "name": name,
                "configuration": json.loads(model.to_json()),
                "weights": table(model, arrays),
                "inputs": [arrays.add(picture) for picture in pictures],
                "outputs": [arrays.add(np.asarray(result)) for result in results],
            }
        )
        print(name, len(outputs))
    lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in entries)
    (folder / "models.json").write_text(f'{{"keras":"{keras.__version__}","models":[\n{lines}\n]}}\n')
    np.save(folder / "arrays.npy", np.concatenate(arrays.parts))


if __name__ == "__main__":
    main()
