"""The pipeline of a recipe in Python: what `ferry detect` has to answer, and in the same JSON.

    python -m detect.reference RECIPE FOLDER INPUT… [--engine pytorch|onnxruntime] [--threads N] [--batch N]

FOLDER holds the networks that the recipe names, as detect.members writes them. Inputs are videos, pictures, and folders
of frames. Frames are OpenCV's, the face extractor runs in onnxruntime, and members in float32 in the engine chosen.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np

from detect import decoders, engines
from detect.preprocessing import detector_size, prepared, resized

Taken = TypeVar("Taken")

Frames = Iterator[tuple[int, np.ndarray]]
"""Numbers, which ascend, and pictures, uint8 RGB [height, width, 3]; a frame that cannot be decoded does not come"""

PICTURES = (".png", ".jpg", ".jpeg")


@dataclass
class Face:
    """A face that took a slot: its frame, the corners that cut it, the detector's score, and what members see."""

    frame: int
    box: list[int]
    """Within the frame"""
    corners: list[int]
    """As the detector gives them, truncated"""
    edges: list[float]
    """Before they were truncated"""
    score: float | None
    crop: np.ndarray
    probabilities: dict[str, float] = field(default_factory=dict)

    def described(self) -> dict[str, Any]:
        keys = ("frame", "box", "corners", "edges", "score", "probabilities")
        return {key: getattr(self, key) for key in keys}


class CannotRead(Exception):
    """The reason for which an input has no frames."""


class Reference:
    def __init__(self, recipe: Path, folder: Path, engine: str, threads: int, batch: int) -> None:
        self.recipe = json.loads(recipe.read_text(encoding="utf-8"))
        self.folder, self.batch = folder, batch
        self.detector = engines.Detector(self.recipe, folder, threads) if self.recipe.get("face") else None
        self.members = engines.members(self.recipe, folder, engine, threads)
        cv2.setNumThreads(threads)

    def answer(self, inputs: list[Path]) -> dict[str, Any]:
        """The document that `ferry detect --json` prints, in the order of the names."""
        results = [self.result(path) for path in sorted(inputs, key=lambda path: path.name)]
        return {"pipeline": self.recipe["name"], "label": self.recipe.get("label", "score"), "results": results}

    def result(self, path: Path) -> dict[str, Any]:
        fallback = self.recipe.get("fallback", {})
        result: dict[str, Any] = {"filename": path.name, "label": fallback.get("score", 0.5), "reason": None}
        result |= {"frameCount": 0, "faces": [], "members": {}}
        try:
            count, frames = opened(path)
        except CannotRead as reason:
            return result | {"reason": str(reason)}
        is_picture = path.suffix.lower() in PICTURES
        slots = 1 if is_picture else self.recipe["frames"]["count"]
        faces = self.faces(frames, samples(count, slots))
        result["frameCount"] = count
        result["faces"] = [face.described() for face in faces]
        wanted = 1 if is_picture else fallback.get("minimumFaces", slots)
        if len(faces) < wanted:
            return result | {"reason": f"{len(faces)} of {wanted} faces"}
        self.look(faces)
        result["faces"] = [face.described() for face in faces]
        names = [member["model"] for member in self.recipe["members"]]
        how = self.recipe.get("aggregation", "mean")
        result["members"] = {name: aggregated([face.probabilities[name] for face in faces], how) for name in names}
        weights = [member.get("weight", 1) for member in self.recipe["members"]]
        label = blended(list(result["members"].values()), weights, self.recipe.get("blend", "geometric"))
        if math.isnan(label):
            return result | {"reason": "the score is no number"}
        return result | {"label": label}

    def faces(self, frames: Frames, wanted: list[int]) -> list[Face]:
        """The faces that take the slots, each frame looked at once at most."""
        waits = self.recipe["frames"].get("failedCrop", "next-frame") == "next-frame"
        return taken_slots(frames, wanted, self.face, waits)

    def face(self, number: int, frame: np.ndarray) -> Face | None:
        """The face in a frame, uint8 RGB; None where there is no box, or no pixel in it."""
        if self.detector is None:
            edges, score = [0.0, 0.0, float(frame.shape[1]), float(frame.shape[0])], None
        else:
            found = self.detected(frame)
            if found is None:
                return None
            edges, score = found
        how = self.recipe.get("crop", {})
        edges = widened(edges, how.get("margin", 0), how.get("square", False))
        corners = [int(edge) for edge in edges]  # toward zero
        box = within(frame, corners, how.get("outside", "clamp"))
        crop = frame[box[1] : box[3], box[0] : box[2]]
        if crop.size == 0:
            return None
        if how.get("resize"):
            crop = resized(crop, tuple(how["resize"]["size"]), how["resize"].get("method", "opencv-linear"))
        return Face(number, box, corners, edges, score, np.ascontiguousarray(crop))

    def detected(self, frame: np.ndarray) -> decoders.Found | None:
        """The best box in pixels of the frame, and its score."""
        face, (height, width) = self.recipe["face"], frame.shape[:2]
        size = detector_size(width, height, face["input"]["size"])
        outputs = self.detector(self.detector.given(prepared(frame, size, face["input"])))
        return decoders.found(outputs, face["decoder"], size, (width, height), self.folder)

    def look(self, faces: list[Face]) -> None:
        """Fills the faces' probabilities."""
        for member, run in zip(self.recipe["members"], self.members, strict=True):
            size, output = tuple(member["input"]["size"]), member.get("output", {})
            for start in range(0, len(faces), self.batch):
                group = faces[start : start + self.batch]
                logits = run(np.stack([prepared(face.crop, size, member["input"]) for face in group]))
                numbers = decoders.activated(logits.reshape(len(group), -1), output.get("activation", "sigmoid"))
                for face, number in zip(group, numbers[:, output.get("class", 0)], strict=True):
                    face.probabilities[member["model"]] = float(number)


def samples(frame_count: int, slots: int) -> list[int]:
    """The frame that each slot begins with."""
    return np.linspace(0, frame_count, slots, endpoint=False, dtype=int).tolist()


def taken_slots(
    frames: Frames,
    wanted: list[int],
    attempt: Callable[[int, np.ndarray], Taken | None],
    waits: bool,
) -> list[Taken]:
    """What `attempt` gives for the frame of each slot. Where it gives None, the slot waits for the next frame, or is
    left empty. A frame is used once, so slots that begin with the same frame take those that follow it. A number that
    does not come uses up the slot that waits for it."""
    taken: list[Taken] = []
    slot, due = 0, 0
    for number, frame in frames:
        for missing in range(due, number):
            if slot < len(wanted) and missing >= wanted[slot]:
                slot += 1
        due = number + 1
        if slot == len(wanted):
            break
        if number < wanted[slot]:
            continue
        result = attempt(number, frame)
        if result is not None:
            taken.append(result)
        if result is not None or not waits:
            slot += 1
    return taken


def opened(path: Path) -> tuple[int, Frames]:
    """The declared number of frames, and the frames. A folder's files have their places as numbers, a video's frames
    are counted as they come.

    Raises:
        CannotRead: if it has no frames.
    """
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix.lower() in PICTURES)
        return len(files), picture_frames(files)
    if path.suffix.lower() in PICTURES:
        return 1, iter([(0, picture(path))])
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    if not capture.isOpened():
        raise CannotRead("no video that OpenCV opens")
    count = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
    if count <= 0:
        raise CannotRead("the video declares no frames")
    return count, enumerate(video_frames(capture))


def picture_frames(files: list[Path]) -> Frames:
    """Without those that cannot be read."""
    for number, file in enumerate(files):
        try:
            yield number, picture(file)
        except CannotRead:
            continue


def video_frames(capture: cv2.VideoCapture) -> Iterator[np.ndarray]:
    while True:
        is_there, frame = capture.read()
        if not is_there:
            return
        yield np.ascontiguousarray(frame[:, :, ::-1])


def picture(path: Path) -> np.ndarray:
    """uint8 RGB [height, width, 3]

    Raises:
        CannotRead: if it is no picture, or one that ends too early, of which OpenCV may give what there is.
    """
    from PIL import Image  # noqa: PLC0415 -- not where the pipeline is measured on videos

    try:
        with Image.open(path) as whole:
            whole.load()
    except (OSError, SyntaxError, ValueError) as problem:
        raise CannotRead("no picture that Pillow opens") from problem
    found = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if found is None:
        raise CannotRead("no picture that OpenCV opens")
    return np.ascontiguousarray(found[:, :, ::-1])


def widened(edges: list[float], margin: float, square: bool) -> list[float]:
    """The box grown by a part of its sides on each side, then its shorter side made as long as the longer one."""
    left, top, right, bottom = edges
    width, height = right - left, bottom - top
    left, top, right, bottom = (
        left - margin * width,
        top - margin * height,
        right + margin * width,
        bottom + margin * height,
    )
    if square:
        width, height = right - left, bottom - top
        side = max(width, height)
        left, right = left - (side - width) / 2, right + (side - width) / 2
        top, bottom = top - (side - height) / 2, bottom + (side - height) / 2
    return [left, top, right, bottom]


def within(frame: np.ndarray, corners: list[int], outside: str) -> list[int]:
    """The corners inside the frame. `numpy` takes them as a slice's: a negative one counts from the far edge."""
    left, top, right, bottom = corners
    height, width = frame.shape[:2]
    if outside == "clamp":
        left, right = min(max(left, 0), width), min(max(right, 0), width)
        top, bottom = min(max(top, 0), height), min(max(bottom, 0), height)
    elif outside == "numpy":
        left, right, _ = slice(left, right).indices(width)
        top, bottom, _ = slice(top, bottom).indices(height)
    else:
        raise ValueError(f"{outside} is no way to treat what lies outside")
    return [left, top, right, bottom]


def aggregated(probabilities: list[float], how: str) -> float:
    """One member's probability for the video, in float64."""
    return float({"mean": np.mean, "median": np.median, "maximum": np.max}[how](np.asarray(probabilities, np.float64)))


def blended(probabilities: list[float], weights: list[float], how: str) -> float:
    total = sum(weights)
    if how == "arithmetic":
        return sum(weight * number for weight, number in zip(weights, probabilities, strict=True)) / total
    if how != "geometric":
        raise ValueError(f"the blend {how} is unknown")
    if len(set(weights)) == 1:
        return math.prod(probabilities) ** (1 / len(probabilities))
    with np.errstate(divide="ignore"):
        return float(np.exp(np.dot(weights, np.log(np.asarray(probabilities, np.float64))) / total))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("inputs", type=Path, nargs="+")
    parser.add_argument("--engine", choices=(engines.PYTORCH, engines.ONNX_RUNTIME), default=engines.PYTORCH)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=30, help="faces that a member gets at a time")
    options = parser.parse_args()
    reference = Reference(options.recipe, options.folder, options.engine, options.threads, options.batch)
    print(json.dumps(reference.answer(options.inputs), indent=1))


if __name__ == "__main__":
    main()
