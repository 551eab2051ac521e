"""Another engine as a server, like `ferry bench-server`: each answer is one line of JSON on standard output.

    worker.py onnxruntime|openvino FILE.onnx 1x3x224x224 THREADS

The first line says how long importing the engine and opening the file took. Then standard input is read: `run N` runs
the network N times and answers with `milliseconds`; the end of the input ends it.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

began = time.perf_counter()

import numpy as np  # noqa: E402 -- its time is part of the measurement

Run = Callable[[], object]


def open_onnxruntime(file: str, pixels: np.ndarray, threads: int) -> tuple[str, Callable[[], Run]]:
    """With its defaults: all graph optimizations, and threads that spin while they wait for the next operator."""
    import onnxruntime  # noqa: PLC0415

    def session() -> Run:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        opened = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
        inputs = {opened.get_inputs()[0].name: pixels}
        return lambda: opened.run(None, inputs)

    return onnxruntime.__version__, session


def open_openvino(file: str, pixels: np.ndarray, threads: int) -> tuple[str, Callable[[], Run]]:
    """For the shortest time of one run, in float32: without the hint it takes bfloat16 where the processor has it."""
    import openvino  # noqa: PLC0415

    def session() -> Run:
        core = openvino.Core()
        model = core.read_model(file)
        model.reshape({model.inputs[0]: list(pixels.shape)})
        compiled = core.compile_model(
            model,
            "CPU",
            {
                "PERFORMANCE_HINT": "LATENCY",
                "INFERENCE_PRECISION_HINT": "f32",
                "NUM_STREAMS": 1,
                "INFERENCE_NUM_THREADS": threads,
            },
        )
        request = compiled.create_infer_request()
        tensor = openvino.Tensor(pixels, shared_memory=True)
        return lambda: request.infer([tensor])

    return openvino.__version__.split("-", 1)[0], session


def main() -> None:
    engine, file, shape, threads = sys.argv[1:]
    extents = [int(extent) for extent in shape.split("x")]
    pixels = np.random.default_rng(1).uniform(-1, 1, extents).astype(np.float32)
    opener = {"onnxruntime": open_onnxruntime, "openvino": open_openvino}[engine]
    version, session = opener(file, pixels, int(threads))
    imported = time.perf_counter()
    run = session()
    opened = time.perf_counter()
    answer(
        {"version": version, "import_ms": (imported - began) * 1e3, "open_ms": [(opened - imported) * 1e3]},
    )
    for line in sys.stdin:
        times = []
        for _ in range(int(line.removeprefix("run "))):
            start = time.perf_counter()
            run()
            times.append((time.perf_counter() - start) * 1e3)
        answer({"milliseconds": times})


def answer(value: dict) -> None:
    print(json.dumps(value), flush=True)


if __name__ == "__main__":
    main()
