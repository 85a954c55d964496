"""How long things take: mean and median, from how many cases took how many days.

The database only counts cases by their days, however many there are; the rest is arithmetic.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, func, select, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from app.clock import today
from app.db import db
from app.domain.case import Case
from app.domain.vocabulary import Category, Stage
from app.services._figure import Condition, local_day
from app.services.figures import FIGURES


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


#: How many days it took to put a case right: from the day of issue, of a hand-over or of a relapse
#: to the day on which verification found it complete; days of suspension are not counted.
TOOK = days_between(local_day(Case.verified_at), Case.counted_from)
_RUNNING = [stage for stage in Stage if not stage.is_over and stage is not Stage.SUSPENDED]


def took(*found: Condition) -> list[tuple[Category, int, int]]:
    """Count of which category how many of the cases that meet the conditions took how many days."""
    query = select(Case.category, TOOK, func.count()).where(*found, _holds("verified"))
    return [(*row,) for row in db.session.execute(query.group_by(Case.category, TOOK))]


def late(*found: Condition) -> Days | None:
    """Reckon for how long those of the cases that are overdue have been so.

    They are asked for stage by stage, each by the index of stages and due dates: all at once a
    database would look at all that were ever due.
    """
    counted = select(Case.due_on, func.count()).where(*found, _holds("overdue"))
    each = (counted.where(Case.stage == one).group_by(Case.due_on) for one in _RUNNING)
    days: Counter[int] = Counter()
    for due_on, n in db.session.execute(union_all(*each)):
        days[(today() - due_on).days] += n
    return Days.of(days)


def _holds(key: str) -> Condition:
    return FIGURES[key].holds(today())


@dataclass(frozen=True, slots=True)
class Lengths:
    """How long rectification takes."""

    rectified: Days | None
    by_category: Mapping[Category, Days]

    @classmethod
    def of(cls, counted: Iterable[tuple[Category, int, int]]) -> Lengths:
        """Reckon it from how many cases of each category took how many days."""
        whole: Counter[int] = Counter()
        each: dict[Category, Counter[int]] = {}
        for category, days, n in counted:
            whole[days] += n
            each.setdefault(category, Counter())[days] += n
        found = {category: Days.of(each[category]) for category in sorted(each)}
        return cls(Days.of(whole), {category: days for category, days in found.items() if days})
