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
