"""Makes the committed files anew. Called by `golden/make keras`, once in each environment, the one of Keras 2 first.

    make_small.py FOLDER SCRATCH [NETWORK…]

FOLDER gets a folder a network with its files and cases, and cases.json, which lists them; SCRATCH carries the weights
from one environment to the other.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from ferrygolden.case import Case, Producer, Tolerance, sha256_of
from kerasfiles import small
from kerasfiles.committed import forms, pack
from kerasfiles.forms import FULL2, Form
from kerasfiles.networks import SMALL, KerasNetwork
from kerasfiles.reproducible import settle

TOLERANCE = Tolerance(
    "float32 networks of this depth differ from their float64 truth by at most 1e-5 of the largest output; "
    "twice that is a defect"
)

BATCHES = (1, 3)


def main() -> None:
    folder, scratch, chosen = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
    version = int(keras.__version__.split(".", 1)[0])
    settle()
    small.check()
    for network in SMALL:
        if chosen and network.name not in chosen:
            continue
        if version == 2:
            of_keras2(network, folder / network.name, scratch)
        elif network.keras3:
            of_keras3(network, folder / network.name, scratch)
    manifest = {"ferryKerasGolden": 1, "networks": [described(network) for network in SMALL]}
    (folder / "cases.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def of_keras2(network: KerasNetwork, folder: Path, scratch: Path) -> None:
    from kerasfiles.keras2 import Maker  # noqa: PLC0415 -- of the other environment
    from kerasfiles.truth import Truth, telling  # noqa: PLC0415

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    maker = Maker(network)
    truth = Truth(network, maker.model.get_weights())
    maker.write_weights(scratch / f"{network.name}.npz")
    maker.write_onnx(folder / "tf2onnx.onnx")
    pack(folder / "tf2onnx.onnx")
    digests = write_all(network, folder, 2, maker.write)
    for batch in BATCHES:
        pictures, expected, noise = telling(network, maker.model, truth, batch)
        print(f"{network.name}, batch {batch}: Keras's own float32 is off by {noise:.1e} of max|y|")
        output = maker.model.layers[-1].name
        Case(
            name=f"{network.name}, batch {batch}",
            source_sha256=digests[FULL2],
            producer=Producer.of("keras", "tensorflow-cpu", "keras", "h5py"),
            seed=network.seed,
            layout="NHWC",
            inputs={maker.model.input.name: pictures},
            outputs={output: next(iter(expected.values()))},
            layers={network.logits: expected[network.logits]} if network.logits else {},
            tolerance=TOLERANCE,
        ).write(folder if batch == 1 else folder / f"batch-{batch}")
        np.savez(scratch / f"{network.name}-batch{batch}.npz", pictures, *expected.values())


def of_keras3(network: KerasNetwork, folder: Path, scratch: Path) -> None:
    from kerasfiles.keras3 import Maker  # noqa: PLC0415 -- of the other environment

    maker = Maker(network, scratch / f"{network.name}.npz")
    for batch in BATCHES:
        with np.load(scratch / f"{network.name}-batch{batch}.npz") as stored:
            maker.check(*(stored[name] for name in stored.files))
    write_all(network, folder, 3, maker.write)


def write_all(
    network: KerasNetwork, folder: Path, version: int, write: Callable[[Form, Path], None]
) -> dict[Form, str]:
    """Writes the forms of one version of Keras, packed; the SHA-256 of each, unpacked."""
    digests = {}
    for form in forms(network, version):
        path = folder / form.file
        write(form, path)
        digests[form] = sha256_of(path)
        pack(path)
    return digests


def described(network: KerasNetwork) -> dict[str, Any]:
    """The network's entry in cases.json; paths are relative to that file."""
    entries = []
    for form in (form for version in (2, 3) for form in forms(network, version)):
        entry: dict[str, Any] = {"file": f"{network.name}/{form.file}.gz", "about": form.about}
        if not form.whole:
            entry |= {"architecture": network.architecture, "inputShape": network.input_shape}
        entries.append(entry)
    return {
        "name": network.name,
        "logits": network.logits,
        "cases": [network.name, f"{network.name}/batch-3"],
        "onnx": f"{network.name}/tf2onnx.onnx.gz",
        "forms": entries,
    }


if __name__ == "__main__":
    main()
