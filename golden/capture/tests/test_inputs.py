"""Where a model's inputs come from, and the shapes that they have."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ferry_capture import pictures
from ferry_capture.errors import CaptureError, UsageError
from ferry_capture.inputs import InputRequest, InputSpec, parse_shape, resolve

PICTURE = InputSpec("x", ("batch", 3, 16, 20))
ANY_SIZE = InputSpec("x", ("batch", 3, "height", "width"))
NUMBERS = InputSpec("n", ("batch", 4))


def test_noise_is_the_same_every_time() -> None:
    first = resolve([PICTURE], InputRequest(noise=True, seed=7))
    assert first.arrays["x"].shape == (1, 3, 16, 20)
    assert first.arrays["x"].dtype == np.float32
    assert first.seed == 7
    assert first.layout == "NCHW"
    assert np.array_equal(first.arrays["x"], resolve([PICTURE], InputRequest(noise=True, seed=7)).arrays["x"])
    assert not np.array_equal(first.arrays["x"], resolve([PICTURE], InputRequest(noise=True, seed=8)).arrays["x"])


@pytest.mark.parametrize(("name", "low", "high"), [("0-1", 0, 1), ("0-255", 0, 255), ("-1-1", -1, 1)])
def test_noise_over_a_range(name: str, low: float, high: float) -> None:
    array = resolve([PICTURE], InputRequest(noise=True, noise_range=name)).arrays["x"]
    assert low <= array.min() < low + (high - low) / 20
    assert high - (high - low) / 20 < array.max() <= high


def test_pictures_decide_the_batch(picture: Path) -> None:
    found = resolve([PICTURE, NUMBERS], InputRequest(pictures=[picture] * 3, noise=True))
    assert found.arrays["x"].shape == (3, 3, 16, 20)
    assert found.arrays["n"].shape == (3, 4)
    assert found.pictures.keys() == {"x"}
    assert found.seed == 0  # of the other input


def test_pictures_alone_have_no_seed(picture: Path) -> None:
    assert resolve([PICTURE], InputRequest(pictures=[picture])).seed is None


@pytest.mark.parametrize(
    ("shape", "layout", "given", "expected"),
    [
        ((1, 3, 8, 9), None, None, (1, 3, 8, 9)),
        ((1, 8, 9, 3), None, None, (1, 8, 9, 3)),
        ((1, 8, 9, 1), None, None, (1, 8, 9, 1)),
        ((1, 3, 8, 3), "NCHW", None, (1, 3, 8, 3)),
        ((1, 3, 8, 3), "NHWC", None, (1, 3, 8, 3)),
        ((None, None, None, 3), "NHWC", (1, 6, 7, 3), (1, 6, 7, 3)),
    ],
)
def test_layouts(picture: Path, shape: tuple, layout: str | None, given: tuple | None, expected: tuple) -> None:
    request = InputRequest(pictures=[picture], layout=layout, shapes={"": given} if given else {})
    assert resolve([InputSpec("x", shape)], request).arrays["x"].shape == expected


def test_a_framework_has_a_layout_of_its_own(picture: Path) -> None:
    found = resolve([InputSpec("x", (None, 3, 8, 3))], InputRequest(pictures=[picture]), layout="NHWC")
    assert found.layout == "NHWC"


def test_channels_that_cannot_be_told(picture: Path) -> None:
    for shape in ((1, 3, 8, 3), (1, 8, 9, 7)):
        with pytest.raises(CaptureError, match="does not tell where its channels are"):
            resolve([InputSpec("x", shape)], InputRequest(pictures=[picture]))
    with pytest.raises(CaptureError, match="has 8 channels"):
        resolve([InputSpec("x", (1, 8, 9, 7))], InputRequest(pictures=[picture], layout="NCHW"))


def test_open_sizes_must_be_stated(picture: Path) -> None:
    with pytest.raises(UsageError, match="the shape of 1 input is not known") as problem:
        resolve([ANY_SIZE], InputRequest(pictures=[picture]))
    assert problem.value.hint == "state it, for example --shape x=1x3x224x224"
    found = resolve([ANY_SIZE], InputRequest(pictures=[picture], shapes={"x": (1, 3, 10, 12)}))
    assert found.arrays["x"].shape == (1, 3, 10, 12)


def test_symbols_are_the_same_in_all_inputs() -> None:
    other = InputSpec("y", ("batch", 1, "height", "width"))
    found = resolve([ANY_SIZE, other], InputRequest(noise=True, shapes={"x": (2, 3, 10, 12)}))
    assert found.arrays["y"].shape == (2, 1, 10, 12)
    with pytest.raises(CaptureError, match='"height" is 10 in one input and 11'):
        resolve([ANY_SIZE, other], InputRequest(noise=True, shapes={"x": (2, 3, 10, 12), "y": (2, 1, 11, 12)}))


def test_declared_numbers_are_replaced_only_where_that_may_be() -> None:
    request = InputRequest(noise=True, shapes={"": (1, 3, 32, 40)})
    with pytest.raises(CaptureError, match="given the shape 1×3×32×40, the model declares batch×3×16×20"):
        resolve([PICTURE], request)
    assert resolve([PICTURE], request, may_replace=True).arrays["x"].shape == (1, 3, 32, 40)
    # An array of another size may be a mistake.
    array = np.zeros((1, 3, 32, 40), np.float32)
    with pytest.raises(CaptureError, match="the model declares"):
        resolve([PICTURE], InputRequest(arrays={"x": array}), may_replace=True)
    with pytest.raises(CaptureError, match="the model declares"):
        resolve([PICTURE], InputRequest(noise=True, shapes={"": (3, 32, 40)}), may_replace=True)


def test_a_fixed_batch_needs_as_many_pictures(picture: Path) -> None:
    with pytest.raises(CaptureError, match="2×3×16×20, and 1 picture is given"):
        resolve([InputSpec("x", (2, 3, 16, 20))], InputRequest(pictures=[picture]))


def test_arrays(tmp_path: Path) -> None:
    array = np.random.default_rng(0).standard_normal((2, 4))
    np.save(tmp_path / "n.npy", array)
    found = resolve([NUMBERS], InputRequest(arrays={"": tmp_path / "n.npy"}))
    assert np.array_equal(found.arrays["n"], array.astype(np.float32))
    assert found.about["n"] == "n.npy"
    assert found.seed is None
    assert found.layout is None


def test_arrays_of_another_kind_are_refused() -> None:
    with pytest.raises(CaptureError, match="is uint8, the model takes float32"):
        resolve([NUMBERS], InputRequest(arrays={"n": np.zeros((1, 4), np.uint8)}))
    integers = InputSpec("i", (2,), np.dtype(np.int32))
    assert resolve([integers], InputRequest(arrays={"": np.array([1, 2])})).arrays["i"].dtype == np.int32
    with pytest.raises(CaptureError, match="is int64, the model takes int32"):
        resolve([integers], InputRequest(arrays={"": np.array([1, 1 << 40])}))


def test_files_that_are_no_arrays(tmp_path: Path) -> None:
    (tmp_path / "a.npy").write_text("no array")
    np.savez(tmp_path / "b.npz", np.zeros(3))
    np.save(tmp_path / "c.npy", np.array([{}]), allow_pickle=True)
    for name, message in (
        ("a.npy", "cannot be read"), ("b.npz", "several arrays"), ("c.npy", "cannot be read"), ("d.npy", "not there")
    ):  # fmt: skip
        with pytest.raises(CaptureError, match=message):
            resolve([NUMBERS], InputRequest(arrays={"": tmp_path / name}))


def test_noise_for_whole_numbers_means_nothing() -> None:
    with pytest.raises(CaptureError, match="noise there would mean nothing"):
        resolve([InputSpec("i", (2,), np.dtype(np.int64))], InputRequest(noise=True))
    bytes_ = resolve([InputSpec("b", (200,), np.dtype(np.uint8))], InputRequest(noise=True)).arrays["b"]
    assert bytes_.dtype == np.uint8
    assert bytes_.max() > 200


def test_every_input_needs_a_source(picture: Path) -> None:
    with pytest.raises(UsageError, match=r"nothing is said about 1 input: n \(batch×4 float32\)"):
        resolve([PICTURE, NUMBERS], InputRequest(pictures=[picture]))


def test_names_of_inputs() -> None:
    with pytest.raises(UsageError, match='--input names the input "y", and the model has 1 input') as problem:
        resolve([NUMBERS], InputRequest(arrays={"y": np.zeros((1, 4), np.float32)}))
    assert problem.value.supported == "n"
    with pytest.raises(UsageError, match="--shape names no input, and the model takes 2 inputs"):
        resolve([PICTURE, NUMBERS], InputRequest(shapes={"": (1, 4)}, noise=True))


def test_several_inputs_for_pictures(picture: Path) -> None:
    other = InputSpec("y", ("batch", 3, 8, 8))
    with pytest.raises(UsageError, match="several inputs may take pictures"):
        resolve([PICTURE, other], InputRequest(pictures=[picture], noise=True))
    found = resolve([PICTURE, other], InputRequest(pictures=[picture], noise=True, picture_input="y"))
    assert found.pictures.keys() == {"y"}
    with pytest.raises(CaptureError, match="no input takes pictures"):
        resolve([NUMBERS], InputRequest(pictures=[picture]))
    with pytest.raises(CaptureError, match="float64"):
        resolve([InputSpec("x", (1, 3, 8, 8), np.dtype(np.float64))], InputRequest(pictures=[picture]))


def test_pictures_that_were_prepared_before(picture: Path) -> None:
    prepared = pictures.load([picture], height=16, width=20)
    found = resolve([PICTURE], InputRequest(arrays={"x": prepared}))
    assert np.array_equal(found.arrays["x"], prepared.array)
    assert found.pictures["x"] is prepared
    assert found.layout == "NCHW"


def test_shapes_as_text() -> None:
    assert parse_shape("1x3x224x224") == (1, 3, 224, 224)
    assert parse_shape("2×5") == (2, 5)
    for text in ("", "1x", "axb", "0x3", "-1x3", "1.5", "99999999999"):
        with pytest.raises(UsageError, match="is no shape"):
            parse_shape(text)
