"""Writes down how keras.applications builds the networks that Ferry knows by heart.

    make.py [FOLDER]

With Keras 2 each NAME.json holds all layers in the order of `model.layers`: class, options, what they are applied to,
and the shapes of their arrays. With Keras 3 each NAME-keras3.json holds the layers' names in that version's order.
Nothing is trained here: only what the layers are.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras

apps, layers = keras.applications, keras.layers
SKIPPED = ("initializer", "regularizer", "constraint")


def headed(trunk: keras.Model) -> keras.Model:
    """A classifier of faces: pooled features, two normalizations, two fully connected layers, one probability."""
    x = layers.BatchNormalization(name="head_bn1")(trunk.output)
    x = layers.Dropout(0.5)(x)
    x = layers.Dense(512, activation="relu", name="head_fc1")(x)
    x = layers.BatchNormalization(name="head_bn2")(x)
    x = layers.Dropout(0.5)(x)
    return keras.Model(trunk.input, layers.Dense(1, activation="sigmoid", name="head_fc2")(x))


def trunk(build, size: int, **options) -> keras.Model:
    return build(weights=None, include_top=False, pooling="avg", input_shape=(size, size, 3), **options)


MODELS = {
    "mobilenet": lambda: apps.MobileNet(weights=None, alpha=0.25),
    "mobilenet-head": lambda: headed(trunk(apps.MobileNet, 160, alpha=0.25)),
    "xception": lambda: apps.Xception(weights=None),
    "xception-head": lambda: headed(trunk(apps.Xception, 150)),
    "efficientnet-b1": lambda: apps.EfficientNetB1(weights=None),
    "efficientnet-b1-head": lambda: headed(trunk(apps.EfficientNetB1, 150)),
}


def described(layer: keras.layers.Layer) -> dict:
    options = {
        key: value
        for key, value in layer.get_config().items()
        if key != "name" and not any(word in key for word in SKIPPED)
    }
    calls = [node for node in layer._inbound_nodes if not node.is_input]
    return {
        "name": layer.name,
        "class": type(layer).__name__,
        "options": options,
        "inputs": [tensor._keras_history[0].name for node in calls for tensor in node.keras_inputs],
        "arrays": [list(weight.shape) for weight in layer.weights],
    }


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, build in MODELS.items():
        keras.backend.clear_session()
        model = build()
        if keras.__version__.startswith("2."):
            lines = [json.dumps(described(layer), default=float) for layer in model.layers]
            (folder / f"{name}.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
        else:
            text = json.dumps([layer.name for layer in model.layers], indent=0)
            (folder / f"{name}-keras3.json").write_text(text + "\n")
        print(f"{name}: {len(model.layers)} layers of Keras {keras.__version__}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
