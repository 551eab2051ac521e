"""Time and memory of `ferry detect` beside the reference pipeline on onnxruntime. Called by scripts/bench.

benchmark.py FERRY FOLDER CENTERFACE PHOTOGRAPH [--quick]

Both sides run in turn as processes of their own, from their start to their last answer, on the same videos with the
same threads: once with one video, once with several. What a further video takes is the difference, so that starting
Python and opening the networks does not count for it; what the first takes stands beside it. Memory is the largest
sum of the resident bytes of a process and all that it started, ffmpeg among them. Exits with 1 if a limit of
Benchmarks/thresholds.json is exceeded.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from PIL import Image
from speed.checks import LIMITS_FILE, Check

from detect import members, videos
from detect.ferry import Detect
from detect.proof import OWN, SHIPPED, place
from parity.ferry import Ferry

LIMITS = json.loads(LIMITS_FILE.read_text(encoding="utf-8"))["detect"]
THREADS = 2
ROUNDS = {True: 3, False: 5}
"""By whether it is the quick form"""
BATCH = 30
"""Faces that the reference gives a member at a time: all of a video's, as such pipelines do"""
PAGE = 4096


@dataclass
class Side:
    """A command and what was measured of it. `seconds` has a list for each number of videos."""

    name: str
    command: list[str]
    seconds: dict[int, list[float]] = field(default_factory=dict)
    memory: int = 0

    def run(self, inputs: list[Path]) -> None:
        start = time.perf_counter()
        finished = subprocess.run([*self.command, *map(str, inputs)], capture_output=True, text=True, check=False)
        self.seconds.setdefault(len(inputs), []).append(time.perf_counter() - start)
        if finished.returncode != 0:
            raise SystemExit(f"error: {self.name} exited with {finished.returncode}\n  {finished.stderr[-2000:]}")

    def measure_memory(self, inputs: list[Path]) -> None:
        process = subprocess.Popen(
            [*self.command, *map(str, inputs)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        watcher = threading.Thread(target=self._watch, args=[process])
        watcher.start()
        process.wait()
        watcher.join()

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        while process.poll() is None:
            self.memory = max(self.memory, sum(resident(number) for number in tree(process.pid)))
            time.sleep(0.01)

    def further(self, many: int) -> list[float]:
        """The seconds of a further video, in each round."""
        return [(all_of - one) / (many - 1) for one, all_of in zip(self.seconds[1], self.seconds[many], strict=True)]


def tree(process: int) -> Iterator[int]:
    """The process and all that it started."""
    yield process
    try:
        for thread in Path(f"/proc/{process}/task").iterdir():
            for child in (thread / "children").read_text(encoding="ascii").split():
                yield from tree(int(child))
    except OSError:  # it has ended meanwhile
        return


def resident(process: int) -> int:
    """Bytes in memory, mapped files counted as far as they were read; 0 if the process has ended."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]) * PAGE
    except (OSError, IndexError):
        return 0


def make_videos(photograph: Path, folder: Path, count: int) -> list[Path]:
    """H.264, 1280×720, 90 frames, each under `count` names."""
    folder.mkdir(parents=True, exist_ok=True)
    picture = Image.open(photograph).convert("RGB")
    first = folder / "video-0.mp4"
    if not first.is_file():
        frames = (videos.view(picture, (1280, 720), frame, 10 + frame / 3, 400) for frame in range(90))
        part = folder / "part.mp4"
        videos.write(part, frames)
        part.rename(first)
    paths = [folder / f"video-{number}.mp4" for number in range(count)]
    for path in paths[1:]:
        path.write_bytes(first.read_bytes())
    return paths


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ferry")
    for name in ("folder", "centerface", "photograph"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--quick", action="store_true", help="two small members in place of the seven; three rounds")
    parser.add_argument("--batch", type=int, default=BATCH)
    options = parser.parse_args()
    networks, rounds, many = options.folder / "networks", ROUNDS[options.quick], 3
    members.make(Ferry(options.ferry), networks, options.centerface, quick=options.quick)
    inputs = make_videos(options.photograph, options.folder / "bench", many)
    shipped = OWN / "quick.json" if options.quick else SHIPPED / "deepfake-seven.json"
    recipe = place(shipped, networks, goldens=False)
    detect = Detect(options.ferry, networks)
    detect.pack(recipe)
    ours = Side(
        "ferry", [options.ferry, "detect", str(detect.bundle(recipe.stem)), "--json", "--threads", f"{THREADS}"]
    )
    words = [sys.executable, "-m", "detect.reference", str(recipe), str(networks), "--engine", "onnxruntime"]
    theirs = Side("reference", [*words, "--threads", f"{THREADS}", "--batch", f"{options.batch}"])
    for side in (ours, theirs):
        side.measure_memory(inputs[:1])
    for _ in range(rounds):
        for count in (1, many):
            for side in (ours, theirs):
                side.run(inputs[:count])
    return report(recipe.stem, ours, theirs, many, LIMITS["noiseMargin"] if options.quick else 0.0)


def report(name: str, ours: Side, theirs: Side, many: int, margin: float) -> int:
    rounds = len(ours.seconds[1])
    print(f"{name}, {THREADS} threads, H.264 of 1280×720, medians of {rounds} rounds")
    print(f"{'':28}{'ferry':>12}{'reference':>12}{'ratio':>8}")
    ratios = []
    for title, figures in (
        ("seconds, a further video", [median(side.further(many)) for side in (ours, theirs)]),
        ("seconds, process of 1 video", [median(side.seconds[1]) for side in (ours, theirs)]),
        (f"seconds, process of {many} videos", [median(side.seconds[many]) for side in (ours, theirs)]),
        ("memory at its peak, MB", [side.memory / 1e6 for side in (ours, theirs)]),
    ):
        ratios.append(figures[0] / figures[1])
        print(f"{title:28}{figures[0]:12.2f}{figures[1]:12.2f}{ratios[-1]:8.2f}")
    checks = [Check("time of a further video", ratios[0], LIMITS["timeOverReference"], margin)]
    if not margin:  # small members take less than ffmpeg and a frame do, which say nothing of either side
        checks.append(Check("memory", ratios[-1], LIMITS["memoryOverReference"]))
    print(*checks, sep="\n", flush=True)
    return 0 if all(check.passed for check in checks) else 1


if __name__ == "__main__":
    sys.exit(main())
