"""期限清单: what is open and due, the longest overdue first, with what happens next.

A row is an open task. It is found along the index of due dates or through its case; nothing is
counted beyond what a chip shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.clock import LOCAL, today, utcnow
from app.db import db
from app.domain.case import Case
from app.domain.people import Actor
from app.domain.process import Process, Task, Timer
from app.domain.vocabulary import TimerState
from app.services._progress import NEVER
from app.services.elements import Element, drawing_of_version
from app.services.narrowing import Narrowing
from app.services.reach import Reach, count, reach
from app.services.timer_ledger import Window

#: The form by which a letter is signed.
SIGNING = "sign"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which deadlines a list holds."""

    within: Narrowing = field(default_factory=Narrowing)
    window: Window | None = None
    #: Due by the end of that day.
    day: date | None = None
    #: The case's number, or a part of it.
    case: str = ""
    #: Only what waits for the actor or the actor's post.
    mine: bool = False
    #: Only letters to be signed.
    letters: bool = False

    @property
    def is_selective(self) -> bool:
        """Whether few cases may be left."""
        units = (self.within.lead_id, self.within.led_by_id, self.within.department_id)
        return any((self.case, self.within.inspector_id, *units))


@dataclass(frozen=True, slots=True)
class Next:
    """What happens to a task by itself, and when."""

    timer: Timer
    #: The first thing that the drawing then does; ``None`` where it only goes on.
    element: Element | None


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the list, and where the next begins."""

    items: list[Task]
    next: tuple[datetime, int] | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is; each figure stops at `reach.COUNTED`."""

    overdue: int
    today: int
    week: int
    letters: int


_HAS_OPEN = exists().where(
    Process.case_id == Case.id, Task.process_id == Process.id, Task.closed_at.is_(None)
)
_WHOLE = (
    joinedload(Task.case).joinedload(Case.lead_unit),
    joinedload(Task.unit),
    joinedload(Task.process).joinedload(Process.diagram),
    joinedload(Task.assignee),
    selectinload(Task.deadlines),
)


def way(actor: Actor, asked: Asked, only: ColumnElement[bool] = _HAS_OPEN) -> Reach:
    """Find the way to the cases of what is asked for, of those that hold *only* this."""
    found = asked.within.conditions()
    if asked.case:
        found.append(_numbered(asked.case))
    return reach(db.session(), actor, *found, selective=asked.is_selective, only=only)


def _numbered(text: str) -> ColumnElement[bool]:
    """Say that a case has this number, or, where none has it, a number that holds it."""
    exact = db.session.scalar(select(Case.id).where(Case.number == text.upper()))
    return Case.id == exact if exact else Case.number.contains(text, autoescape=True)


def page(
    actor: Actor,
    asked: Asked,
    *,
    limit: int = 50,
    after: tuple[datetime, int] | None = None,
    by: Reach | None = None,
) -> Page:
    """List what runs, due first, after the cursor *after*."""
    query = _open(actor, asked, by or way(actor, asked))
    if after is not None:
        at, task_id = after
        beyond = and_(Task.sort_at == at, Task.id > task_id)
        query = query.where(Task.sort_at >= at, or_(Task.sort_at > at, beyond))
    ids = list(db.session.scalars(query.order_by(Task.sort_at, Task.id).limit(limit + 1)))
    items = by_ids(ids[:limit])
    end = (items[-1].sort_at, items[-1].id) if len(ids) > limit and items else None
    return Page(items, end)


def by_ids(ids: Sequence[int]) -> list[Task]:
    """Read tasks with all that a line of the list tells, in the order of *ids*."""
    found = {
        one.id: one
        for one in db.session.scalars(select(Task).options(*_WHOLE).where(Task.id.in_(ids)))
    }
    return [found[one] for one in ids if one in found]


def ids(actor: Actor, asked: Asked, *, most: int) -> list[int]:
    """Return the ids of what is asked for, due first, no more than *most*."""
    query = _open(actor, asked, way(actor, asked))
    return list(db.session.scalars(query.order_by(Task.sort_at, Task.id).limit(most)))


def _open(actor: Actor, asked: Asked, by: Reach) -> Select[Any]:
    since, until = _between(asked)
    query = by.narrow(select(Task.id), Task)
    query = query.where(Task.closed_at.is_(None), Task.sort_at < until)
    if since is not None:
        query = query.where(Task.sort_at >= since)
    if asked.mine or asked.letters:
        query = query.where(_waits_for(actor))
    return query.where(_IS_LETTER) if asked.letters else query


def _between(asked: Asked) -> tuple[datetime | None, datetime]:
    """Return since when, and before when, what is asked for is due."""
    if asked.day is not None:
        # What ends with a day is due at midnight, the first moment of the next.
        return starts(asked.day) + timedelta.resolution, _ends(asked.day)
    now = utcnow() + timedelta.resolution
    if asked.window is Window.OVERDUE:
        return None, now
    if asked.window is Window.TODAY:
        return now, _ends(today())
    if asked.window is Window.WEEK:
        return now, _ends(today() + timedelta(days=6 - today().weekday()))
    return None, NEVER


def starts(day: date) -> datetime:
    """Return 0:00 of a day in Beijing."""
    return datetime.combine(day, time.min, LOCAL)


def _ends(day: date) -> datetime:
    return starts(day + timedelta(days=1)) + timedelta.resolution


def _waits_for(actor: Actor) -> ColumnElement[bool]:
    posts = [and_(Task.role == role, Task.unit_id == unit) for role, unit in actor.posts]
    free = or_(Task.assignee_id.is_(None), Task.assignee_id == actor.id)
    return and_(or_(*posts), free) if posts else Task.assignee_id == actor.id


_IS_LETTER = and_(
    Task.form_key == SIGNING,
    exists().where(Process.id == Task.process_id, Process.letter_id.is_not(None)),
)


def counts(actor: Actor, asked: Asked, by: Reach) -> Counts:
    """Count what the chips lead to."""

    def found(**changes: Any) -> int:
        narrowed = replace(asked, window=None, day=None, mine=False, letters=False)
        return count(db.session(), _open(actor, replace(narrowed, **changes), by))

    return Counts(
        overdue=found(window=Window.OVERDUE),
        today=found(window=Window.TODAY),
        week=found(window=Window.WEEK),
        letters=found(letters=True),
    )


def by_day(actor: Actor, asked: Asked, days: Sequence[date]) -> dict[date, int]:
    """Count what is due on each of *days*, each figure no further than `reach.COUNTED`."""
    by = way(actor, asked)
    of_day = (replace(asked, window=None, day=day) for day in days)
    return {
        day: count(db.session(), _open(actor, one, by))
        for day, one in zip(days, of_day, strict=True)
    }


def coming(tasks: Sequence[Task]) -> Mapping[int, Next]:
    """Tell what happens next to each of *tasks* by itself, by the task's id."""
    processes = {one.process_id: one.process.diagram for one in tasks}
    query = (
        select(Timer)
        .options(joinedload(Timer.process).joinedload(Process.diagram))
        .where(Timer.process_id.in_(processes), Timer.state == TimerState.ARMED)
        .order_by(Timer.due_at, Timer.id)
    )
    first: dict[tuple[int, int | None], Timer] = {}
    for timer in db.session.scalars(query):
        first.setdefault((timer.process_id, timer.task_id), timer)
    found: dict[int, Next] = {}
    for task in tasks:
        own = first.get((task.process_id, task.id)) or first.get((task.process_id, None))
        if own is not None:
            found[task.id] = Next(own, _then(own))
    return found


def _then(timer: Timer) -> Element | None:
    after = drawing_of_version(timer.process.diagram).after(timer.key)
    return next((one for one in after if one.name and one.kind in _TELLING), None)


#: What one may say of an element that a clock leads to: it does something, or waits for somebody.
_TELLING = frozenset({"serviceTask", "userTask", "scriptTask", "callActivity", "endEvent"})
