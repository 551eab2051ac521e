"""What is done with a file that PyTorch has exported: folders of the machine are cut out, its values are listed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ferry_capture import onnx_graph
from ferry_capture.errors import required
from ferry_capture.onnx_graph import Dependence, GraphValue

_FOLDER = re.compile(r'File "[^"]*[/\\]([^"/\\]*)"')


def clean(path: Path) -> None:
    """Cuts the folders of this machine from the stack traces that dynamo writes into each node.

    No reader of the file uses them, they are nobody's business, and the file's bytes would depend on where things lie.
    """
    model = required("onnx", "torch", "exporting to ONNX").load(str(path), load_external_data=False)
    changed = False
    for node in model.graph.node:
        for entry in node.metadata_props:
            shortened = _FOLDER.sub(r'File "\1"', entry.value)
            if shortened != entry.value:
                entry.value = shortened
                changed = True
        if node.doc_string:
            node.doc_string = ""
            changed = True
    if changed:
        # Plain bytes: onnx.save would look after the external data, which stays where it is.
        path.write_bytes(model.SerializeToString())


class FileValues:
    """The values inside an exported file.

    `values` are the floating-point ones that depend on what the inputs hold, without the outputs; `others` the rest,
    with the reason why they do not count.
    """

    def __init__(self, path: Path, outputs: Sequence[str]) -> None:
        model = onnx_graph.load(path)
        types = onnx_graph.inferred_types(path)
        self.opset = max(entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx"))
        self.values: list[GraphValue] = []
        self.others: list[tuple[str, str]] = []
        for value in onnx_graph.values(model):
            if value.name in outputs:
                continue
            kind = types.get(value.name)
            if value.dependence is Dependence.NOTHING:
                self.others.append((value.name, "that depend on no input"))
            elif value.dependence is Dependence.SHAPES:
                self.others.append((value.name, "that follow from the inputs' shapes alone"))
            elif kind is not None and kind.kind != "f":
                self.others.append((value.name, "whole numbers and truth values inside the graph"))
            else:
                self.values.append(value)
        for name in onnx_graph.inner_values(model):
            self.others.append((name, "in the branches and bodies of If, Loop and Scan"))
        self.names = [value.name for value in self.values]
        self.floating = frozenset(self.names)
