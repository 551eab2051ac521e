"""`ferry detect` beside the reference pipeline in Python. Called by scripts/parity detect.

proof.py FERRY FOLDER CENTERFACE PHOTOGRAPH [--quick] [--table FILE] [--reference-only]

FOLDER keeps the networks from one run to the next. Each recipe is packed, run on all videos by both sides, and every
face and number compared. --reference-only runs the reference without `ferry detect`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
import unittest
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from detect import engines, independence, lossy, members, stages, table, test_reference, videos
from detect.compare import EXACT, TOLERANCE, Bound, Compared, compare
from detect.ferry import Detect
from detect.reference import Reference, picture, samples
from parity.ferry import Ferry, FerryFailed

ROOT = Path(__file__).parents[2]
SHIPPED, OWN = ROOT / "Examples" / "Recipes", Path(__file__).parent / "recipes"
FALLBACKS = {videos.DAMAGED_FRAMES, videos.NO_VIDEO, "specks.mkv", "three-frames.mkv", "truncated.mkv"}
"""Which inputs cannot have an answer, whatever the reference says, where as many faces are wanted as there are slots"""
ANSWERED = {videos.DAMAGED_FRAMES}
"""Which of these must have one where fewer faces do"""


@dataclass(frozen=True)
class Subject:
    recipe: Path
    also_pictures: bool = False
    """Whether the photograph itself is an input too"""
    random_boxes: bool = False
    """Whether the detector's weights are random"""
    wraps: bool = False
    """Whether the reference must cut some faces by corners that count from the far edge, and find some in frames after
    those that the slots begin with"""
    names: tuple[str, ...] = ()
    """The inputs, where not all are taken: full-size networks in PyTorch take minutes for each video"""

    def chosen(self, inputs: list[Path]) -> list[Path]:
        return [path for path in inputs if not self.names or path.name in self.names]

    @property
    def name(self) -> str:
        return self.recipe.stem


QUICK = (
    Subject(OWN / "quick.json"),
    Subject(OWN / "variants.json", also_pictures=True),
    Subject(OWN / "ssd.json", also_pictures=True, random_boxes=True),
    Subject(OWN / "published.json", also_pictures=True, random_boxes=True, wraps=True),
)
FULL_SIZE = ("moving.mkv", "moving-h264.mp4", "scaled.mkv", "three-frames.mkv", "truncated.mkv", "without-face.mkv")
WHOLE = (
    Subject(SHIPPED / "deepfake-seven.json", names=FULL_SIZE),
    Subject(SHIPPED / "deepfake-three.json", names=FULL_SIZE),
    *QUICK,
)


@dataclass
class Outcome:
    """What was found with one recipe."""

    name: str
    lines: list[Compared]
    failures: list[str]
    ferry_seconds: float
    reference_seconds: float
    notes: list[str] = field(default_factory=list)


def prove(  # noqa: PLR0913, PLR0917 -- what both sides need
    detect: Detect, subject: Subject, networks: Path, inputs: list[Path], bounds: dict[str, Bound], threads: int
) -> Outcome:
    """`bounds` are those of inputs that need not be the same."""
    start = time.monotonic()
    reference = Reference(place(subject.recipe, networks), networks, engines.PYTORCH, threads, 30).answer(inputs)
    middle = time.monotonic()
    (networks / f"{subject.name}-reference.json").write_text(json.dumps(reference, indent=1), encoding="utf-8")
    answer = detect.answer(subject.name, inputs, "--threads", threads)
    outcome = Outcome(subject.name, [], [], time.monotonic() - middle, middle - start)
    (networks / f"{subject.name}-ferry.json").write_text(json.dumps(answer, indent=1), encoding="utf-8")
    for key in ("pipeline", "label"):
        if answer[key] != reference[key]:
            outcome.failures.append(f"{key} is {answer[key]!r} where the recipe says {reference[key]!r}")
    ours = {Path(result["filename"]).name: result for result in answer["results"]}
    if list(ours) != [result["filename"] for result in reference["results"]]:
        outcome.failures.append(f"the results are of {list(ours)}")
    for theirs in reference["results"]:
        name = theirs["filename"]
        if name in ours:
            outcome.lines.append(compare(ours[name], theirs, bounds.get(name, EXACT)))
    check_expectations(subject, outcome)
    check_crops(subject, reference["results"], outcome)
    return outcome


def check_expectations(subject: Subject, outcome: Outcome) -> None:
    """That the reference itself gives what must be: it could be wrong in the same way."""
    recipe = json.loads(subject.recipe.read_text(encoding="utf-8"))
    labels = [line.label for line in outcome.lines if line.reason is None]
    fallbacks = {line.filename for line in outcome.lines if line.reason is not None}
    if recipe["fallback"]["minimumFaces"] == recipe["frames"]["count"]:
        expected = FALLBACKS & {line.filename for line in outcome.lines}
        if fallbacks != expected:
            outcome.failures.append(f"without an answer are {sorted(fallbacks)}, and not {sorted(expected)}")
    elif fallbacks & ANSWERED:
        outcome.failures.append(f"without an answer are {sorted(fallbacks & ANSWERED)}")
    for line in outcome.lines:
        if line.reason is not None and line.label != recipe["fallback"]["score"]:
            outcome.failures.append(f"{line.filename} has no answer, and not {recipe['fallback']['score']}")
    # A hundred tolerances: what is the same for every video would pass whatever it was. Blends of seven differ little.
    if len(labels) < 4 or max(labels) - min(labels) < 100 * TOLERANCE or not all(0.01 < label < 0.99 for label in labels):
        outcome.failures.append(f"labels that say little: {labels}")


def check_crops(subject: Subject, results: list[dict[str, Any]], outcome: Outcome) -> None:
    """Counts what the recipe is there for, in the reference's answers."""
    if not subject.wraps:
        return
    slots = json.loads(subject.recipe.read_text(encoding="utf-8"))["frames"]["count"]
    faces = [face for result in results for face in result["faces"]]
    wrapped = sum(min(face["corners"]) < 0 for face in faces)
    late = sum(
        face["frame"] not in samples(result["frameCount"], slots) for result in results for face in result["faces"]
    )
    outcome.notes.append(f"of the reference's {len(faces)} faces {wrapped} are cut from the far edge, {late} came late")
    if not (wrapped and late):
        outcome.failures.append(f"crops that say little: {outcome.notes[-1]}")


def place(recipe: Path, networks: Path, *, goldens: bool = True) -> Path:
    """A copy beside the bundles, because a recipe's paths start there; with the golden case of `check_stages` if asked."""
    copy = networks / recipe.name
    cases = [f"stages-{recipe.stem}"] if goldens else []
    text = json.loads(recipe.read_text(encoding="utf-8")) | {"goldens": cases}
    copy.write_text(json.dumps(text, indent=1), encoding="utf-8")
    return copy


def check_stages(detect: Detect, recipe: Path, networks: Path, photograph: Path, threads: int) -> list[str]:
    """Packs the recipe with a case of every stage on the photograph: `ferry verify` passes it, and finds the stage that
    is wrong in a case that is."""
    failures = []
    reference = Reference(recipe, networks, engines.PYTORCH, threads, 30)
    folder = networks / f"stages-{recipe.stem}"
    stages.write(reference, picture(photograph), folder, "photograph")
    detect.pack(recipe)
    passed, said = detect.verify(recipe.stem)
    print(f"{recipe.stem}: {said.splitlines()[-1]}")
    if not passed:
        failures.append(f"ferry verify does not pass the stages of {recipe.stem}:\n{said}")
    # The same with red and blue exchanged in what the last member sees.
    case = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    member = list(case["members"])[-1]
    file = folder / case["members"][member]["input"]
    right = file.read_bytes()
    np.save(file, np.load(file)[:, ::-1])
    detect.pack(recipe)
    passed, said = detect.verify(recipe.stem)
    if passed or f"the first stage that differs is {member} input" not in said:
        failures.append(f"ferry verify does not find the exchanged colours of {member}:\n{said}")
    file.write_bytes(right)
    detect.pack(recipe)
    return failures


def reference_alone(subject: Subject, networks: Path, inputs: list[Path], threads: int) -> None:
    start = time.monotonic()
    answer = Reference(place(subject.recipe, networks), networks, engines.PYTORCH, threads, 30).answer(inputs)
    (networks / f"{subject.name}-reference.json").write_text(json.dumps(answer, indent=1), encoding="utf-8")
    print(f"{subject.name}: {time.monotonic() - start:.1f} s")
    for result in answer["results"]:
        print(f"  {result['filename']:20} {result['label']:.4f} {result['reason'] or ''} {said(result)}")


def said(result: dict[str, Any]) -> str:
    return " ".join(f"{name} {number:.3f}" for name, number in result["members"].items())


def test_reference_itself() -> bool:
    suite = unittest.defaultTestLoader.loadTestsFromModule(test_reference)
    return unittest.TextTestRunner(verbosity=0).run(suite).wasSuccessful()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ferry")
    for name in ("folder", "centerface", "photograph"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--quick", action="store_true", help="small networks, fewer videos")
    parser.add_argument("--table", type=Path, help="where the whole form is written as Markdown")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--reference-only", action="store_true")
    options = parser.parse_args()
    if not test_reference_itself():
        return 1
    networks, start = options.folder / "networks", time.monotonic()
    inputs = videos.make(options.photograph, options.folder / "videos", quick=options.quick)
    members.make(Ferry(options.ferry), networks, options.centerface, quick=options.quick)
    print(f"networks and {len(inputs)} inputs are there after {time.monotonic() - start:.0f} s", flush=True)
    subjects = QUICK if options.quick else WHOLE
    if options.reference_only:
        for subject in subjects:
            extra = [options.photograph] if subject.also_pictures else []
            reference_alone(subject, networks, [*subject.chosen(inputs), *extra], options.threads)
        return 0
    return prove_all(options, subjects, networks, inputs)


def prove_all(options: argparse.Namespace, subjects: tuple[Subject, ...], networks: Path, inputs: list[Path]) -> int:
    detect, folder = Detect(options.ferry, networks), options.folder / "videos"
    failures, outcomes = 0, []
    not_as_drawn = lossy.check_lossless(options.photograph, folder, quick=options.quick)
    decoders = lossy.measure(options.photograph, folder, quick=options.quick)
    print(*not_as_drawn, "\nFrames of H.264 beside OpenCV's:", sep="\n")
    for measured in decoders:
        print(f"  {measured.name}", *(f"    {line}" for line in measured.lines), sep="\n", flush=True)
    for subject in subjects:
        extra = [options.photograph] if subject.also_pictures else []
        bounds = {measured.name: measured.bound(subject.random_boxes) for measured in decoders}
        try:
            stage_failures = check_stages(
                detect, place(subject.recipe, networks), networks, options.photograph, options.threads
            )
            outcome = prove(detect, subject, networks, [*subject.chosen(inputs), *extra], bounds, options.threads)
        except (FerryFailed, subprocess.TimeoutExpired) as problem:
            failures += 1
            print(f"{subject.name}: FAILED: {problem}", flush=True)
            continue
        outcome.failures += stage_failures
        outcomes.append(outcome)
        failures += report(outcome)
    print("\nWhat must not change anything:", flush=True)
    checks = independence.check(detect, "quick", inputs, folder)
    print(*(f"  {check}" for check in checks), sep="\n")
    failures += sum(not check.passed for check in checks) + len(not_as_drawn)
    print(f"\n{'FAILED: ' + str(failures) + ' failures' if failures else 'all the same'}")
    if options.table and not failures and not options.quick:
        options.table.write_text(table.markdown(outcomes, decoders, checks), encoding="utf-8")
        print(f"wrote {options.table.name}")
    return 1 if failures else 0


def report(outcome: Outcome) -> int:
    """Prints what was found; how many failures there are."""
    print(
        f"\n{outcome.name}: ferry {outcome.ferry_seconds:.1f} s, reference {outcome.reference_seconds:.1f} s",
        flush=True,
    )
    closest = min((line.closest for line in outcome.lines), default=1)
    print(f"  of the reference's corners none is nearer to being cut otherwise than {closest:.0e} px")
    print(*(f"  {note}" for note in outcome.notes), sep="\n", end="\n" if outcome.notes else "")
    for line in outcome.lines:
        print(line, *(f"      {failure}" for failure in line.failures), sep="\n", flush=True)
    print(*(f"  FAILED: {failure}" for failure in outcome.failures), sep="\n", end="", flush=True)
    return len(outcome.failures) + sum(len(line.failures) for line in outcome.lines)


if __name__ == "__main__":
    sys.exit(main())
