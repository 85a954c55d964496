"""通知: what a person is told, queued with the change that caused it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.clock import LOCAL
from app.domain.base import Base, BigId
from app.domain.case import Case
from app.domain.people import User
from app.domain.process import Diagram, Process
from app.domain.vocabulary import Channel, DeliveryState


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of every day in Beijing, ``since`` included; they may reach over midnight."""

    since: time
    until: time

    @classmethod
    def between(cls, since: time | None, until: time | None) -> Quiet | None:
        """Return the hours between two times, or ``None`` where either is missing."""
        return None if since is None or until is None else cls(since, until)

    def after(self, at: datetime) -> datetime:
        """Return *at*, or the end of the quiet hours that it lies in."""
        local = at.astimezone(LOCAL)
        now = local.time()
        if self.since <= self.until:
            inside = self.since <= now < self.until
        else:
            inside = now >= self.since or now < self.until
        if not inside:
            return at
        end = local.date() + timedelta(days=int(now >= self.until))
        return datetime.combine(end, self.until, LOCAL)


@dataclass(frozen=True, slots=True)
class Message:
    """What goes out, worded for its reader: the same said in three ways."""

    title: str
    text: str
    markdown: str
    #: For programs.
    facts: dict[str, Any] = field(default_factory=dict)


class Notice(Base):
    """One message to one person, told once: the key says of what."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    #: Of a notice that is about no case: of which process it tells.
    process_id: Mapped[int | None] = mapped_column(ForeignKey("process.id"), index=True)
    #: Of a notice about the drawing of a process: the version that it tells of.
    diagram_id: Mapped[int | None] = mapped_column(ForeignKey("diagram.id"), index=True)
    #: The notice's kind; `app.texts` has its sentence.
    what: Mapped[str] = mapped_column(String(48))
    params: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]

    case: Mapped[Case | None] = relationship()
    process: Mapped[Process | None] = relationship()
    diagram: Mapped[Diagram | None] = relationship()
    deliveries: Mapped[list[Delivery]] = relationship(order_by="Delivery.id", viewonly=True)

    __table_args__ = (
        Index("ix_notice_person", "user_id", "id"),
        Index(
            "ix_notice_unread",
            "user_id",
            "at",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
    )


class Subscription(Base):
    """Where else a person wants to be told: an address on one channel."""

    __tablename__ = "subscription"
    __table_args__ = (UniqueConstraint("user_id", "channel"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    channel: Mapped[Channel]
    #: An e-mail address, or the robot's URL.
    address: Mapped[str] = mapped_column(String(400))
    #: Signs what is sent, where the receiver asks for it.
    secret: Mapped[str] = mapped_column(String(120), default="")
    active: Mapped[bool] = mapped_column(default=True)
    #: One summary a day instead of every notice by itself.
    digest: Mapped[bool] = mapped_column(default=False)
    #: Kinds of notice that are not wanted here.
    muted: Mapped[list[str]]
    #: Between these times in Beijing nothing is sent; what comes up waits. ``None``: at any time.
    quiet_from: Mapped[time | None]
    quiet_until: Mapped[time | None]

    user: Mapped[User] = relationship()

    @property
    def quiet(self) -> Quiet | None:
        """The hours in which nothing is sent."""
        return Quiet.between(self.quiet_from, self.quiet_until)


class Delivery(Base):
    """One sending of one notice, or of a day's digest, on one channel: queued with its cause."""

    __tablename__ = "delivery"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    #: Goes out with the message, so that a receiver can drop what it has had before.
    key: Mapped[str] = mapped_column(String(160), unique=True)
    #: ``None`` for a digest, which is made of what is unread when it goes.
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notice.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    channel: Mapped[Channel]
    state: Mapped[DeliveryState] = mapped_column(default=DeliveryState.QUEUED)
    queued_at: Mapped[datetime]
    #: When to try next: at once, after quiet hours, after a failure.
    try_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_by: Mapped[str | None] = mapped_column(String(80))
    claimed_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(400), default="")

    __table_args__ = (
        Index("ix_delivery_person", "user_id", "channel", "queued_at"),
        Index(
            "ix_delivery_queue",
            "try_at",
            sqlite_where=text("state = 'queued'"),
            postgresql_where=text("state = 'queued'"),
        ),
    )
