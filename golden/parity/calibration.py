"""The full-size networks' calibrated weights, kept from one run to the next. Benchmarks use them too."""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch
from torch import nn

from ferrygolden.families import Network


def calibrated(network: Network, folder: Path) -> nn.Module:
    """The network with its calibrated weights, which are kept in `folder` from one run to the next."""
    source = network.weights_of or network
    path = folder / f"{source.name}-{scripts_digest()[:16]}.pt"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob(f"{source.name}-*.pt"):
            old.unlink()
        part = path.with_suffix(".part")
        torch.save(source.make(torch.float32).state_dict(), part)
        part.rename(path)
    return network.with_weights(torch.load(path, weights_only=True))


def scripts_digest() -> str:
    """Changes whenever what the weights are made of does."""
    golden = Path(__file__).parents[1]
    names = (
        "ferrygolden/calibration.py",
        "ferrygolden/families.py",
        "ferrygolden/pictures.py",
        "requirements-torch.txt",
    )
    return hashlib.sha256(b"\0".join((golden / name).read_bytes() for name in names)).hexdigest()
