"""Full-size networks in every file form of Keras, and as state dictionaries. Called by `scripts/parity keras`.

    run.py FERRY FOLDER KERAS2-PYTHON KERAS3-PYTHON --table FILE [--network NAME]… [--form FORM]…

A file lives only while it is checked: converted twice, as it is and with the value before the last activation as an
output, and verified against Keras's float64 at batch 1 and 3.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from kerasfiles import state_dictionaries
from kerasfiles.check import Line, check
from kerasfiles.table import markdown
from parity.ferry import Ferry

NETWORKS = (
    "mobilenet-025", "mobilenet-100", "xception", "efficientnet-b1", "efficientnet-b1-package",
    "xception-two-layer-head",
)  # fmt: skip
OF_KERAS_2_ALONE = ("efficientnet-b1-package",)
STATE_DICTIONARIES = tuple(state_dictionaries.NETWORKS)


class Worker:
    """A process that holds a network and writes its files."""

    def __init__(self, python: str, network: str, folder: Path) -> None:
        environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
        self.log = (folder / "log").open("a+")
        self.process = subprocess.Popen(
            [python, "-W", "ignore", "-m", "kerasfiles.worker", network, str(folder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True, env=environment,
        )  # fmt: skip
        self.description: dict[str, Any] = json.loads(self._line())

    def write(self, form: str, path: Path) -> None:
        assert self.process.stdin is not None
        print(form, path, file=self.process.stdin, flush=True)
        self._line()

    def _line(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.log.seek(0)
            sys.exit(f"error: the maker of files stopped\n{self.log.read()[-3000:]}")
        return line

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self.log.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ferry")
    parser.add_argument("folder", type=Path)
    parser.add_argument("keras2", help="the interpreter of the environment with Keras 2")
    parser.add_argument("keras3")
    parser.add_argument("--table", type=Path, required=True)
    parser.add_argument(
        "--network", action="append", default=[], choices=NETWORKS + STATE_DICTIONARIES, help="this network alone"
    )
    parser.add_argument("--form", action="append", default=[], help="this form alone, a file's name")
    arguments = parser.parse_args()
    ferry, lines = Ferry(arguments.ferry), []
    for network in arguments.network or NETWORKS + STATE_DICTIONARIES:
        folder = arguments.folder / network
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        if network in STATE_DICTIONARIES:
            # The export matrix keeps its calibrated weights in the folder above.
            cache = arguments.folder.parent
            lines += state_dictionaries.of_state_dictionary(ferry, network, folder, cache, arguments.form)
            continue
        pythons = [arguments.keras2] if network in OF_KERAS_2_ALONE else [arguments.keras2, arguments.keras3]
        lines += of_network(ferry, network, folder, pythons, arguments.form)
        shutil.rmtree(folder, ignore_errors=True)
    failed = [line for line in lines if line.failures]
    print(f"{len(lines) - len(failed)} of {len(lines)} passed")
    if not arguments.network and not arguments.form:
        arguments.table.write_text(markdown(lines), encoding="utf-8")
    return 1 if failed or not lines else 0


def of_network(ferry: Ferry, network: str, folder: Path, pythons: list[str], chosen: list[str]) -> list[Line]:
    """The network's lines of the table, its ONNX file the first: all others must have that structure."""
    start, lines = time.monotonic(), []
    with ExitStack() as stack:
        for python in pythons:
            worker = stack.enter_context(Worker(python, network, folder))
            description = worker.description
            if python is pythons[0]:
                first = description
                size, noise = first["parameters"], first["noise"]
                print(f"{network}: {size} parameters, Keras's own float32 is off by {noise:.1e} of max|y|", flush=True)
                answers = {batch: loaded(folder / f"batch-{batch}.npz") for batch in (1, 3)}
            forms = [{"file": "onnx", "about": "tf2onnx, opset 13", "whole": True}] if not lines else []
            for form in forms + description["forms"]:
                if chosen and form["file"] not in (*chosen, "onnx"):
                    continue
                file = "tf2onnx.onnx" if form["file"] == "onnx" else form["file"]
                path = folder / file
                worker.write(form["file"], path)
                lines.append(check(ferry, network, form | {"file": file}, path, answers, description, lines))
                path.unlink()
                print(lines[-1], *lines[-1].failures, sep="\n  ", flush=True)
    print(f"{network}: {len(lines)} files in {(time.monotonic() - start) / 60:.1f} minutes", flush=True)
    return lines


def loaded(path: Path) -> list[np.ndarray]:
    with np.load(path) as stored:
        return [stored[name] for name in stored.files]


if __name__ == "__main__":
    sys.exit(main())
