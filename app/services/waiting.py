"""The open tasks at the steps of a diagram: the rows behind a number, the longest waiting first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, union_all
from sqlalchemy.orm import joinedload, selectinload

from app.clock import utcnow
from app.db import db
from app.domain.case import Case
from app.domain.process import Process, Task
from app.services import calendars, dwell
from app.services._steps import Asked, of_tasks

_WHOLE = select(Task).options(
    joinedload(Task.case).joinedload(Case.lead_unit),
    joinedload(Task.unit),
    joinedload(Task.assignee),
    joinedload(Task.process).joinedload(Process.diagram),
    selectinload(Task.deadlines),
)


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the list, and where the next begins."""

    items: Sequence[Task]
    #: For how many working days each has waited, by its id.
    days: Mapping[int, int]
    next: tuple[datetime, int] | None


def page(
    asked: Asked,
    steps: Collection[str],
    *,
    overdue: bool = False,
    limit: int = 50,
    after: tuple[datetime, int] | None = None,
) -> Page:
    """List the open tasks of some steps, after the cursor *after*."""
    if not steps:
        return Page([], {}, None)
    conditions = [Task.sort_at < utcnow()] if overdue else []
    if after is not None:
        at, task_id = after
        later = and_(Task.opened_at == at, Task.id > task_id)
        conditions.append(or_(Task.opened_at > at, later))
    ids = list(db.session.scalars(_merged(asked, steps, conditions, limit + 1)))
    found = db.session.scalars(_WHOLE.where(Task.id.in_(ids[:limit]))).unique()
    items = sorted(found, key=lambda task: (task.opened_at, task.id))
    days = dwell.days_of(items, calendars.current(asked.actor.county_id))
    end = (items[-1].opened_at, items[-1].id) if len(ids) > limit else None
    return Page(items, days, end)


def _merged(
    asked: Asked, steps: Collection[str], conditions: Collection[ColumnElement[bool]], limit: int
) -> Select[Any]:
    """Merge the queues of the steps; each is one short walk along the index."""
    queues = [
        of_tasks(select(Task.id, Task.opened_at), asked)
        .where(Task.closed_at.is_(None), Task.key == step, *conditions)
        .order_by(Task.opened_at, Task.id)
        .limit(limit)
        .subquery()
        for step in steps
    ]
    merged = union_all(*(select(one.c.id, one.c.opened_at) for one in queues)).subquery()
    return select(merged.c.id).order_by(merged.c.opened_at, merged.c.id).limit(limit)
