"""Makes full-size networks with their golden cases, as scripts/parity needs them. Nothing of this is committed.

    make.py FOLDER [--quick]

Each folder FOLDER/<network>-<variant> is laid out as those of golden/networks. A file that is there already,
made by these same scripts, is kept. --quick makes one file a family.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from pathlib import Path

import torch

from ferrygolden.exports import Variant
from ferrygolden.families import FULL_SIZE
from ferrygolden.network_cases import NetworkCases

ALL_VARIANTS = [
    Variant.torchscript(opset, folded=folded, dynamic_batch=dynamic_batch)
    for opset in (13, 17)
    for folded in (True, False)
    for dynamic_batch in (False, True)
] + [Variant.dynamo(dynamic_batch=False), Variant.dynamo(dynamic_batch=True)]

# One file a family, and each of the exporters once.
QUICK = {
    "mobilenet_wd4": [Variant.torchscript(13, folded=False, dynamic_batch=True)],
    "xception": [Variant.torchscript(17, folded=True, dynamic_batch=False)],
    "efficientnet_b1": [Variant.dynamo(dynamic_batch=False)],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--quick", action="store_true", help="one file a family")
    arguments = parser.parse_args()
    stamp = scripts_digest()
    for network in FULL_SIZE:
        variants = QUICK.get(network.name, []) if arguments.quick else ALL_VARIANTS
        folders = {variant: arguments.folder / f"{network.name}-{variant.name}" for variant in variants}
        missing = {variant: folder for variant, folder in folders.items() if not is_made(folder, stamp)}
        if not missing:
            continue
        start = time.monotonic()
        cases = NetworkCases(network, calibration=torch.float32)
        for variant, folder in missing.items():
            cases.write(variant, folder)
            (folder / ".stamp").write_text(stamp)
        print(f"{network.name}: {(time.monotonic() - start) / 60:.1f} minutes", flush=True)
    write_list(arguments.folder, arguments.quick)


def write_list(folder: Path, quick: bool) -> None:
    """models.txt names the folders that this run is about, one a line; "example" is what example.py makes."""
    names = ["example"] + [
        f"{network.name}-{variant.name}"
        for network in FULL_SIZE
        for variant in (QUICK.get(network.name, []) if quick else ALL_VARIANTS)
    ]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "models.txt").write_text("".join(f"{name}\n" for name in names))


def is_made(folder: Path, stamp: str) -> bool:
    """The stamp is written last, so a folder with the right one is whole."""
    path = folder / ".stamp"
    return path.is_file() and path.read_text() == stamp


def scripts_digest() -> str:
    """Changes whenever the scripts or the packages do."""
    golden = Path(__file__).parents[1]
    sources = [*sorted(golden.glob("ferrygolden/**/*.py")), Path(__file__), golden / "requirements-torch.txt"]
    return hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()


if __name__ == "__main__":
    main()
