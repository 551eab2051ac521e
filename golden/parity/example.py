"""Runs docs/examples/pth_to_onnx.py as a reader would, so that what the README promises is tested.

    example.py FOLDER

FOLDER gets a network.pth; the example runs there and leaves model.onnx and its golden case beside it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import torch

from ferrygolden.families import FULL_SIZE

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "pth_to_onnx.py"


def main(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (network,) = (network for network in FULL_SIZE if network.name == "mobilenet_wd4")
    torch.save(network.make(torch.float32).state_dict(), folder / "network.pth")
    finished = subprocess.run([sys.executable, EXAMPLE], cwd=folder, capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        sys.exit(f"error: {EXAMPLE.name} failed\n{finished.stderr}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
