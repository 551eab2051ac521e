"""Makes golden/preprocessing's photograph, bytes.json and arrays of bytes: OpenCV's, Pillow's and NumPy's answers.

python -m preprocessing.make_bytes        FERRY_ASTRONAUT names the photograph; requirements.txt has the packages
"""

import os

import cv2
import numpy as np
import PIL
from PIL import Image

from preprocessing import cases

Array = np.ndarray


def opencv(pixels: Array, width: int, height: int) -> Array:
    return cv2.resize(pixels, (width, height), interpolation=cv2.INTER_LINEAR)


def pillow(pixels: Array, width: int, height: int) -> Array:
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.BILINEAR))


def slices() -> list[list[int]]:
    """Length, start and end of a slice, the first element that it holds (−1 without any), and their number."""
    lines = []
    far = [-(2**63), -(10**9), 10**9, 2**63 - 1]
    for length in (1, 2, 5, 8):
        corners = [*range(-2 * length - 1, 2 * length + 2), *far]
        for start in corners:
            for end in corners:
                part = np.arange(length)[start:end]
                lines.append([length, start, end, int(part[0]) if part.size else -1, part.size])
    return lines


# Half a face, hair and the edge of a bright thing behind it.
astronaut = np.asarray(Image.open(os.environ["FERRY_ASTRONAUT"]).convert("RGB"))
np.save(cases.PHOTOGRAPH, np.ascontiguousarray(astronaut[70:150, 190:286]))
cases.write(
    "bytes.json",
    {"opencv-python-headless": cv2.__version__, "pillow": PIL.__version__, "numpy": np.__version__},
    {"opencv-linear": opencv, "pil-bilinear": pillow},
    slices=slices(),
)
