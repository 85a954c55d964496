"""Deliveries: what is queued for outside is sent, at least once and under the same key each time.

A worker claims a delivery, sends it with no transaction open, and notes that it was sent. If it
dies in between, the claim runs out and the next one sends it again; its key goes along, so that the
receiver can drop what it has had before.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, TextClause, or_, select, text, update
from sqlalchemy.orm import Session

from app.clock import utcnow
from app.db import db, transaction
from app.domain.errors import Invalid, NotFound, Sentence, Unavailable
from app.domain.notice import Delivery, Subscription
from app.domain.people import Actor
from app.domain.vocabulary import Channel, DeliveryState
from app.services import _outbox, digests, incidents
from app.services._transports import Sending, Transport, Undeliverable, transports
from app.services.deadlines import worker_name
from app.services.delivery_faults import FAULTS
from config.outgoing import Outgoing

log = logging.getLogger(__name__)

#: What could not be sent is tried again after these; then it has failed.
RETRIES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=25))
#: How long a worker has for sending one.
LEASE = timedelta(minutes=2)
BATCH = 50
#: How incidents name a delivery.
_SUBJECT = "delivery:"


@dataclass(frozen=True, slots=True)
class _Ways:
    outgoing: Outgoing
    by_channel: Mapping[Channel, Transport]
    write: _outbox.Writer


_ways: list[_Ways] = []


def configure(outgoing: Outgoing, write: _outbox.Writer) -> None:
    """Send by the ways that the settings allow, what *write* words."""
    _ways[:] = [_Ways(outgoing, transports(outgoing), write)]


def settings() -> Outgoing:
    """Return what the settings say of outgoing messages."""
    return _ways[0].outgoing


def ways() -> Mapping[Channel, Transport]:
    """Return the ways out that there are."""
    return _ways[0].by_channel


def sweep() -> int:
    """Queue the digests that are due and send what waits; return how much was sent.

    Raises:
        Unavailable: the database is away; the next sweep goes on where this one broke off.
    """
    digests.queue()
    sent = 0
    while batch := due_deliveries():
        sent += sum(attempt(delivery_id) for delivery_id in batch)
    return sent


def due_deliveries() -> list[int]:
    """Return the ids of deliveries whose time has come and nobody is at, longest waiting first."""
    query = select(Delivery.id).where(*_due()).order_by(Delivery.try_at, Delivery.id)
    return list(db.session.scalars(query.limit(BATCH)))


#: As the index has it, so that the database can use the index whatever is bound.
_QUEUED = text("delivery.state = 'queued'")


def _due() -> tuple[ColumnElement[bool] | TextClause, ...]:
    at = utcnow()
    free = or_(Delivery.claimed_until.is_(None), Delivery.claimed_until <= at)
    return _QUEUED, Delivery.try_at <= at, free


def attempt(delivery_id: int) -> bool:
    """Send one delivery; note what goes wrong, so that the others go on. Tell whether it was sent.

    Raises:
        Unavailable: the database is away, which is no fault of the delivery.
    """
    try:
        return deliver(delivery_id)
    except Unavailable:
        raise
    except Exception as error:
        log.exception("delivery %s could not be made ready; it will be tried again", delivery_id)
        _note(delivery_id, Undeliverable("broken", type(error).__name__))
        return False


def deliver(delivery_id: int) -> bool:
    """Claim one delivery and send it; tell whether it was sent. Safe to call at any time."""
    claimed = _claim(delivery_id)
    return claimed is not None and _send(claimed)


@dataclass(frozen=True, slots=True)
class _Claimed:
    id: int
    #: Whose claim it is: of two that sent the same one, the later claim's outcome counts.
    claim: str
    channel: Channel
    sending: Sending


def _claim(delivery_id: int) -> _Claimed | None:
    """Take a delivery and word it, unless there is nothing to send, or not now."""
    with transaction() as session:
        query = select(Delivery).where(Delivery.id == delivery_id, *_due())
        found = session.scalars(
            query.with_for_update(skip_locked=True).execution_options(populate_existing=True)
        ).first()
        return _prepared(session, found) if found else None


def _prepared(session: Session, delivery: Delivery) -> _Claimed | None:
    subscription = _subscription(session, delivery.user_id, delivery.channel)
    if subscription is None:
        _skip(delivery, "unsubscribed")
        return None
    later = subscription.quiet.after(utcnow()) if subscription.quiet else utcnow()
    if later > utcnow() and not _outbox.is_test(delivery):
        delivery.try_at = later
        return None
    try:
        write = _ways[0].write
        message = _outbox.worded(session, delivery, subscription=subscription, write=write)
    except _outbox.NothingToSend as nothing:
        _skip(delivery, nothing.reason)
        return None
    claim = f"{worker_name()[:60]}:{secrets.token_hex(6)}"
    delivery.claimed_by, delivery.claimed_until = claim, utcnow() + LEASE
    key = sha256(delivery.key.encode()).hexdigest()[:40]
    sending = Sending(key, subscription.address, subscription.secret, message)
    return _Claimed(delivery.id, claim, delivery.channel, sending)


def _subscription(session: Session, user_id: int, channel: Channel) -> Subscription | None:
    query = select(Subscription).filter_by(user_id=user_id, channel=channel, active=True)
    return session.scalars(query.execution_options(populate_existing=True)).first()


def _skip(delivery: Delivery, reason: str) -> None:
    delivery.state, delivery.error = DeliveryState.SKIPPED, reason


def _send(claimed: _Claimed) -> bool:
    """Send what was claimed, outside of any transaction, and note how it went."""
    try:
        transport = ways().get(claimed.channel)
        if transport is None:
            raise Undeliverable("no_way")
        transport.send(claimed.sending)
    except Undeliverable as fault:
        log.info("delivery %s was not taken: %s", claimed.id, fault.fault)
        _note(claimed.id, fault, claim=claimed.claim)
        return False
    _note_sent(claimed)
    return True


def _note_sent(claimed: _Claimed) -> None:
    with transaction() as session:
        at = utcnow()
        done = {"state": DeliveryState.SENT, "sent_at": at, "error": ""} | _LET_GO
        session.execute(
            update(Delivery)
            .where(Delivery.id == claimed.id, Delivery.claimed_by == claimed.claim)
            .values(done)
            .execution_options(synchronize_session=False)
        )
        incidents.passed(session, at, subject=f"{_SUBJECT}{claimed.id}")


_LET_GO: dict[str, Any] = {"claimed_by": None, "claimed_until": None}


def _note(delivery_id: int, fault: Undeliverable, *, claim: str | None = None) -> None:
    """Try a delivery that failed again later; after the last try it has failed for good."""
    with transaction() as session:
        query = select(Delivery).filter_by(id=delivery_id, state=DeliveryState.QUEUED)
        query = query.filter_by(claimed_by=claim) if claim else query
        found = session.scalars(query.execution_options(populate_existing=True)).first()
        if found is None:
            return
        found.attempts += 1
        found.claimed_by, found.claimed_until, found.error = None, None, str(fault)
        is_last = fault.lasting or found.attempts > len(RETRIES) or _outbox.is_test(found)
        if not is_last:
            found.try_at = utcnow() + RETRIES[found.attempts - 1]
            return
        found.state = DeliveryState.FAILED
        if not (fault.lasting or _outbox.is_test(found)):
            incidents.report(session, _failure(found, fault))


def _failure(delivery: Delivery, fault: Undeliverable) -> incidents.Failure:
    """Say what an administrator should look at; a wrong address is its owner's affair."""
    return incidents.Failure(
        cause=Sentence(
            "一条通知没有通过“%(channel)s”发出，已重试三次：%(fault)s请检查网络和发送设置后点“重试”。",
            channel=Sentence(delivery.channel.label),
            fault=Sentence(FAULTS[fault.fault]),
        ),
        likeness=f"delivery:{delivery.channel}:{fault.fault}",
        subject=f"{_SUBJECT}{delivery.id}",
        detail=fault.detail,
        attempts=delivery.attempts,
    )


def retry(session: Session, subject: str) -> None:
    """Queue the delivery that an incident is about again, in the transaction of who decides so."""
    if not subject.startswith(_SUBJECT):
        return
    again: dict[str, Any] = {"state": DeliveryState.QUEUED, "attempts": 0, "try_at": utcnow()}
    about = (
        Delivery.id == int(subject.removeprefix(_SUBJECT)),
        Delivery.state == DeliveryState.FAILED,
    )
    session.execute(update(Delivery).where(*about).values(again | _LET_GO))


def send_test(actor: Actor, channel: Channel) -> Delivery:
    """Send a message to try out an address at once; return what became of it.

    Raises:
        NotFound: nothing is set for that channel.
        Invalid: one was sent less than a minute ago.
    """
    delivery_id = _queue_test(actor, channel)
    attempt(delivery_id)
    return db.session.get_one(Delivery, delivery_id, populate_existing=True)


def _queue_test(actor: Actor, channel: Channel) -> int:
    with transaction() as session:
        at = utcnow()
        if _subscription(session, actor.id, channel) is None:
            raise NotFound("请先保存并启用该接收方式。")
        recent = select(Delivery.id).where(
            Delivery.user_id == actor.id,
            Delivery.key.startswith(_outbox.TEST),
            Delivery.queued_at > at - timedelta(minutes=1),
        )
        if session.scalar(recent.limit(1)) is not None:
            raise Invalid(fields={channel.value: ["一分钟内只能发送一条测试消息，请稍后再试。"]})
        key = f"{_outbox.TEST}{actor.id}:{channel}:{secrets.token_hex(8)}"
        queued = Delivery(key=key, user_id=actor.id, channel=channel, queued_at=at, try_at=at)
        session.add(queued)
        session.flush()
        return queued.id
