"""Capturing Keras models, in the Keras that is installed: 2 (tf.keras) or 3."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sys
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
logging.getLogger("tensorflow").setLevel(logging.ERROR)
logging.getLogger("absl").setLevel(logging.ERROR)

import h5py  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402
import pytest  # noqa: E402

import keras_models  # noqa: E402
from conftest import Case, Ferry, Finished, peak_error  # noqa: E402
from ferry_capture import CaptureError, InputRequest, LayerSelection, capture_keras, user_code  # noqa: E402
from ferry_capture.capture_keras import Options  # noqa: E402

Run = Callable[..., Finished]
NOISE = InputRequest(noise=True, seed=3)
IS_KERAS_3 = int(keras.__version__.partition(".")[0]) >= 3


def saved(name: str, path: Path) -> keras.Model:
    """The model, which is saved to the path."""
    model = keras_models.made(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.save(str(path))
    return model


def numbers(tensor: object) -> np.ndarray:
    return np.asarray(keras.ops.convert_to_numpy(tensor) if IS_KERAS_3 else tensor)


def answers(model: keras.Model, case: Case) -> list[np.ndarray]:
    inputs = list(case.inputs.values())
    result = model(inputs if len(inputs) > 1 else inputs[0], training=False)
    return [numbers(tensor) for tensor in (result if isinstance(result, list | tuple) else [result])]


@pytest.mark.parametrize("form", ["h5", "keras"])
@pytest.mark.parametrize("name", keras_models.MODELS)
def test_every_layer_is_captured_under_its_name(tmp_path: Path, name: str, form: str) -> None:
    path = tmp_path / f"model.{form}"
    model = saved(name, path)
    report = capture_keras.capture(path, tmp_path / "golden", NOISE)
    case = Case(tmp_path / "golden")
    assert set(case.layers) == set(report.captured) == keras_models.NAMES[name]
    assert report.total == len(report.captured)
    assert case.json["source"]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert case.json["producer"]["versions"]["keras"] == keras.__version__
    for array, expected in zip(case.outputs.values(), answers(model, case), strict=True):
        assert array.dtype == np.float32
        assert peak_error(array, expected) < 1e-6
    assert all(array.dtype == np.float32 for array in case.layers.values())


def test_values_are_those_of_the_layers(tmp_path: Path) -> None:
    """Held against Keras's own way to look inside, and against layers that are called by hand."""
    path = tmp_path / "model.keras"
    model = saved("shared", path)
    capture_keras.capture(path, tmp_path / "golden", NOISE)
    case = Case(tmp_path / "golden")
    layers, image = case.layers, case.inputs["image"]
    conv, trunk, head = model.get_layer("conv"), model.get_layer("trunk"), model.get_layer("head")
    first = numbers(conv(image))
    expected = {
        "conv": first,
        "conv:1": numbers(conv(first)),
        "trunk": numbers(trunk(first)),
        "trunk:1": numbers(trunk(numbers(conv(first)))),
        "trunk/pointwise": numbers(trunk.get_layer("pointwise")(first)),
        "trunk:1/pointwise": numbers(trunk.get_layer("pointwise")(numbers(conv(first)))),
        "sum": layers["trunk"] + layers["trunk:1"],
        "dropout": layers["sum"],
        "pool": layers["sum"].mean((1, 2)),
    }
    kernel, bias = (numbers(weight) for weight in head.weights)
    expected["head/linear"] = layers["pool"] @ kernel + bias
    expected["head:1/linear"] = layers["twice"] @ kernel + bias
    for name, array in expected.items():
        assert peak_error(layers[name], array) < 1e-5, name
    assert np.array_equal(np.maximum(layers["conv/linear"], 0), layers["conv"])
    assert layers["conv/linear"].min() < 0
    assert list(case.outputs) == ["head", "head_1"]
    # Keras's own layout: the channels last.
    assert layers["trunk"].shape == (1, 12, 14, 4)
    assert case.json["layout"] == "NHWC"
    # Dropout repeats the sum, and the trunk's result is its last layer's: they share files.
    files = case.json["layers"]
    assert files["dropout"] == files["sum"]
    assert files["trunk"] == files["trunk/bn"] != files["trunk:1"]


@pytest.mark.parametrize("name", keras_models.MODELS)
def test_the_truth_in_float64(tmp_path: Path, name: str) -> None:
    path = tmp_path / "model.keras"
    saved(name, path)
    single = capture_keras.capture(path, tmp_path / "single", NOISE)
    report = capture_keras.capture(path, tmp_path / "double", NOISE, Options(float64=True))
    first, second = Case(tmp_path / "single"), Case(tmp_path / "double")
    assert single.captured == report.captured
    for key in ("layers", "outputs"):
        for value, array in second.arrays(key).items():
            assert array.dtype == np.float64
            assert 0 <= peak_error(first.arrays(key)[value], array) < 1e-5, value
    # It is not single precision in a wider type.
    rounded = [np.array_equal(array, array.astype(np.float32)) for array in second.outputs.values()]
    assert not any(rounded)
    assert report.noise is not None
    assert 0 < report.noise < 1e-5
    assert second.json["references"].keys() == {"keras-float32"}
    assert all(array.dtype == np.float32 for array in second.inputs.values())
    assert keras.backend.floatx() == "float32"


def test_pictures(tmp_path: Path, run: Run, picture: Path) -> None:
    saved("nested", tmp_path / "model.h5")
    finished = run(
        "keras", tmp_path / "model.h5", "-o", tmp_path / "golden", "--picture", picture, picture, "--range", "-1-1"
    )
    assert finished.code == 0, finished.err
    assert "bird.png, bird.png (RGB, -1-1)" in finished.out
    case = Case(tmp_path / "golden")
    entry = case.json["preprocessing"]["image"]
    scaled = case.array(entry["stages"]["scaled"])
    assert scaled.shape == (2, 13, 13, 3)
    assert np.array_equal(case.inputs["image"], scaled)
    assert case.json["seed"] is None


def test_one_channel(tmp_path: Path, picture: Path) -> None:
    saved("sequential", tmp_path / "model.keras")
    capture_keras.capture(tmp_path / "model.keras", tmp_path / "golden", InputRequest(pictures=[picture]))
    assert Case(tmp_path / "golden").inputs["image"].shape == (1, 11, 9, 1)


def test_layers_are_chosen(tmp_path: Path) -> None:
    saved("nested", tmp_path / "model.keras")
    selection = LayerSelection(["trunk/innermost/*", "flat"])
    report = capture_keras.capture(tmp_path / "model.keras", tmp_path / "golden", NOISE, Options(layers=selection))
    assert set(Case(tmp_path / "golden").layers) == {
        "trunk/innermost/depthwise/linear", "trunk/innermost/depthwise", "trunk/innermost/bn", "flat",
    }  # fmt: skip
    assert report.total == len(keras_models.NAMES["nested"])
    with pytest.raises(CaptureError, match='no value "stemm"') as problem:
        capture_keras.capture(
            tmp_path / "model.keras", tmp_path / "other", NOISE, Options(layers=LayerSelection(["stemm"]))
        )
    assert '"stem"' in str(problem.value.supported)


def test_training_is_off(tmp_path: Path) -> None:
    """A layer that was told to train does so in Keras 2 whoever calls: such a model is random and is refused."""
    image = keras.layers.Input((40,), name="image")
    dropped = keras.layers.Dropout(0.5, name="dropped")(keras.layers.Dense(30, name="dense")(image), training=True)
    keras.Model(image, keras.layers.Dense(2, name="head")(dropped)).save(str(tmp_path / "m.keras"))
    if not IS_KERAS_3:
        with pytest.raises(CaptureError, match='gives another "head" than as a whole'):
            capture_keras.capture(tmp_path / "m.keras", tmp_path / "golden", NOISE)
        return
    capture_keras.capture(tmp_path / "m.keras", tmp_path / "golden", NOISE)
    layers = Case(tmp_path / "golden").layers
    assert np.array_equal(layers["dropped"], layers["dense"])


@pytest.mark.parametrize("key", ["batch_input_shape", "build_input_shape"])
def test_older_sequential_files_do_not_name_their_input(tmp_path: Path, key: str) -> None:
    """They state its shape in the first layer, or beside the layers. Ferry then knows it as LAYER_input."""
    path = tmp_path / "model.h5"
    saved("sequential", path)
    with h5py.File(path, "r+") as file:
        configuration = json.loads(file.attrs["model_config"])
        config = configuration["config"]
        stated, _augmentation, *config["layers"] = config["layers"]
        shape = stated["config"].get("batch_input_shape") or stated["config"]["batch_shape"]
        config.pop("build_input_shape", None)
        place = config["layers"][0]["config"] if key == "batch_input_shape" else config
        place[key] = shape
        file.attrs["model_config"] = json.dumps(configuration)
    if IS_KERAS_3 and key == "batch_input_shape":
        with pytest.raises(CaptureError, match="does not load"):  # Keras 3 cannot read such files itself
            capture_keras.capture(path, tmp_path / "golden", NOISE)
        return
    capture_keras.capture(path, tmp_path / "golden", NOISE)
    assert list(Case(tmp_path / "golden").inputs) == ["conv_input"]


def test_weights_alone_are_refused_with_what_to_do(tmp_path: Path, run: Run) -> None:
    model = saved("sequential", tmp_path / "model.keras")
    forms = ["only.weights.h5"] if IS_KERAS_3 else ["only.weights.h5", "only.h5"]
    for form in forms:
        model.save_weights(str(tmp_path / form))
        finished = run("keras", tmp_path / form, "-o", tmp_path / "golden", "--noise")
        assert finished.code == 2
        assert f"{form} holds weights alone" in finished.err
        assert "model.load_weights" in finished.err
        assert "Traceback" not in finished.err


def test_layers_of_ones_own_come_with_their_module(tmp_path: Path, run: Run) -> None:
    (tmp_path / "own_layers.py").write_text(
        "import keras\n"
        "@keras.utils.register_keras_serializable('own')\n"
        "class Halve(keras.layers.Layer):\n"
        "    def call(self, x):\n"
        "        return x / 2\n"
    )
    own = user_code.import_file(tmp_path / "own_layers.py")
    image = keras.layers.Input((4,), name="image")
    x = own.Halve(name="half")(keras.layers.Dense(3, name="dense")(image))
    keras.Model(image, keras.layers.Dense(2, name="head")(x)).save(str(tmp_path / "m.keras"))
    # As if another process had written the file.
    keras.utils.get_custom_objects().clear()
    sys.modules.pop("own_layers")
    words = ["keras", tmp_path / "m.keras", "-o", tmp_path / "golden", "--noise"]
    finished = run(*words)
    assert finished.code == 2
    assert "does not load m.keras" in finished.err
    assert "--import MODULE" in finished.err
    finished = run(*words, "--import", tmp_path / "own_layers.py")
    assert finished.code == 0, finished.err
    layers = Case(tmp_path / "golden").layers
    assert np.array_equal(layers["half"], layers["dense"] / 2)
    assert run(*words, "--import", "no_such_module_anywhere").code == 2


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("m.h5", b"not HDF5", "is no Keras file"),
        ("m.keras", None, "is not there"),
        ("folder", "folder", "is a folder"),
        ("m.keras", "zip", "an archive without config.json"),
    ],
)
def test_files_that_are_no_models(tmp_path: Path, run: Run, name: str, content: object, message: str) -> None:
    path = tmp_path / name
    if content == "folder":
        path.mkdir()
    elif content == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("other.json", "{}")
    elif isinstance(content, bytes):
        path.write_bytes(content)
    finished = run("keras", path, "-o", tmp_path / "golden", "--noise")
    assert finished.code == 2
    assert message in finished.err
    assert not (tmp_path / "golden").exists()


def test_other_shapes_are_refused(tmp_path: Path) -> None:
    saved("sequential", tmp_path / "model.keras")
    with pytest.raises(CaptureError, match=r"given the shape 1×12×9×1, the model declares \?×11×9×1"):
        capture_keras.capture(
            tmp_path / "model.keras", tmp_path / "golden", InputRequest(noise=True, shapes={"": (1, 12, 9, 1)})
        )


@pytest.mark.ferry
@pytest.mark.parametrize("form", ["h5", "keras"])
@pytest.mark.parametrize("name", keras_models.MODELS)
def test_ferry_accepts_the_case(tmp_path: Path, ferry: Ferry, name: str, form: str) -> None:
    path = tmp_path / f"model.{form}"
    saved(name, path)
    capture_keras.capture(path, tmp_path / "golden", NOISE, Options(float64=True))
    ferry.accepts(path, tmp_path / "golden", tmp_path)
