"""Makes the files that Ferry must refuse, and expected.json with the error that each must give.

    golden/make invalid [FOLDER]

Each function in faults/ is one file: it takes the sound network of sound.py, or the sound file of sound_keras.py, and
breaks one thing. valid.onnx, valid.h5 and valid.keras are unbroken, so that a test can show that a file is refused for
its fault and for nothing else.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import onnx

from invalid import faults  # noqa: F401, registers the broken files
from invalid.faults.weights import WEIGHT_BYTES, external, external_weights
from invalid.registry import FAULTS
from invalid.sound import sound_model
from invalid.sound_keras import archive, hdf5


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for ending in ("onnx", "h5", "keras"):
        for earlier in folder.glob(f"*.{ending}"):
            earlier.unlink()
    sound = sound_model()
    onnx.checker.check_model(sound, full_check=True)
    (folder / "valid.onnx").write_bytes(sound.SerializeToString())
    (folder / "valid-external.onnx").write_bytes(external("weights.bin", offset=16, length=WEIGHT_BYTES))
    (folder / "weights.bin").write_bytes(external_weights())
    (folder / "valid.h5").write_bytes(hdf5())
    (folder / "valid.keras").write_bytes(archive())
    for broken in FAULTS:
        (folder / broken.file).write_bytes(broken.make())
    description = {
        "ferryInvalid": 1,
        "valid": ["valid.onnx", "valid-external.onnx", "valid.h5", "valid.keras"],
        "files": [broken.expectation() for broken in FAULTS],
    }
    text = json.dumps(description, indent=2, ensure_ascii=False)
    (folder / "expected.json").write_text(text + "\n", encoding="utf-8")
    print(f"{folder}: {len(FAULTS)} files that must be refused")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
