"""Makes the small relatives of the three families: exports, goldens from PyTorch in float64, references.

    golden/make networks [FOLDER]

Each folder FOLDER/<network>-<variant> holds model.onnx and a case of one picture; where the batch is dynamic, a folder
batch-3 below it holds a case of three pictures for the same model. One variant of each network also carries what the
values inside the graph must be.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch

from ferrygolden.exports import Variant
from ferrygolden.families import SMALL
from ferrygolden.network_cases import NetworkCases

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

# Nothing is folded in this one, so its values are those of the network as it was written down.
LAYERS_OF = Variant.torchscript(17, folded=False, dynamic_batch=False)
LARGEST_LAYER = 1000  # elements: the later half of each network, a few KB a value


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    for network in SMALL:
        cases = NetworkCases(network)
        for variant in ENSEMBLE_VARIANTS if network.name == "ensemble-member" else VARIANTS:
            cases.write(
                variant,
                folder / f"{network.name}-{variant.name}",
                largest_layer=LARGEST_LAYER if variant == LAYERS_OF else 0,
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
