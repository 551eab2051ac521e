"""The part of the processor's multiply-add peak that ferry's kernels reach, by kind of step."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass

from speed.cases import Case
from speed.engine import Setup

MATRIX_PRODUCT = "matrix product"


@dataclass(frozen=True)
class Peak:
    """One thread. Each kind of step with its share of the time and, where it computes, its part of the peak."""

    case: Case
    isa: str
    peak: float
    kinds: list[tuple[str, float, float | None]]

    @property
    def matrix_product(self) -> float:
        return max((part or 0.0 for kind, _, part in self.kinds if kind == MATRIX_PRODUCT), default=0.0)


def peak(setup: Setup, case: Case, isa: str, seconds: float) -> Peak:
    command = [setup.ferry, "bench", case.bundle(setup.folder), "--input-shape", case.shape_text, "--threads", "1"]
    output = subprocess.run(
        [*command, "--seconds", f"{seconds}", "--json"],
        check=True,
        stdout=subprocess.PIPE,
        env=os.environ | {"FERRY_ISA": isa},
    ).stdout
    report = json.loads(output)
    kinds = [(kind["kind"], kind["share"], kind.get("fraction_of_peak")) for kind in report["kinds"]]
    return Peak(case, report["isa"], report["peak_gflops_of_one_thread"], kinds)
