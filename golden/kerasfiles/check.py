"""One file through the whole line: convert, compare structure and weights with the network's other files, verify."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ferrygolden.case import Case, Producer, Tolerance, sha256_of
from parity.ferry import Ferry, FerryFailed

TOLERANCE = Tolerance(
    "float32 networks of this depth differ from their float64 truth by at most 1e-5 of the largest output; "
    "twice that is a defect"
)


@dataclass
class Line:
    """One line of the table. `output` and `logits` are the largest errors, as a part of max|y|."""

    network: str
    file: str
    about: str
    megabytes: float
    seconds: float | None = None
    structure: str | None = None
    weights: str | None = None
    output: float | None = None
    logits: float | None = None
    assumptions: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def is_onnx(self) -> bool:
        return self.file.endswith(".onnx")

    def __str__(self) -> str:
        def number(value: float | None) -> str:
            return "-" if value is None else f"{value:.1e}"

        return (
            f"{self.network:24} {self.file:34} {self.megabytes:5.1f} MB  {(self.structure or '-')[:8]:8} "
            f"{(self.weights or '-')[:8]:8}  output {number(self.output):>7}  logits {number(self.logits):>7}  "
            f"{'FAILED' if self.failures else 'passed'}"
        )


def check(  # noqa: PLR0913, PLR0917 -- a check needs that many things
    ferry: Ferry, network: str, form: dict[str, Any], path: Path, answers: dict[int, list[np.ndarray]],
    description: dict[str, Any], others: list[Line],
) -> Line:  # fmt: skip
    """`answers` holds, by batch, pictures, outputs and logits."""
    line = Line(network, form["file"], form["about"], path.stat().st_size / 1e6)
    options = [] if form["whole"] else ["--input-shape", description["inputShape"]]
    if not form["whole"] and description.get("assumptions"):
        options += ["--assume", *description["assumptions"]]
    bundle = path.with_suffix(".ferry")
    try:
        start = time.monotonic()
        report = ferry.convert(path, bundle, *options)
        line.seconds = time.monotonic() - start
        inspected = ferry.inspect(path, *options)
        line.structure, line.weights = inspected["structureDigest"], inspected["weightsDigest"]
        line.assumptions = [f"{entry['key']}={entry['value']}" for entry in report.get("assumptions", [])]
        if not form["whole"] and not any(description["architecture"] in note for note in report.get("notes", [])):
            line.failures.append(f"it is not recognised as {description['architecture']}")
        line.output = verified(ferry, bundle, path, answers, description, 1)
        if not line.is_onnx and description["logits"] is not None:
            names = values(ferry.model(bundle)["graph"]["outputs"][0]["name"], description)
            ferry.convert(path, bundle, *options, "--output-value", *names)
            line.logits = verified(ferry, bundle, path, answers, description, 2)
    except FerryFailed as problem:
        line.failures.append(str(problem))
    bundle.unlink(missing_ok=True)
    compare(line, [other for other in others if not other.failures])
    return line


def values(output: str, description: dict[str, Any]) -> list[str]:
    """The output and the value before its activation by their names in the file, which may call the layer otherwise."""
    logits = description["logits"]
    return [output, f"{output}/linear" if logits == f"{description['output']}/linear" else logits]


def compare(line: Line, others: list[Line]) -> None:
    """tf2onnx folds weights itself, so that its file shares the structure alone."""
    if any(other.structure != line.structure for other in others):
        line.failures.append("the structure is another one than that of the files before")
    if not line.is_onnx and any(other.weights != line.weights for other in others if not other.is_onnx):
        line.failures.append("the weights are others than those of the files before")


def verified(  # noqa: PLR0913, PLR0917
    ferry: Ferry, bundle: Path, source: Path, answers: dict[int, list[np.ndarray]], description: dict[str, Any],
    count: int,
) -> float:  # fmt: skip
    """The largest error of the bundle's first `count` outputs against Keras, as a part of max|y|."""
    model = ferry.model(bundle)
    (taken,), given = ([entry["name"] for entry in model["graph"][role]] for role in ("inputs", "outputs"))
    if len(given) != count:
        raise FerryFailed(f"the bundle has {len(given)} outputs")
    cases = bundle.with_suffix(".cases")
    for batch, (pictures, *expected) in answers.items():
        Case(
            name=f"{source.name}, batch {batch}", source_sha256=sha256_of(source), producer=Producer("keras", {}),
            seed=description["seed"], layout=description.get("layout", "NHWC"), inputs={taken: pictures},
            outputs=dict(zip(given, expected, strict=False)), tolerance=TOLERANCE,
        ).write(cases / f"batch-{batch}")  # fmt: skip
    try:
        return ferry.largest_error(bundle, cases)
    finally:
        shutil.rmtree(cases)
