"""Deadlines: finding those that have run out, and firing each of them once."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import joinedload

from app import engine
from app.clock import utcnow
from app.db import db, transaction
from app.domain.case import Case
from app.domain.people import Actor
from app.domain.process import Incident, Timer
from app.domain.vocabulary import TimerState
from app.services import _lights, _progress, diagrams
from app.services._catalogue import Context, about, running
from app.services._history import record
from app.services._rows import CLAIM_TIMER, TIMER
from app.services._scope import visible

#: A step that fails is tried again after these; then it is an incident.
RETRIES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=25))
BATCH = 100


def due_timers() -> list[int]:
    """Return the ids of timers that have run out, longest overdue first."""
    query = (
        select(Timer.id)
        .where(Timer.state == TimerState.ARMED, Timer.try_at <= utcnow())
        .order_by(Timer.try_at, Timer.id)
        .limit(BATCH)
    )
    return list(db.session.scalars(query))


def fire(timer_id: int) -> bool:
    """Fire one timer that has run out; tell whether it was still there to be fired.

    Raises:
        Conflict: somebody else moved the process at the same time.
    """
    with transaction() as session:
        at, connection = utcnow(), session.connection()
        claim = {"of_id": timer_id, "at": at, "worker": worker_name()}
        if CLAIM_TIMER.run(connection, claim).rowcount != 1:
            return False
        timer = connection.execute(TIMER, {"of_id": timer_id}).one()
        context = Context(session, running(session, timer.process_id), at, None)
        program = diagrams.compiled(session, context.process.diagram_id).program
        step = engine.fire(program, context.process.state, timer.engine_id)
        if timer.case_id is not None:
            record(context, "timer_fired", _line(timer), passed=step.passed)
        _progress.apply(context, step)
        return True


def _line(timer: Row[Any]) -> dict[str, str]:
    return {
        "timer": timer.name,
        "key": timer.key,
        "code": timer.code,
        "rule": timer.rule,
        "due_at": timer.due_at.isoformat(),
    }


def worker_name() -> str:
    """Name the process that fires: host and process id."""
    return f"{socket.gethostname()}:{os.getpid()}"


def note_failure(timer_id: int, cause: str) -> None:
    """Try a timer that failed again later; after the last try make it an incident."""
    with transaction() as session:
        timer = session.get_one(Timer, timer_id)
        wait = RETRIES[min(timer.attempts, len(RETRIES) - 1)]
        timer.attempts += 1
        timer.try_at = utcnow() + wait
        if timer.attempts == len(RETRIES):
            session.add(
                Incident(
                    process_id=timer.process_id, timer_id=timer.id, at=utcnow(), cause=cause[:2000]
                )
            )


def postpone(timer_id: int) -> None:
    """Let a timer rest for a moment because its process is just being moved; that is no failure."""
    with transaction() as session:
        session.execute(
            update(Timer)
            .where(Timer.id == timer_id, Timer.state == TimerState.ARMED)
            .values(try_at=utcnow() + timedelta(seconds=1))
        )


def stale_lights() -> list[int]:
    """Return the ids of cases whose warning light must be looked at again."""
    query = select(Case.id).where(Case.light_at <= utcnow()).order_by(Case.light_at).limit(BATCH)
    return list(db.session.scalars(query))


def refresh_light(case_id: int) -> None:
    """Set the light of one case as it must show today."""
    with transaction() as session:
        case = session.get_one(Case, case_id)
        before = case.light
        context = Context(session, about(case), utcnow(), None)
        _lights.refresh(context)
        if case.light is not before:
            record(context, "light_changed", {"from": before, "to": case.light})


def postpone_light(case_id: int) -> None:
    """Leave a light alone for an hour because setting it failed."""
    with transaction() as session:
        later = utcnow() + timedelta(hours=1)
        session.execute(update(Case).where(Case.id == case_id).values(light_at=later))


@dataclass(frozen=True, slots=True)
class TimerFilter:
    """What a list of timers is narrowed down to."""

    state: TimerState | None = None
    overdue: bool = False


def page(
    actor: Actor, narrow: TimerFilter, *, limit: int = 50, after: tuple[datetime, int] | None = None
) -> list[Timer]:
    """List timers of the cases that *actor* may see, earliest due first."""
    query = (
        select(Timer)
        .join(Case, Case.id == Timer.case_id)
        .options(joinedload(Timer.case))
        .where(visible(actor))
    )
    if narrow.state is not None:
        query = query.where(Timer.state == narrow.state)
    if narrow.overdue:
        query = query.where(Timer.state == TimerState.ARMED, Timer.due_at <= utcnow())
    if after is not None:
        at, timer_id = after
        query = query.where((Timer.due_at > at) | ((Timer.due_at == at) & (Timer.id > timer_id)))
    return list(db.session.scalars(query.order_by(Timer.due_at, Timer.id).limit(limit)))


def overdue_count() -> int:
    """Count armed timers that have run out and that nobody fired yet."""
    query = select(func.count(Timer.id)).where(
        Timer.state == TimerState.ARMED, Timer.due_at <= utcnow()
    )
    return db.session.scalar(query) or 0


def next_due_at() -> datetime | None:
    """Return when the next timer runs out."""
    query = select(Timer.due_at).where(Timer.state == TimerState.ARMED)
    return db.session.scalar(query.order_by(Timer.try_at).limit(1))


def next_moment() -> datetime | None:
    """Return when there is next something to do: a timer that runs out, or a stale light."""
    light_at = db.session.scalar(select(func.min(Case.light_at)))
    moments = (at for at in (next_due_at(), light_at) if at is not None)
    return min(moments, default=None)


def open_incidents() -> Iterator[Incident]:
    """Yield the incidents that nobody has dealt with yet."""
    yield from db.session.scalars(
        select(Incident).where(Incident.resolved_at.is_(None)).order_by(Incident.id)
    )


def retry(incident_id: int) -> None:
    """Let the sweep try a failed timer again at once."""
    with transaction() as session:
        incident = session.get_one(Incident, incident_id)
        incident.resolved_at = utcnow()
        session.execute(
            update(Timer).where(Timer.id == incident.timer_id).values(attempts=0, try_at=utcnow())
        )
