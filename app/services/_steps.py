"""Tasks at the steps of a diagram that a person may see. Shared by the services."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, and_, literal_column
from sqlalchemy.orm import Session

from app.domain.people import Actor
from app.domain.process import Process, Task
from app.services._scope import of_standalone
from app.services.narrowing import Narrowing
from app.services.reach import Reach, reach


@dataclass(frozen=True, slots=True)
class Asked:
    """Which tasks figures of steps are about."""

    actor: Actor
    #: Key of the diagram, and the ids of its versions.
    key: str
    diagrams: tuple[int, ...]
    #: Whether that is all there ever were.
    is_whole: bool
    narrow: Narrowing
    #: The way to the tasks of cases; ``None``: the processes are about no case.
    way: Reach | None


def way_to(session: Session, actor: Actor, narrow: Narrowing) -> Reach:
    """Find the way to the tasks of cases that *actor* may see, narrowed down."""
    way = reach(session, actor, *narrow.conditions(), selective=narrow != Narrowing())
    return replace(way, standalone=())


def of_tasks(query: Any, asked: Asked) -> Any:
    """Leave of a query on `Task` what is asked for and may be seen; the process is joined."""
    query = query.join(Process, Process.id == Task.process_id)
    query = query.where(Process.diagram_id.in_(asked.diagrams))
    if asked.way is None:
        return query.where(of_standalone(Task.process_id, asked.actor))
    return asked.way.narrow(query, Task)


def done(task: type[Task]) -> ColumnElement[bool]:
    """Return the condition that a task was completed, in the words of the index."""
    return task.outcome == literal_column("'done'")


def is_the_work() -> ColumnElement[bool]:
    """Return the condition on `Process` that it stands still when its case is suspended."""
    return and_(Process.change_request_id.is_(None), Process.objection_id.is_(None))
