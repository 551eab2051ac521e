"""Instructions of a run outside the kernels, counted by Callgrind: the same on every machine and in every run."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from speed.engine import Setup

BEFORE, MORE = 5, 10


@dataclass(frozen=True)
class Overhead:
    """Instructions of one run with one thread."""

    outside: int
    kernels: int
    largest: list[tuple[str, int]]
    """The functions outside the kernels that take most"""


def overhead(setup: Setup, bundle: Path) -> Overhead:
    """The difference between fifteen runs and five, so that opening and planning cancel out."""
    few, many = (instructions(setup, bundle, runs) for runs in (BEFORE, BEFORE + MORE))
    counts = {name: (count - few[name]) // MORE for name, count in many.items()}
    outside = {name: count for name, count in counts.items() if not is_kernel(name)}
    total = sum(outside.values())
    largest = sorted(outside.items(), key=lambda item: -item[1])[:8]
    return Overhead(total, sum(counts.values()) - total, largest)


def is_kernel(name: str) -> bool:
    """By the mangled name, which begins with the module's."""
    return re.search(r"\d+FerryKernels(Baseline|AVX2|AVX512)", name) is not None


def instructions(setup: Setup, bundle: Path, runs: int) -> Counter[str]:
    """By function, of a process that runs the bundle's model so many times."""
    with tempfile.TemporaryDirectory() as folder:
        profile, program = Path(folder) / "callgrind.out", Path(folder) / "ferry"
        # Valgrind 3.19 gives up on newer debugging information; names of functions are no part of that.
        subprocess.run(["objcopy", "--strip-debug", setup.ferry, program], check=True)
        callgrind = ["valgrind", "--tool=callgrind", "--quiet", "--compress-strings=no", "--compress-pos=no"]
        subprocess.run(
            [*callgrind, f"--callgrind-out-file={profile}", program, "bench-server", bundle, "--threads", "1"],
            input=f"run {runs}\n",
            text=True,
            check=True,
            stdout=subprocess.DEVNULL,
            # Valgrind knows no AVX-512.
            env=os.environ | {"FERRY_ISA": os.environ.get("FERRY_ISA", "avx2"), "SWIFT_DETERMINISTIC_HASHING": "1"},
        )
        return parsed(profile.read_text())


def parsed(profile: str) -> Counter[str]:
    """By function, its own: what it calls has its sum in the line behind `calls=`, and counts for the one called."""
    counts: Counter[str] = Counter()
    function, skips = "", False
    for line in profile.splitlines():
        if line.startswith("fn="):
            function = line.removeprefix("fn=")
        elif line.startswith("calls="):
            skips = True
        elif line[:1].isdigit() or line[:2] == "0x":
            if not skips:
                counts[function] += int(line.split()[1])
            skips = False
    return counts
