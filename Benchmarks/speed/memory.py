"""Peak memory beside ONNX Runtime's, and whether processes share the mapped weights."""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from speed.cases import Case
from speed.engine import FERRY, ONNX_RUNTIME, Engine, Setup

RUNS = 3


@dataclass(frozen=True)
class Memory:
    """Peak resident bytes of whole processes, mapped files counted as far as they were read."""

    case: Case
    ferry: int
    onnx_runtime: int
    python: int
    """A Python process that has imported numpy and nothing else"""

    @property
    def ratio(self) -> float:
        return self.ferry / self.onnx_runtime


def memory(setup: Setup, case: Case, threads: int) -> Memory:
    peaks = {}
    for engine in (FERRY, ONNX_RUNTIME):
        with Engine(setup.command(engine, case, threads)) as process:
            process.run(RUNS)
            peaks[engine] = peak_bytes(Path(f"/proc/{process.process.pid}/status").read_text())
    script = "import numpy; print(open('/proc/self/status').read())"
    python = subprocess.run([sys.executable, "-c", script], check=True, stdout=subprocess.PIPE, text=True).stdout
    return Memory(case, peaks[FERRY], peaks[ONNX_RUNTIME], peak_bytes(python))


def peak_bytes(status: str) -> int:
    """Of this process alone: the figure that wait4 gives begins with that of the process which started it."""
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    if not found:
        raise SystemExit("error: /proc does not say how much memory a process had at its peak")
    return int(found[1]) * 1024


@dataclass(frozen=True)
class Sharing:
    """Bytes of the mapped bundle in two processes that both have run it."""

    mapped: int
    """resident, of the process that has more"""
    private: int
    """resident and not shared, of both together"""

    @property
    def private_share(self) -> float:
        return self.private / self.mapped if self.mapped else 1.0


def sharing(setup: Setup, case: Case) -> Sharing:
    bundle = case.bundle(setup.folder).resolve()
    with ExitStack() as stack:
        processes = [stack.enter_context(Engine(setup.command(FERRY, case, 1))) for _ in range(2)]
        for process in processes:
            process.run(1)
        maps = [mapping(process.process.pid, bundle) for process in processes]
    return Sharing(max(one["Rss"] for one in maps), sum(one["Private_Clean"] + one["Private_Dirty"] for one in maps))


def mapping(process: int, file: Path) -> dict[str, int]:
    """What the system counts for the mappings of one file, in bytes."""
    counts = dict.fromkeys(("Rss", "Pss", "Shared_Clean", "Shared_Dirty", "Private_Clean", "Private_Dirty"), 0)
    is_wanted = False
    for line in Path(f"/proc/{process}/smaps").read_text().splitlines():
        if field := re.match(r"(\w+):\s+(\d+) kB$", line):
            if is_wanted and field[1] in counts:
                counts[field[1]] += int(field[2]) * 1024
        elif re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
            is_wanted = line.endswith(f" {file}")
    return counts
