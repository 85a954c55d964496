"""Throwing away what nobody needs any more: files never handed in, ended logins, rows done with.

By whoever serves the pages: the files lie there. It may be done twice, or at the same time.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from app.clock import utcnow
from app.db import db, transaction
from app.domain.evidence import Evidence
from app.domain.idempotency import KEPT_FOR, IdempotencyKey
from app.domain.job import Job, JobItem
from app.domain.people import Login
from app.domain.process import Task
from app.domain.vocabulary import JobState
from app.services import evidence
from app.services.ledger_jobs import KIND as IMPORT

#: How long a file waits to be handed in, and how long the rows of an import that was done stay.
LOOSE_FOR, IMPORTED_FOR = timedelta(days=7), timedelta(days=30)
BATCH = 200

log = logging.getLogger(__name__)


def tidy() -> None:
    """Throw away what is too old."""
    at = utcnow()
    with transaction() as session:
        session.execute(delete(Login).where(Login.expires_at <= at))
        session.execute(delete(IdempotencyKey).where(IdempotencyKey.at <= at - KEPT_FOR))
    _tidy_imports(at - IMPORTED_FOR)
    _tidy_files(at - LOOSE_FOR)


def _tidy_imports(before: datetime) -> None:
    """Forget the rows of imports: what came of them stands in their jobs."""
    done = (
        select(Job.id)
        .where(Job.kind == IMPORT, Job.state == JobState.DONE, Job.finished_at <= before)
        .where(select(JobItem.id).where(JobItem.job_id == Job.id).exists())
    )
    for job_id in db.session.scalars(done).all():
        with transaction() as session:
            session.execute(delete(JobItem).where(JobItem.job_id == job_id))


def _tidy_files(before: datetime) -> None:
    loose = Evidence.task_id.is_(None) & Evidence.case_id.is_(None)
    old = select(Evidence.id).where(loose, Evidence.uploaded_at <= before).order_by(Evidence.id)
    waiting = list(db.session.scalars(old))
    kept = _named_by_drafts() if waiting else set()
    waiting = [one for one in waiting if one not in kept]
    for start in range(0, len(waiting), BATCH):
        with transaction() as session:  # a file handed in meanwhile is loose no longer
            gone = delete(Evidence).where(loose, Evidence.id.in_(waiting[start : start + BATCH]))
            names = session.scalars(gone.returning(Evidence.stored_as)).all()
        for name in names:  # committed: nothing refers to them any more
            evidence.files().remove(name)
    if waiting:
        log.info("threw away %s files that were never handed in", len(waiting))


def _named_by_drafts() -> set[int]:
    """Return every number that the draft of an open task lists: all its files are among them."""
    drafts = select(Task.draft).where(Task.closed_at.is_(None), Task.draft.is_not(None))
    return {one for draft in db.session.scalars(drafts) for one in _listed(draft)}


def _listed(value: Any) -> Iterator[int]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _listed(one)
    elif isinstance(value, int) or (isinstance(value, str) and value.isdecimal()):
        yield int(value)
