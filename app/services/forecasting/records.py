"""How like cases ended before: of the same unit, department, category, and due in the same month.

Few cases say little: each record is counted together with `SHRINK` imagined cases that ended as
the county's do on average. A unit with one miss in one case is not a unit that always misses.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from math import log
from typing import Any

#: How many average cases every record is thinned with.
SHRINK = 10
KINDS = ("unit", "department", "category", "month")
Likes = Mapping[str, str]


def log_odds(rate: float) -> float:
    """Return the logarithm of the odds."""
    return log(rate / (1 - rate))


class Records:
    """Counts of ended periods and of misses among them, grown in the order in which they ended."""

    def __init__(self, kept: Mapping[str, Any] | None = None) -> None:
        kept = kept or {}
        self.ended: int = kept.get("ended", 0)
        self.missed: int = kept.get("missed", 0)
        self._of: dict[str, dict[str, list[int]]] = {
            kind: defaultdict(lambda: [0, 0], kept.get("of", {}).get(kind, {})) for kind in KINDS
        }

    def add(self, likes: Likes, *, missed: bool) -> None:
        """Take in how one period ended."""
        self.ended += 1
        self.missed += missed
        for kind, key in likes.items():
            record = self._of[kind][key]
            record[0] += 1
            record[1] += missed

    @property
    def rate(self) -> float:
        """The county's rate of misses, never quite 0 or 1."""
        return (self.missed + 1) / (self.ended + 2)

    def of(self, kind: str, key: str) -> tuple[int, int]:
        """Return how many like periods ended, and how many of them overdue."""
        ended, missed = self._of[kind].get(key, (0, 0))
        return ended, missed

    def stands_out(self, kind: str, key: str) -> float:
        """Return by how much the thinned rate exceeds the county's, in log odds."""
        ended, missed = self.of(kind, key)
        rate = self.rate
        return log_odds((missed + SHRINK * rate) / (ended + SHRINK)) - log_odds(rate)

    def kept(self) -> dict[str, Any]:
        """Return all of it as JSON holds it."""
        return {"ended": self.ended, "missed": self.missed, "of": {**self._of}}
