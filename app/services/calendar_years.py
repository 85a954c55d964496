"""The calendar as people read it: a year with the source of each day, and who changed what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload

from app.db import db
from app.domain.calendar import CalendarChange, CalendarDay, CalendarVersion, LocalDay, SchoolTerm
from app.domain.errors import NotFound
from app.domain.people import Actor
from app.services import calendar_sources as sources
from app.services import school_terms
from app.services._calendar import current

#: The years that can be shown.
YEARS = range(2004, 2101)


@dataclass(frozen=True, slots=True)
class Mark:
    """One day with all that is known of it."""

    day: date
    is_workday: bool
    #: The holiday it belongs to, or is made up for.
    name: str | None
    source: str
    provisional: bool
    #: Whether it is the county's own.
    local: bool = False
    in_term: bool = False

    @property
    def sign(self) -> str:
        """What a printed calendar puts beside it: ``rest``, ``work``, or nothing."""
        if self.is_workday:
            return "work" if self.day.weekday() in sources.WEEKEND else ""
        return "rest" if self.name or self.day.weekday() not in sources.WEEKEND else ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in a row that belong together."""

    first: Mark
    last: Mark

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last.day - self.first.day).days + 1


@dataclass(frozen=True, slots=True)
class Year:
    """A year as one county keeps it."""

    number: int
    marks: Mapping[date, Mark]
    provisional: bool
    terms: Sequence[SchoolTerm]

    @property
    def stretches(self) -> list[Stretch]:
        """What is not as the days of the week have it, day by day."""
        named = [mark for mark in self.marks.values() if mark.name or mark.sign]
        return list(_joined(named))

    @property
    def workdays(self) -> int:
        """How many days are worked."""
        return sum(mark.is_workday for mark in self.marks.values())


def year(number: int, county_id: int) -> Year:
    """Return a year of the calendar in force, with the county's own days and terms.

    Raises:
        NotFound: there is no calendar for that year.
    """
    if number not in YEARS:
        raise NotFound("只能查看 %(first)s—%(last)s 年。", first=YEARS.start, last=YEARS.stop - 1)
    first, last = date(number, 1, 1), date(number, 12, 31)
    query = select(CalendarDay).where(CalendarDay.day.between(first, last))
    sources_of = {row.day: row.source for row in db.session.scalars(query)}
    own = select(LocalDay).filter_by(county_id=county_id).where(LocalDay.day.between(first, last))
    local = {row.day: row.source for row in db.session.scalars(own)}
    terms = [
        term
        for term in school_terms.of_county(county_id)
        if term.starts_on <= last and term.ends_on >= first
    ]
    calendar = current(county_id)
    marks = {
        day: Mark(
            day=day,
            is_workday=calendar.is_workday(day),
            name=calendar.name_of(day),
            source=local.get(day) or sources_of.get(day, ""),
            provisional=calendar.is_provisional(day) and day not in local,
            local=day in local,
            in_term=any(term.starts_on <= day <= term.ends_on for term in terms),
        )
        for day in sources.days_of(number)
    }
    return Year(number, marks, calendar.is_provisional(first), terms)


def _joined(marks: Sequence[Mark]) -> Iterator[Stretch]:
    def alike(pair: tuple[int, Mark]) -> tuple[object, ...]:
        place, mark = pair
        return (
            mark.day - timedelta(days=place),
            *(mark.is_workday, mark.name, mark.source, mark.local),
        )

    for _, group in groupby(enumerate(marks), key=alike):
        days = [mark for _, mark in group]
        yield Stretch(days[0], days[-1])


@dataclass(frozen=True, slots=True)
class Revision:
    """One version of the calendar, and how many days it changed for everybody to see."""

    version: CalendarVersion
    changed: int


def revisions(actor: Actor) -> list[Revision]:
    """List the versions that concern the actor's county, the newest first."""
    shows = or_(
        CalendarChange.was_workday != CalendarChange.is_workday,
        func.coalesce(CalendarChange.was_name, "") != func.coalesce(CalendarChange.name, ""),
    )
    changed = (
        select(func.count(CalendarChange.id))
        .where(CalendarChange.version_id == CalendarVersion.id, shows)
        .scalar_subquery()
    )
    query = (
        select(CalendarVersion, changed)
        .options(joinedload(CalendarVersion.adopted_by))
        .where(_concerns(actor))
        .order_by(CalendarVersion.id.desc())
    )
    return [Revision(version, count) for version, count in db.session.execute(query)]


def _concerns(actor: Actor) -> ColumnElement[bool]:
    return or_(CalendarVersion.county_id.is_(None), CalendarVersion.county_id == actor.county_id)


def revision(number: int, actor: Actor) -> tuple[CalendarVersion, list[CalendarChange]]:
    """Return a version with the days that look different since.

    Raises:
        NotFound: there is none, or it is another county's.
    """
    query = select(CalendarVersion).where(CalendarVersion.id == number, _concerns(actor))
    found = db.session.scalars(query.options(joinedload(CalendarVersion.adopted_by))).first()
    if found is None:
        raise NotFound("日历没有这一版。")
    changes = select(CalendarChange).filter_by(version_id=number).order_by(CalendarChange.day)
    return found, [one for one in db.session.scalars(changes) if one.shows]


def local_days(county_id: int) -> Sequence[LocalDay]:
    """List a county's own days, the latest first."""
    query = select(LocalDay).filter_by(county_id=county_id).order_by(LocalDay.day.desc())
    return db.session.scalars(query).all()
