"""The working calendar: seeded once, changed by holiday notices, read by everyone who counts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, delete, insert, select
from sqlalchemy.orm import Session

from app.clock import utcnow
from app.db import db, transaction
from app.domain.calendar import Calendar, CalendarDay, CalendarVersion
from app.domain.errors import Invalid, Sentence
from app.domain.holiday_notice import Holiday, HolidayRow, read_notice, settled_by
from app.services import calendar_sources as sources

LONGEST_SOURCE = 200
#: The note of the first version.
SEEDED = "随程序提供"


@dataclass(frozen=True, slots=True)
class _Read:
    """The calendar as last read, the version it was read at, and when that was last checked."""

    version: tuple[int, str, datetime] | None
    calendar: Calendar
    asked_at: float


_read: WeakKeyDictionary[Engine, _Read] = WeakKeyDictionary()

_NEWEST = (
    select(CalendarVersion.id, CalendarVersion.note, CalendarVersion.adopted_at)
    .order_by(CalendarVersion.id.desc())
    .limit(1)
)


def current() -> Calendar:
    """Return the calendar in force; without days, and of version 0, while none was seeded.

    A notice that another worker adopts is seen here within a second.
    """
    session = db.session()
    engine = session.get_bind().engine
    known = _read.get(engine)
    if known is None or monotonic() - known.asked_at > 1:
        known = _read[engine] = _ask(session, known)
    return known.calendar


def _ask(session: Session, known: _Read | None) -> _Read:
    """Read the calendar, or find that what is *known* still holds."""
    newest = session.connection().execute(_NEWEST).first()
    if newest is None:
        return _Read(None, Calendar.of([], version=0), asked_at=0)
    version = (newest.id, newest.note, newest.adopted_at)
    if known is None or known.version != version:
        known = _Read(version, _load(session, newest.id), asked_at=0)
    return replace(known, asked_at=monotonic())


def seed() -> int:
    """Give a new database its calendar; return how many days were written, 0 if it had one."""
    with transaction() as session:
        if session.scalar(select(CalendarVersion.id).limit(1)) is not None:
            return 0
        days = list(sources.seed_days())
        session.execute(insert(CalendarDay), days)
        _adopt(session, note=SEEDED, at=utcnow())
        return len(days)


def import_notice(rows: Iterable[HolidayRow], *, source: str, at: datetime) -> int:
    """Adopt a holiday notice and return the new version; a year it settles is replaced whole.

    Raises:
        Invalid: a row is wrong, or the notice lacks a festival; nothing is adopted.
    """
    source = source.strip()
    if not 0 < len(source) <= LONGEST_SOURCE:
        fault = Sentence("请填写通知文号，不超过 %(most)s 字。", most=LONGEST_SOURCE)
        raise Invalid(fields={"source": [fault]})
    with transaction() as session:
        calendar = current()
        holidays = read_notice(rows, calendar, sources.festivals)
        days = list(_days(holidays, settled_by(holidays, calendar), source))
        session.execute(delete(CalendarDay).where(CalendarDay.day.in_([d["day"] for d in days])))
        session.execute(insert(CalendarDay), days)
        return _adopt(session, note=source, at=at)


def _days(
    holidays: Sequence[Holiday], years: Sequence[int], source: str
) -> Iterator[dict[str, Any]]:
    """Yield the rows to write: each day of the notice, and the ordinary days of *years*."""
    named = {holiday.day: holiday for holiday in holidays}
    ordinary = [day for year in years for day in sources.days_of(year) if day not in named]
    for day in [*named, *ordinary]:
        holiday = named.get(day) or Holiday(day, _is_weekday(day), None)
        yield {
            "day": day,
            "is_workday": holiday.is_workday,
            "name": holiday.name,
            "source": source,
            "provisional": False,
        }


def _is_weekday(day: date) -> bool:
    return day.weekday() not in sources.WEEKEND


def _adopt(session: Session, *, note: str, at: datetime) -> int:
    _read.pop(session.get_bind().engine, None)
    version = CalendarVersion(note=note, adopted_at=at)
    session.add(version)
    session.flush()
    return version.id


def _load(session: Session, version: int) -> Calendar:
    days = session.execute(
        select(CalendarDay.day, CalendarDay.is_workday, CalendarDay.name, CalendarDay.provisional)
    )
    return Calendar.of(days, version=version)
