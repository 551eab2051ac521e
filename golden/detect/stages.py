"""A golden case of a pipeline: one frame, and what the reference makes of it stage by stage, for `ferry verify`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime

from detect.preprocessing import detector_size, prepared
from detect.reference import Reference, blended

TOLERANCE = {
    "inputs": 0,
    "probabilities": 1e-5,
    "reason": "pictures are bytes until they are scaled, which float32 does the same everywhere; "
    "networks round in another order",
}


def write(reference: Reference, frame: np.ndarray, folder: Path, name: str) -> None:
    """The case of a frame, uint8 RGB [height, width, 3], in which a face is found.

    Raises:
        ValueError: if none is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    recipe, (height, width) = reference.recipe, frame.shape[:2]
    face = reference.face(0, frame)
    if face is None:
        raise ValueError(f"no face for the case {name}")
    reference.look([face])

    def saved(key: str, array: np.ndarray) -> str:
        np.save(folder / f"{key}.npy", np.ascontiguousarray(array))
        return f"{key}.npy"

    left, top, right, bottom = face.box
    case: dict[str, Any] = {
        "ferryPipelineGolden": 1,
        "name": name,
        "producer": {
            "name": "golden/detect",
            "versions": {"onnxruntime": onnxruntime.__version__, "opencv": cv2.__version__, "numpy": np.__version__},
        },
        "frame": saved("frame", frame),
        "corners": face.corners,
        "detectorScore": face.score,
        "crop": saved("crop", frame[top:bottom, left:right]),
        "resized": saved("resized", face.crop),
    }
    if recipe.get("face"):
        how = recipe["face"]["input"]
        size = detector_size(width, height, how["size"])
        case["detectorInput"] = saved("detector-input", reference.detector.given(prepared(frame, size, how)))
    case["members"] = {}
    for member in recipe["members"]:
        size = tuple(member["input"]["size"])
        case["members"][member["model"]] = {
            "input": saved(f"{member['model']}-input", prepared(face.crop, size, member["input"])[np.newaxis]),
            "probability": face.probabilities[member["model"]],
        }
    weights = [member.get("weight", 1) for member in recipe["members"]]
    case["score"] = blended(list(face.probabilities.values()), weights, recipe.get("blend", "geometric"))
    case["tolerance"] = TOLERANCE
    (folder / "case.json").write_text(json.dumps(case, indent=1) + "\n", encoding="utf-8")
