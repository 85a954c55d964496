"""Long work that runs behind a page: what it is, how far it has come, how it ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.base import Base
from app.domain.people import User
from app.domain.vocabulary import JobState


class Job(Base):
    """One piece of long work. Whoever runs it, its row says how far it is."""

    __tablename__ = "job"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Names the function that does it.
    kind: Mapped[str] = mapped_column(String(32))
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
    claimed_until: Mapped[datetime | None]
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
