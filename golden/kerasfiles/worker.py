"""Keeps one full-size network in memory and writes it in one file form after the other, as it is asked to.

    worker.py NETWORK FOLDER

Runs in the environment of Keras 2 or of Keras 3; that of Keras 2 comes first and leaves the weights in FOLDER. Says
what it has as one line of JSON, then answers each line `FORM PATH` on standard input, once the file is written, with a
line.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import keras
import numpy as np

from kerasfiles.forms import FULL_SIZE_FORMS
from kerasfiles.networks import FULL_SIZE, KerasNetwork
from kerasfiles.reproducible import settle

BATCHES = (1, 3)


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    (network,) = (network for network in FULL_SIZE if network.name == name)
    answers, sys.stdout = sys.stdout, sys.stderr  # what Keras prints is no answer
    settle()
    version = int(keras.__version__.split(".", 1)[0])
    weights = folder / "weights.npz"
    forms = {form.file: form for form in FULL_SIZE_FORMS if form.keras == version}
    if version == 2:
        from kerasfiles.keras2 import Maker  # noqa: PLC0415 -- of the other environment

        maker = Maker(network)
        maker.write_weights(weights)
        noise = write_answers(network, maker.model, folder)
    else:
        from kerasfiles.keras3 import Maker  # noqa: PLC0415 -- of the other environment

        maker, noise = Maker(network, weights), None
        for batch in BATCHES:
            with np.load(folder / f"batch-{batch}.npz") as stored:
                maker.check(*(stored[key] for key in stored.files))
    description = {
        "architecture": network.architecture,
        "inputShape": network.input_shape,
        "logits": network.logits,
        "output": maker.model.layers[-1].name,
        "seed": network.seed,
        "noise": noise,
        "parameters": maker.model.count_params(),
        "forms": [{"file": form.file, "about": form.about, "whole": form.whole} for form in forms.values()],
    }
    print(json.dumps(description), file=answers, flush=True)
    for line in sys.stdin:
        file, _, path = line.rstrip("\n").partition(" ")
        if file == "onnx":
            maker.write_onnx(Path(path))
        else:
            maker.write(forms[file], Path(path))
        print("written", file=answers, flush=True)


def write_answers(network: KerasNetwork, model: keras.Model, folder: Path) -> float:
    """Leaves pictures and what must come out, the output first, then the logits; how far Keras's own float32 is off."""
    from kerasfiles.truth import Truth, telling  # noqa: PLC0415

    truth, worst = Truth(network, model.get_weights()), 0.0
    for batch in BATCHES:
        pictures, expected, noise = telling(network, model, truth, batch)
        np.savez(folder / f"batch-{batch}.npz", pictures, *expected.values())
        worst = max(worst, noise)
    return worst


if __name__ == "__main__":
    main()
