"""All about one deadline: why it is that day, who moved it, what its firing brought about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.db import db
from app.domain.calendar import Calendar, CalendarDay, CalendarVersion, LocalDay
from app.domain.deadlines import Uncountable
from app.domain.errors import NotFound
from app.domain.history import Event
from app.domain.people import Actor
from app.domain.process import Incident, Task, Timer
from app.domain.reckoning import Reckoning, reckon
from app.domain.rules import Rule
from app.services import calendars, elements, timer_ledger
from app.services.elements import Element


@dataclass(frozen=True, slots=True)
class Proof:
    """One deadline with all that there is to say about it."""

    timer: Timer
    #: The task that it sits on.
    task: Task | None
    #: How it was counted; ``None`` where the rule or its calendar can't be read any more.
    reckoning: Reckoning | None
    calendar: Calendar
    version: CalendarVersion | None
    #: Where we know the special days of the period from.
    sources: dict[date, str]
    #: What the firing wrote into history: that it fired, and what it brought about.
    lines: list[Event]
    #: What comes after it in the diagram.
    following: list[Element]
    interrupting: bool
    incidents: list[Incident]

    @property
    def agrees(self) -> bool:
        """Whether counting again gives the moment that is on file."""
        return self.reckoning is not None and self.reckoning.due.at == self.timer.due_at

    @property
    def fired_once(self) -> bool:
        """Whether history tells just once that it ran out."""
        return sum(line.what == "timer_fired" for line in self.lines) == 1


def proof(timer_id: int, actor: Actor) -> Proof:
    """Gather everything about one deadline.

    Raises:
        NotFound: there is none, or it is none of the actor's business.
    """
    timer = timer_ledger.get(timer_id, actor)
    county_id = timer.case.county_id if timer.case else timer.process.county_id
    calendar = _calendar(timer.calendar_version, county_id)
    reckoning = _reckoned(timer, calendar)
    drawing = elements.drawing_of(db.session(), timer.process_id)
    element = drawing.elements.get(timer.key)
    return Proof(
        timer=timer,
        task=db.session.get(Task, timer.task_id) if timer.task_id else None,
        reckoning=reckoning,
        calendar=calendar,
        version=db.session.get(CalendarVersion, timer.calendar_version),
        sources=_sources(reckoning, county_id),
        lines=_lines(timer),
        following=drawing.after(timer.key),
        interrupting=bool(element and element.interrupting),
        incidents=_incidents(timer),
    )


def _calendar(version: int, county_id: int | None) -> Calendar:
    """Return the calendar by which it was counted; the present one if that cannot be told."""
    present = calendars.current(county_id)
    if present.version == version:
        return present
    try:
        return calendars.at_version(version, county_id)
    except NotFound:
        return present


def _reckoned(timer: Timer, calendar: Calendar) -> Reckoning | None:
    try:
        return reckon(Rule.parse(timer.rule), timer.base, timer.armed_at, calendar)
    except (ValueError, Uncountable):
        return None


def _sources(reckoning: Reckoning | None, county_id: int | None) -> dict[date, str]:
    """Return by which notice each day with a name is a holiday or made up for."""
    named = [day.on for day in reckoning.days if day.name] if reckoning else []
    national = select(CalendarDay.day, CalendarDay.source).where(CalendarDay.day.in_(named))
    own = select(LocalDay.day, LocalDay.source).where(
        LocalDay.county_id == county_id, LocalDay.day.in_(named)
    )
    rows = [*db.session.execute(national), *db.session.execute(own)] if named else []
    return {row.day: row.source for row in rows}


def _lines(timer: Timer) -> list[Event]:
    """Return all that history tells of its firing, even were it told twice."""
    told = timer_ledger.effects([timer]).get(timer.id, [])
    again = db.session.scalars(
        select(Event)
        .where(Event.timer_id == timer.id, Event.what == "timer_fired")
        .order_by(Event.id)
    )
    known = {line.id for line in told}
    return told + [line for line in again if line.id not in known]


def _incidents(timer: Timer) -> list[Incident]:
    query = select(Incident).filter_by(timer_id=timer.id).order_by(Incident.id)
    return list(db.session.scalars(query))
