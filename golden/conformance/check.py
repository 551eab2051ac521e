"""Runs the ONNX project's backend test cases through `ferry convert` and `ferry verify`.

    check.py FERRY [--suite SUITE]… [--only TEXT] [--keep FOLDER] [--update]

Each case ends in one of three ways:

- passed: every output is within the ONNX project's tolerance (rtol 1e-3, atol 1e-7)
- refused: `ferry convert` or `ferry verify` says by name what is not supported
- failed: anything else, a wrong number above all

A model input that settles a shape or a parameter (the target of Reshape, the bounds of Clip) must be known at conversion:
where the model as it stands is refused, its inputs are fixed with `--constant`, first those that are no floating-point arrays,
then all but the first, then all. The table says how many cases needed that.

Exits with 1 if a case failed, or one that golden/conformance/passing.txt lists did not pass. --update writes that list and
docs/conformance.md.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from cases import SUITES, BackendCase, DataSet, collect
from ferrygolden.case import STORED_TYPES, Case, Producer, Tolerance, sha256_of

HERE = Path(__file__).parent
PASSING = HERE / "passing.txt"
DOCUMENT = HERE.parents[1] / "docs" / "conformance.md"

# The networks of `light` make their weights from nothing, and one of them stores a tensor that no node reads.
LIGHT_OPTIONS = ["--folding-limit", "200000000", "--assume", "unused-weights=drop"]

# What `ferry` says when it is at fault rather than the model: never a refusal.
DEFECTS = {"internalDefect", "invalidModel", "damagedBundle"}


@dataclass(frozen=True)
class Result:
    suite: str
    name: str
    operators: tuple[str, ...]
    is_cnn_inference: bool
    outcome: str
    fixed: tuple[str, ...] = ()
    message: str = ""

    @property
    def identity(self) -> str:
        return f"{self.suite}/{self.name}"


class Runner:
    def __init__(self, ferry: str, folder: Path) -> None:
        self.ferry = ferry
        self.folder = folder
        self.producer = Producer.of("onnx", "onnx")

    def run(self, case: BackendCase) -> Result:
        folder = self.folder / case.suite / case.name
        folder.mkdir(parents=True, exist_ok=True)
        model = folder / "model.onnx"
        model.write_bytes(case.model.SerializeToString())

        def result(outcome: str, fixed: Iterable[str] = (), message: str = "") -> Result:
            return Result(
                case.suite, case.name, tuple(case.operators), case.is_cnn_inference, outcome, tuple(fixed), message
            )

        message = ""
        for fixed in self.attempts(case):
            outcome, message = self.attempt(case, folder, model, fixed)
            if outcome != "refused":
                return result(outcome, fixed, message)
        # The last attempt got furthest.
        return result("refused", (), message)

    def attempts(self, case: BackendCase) -> list[tuple[str, ...]]:
        """Which inputs to fix, in order of preference."""
        inputs = case.data[0].inputs if case.data else {}
        known = [name for name, array in inputs.items() if array is not None and array.dtype.name in STORED_TYPES]
        integers = tuple(name for name in known[1:] if not np.issubdtype(inputs[name].dtype, np.floating))
        rest = tuple(known[1:])
        return list(dict.fromkeys([(), integers, rest, tuple(known)]))

    def attempt(self, case: BackendCase, folder: Path, model: Path, fixed: tuple[str, ...]) -> tuple[str, str]:
        bundle = folder / "model.ferry"
        for number, data in enumerate(case.data):
            if any(array is None or array.dtype.name not in STORED_TYPES for array in data.inputs.values()):
                # Nothing can be fed, but a model that is not refused must be counted.
                outcome, message = self.command("convert", model, "-o", bundle)
                return (outcome, message) if outcome != "passed" else ("refused", "an input that no .npy array holds")
            constants = []
            for position, name in enumerate(fixed):
                np.save(folder / f"constant-{position}.npy", data.inputs[name])
                constants += ["--constant", f"{name}={folder}/constant-{position}.npy"]
            options = LIGHT_OPTIONS if case.suite == "light" else []
            outcome, message = self.command("convert", model, "-o", bundle, *constants, *options)
            if outcome != "passed":
                return outcome, message
            try:
                golden = self.write_golden(case, data, fixed, folder / f"data-{number}", model)
            except TypeError:
                return "failed", "converted, but an output of the case cannot be stored"
            outcome, message = self.command("verify", bundle, "--golden", golden)
            if outcome != "passed":
                return outcome, message
        return "passed", ""

    def write_golden(
        self, case: BackendCase, data: DataSet, fixed: tuple[str, ...], folder: Path, model: Path
    ) -> Path:
        outputs = {name: array for name, array in data.outputs.items() if name}
        if any(array is None for array in outputs.values()):
            raise TypeError
        Case(
            name=case.name,
            source_sha256=sha256_of(model),
            producer=self.producer,
            inputs={name: array for name, array in data.inputs.items() if name not in fixed},
            outputs=outputs,
            tolerance=Tolerance("the ONNX project's own", atol=case.atol, rtol=case.rtol, peak=0),
        ).write(folder)
        return folder

    def command(self, *arguments: object) -> tuple[str, str]:
        """The outcome of a command and, unless it passed, what it said."""
        try:
            finished = subprocess.run(
                [self.ferry, *map(str, arguments), "--json"],
                capture_output=True,
                text=True,
                errors="replace",
                timeout=600,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return "failed", f"{arguments[0]} took longer than 10 minutes"
        if finished.returncode == 0:
            return "passed", ""
        if finished.returncode == 1:
            return "failed", "the outputs differ"
        try:
            error = json.loads(finished.stdout)["error"]
        except (ValueError, KeyError):
            return "failed", f"exit code {finished.returncode}: {finished.stderr.strip()[:300]}"
        causes = list(leaves(error))
        refusal = finished.returncode == 2 and not any(cause["code"] in DEFECTS for cause in causes)
        text = "; ".join(dict.fromkeys(message_of(cause) for cause in causes))
        return ("refused" if refusal else "failed"), text


def leaves(error: dict) -> Iterable[dict]:
    causes = error.get("causes") or []
    for cause in causes:
        yield from leaves(cause)
    if not causes:
        yield error


def message_of(error: dict) -> str:
    operator = (error.get("location") or {}).get("operator")
    message = error["message"]
    return f"{operator}: {message}" if operator and operator not in message else message


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ferry")
    parser.add_argument("--suite", action="append", choices=SUITES, help="only this one; may be repeated")
    parser.add_argument("--only", default="", help="only cases whose name holds this text")
    parser.add_argument("--keep", type=Path, help="keep the cases' files in this folder")
    parser.add_argument("--update", action="store_true", help="write passing.txt and docs/conformance.md")
    options = parser.parse_args()
    suites = options.suite or SUITES
    if options.update and (options.suite or options.only):
        parser.error("--update needs all suites and cases")

    with tempfile.TemporaryDirectory() as scratch:
        runner = Runner(options.ferry, options.keep or Path(scratch))
        results: list[Result] = []
        for suite in suites:
            cases = [case for case in collect(suite) if options.only in case.name]
            # The large networks of `light` take the machine's memory one at a time.
            with ThreadPoolExecutor(1 if suite == "light" else os.cpu_count()) as pool:
                found = list(pool.map(runner.run, cases))
            results += found
            counts = Counter(result.outcome for result in found)
            print(f"{suite:20} {text_of(counts, len(found))}", flush=True)

    wanted = [result for result in results if result.suite == "node" and result.is_cnn_inference]
    if wanted:
        print(f"{'node, CNN inference':20} {text_of(Counter(result.outcome for result in wanted), len(wanted))}")
    if options.only:
        for result in results:
            if result.outcome == "refused":
                print(f"refused {result.identity}: {result.message}")
    for result in results:
        if result.outcome == "failed":
            print(f"FAILED {result.identity}: {result.message}", file=sys.stderr)
    passed = {result.identity for result in results if result.outcome == "passed"}
    if options.update:
        PASSING.write_text("".join(f"{identity}\n" for identity in sorted(passed)))
        DOCUMENT.write_text(document(results))
    listed = set(PASSING.read_text().split()) if PASSING.exists() else set()
    lost = [result for result in results if result.identity in listed and result.outcome == "refused"]
    for result in lost:
        print(f"LOST {result.identity}: {result.message}", file=sys.stderr)
    gained = passed - listed
    if gained:
        print(f"{len(gained)} cases pass that passing.txt does not list; --update adds them")
    return 1 if lost or any(result.outcome == "failed" for result in results) or not results else 0


def text_of(counts: Counter, total: int) -> str:
    return f"{total:5} cases: {counts['passed']} passed, {counts['refused']} refused, {counts['failed']} failed"


def document(results: list[Result]) -> str:
    """The page docs/conformance.md."""
    lines = [
        "# Conformance",
        "",
        "The ONNX project's own backend test cases, run through `ferry convert` and `ferry verify` with that project's",
        "tolerance: |a − e| ≤ 1e-7 + 1e-3·|e| for every element. Written by `scripts/conformance --update`, from the cases of",
        f"the onnx package {onnx.__version__}; the node cases are generated by its `collect_testcases`.",
        "",
        "- *passed*: every output of every data set is within the tolerance.",
        "- *refused*: the command names what it does not support, and exits with 2.",
        "- *failed*: a wrong number, or an error that blames the model. `scripts/conformance` then exits with 1.",
        "",
        "ONNX tests give shapes, axes and parameters as inputs of the model. Ferry settles them at conversion:",
        "`--constant NAME=FILE.npy` fixes such an input. The column *fixed* counts the passed cases that needed it.",
        "",
        "| Suite | Cases | Passed | of these fixed | Refused | Failed |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    rows = [(suite, [result for result in results if result.suite == suite]) for suite in SUITES]
    rows.append(("node, CNN inference", [r for r in results if r.suite == "node" and r.is_cnn_inference]))
    lines += [row(name, members) for name, members in rows]
    lines += [
        "",
        "*CNN inference* are the node cases that use only operators of networks for pictures",
        "(`CNN_OPERATORS` in `golden/conformance/cases.py`), whose inputs and outputs are float32, int64, int32 or bool with a",
        "float32 among them, and that do not train.",
        "",
    ]
    refused = [result for _, members in rows[-1:] for result in members if result.outcome == "refused"]
    if refused:
        lines += ["## Refused of those", "", "| Case | Message |", "|---|---|"]
        lines += [f"| {result.name} | {cell(result.message)} |" for result in refused]
        lines += [""]
    lines += ["## Node cases by operator", ""]
    lines += [
        "A case is listed under the operator that its name begins with, or else under all that its model uses.",
        "",
        "| Operator | Cases | Passed | of these fixed | Refused | Failed | Refused for |",
        "|---|---:|---:|---:|---:|---:|---|",
    ]
    groups: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        if result.suite == "node":
            groups[subject(result)].append(result)
    for name, members in sorted(groups.items()):
        reasons = Counter(short(result.message) for result in members if result.outcome == "refused")
        text = "; ".join(f"{reason} ({count})" for reason, count in reasons.most_common(3))
        more = len(reasons) - 3
        lines.append(row(name, members) + f" {cell(text)}{f'; {more} more' if more > 0 else ''} |")
    others = [result for result in results if result.suite != "node" and result.outcome == "refused"]
    if others:
        lines += ["", "## Refused in the other suites", "", "| Case | Message |", "|---|---|"]
        lines += [f"| {result.identity} | {cell(result.message)} |" for result in others]
    return "\n".join(lines) + "\n"


def row(name: str, members: list[Result]) -> str:
    counts = Counter(result.outcome for result in members)
    fixed = sum(1 for result in members if result.outcome == "passed" and result.fixed)
    return f"| {name} | {len(members)} | {counts['passed']} | {fixed} | {counts['refused']} | {counts['failed']} |"


def subject(result: Result) -> str:
    """The operator that a case is about; its expansion into others is about the same one."""
    plain = result.name.removeprefix("test_").replace("_", "").lower()
    domain_free = {operator.rsplit("::", 1)[-1]: operator for operator in ALL_OPERATORS | set(result.operators)}
    matching = [name for name in domain_free if plain.startswith(name.lower())]
    if matching:
        return domain_free[max(matching, key=len)]
    return " + ".join(result.operators)


def short(message: str) -> str:
    first = message.split("; ")[0]
    return first if len(first) <= 90 else first[:87] + "…"


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


ALL_OPERATORS = {schema.name for schema in onnx.defs.get_all_schemas() if schema.domain == ""}

if __name__ == "__main__":
    sys.exit(main())
