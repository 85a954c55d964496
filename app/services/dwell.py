"""How long a step takes: working days from the opening of a task to its completion.

Days on which the case stood still do not count. To stay quick with a million cases, each step is
measured on its last completions only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from statistics import median
from typing import Any

from sqlalchemy import Row, and_, exists, func, literal, select, text
from sqlalchemy.orm import aliased

from app.clock import local_date, utcnow
from app.db import db
from app.domain.calendar import Calendar
from app.domain.history import Event
from app.domain.process import Task
from app.services import calendars
from app.services._steps import Asked, done, is_the_work, of_tasks

#: How many completions of a step are measured, and how many are looked through for them.
SAMPLE = 500
REACH = 10_000

#: As the index has it.
_STANDSTILL = text("event.what IN ('suspended', 'resumed')")
_EVER = datetime(2000, 1, 1, tzinfo=UTC)
_CHUNK = 500

#: When each case stood still, by its id: since when, and until when or till now.
Standstills = Mapping[int, Sequence[tuple[datetime, datetime]]]


@dataclass(frozen=True, slots=True)
class Stay:
    """The time that one task was open."""

    since: datetime
    until: datetime
    #: Of a task that stands still with its case: which.
    case_id: int | None


@dataclass(frozen=True, slots=True)
class Dwell:
    """What the completions of a step took, in working days."""

    count: int
    median: float
    #: Nine in ten took no longer.
    p90: int

    @classmethod
    def of(cls, days: Sequence[int]) -> Dwell | None:
        """Sum up; ``None`` if there is nothing to sum up."""
        if not days:
            return None
        ordered = sorted(days)
        return cls(len(ordered), median(ordered), ordered[ceil(0.9 * len(ordered)) - 1])


def of_steps(asked: Asked, keys: Collection[str]) -> dict[str, Dwell]:
    """Return how long the steps *keys* take."""
    stays = _stays(asked, keys)
    still = standstills({one.case_id for found in stays.values() for one in found if one.case_id})
    calendar = calendars.current(asked.actor.county_id)
    measured = {
        key: Dwell.of([workdays(one, still, calendar) for one in found])
        for key, found in stays.items()
    }
    return {key: dwell for key, dwell in measured.items() if dwell is not None}


def _stays(asked: Asked, keys: Collection[str]) -> Mapping[str, list[Stay]]:
    """Read the last completions of each step."""
    if asked.way is None or asked.way.cases is None:
        return {key: _stays_at(asked, key) for key in keys}
    # Few cases: all that was done for them, at once.
    found: dict[str, list[Stay]] = {key: [] for key in keys}
    query = _completed(asked).where(Task.key.in_(keys))
    for row in db.session.execute(query):
        if len(found[row.key]) < SAMPLE:
            found[row.key].append(_stay(row))
    return found


def _stays_at(asked: Asked, key: str) -> list[Stay]:
    earlier = aliased(Task)
    reach = (
        select(earlier.closed_at)
        .where(done(earlier), earlier.key == key)
        .order_by(earlier.closed_at.desc())
        .offset(REACH)
        .limit(1)
        .scalar_subquery()
    )
    query = _completed(asked).where(
        Task.key == key, Task.closed_at >= func.coalesce(reach, literal(_EVER))
    )
    return [_stay(row) for row in db.session.execute(query.limit(SAMPLE))]


def _completed(asked: Asked) -> Any:
    stood_still = and_(is_the_work(), exists().where(Event.case_id == Task.case_id, _STANDSTILL))
    columns = (Task.key, Task.opened_at, Task.closed_at, Task.case_id)
    query = of_tasks(select(*columns, stood_still.label("stood_still")), asked)
    return query.where(done(Task)).order_by(Task.closed_at.desc())


def _stay(row: Row[Any]) -> Stay:
    return Stay(row.opened_at, row.closed_at, row.case_id if row.stood_still else None)


def days_of(tasks: Sequence[Task], calendar: Calendar) -> dict[int, int]:
    """Return for how many working days each task was open, or has been till now, by its id."""
    stays = {task.id: _stay_of(task) for task in tasks}
    still = standstills({one.case_id for one in stays.values() if one.case_id})
    return {of: workdays(stay, still, calendar) for of, stay in stays.items()}


def _stay_of(task: Task) -> Stay:
    process = task.process
    beside = process.change_request_id is not None or process.objection_id is not None
    return Stay(task.opened_at, task.closed_at or utcnow(), None if beside else task.case_id)


def standstills(case_ids: Collection[int]) -> Standstills:
    """Read from history when cases stood still."""
    found: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    since: dict[int, datetime] = {}
    for case_id, what, at in _lines(sorted(case_ids)):
        if what == "suspended":
            since[case_id] = at
        elif case_id in since:
            found[case_id].append((since.pop(case_id), at))
    now = utcnow()
    for case_id, at in since.items():
        found[case_id].append((at, now))
    return found


def _lines(case_ids: Sequence[int]) -> Iterator[tuple[int, str, datetime]]:
    """Yield the lines of history that tell of standstills, those of each case in their order."""
    columns = (Event.case_id, Event.what, Event.at)
    query = select(*columns).where(_STANDSTILL).order_by(Event.case_id, Event.seq)
    for first in range(0, len(case_ids), _CHUNK):
        some = case_ids[first : first + _CHUNK]
        for row in db.session.execute(query.where(Event.case_id.in_(some))):
            yield row.case_id, row.what, row.at


def workdays(stay: Stay, still: Standstills, calendar: Calendar) -> int:
    """Count the working days of a stay: the day it began does not count, the last one does."""
    days = _between(stay.since, stay.until, calendar)
    for since, until in still.get(stay.case_id or 0, ()):
        start, end = max(since, stay.since), min(until, stay.until)
        if start < end:
            days -= _between(start, end, calendar)
    return max(days, 0)


def _between(since: datetime, until: datetime, calendar: Calendar) -> int:
    return calendar.workdays_between(local_date(since), local_date(until))
