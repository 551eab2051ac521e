"""Real networks through the whole verifier: captured on a photograph, compared layer by layer beside the oracle, with a
report. Called by scripts/parity proof.

proof.py FERRY FOLDER KERAS_PYTHON CENTERFACE EMOTIONS PHOTOGRAPH [--quick]

CenterFace and the classifier of emotions are trained networks. Without --quick one export of each full-size family goes the
same way. FOLDER/NAME.html are the reports, which stay.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from parity.ferry import Ferry, FerryFailed
from parity.layers import FUSED_COVERAGE

CAPTURE = Path(__file__).parents[1] / "capture"
MEAN, DEVIATION = "0.485,0.456,0.406", "0.229,0.224,0.225"
FULL_SIZE = ("mobilenet_w1", "xception_299", "efficientnet_b1_240")


@dataclass(frozen=True)
class Subject:
    """A network's file, the command that captures it, and how it is converted."""

    name: str
    source: Path
    capture: list[str]
    options: tuple[str, ...] = ()


def trained(arguments: argparse.Namespace) -> list[Subject]:
    picture = ["--picture", str(arguments.photograph)]
    onnx, keras = [sys.executable], [arguments.keras_python, "-W", "ignore"]
    return [
        Subject(
            "centerface",
            arguments.centerface,
            [*onnx, "-m", "ferry_capture", "onnx", *picture, "--range", "0-255", "--shape", "input.1=1x3x512x512"],
            ("--input-shape", "input.1=1x3xheightxwidth"),
        ),
        Subject("emotions", arguments.emotions, [*keras, "-m", "ferry_capture", "keras", *picture, "--range", "-1-1"]),
    ]


def full_size(folder: Path, photograph: Path) -> list[Subject]:
    """One export of each family, its calibrated weights kept as by the export matrix, on the photograph as these networks
    are fed."""
    from ferrygolden.exports import Variant, export
    from ferrygolden.families import FULL_SIZE as NETWORKS
    from parity.calibration import calibrated

    subjects = []
    for name in FULL_SIZE:
        (network,) = (network for network in NETWORKS if network.name == name)
        source = folder / f"{name}.onnx"
        export(calibrated(network, folder.parent), network.height, network.width, Variant.torchscript(17), source)
        capture = [sys.executable, "-m", "ferry_capture", "onnx", "--picture", str(photograph), "--range", "0-1"]
        subjects.append(Subject(name, source, [*capture, "--mean", MEAN, "--std", DEVIATION]))
    return subjects


def prove(ferry: Ferry, subject: Subject, folder: Path) -> str:
    """One line about the network.

    Raises:
        FerryFailed: where anything differs or is not covered.
    """
    golden, bundle = folder / f"{subject.name}-golden", folder / f"{subject.name}.ferry"
    words = [*subject.capture, str(subject.source), "-o", str(golden), "--overwrite"]
    environment = {**os.environ, "PYTHONPATH": str(CAPTURE), "TF_CPP_MIN_LOG_LEVEL": "3"}
    finished = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        raise FerryFailed(f"capturing {subject.name} failed: {finished.stderr.strip()}")
    ferry.convert(subject.source, bundle, *subject.options)
    start = time.monotonic()
    fused = ferry.layer_report(bundle, golden, "--oracle", "--report", folder / f"{subject.name}.html")
    seconds = time.monotonic() - start
    unfused = bundle.with_suffix(".unfused.ferry")
    ferry.convert(subject.source, unfused, *subject.options, "--no-fuse")
    plain = ferry.layer_report(unfused, golden)
    unfused.unlink()
    captured = fused["capturedCount"]
    if fused["comparedCount"] < FUSED_COVERAGE * captured or plain["comparedCount"] != captured:
        raise FerryFailed(f"{fused['comparedCount']} fused and {plain['comparedCount']} of {captured} values compared")
    budgets = [layer["budget"] for layer in fused["layers"] if layer["budget"]]
    ours, theirs = (max(budget[side]["peakError"] for budget in budgets) for side in ("ferry", "reference"))
    return (
        f"{subject.name:16} {captured:4} values captured, {fused['comparedCount']:4} compared fused, all unfused; from the "
        f"oracle at most {ours:.1e} (Ferry), {theirs:.1e} (reference) of max|y|; {seconds:.1f} s with the oracle"
    )


def find_exchanged_colours(ferry: Ferry, name: str, folder: Path) -> str:
    """Gives the network the golden's input with its colours the other way round: verify must fail and name the reason.

    Raises:
        FerryFailed: where it does not.
    """
    golden, bundle = folder / f"{name}-golden", folder / f"{name}.ferry"
    (file,) = json.loads((golden / "case.json").read_text(encoding="utf-8"))["inputs"].values()
    pictures = np.load(golden / file)
    np.save(golden / file, np.ascontiguousarray(pictures[:, ::-1]))
    report = folder / f"{name}-exchanged-colours.html"
    words = [ferry.command, "verify", bundle, "--golden", golden, "--layers", "--json", "--report", report]
    finished = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    np.save(golden / file, pictures)
    if finished.returncode != 1:
        raise FerryFailed(f"exchanged colours: ferry verify exited with {finished.returncode}, not 1")
    diagnosis = json.loads(finished.stdout)["cases"][0]["layers"]["inputDiagnosis"]
    if diagnosis is None or diagnosis["explanations"][diagnosis["best"]]["mistake"] != "input-color-order":
        raise FerryFailed(f"exchanged colours: the reason is said to be {diagnosis}")
    return f"{name:16} fed with blue, green, red: {diagnosis['explanations'][diagnosis['best']]['change']}, as it should say"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ferry")
    parser.add_argument("folder", type=Path)
    parser.add_argument("keras_python")
    for name in ("centerface", "emotions", "photograph"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--quick", action="store_true", help="the trained networks alone")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    ferry, failures = Ferry(arguments.ferry), 0
    subjects = trained(arguments) + ([] if arguments.quick else full_size(arguments.folder, arguments.photograph))
    for subject in subjects:
        try:
            print(prove(ferry, subject, arguments.folder), flush=True)
            if subject.name == "centerface":
                print(find_exchanged_colours(ferry, subject.name, arguments.folder), flush=True)
            (arguments.folder / f"{subject.name}.ferry").unlink()
        except FerryFailed as problem:
            failures += 1
            print(f"{subject.name}: FAILED: {problem}", flush=True)
    print(f"{len(subjects) - failures} of {len(subjects)} networks proved")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
