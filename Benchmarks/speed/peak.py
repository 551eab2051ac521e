"""The part of the processor's multiply-add peak that ferry's kernels reach with one thread."""

from __future__ import annotations

from dataclasses import dataclass

from speed.cases import PRODUCTS, Case
from speed.engine import Setup

MATRIX_PRODUCT = "matrix product"


@dataclass(frozen=True)
class Peak:
    """A network: each kind of step with its share of the time and, where it computes, its part of the peak."""

    case: Case
    peak: float
    kinds: list[tuple[str, float, float | None]]


def peak(setup: Setup, case: Case, isa: str, seconds: float) -> Peak:
    options = ["--threads", "1", "--seconds", f"{seconds}", "--input-shape", case.shape_text]
    report = setup.bench(case.bundle(setup.folder), *options, environment={"FERRY_ISA": isa})
    kinds = [(kind["kind"], kind["share"], kind.get("fraction_of_peak")) for kind in report["kinds"]]
    return Peak(case, report["peak_gflops_of_one_thread"], kinds)


@dataclass(frozen=True)
class Products:
    """Matrix products by size with their part of the peak, and all of them together."""

    isa: str
    peak: float
    sizes: list[tuple[str, float]]
    together: float


def products(setup: Setup, isa: str, seconds: float) -> Products:
    bundle = setup.folder / f"{PRODUCTS}.ferry"
    report = setup.bench(bundle, "--threads", "1", "--seconds", f"{seconds}", environment={"FERRY_ISA": isa})
    steps = [step for step in report["steps"] if step["kind"] == MATRIX_PRODUCT]
    (together,) = (kind["fraction_of_peak"] for kind in report["kinds"] if kind["kind"] == MATRIX_PRODUCT)
    return Products(
        isa=report["isa"],
        peak=report["peak_gflops_of_one_thread"],
        sizes=[(step["node"], step["fraction_of_peak"]) for step in steps],
        together=together,
    )
