"""Runs docs/examples/pth_to_onnx.py as a reader would, so that what the README promises is tested."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import torch

from ferrygolden.families import FULL_SIZE
from parity.calibration import calibrated
from parity.check import Result, check
from parity.ferry import Ferry
from parity.networks import shortened_failures
from parity.weights import expected_weights

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "pth_to_onnx.py"


def example(command: str, folder: Path) -> list[Result]:
    """The example's file, checked like the others of its network."""
    (network,) = (network for network in FULL_SIZE if network.name == "mobilenet_wd4")
    module, scratch = calibrated(network, folder), folder / "example"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    torch.save(module.state_dict(), scratch / "network.pth")
    result = Result(network.name, f"docs/examples/{EXAMPLE.name}")
    finished = subprocess.run([sys.executable, EXAMPLE], cwd=scratch, capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        result.failures.append(f"the example failed\n{finished.stderr}")
    else:
        expected = expected_weights(module, network.golden_pictures(1))
        check(Ferry(command), result, scratch, ["1x3x224x224", "batchx3x224x224"], expected)
    shutil.rmtree(scratch, ignore_errors=True)
    print(result, *shortened_failures(result), sep="\n  ", flush=True)
    return [result]
