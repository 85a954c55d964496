"""Doing a write once, however often it is sent: change, key and answer are committed together."""

from __future__ import annotations

import hashlib
import json
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import delete, select, update

from app.clock import utcnow
from app.db import db, together, transaction
from app.domain.errors import Conflict, Invalid
from app.domain.idempotency import KEPT_FOR, IdempotencyKey, KeyReused

LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class Write:
    """A write as its sender names it."""

    user_id: int
    #: Method and address.
    call: str
    key: str
    #: SHA-256 of what is sent.
    body: str

    @property
    def digest(self) -> str:
        """What the write is found again by."""
        whole = json.dumps([self.user_id, self.call, self.key])
        return hashlib.sha256(whole.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a write was answered with."""

    status: int
    body: str


def answered(write: Write) -> Answer | None:
    """Return what this very write was answered with, or ``None`` if it has not been done.

    Raises:
        KeyReused: its key belongs to a write of something else.
        Conflict: it was done, but its answer was lost.
    """
    if not (0 < len(write.key) <= LONGEST_KEY and write.key.isprintable()):
        raise Invalid(fields={"Idempotency-Key": ["须为不超过200个字符的文字。"]})
    query = (
        select(IdempotencyKey)
        .filter_by(digest=write.digest)
        .execution_options(populate_existing=True)
    )
    row = db.session.scalars(query).first()
    if row is None:
        return None
    if row.body != write.body:
        raise KeyReused
    if row.status is None or row.answer is None:
        raise Conflict
    return Answer(row.status, row.answer)


def claimed(write: Write) -> AbstractContextManager[None]:
    """Commit what changes inside the block at its end, together with the key.

    If somebody else committed the same key in between, the change is a `Conflict`.
    """
    key = IdempotencyKey(digest=write.digest, body=write.body, at=utcnow(), status=0, answer="")
    return together(key)


def keep(write: Write, answer: Answer) -> None:
    """Keep what a write is answered with, inside the block of its key; forget what is old."""
    at = utcnow()
    with transaction() as session:
        session.execute(delete(IdempotencyKey).where(IdempotencyKey.at <= at - KEPT_FOR))
        session.execute(
            update(IdempotencyKey)
            .where(IdempotencyKey.digest == write.digest)
            .values(status=answer.status, answer=answer.body)
        )
