"""How long things take: mean and median, from how many cases took how many days.

The database only counts cases by their days, however many there are; the rest is arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from app.clock import today
from app.db import db
from app.domain.case import Case
from app.domain.vocabulary import Category
from app.services.figures import FIGURES, Condition, local_day


class days_between(FunctionElement[int]):  # noqa: N801 - a function of SQL
    """How many days lie between two days, the later first."""

    type = Integer()
    inherit_cache = True
    name = "days_between"


@compiles(days_between, "sqlite")
def _on_sqlite(element: days_between, compiler: Any, **options: Any) -> str:
    later, earlier = (compiler.process(one, **options) for one in element.clauses)
    return f"CAST(julianday({later}) - julianday({earlier}) AS INTEGER)"


@compiles(days_between)
def _elsewhere(element: days_between, compiler: Any, **options: Any) -> str:
    later, earlier = (compiler.process(one, **options) for one in element.clauses)
    return f"({later} - {earlier})"


@dataclass(frozen=True, slots=True)
class Days:
    """How many days so many cases took."""

    cases: int
    mean: float
    median: float

    @classmethod
    def of(cls, counted: Mapping[int, int]) -> Days | None:
        """Reckon it from how many cases took how many days; of no case there is none."""
        cases = sum(counted.values())
        if not cases:
            return None
        mean = sum(days * n for days, n in counted.items()) / cases
        middle = (_nth(counted, (cases - 1) // 2) + _nth(counted, cases // 2)) / 2
        return cls(cases, round(mean, 1), middle)


def _nth(counted: Mapping[int, int], n: int) -> int:
    """Return the days of the *n*-th case by length, the shortest being number 0."""
    passed = 0
    for days in sorted(counted):
        passed += counted[days]
        if passed > n:
            return days
    raise IndexError(n)


@dataclass(frozen=True, slots=True)
class Lengths:
    """How long rectification takes, and for how long what is overdue has been so."""

    rectified: Days | None
    by_category: Mapping[Category, Days]
    overdue: Days | None


def lengths(*found: Condition) -> Lengths:
    """Reckon them for the cases that meet the conditions.

    Rectification lasts from the day of issue, of a hand-over or of a relapse to the day on which
    verification found it complete; days of suspension are not counted.
    """
    by_category: dict[Category, dict[int, int]] = {}
    took = days_between(local_day(Case.verified_at), Case.counted_from)
    for category, days, n in _grouped(Case.category, took, *found, _holds("verified")):
        by_category.setdefault(category, {})[days] = n
    late: dict[int, int] = {}
    for _, due_on, n in _grouped(Case.county_id, Case.due_on, *found, _holds("overdue")):
        days = (today() - due_on).days
        late[days] = late.get(days, 0) + n
    each = {category: Days.of(counted) for category, counted in sorted(by_category.items())}
    return Lengths(
        rectified=Days.of(_added(by_category.values())),
        by_category={category: days for category, days in each.items() if days},
        overdue=Days.of(late),
    )


def _holds(key: str) -> Condition:
    return FIGURES[key].holds(today())


def _grouped(axis: Any, value: Any, *found: Condition) -> Iterable[tuple[Any, Any, int]]:
    query = select(axis, value.label("value"), func.count()).select_from(Case).where(*found)
    return [tuple(row) for row in db.session.execute(query.group_by(axis, value))]


def _added(several: Iterable[Mapping[int, int]]) -> dict[int, int]:
    total: dict[int, int] = {}
    for counted in several:
        for days, n in counted.items():
            total[days] = total.get(days, 0) + n
    return total
