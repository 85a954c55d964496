"""Which days people work on, and how to count them.

The rows are the truth, version by version; a `Calendar` is their compact, unchanging value.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Protocol

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.base import Base
from app.domain.people import User

#: Monday to Friday; Saturday is the sixth.
FRIDAY = 5


class CalendarDay(Base):
    """One day as the newest version of the calendar has it."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_workday: Mapped[bool]
    #: The holiday it belongs to, or is made up for; ``None`` on an ordinary day.
    name: Mapped[str | None] = mapped_column(String(40))
    #: Where we know it from: a package, or the number of a notice.
    source: Mapped[str] = mapped_column(String(200))
    #: 暂定: the State Council has not yet published the notice for this year.
    provisional: Mapped[bool]


class CalendarVersion(Base):
    """One adoption of holidays. A deadline remembers by which version it was counted."""

    __tablename__ = "calendar_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: The number of the notice, or what else entitles to it.
    note: Mapped[str] = mapped_column(String(200))
    #: Of a change of its own days: the county; ``None`` for the whole country.
    county_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    adopted_at: Mapped[datetime]
    #: ``None`` when the program itself, or the command line, did it.
    adopted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    #: When the last deadline that it moves had been moved.
    applied_at: Mapped[datetime | None]

    adopted_by: Mapped[User | None] = relationship()


class CalendarChange(Base):
    """One day as a version changed it. With these any older version can be told again."""

    __tablename__ = "calendar_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("calendar_version.id"), index=True)
    #: The county whose own day it is; ``None`` for the whole country.
    county_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    day: Mapped[date] = mapped_column(index=True)
    was_workday: Mapped[bool]
    is_workday: Mapped[bool]
    #: Of a county's own day: ``None`` if it had none before, or has none any more.
    was_name: Mapped[str | None] = mapped_column(String(40))
    name: Mapped[str | None] = mapped_column(String(40))
    was_provisional: Mapped[bool]

    @property
    def shows(self) -> bool:
        """Whether one sees it in a printed calendar."""
        return self.was_workday != self.is_workday or self.was_name != self.name


class LocalDay(Base):
    """A day that one county keeps differently: a local or ethnic-minority holiday, a storm."""

    __tablename__ = "local_day"
    __table_args__ = (UniqueConstraint("county_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    day: Mapped[date]
    is_workday: Mapped[bool]
    name: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(200))


class SchoolTerm(Base):
    """学期: when the schools of one county teach, first to last day."""

    __tablename__ = "school_term"
    __table_args__ = (UniqueConstraint("county_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(String(40))
    starts_on: Mapped[date]
    ends_on: Mapped[date]


class OwnDay(Protocol):
    """What a calendar wants to know of a county's own day."""

    @property
    def day(self) -> date: ...
    @property
    def is_workday(self) -> bool: ...
    @property
    def name(self) -> str | None: ...


class KnownDay(OwnDay, Protocol):
    """What a calendar wants to know of a day; a `CalendarDay` or a row of columns."""

    @property
    def provisional(self) -> bool: ...


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """The working days of one version.

    Outside the table, and in its gaps, Saturdays and Sundays are off and everything is
    provisional. All counting goes through the rank of a day, the number of working days up to
    it, so that its cost does not grow with the length of a period.
    """

    version: int
    #: Ordinals of the first and the last day of the table.
    _first: int
    _last: int
    #: Ordinals of the working days between them.
    _workdays: array[int]
    _names: Mapping[date, str]
    _settled_years: frozenset[int]

    @classmethod
    def of(cls, days: Iterable[KnownDay], *, version: int) -> Calendar:
        """Build the calendar that *days* describe, in any order."""
        known = {row.day.toordinal(): row for row in days}
        first, last = (min(known), max(known)) if known else (1, 0)
        workdays = (
            ordinal
            for ordinal in range(first, last + 1)
            if (known[ordinal].is_workday if ordinal in known else _is_weekday(ordinal))
        )
        return cls(
            version,
            first,
            last,
            array("i", workdays),
            MappingProxyType({row.day: row.name for row in known.values() if row.name}),
            _settled_years(known.values()),
        )

    def with_own(self, days: Iterable[OwnDay]) -> Calendar:
        """Return this calendar as a county keeps it that has *days* of its own."""
        own = {row.day.toordinal(): row for row in days}
        if not own:
            return self
        first, last = min(own), max(own)
        if self._first <= self._last:
            first, last = min(first, self._first), max(last, self._last)
        workdays = (
            ordinal
            for ordinal in range(first, last + 1)
            if (own[ordinal].is_workday if ordinal in own else self._is_worked(ordinal))
        )
        names = dict(self._names) | {row.day: row.name for row in own.values() if row.name}
        return Calendar(
            self.version,
            first,
            last,
            array("i", workdays),
            MappingProxyType(names),
            self._settled_years,
        )

    def is_workday(self, day: date) -> bool:
        """Say whether people work on *day*, make-up workdays included."""
        return self._is_worked(day.toordinal())

    def name_of(self, day: date) -> str | None:
        """Return the holiday that *day* belongs to or is made up for."""
        return self._names.get(day)

    def is_provisional(self, day: date) -> bool:
        """Say whether a notice of the State Council may still change *day*."""
        return day.year not in self._settled_years

    def is_provisional_between(self, start: date, end: date) -> bool:
        """Say whether any day from *start* to *end* may still change; either may be the earlier."""
        early, late = sorted((start.year, end.year))
        return any(year not in self._settled_years for year in range(early, late + 1))

    def add_workdays(self, day: date, n: int) -> date:
        """Return the *n*-th working day after *day*, or before it when *n* is negative.

        Raises:
            OverflowError: that is before the year 1 or after the year 9999.
        """
        if n == 0:
            return day
        ordinal = day.toordinal()
        rank = self._rank(ordinal) if n > 0 else self._rank(ordinal - 1) + 1
        return self._ranked(rank + n)

    def next_workday(self, day: date) -> date:
        """Return *day* itself if people work on it, else the first working day after it."""
        return self._ranked(self._rank(day.toordinal() - 1) + 1)

    def workdays_between(self, a: date, b: date) -> int:
        """Count the working days after *a* up to and including *b*; negative if *b* is earlier."""
        return self._rank(b.toordinal()) - self._rank(a.toordinal())

    def _is_worked(self, ordinal: int) -> bool:
        return self._rank(ordinal) > self._rank(ordinal - 1)

    def _rank(self, ordinal: int) -> int:
        """Count the working days since the year 1 up to and including *ordinal*."""
        if ordinal < self._first:
            return _weekday_rank(ordinal)
        before = _weekday_rank(self._first - 1)
        if ordinal <= self._last:
            return before + bisect_right(self._workdays, ordinal)
        return before + len(self._workdays) + _weekday_rank(ordinal) - _weekday_rank(self._last)

    def _ranked(self, rank: int) -> date:
        """Return the working day of that rank, the inverse of `_rank`."""
        place = rank - _weekday_rank(self._first - 1) - 1
        if place < 0:
            ordinal = _weekday_ranked(rank)
        elif place < len(self._workdays):
            ordinal = self._workdays[place]
        else:
            after = place - len(self._workdays) + 1
            ordinal = _weekday_ranked(_weekday_rank(self._last) + after)
        if not date.min.toordinal() <= ordinal <= date.max.toordinal():
            raise OverflowError(f"working day {rank} has no date")
        return date.fromordinal(ordinal)


def _is_weekday(ordinal: int) -> bool:
    return (ordinal - 1) % 7 < FRIDAY  # 1 January of the year 1 was a Monday


def _weekday_rank(ordinal: int) -> int:
    weeks, days = divmod(ordinal, 7)
    return weeks * FRIDAY + min(days, FRIDAY)


def _weekday_ranked(rank: int) -> int:
    weeks, days = divmod(rank - 1, FRIDAY)
    return weeks * 7 + days + 1


def _settled_years(days: Iterable[KnownDay]) -> frozenset[int]:
    settled: dict[int, bool] = {}
    for row in days:
        settled[row.day.year] = settled.get(row.day.year, True) and not row.provisional
    return frozenset(year for year, is_settled in settled.items() if is_settled)
