"""A claim on a job: how its holder says how far it is, and what became of it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update

from app.clock import utcnow
from app.db import db, transaction
from app.domain.errors import Sentence
from app.domain.job import Job
from app.domain.vocabulary import JobState
from app.services.sentences import packed

log = logging.getLogger(__name__)

#: How long others leave a job alone after its last sign of life. Kinds report more often than that.
CLAIM = timedelta(minutes=2)
#: How often progress is written at most.
EVERY = timedelta(seconds=1)
#: A job that fails for a reason nobody foresaw is tried again after these, and then has failed.
RESTS = (timedelta(minutes=1), timedelta(minutes=5))

#: SQLite has one writer, and who waits for it looks again only now and then: a job that is at it
#: without a pause would keep people out for long. After so much work it lets go for so long.
WORK, PAUSE = timedelta(seconds=0.1), timedelta(seconds=0.05)

#: Set while this process is stopping: every job is handed back at its next report.
stopping = threading.Event()


class Lost(Exception):
    """The claim ran out and somebody else took the job over, or it was ended."""


class HandedBack(Exception):
    """This process is stopping."""


class Progress:
    """One claim on a job, as long as it lasts; called to report how far the job is."""

    def __init__(self, claimed: Job) -> None:
        self.job_id, self.made_by_id = claimed.id, claimed.made_by_id
        self.kind, self.params = claimed.kind, claimed.params
        self.attempt, self._name = claimed.attempts, claimed.claimed_by
        self._written_at: datetime | None = None
        self._paused_at = utcnow()

    def __call__(self, done: int, total: int | None = None) -> None:
        """Write how far the job is, at most once a second, and renew the claim.

        Call it between transactions; it may end the job by an exception that a kind lets pass.
        """
        self._let_others_write()
        at, last = utcnow(), self._written_at
        if last is None or at - last >= EVERY or done == total or stopping.is_set():
            self._written_at = at
            facts = {"done": done, "total": total} if total is not None else {"done": done}
            self._write(claimed_until=at + CLAIM, **facts)
        if stopping.is_set() and done != total:
            raise HandedBack

    def _let_others_write(self) -> None:
        sqlite = db.engine.dialect.name == "sqlite"
        if sqlite and utcnow() - self._paused_at >= WORK and not stopping.is_set():
            stopping.wait(PAUSE.total_seconds())
            self._paused_at = utcnow()

    def _write(self, **values: Any) -> None:
        """Change the row, as long as the claim is this one.

        Raises:
            Lost: it is not any more.
        """
        mine = update(Job).where(
            Job.id == self.job_id,
            Job.state == JobState.RUNNING,
            Job.claimed_by == self._name,
            Job.attempts == self.attempt,
        )
        with transaction() as session:
            written = session.execute(
                mine.values(**values).execution_options(synchronize_session=False)
            )
        if written.rowcount != 1:  # type: ignore[attr-defined]
            raise Lost

    def _end(self, **values: Any) -> None:
        try:
            self._write(claimed_by=None, **values)
        except Lost:
            log.warning("job %s: somebody else has taken it over", self.job_id)

    def finish(self, told: Sentence, facts: Mapping[str, Any]) -> None:
        """Note that the job is done, and what it came to."""
        outcome = {**facts, "told": packed(told)}
        self._end(state=JobState.DONE, finished_at=utcnow(), outcome=outcome, claimed_until=None)

    def fail(self, why: Sentence) -> None:
        """Note that the job cannot be done as it is."""
        told = {"told": packed(why)}
        failed = {"state": JobState.FAILED, "error": str(why), "outcome": told}
        self._end(finished_at=utcnow(), claimed_until=None, **failed)

    def rest(self, error: Exception) -> None:
        """Leave the job alone for a while and try again; after the last try it has failed."""
        if self.attempt > len(RESTS):
            self.fail(Sentence("系统出错，任务没有做完；已完成的部分保留，重试时不会重复。"))
            return
        until = utcnow() + RESTS[self.attempt - 1]
        cause = f"{type(error).__name__}: {error}"[:2000]
        self._end(state=JobState.QUEUED, claimed_until=until, error=cause)

    def hand_back(self, *, rest: timedelta = timedelta(0)) -> None:
        """Let go of the job for no fault of its own; that is no attempt."""
        until = utcnow() + rest
        self._end(state=JobState.QUEUED, claimed_until=until, attempts=self.attempt - 1)
