"""Long work that runs behind a page: what it is, how far it has come, how it ended; who runs it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.base import Base, BigId
from app.domain.people import User
from app.domain.vocabulary import JobState


class Job(Base):
    """One piece of long work. Whoever runs it, its row says how far it is."""

    __tablename__ = "job"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Names the function that does it.
    kind: Mapped[str] = mapped_column(String(32))
    #: What it is about, where that may be started only once: a second start finds this job.
    key: Mapped[str | None] = mapped_column(String(120), unique=True)
    params: Mapped[dict[str, Any]]
    state: Mapped[JobState] = mapped_column(default=JobState.QUEUED)
    done: Mapped[int] = mapped_column(default=0)
    #: ``None`` while it is not yet known how much there is.
    total: Mapped[int | None]
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    claimed_by: Mapped[str | None] = mapped_column(String(80))
    #: Until when others leave it alone: its worker is alive, or it rests after a failure.
    claimed_until: Mapped[datetime | None]
    #: How often somebody began it. With the name of the worker it tells claim from claim.
    attempts: Mapped[int] = mapped_column(default=0)
    #: What it came to: counts, a file to fetch.
    outcome: Mapped[dict[str, Any] | None]
    error: Mapped[str] = mapped_column(Text, default="")

    made_by: Mapped[User | None] = relationship()

    __table_args__ = (
        Index(
            "ix_job_waiting",
            "id",
            sqlite_where=text("state IN ('queued', 'running')"),
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
    )


class JobItem(Base):
    """One piece of a job that is done piece by piece, each once, whoever goes on with the job."""

    __tablename__ = "job_item"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"), index=True)
    #: Where it stood in what the job was made from: the row of a file.
    place: Mapped[int]
    #: What is to be done; emptied when it is.
    params: Mapped[dict[str, Any]]
    done_at: Mapped[datetime | None]
    #: What became of it.
    outcome: Mapped[dict[str, Any] | None]

    __table_args__ = (
        Index(
            "ix_job_item_rest",
            "job_id",
            "id",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )


class Worker(Base):
    """A process that sweeps and runs jobs, as long as it is seen."""

    __tablename__ = "worker"

    #: Host and process id.
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    #: When it last finished a sweep.
    swept_at: Mapped[datetime | None]
