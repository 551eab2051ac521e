"""What was measured against the limits of thresholds.json."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

LIMITS_FILE = Path(__file__).parents[1] / "thresholds.json"


@dataclass(frozen=True)
class Check:
    """One figure with its limit. `margin` is the part by which noise may carry it beyond; 0 for what does not vary."""

    what: str
    found: float
    limit: float
    margin: float = 0.0
    least: bool = False
    """The limit is the least that is wanted, not the most."""

    @property
    def passed(self) -> bool:
        if self.least:
            return self.found >= self.limit * (1 - self.margin)
        return self.found <= self.limit * (1 + self.margin)

    @property
    def verdict(self) -> str:
        if not self.passed:
            return "FAILED"
        reached = self.found >= self.limit if self.least else self.found <= self.limit
        return "passed" if reached else "within noise"

    def __str__(self) -> str:
        relation = "at least" if self.least else "at most"
        return f"{self.what:<42} {self.found:10.3f}  {relation} {self.limit:g}  {self.verdict}"
