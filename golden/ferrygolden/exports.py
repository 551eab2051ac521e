"""The ways in which PyTorch writes an ONNX file, as data: exporter, opset, folding, what is dynamic."""

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

INPUT, OUTPUT = "input", "output"
BATCH, HEIGHT, WIDTH = "batch", "height", "width"


@dataclass(frozen=True)
class Variant:
    """One way to export.

    `opset` is None for the dynamo exporter at its default. `dynamic` names the input's axes that stay symbols.
    `batch` is that of a static file. `unfolded` says that the exporter must leave every BatchNormalization as it is.
    """

    name: str
    exporter: str
    opset: int | None
    unfolded: bool = False
    dynamic: tuple[str, ...] = ()
    batch: int = 1
    preserve: bool = False
    initializers_as_inputs: bool = False
    external_data: bool = False

    @property
    def dynamic_batch(self) -> bool:
        return BATCH in self.dynamic

    @property
    def batches(self) -> tuple[int, ...]:
        """The batches that a file of this kind can be run with, of those that goldens have."""
        return (1, 3) if self.dynamic_batch else (self.batch,)

    @classmethod
    def torchscript(cls, opset: int, *, folded: bool = True, dynamic_batch: bool = False, batch: int = 1) -> Variant:
        words = [f"ts{opset}", "folded" if folded else "unfolded", "dynamic" if dynamic_batch else "static"]
        if batch != 1:
            words.append(f"batch{batch}")
        dynamic = (BATCH,) if dynamic_batch else ()
        return cls("-".join(words), "torchscript", opset, not folded, dynamic, batch)

    @classmethod
    def torchscript_dynamic_size(cls, opset: int) -> Variant:
        """Batch, height and width are symbols."""
        return cls(f"ts{opset}-folded-dynamic-size", "torchscript", opset, dynamic=(BATCH, HEIGHT, WIDTH))

    @classmethod
    def torchscript_preserve(cls, opset: int, *, dynamic_batch: bool = False) -> Variant:
        """TrainingMode.PRESERVE of a network in evaluation mode."""
        name = f"ts{opset}-preserve-{'dynamic' if dynamic_batch else 'static'}"
        dynamic = (BATCH,) if dynamic_batch else ()
        return cls(name, "torchscript", opset, unfolded=True, dynamic=dynamic, preserve=True)

    @classmethod
    def torchscript_inputs(cls, opset: int, *, dynamic_batch: bool = False) -> Variant:
        """Every initializer is listed as an input of the graph as well."""
        name = f"ts{opset}-inputs-{'dynamic' if dynamic_batch else 'static'}"
        dynamic = (BATCH,) if dynamic_batch else ()
        return cls(name, "torchscript", opset, dynamic=dynamic, initializers_as_inputs=True)

    @classmethod
    def dynamo(cls, *, dynamic_batch: bool = False, opset: int | None = None) -> Variant:
        name = f"dynamo{opset or ''}-{'dynamic' if dynamic_batch else 'static'}"
        return cls(name, "dynamo", opset, dynamic=(BATCH,) if dynamic_batch else ())

    @classmethod
    def dynamo_external(cls) -> Variant:
        """The weights lie in a file of their own, model.onnx.data."""
        return cls("dynamo-external", "dynamo", None, external_data=True)

    @classmethod
    def dynamo_unoptimised(cls, *, dynamic_batch: bool = False) -> Variant:
        """As the exporter translates it, without its own clearing up."""
        name = f"dynamo-unoptimised-{'dynamic' if dynamic_batch else 'static'}"
        return cls(name, "dynamo", None, unfolded=True, dynamic=(BATCH,) if dynamic_batch else ())


def export(network: nn.Module, height: int, width: int, variant: Variant, path: Path) -> None:
    """Writes `network` (in evaluation mode, float32) to `path`; its input is [batch, 3, height, width]."""
    path.parent.mkdir(parents=True, exist_ok=True)
    exporter = {"torchscript": _export_torchscript, "dynamo": _export_dynamo}[variant.exporter]
    with _silence():
        exporter(network, height, width, variant, path)


def _export_torchscript(network: nn.Module, height: int, width: int, variant: Variant, path: Path) -> None:
    axes = {axis: name for axis, name in ((0, BATCH), (2, HEIGHT), (3, WIDTH)) if name in variant.dynamic}
    mode = torch.onnx.TrainingMode.PRESERVE if variant.preserve else torch.onnx.TrainingMode.EVAL
    torch.onnx.export(
        network,
        (torch.zeros(variant.batch, 3, height, width),),
        path,
        dynamo=False,
        opset_version=variant.opset,
        do_constant_folding=not variant.unfolded,
        training=mode,
        keep_initializers_as_inputs=variant.initializers_as_inputs or None,
        input_names=[INPUT],
        output_names=[OUTPUT],
        dynamic_axes={INPUT: axes, OUTPUT: {0: BATCH}} if axes else None,
    )


def _export_dynamo(network: nn.Module, height: int, width: int, variant: Variant, path: Path) -> None:
    # A batch of one in the example would be taken for a constant.
    batch = 2 if variant.dynamic_batch else variant.batch
    options = {} if variant.opset is None else {"opset_version": variant.opset}
    torch.onnx.export(
        network,
        (torch.zeros(batch, 3, height, width),),
        path,
        dynamo=True,
        external_data=variant.external_data,
        optimize=not variant.unfolded,
        input_names=[INPUT],
        output_names=[OUTPUT],
        dynamic_shapes=({0: torch.export.Dim(BATCH, min=1, max=64)},) if variant.dynamic_batch else None,
        **options,
    )
    _shorten_stack_traces(path)


def _shorten_stack_traces(path: Path) -> None:
    """Cuts the folders of this machine from the stack traces that dynamo writes into each node.

    Otherwise the file's bytes would depend on where the Python environment lies.
    """
    model = onnx.load(path, load_external_data=False)
    for node in model.graph.node:
        for entry in node.metadata_props:
            if entry.key == "pkg.torch.onnx.stack_trace":
                entry.value = re.sub(r'File "[^"]*/(site-packages|golden)/', r'File "\1/', entry.value)
    # Plain bytes: onnx.save would look after the external data, which stays where it is.
    path.write_bytes(model.SerializeToString())


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
