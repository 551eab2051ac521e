"""H.264: whether decoders give the same frames, and where they part.

A decoder of H.264 is bound to give the same luma and chroma as any other; what is free is how half-size chroma is
enlarged and how the three are made red, green and blue. ffmpeg's scaler does both, in OpenCV as well as in the program.
Where a file names the matrix BT.709, OpenCV 4.13 and later compute by it, as ferry does; up to 4.12 by BT.601.
"""

from __future__ import annotations

import math
import subprocess
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from detect import videos
from detect.compare import EXACT, Bound

BOUND = Bound(pixels=8, probability=0.15, face=math.inf)
"""What frames that differ may lead to before something else must be wrong. The members have random weights, which make
much of little; the mean over the faces is what is bounded."""

WITHOUT_BOXES = Bound(pixels=math.inf, probability=0.5, face=math.inf)
"""The same for detectors of random weights: their best box may be another one."""

FERRY = "as ferry asks ffmpeg"
CONVERSIONS = {
    FERRY: ["-vf", "scale=flags=bicubic"],
    "by BT.601 whatever the file names": ["-vf", "scale=flags=bicubic:in_color_matrix=bt601"],
    "with every chroma sample interpolated": ["-vf", "scale=flags=bicubic+accurate_rnd+full_chroma_int"],
}


@dataclass(frozen=True)
class Measured:
    """A video's frames in several conversions beside OpenCV's."""

    name: str
    lines: list[str]
    is_same: bool
    """Whether ferry's conversion gives OpenCV's frames to the byte, so that all else must be the same as well"""

    def bound(self, random_boxes: bool) -> Bound:
        if self.is_same:
            return EXACT
        return WITHOUT_BOXES if random_boxes else BOUND


def measure(photograph: Path, folder: Path, *, quick: bool) -> list[Measured]:
    """One for each video of H.264."""
    found = []
    for video in videos.chosen(quick):
        if video.is_lossless:
            continue
        path = folder / video.name
        theirs = opencv_frames(path)
        ours = {name: program_frames(path, theirs.shape, options) for name, options in CONVERSIONS.items()}
        lines = [f"{name}: {difference(frames, theirs)}" for name, frames in ours.items()]
        drawn = np.stack(videos.drawn(photograph, video.name))
        lines.append(f"what compression itself changed: {difference(theirs, drawn)}")
        found.append(Measured(video.name, lines, np.array_equal(ours[FERRY], theirs)))
    return found


def check_lossless(photograph: Path, folder: Path, *, quick: bool) -> list[str]:
    """That OpenCV reads FFV1 as it was drawn; sentences where it does not."""
    failures = []
    for video in videos.chosen(quick):
        if video.is_lossless and video.keep == 1:
            found, drawn = opencv_frames(folder / video.name), np.stack(videos.drawn(photograph, video.name))
            if not np.array_equal(found, drawn):
                failures.append(
                    f"FAILED: OpenCV reads {video.name} otherwise than it was drawn: {difference(found, drawn)}"
                )
    return failures


def opencv_frames(path: Path) -> np.ndarray:
    """uint8 RGB [frames, height, width, 3]"""
    capture, frames = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG), []
    while True:
        is_there, frame = capture.read()
        if not is_there:
            return np.stack(frames)[..., ::-1]
        frames.append(frame)


def program_frames(path: Path, shape: tuple[int, ...], options: list[str]) -> np.ndarray:
    words = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-i", str(path), "-fps_mode", "passthrough"]
    words += [*options, "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"]
    data = subprocess.run(words, stdout=subprocess.PIPE, check=True).stdout
    return np.frombuffer(data, np.uint8).reshape(-1, *shape[1:])


def difference(ours: np.ndarray, theirs: np.ndarray) -> str:
    if ours.shape != theirs.shape:
        return f"{len(ours)} frames and {len(theirs)}"
    apart = np.abs(ours.astype(np.int16) - theirs)
    if not apart.any():
        return f"all {len(ours)} frames the same"
    return f"at most {apart.max()} of 255 apart, in the mean {apart.mean():.3f}"
