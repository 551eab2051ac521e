"""Writes the full-size Xception (91 MB) as PyTorch exports it, normalizations folded and not.

    make_xception.py FOLDER [--quick]      --quick: only xception-folded.onnx

Files that are there already are kept. The weights are random: conversion does not depend on their values.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import torch
from pytorchcv.models.xception import xception


def main() -> None:
    folder = Path(sys.argv[1])
    variants = {"xception-folded": True} | ({} if "--quick" in sys.argv else {"xception-unfolded": False})
    missing = {folder / f"{name}.onnx": folded for name, folded in variants.items()}
    missing = {path: folded for path, folded in missing.items() if not path.is_file()}
    if not missing:
        return
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(1)
    network = xception().eval()
    for path, folded in missing.items():
        part = path.with_suffix(".part")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                network,
                (torch.zeros(1, 3, 299, 299),),
                part,
                dynamo=False,
                opset_version=17,
                do_constant_folding=folded,
                input_names=["input"],
                output_names=["output"],
            )
        part.rename(path)
        print(f"made {path.name}", flush=True)


if __name__ == "__main__":
    main()
