"""One exported file through the whole line: convert, verify, compare structure and weights with the network's."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

import onnx

from ferrygolden.exports import HEIGHT, Variant
from ferrygolden.families import Network
from parity.ferry import Ferry, FerryFailed
from parity.layers import Coverage, check_layers
from parity.weights import Expected, WeightsDiffer, compare


@dataclass
class Result:
    """One line of the table. `digests` holds the structure's digest for each input shape that the file can be bound
    to."""

    network: str
    export: str
    nodes: int = 0
    megabytes: float = 0
    graph_nodes: int | None = None
    seconds: float | None = None
    error: float | None = None
    units: float | None = None
    exact: bool = False
    layers: Coverage | None = None
    digests: dict[str, str] = field(default_factory=dict)
    same_digest: bool | None = None
    not_exported: str | None = None
    failures: list[str] = field(default_factory=list)

    @property
    def outcome(self) -> str:
        if self.not_exported is not None:
            return "not written"
        return "FAILED" if self.failures else "passed"

    @property
    def weights(self) -> str:
        """`equal` bit for bit, or the largest deviation in units in the last place."""
        if self.units is None:
            return "-"
        return "equal" if self.units == 0 else f"{self.units:.1f} ulp"

    @property
    def digest(self) -> str:
        """The beginning of the digest for the input shape that most files can be bound to."""
        return next(iter(self.digests.values()), "-")[:8]

    def __str__(self) -> str:
        name = f"{self.network} {self.export}"
        if self.not_exported is not None:
            return f"{name:47} not written by the exporter: {self.not_exported}"
        error = "-" if self.error is None else f"{self.error:.2e}"
        return (
            f"{name:47} {self.megabytes:5.1f} MB {self.nodes:5} -> {self.graph_nodes or '-':>4} nodes  "
            f"error {error:>8}  weights {self.weights:>8}  layers {self.layers or '-'}  {self.outcome}"
        )


def input_shapes(network: Network, variant: Variant) -> list[str]:
    """The shapes that the file's input can be bound to, first the one that most files share."""
    size = f"{network.height}x{network.width}"
    if not variant.dynamic_batch:
        return [f"{variant.batch}x3x{size}"]
    shapes = [f"1x3x{size}", f"3x3x{size}", f"batchx3x{size}"]
    return [*shapes, "batchx3xheightxwidth"] if HEIGHT in variant.dynamic else shapes


def check(ferry: Ferry, result: Result, folder: Path, shapes: list[str], expected: list[Expected]) -> None:
    """Fills `result` for `folder`/model.onnx and the cases below `folder`; what goes wrong becomes a failure there."""
    model = folder / "model.onnx"
    result.nodes = len(onnx.load(model, load_external_data=False).graph.node)
    result.megabytes = sum(file.stat().st_size for file in folder.glob("model.onnx*")) / 1e6
    bundle, again = folder / "first.ferry", folder / "second.ferry"
    try:
        start = time.monotonic()
        report = ferry.convert(model, bundle)
        result.seconds = time.monotonic() - start
        result.graph_nodes = report["graph"]["nodes"]
        ferry.convert(model, again)
        if bundle.read_bytes() != again.read_bytes():
            result.failures.append("two conversions of the same file differ")
        result.error = ferry.largest_error(bundle, folder)
        result.digests = {shape: ferry.structure(model, shape) for shape in shapes}
        result.layers = check_layers(ferry, model, bundle, folder)
        if expected:
            result.units = compare(bundle, ferry.layers(bundle), expected, result.exact)
    except (FerryFailed, WeightsDiffer) as problem:
        result.failures.append(str(problem))


def compare_structures(results: list[Result]) -> None:
    """All files of one network have one digest for one input shape; which are the exceptions, the majority says."""
    votes: dict[tuple[str, str], list[str]] = {}
    for result in results:
        for shape, digest in result.digests.items():
            votes.setdefault((result.network, shape), []).append(digest)
    common = {key: max(sorted(set(digests)), key=digests.count) for key, digests in votes.items()}
    for result in results:
        others = [shape for shape, digest in result.digests.items() if digest != common[result.network, shape]]
        # A file that nothing can be compared with has not been found equal.
        compared = [shape for shape in result.digests if len(votes[result.network, shape]) > 1]
        result.same_digest = not others if compared else None
        if others:
            result.failures.append(f"the structure for {', '.join(others)} is another one than that of the other files")
