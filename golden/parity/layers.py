"""Every value inside a file's network, captured with ONNX Runtime, against the bundle's layers: no false alarm."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ferry_capture import capture_onnx
from ferry_capture.inputs import InputRequest

from parity.ferry import Ferry, FerryFailed

FUSED_COVERAGE = 0.6
"""The part of the captured values that a fused bundle must compare; one that was not fused compares all."""


@dataclass(frozen=True)
class Coverage:
    """How many values were captured, and how many of them the fused bundle and the one that is not compared."""

    captured: int
    fused: int
    unfused: int

    def __str__(self) -> str:
        return f"{self.fused}/{self.captured} ({100 * self.fused // self.captured} %)"


def check_layers(ferry: Ferry, model: Path, bundle: Path, folder: Path) -> Coverage:
    """Captures the values of `model` on the inputs of the first case below `folder`, and verifies both bundles.

    Raises:
        FerryFailed: for a layer that differs, a value that nothing is known of, and too few that are compared.
    """
    case = min(folder.glob("**/case.json"), key=lambda path: (len(path.parts), path))
    description = json.loads(case.read_text(encoding="utf-8"))
    arrays = {name: np.load(case.parent / file) for name, file in description["inputs"].items()}
    captured, unfused = folder / "captured", folder / "unfused.ferry"
    capture_onnx.capture(model, captured, InputRequest(arrays=arrays))
    try:
        with_fusion = ferry.layer_report(bundle, captured)
        ferry.convert(model, unfused, "--no-fuse")
        without = ferry.layer_report(unfused, captured)
    finally:
        shutil.rmtree(captured)
        unfused.unlink(missing_ok=True)
    coverage = Coverage(with_fusion["capturedCount"], with_fusion["comparedCount"], without["comparedCount"])
    if coverage.unfused != coverage.captured:
        raise FerryFailed(f"without fusion {coverage.unfused} of {coverage.captured} captured values are compared")
    if coverage.fused < FUSED_COVERAGE * coverage.captured:
        raise FerryFailed(f"only {coverage} of the captured values are compared")
    return coverage
