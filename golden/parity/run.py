"""The export matrix. Called by scripts/parity.

run.py FERRY FOLDER [--quick] [--network NAME]… [--export NAME]… [--jobs N] [--table FILE]
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from parity.check import Result, compare_structures
from parity.example import example
from parity.matrix import matrix
from parity.networks import run
from parity.table import markdown, summary


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ferry")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--quick", action="store_true", help="a few files of each family")
    parser.add_argument("--network", action="append", default=[], help="this network alone; may be given again")
    parser.add_argument("--export", action="append", default=[], help="this export alone; may be given again")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="networks at a time")
    parser.add_argument("--table", type=Path, help="where the whole matrix is written as Markdown")
    arguments = parser.parse_args()
    rows = matrix(quick=arguments.quick, networks=arguments.network, exports=arguments.export)
    whole = not (arguments.quick or arguments.network or arguments.export)
    if not rows:
        sys.exit("error: no network has such an export" + (" in the quick matrix" if arguments.quick else ""))
    start = time.monotonic()
    results = run_all(rows, arguments.ferry, arguments.folder, arguments.jobs)
    if not arguments.network and not arguments.export:
        results += example(arguments.ferry, arguments.folder)
    compare_structures(results)
    print(summary(results, (time.monotonic() - start) / 60))
    if whole and arguments.table is not None:
        arguments.table.write_text(markdown(results), encoding="utf-8")
    return 0 if results and not any(result.failures for result in results) else 1


def run_all(rows: list, ferry: str, folder: Path, jobs: int) -> list[Result]:
    # Processes of their own: the exporters keep global state, and threads of one would wait for each other.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=max(1, min(jobs, len(rows))), mp_context=context) as pool:
        # The longest first, so that no core waits at the end; networks with common weights do not start together.
        pending = {
            network.name: pool.submit(run, network, variants, ferry, folder)
            for network, variants in sorted(rows, key=lambda row: (row[0].weights_of is not None, -len(row[1])))
        }
        return [result for network, _ in rows for result in pending[network.name].result()]


if __name__ == "__main__":
    sys.exit(main())
