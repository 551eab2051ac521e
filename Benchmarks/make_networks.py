"""Writes the networks that scripts/bench runtime measures, as PyTorch exports them, and CenterFace at 512×512.

    make_networks.py FOLDER WEIGHTS CENTERFACE NETWORK…      run with golden/ on PYTHONPATH

Weights are calibrated as for the golden cases (a network of random weights would drown in zeros and overflows, which
processors may handle faster or slower than numbers); they are kept in the folder WEIGHTS. Files that are there
already are kept.
"""

from __future__ import annotations

import sys
from pathlib import Path

import onnx
from ferrygolden.exports import Variant, export
from ferrygolden.families import FULL_SIZE
from parity.calibration import calibrated
from speed import products, tiny
from speed.cases import PRODUCTS, TINY

CENTERFACE = "centerface_512"


def main() -> None:
    folder, weights, centerface = map(Path, sys.argv[1:4])
    networks = {network.name: network for network in FULL_SIZE}
    folder.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[4:]:
        path = folder / f"{name}.onnx"
        if path.is_file():
            continue
        part = path.with_suffix(".part")
        if name == TINY:
            onnx.save(tiny.network(), part)
        elif name == PRODUCTS:
            onnx.save(products.network(), part)
        elif name == CENTERFACE:
            onnx.save(at_512(onnx.load(centerface)), part)
        else:
            network = networks[name]
            variant = Variant.torchscript(17, dynamic_batch=True)
            export(calibrated(network, weights), network.height, network.width, variant, part)
        part.rename(path)
        print(f"made {path.name}", flush=True)


def at_512(model: onnx.ModelProto) -> onnx.ModelProto:
    """The detector for one picture of 512×512, made as easy for every engine as its format allows.

    The published file declares pictures of 32×32 in batches of ten, and lists its weights as inputs that a caller
    might replace, which forbids ONNX Runtime to fold anything into them. Here the shape is fixed and the weights are
    constants.
    """
    graph = model.graph
    weights = {weight.name for weight in graph.initializer}
    pictures = [value for value in graph.input if value.name not in weights]
    del graph.input[:]
    graph.input.extend(pictures)
    for axis, extent in zip(graph.input[0].type.tensor_type.shape.dim, (1, 3, 512, 512), strict=True):
        axis.Clear()
        axis.dim_value = extent
    # What the file says about shapes within belongs to 32×32.
    del graph.value_info[:]
    for output in graph.output:
        output.type.tensor_type.ClearField("shape")
    return onnx.shape_inference.infer_shapes(model)


if __name__ == "__main__":
    main()
