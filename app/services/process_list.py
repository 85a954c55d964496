"""流程办理: the processes about no case, running and finished."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload

from app.db import db
from app.domain.going import GOING
from app.domain.people import Actor, User
from app.domain.process import Diagram, Process, Task, Timer
from app.domain.vocabulary import TimerState
from app.services._scope import standalone


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of processes is narrowed down to."""

    #: A part of the title, or of the name of whoever began it.
    text: str = ""
    #: Key of the diagram.
    diagram: str = ""
    running: bool | None = None
    #: Only what the person began.
    mine: bool = False

    def conditions(self, actor: Actor) -> list[ColumnElement[bool]]:
        """Translate into conditions on `Process` and its `Diagram`."""
        found = [standalone(actor)]
        if self.text:
            names = select(User.id).where(User.name.contains(self.text, autoescape=True))
            titled = Process.title.contains(self.text, autoescape=True)
            found.append(or_(titled, Process.started_by_id.in_(names)))
        if self.diagram:
            found.append(Diagram.key == self.diagram)
        if self.running is not None:
            going = Process.status.in_(GOING)
            found.append(going if self.running else ~going)
        if self.mine:
            found.append(Process.started_by_id == actor.id)
        return found


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the list, and where the next begins."""

    items: list[Process]
    next: tuple[datetime, int] | None
    total: int


def page(
    actor: Actor, narrow: Filter, *, limit: int = 50, after: tuple[datetime, int] | None = None
) -> Page:
    """List the processes that concern *actor*, the latest begun first, after the cursor *after*."""
    query = _narrowed(select(Process), actor, narrow).options(
        joinedload(Process.diagram), joinedload(Process.started_by), joinedload(Process.unit)
    )
    if after is not None:
        query = query.where(Process.id < after[1])  # they are numbered as they begin
    found = list(db.session.scalars(query.order_by(Process.id.desc()).limit(limit + 1)))
    items = found[:limit]
    end = (items[-1].started_at, items[-1].id) if len(found) > limit else None
    total = db.session.scalar(_narrowed(select(func.count(Process.id)), actor, narrow)) or 0
    return Page(items, end, total)


def _narrowed(query: Select[Any], actor: Actor, narrow: Filter) -> Select[Any]:
    joined = query.join(Diagram, Diagram.id == Process.diagram_id)
    return joined.where(*narrow.conditions(actor))


def kinds(actor: Actor) -> list[Diagram]:
    """List the diagrams that processes which concern *actor* run on: the latest of each key."""
    used = select(Process.diagram_id).where(standalone(actor)).distinct()
    query = select(Diagram).where(Diagram.id.in_(used)).order_by(Diagram.version)
    return sorted({one.key: one for one in db.session.scalars(query)}.values(), key=_name)


def _name(diagram: Diagram) -> str:
    return diagram.name


def open_tasks_of(processes: Sequence[Process]) -> Mapping[int, list[Task]]:
    """Return what each process waits for from people, by its id."""
    query = (
        select(Task)
        .options(
            joinedload(Task.assignee),
            joinedload(Task.unit),
            joinedload(Task.process).joinedload(Process.diagram),
        )
        .where(Task.process_id.in_([one.id for one in processes]), Task.closed_at.is_(None))
    )
    found: dict[int, list[Task]] = defaultdict(list)
    for task in db.session.scalars(query.order_by(Task.sort_at, Task.id)) if processes else ():
        found[task.process_id].append(task)
    return found


def next_clocks_of(processes: Sequence[Process]) -> Mapping[int, Timer]:
    """Return the clock of each process that runs out next, by its id."""
    query = (
        select(Timer)
        .options(joinedload(Timer.process).joinedload(Process.diagram))
        .where(Timer.process_id.in_([one.id for one in processes]))
        .where(Timer.state == TimerState.ARMED)
    )
    latest_first = query.order_by(Timer.due_at.desc(), Timer.id.desc())
    return {timer.process_id: timer for timer in db.session.scalars(latest_first)}
