"""办理记录: the append-only, hash-chained history of each case, or process about none."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.base import Base, BigId


class Event(Base):
    """One line of history. Written once, never changed; each line seals the one before."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("case_id", "seq"),
        Index(
            "uq_event_process_id",
            "process_id",
            "seq",
            unique=True,
            sqlite_where=text("case_id IS NULL"),
            postgresql_where=text("case_id IS NULL"),
        ),
        # The proof that no deadline fired twice.
        Index(
            "ix_event_fired",
            "timer_id",
            sqlite_where=text("what = 'timer_fired'"),
            postgresql_where=text("what = 'timer_fired'"),
        ),
        # When cases stood still.
        Index(
            "ix_event_standstill",
            "case_id",
            "seq",
            sqlite_where=text("what IN ('suspended', 'resumed')"),
            postgresql_where=text("what IN ('suspended', 'resumed')"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    #: ``None`` in the history of a process about no case.
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    process_id: Mapped[int | None] = mapped_column(ForeignKey("process.id"))
    #: 1, 2, 3 … within the case or process.
    seq: Mapped[int]
    at: Mapped[datetime]
    #: The person, by name as it was; ``None`` for the system.
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    by_name: Mapped[str] = mapped_column(String(64))
    on_behalf_of: Mapped[str | None] = mapped_column(String(64))
    #: The event's kind; `app.texts` has its sentence.
    what: Mapped[str] = mapped_column(String(48))
    params: Mapped[dict[str, Any]]
    #: Elements of the diagram passed in this step: the trail that a viewer draws.
    passed: Mapped[list[str]]
    hash: Mapped[str] = mapped_column(String(64))
    #: Of a line that tells of a deadline: which. It is sealed among the params, too.
    timer_id: Mapped[int | None] = mapped_column(ForeignKey("timer.id"))


#: What the hash covers, in this order; the row's own ids are not history.
SEALED = ("case_id", "seq", "at", "by_id", "by_name", "on_behalf_of", "what", "params", "passed")


_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def seal(previous: str, line: dict[str, Any]) -> str:
    """Return the hash of *line* chained to *previous*, hexadecimal."""
    at: datetime = line["at"]
    facts = [at.isoformat() if key == "at" else line[key] for key in SEALED]
    if line["case_id"] is None:
        facts.append(line["process_id"])
    return hashlib.sha256(_canonical([previous, *facts]).encode()).hexdigest()


class Anchor(Base):
    """The lines of history up to one moment, sealed together: a whole case cannot vanish unseen.

    It seals the anchor that it follows and the lines since, in the order of their ids. One that
    follows none seals all lines, chain by chain, as all anchors did once.
    """

    __tablename__ = "anchor"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    #: Counted from the very first line on.
    cases: Mapped[int]
    events: Mapped[int]
    #: The last event it covers; later lines belong to later anchors.
    last_event_id: Mapped[int]
    #: Each is followed by one at most.
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("anchor.id"), unique=True)
    hash: Mapped[str] = mapped_column(String(64))
