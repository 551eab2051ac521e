"""Measures conversions: peak memory over the file's size, and processor time over that of a mere copy.

    convert.py FERRY THRESHOLDS RUNS FILE.onnx…

A conversion has to read the file, to hash it and to bring as much to the disk; so its processor time is compared with
that of doing just this, measured in turn with it: that limit holds on slow machines and on busy ones, where the seconds
on the clock say little. Peak memory is the resident set with all mapped pages counted. Of several runs the median
counts. Exits with 1 if a limit is exceeded.
"""

from __future__ import annotations

import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Measurement:
    seconds: float
    processor_seconds: float
    peak_bytes: int
    copy_seconds: float


def main() -> int:
    ferry, thresholds, runs, *files = sys.argv[1:]
    limits = json.loads(Path(thresholds).read_text())["convert"]
    print(
        f"{'file':<28} {'MB':>6} {'peak MB':>8} {'peak/file':>10} {'seconds':>8} {'cpu s':>7} {'cpu/copy':>9}  result"
    )
    failed = 0
    for file in map(Path, files):
        result = measure(ferry, file, int(runs))
        size = file.stat().st_size
        memory, ratio = result.peak_bytes / size, result.processor_seconds / result.copy_seconds
        passed = memory <= limits["memoryOverFile"] and ratio <= limits["timeOverCopy"]
        failed += not passed
        print(
            f"{file.stem:<28} {size / 1e6:6.1f} {result.peak_bytes / 1e6:8.1f} {memory:10.2f} {result.seconds:8.2f} "
            f"{result.processor_seconds:7.2f} {ratio:9.2f}  {'passed' if passed else 'FAILED'}"
        )
    print(
        f"limits: peak {limits['memoryOverFile']} × the file, processor time {limits['timeOverCopy']} × that of a copy"
    )
    return 1 if failed else 0


def measure(ferry: str, file: Path, runs: int) -> Measurement:
    """The medians of several runs, a copy and a conversion in turn."""
    seconds, processor, peaks, copies = [], [], [], []
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        copy(file, Path(folder) / "copy")  # brings the file into the page cache
        for _ in range(runs):
            copies.append(copy(file, Path(folder) / "copy"))
            begin = time.monotonic()
            command = [ferry, "convert", str(file), "-o", f"{folder}/bundle.ferry"]
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode != 0:
                raise SystemExit(f"error: ferry convert {file} ended with {process.returncode}")
            seconds.append(time.monotonic() - begin)
            processor.append(usage.ru_utime + usage.ru_stime)
            peaks.append(usage.ru_maxrss * 1024)
    middle = statistics.median
    return Measurement(middle(seconds), middle(processor), int(middle(peaks)), middle(copies))


def copy(source: Path, target: Path) -> float:
    """Reads, hashes and writes the file, and waits until it is on the disk; gives the processor's seconds."""
    begin = time.process_time()
    digest = hashlib.sha256()
    with source.open("rb") as reader, target.open("wb") as writer:
        while block := reader.read(1 << 20):
            digest.update(block)
            writer.write(block)
        writer.flush()
        os.fsync(writer.fileno())
    return time.process_time() - begin


if __name__ == "__main__":
    sys.exit(main())
