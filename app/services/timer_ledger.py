"""The ledger of deadlines: every one that a person may see, and two questions that must be 0."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    func,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import joinedload

from app.clock import LOCAL, today, utcnow
from app.db import db
from app.domain.case import Case
from app.domain.errors import NotFound
from app.domain.going import TICKING
from app.domain.history import Event
from app.domain.people import Actor
from app.domain.process import GOES_ON, IS_ARMED, IS_PAST, Process, Task, Timer
from app.domain.vocabulary import TimerState
from app.services._scope import of_visible_timers
from app.services.reach import COUNTED, Reach, count, reach

#: A deadline that nobody has taken up for so long after it ran out is one that nobody is at.
UNATTENDED_AFTER = timedelta(seconds=60)

Rows = Select[*tuple[Any, ...]]


class Window(StrEnum):
    """When a deadline that still runs is due."""

    OVERDUE = "overdue"
    TODAY = "today"
    WEEK = "week"


class Check(StrEnum):
    """What must never be: each names the rows that are."""

    FIRED_TWICE = "fired_twice"
    UNATTENDED = "unattended"


@dataclass(frozen=True, slots=True)
class TimerFilter:
    """What a list of deadlines is narrowed down to."""

    state: TimerState | None = None
    #: Only what is not over: what runs, and what stands still.
    running: bool = False
    window: Window | None = None
    code: str = ""
    unit_id: int | None = None
    #: A part of the case's number.
    case: str = ""
    check: Check | None = None

    @property
    def latest_first(self) -> bool:
        """Whether the list is one of the past."""
        return self.state in (TimerState.FIRED, TimerState.DISARMED)

    @property
    def stretches(self) -> Sequence[str]:
        """The indexes that a deadline in the list may stand in, by what they hold."""
        goes_on = self.running or self.window is not None or self.check is Check.UNATTENDED
        if goes_on or self.state in TICKING:
            return (GOES_ON,)
        return (GOES_ON, IS_PAST) if self.state is None else (IS_PAST,)

    @property
    def of_case(self) -> list[ColumnElement[bool]]:
        """What is asked of the case, as conditions on `Case`."""
        found: list[ColumnElement[bool]] = []
        if self.unit_id is not None:
            found.append(or_(Case.lead_unit_id == self.unit_id, Case.unit_id == self.unit_id))
        if self.case:
            found.append(Case.number.contains(self.case, autoescape=True))
        return found

    def conditions(self) -> list[ColumnElement[bool]]:
        """Translate into conditions on `Timer`."""
        found: list[ColumnElement[bool]] = []
        if self.state is not None:
            found.append(Timer.state == self.state)
        if self.window is not None:
            found += _within(self.window)
        if self.code:
            found.append(Timer.code == self.code)
        if self.check is not None:
            found.append(_broken(self.check))
        return found


def _within(window: Window) -> list[ColumnElement[bool]]:
    now, runs = utcnow(), Timer.state == TimerState.ARMED
    if window is Window.OVERDUE:
        return [runs, Timer.due_at <= now]
    days = 1 if window is Window.TODAY else 7 - today().weekday()
    end = datetime.combine(today() + timedelta(days=days), time.min, LOCAL)
    return [runs, Timer.due_at > now, Timer.due_at <= end]


def _broken(check: Check) -> ColumnElement[bool]:
    """Return the condition on `Timer` that no row must ever meet."""
    if check is Check.FIRED_TWICE:
        return Timer.id.in_(db.session.scalars(_FIRED_TWICE).all())
    now = utcnow()
    late = now - UNATTENDED_AFTER
    return and_(
        IS_ARMED,
        Timer.due_at <= late,
        Timer.try_at <= late,
        or_(Timer.claimed_until.is_(None), Timer.claimed_until <= now),
    )


#: Deadlines of which history tells more than once that they ran out.
_FIRED_TWICE = (
    select(Event.timer_id)
    .where(text("event.what = 'timer_fired'"), Event.timer_id.is_not(None))
    .group_by(Event.timer_id)
    .having(func.count() > 1)
)


@dataclass(frozen=True, slots=True)
class Health:
    """How often a deadline fired twice, and how many wait with nobody at them."""

    fired_twice: int
    unattended: int


def health(actor: Actor | None = None) -> Health:
    """Ask the tables; for *actor* only about what he or she may see."""
    return Health(*(_count(check, actor) for check in Check))


def _count(check: Check, actor: Actor | None) -> int:
    query = select(func.count(Timer.id)).where(_broken(check))
    if actor is not None:
        query = of_visible_timers(query, actor)
    return db.session.scalar(query) or 0


_WHOLE = (
    joinedload(Timer.case).joinedload(Case.lead_unit),
    joinedload(Timer.process).joinedload(Process.diagram),
)
_ORDER = (Timer.due_at, Timer.id)


def within(actor: Actor, narrow: TimerFilter) -> Reach:
    """Find the way to the deadlines that are asked for; the list and its count share it."""
    conditions = narrow.of_case
    return reach(db.session(), actor, *conditions, selective=bool(conditions), over=True)


def page(
    actor: Actor,
    narrow: TimerFilter,
    *,
    limit: int = 50,
    after: tuple[datetime, int] | None = None,
    by: Reach | None = None,
) -> list[Timer]:
    """List deadlines of the cases and processes that *actor* may see, after the cursor *after*.

    What is longest overdue comes first; of what is over, the latest.
    """
    rows = _merged(_lists(narrow, by or within(actor, narrow), after, limit))
    order = [rows.c.due_at.desc(), rows.c.id.desc()] if narrow.latest_first else list(rows.c)
    ids = list(db.session.scalars(select(rows.c.id).order_by(*order).limit(limit)))
    read = db.session.scalars(select(Timer).options(*_WHOLE).where(Timer.id.in_(ids)))
    found = {one.id: one for one in read}
    return [found[one] for one in ids]


def _merged(lists: Sequence[Rows]) -> Subquery:
    """Put lists together, each of which is one short walk along the index."""
    whole = [one.subquery() for one in lists]
    return union_all(*(select(one.c.due_at, one.c.id) for one in whole)).subquery()


def _lists(
    narrow: TimerFilter, by: Reach, after: tuple[datetime, int] | None, limit: int
) -> list[Rows]:
    """Return a query for each index that may hold what is asked for."""
    beyond = [_beyond(after, latest_first=narrow.latest_first)] if after is not None else []
    order = (Timer.due_at.desc(), Timer.id.desc()) if narrow.latest_first else _ORDER
    query = by.narrow(select(Timer.due_at, Timer.id), Timer).where(*narrow.conditions(), *beyond)
    return [query.where(_stands(one)).order_by(*order).limit(limit) for one in narrow.stretches]


def _stands(condition: str) -> ColumnElement[bool]:
    """Say it as the index has it, or SQLite does not know that it may use the index."""
    return text(f"timer.{condition}")  # type: ignore[return-value]


def total(actor: Actor, narrow: TimerFilter, *, by: Reach | None = None) -> int:
    """Count them, but no further than anybody reads."""
    query = (by or within(actor, narrow)).narrow(select(Timer.id), Timer)
    query = query.where(*narrow.conditions())
    found = sum(count(db.session(), query.where(_stands(one))) for one in narrow.stretches)
    return min(found, COUNTED)


def _beyond(after: tuple[datetime, int], *, latest_first: bool) -> ColumnElement[bool]:
    at, timer_id = after
    if latest_first:
        beyond = or_(Timer.due_at < at, and_(Timer.due_at == at, Timer.id < timer_id))
        return and_(Timer.due_at <= at, beyond)
    beyond = or_(Timer.due_at > at, and_(Timer.due_at == at, Timer.id > timer_id))
    return and_(Timer.due_at >= at, beyond)


def everywhere(*, overdue: bool = False) -> list[Timer]:
    """List what runs, of everybody, earliest due first: for whoever runs the machine."""
    query = select(Timer).options(joinedload(Timer.case)).where(Timer.state == TimerState.ARMED)
    if overdue:
        query = query.where(Timer.due_at <= utcnow())
    return list(db.session.scalars(query.order_by(*_ORDER)))


def get(timer_id: int, actor: Actor) -> Timer:
    """Return one deadline.

    Raises:
        NotFound: there is none, or it is none of the actor's business.
    """
    query = of_visible_timers(select(Timer).options(*_WHOLE), actor).where(Timer.id == timer_id)
    found: Timer | None = db.session.scalars(query).first()
    if found is None:
        raise NotFound
    return found


def lateness(timer: Timer) -> timedelta | None:
    """Return how long after its moment a deadline fired, or by how much it is overdue now."""
    at = timer.fired_at
    if timer.state is TimerState.ARMED and utcnow() > timer.due_at:
        at = utcnow()
    return at - timer.due_at if at is not None else None


def tasks_of(timers: Sequence[Timer]) -> dict[int, Task]:
    """Return the tasks that deadlines sit on, by id."""
    ids = {one.task_id for one in timers if one.task_id is not None}
    query = select(Task).options(joinedload(Task.process).joinedload(Process.diagram))
    return {one.id: one for one in db.session.scalars(query.where(Task.id.in_(ids)))} if ids else {}


#: Lines of one history stand together.
_ALONE = case((Event.case_id.is_(None), Event.process_id), else_=0)


def effects(timers: Sequence[Timer]) -> dict[int, list[Event]]:
    """Return what each firing wrote into history: that it fired, and then what it brought about."""
    fired = [one for one in timers if one.fired_at is not None]
    if not fired:
        return {}
    alone = Event.case_id.is_(None) & Event.process_id.in_(
        {one.process_id for one in fired if one.case_id is None}
    )
    query = select(Event).where(
        or_(Event.case_id.in_({one.case_id for one in fired if one.case_id is not None}), alone),
        Event.at.in_({one.fired_at for one in fired}),
    )
    found: dict[int, list[Event]] = {}
    lines: list[Event] = []
    wanted = {(*_chain(one), one.fired_at, one.key): one.id for one in fired}
    for event in db.session.scalars(query.order_by(Event.case_id, _ALONE, Event.seq)):
        if event.what == "timer_fired":
            timer_id = event.timer_id or wanted.get((*_chain(event), event.at, event.params["key"]))
            lines = found.setdefault(timer_id or 0, [])
            lines.append(event)
        elif lines and (*_chain(lines[0]), lines[0].at) == (*_chain(event), event.at):
            lines.append(event)
    return {one.id: found[one.id] for one in fired if one.id in found}


def _chain(of: Timer | Event) -> tuple[int | None, int | None]:
    """Name the history that a deadline or a line belongs to: of a case, or of a process."""
    return of.case_id, None if of.case_id is not None else of.process_id
