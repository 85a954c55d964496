"""The digest: once a day, what somebody has not read since the last. For deliveries."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, exists, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, joinedload

from app.clock import LOCAL, local_date, utcnow
from app.db import db, transaction
from app.domain.notice import Delivery, Notice, Subscription
from app.domain.people import User
from app.domain.vocabulary import DeliveryState

#: When in Beijing.
DAILY = time(8)
#: How far the first one looks back.
DAY = timedelta(days=1)
#: How the keys of digests begin.
PREFIX = "digest:"

_INSERT: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def queue() -> int:
    """Queue today's digest for everybody who wants one; return how many.

    Each is queued once, by whichever worker comes first. Whether there is anything to tell shows
    when it goes; most sweeps find nothing to queue and only read.
    """
    until = datetime.combine(local_date(utcnow()), DAILY, LOCAL)
    if utcnow() < until:
        return 0
    found = db.session.execute(_wanted(until)).all()
    if not found:
        return 0
    rows = [
        {
            "key": row.key,
            "user_id": row.user_id,
            "channel": row.channel,
            "queued_at": until,
            "try_at": until,
        }
        for row in found
    ]
    with transaction() as session:
        insert = _INSERT[session.connection().dialect.name]
        session.execute(insert(Delivery).on_conflict_do_nothing(index_elements=["key"]), rows)
    return len(rows)


def _wanted(until: datetime) -> Select[*tuple[Any, ...]]:
    """Return a query for whom the digest of what was told before *until* is not queued yet."""
    key = (
        literal(f"{PREFIX}{local_date(until)}:")
        + cast(Subscription.user_id, String)
        + literal(":")
        + cast(Subscription.channel, String)
    )
    return (
        select(key.label("key"), Subscription.user_id, Subscription.channel)
        .join(User, User.id == Subscription.user_id)
        .where(User.active, Subscription.active, Subscription.digest)
        .where(~exists().where(Delivery.key == key))
    )


def _sent_by_itself(channel: Any) -> ColumnElement[bool]:
    """Tell whether a notice goes out on the channel by a delivery of its own."""
    return exists().where(
        Delivery.notice_id == Notice.id,
        Delivery.channel == channel,
        Delivery.state.in_((DeliveryState.SENT, DeliveryState.QUEUED)),
    )


def unread(session: Session, delivery: Delivery, subscription: Subscription) -> list[Notice]:
    """Return what a digest holds: all that was told since the last one and is unread now."""
    until = delivery.queued_at
    last = select(func.max(Delivery.queued_at)).where(
        Delivery.user_id == delivery.user_id,
        Delivery.channel == delivery.channel,
        Delivery.key.startswith(PREFIX),
        Delivery.state == DeliveryState.SENT,
        Delivery.queued_at < until,
    )
    since = session.scalar(last) or until - DAY
    query = (
        select(Notice)
        .options(joinedload(Notice.case))
        .where(
            Notice.user_id == delivery.user_id,
            Notice.read_at.is_(None),
            Notice.at >= since,
            Notice.at < until,
            ~_sent_by_itself(delivery.channel),
        )
        .order_by(Notice.case_id, Notice.at, Notice.id)
    )
    return [one for one in session.scalars(query) if one.what not in subscription.muted]
