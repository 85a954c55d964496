"""The working calendar: seeded once, changed by notices, read by everyone who counts.

Each change is a version that says what was before, so that every older one can be told again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.clock import utcnow
from app.db import db, transaction
from app.domain.calendar import Calendar, CalendarDay, CalendarVersion
from app.domain.holiday_notice import Holiday, HolidayRow, read_notice, settled_by
from app.domain.people import Actor
from app.services import calendar_sources as sources
from app.services._calendar import (
    Day,
    Days,
    at_version,
    current,
    days_of_country,
    days_of_county,
    forget,
    in_order,
)
from app.services._calendar_changes import (
    AndThen,
    DayChange,
    Proposal,
    checked_source,
    may_keep,
    require_keeper,
    write_version,
)

__all__ = ["DayChange", "Proposal", "at_version", "current", "may_keep", "require_keeper"]

#: The note of the first version.
SEEDED = "随程序提供"


def seed() -> int:
    """Give a new database its calendar; return how many days were written, 0 if it had one."""
    with transaction() as session:
        if session.scalar(select(CalendarVersion.id).limit(1)) is not None:
            return 0
        days = list(sources.seed_days())
        session.execute(insert(CalendarDay), days)
        at = utcnow()
        session.add(CalendarVersion(note=SEEDED, adopted_at=at, applied_at=at))
        forget(session)
        return len(days)


def propose_notice(rows: Iterable[HolidayRow]) -> Proposal:
    """Return what adopting a holiday notice would change; a year it settles is settled whole.

    Raises:
        Invalid: a row is wrong, or the notice lacks a festival.
    """
    return _of_notice(db.session(), rows)


def _of_notice(session: Session, rows: Iterable[HolidayRow]) -> Proposal:
    calendar = current()
    holidays = read_notice(rows, calendar, sources.festivals)
    years = settled_by(holidays, calendar)
    before = days_of_country(session)
    said = {day.day: day for day in _days(holidays, years)}
    changes = tuple(_change(before, day) for day in said.values() if before.get(day.day) != day)
    national = Calendar.of((before | said).values(), version=calendar.version)

    def after(county_id: int | None) -> Calendar:
        own = days_of_county(session, county_id) if county_id else {}
        return national.with_own(in_order(own))

    return Proposal(None, changes, tuple(years), after)


def _days(holidays: Sequence[Holiday], years: Sequence[int]) -> Iterable[Day]:
    """Return each day of the notice, and the ordinary days of *years*."""
    named = {one.day: Day(one.day, one.is_workday, one.name, False) for one in holidays}
    ordinary = (day for year in years for day in sources.days_of(year) if day not in named)
    return [*named.values(), *(Day(day, _is_weekday(day), None, False) for day in ordinary)]


def _change(before: Days, day: Day) -> DayChange:
    was = before.get(day.day, Day(day.day, _is_weekday(day.day), None, True))
    return DayChange(
        day.day, was.is_workday, day.is_workday, was.name, day.name, was_provisional=was.provisional
    )


def _is_weekday(day: date) -> bool:
    """Tell whether *day* is one from Monday to Friday."""
    return day.weekday() not in sources.WEEKEND


def import_notice(
    rows: Iterable[HolidayRow],
    *,
    source: str,
    at: datetime,
    by: Actor | None = None,
    and_then: AndThen | None = None,
) -> int:
    """Adopt a holiday notice and return the version it is in force by; nobody is the command line.

    A notice that says what is known already changes nothing, and makes no version.

    Raises:
        NotAllowed: the person may not change the calendar.
        Invalid: a row is wrong, or the notice lacks a festival; nothing is adopted.
    """
    if by is not None:
        require_keeper(by)
    source = checked_source(source)
    with transaction() as session:
        proposal = _of_notice(session, rows)
        if not proposal.changes:
            return current().version
        days = [change.day for change in proposal.changes]
        session.execute(delete(CalendarDay).where(CalendarDay.day.in_(days)))
        session.execute(insert(CalendarDay), [_row(one, source) for one in proposal.changes])
        version = CalendarVersion(note=source, adopted_at=at, adopted_by_id=by.id if by else None)
        found = write_version(session, version, proposal.changes, and_then)
    forget(db.session())
    return found


def _row(change: DayChange, source: str) -> dict[str, Any]:
    return {
        "day": change.day,
        "is_workday": change.is_workday,
        "name": change.name,
        "source": source,
        "provisional": False,
    }
