"""From a .pth file to an ONNX file, with a golden case by which `ferry verify` proves that it arrived whole.

Needs PyTorch 2.9 or newer: pip install torch onnx onnxscript numpy
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import torch

# Your own network instead: the class or function that the .pth was trained with, and the size of its input.
from pytorchcv.models.mobilenet import mobilenet_wd4 as build

network = build()
network.load_state_dict(torch.load("network.pth", map_location="cpu", weights_only=True))
network.eval()  # never export in training mode
pictures = torch.randn(2, 3, 224, 224)

torch.onnx.export(
    network,
    (pictures,),
    "model.onnx",
    input_names=["input"],
    output_names=["output"],
    dynamic_shapes=({0: torch.export.Dim("batch", min=1, max=1024)},),
    external_data=False,
)

# What the network answers in float64, beside the question.
with torch.no_grad():
    answer = network.double()(pictures.double())
golden = Path("golden")
golden.mkdir(exist_ok=True)
np.save(golden / "input.npy", pictures.numpy())
np.save(golden / "output.npy", answer.numpy())
case = {
    "ferryGolden": 1,
    "name": "network.pth",
    "source": {"file": None, "sha256": hashlib.sha256(Path("model.onnx").read_bytes()).hexdigest()},
    "producer": {"name": "pytorch", "versions": {"torch": torch.__version__}},
    "seed": None,
    "layout": "NCHW",
    "inputs": {"input": "input.npy"},
    "outputs": {"output": "output.npy"},
    "layers": {},
    "tolerance": {"atol": 0, "rtol": 0, "peak": 2e-5, "reason": "float32 against float64"},
}
(golden / "case.json").write_text(json.dumps(case, indent=2))

# Then: ferry convert model.onnx -o model.ferry && ferry verify model.ferry --golden golden
