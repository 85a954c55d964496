"""Writes that a program may safely send again."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.base import Base
from app.domain.errors import Invalid

#: How long a repeated key answers the same, at least.
KEPT_FOR = timedelta(days=1)


class KeyReused(Invalid):
    """该 Idempotency-Key 已用于内容不同的请求，请另用新的。"""

    code = "idempotency_key_reused"


class IdempotencyKey(Base):
    """One write that was done, found again by its key. Committed with what it did and answered."""

    __tablename__ = "idempotency_key"

    #: SHA-256 of who wrote, where to, and the key.
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    #: SHA-256 of what was sent.
    body: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(index=True)
    #: What was answered; ``None`` only where an earlier release died before it kept the answer.
    status: Mapped[int | None]
    answer: Mapped[str | None] = mapped_column(Text)
