"""The calendar in force and each older version of it, of the country and of a county.

Shared by the services; `calendars` is what others ask.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from time import monotonic
from typing import NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Row, bindparam, select
from sqlalchemy.orm import Session

from app.db import db
from app.domain.calendar import Calendar, CalendarChange, CalendarDay, CalendarVersion, LocalDay
from app.domain.errors import NotFound


class Day(NamedTuple):
    """One day as a calendar has it."""

    day: date
    is_workday: bool
    name: str | None
    provisional: bool


Days = dict[date, Day]
OwnDays = dict[date, tuple[bool, str]]


@dataclass(slots=True)
class _Read:
    """The calendar as last read, the version it was read at, and when that was last checked."""

    version: tuple[int, str, datetime] | None
    national: Calendar
    asked_at: float
    #: With the days that a county keeps differently, as far as somebody asked for it.
    counties: dict[int, Calendar] = field(default_factory=dict)


_read: WeakKeyDictionary[Engine, _Read] = WeakKeyDictionary()

_NEWEST = (
    select(CalendarVersion.id, CalendarVersion.note, CalendarVersion.adopted_at)
    .order_by(CalendarVersion.id.desc())
    .limit(1)
)


def current(county_id: int | None = None) -> Calendar:
    """Return the calendar in force, with the county's own days if one is named.

    Without days, and of version 0, while none was seeded. A version that another worker adopts is
    seen here within a second.
    """
    session = db.session()
    engine = session.get_bind().engine
    known = _read.get(engine)
    if known is None or monotonic() - known.asked_at > 1:
        known = _read[engine] = _ask(session, known)
    if county_id is None:
        return known.national
    found = known.counties.get(county_id)
    if found is None:
        own = days_of_county(session, county_id)
        found = known.counties[county_id] = known.national.with_own(in_order(own))
    return found


def forget(session: Session) -> None:
    """Have the calendar read anew because it has just been changed."""
    _read.pop(session.get_bind().engine, None)


def _ask(session: Session, known: _Read | None) -> _Read:
    """Read the calendar, or find that what is *known* still holds."""
    newest = session.connection().execute(_NEWEST).first()
    if newest is None:
        return _Read(None, Calendar.of([], version=0), asked_at=0)
    version = (newest.id, newest.note, newest.adopted_at)
    if known is None or known.version != version:
        national = Calendar.of(days_of_country(session).values(), version=newest.id)
        return _Read(version, national, monotonic())
    return _Read(version, known.national, monotonic(), known.counties)


def at_version(version: int, county_id: int | None = None) -> Calendar:
    """Return the calendar as it was in *version*, with the county's own days of then.

    Raises:
        NotFound: there was no such version.
    """
    session = db.session()
    if session.get(CalendarVersion, version) is None:
        raise NotFound("日历没有这一版。")
    days, own = days_of_country(session), {}
    if county_id is not None:
        own = days_of_county(session, county_id)
    for change in session.execute(_SINCE, {"version": version}):
        if change.county_id is None:
            before = change.was_workday, change.was_name, change.was_provisional
            days[change.day] = Day(change.day, *before)
        elif change.county_id == county_id:
            _undo(own, change)
    return Calendar.of(days.values(), version=version).with_own(in_order(own))


#: What happened after a version, the last first.
_SINCE = (
    select(CalendarChange.__table__)
    .where(CalendarChange.version_id > bindparam("version"))
    .order_by(CalendarChange.version_id.desc(), CalendarChange.id.desc())
)


def _undo(own: OwnDays, change: Row[tuple[object, ...]]) -> None:
    if change.was_name is None:
        own.pop(change.day, None)
    else:
        own[change.day] = (change.was_workday, change.was_name)


def days_of_country(session: Session) -> Days:
    """Return all days of the country's calendar."""
    found = session.execute(
        select(CalendarDay.day, CalendarDay.is_workday, CalendarDay.name, CalendarDay.provisional)
    )
    return {row.day: Day(*row) for row in found}


def days_of_county(session: Session, county_id: int) -> OwnDays:
    """Return the days that a county keeps differently: whether it works, and the day's name."""
    query = select(LocalDay.day, LocalDay.is_workday, LocalDay.name).filter_by(county_id=county_id)
    return {row.day: (row.is_workday, row.name) for row in session.execute(query)}


def in_order(own: Mapping[date, tuple[bool, str]]) -> Iterable[Day]:
    """Return a county's own days in the form that a calendar takes."""
    return [Day(day, *found, False) for day, found in sorted(own.items())]
