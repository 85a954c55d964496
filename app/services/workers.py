"""Workers: the processes that sweep and run jobs, seen as long as they say so."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from app.clock import utcnow
from app.db import db, transaction
from app.domain.job import Worker
from app.services.deadlines import worker_name

#: A worker says that it is there more often than that.
SILENT = timedelta(seconds=30)
#: After so long a silent worker is forgotten.
FORGOTTEN = timedelta(days=1)


def seen() -> None:
    """Note that this process is at work; forget those that left without a word."""
    at, name = utcnow(), worker_name()
    with transaction() as session:
        session.execute(delete(Worker).where(Worker.seen_at < at - FORGOTTEN))
        worker = session.get(Worker, name) or Worker(name=name, started_at=at)
        worker.seen_at = at
        session.add(worker)


def swept() -> None:
    """Note that this process has finished a sweep."""
    with transaction() as session:
        session.execute(
            update(Worker).where(Worker.name == worker_name()).values(swept_at=utcnow())
        )


def left() -> None:
    """Note that this process stops."""
    with transaction() as session:
        session.execute(delete(Worker).where(Worker.name == worker_name()))


def at_work() -> list[Worker]:
    """List the workers seen lately, the longest at work first."""
    query = select(Worker).where(Worker.seen_at >= utcnow() - SILENT)
    return list(db.session.scalars(query.order_by(Worker.started_at, Worker.name)))


def last_sweep() -> datetime | None:
    """Return when any worker last finished a sweep."""
    return db.session.scalar(select(func.max(Worker.swept_at)))
