"""Deadlines: claiming those that have run out, and firing each of them once.

A claim only keeps workers out of each other's way; it runs out if its worker dies. What makes a
deadline fire once is the state of its row and the revision of its process, both checked in the
transaction that fires it.
"""

from __future__ import annotations

import logging
import os
import socket
import traceback
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from app.clock import utcnow
from app.db import db, transaction
from app.domain.errors import (
    Conflict,
    DomainError,
    EngineError,
    Sentence,
    Unavailable,
)
from app.domain.process import IS_ARMED, Diagram, Process, Timer
from app.services import _firing, elements, incidents, lights
from app.services._firing import StepFailed

log = logging.getLogger(__name__)

#: A step that fails is tried again after these, and then every time after the last of them.
RETRIES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=25))
#: After so many failures somebody is told.
TRIES = len(RETRIES)
BATCH = 250
#: How long a worker has for the batch that it claimed.
LEASE = timedelta(seconds=60)
LONGEST_DETAIL = 4000

_DUE = (
    select(Timer.id)
    .where(
        IS_ARMED,
        Timer.due_at <= bindparam("at"),
        Timer.try_at <= bindparam("at"),
        or_(
            Timer.claimed_until.is_(None),
            Timer.claimed_until <= bindparam("at"),
            Timer.claimed_by == bindparam("worker"),  # what its own sweep broke off
        ),
    )
    .order_by(Timer.due_at, Timer.id)
    .limit(bindparam("most"))
)
_FREE = _DUE.with_for_update(skip_locked=True, key_share=True)


def worker_name() -> str:
    """Name the process that fires: host and process id."""
    return f"{socket.gethostname()}:{os.getpid()}"


def due_timers(worker: str | None = None, *, most: int = BATCH) -> list[int]:
    """Return the ids of timers that have run out and nobody else is at, longest overdue first."""
    return list(db.session.scalars(_DUE, _now(worker) | {"most": most}))


def _now(worker: str | None) -> dict[str, Any]:
    return {"at": utcnow(), "worker": worker or worker_name()}


def claim(worker: str | None = None, *, most: int = BATCH) -> list[int]:
    """Take a batch of timers that have run out, longest overdue first; return their ids.

    Other workers leave them alone until the claim runs out. Most sweeps find nothing; they only
    read.
    """
    if not due_timers(worker, most=1):
        return []
    with transaction() as session:
        now = _now(worker)
        ids = list(session.scalars(_FREE, now | {"most": most}))
        _set(session, ids, claimed_by=now["worker"], claimed_until=now["at"] + LEASE)
        return ids


def _set(session: Session, ids: Collection[int], **values: Any) -> None:
    """Change armed timers without reading them."""
    query = update(Timer).where(Timer.id.in_(ids), IS_ARMED).values(values)
    session.execute(query, execution_options={"synchronize_session": False})


def sweep(worker: str | None = None) -> int:
    """Claim and fire all that has run out, batch by batch; return how many timers fired.

    Raises:
        Unavailable: the database is away; the next sweep goes on where this one broke off.
    """
    fired = 0
    while batch := claim(worker):
        fired += fire_all(batch, worker)
    incidents.settle()
    return fired


def attempt(timer_id: int, worker: str | None = None) -> bool:
    """Fire one timer; note what goes wrong, so that the others go on. Tell whether it fired.

    Raises:
        Unavailable: the database is away, which is no fault of the step.
    """
    try:
        return fire(timer_id, worker)
    except Conflict:
        log.info("timer %s: its process is being moved by someone else; next sweep", timer_id)
        postpone(timer_id)
    except Unavailable:
        raise
    except Exception as error:
        log.exception("timer %s could not be fired; it will be tried again", timer_id)
        note_failure(timer_id, error)
    return False


def fire(timer_id: int, worker: str | None = None) -> bool:
    """Fire one timer that has run out; tell whether it was still there to be fired.

    Raises:
        Conflict: somebody else moved the process at the same time.
        StepFailed: the step cannot be made as things are.
    """
    with transaction() as session:
        return _firing.one(session, timer_id, _now(worker))


def fire_all(ids: Sequence[int], worker: str | None = None) -> int:
    """Fire timers that have run out, as many as possible in one step; return how many fired.

    If something stands in the way of one, each is fired by itself: a process that is broken must
    not hold up the rest.

    Raises:
        Unavailable: the database is away, which is no fault of the steps.
    """
    fired = set[int]()
    try:
        with transaction() as session:
            fired = _firing.together(session, ids, _now(worker))
    except Unavailable:
        raise
    except Exception as error:
        log.info("%d timers will be fired one by one: %s", len(ids), error)
    return len(fired) + sum(attempt(one, worker) for one in ids if one not in fired)


def note_failure(timer_id: int, error: Exception) -> None:
    """Try a timer that failed again later; after the third failure make it an incident."""
    with transaction() as session:
        query = select(Timer.attempts, Timer.process_id, Timer.key, Timer.name)
        timer = session.execute(query.where(Timer.id == timer_id)).one()
        wait = RETRIES[min(timer.attempts, len(RETRIES) - 1)]
        again = {"attempts": timer.attempts + 1, "try_at": utcnow() + wait, "claimed_until": None}
        _set(session, [timer_id], **again)
        if again["attempts"] >= TRIES:
            incidents.report(session, _failure(session, timer_id, timer, error))


def _failure(
    session: Session, timer_id: int, timer: Row[int, int, str, str], error: Exception
) -> incidents.Failure:
    """Say in words what failed, where, and what to do about it."""
    element = error.element if isinstance(error, StepFailed) else timer.key
    cause = error.__cause__ if isinstance(error, StepFailed) else error
    query = select(Diagram.key, Diagram.version).join(Process, Process.diagram_id == Diagram.id)
    diagram = session.execute(query.where(Process.id == timer.process_id)).one()
    template, reason = _words(cause)
    sentence = Sentence(
        template,
        timer=timer.name,
        element=elements.drawing_of(session, timer.process_id).name_of(element),
        version=diagram.version,
        reason=reason,
    )
    return incidents.Failure(
        cause=sentence,
        likeness=f"{diagram.key}/{diagram.version}:{element}:{type(cause).__name__}",
        process_id=timer.process_id,
        timer_id=timer_id,
        detail="".join(traceback.format_exception(cause))[-LONGEST_DETAIL:],
        attempts=timer.attempts + 1,
    )


def _words(cause: BaseException | None) -> tuple[str, str]:
    """Return the template of a cause, and the reason that goes into it."""
    if isinstance(cause, EngineError) and isinstance(cause.params.get("reason"), Sentence):
        template = (
            "期限“%(timer)s”届满后，流程在“%(element)s”处无法继续：%(reason)s"
            "请业务分析员检查流程图第 %(version)s 版的这一环节，问题排除后点“重试”。"
        )
        return template, cause.params["reason"]
    if isinstance(cause, DomainError) and not isinstance(cause, EngineError):
        template = (
            "期限“%(timer)s”届满后，“%(element)s”未能完成：%(reason)s请按提示处理后点“重试”。"
        )
        return template, cause.sentence
    template = (
        "期限“%(timer)s”届满后，“%(element)s”未能完成：程序出错（%(reason)s）。"
        "请把下面的技术信息交给维护人员，修复后点“重试”。"
    )
    told = cause.params.get("reason") if isinstance(cause, EngineError) else None
    return template, str(told or type(cause).__name__)


def postpone(timer_id: int) -> None:
    """Let a timer rest for a moment because its process is just being moved; that is no failure."""
    with transaction() as session:
        later = utcnow() + timedelta(seconds=1)
        _set(session, [timer_id], try_at=later, claimed_until=None)


def overdue_count() -> int:
    """Count armed timers that have run out and that nobody fired yet."""
    query = select(func.count(Timer.id)).where(IS_ARMED, Timer.due_at <= utcnow())
    return db.session.scalar(query) or 0


def next_due_at() -> datetime | None:
    """Return when the next timer runs out."""
    query = select(Timer.due_at).where(IS_ARMED).order_by(Timer.try_at).limit(1)
    return db.session.scalar(query)


def next_moment() -> datetime | None:
    """Return when there is next something to do: a timer that runs out, or a stale light."""
    moments = (at for at in (next_due_at(), lights.next_moment()) if at is not None)
    return min(moments, default=None)
