"""The clocks that run on any version of a process, read in stretches however many there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from app.domain.case import Case
from app.domain.going import GOING, TICKING
from app.domain.people import Actor
from app.domain.process import Diagram, Process, Task, Timer
from app.domain.vocabulary import TimerState
from app.services._scope import visible

#: Processes read at once.
STRETCH = 250


@dataclass(frozen=True, slots=True)
class Scope:
    """Which processes are looked at."""

    key: str
    #: The version they are held against, whose own processes are not looked at.
    without: int | None
    #: Only those that run on this version.
    only: int | None
    actor: Actor


@dataclass(frozen=True, slots=True)
class Ticking:
    """A clock that runs, or stands still with its case."""

    id: int
    key: str
    rule: str
    base: datetime
    armed_at: datetime
    due_at: datetime
    state: TimerState


@dataclass(slots=True)
class Running:
    """One process with its clocks and open tasks."""

    id: int
    diagram_id: int
    state: str
    case: str | None
    county_id: int | None
    #: Whether the reader may see its case.
    seen: bool
    timers: list[Ticking] = field(default_factory=list)
    #: Elements at which somebody has still something to do.
    tasks: list[str] = field(default_factory=list)


def stream(session: Session, scope: Scope) -> Iterator[Running]:
    """Yield the processes by their number; never more than a stretch of them is in memory."""
    last = 0
    while rows := session.execute(_processes(scope, last)).all():
        yield from _stretch(session, rows)
        last = rows[-1].id


def _processes(scope: Scope, last: int) -> Select[int, int, str, str, int, bool]:
    versions = select(Diagram.id).where(Diagram.key == scope.key)
    if scope.without is not None:
        versions = versions.where(Diagram.version != scope.without)
    if scope.only is not None:
        versions = versions.where(Diagram.version == scope.only)
    return (
        select(
            Process.id,
            Process.diagram_id,
            Process.state,
            Case.number,
            func.coalesce(Case.county_id, Process.county_id).label("county_id"),
            visible(scope.actor).label("seen"),
        )
        .outerjoin(Case, Case.id == Process.case_id)
        .where(Process.diagram_id.in_(versions), Process.status.in_(GOING), Process.id > last)
        .order_by(Process.id)
        .limit(STRETCH)
    )


def _stretch(
    session: Session, rows: Sequence[Row[int, int, str, str, int, bool]]
) -> Iterator[Running]:
    found = {
        row.id: Running(
            row.id, row.diagram_id, row.state, row.number, row.county_id, bool(row.seen)
        )
        for row in rows
    }
    ticking = (
        select(
            Timer.process_id,
            *(getattr(Timer, name) for name in Ticking.__dataclass_fields__),
        )
        .where(Timer.process_id.in_(found), Timer.state.in_(TICKING))
        .order_by(Timer.id)
    )
    for process_id, *timer in session.execute(ticking):
        found[process_id].timers.append(Ticking(*timer))
    waiting = (
        select(Task.process_id, Task.key)
        .where(Task.process_id.in_(found), Task.closed_at.is_(None))
        .order_by(Task.id)
    )
    for process_id, key in session.execute(waiting):
        found[process_id].tasks.append(key)
    yield from found.values()
