"""What the reference pipeline must do, against expectations made by hand.

python -m unittest detect.test_reference
"""

from __future__ import annotations

import math
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np
import onnx

from detect import decoders, engines, reference
from detect.preprocessing import detector_size, grey, prepared, resized


def taken(
    wanted: list[int], frames: int, failing: set[int], waits: bool = True, damaged: frozenset[int] = frozenset()
) -> list[int]:
    def attempt(number: int, _: np.ndarray) -> int | None:
        return None if number in failing else number

    pairs = ((number, np.zeros(0)) for number in range(frames) if number not in damaged)
    return reference.taken_slots(pairs, wanted, attempt, waits)


def folder_of(path: Path, frames: int, damaged: set[int]) -> Path:
    """A folder of PNG of 8×6 pixels, in which some are cut off in the middle."""
    path.mkdir()
    for number in range(frames):
        data = cv2.imencode(".png", np.full((6, 8, 3), number, np.uint8))[1].tobytes()
        (path / f"{number:03}.png").write_bytes(data[: len(data) // 2] if number in damaged else data)
    return path


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

    def test_damaged_frame_uses_up_its_slot(self) -> None:
        for waits in (True, False):
            self.assertEqual(taken([0, 2, 5, 7], 10, set(), waits, frozenset({2})), [0, 5, 7])
            self.assertEqual(taken([0, 2, 5, 7], 10, set(), waits, frozenset({0, 7})), [2, 5])
            self.assertEqual(taken([0, 2, 5, 7], 10, set(), waits, frozenset({1, 3, 4, 6, 8})), [0, 2, 5, 7])
            self.assertEqual(taken([0, 2, 5, 7], 10, set(), waits, frozenset(range(10))), [])

    def test_damaged_frame_uses_up_the_slot_that_waits_for_it(self) -> None:
        self.assertEqual(taken([0, 2, 5, 7], 10, {2}, damaged=frozenset({3})), [0, 5, 7])
        self.assertEqual(taken([0, 2, 5, 7], 10, {2}, waits=False, damaged=frozenset({3})), [0, 5, 7])
        # 0 to 2 fail, 3 uses up the first slot: the second one, which begins with 2, takes 4
        self.assertEqual(taken([0, 2, 5, 7], 10, {0, 1, 2}, damaged=frozenset({3})), [4, 5, 7])
        # one slot for each of two in succession, the third one is not awaited any more
        self.assertEqual(taken([0, 2, 5, 7], 10, {0, 1}, damaged=frozenset({2, 3, 4})), [5, 7])
        # slots that begin with the same frame
        self.assertEqual(taken([0, 0, 1, 2], 3, set(), damaged=frozenset({1})), [0, 2])

    def test_damaged_file_keeps_its_number(self) -> None:
        with TemporaryDirectory() as temporary:
            folder = folder_of(Path(temporary) / "frames", 4, {1, 3})
            count, frames = reference.opened(folder)
            found = [(number, int(frame[0, 0, 0])) for number, frame in frames]
            self.assertEqual((count, found), (4, [(0, 0), (2, 2)]))
            with self.assertRaises(reference.CannotRead):
                reference.opened(folder / "001.png")
            # Of a picture in JPEG OpenCV gives what is there.
            data = cv2.imencode(".jpg", np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8))[1].tobytes()
            (folder / "002.jpg").write_bytes(data[: len(data) // 2])
            with self.assertRaises(reference.CannotRead):
                reference.opened(folder / "002.jpg")


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
        how = {"range": "-1-1", "mean": [0.5, 0, -1], "std": [0.5, 2, 0.25]}
        np.testing.assert_array_equal(prepared(picture, (1, 1), how)[:, 0, 0], [1, 0.5, 8])

    def test_brightness_is_rounded(self) -> None:
        colors = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [1, 2, 3], [255, 255, 255]]], np.uint8)
        # 76.245, 149.685, 29.07, 1.815 in whole numbers
        np.testing.assert_array_equal(grey(colors), [[76, 150, 29, 2, 255]])

    def test_brightness_is_of_16_bits(self) -> None:
        """Every color of one red in 32. cv2.cvtColor, of 15 bits, gives others."""
        values, others = np.arange(256, dtype=np.uint8), 0
        picture = np.empty((256, 256, 3), np.uint8)
        picture[:, :, 1], picture[:, :, 2] = values[:, np.newaxis], values
        for red in range(0, 256, 32):
            picture[:, :, 0] = red
            sums = picture.astype(np.int64) @ [19595, 38470, 7471]
            np.testing.assert_array_equal(grey(picture), (sums + 0x8000) >> 16)
            others += int((cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) != grey(picture)).sum())
        self.assertGreater(others, 0)

    def test_grey_comes_before_resizing(self) -> None:
        # 1.495 and 5.382 become 1 and 5, the middle of which is 3; that of the colors is 12, and 3.588 becomes 4
        picture = np.zeros((1, 2, 3), np.uint8)
        picture[0, :, 0] = [5, 18]
        for method in ("opencv-linear", "pil-bilinear", "pytorch-bilinear", "pytorch-bilinear-antialias"):
            numbers = prepared(picture, (1, 1), {"range": "0-255", "color": "grey", "resize": method})
            self.assertEqual((numbers.shape, numbers.dtype), ((1, 1, 1), np.float32))
            self.assertEqual(numbers[0, 0, 0], 3, method)

    def test_grey_has_one_number_a_channel(self) -> None:
        picture = np.full((2, 3, 3), 51, np.uint8)
        numbers = prepared(picture, (3, 2), {"range": "0-1", "color": "grey", "mean": [0.5], "std": [0.25]})
        self.assertEqual(numbers.shape, (1, 2, 3))
        np.testing.assert_allclose(numbers, -1.2, rtol=1e-6)

    def test_unknown_color(self) -> None:
        for color in ("gray", "hsv", "RGB"):
            with self.assertRaises(ValueError):
                prepared(np.zeros((1, 1, 3), np.uint8), (1, 1), {"range": "0-1", "color": color})

    def test_enlarging_a_step(self) -> None:
        step = np.array([[0, 100]], np.uint8).repeat(3).reshape(1, 2, 3)
        for method in ("opencv-linear", "pil-bilinear", "pytorch-bilinear", "pytorch-bilinear-antialias"):
            np.testing.assert_array_equal(resized(step, (4, 1), method)[0, :, 0], [0, 25, 75, 100], method)


class Scaling(unittest.TestCase):
    def test_relative_edges_reach_the_edge(self) -> None:
        self.assertEqual([int(edge) for edge in decoders.relative_to((194, 131), [0, 0, 1, 1])], [0, 0, 194, 131])
        for side in range(1, 4000):
            self.assertEqual(decoders.relative_to((side, side), [0, -1, 1, 1]), [0, -side, side, side])

    def test_edges_of_the_input_are_multiplied_first(self) -> None:
        self.assertEqual(decoders.scaled([0, 80, 192, 160], (192, 160), (194, 131)), [0, 65.5, 194, 131])
        for side in range(1, 4000):
            edges = decoders.scaled([0, 0, 320, 256], (320, 256), (side, side))
            self.assertEqual(edges, [0, 0, side, side])
        # A factor would not do: 49 * (1 / 49) is less than 1.
        self.assertEqual(decoders.scaled([0, 0, 49, 49], (49, 49), (1, 1)), [0, 0, 1, 1])

    def test_units_of_the_decoders(self) -> None:
        outputs = {"b": np.array([[[0, 0, 1, 1]]], np.float32), "s": np.array([[0.5]], np.float32)}
        how = {"kind": "boxes", "boxes": "b", "scores": "s", "boxOrder": "xyxy", "normalized": True}
        found = decoders.found(outputs, how, (192, 160), (194, 131), Path())
        self.assertEqual(found, ([0, 0, 194, 131], 0.5))
        outputs["b"] = np.array([[[48, 16, 192, 160]]], np.float32)
        found = decoders.found(outputs, how | {"normalized": False}, (192, 160), (194, 131), Path())
        self.assertEqual(found, ([48.5, 13.1, 194, 131], 0.5))
        with TemporaryDirectory() as folder:
            np.save(Path(folder) / "a.npy", np.array([[0.5, 0.5, 1, 1]], np.float32))
            outputs = {"b": np.zeros((1, 1, 4), np.float32), "s": np.array([[[0, 0]]], np.float32)}
            how = {"kind": "ssd", "boxes": "b", "scores": "s", "anchors": "a.npy"}
            found = decoders.found(outputs, how, (192, 160), (194, 131), Path(folder))
            self.assertEqual(found, ([0, 0, 194, 131], 0.5))

    def test_unknown_decoder(self) -> None:
        with self.assertRaises(ValueError):
            decoders.found({}, {"kind": "yolo"}, (192, 160), (194, 131), Path())


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
        # 0 is none
        maps[0][:] = 0
        self.assertIsNotNone(decoders.centerface(maps, {"threshold": 0}))

    def test_boxes(self) -> None:
        boxes = np.array([[[0.1, 0.2, 0.5, 0.75], [-0.25, 0.5, 1.5, 1], [0.3, 0.3, 0.4, 0.4]]], np.float32)
        scores = np.array([[[0.9, 0.1], [0.2, 0.75], [0.2, 0.75]]], np.float32)
        how = {"boxes": "b", "scores": "s", "boxOrder": "yxyx", "normalized": True, "class": 1}
        # top, left, bottom, right; the first of the equal ones
        self.assertEqual(decoders.boxes({"b": boxes, "s": scores}, how), ([0.5, -0.25, 1, 1.5], 0.75))
        self.assertIsNone(decoders.boxes({"b": boxes, "s": scores}, how | {"threshold": 0.75}))
        how |= {"boxOrder": "xyxy", "class": 0}
        self.assertEqual(decoders.boxes({"b": boxes, "s": scores}, how)[0], [float(edge) for edge in boxes[0, 0]])
        del how["class"]
        found = decoders.boxes({"b": boxes, "s": scores[:, :, 1]}, how)
        self.assertEqual(found, ([-0.25, 0.5, 1.5, 1], 0.75))
        self.assertIsNone(decoders.boxes({"b": boxes[:, :0], "s": scores[:, :0, 1]}, how))
        # negative scores count where there is no threshold
        self.assertEqual(decoders.boxes({"b": boxes, "s": -scores[:, :, 0]}, how)[1], np.float32(-0.2))

    def test_ssd(self) -> None:
        anchors = np.array([[0.25, 0.5, 0.2, 0.4], [0.26, 0.5, 0.2, 0.4], [0.75, 0.5, 0.2, 0.4]], np.float32)
        boxes = np.array([[[1, -0.5, 0, np.log(2) / 0.2], [0] * 4, [0] * 4]], np.float32)
        scores = np.array([[[0, 2], [0, 1], [0, 1.5]]], np.float32)
        with TemporaryDirectory() as folder:
            np.save(Path(folder) / "a.npy", anchors)
            how = {"boxes": "b", "scores": "s", "anchors": "a.npy", "overlap": 0.45}
            found = decoders.ssd_faces({"b": boxes, "s": scores}, how, Path(folder))
            # the second box overlaps the first by 19·80 of 20·160 + 20·80 − 19·80 pixels of 100×200, 0.46
            self.assertEqual([round(score, 4) for _, score in found], [0.8808, 0.8176])
            more = decoders.ssd_faces({"b": boxes, "s": scores}, how | {"overlap": 0.5}, Path(folder))
            self.assertEqual(len(more), 3)
            # middle (0.25 + 0.1·0.2, 0.5 − 0.05·0.4), sides 0.2 and 0.8
            np.testing.assert_allclose(found[0][0], [0.17, 0.08, 0.37, 0.88], rtol=1e-5)
            self.assertAlmostEqual(found[0][1], 1 / (1 + math.exp(-2)), places=6)
            how |= {"threshold": 0.85, "limit": 5, "boxOrder": "yxhw"}
            found = decoders.ssd_faces({"b": boxes[:, :, [1, 0, 3, 2]], "s": scores}, how, Path(folder))
            self.assertEqual(len(found), 1)
            np.testing.assert_allclose(found[0][0], [0.17, 0.08, 0.37, 0.88], rtol=1e-5)


class Detectors(unittest.TestCase):
    """Which form the face extractor's file asks for."""

    def detector(self, kind: int, shape: list[int | str], how: dict[str, Any]) -> engines.Detector:
        value = onnx.helper.make_tensor_value_info("picture", kind, shape)
        result = onnx.helper.make_tensor_value_info("same", kind, shape)
        node = onnx.helper.make_node("Identity", ["picture"], ["same"])
        model = onnx.helper.make_model(
            onnx.helper.make_graph([node], "detector", [value], [result]),
            opset_imports=[onnx.helper.make_opsetid("", 17)],
        )
        model.ir_version = 8
        recipe = {"models": {"faces": {"bundle": "faces.ferry"}}, "face": {"model": "faces", "input": how}}
        with TemporaryDirectory() as folder:
            onnx.save(model, Path(folder) / "faces.onnx")
            return engines.Detector(recipe, Path(folder), 1)

    numbers = np.arange(3 * 2 * 4, dtype=np.float32).reshape(3, 2, 4)

    def test_bytes_with_channels_last(self) -> None:
        detector = self.detector(onnx.TensorProto.UINT8, [1, "height", "width", 3], {"range": "0-255"})
        given = detector.given(self.numbers)
        self.assertEqual((given.dtype, given.shape), (np.uint8, (1, 2, 4, 3)))
        np.testing.assert_array_equal(given[0, 1, 2], [6, 14, 22])
        np.testing.assert_array_equal(detector(given)["same"], given)

    def test_floats_with_channels_first(self) -> None:
        detector = self.detector(onnx.TensorProto.FLOAT, [1, 3, "height", "width"], {"range": "-1-1"})
        given = detector.given(self.numbers)
        self.assertEqual(given.dtype, np.float32)
        np.testing.assert_array_equal(given, self.numbers[np.newaxis])

    def test_layout_of_a_file_that_does_not_say(self) -> None:
        shape = [1, "a", "b", "c"]
        how = {"range": "0-255", "layout": "channelsLast"}
        self.assertEqual(self.detector(onnx.TensorProto.FLOAT, shape, how).given(self.numbers).shape, (1, 2, 4, 3))
        how = {"range": "0-255"}
        self.assertEqual(self.detector(onnx.TensorProto.FLOAT, shape, how).given(self.numbers).shape, (1, 3, 2, 4))

    def test_bytes_are_not_scaled(self) -> None:
        for how in (
            {"range": "0-1"},
            {"range": "0-255", "mean": [0] * 3},
            {"range": "0-255", "resize": "pytorch-bilinear"},
        ):
            with self.assertRaises(ValueError):
                self.detector(onnx.TensorProto.UINT8, [1, "height", "width", 3], how)


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
