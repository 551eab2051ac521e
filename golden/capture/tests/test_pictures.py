"""Pictures become inputs in stages, each of which is written down."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from conftest import pixels
from ferry_capture import pictures
from ferry_capture.errors import CaptureError
from ferry_capture.pictures import PictureOptions

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("0-1", lambda x: x / np.float32(255)),
        ("0-255", lambda x: x),
        ("-1-1", lambda x: (x / np.float32(255) - np.float32(0.5)) * np.float32(2)),
    ],
)
def test_ranges(picture: Path, name: str, formula: Callable[[np.ndarray], np.ndarray]) -> None:
    found = pictures.load([picture], height=48, width=64, layout="NHWC", options=PictureOptions(range=name))
    expected = formula(pixels(48, 64).astype(np.float32))
    assert found.pixels.dtype == np.uint8
    assert np.array_equal(found.pixels[0], pixels(48, 64))
    assert found.scaled.dtype == found.array.dtype == np.float32
    assert np.array_equal(found.scaled[0], expected)
    assert np.array_equal(found.array, found.scaled)


def test_all_stages_in_their_order(picture: Path) -> None:
    options = PictureOptions("bgr", "0-1", MEAN, STD)
    found = pictures.load([picture, picture], height=48, width=64, options=options)
    scaled = pixels(48, 64)[..., ::-1].astype(np.float32) / np.float32(255)
    expected = (scaled - np.float32(MEAN)) / np.float32(STD)
    assert np.array_equal(found.scaled, np.stack([scaled, scaled]))
    assert np.array_equal(found.array, np.stack([expected.transpose(2, 0, 1)] * 2))
    # The pixels stay as they are in the file, whatever the order of the channels.
    assert np.array_equal(found.pixels[1], pixels(48, 64))
    assert options.record(3) == {"color": "bgr", "range": "0-1", "mean": list(MEAN), "std": list(STD)}


def test_one_number_serves_all_channels(picture: Path) -> None:
    options = PictureOptions(range="0-255", mean=(127.5,), std=None)
    found = pictures.load([picture], height=48, width=64, layout="NHWC", options=options)
    assert np.array_equal(found.array[0], pixels(48, 64).astype(np.float32) - np.float32(127.5))
    assert options.record(3)["mean"] == [127.5] * 3
    assert options.record(3)["std"] is None


def test_the_file_is_recorded_without_its_folder(picture: Path) -> None:
    (file,) = pictures.load([picture], height=8, width=8).files
    assert file.name == "bird.png"
    assert file.sha256 == hashlib.sha256(picture.read_bytes()).hexdigest()


def test_resizing_is_pillows_bilinear(picture: Path) -> None:
    found = pictures.load([picture], height=20, width=30, layout="NHWC")
    with Image.open(picture) as opened:
        expected = np.asarray(opened.resize((30, 20), Image.Resampling.BILINEAR))
    assert np.array_equal(found.pixels[0], expected)


def test_one_channel_is_brightness(picture: Path) -> None:
    found = pictures.load([picture], height=48, width=64, channels=1)
    with Image.open(picture) as opened:
        expected = np.asarray(opened.convert("L"))
    assert found.pixels.shape == (1, 48, 64, 1)
    assert np.array_equal(found.pixels[0, ..., 0], expected)
    assert found.array.shape == (1, 1, 48, 64)


def test_pictures_are_turned_as_exif_says(tmp_path: Path) -> None:
    path = tmp_path / "turned.png"
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    Image.fromarray(pixels(48, 64)).save(path, exif=exif)
    found = pictures.load([path], height=64, width=48, layout="NHWC")
    assert np.array_equal(found.pixels[0], np.rot90(pixels(48, 64), -1))


def test_transparency_and_palettes_become_colours(tmp_path: Path) -> None:
    for mode in ("RGBA", "P", "LA", "1"):
        Image.fromarray(pixels(48, 64)).convert(mode).save(tmp_path / "picture.png")
        assert pictures.load([tmp_path / "picture.png"], height=48, width=64).pixels.shape == (1, 48, 64, 3)


def test_more_than_eight_bits_are_refused(tmp_path: Path) -> None:
    Image.fromarray(np.arange(64, dtype=np.uint16).reshape(8, 8) * 1000).save(tmp_path / "deep.png")
    with pytest.raises(CaptureError, match="more than 8 bits"):
        pictures.load([tmp_path / "deep.png"], height=8, width=8)


def test_files_that_are_no_pictures(tmp_path: Path, picture: Path) -> None:
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "short.png").write_bytes(picture.read_bytes()[:300])
    for name in ("text.png", "short.png"):
        with pytest.raises(CaptureError, match="cannot be read"):
            pictures.load([tmp_path / name], height=8, width=8)
    with pytest.raises(CaptureError, match="is not there"):
        pictures.load([tmp_path / "absent.png"], height=8, width=8)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"color": "rbg"}, "the colours are in the order rbg"),
        ({"range": "0-2"}, "the range is 0-2"),
        ({"std": (1.0, 0.0, 1.0)}, "std is 1,0,1"),
        ({"mean": (float("nan"),)}, "not finite"),
    ],
)
def test_options_that_make_no_sense(options: dict, message: str) -> None:
    with pytest.raises(CaptureError, match=message):
        PictureOptions(**options)


def test_numbers_for_other_channels(picture: Path) -> None:
    with pytest.raises(CaptureError, match="mean has 2 numbers for 3 channels"):
        pictures.load([picture], height=8, width=8, options=PictureOptions(mean=(1.0, 2.0)))
    with pytest.raises(CaptureError, match="4 channels"):
        pictures.load([picture], height=8, width=8, channels=4)
