"""Which network is exported in which ways: the export matrix, as data.

Every network meets every opset and every kind of export. Where the full product says nothing new it is thinned: kinds
that act at the same place of an exporter (folding, listing initializers as inputs, dynamic axes) are crossed with the
opsets at which that place changes: 9 → 11 (Pad's amounts become an input, and an integer subgraph in tf mode), 13 (axes
of Squeeze and Unsqueeze), 18 (axes of ReduceMean).
"""

from __future__ import annotations

from ferrygolden.exports import Variant
from ferrygolden.families import FULL_SIZE, Network

OPSETS = (7, 9, 11, 13, 17, 18, 20, 23)

# Cheap to export (about a second a file), so nothing is thinned.
FULL_PRODUCT = ("mobilenet_wd4", "mobilenet_w1")

_DYNAMO = (
    Variant.dynamo(),
    Variant.dynamo(dynamic_batch=True),
    Variant.dynamo(opset=17),
    Variant.dynamo(opset=18),
    Variant.dynamo(opset=23),
    Variant.dynamo_external(),
    Variant.dynamo_unoptimised(),
)

THINNED = (
    Variant.torchscript(7),
    Variant.torchscript(9),
    Variant.torchscript(11, dynamic_batch=True),
    Variant.torchscript(13),
    Variant.torchscript(17, dynamic_batch=True),
    Variant.torchscript(18),
    Variant.torchscript(20, dynamic_batch=True),
    Variant.torchscript(23),
    Variant.torchscript(13, batch=3),
    Variant.torchscript_dynamic_size(9),
    Variant.torchscript_dynamic_size(13),
    Variant.torchscript(7, folded=False, dynamic_batch=True),
    Variant.torchscript(11, folded=False),
    Variant.torchscript(18, folded=False, dynamic_batch=True),
    Variant.torchscript_preserve(9),
    Variant.torchscript_preserve(17, dynamic_batch=True),
    Variant.torchscript_inputs(9, dynamic_batch=True),
    Variant.torchscript_inputs(13),
    *_DYNAMO,
)

WHOLE = (
    *(Variant.torchscript(opset) for opset in OPSETS),
    *(Variant.torchscript(opset, dynamic_batch=True) for opset in OPSETS),
    *(Variant.torchscript_dynamic_size(opset) for opset in OPSETS),
    *(Variant.torchscript(opset, folded=False, dynamic_batch=True) for opset in OPSETS),
    *(Variant.torchscript_preserve(opset) for opset in OPSETS),
    *(Variant.torchscript_inputs(opset) for opset in OPSETS),
    Variant.torchscript(13, batch=3),
    *_DYNAMO,
    Variant.dynamo_unoptimised(dynamic_batch=True),
)

# Each family and each exporter once, two files of one network, and the padding that is hardest to fold.
QUICK = {
    "mobilenet_wd4": (
        Variant.torchscript(9),
        Variant.torchscript(17, folded=False, dynamic_batch=True),
        Variant.dynamo(),
    ),
    "member_xception_256": (Variant.torchscript(13, dynamic_batch=True),),
    "efficientnet_b1b_150": (Variant.torchscript(11), Variant.torchscript_dynamic_size(13)),
}


def matrix(*, quick: bool, networks: list[str], exports: list[str]) -> list[tuple[Network, list[Variant]]]:
    """What is to be made, thinned by names; an unknown name is an error."""
    rows = []
    for network in FULL_SIZE:
        variants = QUICK.get(network.name, ()) if quick else WHOLE if network.name in FULL_PRODUCT else THINNED
        chosen = [variant for variant in variants if not exports or variant.name in exports]
        if chosen and (not networks or network.name in networks):
            rows.append((network, chosen))
    known = {network.name for network in FULL_SIZE}, {variant.name for variant in (*WHOLE, *THINNED)}
    for names, allowed in zip((networks, exports), known, strict=True):
        unknown = sorted(set(names) - allowed)
        if unknown:
            raise SystemExit(f"error: unknown {', '.join(unknown)}\n  supported: {', '.join(sorted(allowed))}")
    return rows
