"""Makes golden/preprocessing's floats.json and arrays of numbers: resizing by PyTorch.

python -m preprocessing.make_floats       after make_bytes, whose photograph it takes

One thread and the AVX2 kernels, because PyTorch's last bits depend on both.
"""

import os

os.environ["ATEN_CPU_CAPABILITY"] = "avx2"

import numpy as np
import torch

from preprocessing import cases

Array = np.ndarray


def interpolated(antialias: bool) -> cases.Resize:
    def planes(values: torch.Tensor, width: int, height: int) -> torch.Tensor:
        return torch.nn.functional.interpolate(
            values, size=(height, width), mode="bilinear", align_corners=False, antialias=antialias
        )

    def resize(pixels: Array, width: int, height: int) -> Array:
        values = torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1))[None].astype(np.float32))
        if antialias and width == 1:
            # PyTorch 2.13 gives its first row for every row of a result one pixel wide. The two directions one after
            # the other, the second as a row, are right.
            narrow = planes(values, 1, pixels.shape[0]).reshape(1, 3, 1, -1)
            result = planes(narrow, height, 1).reshape(1, 3, -1, 1)
        else:
            result = planes(values, width, height)
        return result.numpy()[0].transpose(1, 2, 0)

    return resize


torch.set_num_threads(1)
cases.write(
    "floats.json",
    {"torch": torch.__version__, "numpy": np.__version__, "kernels": torch.backends.cpu.get_cpu_capability()},
    {"pytorch-bilinear": interpolated(False), "pytorch-bilinear-antialias": interpolated(True)},
)
