"""排名: units, towns, departments, inspectors by one rate; categories and repeated problems.

Who has too few cases is listed apart without a rank: of two cases one late is no "50 %".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from app.domain.people import Unit
from app.domain.vocabulary import UnitKind
from app.services.statistics.indicators import Indicator, Share
from app.services.tallies import Counts

#: With fewer cases in the denominator nobody is ranked, unless another minimum is asked for.
LEAST = 5
_OWN_KINDS = (UnitKind.SCHOOL, UnitKind.KINDERGARTEN, UnitKind.DEPARTMENT)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a ranking: who, by which id, with how many cases."""

    id: int
    name: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class Ranked:
    """An entry, its share, and its rank; ties share one; ``None``: too few cases."""

    entry: Entry
    share: Share
    rank: int | None


@dataclass(frozen=True, slots=True)
class Ranking:
    """Who is ranked, the best first, and who has too few cases for that."""

    ranked: Sequence[Ranked]
    below: Sequence[Ranked]


def rank(entries: Iterable[Entry], by: Indicator, least: int) -> Ranking:
    """Rank those of *entries* that have at least *least* cases in the denominator."""
    told = [(one, by.of(one.counts)) for one in entries if one.counts["issued"]]
    enough = [(one, share) for one, share in told if share.of >= max(least, 1)]
    few = [(one, share) for one, share in told if share.of < max(least, 1)]
    # By the exact rate: 1/3 and 2/6 share a rank, whatever they are rounded to.
    enough.sort(key=lambda pair: (_rate(pair[1], by), pair[0].name))
    ranked: list[Ranked] = []
    for _, tied in groupby(enough, key=lambda pair: _rate(pair[1], by)):
        place = len(ranked) + 1
        ranked += [Ranked(one, share, place) for one, share in tied]
    few.sort(key=lambda pair: (-pair[0].counts["issued"], pair[0].name))
    return Ranking(ranked, [Ranked(one, share, None) for one, share in few])


def _rate(share: Share, by: Indicator) -> float:
    """Return what to sort by: the best comes first."""
    rate = share.rate
    assert rate is not None  # noqa: S101 - the denominator is at least 1
    return rate if by.good < 0 else -rate  # type: ignore[return-value]


def rolled_up(counts: Mapping[int, Counts], units: Sequence[Unit]) -> dict[int, Counts]:
    """Add to each unit what the units below it come to: a town stands for its schools."""
    total: dict[int, dict[str, int]] = {}
    above = {unit.id: _line(unit.path) for unit in units}
    for unit_id, found in counts.items():
        for ancestor in above.get(unit_id, ()):
            sums = total.setdefault(ancestor, dict.fromkeys(found, 0))
            for key, n in found.items():
                sums[key] += n
    return dict(total)


def _line(path: str) -> list[int]:
    return [int(part) for part in path.split("/") if part]


def of_units(counts: Mapping[int, Counts], units: Sequence[Unit]) -> list[Entry]:
    """Return an entry for each school, kindergarten and department that answers for cases."""
    return _entries(rolled_up(counts, units), units, *_OWN_KINDS)


def of_towns(counts: Mapping[int, Counts], units: Sequence[Unit]) -> list[Entry]:
    """Return an entry for each town, its schools among it."""
    return _entries(rolled_up(counts, units), units, UnitKind.TOWN)


def _entries(counts: Mapping[int, Counts], units: Sequence[Unit], *kinds: UnitKind) -> list[Entry]:
    return [
        Entry(unit.id, unit.name, counts[unit.id])
        for unit in units
        if unit.kind in kinds and unit.id in counts
    ]


def of_inspectors(
    counts: Mapping[int, Counts], units: Sequence[Unit], names: Mapping[int, str]
) -> list[Entry]:
    """Return an entry for each inspector, with the cases of the units looked after."""
    sums: dict[int, dict[str, int]] = {}
    for unit in units:
        of = unit.inspector_id
        if of is not None and of in names and unit.id in counts:
            mine = sums.setdefault(of, dict.fromkeys(counts[unit.id], 0))
            for key, n in counts[unit.id].items():
                mine[key] += n
    return [Entry(of, names[of], found) for of, found in sums.items()]


def of_departments(counts: Mapping[int, Counts], units: Sequence[Unit]) -> list[Entry]:
    """Return an entry for each department by the cases that it is competent for."""
    return [Entry(unit.id, unit.name, counts[unit.id]) for unit in units if unit.id in counts]
