"""The measured parts of docs/performance.md: each stands between two markers, and what people wrote around stays."""

from __future__ import annotations

import datetime
import platform
import re
import statistics
from collections.abc import Sequence
from pathlib import Path

from speed.engine import ONNX_RUNTIME, OPENVINO
from speed.ratios import Ratio, available_threads


def update(path: Path, parts: dict[str, str]) -> None:
    """Replaces the parts that were measured."""
    text = path.read_text()
    for name, table in parts.items():
        begin, end = f"<!-- measured: {name} -->\n", "<!-- end -->"
        head, found, tail = text.partition(begin)
        _, is_closed, rest = tail.partition(end)
        if not found or not is_closed:
            raise SystemExit(f"error: {path} has no place for the measured part {name}\n  supported: {begin}{end}")
        text = f"{head}{begin}{table}\n{end}{rest}"
    path.write_text(text)


def machine(ratios: Sequence[Ratio]) -> str:
    """What the figures depend on."""
    ratio = ratios[0]
    other = statistics.mean(one.other_cores for one in ratios)
    processor = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    lines = {
        "Date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "Processor": f"{processor[1] if processor else platform.processor()}, {available_threads()} cores; "
        f"one thread at best {ratio.peak:.0f} GFLOP/s with {ratio.isa}",
        "System": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "Engines": f"ONNX Runtime {ratio.versions[ONNX_RUNTIME]}, OpenVINO {ratio.versions[OPENVINO]}",
        "Other work": f"{other:.2f} cores on average while times were measured",
        "Command": "`scripts/bench runtime`",
    }
    return "\n".join(f"- {name}: {value}" for name, value in lines.items())
