"""One network in the file forms of Keras 2: runs in the environment of TensorFlow 2.15."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
import tf2onnx

from kerasfiles import imitation
from kerasfiles.calibration import calibrated
from kerasfiles.containers import REWRITTEN, rewrite
from kerasfiles.forms import ARCHIVE2, EVERY, FULL2, IMITATED, LEGACY, WEIGHTS2, Form
from kerasfiles.networks import KerasNetwork
from kerasfiles.reproducible import fixed_time, renumber

OPSET = 13


class Maker:
    """Writes a calibrated network as any file of Keras 2, or as ONNX."""

    def __init__(self, network: KerasNetwork) -> None:
        self.network = network
        self.model = calibrated(network)
        if network.trained:
            one_step(self.model, network)

    def write(self, form: Form, path: Path) -> None:
        if form.rewritten is not None:
            (source,) = (plain for plain in EVERY if plain.name == form.of and plain in (FULL2, LEGACY))
            plain = path.with_name(f"plain-{path.name}")
            self.write(source, plain)
            rewrite(plain, path, REWRITTEN[form.rewritten])
            plain.unlink()
        elif form is IMITATED:
            imitation.write(self.model, path)
        elif form in (FULL2, ARCHIVE2):
            with fixed_time():
                self.model.save(path)
            if form is ARCHIVE2:
                renumber(path)
        else:
            assert form in (LEGACY, WEIGHTS2)
            self.model.save_weights(path)

    def write_onnx(self, path: Path) -> None:
        signature = (tf.TensorSpec((None, *self.model.input_shape[1:]), tf.float32, name="input"),)
        written, _ = tf2onnx.convert.from_keras(self.model, input_signature=signature, opset=OPSET)
        path.write_bytes(written.SerializeToString())

    def write_weights(self, path: Path) -> None:
        """For the maker of Keras 3's files: the weights in the order that both versions have."""
        np.savez(path, *self.model.get_weights())


def one_step(model: keras.Model, network: KerasNetwork) -> None:
    """Gives the model an optimizer with a state; the weights stay what they were."""
    weights = model.get_weights()
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    classes = model.output_shape[-1]
    random = np.random.default_rng(network.seed)
    model.train_on_batch(
        random.normal(size=(2, *network.shape)).astype(np.float32), np.eye(classes, dtype=np.float32)[:2]
    )
    model.set_weights(weights)
