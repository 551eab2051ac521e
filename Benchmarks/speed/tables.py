"""Figures as rows of text, the same on a terminal and in the document."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from speed.busy import Busy
from speed.engine import FERRY, ONNX_RUNTIME, OPENVINO
from speed.first import ColdStart
from speed.memory import Memory, Sharing
from speed.overhead import Overhead
from speed.peak import Peak, Products
from speed.ratios import Ratio

NAMES = {FERRY: "Ferry", ONNX_RUNTIME: "ONNX Runtime", OPENVINO: "OpenVINO"}

RATIO_HEADER = [
    "case",
    "threads",
    "Ferry ms",
    "ONNX Runtime ms",
    "OpenVINO ms",
    "to the faster",
    "quartiles of the rounds",
    "rounds",
    "of peak",
]
COLD_START_HEADER = ["case", "threads", "Ferry ms", "ONNX Runtime ms", "ratio", "without Python ms", "ratio"]
OPENING_HEADER = ["bundle", "MB", "ms"]
MEMORY_HEADER = ["process", "MB"]


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """The first row is the header; the first column to the left, the others to the right."""
    header, *others = rows
    line = [":--"] + ["--:"] * (len(header) - 1)
    return "\n".join("| " + " | ".join(row) + " |" for row in (header, line, *others))


def columns(row: Sequence[str]) -> str:
    """A row of the table of ratios on a terminal."""
    widths = [len(title) for title in RATIO_HEADER]
    widths[0] = 22
    first, *others = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
    return "  ".join([first.strip().ljust(widths[0]), *others])


def ratio_row(ratio: Ratio) -> list[str]:
    low, middle, high = ratio.quartiles
    return [
        ratio.case.name,
        f"{ratio.threads}",
        *(milliseconds(ratio.median(engine)) for engine in (FERRY, ONNX_RUNTIME, OPENVINO)),
        f"{ratio.ratio:.2f}",
        f"{low:.2f} {middle:.2f} {high:.2f}",
        f"{len(ratio.times[FERRY])}",
        f"{ratio.fraction_of_peak:.2f}",
    ]


def cold_start_row(found: ColdStart) -> list[str]:
    return [
        found.case.name,
        f"{found.threads}",
        milliseconds(found.ferry),
        milliseconds(found.onnx_runtime),
        f"{found.ratio:.2f}",
        milliseconds(found.without_python),
        f"{found.ratio_without_python:.2f}",
    ]


def opening_row(name: str, time: float, bundles: Sequence[Path]) -> list[str]:
    return [name, f"{sum(bundle.stat().st_size for bundle in bundles) / 1e6:.0f}", milliseconds(time)]


def memory_rows(found: Memory) -> list[list[str]]:
    return [
        [f"Ferry, {found.case.name}", megabytes(found.ferry)],
        [f"ONNX Runtime in Python, {found.case.name}", megabytes(found.onnx_runtime)],
        ["Python with numpy alone", megabytes(found.python)],
    ]


def sharing_rows(found: Sharing) -> list[list[str]]:
    return [
        ["Ferry twice: mapped weights in each", megabytes(found.mapped)],
        ["Ferry twice: of these not shared, both together", megabytes(found.private)],
    ]


def busy_table(found: Sequence[Busy]) -> list[list[str]]:
    rows = [["engine", "one thread ms", "two threads, second core busy ms", "ratio"]]
    for one in found:
        rows.append([NAMES[one.engine], milliseconds(one.one_thread), milliseconds(one.loaded), f"{one.ratio:.2f}"])
    return rows


def peak_table(found: Sequence[Peak]) -> list[list[str]]:
    """Kinds of step that take a hundredth of the time or more somewhere, the most important first."""
    weights: dict[str, float] = {}
    for one in found:
        for kind, share, _ in one.kinds:
            weights[kind] = max(weights.get(kind, 0), share)
    kinds = [kind for kind in sorted(weights, key=lambda kind: -weights[kind]) if weights[kind] >= 0.01]
    rows = [["case", "peak GFLOP/s", *kinds]]
    for one in found:
        cells = {kind: f"{share * 100:.0f} %{f' at {part:.2f}' if part else ''}" for kind, share, part in one.kinds}
        rows.append([one.case.name, f"{one.peak:.0f}", *(cells.get(kind, "") for kind in kinds)])
    return rows


def products_table(found: Products) -> list[list[str]]:
    rows = [["1×1 convolution", "GFLOP/s", "of peak"]]
    rows += [[name.replace("x", "×"), f"{part * found.peak:.0f}", f"{part:.2f}"] for name, part in found.sizes]
    return [*rows, ["all, by their time", f"{found.together * found.peak:.0f}", f"{found.together:.2f}"]]


def overhead_table(found: Overhead) -> list[list[str]]:
    return [
        ["300 nodes of 16 channels and 2×2 pixels, one thread, AVX2", "instructions a run"],
        ["outside the kernels", f"{found.outside:,}"],
        ["in the kernels", f"{found.kernels:,}"],
    ]


def milliseconds(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def megabytes(count: int) -> str:
    return f"{count / 1e6:.1f}"
