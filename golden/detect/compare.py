"""Ferry's answer for one input beside the reference's."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

TOLERANCE = 1e-5
"""How far members' probabilities and labels may be apart"""
FACE_TOLERANCE = 5e-5
"""The same of a single face, whose rounding no mean makes smaller, and of its score: onnxruntime and PyTorch are 1e-5
apart there. Members have random weights, which make more of rounding than trained ones do."""


@dataclass
class Bound:
    """How far answers may be apart: corners, numbers of the video, numbers of a face."""

    pixels: float = 0
    probability: float = TOLERANCE
    face: float = FACE_TOLERANCE

    @property
    def asks_for_faces(self) -> bool:
        return math.isfinite(self.face)


EXACT = Bound()


@dataclass
class Compared:
    """One input's line. `failures` says what differs, in sentences."""

    filename: str
    faces: int = 0
    label: float = math.nan
    reason: str | None = None
    """The reference's"""
    ferry_reason: str | None = None
    boxes: int = 0
    """The largest difference of a corner, in pixels"""
    moved: int = 0
    """How many boxes differ"""
    score: float = 0.0
    face_probability: float = 0.0
    member_probability: float = 0.0
    blend: float = 0.0
    closest: float = math.inf
    """How near a corner of the reference comes to the pixel's edge at which it would be truncated to another one"""
    failures: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        outcome = "FAILED" if self.failures else (self.reason and f"{self.label:g}: {self.reason}") or "same"
        return (
            f"  {self.filename:20} {self.faces:3} faces  boxes {self.boxes} px  score {self.score:.0e}  face "
            f"{self.face_probability:.0e}  member {self.member_probability:.0e}  blend {self.blend:.0e}  {outcome}"
        )


def compare(ours: dict[str, Any], theirs: dict[str, Any], bound: Bound = EXACT) -> Compared:
    """`ours` is Ferry's result for an input, `theirs` the reference's."""
    line = Compared(theirs["filename"], len(theirs["faces"]), theirs["label"], theirs["reason"], ours["reason"])
    say = line.failures.append
    if (ours["reason"] is None) != (theirs["reason"] is None):
        say(f"the reason is {ours['reason']!r} where the reference says {theirs['reason']!r}")
    if ours["frameCount"] != theirs["frameCount"]:
        say(f"{ours['frameCount']} frames are declared where the reference finds {theirs['frameCount']}")
    frames = [[face["frame"] for face in side["faces"]] for side in (ours, theirs)]
    if frames[0] != frames[1]:
        if bound.asks_for_faces:
            say(f"the frames are {shortened(frames[0])} where the reference takes {shortened(frames[1])}")
    else:
        for mine, other in zip(ours["faces"], theirs["faces"], strict=True):
            compare_face(line, mine, other, bound)
        if line.moved and line.boxes > bound.pixels:
            where = first_difference(ours, theirs)
            say(f"{line.moved} of {line.faces} boxes differ, by up to {line.boxes} pixels: {where}")
        if not line.score <= bound.face:
            say(f"scores of the face extractor differ by {line.score:.1e}; {bound.face:g} is allowed")
        if not line.face_probability <= bound.face:
            say(f"probabilities of faces differ by {line.face_probability:.1e}; {bound.face:g} is allowed")
    if theirs["reason"] is None and ours["reason"] is None:
        line.member_probability = difference(ours["members"], theirs["members"], say)
        if not line.member_probability <= bound.probability:
            say(f"members differ by {line.member_probability:.1e}; {bound.probability:g} is allowed")
    line.blend = apart(ours["label"], theirs["label"])
    if not line.blend <= bound.probability:
        say(f"the label is {ours['label']} where the reference gives {theirs['label']}")
    return line


def compare_face(line: Compared, ours: dict[str, Any], theirs: dict[str, Any], bound: Bound) -> None:
    # Ferry names the corners where they are not the box's: beyond the frame.
    pairs = [*zip(ours["box"], theirs["box"], strict=True)]
    pairs += zip(ours.get("corners", ours["box"]), theirs["corners"], strict=True)
    pixels = max(abs(mine - other) for mine, other in pairs)
    line.boxes, line.moved = max(line.boxes, pixels), line.moved + (pixels > 0)
    for edge in theirs["edges"]:
        if edge != int(edge):  # at the frame's edge both are the same number
            line.closest = min(line.closest, abs(edge - round(edge)))
    if theirs["score"] is not None:
        line.score = max(line.score, apart(ours["score"], theirs["score"]))
    if pixels == 0:
        found = difference(ours.get("probabilities", {}), theirs["probabilities"], line.failures.append)
        line.face_probability = max(line.face_probability, found)


def difference(ours: dict[str, float], theirs: dict[str, float], say: Any) -> float:
    """The largest difference of two members' probabilities."""
    if set(ours) != set(theirs):
        say(f"the members are {sorted(ours)} where the reference has {sorted(theirs)}")
        return 0.0
    return max((apart(ours[name], number) for name, number in theirs.items()), default=0.0)


def apart(ours: float | None, theirs: float) -> float:
    """Infinite where one is missing or no number."""
    if ours is None or math.isnan(ours) or math.isnan(theirs):
        return math.inf
    return abs(ours - theirs)


def first_difference(ours: dict[str, Any], theirs: dict[str, Any]) -> str:
    for mine, other in zip(ours["faces"], theirs["faces"], strict=True):
        corners = mine.get("corners", mine["box"])
        if mine["box"] != other["box"] or corners != other["corners"]:
            edges = [round(edge, 4) for edge in other["edges"]]
            return f"frame {mine['frame']} {corners} where the reference has {other['corners']}, untruncated {edges}"
    return ""


def shortened(numbers: list[int]) -> str:
    text = ", ".join(map(str, numbers[:12]))
    return f"[{text}, … {len(numbers)} in all]" if len(numbers) > 12 else f"[{text}]"
