"""Captures golden tensors where the reference framework lives: inputs, outputs and the values between them.

`ferry verify` compares a converted network against what is written here. One tool a framework, as a module and as a
command:

- capture_torch: a PyTorch module; it also writes the ONNX file. `ferry-capture torch MODULE.py:FACTORY -o FOLDER`
- capture_onnx: an ONNX file, run by ONNX Runtime. `ferry-capture onnx MODEL.onnx -o FOLDER`
- capture_keras: a Keras model's file. `ferry-capture keras MODEL.keras -o FOLDER`
"""

from ferry_capture.case import Tolerance
from ferry_capture.errors import CaptureError
from ferry_capture.inputs import InputRequest
from ferry_capture.pictures import PictureOptions
from ferry_capture.report import Report
from ferry_capture.selection import LayerSelection

__all__ = ["CaptureError", "InputRequest", "LayerSelection", "PictureOptions", "Report", "Tolerance"]
