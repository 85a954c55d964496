"""Long jobs: starting one, running it wherever there is room, and telling how far it is.

A kind of job is a function registered by `job`. Its row is the truth: who runs it holds a claim
with an end, renewed by each report of progress, and a job whose worker died is found by the sweep
and run again, from its beginning. So a kind must find what is done already and leave that alone.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.clock import utcnow
from app.db import db, transaction
from app.domain.errors import Conflict, DomainError, NotFound, Sentence, Unavailable
from app.domain.job import Job, JobItem
from app.domain.people import Actor
from app.domain.vocabulary import JobState, Role
from app.services._job_kinds import KINDS, Kind, Result, job
from app.services.deadlines import worker_name
from app.services.job_claims import CLAIM, RESTS, HandedBack, Lost, Progress, stopping

__all__ = ["KINDS", "Kind", "Order", "Progress", "Result", "job"]

log = logging.getLogger(__name__)

#: A job that was begun so often without an end kills its workers, or they are killed all the time.
MOST_ATTEMPTS = 6
BATCH = 100


class JobRunner(Protocol):
    """Whoever sees to it that a new job is run at once; what it misses, the sweep finds."""

    def defer(self, session: Session, job_id: int) -> None:
        """Take the job in hand as soon as the transaction of *session* is committed."""


_runners: list[JobRunner] = []


def configure(*runners: JobRunner) -> None:
    """Say who runs the jobs that this process starts; nobody: they wait for a sweep elsewhere."""
    _runners[:] = runners
    stopping.clear()


def stop() -> None:
    """Have every job of this process handed back at its next report of progress."""
    stopping.set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a job is started with."""

    kind: str
    params: Mapping[str, Any]
    actor: Actor | None = None
    #: If a job with this key was ever started, that one is meant.
    key: str | None = None
    #: Pieces to be done each once: where each stood, and what it is.
    items: Sequence[tuple[int, dict[str, Any]]] = ()


def start(order: Order) -> Job:
    """Queue a job and have it run."""
    with transaction() as session:
        return enqueue(session, order)


def start_once(order: Order) -> None:
    """Queue a job unless one with its key ever was; to ask costs no writing."""
    if db.session.scalar(select(Job.id).filter_by(key=order.key)) is None:
        start(order)


def enqueue(session: Session, order: Order) -> Job:
    """Queue a job within the transaction of what causes it: both or none."""
    made = Job(
        kind=KINDS[order.kind].name,
        key=order.key,
        params=dict(order.params),
        total=len(order.items) or None,
        made_at=utcnow(),
        made_by_id=order.actor.id if order.actor else None,
    )
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except IntegrityError:
        if order.key is None:
            raise
        return session.scalars(select(Job).filter_by(key=order.key)).one()
    session.add_all(
        JobItem(job_id=made.id, place=place, params=params) for place, params in order.items
    )
    session.flush()
    _defer(session, made.id)
    return made


def _defer(session: Session, job_id: int) -> None:
    for runner in _runners:
        runner.defer(session, job_id)


def get(job_id: int, actor: Actor) -> Job:
    """Return a job as it now stands.

    Raises:
        NotFound: there is none, or somebody else started it.
    """
    found = db.session.get(Job, job_id, populate_existing=True)
    if found is None or not (found.made_by_id == actor.id or actor.has(Role.SYSTEM_ADMIN)):
        raise NotFound
    return found


def of_key(key: str, actor: Actor) -> Job | None:
    """Return the job of *actor* that was started for *key*."""
    return db.session.scalars(select(Job).filter_by(key=key, made_by_id=actor.id)).first()


def listing(actor: Actor, *, limit: int = BATCH) -> list[Job]:
    """List the actor's jobs, the latest first; an administrator sees everybody's."""
    query = select(Job).order_by(Job.id.desc()).limit(limit)
    if not actor.has(Role.SYSTEM_ADMIN):
        query = query.filter_by(made_by_id=actor.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def retry(job_id: int, actor: Actor) -> Job:
    """Queue a failed job again; what it did is not done twice.

    Raises:
        NotFound: it is none of the actor's.
        Conflict: it has not failed.
    """
    get(job_id, actor)
    with transaction() as session:
        found = session.get_one(Job, job_id, with_for_update=True)
        if found.state is not JobState.FAILED:
            raise Conflict("该任务没有失败，无需重试。")
        found.state, found.attempts, found.error, found.outcome = JobState.QUEUED, 0, "", None
        found.claimed_by = found.claimed_until = found.finished_at = None
        session.flush()
        _defer(session, job_id)
        return found


def waiting() -> list[int]:
    """Return the ids of jobs that nobody runs and that may be run now, the oldest first."""
    query = select(Job.id).where(_free(utcnow())).order_by(Job.id).limit(BATCH)
    return list(db.session.scalars(query))


def _free(at: datetime) -> ColumnElement[bool]:
    """Return the condition on `Job` that it waits for somebody who can run it."""
    rested = or_(Job.claimed_until.is_(None), Job.claimed_until <= at)
    queued = and_(Job.state == JobState.QUEUED, rested)
    abandoned = and_(Job.state == JobState.RUNNING, Job.claimed_until <= at)
    return and_(or_(queued, abandoned), Job.kind.in_(KINDS))


def run(job_id: int) -> bool:
    """Run a job if nobody else does; tell whether it was there to be run."""
    progress = _claim(job_id)
    if progress is None:
        return False
    try:
        result = KINDS[progress.kind].run(progress.params, progress)
    except Exception as error:
        _settle(progress, error)
    else:
        progress.finish(result.told, result.facts)
    return True


def _settle(progress: Progress, error: Exception) -> None:
    """Deal with a job that did not come to its end."""
    if isinstance(error, Lost):
        log.warning("job %s: its claim ran out; somebody else goes on with it", progress.job_id)
    elif isinstance(error, HandedBack):
        progress.hand_back()
    elif isinstance(error, Unavailable):
        progress.hand_back(rest=RESTS[0])
    elif isinstance(error, DomainError) and not isinstance(error, Conflict):
        progress.fail(error.sentence)
    else:
        log.error("job %s (%s) failed", progress.job_id, progress.kind, exc_info=error)
        progress.rest(error)


def _claim(job_id: int) -> Progress | None:
    """Make a waiting job this process's own for a while."""
    at, name = utcnow(), worker_name()
    with transaction() as session:
        mine = update(Job).where(Job.id == job_id, _free(at))
        claimed = session.execute(
            mine.values(
                state=JobState.RUNNING,
                claimed_by=name,
                claimed_until=at + CLAIM,
                attempts=Job.attempts + 1,
                error="",
            ).execution_options(synchronize_session=False)
        )
        if claimed.rowcount != 1:  # type: ignore[attr-defined]
            return None
        found = session.get_one(Job, job_id, populate_existing=True)
        found.started_at = found.started_at or at
        progress = Progress(found)
    if progress.attempt > MOST_ATTEMPTS:
        progress.fail(Sentence("任务多次中断，未能完成；已完成的部分保留。请联系系统管理员。"))
        return None
    return progress
