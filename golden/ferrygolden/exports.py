"""The ways in which PyTorch writes an ONNX file, as data: exporter, opset, folding, batch."""

from __future__ import annotations

import contextlib
import io
import logging
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import onnx
import torch
from torch import nn

INPUT, OUTPUT, BATCH = "input", "output", "batch"


@dataclass(frozen=True)
class Variant:
    """One way to export. `opset` is None for the dynamo exporter at its default."""

    name: str
    opset: int | None
    folded: bool = True
    dynamic_batch: bool = False

    @classmethod
    def torchscript(cls, opset: int, *, folded: bool, dynamic_batch: bool) -> Variant:
        words = (f"ts{opset}", "folded" if folded else "unfolded", "dynamic" if dynamic_batch else "static")
        return cls("-".join(words), opset, folded, dynamic_batch)

    @classmethod
    def dynamo(cls, *, dynamic_batch: bool) -> Variant:
        return cls("dynamo-dynamic" if dynamic_batch else "dynamo-static", None, True, dynamic_batch)


def export(network: nn.Module, height: int, width: int, variant: Variant, path: Path) -> None:
    """Writes `network` (in evaluation mode, float32) to `path`; its input is [batch, 3, height, width]."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _silence():
        if variant.opset is None:
            _export_dynamo(network, height, width, variant, path)
        else:
            _export_torchscript(network, height, width, variant, path)


def _export_torchscript(network: nn.Module, height: int, width: int, variant: Variant, path: Path) -> None:
    torch.onnx.export(
        network,
        (torch.zeros(1, 3, height, width),),
        path,
        dynamo=False,
        opset_version=variant.opset,
        do_constant_folding=variant.folded,
        input_names=[INPUT],
        output_names=[OUTPUT],
        dynamic_axes={INPUT: {0: BATCH}, OUTPUT: {0: BATCH}} if variant.dynamic_batch else None,
    )


def _export_dynamo(network: nn.Module, height: int, width: int, variant: Variant, path: Path) -> None:
    # A batch of one in the example would be taken for a constant.
    batch = 2 if variant.dynamic_batch else 1
    torch.onnx.export(
        network,
        (torch.zeros(batch, 3, height, width),),
        path,
        dynamo=True,
        external_data=False,
        input_names=[INPUT],
        output_names=[OUTPUT],
        dynamic_shapes=({0: torch.export.Dim(BATCH, min=1, max=64)},) if variant.dynamic_batch else None,
    )
    _shorten_stack_traces(path)


def _shorten_stack_traces(path: Path) -> None:
    """Cuts the folders of this machine from the stack traces that dynamo writes into each node.

    Otherwise the file's bytes would depend on where the Python environment lies.
    """
    model = onnx.load(path)
    for node in model.graph.node:
        for entry in node.metadata_props:
            if entry.key == "pkg.torch.onnx.stack_trace":
                entry.value = re.sub(r'File "[^"]*/(site-packages|golden)/', r'File "\1/', entry.value)
    onnx.save(model, path)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """The exporters announce each phase, their deprecation and every missing optional package; errors still surface."""
    previous = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(previous)
