"""Which small network is committed in which forms, and how: files as FORM.gz below the network's folder."""

from __future__ import annotations

import gzip
from pathlib import Path

from kerasfiles.forms import (
    ARCHIVE2,
    ARCHIVE3,
    FULL2,
    FULL3,
    IMITATED,
    LEGACY,
    OF_FULL,
    OF_WEIGHTS,
    PLAIN,
    Form,
)
from kerasfiles.networks import KerasNetwork

H5PY2_WEIGHTS = OF_WEIGHTS[0]

# The physical forms say nothing about the network in them, so each need not meet every network.
_FORMS: dict[str, tuple[Form, ...]] = {
    "mobilenet": (*PLAIN, H5PY2_WEIGHTS),
    "mobilenet-without-top": (FULL2, H5PY2_WEIGHTS),
    "xception": (*PLAIN, *OF_WEIGHTS),
    "xception-two-layer-head": PLAIN,
    "efficientnet": PLAIN,
    "efficientnet-imagenet": (FULL2, H5PY2_WEIGHTS, ARCHIVE3),
    "efficientnet-package": (FULL2, LEGACY, ARCHIVE2),
    "mini-xception": (FULL2, ARCHIVE2, FULL3, ARCHIVE3, IMITATED),
    "sequential": (FULL2, ARCHIVE2, FULL3, ARCHIVE3),
    "nested": (FULL2, ARCHIVE2, FULL3, ARCHIVE3, *OF_FULL),
}


def forms(network: KerasNetwork, keras: int) -> tuple[Form, ...]:
    chosen = _FORMS[network.name]
    assert network.architecture is not None or all(form.whole for form in chosen)
    return tuple(form for form in chosen if form.keras == keras)


def pack(path: Path) -> None:
    """HDF5 is half padding: what is committed is FILE.gz, whose bytes depend on the file alone."""
    path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
    path.unlink()
