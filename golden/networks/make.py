"""Makes the small relatives of the three families: exports, goldens from PyTorch in float64, references.

    golden/make networks [FOLDER [FAMILY…]]

Each folder FOLDER/<network>-<variant> holds model.onnx and a case of one picture; where the batch is dynamic, a folder
batch-3 below it holds a case of three pictures for the same model. One variant of each network also carries what the
values inside the graph must be. Of the families around one operation (ferrygolden/spellings.py) each file is small.
Without names of families all are made.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch

from ferrygolden.exports import Variant
from ferrygolden.families import SMALL
from ferrygolden.network_cases import NetworkCases
from ferrygolden.spellings import SPELLINGS, spelled

VARIANTS = (
    Variant.torchscript(13, folded=True, dynamic_batch=False),
    Variant.torchscript(13, folded=False, dynamic_batch=True),
    Variant.torchscript(17, folded=False, dynamic_batch=False),
    Variant.torchscript(17, folded=True, dynamic_batch=True),
    Variant.dynamo(dynamic_batch=False),
)

ENSEMBLE_VARIANTS = (
    Variant.torchscript(13, folded=False, dynamic_batch=True),
    Variant.torchscript(17, folded=True, dynamic_batch=False),
    Variant.dynamo(dynamic_batch=True),
)

# What else the exporters are asked for, once in the smallest network.
MOBILENET_VARIANTS = (
    *VARIANTS,
    Variant.torchscript(7),
    Variant.torchscript_inputs(9, dynamic_batch=True),
    Variant.torchscript_preserve(18),
    Variant.torchscript_dynamic_size(20),
    Variant.torchscript(23),
    Variant.torchscript(13, batch=3),
    Variant.dynamo(opset=18),
    Variant.dynamo(opset=23),
    Variant.dynamo_external(),
)

# Padding as TensorFlow's SAME: plain amounts up to opset 9, a subgraph of integers from 11 on, part of Conv from
# dynamo.
SAME_VARIANTS = (
    Variant.torchscript(9),
    Variant.torchscript(11),
    Variant.torchscript_dynamic_size(13),
    Variant.torchscript(18, folded=False, dynamic_batch=True),
    Variant.dynamo(),
)

VARIANTS_OF = {
    "ensemble-member": ENSEMBLE_VARIANTS, "mobilenet": MOBILENET_VARIANTS, "efficientnet-same": SAME_VARIANTS,
}  # fmt: skip

# The opsets between which an operation's spelling changes.
SPELLING_VARIANTS = (
    Variant.torchscript(9),
    Variant.torchscript(13, dynamic_batch=True),
    Variant.torchscript(18),
    Variant.dynamo(dynamic_batch=True),
)

# Nothing is folded in this one, so its values are those of the network as it was written down.
LAYERS_OF = Variant.torchscript(17, folded=False, dynamic_batch=False)
LARGEST_LAYER = 1000  # elements: the later half of each network, a few KB a value


def main(folder: Path, families: list[str]) -> None:
    torch.set_num_threads(1)
    for network in SMALL:
        if families and network.name not in families:
            continue
        cases = NetworkCases(network)
        for variant in VARIANTS_OF.get(network.name, VARIANTS):
            cases.write(
                variant,
                folder / f"{network.name}-{variant.name}",
                largest_layer=LARGEST_LAYER if variant == LAYERS_OF else 0,
            )
    for family, words in SPELLINGS.items():
        for word in words if not families or family in families else ():
            cases = NetworkCases(spelled(family, word))
            # One way of writing it down is exported in all ways, the others by each exporter once.
            for variant in SPELLING_VARIANTS if word == next(iter(words)) else SPELLING_VARIANTS[1:4:2]:
                cases.write(variant, folder / "-".join(filter(None, (family, variant.name, word))))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent, sys.argv[2:])
