"""The command `ferry`, and its answers as Python's data."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any


class FerryFailed(Exception):
    """The command exited with another code than 0; the text is what it said."""


class Ferry:
    def __init__(self, command: str) -> None:
        self.command = command

    def convert(self, model: Path, bundle: Path, *options: str) -> dict[str, Any]:
        """Writes the bundle; the report of the conversion."""
        return json.loads(self._run("convert", model, "-o", bundle, "--json", *options))["conversion"]

    def structure(self, model: Path, shape: str) -> str:
        """The structure's digest when the input has `shape`."""
        return self.inspect(model, "--input-shape", shape)["structureDigest"]

    def inspect(self, source: Path, *options: str) -> dict[str, Any]:
        """Digests, and what converting the source would report."""
        return json.loads(self._run("inspect", source, "--json", *options))

    def layers(self, bundle: Path) -> list[dict[str, Any]]:
        """The nodes of the bundle's model, in its order."""
        return json.loads(self._run("inspect", bundle, "--json", "--layers"))["models"][0]["graph"]["layers"]

    def model(self, bundle: Path) -> dict[str, Any]:
        """What the bundle says of its model: inputs, outputs and more."""
        return json.loads(self._run("inspect", bundle, "--json"))["models"][0]

    def largest_error(self, bundle: Path, cases: Path) -> float:
        """Verifies the bundle against every case below `cases`: the largest error of an output, as a part of max|y|."""
        report = json.loads(self._run("verify", bundle, "--golden", cases, "--json"))
        errors = [
            [
                float(value["comparison"]["peakError"])
                for value in case["values"]
                if value["role"] == "output" and value["outcome"] == "compared"
            ]
            for case in report["cases"]
        ]
        expected = len(list(cases.glob("**/case.json")))
        if len(errors) != expected or not all(errors):
            raise FerryFailed(f"{len(errors)} of {expected} cases were compared")
        return max(error for of_case in errors for error in of_case)

    def layer_report(self, bundle: Path, case: Path, *options: object) -> dict[str, Any]:
        """What comparing every captured value of a single case came to; it must have passed."""
        report = json.loads(self._run("verify", bundle, "--golden", case, "--layers", "--json", *options))
        return report["cases"][0]["layers"]

    def _run(self, *words: object) -> str:
        result = subprocess.run([self.command, *map(str, words)], capture_output=True, text=True, check=False)
        if result.returncode != 0:
            said = result.stderr.strip() or result.stdout.strip()[:2000]
            raise FerryFailed(f"ferry {words[0]} exited with {result.returncode}: {said}")
        return result.stdout
