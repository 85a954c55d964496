"""When a share stands out from that of all others, and when numbers are too small to say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import comb

from app.domain.errors import Sentence
from app.services.signals._kinds import Fact, Finding

#: Fewer say nothing.
LEAST, LEAST_OF_ALL = 3, 5
#: Below this share nobody wonders.
HALF = 0.5
#: How improbable it must be that it is mere chance.
CHANCE = 0.05


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, of one unit and of the rest of its county."""

    county_id: int
    unit_id: int
    count: int
    total: int
    rest_count: int
    rest_total: int

    @property
    def percent(self) -> int:
        """The unit's own share."""
        return round(100 * self.count / self.total)

    @property
    def rest_percent(self) -> int:
        """The share of all others in the county."""
        return round(100 * self.rest_count / self.rest_total) if self.rest_total else 0

    def asks(self, template: str, unit: str, facts: Sequence[Fact]) -> Finding:
        """Ask about it, in the words of *template*."""
        told = {"count": self.count, "total": self.total}
        shares = {"share": self.percent, "rest": self.rest_percent}
        question = Sentence(template, unit=unit, **told, **shares)
        return Finding(self.county_id, f"unit:{self.unit_id}", question, facts, self.unit_id)

    @property
    def stands_out(self) -> bool:
        """Whether it is large, of enough cases, and hardly mere chance."""
        if self.count < LEAST or self.total < LEAST_OF_ALL or self.count < HALF * self.total:
            return False
        # As if the others had had one more of either kind: none of few is not never.
        usual = (self.rest_count + 1) / (self.rest_total + 2)
        return at_least(self.count, self.total, usual) < CHANCE


def at_least(count: int, total: int, usual: float) -> float:
    """Return the chance of *count* or more of *total* where each has the chance *usual*."""
    return sum(
        comb(total, n) * usual**n * (1 - usual) ** (total - n) for n in range(count, total + 1)
    )


def outstanding(rows: Iterable[Sequence[int]]) -> Iterator[Share]:
    """Yield the shares that stand out of *rows*: county, unit, count, total."""
    found = [tuple(row) for row in rows]
    counts: dict[int, list[int]] = {}
    for county_id, _, count, total in found:
        sums = counts.setdefault(county_id, [0, 0])
        sums[0], sums[1] = sums[0] + count, sums[1] + total
    for county_id, unit_id, count, total in found:
        all_count, all_total = counts[county_id]
        rest = (all_count - count, all_total - total)
        share = Share(county_id, unit_id, count, total, *rest)
        if share.stands_out:
            yield share
