"""Measures ferry beside ONNX Runtime and OpenVINO: times in turn, cold start, opening, memory, overhead.

    runtime.py FERRY FOLDER [--quick] [--network NAME]… [--threads N]… [--document docs/performance.md]

FOLDER holds the networks as .onnx and .ferry. Limits are ratios wherever they can be, so that they hold on other
machines (Benchmarks/thresholds.json); --quick allows for noise on top. Exits with 1 if one is exceeded.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from speed import busy, document, first, memory, overhead, peak, ratios, tables
from speed.cases import PRODUCTS, TINY, Case, chosen
from speed.checks import LIMITS_FILE, Check
from speed.engine import Setup

LIMITS = json.loads(LIMITS_FILE.read_text())["runtime"]


def main() -> int:
    options = arguments()
    setup = Setup(options.ferry.resolve(), options.folder.resolve())
    cases = chosen(options.quick, options.network)
    if options.needs:
        print(*dict.fromkeys([*(case.network for case in cases), TINY, PRODUCTS]))
        return 0
    threads = options.threads or [count for count in (1, 2) if count <= ratios.available_threads()]
    bench = Bench(setup, options.quick, LIMITS["noiseMargin"] if options.quick else 0.0)
    bench.times(cases, threads)
    if not options.network and not options.threads:
        bench.everything_else(cases, max(threads))
    failed = [check for check in bench.checks if not check.passed]
    print(f"\n{len(bench.checks)} limits, {len(failed)} exceeded", flush=True)
    for check in failed:
        print(f"  {check}")
    if options.document:
        document.update(options.document, bench.parts)
        print(f"wrote {options.document}")
    return 1 if failed else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("ferry", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--network", action="append", default=[])
    parser.add_argument("--threads", action="append", type=int, default=[])
    parser.add_argument("--document", type=Path)
    parser.add_argument(
        "--needs", action="store_true", help="only print the names of the networks that FOLDER must hold"
    )
    return parser.parse_args()


class Bench:
    """Measures part by part; prints each as it is there and keeps it for the document."""

    def __init__(self, setup: Setup, quick: bool, margin: float) -> None:
        self.setup, self.quick, self.margin = setup, quick, margin
        self.checks: list[Check] = []
        self.parts: dict[str, str] = {}

    def check(self, what: str, found: float, limit: str, *, exact: bool = False, least: bool = False) -> Check:
        margin = 0.0 if exact else self.margin
        limits = LIMITS[limit]
        highest = limits["limit"] if isinstance(limits, dict) else limits
        check = Check(what, found, highest, margin, least)
        self.checks.append(check)
        return check

    def part(self, name: str, table: list[list[str]]) -> None:
        self.parts[name] = tables.markdown(table)

    def times(self, cases: list[Case], threads: list[int]) -> None:
        table = [tables.RATIO_HEADER]
        print(f"{tables.columns(tables.RATIO_HEADER)}  result", flush=True)
        effort = ratios.QUICK if self.quick else ratios.FULL
        measured = []
        for count in threads:
            for case in cases:
                ratio = ratios.measure(self.setup, case, count, effort)
                name = f"{case.name}, {count} thread{'s' if count > 1 else ''}"
                check = self.check(name, ratio.ratio, "timeOverFasterEngine")
                table.append(tables.ratio_row(ratio))
                measured.append(ratio)
                mark = LIMITS["timeOverFasterEngine"]["mark"]
                remark = "" if ratio.ratio <= mark else f", above the mark of {mark}"
                print(
                    f"{tables.columns(table[-1])}  {check.verdict}{remark}{load_remark(ratio.other_cores)}", flush=True
                )
        self.part("times", table)
        if measured:
            self.parts["machine"] = document.machine(measured)

    def everything_else(self, cases: list[Case], threads: int) -> None:
        networks = {case.network: case for case in reversed(cases)}
        ordered = list(reversed(networks.values()))
        b1 = networks["member_b1_512"]
        print(flush=True)
        self.first_answers([b1] if self.quick else ordered, threads)
        self.openings(ordered)
        self.peaks(ordered)
        self.overheads()
        if not self.quick:
            self.memories(networks["xception_299"])
            self.loaded_core(b1)

    def first_answers(self, cases: list[Case], threads: int) -> None:
        table = [tables.COLD_START_HEADER]
        for case in cases:
            found = first.cold_start(self.setup, case, threads, rounds=5 if self.quick else 11)
            check = self.check(f"cold start, {case.name}", found.ratio, "coldStartOverONNXRuntime")
            table.append(tables.cold_start_row(found))
            self.say(check, f"beside ONNX Runtime without Python {found.ratio_without_python:.2f}")
        self.part("cold-start", table)

    def openings(self, cases: list[Case]) -> None:
        rounds = 7 if self.quick else 21
        table = [tables.OPENING_HEADER]
        for case in cases:
            milliseconds = first.opening(self.setup, [case], rounds)
            self.say(self.check(f"opening {case.name}, ms", milliseconds, "openMilliseconds"))
            table.append(tables.opening_row(case.name, milliseconds, [case.bundle(self.setup.folder)]))
        seven = (cases * 7)[:7]
        milliseconds = first.opening(self.setup, seven, rounds)
        self.say(self.check("opening seven, ms", milliseconds, "openSevenMilliseconds"))
        table.append(tables.opening_row("seven", milliseconds, [case.bundle(self.setup.folder) for case in seven]))
        self.part("opening", table)

    def peaks(self, cases: list[Case]) -> None:
        seconds = 1 if self.quick else 3
        found = peak.products(self.setup, "avx2", seconds)
        self.say(
            self.check(f"matrix products, of {found.isa}'s peak", found.together, "matrixProductOverPeak", least=True),
            f"peak {found.peak:.0f} GFLOP/s",
        )
        self.part("products", tables.products_table(found))
        if not self.quick:
            self.part("peak", tables.peak_table([peak.peak(self.setup, case, "avx2", seconds) for case in cases]))

    def overheads(self) -> None:
        found = overhead.overhead(self.setup, self.setup.folder / f"{TINY}.ferry")
        what = "instructions outside kernels, 300 nodes"
        self.say(self.check(what, found.outside, "instructionsOutsideKernels", exact=True), f"within {found.kernels}")
        for name, count in found.largest[:3] if found.outside > LIMITS["instructionsOutsideKernels"] else []:
            print(f"  {count:8} {name}")
        self.part("overhead", tables.overhead_table(found))

    def memories(self, case: Case) -> None:
        table = [tables.MEMORY_HEADER]
        found = memory.memory(self.setup, case, 1)
        self.say(
            self.check(f"peak memory, {case.name}", found.ratio, "memoryOverONNXRuntime"),
            f"Python alone takes {found.python / 1e6:.0f} MB",
        )
        table += tables.memory_rows(found)
        shared = memory.sharing(self.setup, case)
        self.say(
            self.check(
                "private part of the mapped weights", shared.private_share, "privateShareOfMappedWeights", exact=True
            )
        )
        table += tables.sharing_rows(shared)
        self.part("memory", table)

    def loaded_core(self, case: Case) -> None:
        found = busy.busy(self.setup, case, rounds=15)
        if found:
            self.say(self.check(f"{case.name}, second core busy", found[0].ratio, "loadedCoreOverOneThread"))
            print("".join(f"  ({other.engine} {other.ratio:.2f})\n" for other in found[1:]), end="", flush=True)
        self.part("loaded-core", tables.busy_table(found))

    @staticmethod
    def say(check: Check, remark: str = "") -> None:
        print(f"{check}{f'  ({remark})' if remark else ''}", flush=True)


def load_remark(other_cores: float) -> str:
    return f"  (other work took {other_cores:.1f} cores)" if other_cores >= 0.05 else ""


if __name__ == "__main__":
    sys.exit(main())
