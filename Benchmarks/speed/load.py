"""What else the machine does while something is measured."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from speed.engine import Engine


@dataclass(frozen=True)
class Moment:
    """Seconds so far: on the clock, of all cores' work (the host's share taken from them among it), and of our own."""

    clock: float
    all_work: float
    own_work: float

    @classmethod
    def now(cls, engines: Iterable[Engine]) -> Moment:
        own = sum(engine.processor_seconds() for engine in engines) + time.process_time()
        fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
        user, nice, system, _idle, _waiting, hard, soft, stolen, *_ = map(int, fields)
        ticks = user + nice + system + hard + soft + stolen
        return cls(time.monotonic(), ticks / os.sysconf("SC_CLK_TCK"), own)

    def other_cores_until(self, end: Moment) -> float:
        """Cores that others' work took on average: 0 on a machine that does nothing else."""
        other = (end.all_work - self.all_work) - (end.own_work - self.own_work)
        return max(0.0, other) / (end.clock - self.clock)
