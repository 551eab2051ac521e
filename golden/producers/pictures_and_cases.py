"""What the scripts of all producers share: pictures in the producer's layout, and the golden cases of a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from ferrygolden.case import Case, Producer, Tolerance, sha256_of
from ferrygolden.pictures import normalised_batch

TOLERANCE = Tolerance(
    "float32 networks of this depth differ from their float64 truth by at most 1e-5 of the largest output; "
    "twice that is a defect"
)


def write_cases(  # noqa: PLR0913 -- a case is that many things
    folder: Path,
    answer: Callable[[np.ndarray], np.ndarray],
    size: tuple[int, int],
    producer: Producer,
    names: tuple[str, str],
    *,
    layout: str,
    seed: int,
    scale: float = 1,
) -> None:
    """Cases of one and of three pictures for `folder`/model.onnx; `answer` gives the outputs in float64.

    `names` are the file's input and output; `scale` multiplies the pictures, for networks that normalise them
    themselves.
    """
    for batch in (1, 3):
        pictures = normalised_batch(77_000 + 100 * batch + seed, batch, *size) * np.float32(scale)
        if layout == "NHWC":
            pictures = np.ascontiguousarray(pictures.transpose(0, 2, 3, 1))
        Case(
            name=f"{folder.name}, batch {batch}",
            source="model.onnx" if batch == 1 else None,
            source_sha256=sha256_of(folder / "model.onnx"),
            producer=producer,
            seed=seed,
            layout=layout,
            inputs={names[0]: pictures},
            outputs={names[1]: answer(pictures)},
            tolerance=TOLERANCE,
        ).write(folder if batch == 1 else folder / f"batch-{batch}")
