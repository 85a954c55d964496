"""What figures and lists are narrowed down to: period, inspection, kind of case, whose it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from app.domain.case import Case
from app.domain.errors import Invalid, Sentence
from app.domain.people import Unit
from app.domain.vocabulary import Category, Mode, Severity, SourceLevel

#: The names of what is asked for, and the fields that hold it.
WRITTEN = {
    "period": "period",
    "inspection": "inspection",
    "level": "level",
    "category": "category",
    "severity": "severity",
    "lead": "lead_id",
    "led_by": "led_by_id",
    "department": "department_id",
    "inspector": "inspector_id",
    "lasting": "lasting",
}
#: Cases that are judged apart: they last for years by their nature.
LASTING = (Mode.STAGED, Mode.STANDING)
#: Years in which a case can have been issued.
YEARS = range(1949, 2200)
#: The months in which terms begin, for figures.
FEBRUARY, SEPTEMBER = 2, 9
_YEAR = re.compile(r"(?P<year>20\d\d)")
_SCHOOL_YEAR = re.compile(r"(?P<year>20\d\d)-(?P<next>20\d\d)(-(?P<term>[12]))?")
_RANGE = re.compile(r"(?P<starts>\d{4}-\d\d-\d\d)\.\.(?P<ends>\d{4}-\d\d-\d\d)")


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar year, a school year (学年) or term (学期), or days from one to another.

    Figures take a school year from 1 September, its first term to 31 January and its second to
    31 August, so that each day belongs to one term, vacations among them (domain §9.1).
    """

    #: ``2026``, ``2025-2026``, ``2025-2026-1``, ``2026-03-01..2026-05-31``.
    key: str
    starts_on: date
    ends_on: date

    @classmethod
    def of(cls, key: str) -> Period:
        """Read a period as addresses name it.

        Raises:
            Invalid: that is no period, or it ends before it starts.
        """
        key = key.strip()
        if found := _YEAR.fullmatch(key):
            year = int(found["year"])
            return cls(key, date(year, 1, 1), date(year, 12, 31))
        if found := _SCHOOL_YEAR.fullmatch(key):
            return _of_school(key, found)
        if found := _RANGE.fullmatch(key):
            return _of_days(key, found["starts"], found["ends"])
        raise _wrong(key)

    @classmethod
    def between(cls, starts_on: date, ends_on: date) -> Period:
        """Return the period from one day to another, both within."""
        return cls(f"{starts_on}..{ends_on}", starts_on, ends_on)

    @property
    def stretches(self) -> tuple[date, ...] | None:
        """The stretches of the year it is made of; ``None`` if it begins or ends within one."""
        if stretch_of(self.starts_on) != self.starts_on:
            return None
        found, day = [], self.starts_on
        while day <= self.ends_on:
            found.append(day)
            day = _next(day)
        return tuple(found) if day == self.ends_on + timedelta(days=1) else None


def _wrong(key: str) -> Invalid:
    told = Sentence(
        "“%(key)s”不是期间。可用 2026、2025-2026、2025-2026-1 或 2026-03-01..2026-05-31。", key=key
    )
    return Invalid(fields={"period": [told]})


def _of_school(key: str, found: re.Match[str]) -> Period:
    year = int(found["year"])
    if int(found["next"]) != year + 1:
        raise _wrong(key)
    first = (date(year, 9, 1), date(year + 1, 1, 31))
    second = (date(year + 1, 2, 1), date(year + 1, 8, 31))
    term = {"1": first, "2": second}.get(found["term"] or "", (first[0], second[1]))
    return Period(key, *term)


def _of_days(key: str, starts: str, ends: str) -> Period:
    try:
        starts_on, ends_on = date.fromisoformat(starts), date.fromisoformat(ends)
    except ValueError:
        raise _wrong(key) from None
    if starts_on.year not in YEARS or ends_on.year not in YEARS:
        raise _wrong(key)
    if ends_on < starts_on:
        told = Sentence("期间的结束（%(ends)s）早于开始（%(starts)s）。", ends=ends, starts=starts)
        raise Invalid(fields={"period": [told]})
    return Period(key, starts_on, ends_on)


def stretch_of(day: date) -> date:
    """Return when the stretch of the year begins that *day* lies in.

    Calendar years, school years and terms are all made of whole stretches.
    """
    if day.month >= SEPTEMBER:
        return date(day.year, SEPTEMBER, 1)
    return date(day.year, FEBRUARY if day.month >= FEBRUARY else 1, 1)


def _next(stretch: date) -> date:
    follows = {1: (0, FEBRUARY), FEBRUARY: (0, SEPTEMBER), SEPTEMBER: (1, 1)}
    years, month = follows[stretch.month]
    return date(stretch.year + years, month, 1)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which cases a figure is about. A case belongs to the period in which it was issued."""

    period: Period | None = None
    inspection: str = ""
    level: SourceLevel | None = None
    category: Category | None = None
    severity: Severity | None = None
    #: The unit that answers for it, or one below that: a town stands for its schools.
    lead_id: int | None = None
    #: Exactly this unit answers for it.
    led_by_id: int | None = None
    department_id: int | None = None
    #: The person who looks after the lead unit as 责任督学; 0 where nobody does.
    inspector_id: int | None = None
    #: In stages or of lasting effort, or neither.
    lasting: bool | None = None

    @property
    def asks_of_lead(self) -> bool:
        """Whether it hangs on the unit that answers for the case."""
        asked = (self.lead_id, self.led_by_id, self.inspector_id)
        return any(value is not None for value in asked)

    def written(self) -> dict[str, Any]:
        """Return what is asked for as addresses, kept views and jobs hold it."""
        told = {name: getattr(self, field) for name, field in WRITTEN.items()}
        told["period"] = self.period.key if self.period else None
        told["lasting"] = None if self.lasting is None else int(self.lasting)
        return {name: str(value) for name, value in told.items() if value not in (None, "")}

    @classmethod
    def read(cls, params: Mapping[str, str]) -> Narrowing:
        """Return what `written` wrote down; other parameters are not looked at.

        Raises:
            Invalid: the period is none.
            ValueError: another value means nothing.
        """
        read: dict[str, Callable[[str], Any]] = {
            "period": Period.of,
            "inspection": str,
            "level": SourceLevel,
            "category": Category,
            "severity": Severity,
            "lasting": lambda text: text == "1",
        }
        given = {name: params[name] for name in WRITTEN if params.get(name)}
        return cls(**{WRITTEN[name]: read.get(name, int)(text) for name, text in given.items()})

    def conditions(self) -> list[ColumnElement[bool]]:
        """Translate into conditions on `Case`."""
        asked = {
            Case.inspection: self.inspection or None,
            Case.source_level: self.level,
            Case.category: self.category,
            Case.severity: self.severity,
            Case.department_id: self.department_id,
        }
        found = [column == value for column, value in asked.items() if value is not None]
        if self.period is not None:
            found.append(Case.issued_on.between(self.period.starts_on, self.period.ends_on))
        if self.lasting is not None:
            found.append(Case.mode.in_(LASTING) if self.lasting else Case.mode.not_in(LASTING))
        return found + self.leads(Case.lead_unit_id)

    def leads(self, column: Any) -> list[ColumnElement[bool]]:
        """Translate what is asked of the lead unit into conditions on a column that names it."""
        unit, found = aliased(Unit), []
        if self.lead_id is not None:
            above = select(Unit.path).where(Unit.id == self.lead_id).scalar_subquery()
            found.append(column.in_(select(unit.id).where(unit.path.startswith(above))))
        if self.led_by_id is not None:
            found.append(column == self.led_by_id)
        if self.inspector_id is not None:
            who = (
                unit.inspector_id == self.inspector_id
                if self.inspector_id
                else unit.inspector_id.is_(None)
            )
            found.append(column.in_(select(unit.id).where(who)))
        return found
