"""docs/keras-forms.md"""

from __future__ import annotations

from kerasfiles.check import Line

INTRODUCTION = """\
# Keras files, form by form

This page is written by `scripts/parity keras`, which makes full-size networks with Keras 2.15 and Keras 3 in Python
environments of their own, writes each in every file form, and verifies each file against Keras in float64 at batch 1
and 3. All forms of a network have one structure, which is also that of tf2onnx's file, and one set of weights. Small
relatives of the networks in these forms are committed (`golden/keras/forms`) and run in `scripts/test`, where no
TensorFlow is installed. pytorchcv's networks, last on this page, are stored as state dictionaries, which hold PyTorch's
names and nothing else; PyTorch in float64 says what they must answer.

| Column | What it says |
|---|---|
| output | the largest error of the network's output, as a part of max\\|y\\|; 2e-5 is allowed |
| logits | the same of what stands before its last activation |
| structure, weights | how the digests begin; exporters of ONNX fold weights, so that their files have others |
| assumed | what the file cannot prove, with the value taken |

"""


def markdown(lines: list[Line]) -> str:
    parts = [INTRODUCTION]
    for network in dict.fromkeys(line.network for line in lines):
        parts.append(f"## {network}\n\n")
        header = ("file", "form", "MB", "seconds", "output", "logits", "structure", "weights", "assumed")
        rows = [header, tuple("---" for _ in header)]
        rows += [cells(line) for line in lines if line.network == network]
        parts += [f"| {' | '.join(row)} |\n" for row in rows] + ["\n"]
    return "".join(parts).rstrip("\n") + "\n"


def cells(line: Line) -> tuple[str, ...]:
    def number(value: float | None) -> str:
        return "-" if value is None else f"{value:.1e}"

    return (
        f"`{line.file}`" + (" **failed**" if line.failures else ""),
        line.about,
        f"{line.megabytes:.1f}",
        "-" if line.seconds is None else f"{line.seconds:.1f}",
        number(line.output),
        number(line.logits),
        (line.structure or "-")[:8],
        (line.weights or "-")[:8],
        ", ".join(line.assumptions) or "-",
    )
