"""Ferry's time beside that of the other engines, which run in turn so that what disturbs the machine hits all alike."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from speed.cases import Case
from speed.engine import FERRY, ONNX_RUNTIME, OPENVINO, Engine, Setup
from speed.load import Moment

ENGINES = (FERRY, ONNX_RUNTIME, OPENVINO)


@dataclass(frozen=True)
class Effort:
    """How long to go on: rounds of all engines, each with a burst of runs of about so many seconds."""

    seconds: float
    burst_seconds: float
    fewest_rounds: int
    most_rounds: int


FULL = Effort(seconds=24, burst_seconds=0.12, fewest_rounds=7, most_rounds=41)
QUICK = Effort(seconds=9, burst_seconds=0.08, fewest_rounds=7, most_rounds=31)


@dataclass(frozen=True)
class Ratio:
    """A case measured. Times are milliseconds, one a round: the median of the round's burst."""

    case: Case
    threads: int
    times: dict[str, list[float]]
    versions: dict[str, str]
    isa: str
    operations: int
    peak: float
    """GFLOP/s of one thread at best"""
    other_cores: float
    """What other work took meanwhile"""

    def median(self, engine: str) -> float:
        return statistics.median(self.times[engine])

    @property
    def ratio(self) -> float:
        """Of the medians: ferry's over that of the faster of the others."""
        return self.median(FERRY) / min(self.median(ONNX_RUNTIME), self.median(OPENVINO))

    @property
    def quartiles(self) -> tuple[float, float, float]:
        """Of the ratios within each round, where the faster is whichever was faster in that round."""
        columns = zip(*(self.times[engine] for engine in ENGINES), strict=True)
        low, middle, high = statistics.quantiles([ferry / min(others) for ferry, *others in columns], n=4)
        return low, middle, high

    @property
    def fraction_of_peak(self) -> float:
        return self.operations / (self.median(FERRY) * 1e6) / (self.peak * self.threads)


def measure(setup: Setup, case: Case, threads: int, effort: Effort) -> Ratio:
    shape = ["--input-shape", case.shape_text]
    profile = setup.bench(case.bundle(setup.folder), *shape, "--threads", f"{threads}", "--runs", "1")
    with ExitStack() as stack:
        engines = {name: stack.enter_context(Engine(setup.command(name, case, threads))) for name in ENGINES}
        times = {name: [] for name in ENGINES}
        begin = Moment.now(engines.values())
        for name, milliseconds in rounds(engines, effort):
            times[name].append(milliseconds)
        other_cores = begin.other_cores_until(Moment.now(engines.values()))
        versions = {name: engine.opening.get("version", "") for name, engine in engines.items()}
    return Ratio(
        case=case,
        threads=threads,
        times=times,
        versions=versions,
        isa=profile["isa"],
        operations=profile["flop"],
        peak=profile["peak_gflops_of_one_thread"],
        other_cores=other_cores,
    )


def rounds(engines: dict[str, Engine], effort: Effort) -> Iterator[tuple[str, float]]:
    """The median of each burst, engine by engine, in whole rounds."""
    bursts = {}
    for name, engine in engines.items():
        engine.run(1)  # plans, allocates, reads the weights from the disk
        slowest = min(engine.run(2))
        engine.settle()
        bursts[name] = max(1, round(effort.burst_seconds * 1e3 / slowest))
    names, end = list(engines), time.monotonic() + effort.seconds
    for number in range(effort.most_rounds):
        if number >= effort.fewest_rounds and time.monotonic() > end:
            return
        # Nobody always runs behind the same other one.
        for name in names[number % len(names) :] + names[: number % len(names)]:
            runs = bursts[name]
            # The first run of a burst finds the caches full of another engine's weights; a long run does not care.
            times = engines[name].run(runs + 1)[1:] if runs > 1 else engines[name].run(1)
            engines[name].settle()
            yield name, statistics.median(times)


def available_threads() -> int:
    return len(os.sched_getaffinity(0))
