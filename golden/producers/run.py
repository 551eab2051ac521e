"""Converts and verifies files of other producers, and writes the table. Called by `scripts/parity producers`.

    run.py FERRY FOLDER --table FILE [--absent PRODUCER]…

FOLDER holds full-size files with their cases, made by tensorflow_files.py and paddle_files.py; the small and the
imitated ones are the committed ones of golden/producers/cases. FERRY_CENTERFACE names the file of PyTorch 1.2.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import onnx

from parity.ferry import Ferry, FerryFailed

GOLDEN = Path(__file__).parents[1]

INTRODUCTION = """\
# Files of other producers

PyTorch's exports stand in [export-matrix.md](export-matrix.md). This page is written by `scripts/parity producers`,
which installs TensorFlow with tf2onnx and PaddlePaddle with paddle2onnx in Python environments of their own, makes
full-size networks there, and verifies their files against the framework in float64 at batch 1 and 3. *real* files were
written by the named producer, *imitated* ones by `golden/producers/imitated.py` in that producer's spelling. The small
ones are committed (`golden/producers/cases`) and run in `scripts/test`, where none of these packages is installed.

| Column | What it says |
|---|---|
| nodes | of the file → of the bundle |
| error | largest of all outputs, as a part of max\\|y\\|; 2e-5 is allowed |

"""

WHAT = {
    "tf2onnx": "N×H×W×C input, Transpose in front, batch called unk__N",
    "paddle": "PaddlePaddle's exporter: dimensions without names",
    "imitated-constants": "PaddlePaddle's older exporter: every weight a Constant node, dimensions without names",
    "imitated-depthwise-scale": "tf2onnx: BatchNormalization after depthwise convolutions as Mul and Add",
    "imitated-half-weights": "weights stored as float16 and cast",
    "imitated-double-weights": "weights stored as float64 and cast",
    "centerface": "PyTorch 1.2: opset 9, all initializers also inputs, a nonsense input size",
}


@dataclass
class Line:
    name: str
    is_real: bool
    producer: str = ""
    opset: int = 0
    nodes: int = 0
    graph_nodes: int = 0
    megabytes: float = 0
    error: float | None = None
    failures: list[str] = field(default_factory=list)

    @property
    def what(self) -> str:
        return next((text for word, text in WHAT.items() if word in self.name), "")

    def cells(self) -> tuple[str, ...]:
        return (
            self.name + (" **failed**" if self.failures else ""),
            "real" if self.is_real else "imitated",
            f"{self.producer}, opset {self.opset}",
            f"{self.megabytes:.1f}",
            f"{self.nodes} → {self.graph_nodes}",
            "-" if self.error is None else f"{self.error:.1e}",
            self.what,
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ferry")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--table", type=Path, required=True)
    parser.add_argument("--absent", action="append", default=[], help="a producer that could not be installed")
    arguments = parser.parse_args()
    ferry = Ferry(arguments.ferry)
    lines = []
    for folder in [*sorted(arguments.folder.glob("*/")), *sorted((GOLDEN / "producers" / "cases").glob("*/"))]:
        small = "" if folder.parent == arguments.folder else " (small)"
        lines.append(check(ferry, folder.name + small, folder / "model.onnx", folder))
    if "FERRY_CENTERFACE" in os.environ:
        lines.append(check(ferry, "centerface", Path(os.environ["FERRY_CENTERFACE"]), GOLDEN / "centerface",
                           "--input-shape", "1x3xheightxwidth"))  # fmt: skip
    failed = [line for line in lines if line.failures]
    for producer in arguments.absent:
        print(f"{producer} could not be installed here: its full-size files are missing from this run")
    print(f"{len(lines) - len(failed)} of {len(lines)} passed")
    if not arguments.absent:
        arguments.table.write_text(INTRODUCTION + table(lines), encoding="utf-8")
    return 1 if failed or not lines else 0


def check(ferry: Ferry, name: str, model: Path, cases: Path, *options: str) -> Line:
    file = onnx.load(model, load_external_data=False)
    line = Line(
        name, "imitated" not in name, f"{file.producer_name} {file.producer_version}".strip(),
        next(entry.version for entry in file.opset_import if entry.domain in ("", "ai.onnx")), len(file.graph.node),
        megabytes=model.stat().st_size / 1e6,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as scratch:
        bundle = Path(scratch) / "model.ferry"
        try:
            line.graph_nodes = ferry.convert(model, bundle, *options)["graph"]["nodes"]
            line.error = ferry.largest_error(bundle, cases)
        except FerryFailed as problem:
            line.failures.append(str(problem))
    print("  ".join(line.cells()[:-1]), *line.failures, sep="\n  ", flush=True)
    return line


def table(lines: list[Line]) -> str:
    header = ("file", "origin", "producer", "MB", "nodes", "error", "what is special")
    rows = [header, tuple("---" for _ in header), *(line.cells() for line in lines)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in rows)


if __name__ == "__main__":
    sys.exit(main())
