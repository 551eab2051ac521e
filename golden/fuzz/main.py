"""Gives ferry damaged files, and fails if it answers with anything but an orderly result.

    main.py FERRY FOLDER --seconds N [--seed S] [--kinds KIND,…] [--only CASE]

Each case takes one of the repository's small files, damages it, and runs a command on it under limits of memory and
time. A signal, exit code 70 (a defect of Ferry's own), an exit code that is not Ferry's, or a time-out is a failure:
its file is kept in FOLDER and named with the command. The same seed gives the same cases; --only repeats one. Exits
with 1 after a failure.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random

from fuzz.mutate_bundle import mutate_bundle, mutate_json
from fuzz.mutate_bytes import mutate_bytes
from fuzz.mutate_hdf5 import mutate_archive, mutate_hdf5
from fuzz.mutate_onnx import mutate_onnx

GOLDEN = Path(__file__).parents[1]
NETWORK = GOLDEN / "networks/mobilenet-ts17-folded-dynamic"
MEMORY_BYTES, TIME_SECONDS = 3 << 30, 60
ORDERLY = {0, 1, 2, 64}


@dataclass(frozen=True)
class Case:
    number: int
    kind: str
    source: str
    path: Path
    command: list[str]


KINDS = {"onnx": 10, "hdf5": 6, "bundle": 6, "archive": 2, "npy": 1, "picture": 1, "recipe": 2, "video": 1}
"""How often each kind of file is drawn"""
RECIPE = {
    "recipe": 1,
    "name": "fuzz",
    "models": {"m": {"bundle": "sound.ferry"}},
    "frames": {"count": 3},
    "crop": {"margin": 0.1, "square": True, "resize": {"size": [48, 40]}},
    "members": [
        {
            "model": "m",
            "input": {"size": [64, 64], "range": "0-1", "mean": [0.5, 0.5, 0.5], "std": [0.2, 0.2, 0.2]},
            "output": {"activation": "softmax", "class": 1},
        }
    ],
}


class Fuzzer:
    def __init__(self, ferry: str, folder: Path, seed: int, kinds: list[str]) -> None:
        self.ferry, self.folder, self.seed, self.kinds = ferry, folder, seed, kinds
        folder.mkdir(parents=True, exist_ok=True)
        self.bundle = folder / "sound.ferry"
        command = [ferry, "convert", NETWORK / "model.onnx", "-o", self.bundle]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        models = [*GOLDEN.glob("networks/*/model.onnx"), *GOLDEN.glob("operators/cases/*/model.onnx")]
        models += GOLDEN.glob("invalid/*.onnx")
        self.models = sorted(path for path in models if path.stat().st_size < 200_000)
        keras = [path for folder in ("hdf5", "invalid", "keras") for path in sorted((GOLDEN / folder).rglob("*"))]
        self.files = {
            kind: [path for path in keras if path.suffix in endings and path.stat().st_size < 200_000]
            for kind, endings in (("hdf5", (".h5", ".hdf5")), ("archive", (".keras",)))
        }
        self.recipe = self.folder / "sound.json"
        self.recipe.write_text(json.dumps(RECIPE), encoding="utf-8")
        self.packed = self.folder / "packed.ferry"
        subprocess.run([ferry, "pack", self.recipe, "-o", self.packed], check=True, stdout=subprocess.DEVNULL)
        self.video = self.folder / "sound.mkv"
        frames = Random(1).randbytes(8 * 32 * 24 * 3)
        words = "-nostdin -loglevel error -y -f rawvideo -pix_fmt rgb24 -s 32x24 -r 8 -i - -c:v ffv1 -pix_fmt gbrp"
        subprocess.run(["ffmpeg", *words.split(), self.video], input=frames, check=True)
        self.bundles = [GOLDEN / "bundle/version-1.ferry", self.bundle, self.packed]
        self.arrays = [NETWORK / "input.npy", NETWORK / "output.npy"]
        pictures = [path for path in GOLDEN.glob("pictures/*") if path.suffix in (".png", ".jpg")]
        self.picture = GOLDEN / "pictures/rgb.png"
        self.pictures = sorted(path for path in pictures if path.stat().st_size < 100_000)

    def case(self, number: int) -> Case:
        """Makes a case, its file included. It depends on the seed and the number alone."""
        random = Random(f"{self.seed}/{number}")
        kind = random.choices(list(KINDS), list(KINDS.values()))[0]
        if self.kinds and kind not in self.kinds:
            kind = random.choice(self.kinds)
        source, data = getattr(self, f"damaged_{kind}")(random)
        path = self.folder / f"case-{number}{source.suffix}"
        path.write_bytes(data)
        return Case(number, kind, str(source.relative_to(self.common(source))), path, self.command(kind, path, random))

    @staticmethod
    def common(source: Path) -> Path:
        return GOLDEN if source.is_relative_to(GOLDEN) else source.parent

    def damaged_onnx(self, random: Random) -> tuple[Path, bytes]:
        source = random.choice(self.models)
        data = source.read_bytes()
        if random.random() < 0.35:
            return source, mutate_bytes(data, random)
        try:
            return source, mutate_onnx(data, random)
        except Exception:  # what the onnx package itself does not read, or cannot write
            return source, mutate_bytes(data, random)

    def damaged_bundle(self, random: Random) -> tuple[Path, bytes]:
        source = random.choice(self.bundles)
        return source, (mutate_bytes if random.random() < 0.3 else mutate_bundle)(source.read_bytes(), random)

    def damaged_hdf5(self, random: Random) -> tuple[Path, bytes]:
        source = random.choice(self.files["hdf5"])
        return source, mutate_hdf5(source.read_bytes() or b"\0", random)

    def damaged_archive(self, random: Random) -> tuple[Path, bytes]:
        source = random.choice(self.files["archive"])
        return source, mutate_archive(source.read_bytes(), random)

    def damaged_npy(self, random: Random) -> tuple[Path, bytes]:
        source = random.choice(self.arrays)
        return source, mutate_bytes(source.read_bytes(), random)

    def damaged_picture(self, random: Random) -> tuple[Path, bytes]:
        source = random.choice(self.pictures)
        return source, mutate_bytes(source.read_bytes(), random)

    def damaged_recipe(self, random: Random) -> tuple[Path, bytes]:
        if random.random() < 0.3:
            return self.recipe, mutate_bytes(self.recipe.read_bytes(), random)
        recipe = json.loads(self.recipe.read_bytes())
        for _ in range(random.randint(1, 3)):
            mutate_json(recipe, random)
        return self.recipe, json.dumps(recipe).encode(errors="replace")

    def damaged_video(self, random: Random) -> tuple[Path, bytes]:
        return self.video, mutate_bytes(self.video.read_bytes(), random)

    def command(self, kind: str, path: Path, random: Random) -> list[str]:
        file, array, out = str(path), str(NETWORK / "input.npy"), str(path) + ".out"
        choices = {
            "onnx": [["convert", file, "-o", out], ["convert", file, "-o", out, "--no-fuse"],
                     ["inspect", file, "--layers", "--tensors", "--json"], ["inspect", file, "--svg", out]],
            "hdf5": [["inspect", file], ["inspect", file, "--json"], ["convert", file, "-o", out]],
            "archive": [["inspect", file], ["convert", file, "-o", out]],
            "bundle": [["inspect", file, "--layers", "--tensors"], ["inspect", file, "--json", "--svg", out],
                       ["run", file, "--input", array], ["run", file, "--input", array, "--reference"],
                       ["verify", file, "--golden", str(NETWORK)], ["detect", file, str(self.picture)],
                       ["diff", file, str(self.bundle)], ["export", file, "--npz", out]],
            "recipe": [["pack", file, "-o", out]],
            "video": [["detect", str(self.packed), file, "--json"]],
            "npy": [["run", str(self.bundle), "--input", file]],
            "picture": [["run", str(self.bundle), "--input", file, "--range", "0-1"]],
        }  # fmt: skip
        return random.choice(choices[kind])

    def run(self, number: int) -> str | None:
        """Runs a case; says what is wrong, or gives None and removes its files."""
        case = self.case(number)
        reason = self.outcome(case.command)
        # What came out must be orderly too: a bundle that Ferry wrote is one that Ferry runs.
        if reason is None and case.command[0] in ("convert", "pack") and os.path.exists(str(case.path) + ".out"):
            follow = ["inspect", str(case.path) + ".out", "--layers"]
            reason = self.outcome(follow, refusals=False)
        Path(f"{case.path}.out").unlink(missing_ok=True)
        if reason is None:
            case.path.unlink()
            return None
        words = " ".join(case.command)
        return f"case {number}, {case.kind} from {case.source}: {reason}\n  ferry {words}"

    def outcome(self, command: list[str], refusals: bool = True) -> str | None:
        try:
            result = subprocess.run(
                [self.ferry, *command], capture_output=True, timeout=TIME_SECONDS, preexec_fn=limit, check=False
            )
        except subprocess.TimeoutExpired:
            return f"did not end within {TIME_SECONDS} seconds"
        if result.returncode < 0:
            return f"ended with signal {-result.returncode}"
        if result.returncode not in ORDERLY or (result.returncode != 0 and not refusals):
            error = result.stderr.decode(errors="replace").strip().splitlines()
            return f"ended with exit code {result.returncode}: {error[:3]}"
        return None


def limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ferry")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", default="", help="cases of these kinds alone: onnx,hdf5,bundle,archive,npy,picture")
    parser.add_argument("--only", type=int, help="repeat one case")
    arguments = parser.parse_args()
    fuzzer = Fuzzer(
        arguments.ferry, arguments.folder, arguments.seed, [kind for kind in arguments.kinds.split(",") if kind]
    )
    print(f"seed {arguments.seed}, {arguments.seconds} seconds, {len(fuzzer.models)} models", flush=True)
    failures = 0
    end, number = time.monotonic() + arguments.seconds, 0
    workers = 2
    with ThreadPoolExecutor(workers) as pool:
        while time.monotonic() < end:
            numbers = [arguments.only] if arguments.only is not None else range(number, number + 8 * workers)
            for reason in pool.map(fuzzer.run, numbers):
                if reason is not None:
                    failures += 1
                    print(reason, flush=True)
            number += len(numbers)
            if arguments.only is not None or failures >= 50:
                break
    print(f"{number} cases, {failures} failures" + (f"; their files are in {fuzzer.folder}" if failures else ""))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
