"""What must not change an answer: the number of threads, the order of the inputs, shards, the form of the output."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detect import videos
from detect.ferry import Detect
from parity.ferry import FerryFailed


@dataclass(frozen=True)
class Check:
    what: str
    failure: str | None

    @property
    def passed(self) -> bool:
        return self.failure is None

    def __str__(self) -> str:
        return f"{self.what}: {(self.failure and f'FAILED: {self.failure}') or 'the same'}"


def check(detect: Detect, name: str, inputs: list[Path], folder: Path) -> list[Check]:
    """Runs a packed recipe in several ways."""
    checks = []

    def compare(what: str, found: Any, expected: Any) -> None:
        checks.append(Check(what, None if found == expected else difference(found, expected)))

    try:
        whole = detect.answer(name, inputs, "--threads", 2)
        compare("one thread in place of two, every bit of the JSON", detect.answer(name, inputs, "--threads", 1), whole)
        compare("inputs named in reverse", detect.answer(name, inputs[::-1]), whole)
        file = detect.folder / "scores.csv"
        rows = detect.scores(name, inputs, file)
        labels = [(result["filename"], result["label"]) for result in whole["results"]]
        compare("CSV beside JSON", rows, labels)
        compare("CSV of inputs named in reverse", detect.scores(name, inputs[::-1], file), rows)
        shards = [detect.scores(name, inputs, file, "--shard", f"{number}/2") for number in (1, 2)]
        compare("two shards together", sorted(shards[0] + shards[1]), sorted(rows))
        checks.append(Check("each shard has a part", None if all(shards) else f"{list(map(len, shards))} rows"))
        by_name = {Path(result["filename"]).name: result for result in whole["results"]}
        parts = [dict(by_name[key], filename=None) for key in (videos.FRAMES, "blurred.mkv")]
        compare("a folder of a video's frames", *parts)
        files = [path for path in inputs if path.is_file()]
        compare("a folder of videos", *folder_of_videos(detect, name, files, folder))
    except FerryFailed as problem:
        checks.append(Check("running it", str(problem)))
    return checks


def folder_of_videos(detect: Detect, name: str, files: list[Path], folder: Path) -> tuple[Any, Any]:
    """The labels where the folder is the input, and where its files are; the folder has nothing else in it."""
    alone = folder.with_name("videos-alone")
    alone.mkdir(exist_ok=True)
    for old in alone.iterdir():
        old.unlink()
    for file in files:
        (alone / file.name).write_bytes(file.read_bytes())
    sides = [detect.answer(name, inputs)["results"] for inputs in ([alone], [alone / file.name for file in files])]
    labels = [{Path(result["filename"]).name: result["label"] for result in results} for results in sides]
    return labels[0], labels[1]


def difference(found: Any, expected: Any, place: str = "") -> str:
    """The first place where two documents differ."""
    if isinstance(found, dict) and isinstance(expected, dict) and found.keys() == expected.keys():
        for key in expected:
            if found[key] != expected[key]:
                return difference(found[key], expected[key], f"{place}.{key}")
    if isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        for index, pair in enumerate(zip(found, expected, strict=True)):
            if pair[0] != pair[1]:
                return difference(*pair, f"{place}[{index}]")
    return f"{place or 'all of it'} is {str(found)[:300]} and not {str(expected)[:300]}"
