"""What the reference pipeline must do, against expectations made by hand.

python -m unittest detect.test_reference
"""

from __future__ import annotations

import math
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from detect import decoders, reference
from detect.preprocessing import detector_size, prepared, resized


def taken(wanted: list[int], frames: int, failing: set[int], waits: bool = True) -> list[int]:
    def attempt(number: int, _: np.ndarray) -> int | None:
        return None if number in failing else number

    return reference.taken_slots(iter([np.zeros(0)] * frames), wanted, attempt, waits)


class Slots(unittest.TestCase):
    def test_samples_are_truncated(self) -> None:
        self.assertEqual(reference.samples(10, 4), [0, 2, 5, 7])
        self.assertEqual(reference.samples(3, 4), [0, 0, 1, 2])

    def test_each_slot_takes_its_frame(self) -> None:
        self.assertEqual(taken([0, 2, 5, 7], 10, set()), [0, 2, 5, 7])

    def test_failed_crop_tries_the_next_frame(self) -> None:
        self.assertEqual(taken([0, 2, 5, 7], 10, {0, 5, 6}), [1, 2, 7, 8])

    def test_failed_crop_may_leave_its_slot(self) -> None:
        self.assertEqual(taken([0, 2, 5, 7], 10, {0, 5, 6}, waits=False), [2, 7])

    def test_missing_frames_leave_slots_empty(self) -> None:
        self.assertEqual(taken([0, 2, 5, 7], 6, set()), [0, 2, 5])

    def test_frames_are_used_once(self) -> None:
        self.assertEqual(taken([0, 0, 1, 2], 3, set()), [0, 1, 2])


class Crops(unittest.TestCase):
    frame = np.arange(6 * 8 * 3, dtype=np.uint8).reshape(6, 8, 3)

    def test_boxes_are_slices(self) -> None:
        for corners in ([1, 2, 4, 5], [6, 2, 11, 5], [-1, 2, 4, 5], [-3, 0, -1, 6], [-20, -20, 5, 5], [9, 2, 12, 5]):
            left, top, right, bottom = reference.within(self.frame, corners, "numpy")
            sliced = self.frame[corners[1] : corners[3], corners[0] : corners[2]]
            np.testing.assert_array_equal(self.frame[top:bottom, left:right], sliced)
            self.assertTrue(0 <= left <= 8 and 0 <= right <= 8 and 0 <= top <= 6 and 0 <= bottom <= 6)
        self.assertEqual(reference.within(self.frame, [6, 2, 11, 5], "numpy"), [6, 2, 8, 5], "cut off at the far edge")
        self.assertEqual(
            reference.within(self.frame, [-3, 0, -1, 6], "numpy"), [5, 0, 7, 6], "counts from the far edge"
        )

    def test_boxes_are_clamped(self) -> None:
        self.assertEqual(reference.within(self.frame, [-1, 2, 4, 9], "clamp"), [0, 2, 4, 6])
        self.assertEqual(reference.within(self.frame, [9, 2, 12, 5], "clamp"), [8, 2, 8, 5])

    def test_corners_go_toward_zero(self) -> None:
        self.assertEqual([int(edge) for edge in (-0.9, -1.9, 3.9)], [0, -1, 3])

    def test_margin_then_square(self) -> None:
        self.assertEqual(reference.widened([10, 10, 20, 30], 0.1, False), [9, 8, 21, 32])
        self.assertEqual(reference.widened([10, 10, 20, 30], 0.1, True), [3, 8, 27, 32])

    def test_sizes_of_the_detector(self) -> None:
        self.assertEqual(detector_size(300, 260, {"multipleOf": 32}), (320, 288))
        self.assertEqual(detector_size(320, 256, {"multipleOf": 32}), (320, 256))
        self.assertEqual(detector_size(1920, 1080, {"multipleOf": 32, "longest": 640}), (640, 384))
        self.assertEqual(detector_size(1920, 1080, [300, 200]), (300, 200))


class Preprocessing(unittest.TestCase):
    def test_channels_come_first_in_the_order_asked_for(self) -> None:
        picture = np.zeros((2, 3, 3), np.uint8)
        picture[:, :, 0], picture[:, :, 2] = 255, 51
        how = {"range": "0-1", "color": "bgr", "mean": [0.1, 0, 0.5], "std": [1, 1, 0.5]}
        numbers = prepared(picture, (3, 2), how)
        self.assertEqual((numbers.shape, numbers.dtype), ((3, 2, 3), np.float32))
        np.testing.assert_allclose(numbers[:, 0, 0], [0.1, 0, 1], rtol=1e-6)

    def test_ranges(self) -> None:
        picture = np.full((1, 1, 3), 255, np.uint8)
        for name, number in {"0-1": 1, "0-255": 255, "-1-1": 1}.items():
            self.assertEqual(prepared(picture, (1, 1), {"range": name})[0, 0, 0], number)
        self.assertEqual(prepared(picture * 0, (1, 1), {"range": "-1-1"})[0, 0, 0], -1)

    def test_enlarging_a_step(self) -> None:
        step = np.array([[0, 100]], np.uint8).repeat(3).reshape(1, 2, 3)
        for method in ("opencv-linear", "pil-bilinear", "pytorch-bilinear", "pytorch-bilinear-antialias"):
            np.testing.assert_array_equal(resized(step, (4, 1), method)[0, :, 0], [0, 25, 75, 100], method)


class Decoders(unittest.TestCase):
    def maps(self) -> list[np.ndarray]:
        heat, size, offset = np.full((1, 1, 8, 6), 0.2, np.float32), np.zeros((1, 2, 8, 6)), np.zeros((1, 2, 8, 6))
        for row, column in ((5, 2), (3, 4)):
            heat[0, 0, row, column] = 0.7
        size[0, :, 3, 4], offset[0, :, 3, 4] = np.log([2, 1.5]), [0.25, -0.25]
        return [heat, size, offset]

    def test_centerface_takes_the_first_maximum(self) -> None:
        box, score = decoders.centerface(self.maps(), {"threshold": 0})
        self.assertAlmostEqual(score, 0.7, places=6)
        # middle (4 − 0.25 + 0.5, 3 + 0.25 + 0.5)·4 = (17, 15), 6 wide and 8 high
        np.testing.assert_allclose(box, [14, 11, 20, 19], rtol=1e-12)

    def test_centerface_stays_inside(self) -> None:
        maps = self.maps()
        maps[1][0, :, 3, 4] = np.log([100, 3])
        np.testing.assert_allclose(decoders.centerface(maps, {})[0], [11, 0, 23, 32])

    def test_threshold_is_excluded(self) -> None:
        maps = self.maps()
        score = float(maps[0].max())
        self.assertIsNone(decoders.centerface(maps, {"threshold": score}))

    def test_ssd(self) -> None:
        anchors = np.array([[0.25, 0.5, 0.2, 0.4], [0.26, 0.5, 0.2, 0.4], [0.75, 0.5, 0.2, 0.4]], np.float32)
        boxes = np.array([[[1, -0.5, 0, np.log(2) / 0.2], [0] * 4, [0] * 4]], np.float32)
        scores = np.array([[[0, 2], [0, 1], [0, 1.5]]], np.float32)
        with TemporaryDirectory() as folder:
            np.save(Path(folder) / "a.npy", anchors)
            how = {"boxes": "b", "scores": "s", "anchors": "a.npy", "overlap": 0.45}
            found = decoders.ssd_faces({"b": boxes, "s": scores}, how, (100, 200), Path(folder))
            # the second box overlaps the first by 19·80 of 20·160 + 20·80 − 19·80 pixels, 0.46
            self.assertEqual([round(score, 4) for _, score in found], [0.8808, 0.8176])
            self.assertEqual(
                len(decoders.ssd_faces({"b": boxes, "s": scores}, how | {"overlap": 0.5}, (100, 200), Path(folder))), 3
            )
            # middle (0.25 + 0.1·0.2, 0.5 − 0.05·0.4), sides 0.2 and 0.8, of 100×200 pixels
            np.testing.assert_allclose(found[0][0], [17, 16, 37, 176], rtol=1e-5)
            self.assertAlmostEqual(found[0][1], 1 / (1 + math.exp(-2)), places=6)
            how |= {"threshold": 0.85, "limit": 5, "boxOrder": "yxhw"}
            found = decoders.ssd_faces({"b": boxes[:, :, [1, 0, 3, 2]], "s": scores}, how, (100, 200), Path(folder))
            self.assertEqual(len(found), 1)
            np.testing.assert_allclose(found[0][0], [17, 16, 37, 176], rtol=1e-5)


class Scores(unittest.TestCase):
    def test_activations(self) -> None:
        self.assertEqual(decoders.activated(np.array([0.0]), "sigmoid")[0], 0.5)
        np.testing.assert_allclose(decoders.activated(np.log([[1.0, 3.0]]), "softmax"), [[0.25, 0.75]], rtol=1e-6)

    def test_blends(self) -> None:
        self.assertAlmostEqual(reference.blended([0.2, 0.4, 0.8], [1, 1, 1], "geometric"), 0.064 ** (1 / 3))
        self.assertAlmostEqual(reference.blended([0.25, 0.5], [3, 1], "geometric"), (0.25**3 * 0.5) ** 0.25)
        self.assertAlmostEqual(reference.blended([0.25, 0.5], [3, 1], "arithmetic"), 0.3125)

    def test_aggregations(self) -> None:
        for how, number in {"mean": 0.4, "median": 0.2, "maximum": 0.9}.items():
            self.assertAlmostEqual(reference.aggregated([0.1, 0.9, 0.2], how), number)


if __name__ == "__main__":
    unittest.main()
