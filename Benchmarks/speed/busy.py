"""Two threads where the second core is taken: a run must not wait for a thread that gets no time."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
from dataclasses import dataclass

from speed.cases import Case
from speed.engine import FERRY, ONNX_RUNTIME, Engine, Setup

RUNS = 6


@dataclass(frozen=True)
class Busy:
    """Milliseconds of a run. `loaded`: with two threads beside a loop that never rests on the second core."""

    engine: str
    case: Case
    one_thread: float
    loaded: float

    @property
    def ratio(self) -> float:
        return self.loaded / self.one_thread


def busy(setup: Setup, case: Case, rounds: int) -> list[Busy]:
    """Ferry first, then ONNX Runtime for comparison; empty where the process may use one core only."""
    cores = sorted(os.sched_getaffinity(0))[:2]
    if len(cores) < 2:
        return []
    return [_busy(engine, setup, case, rounds, cores) for engine in (FERRY, ONNX_RUNTIME)]


def _busy(engine: str, setup: Setup, case: Case, rounds: int, cores: list[int]) -> Busy:
    # Both processes keep to the two cores; only the loop is bound to one of them.
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    loop = subprocess.Popen(
        [sys.executable, "-c", f"import os; os.sched_setaffinity(0, [{cores[1]}])\nwhile True: pass"]
    )
    alone, loaded = [], []
    try:
        with Engine(setup.command(engine, case, 1)) as one, Engine(setup.command(engine, case, 2)) as two:
            for process in (one, two):
                process.run(2)
            for _ in range(rounds):
                loop.send_signal(signal.SIGSTOP)
                alone += one.run(RUNS)
                one.settle()
                loop.send_signal(signal.SIGCONT)
                loaded += two.run(RUNS)
            loop.send_signal(signal.SIGSTOP)
    finally:
        loop.kill()
        loop.wait()
        os.sched_setaffinity(0, allowed)
    return Busy(engine, case, statistics.median(alone), statistics.median(loaded))
