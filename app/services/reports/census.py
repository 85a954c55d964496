"""Counting for a report: one pass over the county's cases, from which all its figures come.

So the figures agree with each other and with the cases kept behind them, whatever happens
meanwhile; and memory grows by two numbers for each case.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Select, case, cast, func, literal, select

from app.db import db
from app.domain.case import Case
from app.services._figure import Condition
from app.services.figures import FIGURES
from app.services.reports.marks import BASE, Mark
from app.services.tallies import Counts

AXES = ("lead_unit_id", "department_id", "category")
_CHUNK = 5000


@dataclass(frozen=True, slots=True)
class Census:
    """Which cases bear which marks, and how many of whom."""

    keys: Sequence[str]
    ids: array[int]
    marks: array[int]
    #: How many cases of one lead unit, department and category bear the same marks.
    alike: Mapping[tuple[int, int, str, int], int]

    def counts(self) -> dict[str, int]:
        """Return how many cases bear each mark."""
        return self._summed(None)[None]

    def by(self, axis: str) -> dict[Any, Counts]:
        """Return how many cases of each unit, department or category bear each base mark.

        The keys are those of figures, as rankings want them.
        """
        found = self._summed(AXES.index(axis))
        return {
            value: {
                key.removeprefix("base."): n for key, n in counts.items() if key.startswith("base.")
            }
            for value, counts in found.items()
        }

    def _summed(self, place: int | None) -> dict[Any, dict[str, int]]:
        found: dict[Any, dict[str, int]] = {} if place is not None else {None: self._none()}
        for row, n in self.alike.items():
            sums = found.setdefault(None if place is None else row[place], self._none())
            for bit, key in enumerate(self.keys):
                if row[-1] >> bit & 1:
                    sums[key] += n
        return found

    def _none(self) -> dict[str, int]:
        return dict.fromkeys(self.keys, 0)

    def ids_of(self, *keys: str) -> list[int]:
        """Return the ids of the cases that bear one of those marks."""
        wanted = sum(1 << self.keys.index(key) for key in keys)
        pairs = zip(self.ids, self.marks, strict=True)
        return [of for of, mark in pairs if mark & wanted]

    def rows(self) -> Iterator[list[dict[str, int]]]:
        """Yield what is to be kept of it, in stretches."""
        for start in range(0, len(self.ids), _CHUNK):
            part = slice(start, start + _CHUNK)
            pairs = zip(self.ids[part], self.marks[part], strict=True)
            yield [{"case_id": of, "marks": mark} for of, mark in pairs]


def take(county_id: int, marks: Sequence[Mark]) -> Census:
    """Look at every case of the county once."""
    ids, borne = array("q"), array("q")
    alike: Counter[tuple[int, int, str, int]] = Counter()
    rows = db.session.execute(_marked(county_id, marks).execution_options(yield_per=_CHUNK))
    for of, mark, lead, department, category in rows:
        ids.append(of)
        borne.append(mark)
        alike[lead, department, str(category), mark] += 1
    return Census([mark.key for mark in marks], ids, borne, alike)


def _marked(county_id: int, marks: Sequence[Mark]) -> Select[Any]:
    bits = [
        case((mark.holds, cast(literal(1 << bit), BigInteger)), else_=0)
        for bit, mark in enumerate(marks)
    ]
    total = sum(bits[1:], bits[0])
    every = (
        select(Case.id, total.label("marks"), *(Case.__table__.c[axis] for axis in AXES))
        .where(Case.county_id == county_id)
        .subquery()
    )
    return select(every).where(every.c.marks != 0).order_by(every.c.id)


def measured(keys: Sequence[str], *found: Condition, day: Any) -> Counts:
    """Count how many cases meet each base figure; for what is only compared with."""
    sums: list[Any] = [
        func.sum(case((FIGURES[key].holds(day), 1), else_=0)).label(key) for key in keys
    ]
    row = db.session.execute(select(*sums).select_from(Case).where(*found)).one()
    return {key: int(getattr(row, key) or 0) for key in keys}


def nothing() -> Counts:
    """Return the counts of no case."""
    return dict.fromkeys(BASE, 0)
