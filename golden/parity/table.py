"""The table of the export matrix, for a terminal and for docs/export-matrix.md."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from parity.check import Result

INTRODUCTION = """\
# The export matrix

Each network below was made with calibrated random weights, exported by PyTorch in each of the ways below, converted by Ferry, and
compared. This page is written by

```
scripts/parity                                        # all of it
scripts/parity --quick                                # a few files of each family, without writing this page
scripts/parity --network xception_150 --export dynamo-static
```

| Column | What it says |
|---|---|
| export | `ts13` is the TorchScript exporter at opset 13, `dynamo` the newer one at its default opset, `dynamo18` asked for opset 18. `folded` and `unfolded`: BatchNormalization folded by the exporter or not (`do_constant_folding`); `preserve`: `TrainingMode.PRESERVE`; `inputs`: initializers listed as inputs; `external`: weights in a second file; `unoptimised`: `optimize=False`. `static` has the batch 1 (or `batch3`), `dynamic` a symbol for the batch, `dynamic-size` for height and width as well |
| nodes | of the file → of the bundle |
| error | largest of all outputs, as a part of max\\|y\\|, against PyTorch in float64, at batch 1 and 3 (a static file at its own batch); 2e-5 is allowed |
| weights | against PyTorch's state dictionary with BatchNormalization folded in double precision: equal bit for bit, or the largest deviation in units in the last place of the channel's maximum (a bias: of the largest of its terms). Files that the exporter did not fold, and layers without BatchNormalization in any file, must be equal; 4 are allowed elsewhere |
| layers | values inside the network that onnxruntime computed (its optimisations off, float32) and that the fused bundle still has or can recover, of all captured ones. Each was compared as the network runs and by itself, and passed; the bundle made with `--no-fuse` compared all |
| structure | whether the file's `structureDigest` is that of the network's other files, for every input shape that it can be bound to: its own, batch 3, a symbol for the batch, symbols for height and width |

An export that PyTorch itself refuses stands in the table with PyTorch's reason.
"""  # noqa: E501 -- a line is a paragraph or a row


def summary(results: list[Result], minutes: float) -> str:
    """The closing lines on a terminal: what failed, and how many passed."""
    lines = []
    for result in results:
        if result.failures:
            lines += [
                f"\n{result.network} {result.export}:",
                *(f"  {failure.splitlines()[0]}" for failure in result.failures),
            ]
    lines += ["", *(" ".join(row) for row in _aligned(_network_rows(results)))]
    written = [result for result in results if result.not_exported is None]
    passed = sum(not result.failures for result in written)
    errors = [result.error for result in written if result.error is not None]
    captured = sum(result.layers.captured for result in written if result.layers)
    compared = sum(result.layers.fused for result in written if result.layers)
    worst = f", largest error {max(errors):.2e} of max|y|" if errors else ""
    lines.append(
        f"{passed} of {len(written)} passed{worst}; {compared} of {captured} captured values compared; "
        f"{len(results) - len(written)} that PyTorch does not write; "
        f"{minutes:.1f} minutes"
    )
    return "\n".join(lines)


def markdown(results: list[Result]) -> str:
    parts = [INTRODUCTION, "## Summary\n", _table(_network_rows(results)), ""]
    for network, group in groupby(results, lambda result: result.network):
        rows = [("export", "nodes", "error", "weights", "layers", "structure")]
        refused = [("export", "why PyTorch does not write it")]
        for result in group:
            if result.not_exported is not None:
                refused.append((result.export, _cell(result.not_exported)))
                continue
            error = "-" if result.error is None else f"{result.error:.1e}"
            same = {None: "alone", True: "equal", False: "**another**"}[result.same_digest]
            failed = " **failed**" if result.failures else ""
            nodes, layers = f"{result.nodes} → {result.graph_nodes}", str(result.layers or "-")
            rows.append((result.export + failed, nodes, error, result.weights, layers, same))
        parts += [f"## {network}\n", _table(rows), ""]
        if len(refused) > 1:
            parts += [_table(refused), ""]
    return "\n".join(parts)


def _network_rows(results: list[Result]) -> list[tuple[str, ...]]:
    rows = [("network", "files", "passed", "not written", "largest error", "weights", "structures", "digest")]
    for network, group in groupby(results, lambda result: result.network):
        all_files = list(group)
        files = [result for result in all_files if result.not_exported is None]
        errors = [result.error for result in files if result.error is not None]
        units = [result.units for result in files if result.units is not None]
        digests = {next(iter(result.digests.items())) for result in files if result.digests}
        shapes = {shape for shape, _ in digests}
        rows.append((
            network,
            str(len(files)),
            str(sum(not result.failures for result in files)),
            str(len(all_files) - len(files)),
            f"{max(errors):.1e}" if errors else "-",
            f"≤ {max(units):.1f} ulp" if units else "-",
            f"{len(digests)} for {len(shapes)} shapes",
            next((result.digest for result in files if result.digests), "-"),
        ))  # fmt: skip
    return rows


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _table(rows: Iterable[tuple[str, ...]]) -> str:
    header, *body = rows
    lines = [header, tuple("---" for _ in header), *body]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _aligned(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [tuple(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
