"""H.264: whether decoders give the same frames, and where they part.

A decoder of H.264 is bound to give the same luma and chroma as any other; what is free is how half-size chroma is enlarged
and how the three are made red, green and blue. ffmpeg's scaler does both, in OpenCV as well as in the program, with
options and versions of their own.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import cv2
import numpy as np

from detect import videos
from detect.compare import Bound

BOUND = Bound(pixels=2, probability=0.02)
"""What frames that differ may lead to before something else must be wrong"""

CONVERSIONS = {
    "ffmpeg's own conversion": [],
    "with OpenCV's option (bicubic)": ["-sws_flags", "bicubic"],
    "with every chroma sample interpolated and exact rounding": [
        "-sws_flags", "bicubic+accurate_rnd+full_chroma_int+full_chroma_inp",
    ],
}  # fmt: skip


def measure(photograph: Path, folder: Path, *, quick: bool) -> list[str]:
    """A line for each video and each way to convert."""
    lines = []
    for video in videos.chosen(quick):
        if video.is_lossless:
            continue
        path = folder / video.name
        theirs = opencv_frames(path)
        for name, options in CONVERSIONS.items():
            lines.append(f"{video.name}, {name}: {difference(program_frames(path, theirs.shape, options), theirs)}")
        drawn = np.stack(videos.drawn(photograph, video.name))
        lines.append(f"{video.name}, what compression itself changed: {difference(theirs, drawn)}")
    return lines


def check_lossless(photograph: Path, folder: Path, *, quick: bool) -> list[str]:
    """That OpenCV reads FFV1 as it was drawn; sentences where it does not."""
    failures = []
    for video in videos.chosen(quick):
        if video.is_lossless and video.keep == 1:
            found, drawn = opencv_frames(folder / video.name), np.stack(videos.drawn(photograph, video.name))
            if not np.array_equal(found, drawn):
                failures.append(f"FAILED: OpenCV reads {video.name} otherwise than it was drawn: {difference(found, drawn)}")
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
