"""Engines as processes that run a network when they are told to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from speed.cases import Case

FERRY, ONNX_RUNTIME, OPENVINO = "ferry", "onnxruntime", "openvino"


@dataclass(frozen=True)
class Setup:
    """Where things are: the command, the networks."""

    ferry: Path
    folder: Path

    def command(self, engine: str, case: Case, threads: int) -> list[str]:
        if engine == FERRY:
            bundle = str(case.bundle(self.folder))
            return [
                str(self.ferry),
                "bench-server",
                bundle,
                "--input-shape",
                case.shape_text,
                "--threads",
                f"{threads}",
            ]
        worker = str(Path(__file__).with_name("worker.py"))
        return [sys.executable, worker, engine, str(case.onnx(self.folder)), case.shape_text, f"{threads}"]

    def bench(self, bundle: Path, *options: str, environment: dict[str, str] | None = None) -> dict:
        """The report of `ferry bench --json`."""
        command = [self.ferry, "bench", bundle, "--json", *options]
        process = subprocess.run(command, check=False, stdout=subprocess.PIPE, env=os.environ | (environment or {}))
        if process.returncode != 0:
            raise SystemExit(f"error: ferry bench ended with {process.returncode}\n  {' '.join(map(str, command))}")
        return json.loads(process.stdout)


class Engine:
    """A running process. Threads of an engine may spin for a while after its answer: see `settle`."""

    SETTLE_SECONDS = 0.003
    PATIENCE_SECONDS = 1.0

    def __init__(self, command: list[str], environment: dict[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | (environment or {}),
        )
        self.command = command
        self.opening = self._answer()

    def run(self, runs: int) -> list[float]:
        """The milliseconds of each of so many runs in a row."""
        assert self.process.stdin
        self.process.stdin.write(f"run {runs}\n")
        self.process.stdin.flush()
        return self._answer()["milliseconds"]

    def _answer(self) -> dict:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"error: an engine ended with {self.process.wait()}\n  {' '.join(self.command)}")
        return json.loads(line)

    def processor_seconds(self) -> float:
        """What all threads of the process have used so far, by the system's clock of that process."""
        return time.clock_gettime((~self.process.pid << 3) | 2)

    def settle(self) -> None:
        """Waits until the process uses no core.

        Engines are measured as they come: ONNX Runtime's threads spin between operators, which makes a run faster. They
        go on spinning for 30 to 50 ms after the last one, and would take a core from the engine that runs next: beside
        them OpenVINO gains nothing from a second thread, and beside them at rest it gains 1.6 times. So the next engine
        is not started before this one has come to rest (ferry and OpenVINO do so at once); idle, all three use no time.
        """
        end = time.monotonic() + self.PATIENCE_SECONDS
        while time.monotonic() < end:
            before = self.processor_seconds()
            time.sleep(self.SETTLE_SECONDS)
            if self.processor_seconds() - before < self.SETTLE_SECONDS / 20:
                return
        raise SystemExit(f"error: an engine that has nothing to do keeps a core busy\n  {' '.join(self.command)}")

    def close(self) -> None:
        if self.process.stdin:
            self.process.stdin.close()
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
