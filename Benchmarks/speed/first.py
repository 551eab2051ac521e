"""The first answer after a cold start, and what opening bundles takes. The files are in the page cache."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from speed.cases import Case
from speed.engine import FERRY, ONNX_RUNTIME, Engine, Setup


@dataclass(frozen=True)
class ColdStart:
    """Medians in milliseconds, from the start of the process to the first answer."""

    case: Case
    threads: int
    ferry: float
    onnx_runtime: float
    without_python: float
    """ONNX Runtime's time from within: reading the file and one run, without Python, without loading the library."""

    @property
    def ratio(self) -> float:
        return self.ferry / self.onnx_runtime

    @property
    def ratio_without_python(self) -> float:
        return self.ferry / self.without_python


def cold_start(setup: Setup, case: Case, threads: int, rounds: int) -> ColdStart:
    ferry, other, within = [], [], []
    for number in range(rounds + 1):
        for engine in (FERRY, ONNX_RUNTIME):
            begin = time.monotonic()
            with Engine(setup.command(engine, case, threads)) as process:
                (run,) = process.run(1)
                elapsed = (time.monotonic() - begin) * 1e3
                opening = process.opening["open_ms"][0]
            if number == 0:
                continue  # brings the files into the page cache
            if engine == FERRY:
                ferry.append(elapsed)
            else:
                other.append(elapsed)
                within.append(opening + run)
    middle = statistics.median
    return ColdStart(case, threads, middle(ferry), middle(other), middle(within))


def opening(setup: Setup, cases: Sequence[Case], rounds: int) -> float:
    """Milliseconds to open the bundles of all cases in one process: from a path to a model that can be run.

    The fastest of the rounds: a process that lives a few milliseconds is only ever disturbed to the slower side.
    """
    bundles = [str(case.bundle(setup.folder)) for case in cases]
    totals = []
    for _ in range(rounds):
        with Engine([str(setup.ferry), "bench-server", *bundles, "--threads", "1"]) as process:
            totals.append(sum(process.opening["open_ms"]))
    return min(totals)
