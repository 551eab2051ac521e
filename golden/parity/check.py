"""Converts and verifies every network that parity/make.py has made, and prints one line each.

    check.py FERRY FOLDER

A line passes when `ferry convert` succeeds, a second conversion gives the same bytes, and `ferry verify` exits 0 for
all of the folder's cases. The exit code is 0 when all lines pass, 1 when one does not.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import onnx


@dataclass
class Line:
    """One network in the table."""

    name: str
    nodes: int
    megabytes: float
    convert_seconds: float | None = None
    same_bytes: bool | None = None
    peak_error: float | None = None
    failures: list[str] = field(default_factory=list)

    HEADER = f"{'file':44} {'nodes':>5} {'MB':>6} {'convert s':>9} {'same bytes':>10} {'error / max|y|':>14}  result"

    def __str__(self) -> str:
        seconds = "-" if self.convert_seconds is None else f"{self.convert_seconds:.2f}"
        same = {None: "-", True: "yes", False: "NO"}[self.same_bytes]
        error = "-" if self.peak_error is None else f"{self.peak_error:.2e}"
        result = "FAILED" if self.failures else "passed"
        return f"{self.name:44} {self.nodes:5} {self.megabytes:6.1f} {seconds:>9} {same:>10} {error:>14}  {result}"


def main(ferry: str, folder: Path) -> int:
    print(Line.HEADER)
    lines = []
    for name in (folder / "models.txt").read_text().split():
        lines.append(check(ferry, folder / name))
        print(lines[-1], flush=True)
    failed = [line for line in lines if line.failures]
    for line in failed:
        print(f"\n{line.name}:", *line.failures, sep="\n  ", file=sys.stderr)
    if not lines:
        print("error: there is nothing to check", file=sys.stderr)
        return 1
    errors = [line.peak_error for line in lines if line.peak_error is not None]
    worst = f", largest error {max(errors):.2e} of max|y|" if errors else ""
    print(f"{len(lines) - len(failed)} of {len(lines)} passed{worst}")
    return 1 if failed else 0


def check(ferry: str, case: Path) -> Line:
    model = case / "model.onnx"
    line = Line(case.name, len(onnx.load(model).graph.node), model.stat().st_size / 1e6)
    with tempfile.TemporaryDirectory(dir=case.parent) as scratch:
        first, second = Path(scratch) / "first.ferry", Path(scratch) / "second.ferry"
        start = time.monotonic()
        if run(line, ferry, "convert", model, "-o", first).returncode != 0:
            return line
        line.convert_seconds = time.monotonic() - start
        if run(line, ferry, "convert", model, "-o", second).returncode == 0:
            line.same_bytes = first.read_bytes() == second.read_bytes()
            if not line.same_bytes:
                line.failures.append("two conversions of the same file differ")
        read_report(line, case, run(line, ferry, "verify", first, "--golden", case, "--json").stdout)
    return line


def run(line: Line, *command: object) -> subprocess.CompletedProcess[str]:
    """Runs a command; a failure is noted in the line."""
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        line.failures.append(f"ferry {command[1]} exited with {result.returncode}: {result.stderr.strip()}")
    return result


def read_report(line: Line, case: Path, report: str) -> None:
    """Takes the largest error of any output of any case from the report of `ferry verify --json`."""
    try:
        cases = json.loads(report)["cases"]
        errors = [
            float(value["comparison"]["peakError"])
            for entry in cases
            for value in entry["values"]
            if value["role"] == "output" and value["outcome"] == "compared"
        ]
    except (ValueError, KeyError, TypeError) as problem:
        line.failures.append(f"the report of ferry verify cannot be read: {problem!r}")
        return
    expected = len(list(case.glob("**/case.json")))
    if len(cases) != expected or len(errors) < expected:
        line.failures.append(f"{len(cases)} cases and {len(errors)} outputs were compared; {expected} cases are there")
    line.peak_error = max(errors, default=None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
