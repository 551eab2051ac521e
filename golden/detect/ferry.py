"""The commands `ferry pack` and `ferry detect`."""

from __future__ import annotations

import csv
import json
import subprocess
from pathlib import Path
from typing import Any

from parity.ferry import FerryFailed

PATIENCE = 1800
"""Seconds that a command may take"""


class Detect:
    """`folder` holds the recipes, the bundles that they name, and the packed ones."""

    def __init__(self, command: str, folder: Path) -> None:
        self.command, self.folder = command, folder

    def bundle(self, name: str) -> Path:
        return self.folder / f"packed-{name}.ferry"

    def pack(self, recipe: Path) -> None:
        self.bundle(recipe.stem).unlink(missing_ok=True)
        self.run("pack", recipe, "-o", self.bundle(recipe.stem))

    def verify(self, name: str) -> tuple[bool, str]:
        """Whether `ferry verify` passes the packed recipe, and what it says."""
        words = [self.command, "verify", str(self.bundle(name))]
        result = subprocess.run(words, capture_output=True, text=True, check=False, timeout=PATIENCE)
        if result.returncode not in {0, 1}:
            raise FerryFailed(f"ferry verify exited with {result.returncode}: {result.stderr.strip()[:3000]}")
        return result.returncode == 0, result.stdout.strip()

    def answer(self, name: str, inputs: list[Path], *options: object) -> dict[str, Any]:
        """What `ferry detect --json` prints for a packed recipe."""
        return json.loads(self.run("detect", self.bundle(name), *inputs, "--json", *options))

    def scores(self, name: str, inputs: list[Path], file: Path, *options: object) -> list[tuple[str, float]]:
        """The rows of the CSV that is written to `file`.

        Raises:
            FerryFailed: where the file is no such CSV.
        """
        file.unlink(missing_ok=True)
        self.run("detect", self.bundle(name), *inputs, "-o", file, *options)
        with file.open(encoding="utf-8", newline="") as opened:
            header, *rows = list(csv.reader(opened))
        if header != ["filename", "label"] or any(len(row) != 2 for row in rows):
            raise FerryFailed(f"{file.name} does not hold filename,label but {header}, {rows[:2]}")
        return [(filename, float(label)) for filename, label in rows]

    def run(self, *words: object) -> str:
        """Standard output.

        Raises:
            FerryFailed: with what the command said, if it exits with another code than 0.
        """
        result = subprocess.run(
            [self.command, *map(str, words)], capture_output=True, text=True, check=False, timeout=PATIENCE
        )
        if result.returncode != 0:
            said = result.stderr.strip() or result.stdout.strip()
            raise FerryFailed(f"ferry {words[0]} exited with {result.returncode}: {said[:3000]}")
        return result.stdout
