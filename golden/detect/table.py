"""The page docs/detect-parity.md."""

from __future__ import annotations

from typing import Any

from detect.compare import FACE_TOLERANCE, TOLERANCE
from detect.independence import Check
from detect.lossy import BOUND, Measured

INTRODUCTION = f"""\
# ferry detect beside a reference pipeline in Python

Each recipe below was packed by `ferry pack` and run by `ferry detect` on small videos made from one photograph, and by a pipeline of its own in Python (golden/detect: frames from OpenCV, the face extractor in onnxruntime, members in PyTorch, float32). Both read the same recipe. This page is written by

```
scripts/parity detect            # all of it
scripts/parity detect --quick    # small networks, without writing this page
```

Lossless videos (FFV1 in RGB) and folders of PNG must give the same frames, the same boxes to the pixel, the same inputs without an answer, probabilities of every member and the label within {TOLERANCE:g}, and those of every single face, and its score, within {FACE_TOLERANCE:g}. Networks have calibrated random weights, except CenterFace, which is trained.

| Column | What it says |
|---|---|
| faces | how many faces took a slot |
| boxes | largest difference of a corner, in pixels |
| detector, face, member, blend | largest difference of a score of the face extractor, of a member's probability for a face, of a member's for the video, of the label |
| label | the reference's, and why there is no answer where there is none |
"""  # noqa: E501 -- a line is a paragraph or a row

H264 = f"""\
Decoders of H.264 must agree on luma and chroma, but not on how chroma is enlarged and colours are computed. Ferry does both as OpenCV since 4.13: with the colour matrix that the file names, with that of BT.601 where it names none; up to 4.12, OpenCV took BT.601 for every file. Where the frames are the same to the byte, so must everything else be. Where they are not, the check fails beyond {BOUND.pixels} pixels or {BOUND.probability:g} in a member's or the video's probability (members of random weights make much of little), except for the boxes of the single-shot detectors, whose weights are random too.
"""  # noqa: E501 -- a line is a paragraph


def markdown(outcomes: list[Any], decoders: list[Measured], checks: list[Check]) -> str:
    parts = [INTRODUCTION]
    for outcome in outcomes:
        rows = [("input", "faces", "boxes", "detector", "face", "member", "blend", "label")]
        for line in outcome.lines:
            numbers = (line.score, line.face_probability, line.member_probability, line.blend)
            label = f"{line.label:.4f}" + (f" ({line.reason})" if line.reason else "")
            rows.append((line.filename, f"{line.faces}", f"{line.boxes}", *(f"{n:.0e}" for n in numbers), label))
        parts += [f"## {outcome.name}\n", _table(rows), ""]
    parts += [
        "## H.264\n",
        H264,
        *(f"- {measured.name}, {line}" for measured in decoders for line in measured.lines),
        "\n## What must not change anything\n",
        *(f"- {check}" for check in checks),
    ]
    return "\n".join(parts) + "\n"


def _table(rows: list[tuple[str, ...]]) -> str:
    header, *body = rows
    lines = [header, tuple("---" for _ in header), *body]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
