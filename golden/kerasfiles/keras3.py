"""One network in the file forms of Keras 3: runs in that version's environment, with the weights that Keras 2 gave."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np

from kerasfiles.forms import ARCHIVE3, FULL3, WEIGHTS3, Form
from kerasfiles.networks import KerasNetwork
from kerasfiles.reproducible import fixed_time, renumber
from kerasfiles.truth import answers, peak_error, set_weights

# Two versions of TensorFlow compute the same network in float32.
AGREEMENT = 1e-4


class Maker:
    def __init__(self, network: KerasNetwork, weights: Path) -> None:
        keras.backend.clear_session()
        keras.utils.set_random_seed(network.seed)
        self.network = network
        self.model = network.build()
        with np.load(weights) as stored:
            arrays = [stored[name] for name in stored.files]
        if network.trained:
            one_step(self.model, network)
        set_weights(self.model, arrays)

    def check(self, pictures: np.ndarray, *expected: np.ndarray) -> None:
        """That Keras 3 has built the same network: its answers are those of Keras 2."""
        found = answers(self.model, self.network, pictures).values()
        error = max(peak_error(value, truth) for value, truth in zip(found, expected, strict=True))
        assert error < AGREEMENT, f"{self.network.name} of Keras 3 differs by {error:.1e}"

    def write(self, form: Form, path: Path) -> None:
        assert form in (FULL3, WEIGHTS3, ARCHIVE3)
        with fixed_time():
            if form is WEIGHTS3:
                self.model.save_weights(path)
            else:
                self.model.save(path)
        if form is ARCHIVE3:
            renumber(path)


def one_step(model: keras.Model, network: KerasNetwork) -> None:
    """Gives the model an optimizer with a state."""
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    random = np.random.default_rng(network.seed)
    pictures = random.normal(size=(2, *network.shape)).astype(np.float32)
    model.train_on_batch(pictures, np.eye(model.output_shape[-1], dtype=np.float32)[:2])
