"""Small videos made on the spot from the astronaut photograph, the same pixels on every machine.

    python -m detect.videos PHOTOGRAPH FOLDER [--quick]

FFV1 keeps RGB as it is, so what a decoder gives is what was drawn. Frames come from Pillow's integer arithmetic alone.
"""

from __future__ import annotations

import argparse
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

RATE = 25
FACE = (226, 118)
"""The middle of the face in the photograph, in pixels."""
FOREGROUND = (130, 20, 330, 220)
"""A part of the photograph with the face in it."""

Frames = Callable[[Image.Image], Iterator[Image.Image]]


@dataclass(frozen=True)
class Video:
    """A video by its file's name. `keep` is the part of the file that stays: less than 1 for a truncated one."""

    name: str
    frames: Frames
    keep: float = 1.0
    quick: bool = False
    """Whether the quick form has it as well."""

    @property
    def is_lossless(self) -> bool:
        return self.name.endswith(".mkv")


def view(photograph: Image.Image, size: tuple[int, int], left: float, top: float, width: float) -> Image.Image:
    """The part of the photograph of that width, moved inside it where it reaches beyond, as a picture of `size`."""
    height = width * size[1] / size[0]
    left, top = min(max(left, 0), photograph.width - width), min(max(top, 0), photograph.height - height)
    return photograph.resize(size, Image.Resampling.BILINEAR, box=(left, top, left + width, top + height))


def moving(photograph: Image.Image) -> Iterator[Image.Image]:
    """The face goes from the right to the left and up."""
    for frame in range(48):
        yield view(photograph, (384, 320), 20 + 2.625 * frame, 0.875 * frame, 288)


def scaled(photograph: Image.Image) -> Iterator[Image.Image]:
    """The face comes closer; the sides are no multiples of 32."""
    for frame in range(40):
        width = 440 - 6.75 * frame
        yield view(photograph, (300, 260), FACE[0] - width / 2, FACE[1] - width * 0.43, width)


def blurred(photograph: Image.Image) -> Iterator[Image.Image]:
    for frame in range(36):
        picture = view(photograph, (256, 256), 98 + frame % 5, 8 + frame % 3, 256)
        yield picture.filter(ImageFilter.GaussianBlur(frame / 8))


def darkened(photograph: Image.Image) -> Iterator[Image.Image]:
    """Mirrored, from bright to dark."""
    mirrored = photograph.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    for frame in range(60):
        picture = view(mirrored, (320, 256), 512 - FACE[0] - 150 + frame, 4, 300)
        yield ImageEnhance.Brightness(picture).enhance(1.4 - frame / 50)


def without_face(photograph: Image.Image) -> Iterator[Image.Image]:
    for frame in range(36):
        yield view(photograph, (288, 256), 250 + 2 * frame, 300 - frame, 160)


def entering(photograph: Image.Image) -> Iterator[Image.Image]:
    """The face comes in over the left edge, on grey."""
    face = photograph.crop(FOREGROUND)
    for frame in range(56):
        picture = Image.new("RGB", (320, 256), (96, 104, 112))
        picture.paste(face, (-130 + 4 * frame, 20 + frame % 7))
        yield picture


def specks(photograph: Image.Image) -> Iterator[Image.Image]:
    """Frames of one pixel: the detector finds a box all the same, and no pixel lies in it."""
    for frame in range(40):
        yield photograph.resize((1, 1), Image.Resampling.BILINEAR, box=(frame, frame, frame + 64, frame + 64))


def three_frames(photograph: Image.Image) -> Iterator[Image.Image]:
    yield from list(moving(photograph))[10:13]


VIDEOS = (
    Video("blurred.mkv", blurred, quick=True),
    Video("darkened.mkv", darkened),
    Video("entering.mkv", entering, quick=True),
    Video("moving.mkv", moving, quick=True),
    Video("scaled.mkv", scaled, quick=True),
    Video("specks.mkv", specks, quick=True),
    Video("three-frames.mkv", three_frames, quick=True),
    Video("truncated.mkv", moving, keep=0.6, quick=True),
    Video("without-face.mkv", without_face, quick=True),
    Video("moving-h264.mp4", moving, quick=True),
    Video("scaled-h264-bt709.mp4", scaled),
)
NO_VIDEO = "no-video.mkv"
FRAMES = "blurred-frames"
"""A folder that holds the frames of blurred.mkv as PNG."""
DAMAGED_FRAMES = "damaged-frames"
"""A folder that holds some frames of entering.mkv as PNG, of which a few are cut off in the middle."""
ENTERING = slice(10, 46)
DAMAGED = (11, 17, 18, 29)
"""Of these 36 frames, 18 is one that a slot begins with, whether there are 12, 16 or 30 slots; 11, 17 and 29 begin none
of 12 or 30. But 11 and 17 come while slots wait where crops fail until the face is wholly in the frame."""


def chosen(quick: bool) -> list[Video]:
    return [video for video in VIDEOS if video.quick or not quick]


def make(photograph: Path, folder: Path, *, quick: bool) -> list[Path]:
    """Writes the videos, a file that is none and two folders of frames; all of them in the order of their names."""
    folder.mkdir(parents=True, exist_ok=True)
    picture = Image.open(photograph).convert("RGB")
    for video in chosen(quick):
        path = folder / video.name
        write(path, video.frames(picture))
        if video.keep < 1:
            path.write_bytes(path.read_bytes()[: int(path.stat().st_size * video.keep)])
    (folder / NO_VIDEO).write_text("This is no video.\n", encoding="utf-8")
    folders = [folder / FRAMES, folder / DAMAGED_FRAMES]
    write_frames(folders[0], blurred(picture))
    for file in write_frames(folders[1], list(entering(picture))[ENTERING]):
        if int(file.stem) in DAMAGED:
            file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    return sorted([folder / video.name for video in chosen(quick)] + [folder / NO_VIDEO, *folders])


def write_frames(folder: Path, frames: Iterable[Image.Image]) -> list[Path]:
    """The frames as PNG, numbered from 0."""
    folder.mkdir(exist_ok=True)
    paths = []
    for number, frame in enumerate(frames):
        paths.append(folder / f"{number:03}.png")
        frame.save(paths[-1], compress_level=1)
    return paths


def drawn(photograph: Path, name: str) -> list[np.ndarray]:
    """The frames of a video as they were drawn: uint8 [height, width, 3], RGB."""
    (video,) = (video for video in VIDEOS if video.name == name)
    return [np.asarray(frame) for frame in video.frames(Image.open(photograph).convert("RGB"))]


def write(path: Path, frames: Iterator[Image.Image]) -> None:
    """Through the program ffmpeg: FFV1 in RGB for .mkv; H.264 for .mp4, with a colour matrix that says BT.709 where the
    name does."""
    pictures = list(frames)
    width, height = pictures[0].size
    order, name = ("BGRX", "bgr0") if path.suffix == ".mkv" else ("RGB", "rgb24")
    # The third version cuts a frame into four slices, which one or two lines are not enough for.
    lossless = ["-c:v", "ffv1", "-level", "3" if height >= 8 else "1", "-g", "1", "-pix_fmt", "bgr0"]
    h264 = ["-c:v", "libx264", "-preset", "fast", "-crf", "23", "-pix_fmt", "yuv420p", "-movflags", "+faststart"]
    if "bt709" in path.name:
        # The encoder's own parameter: ffmpeg's option would make it convert.
        h264 += ["-x264-params", "colormatrix=bt709:colorprim=bt709:transfer=bt709"]
    words = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-threads", "1"]
    words += ["-f", "rawvideo", "-pix_fmt", name, "-s", f"{width}x{height}", "-r", str(RATE), "-i", "pipe:0"]
    words += [*(lossless if path.suffix == ".mkv" else h264), "-threads", "1", "-bitexact", str(path)]
    data = b"".join(picture.tobytes("raw", order) for picture in pictures)
    finished = subprocess.run(words, input=data, capture_output=True, check=False)
    if finished.returncode != 0:
        raise SystemExit(f"error: ffmpeg could not write {path.name}\n  {finished.stderr.decode(errors='replace')}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photograph", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    for path in make(arguments.photograph, arguments.folder, quick=arguments.quick):
        print(path.name)


if __name__ == "__main__":
    main()
