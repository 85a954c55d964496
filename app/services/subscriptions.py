"""Subscriptions: where else a person wants to be told, what of it, and when not."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import time

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.db import db, transaction
from app.domain.errors import Invalid, NotFound
from app.domain.notice import Delivery, Subscription
from app.domain.people import Actor
from app.domain.vocabulary import Channel
from app.services import deliveries
from app.services._transports import Undeliverable
from app.services.delivery_faults import FAULTS
from config.outgoing import ROBOTS

#: Channels that sign what they send, and so have a secret.
SIGNING = frozenset({Channel.DINGTALK, Channel.WEBHOOK})
#: Faults that lie in the secret, not in the address.
_OF_SECRET = frozenset({"short_secret"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How a person wants to be told on one channel."""

    channel: Channel
    address: str
    #: ``None``: as before.
    secret: str | None = None
    active: bool = True
    digest: bool = False
    muted: Sequence[str] = ()
    quiet_from: time | None = None
    quiet_until: time | None = None


def listing(actor: Actor) -> list[Subscription]:
    """List the actor's subscriptions, in the order of the channels."""
    found = db.session.scalars(select(Subscription).filter_by(user_id=actor.id))
    order = list(Channel)
    return sorted(found, key=lambda one: order.index(one.channel))


def usual_quiet() -> tuple[time, time] | None:
    """Return the quiet hours that the settings propose."""
    return deliveries.settings().quiet


def allowed_hosts() -> list[str]:
    """List the hosts that calls may go to, robots aside."""
    robots = ROBOTS.split(",")
    return [one.name for one in deliveries.settings().hosts if one.name not in robots]


def is_possible(channel: Channel) -> bool:
    """Tell whether the settings provide for a channel at all."""
    return channel in deliveries.ways()


def new_secret() -> str:
    """Propose a secret that nobody guesses."""
    return secrets.token_urlsafe(24)


def latest(actor: Actor) -> dict[Channel, Delivery]:
    """Return the last delivery on each channel."""
    last = select(func.max(Delivery.id)).filter_by(user_id=actor.id).group_by(Delivery.channel)
    found = db.session.scalars(select(Delivery).where(Delivery.id.in_(last)))
    return {one.channel: one for one in found}


def save(actor: Actor, wish: Wish) -> None:
    """Tell the actor on this channel too, from now on, in this way.

    Raises:
        Invalid: the address or the secret can't be right; the fields say why.
    """
    with transaction() as session:
        _enter(session, actor, wish)


def replace(actor: Actor, wishes: Iterable[Wish]) -> None:
    """Tell the actor on just these channels from now on.

    Raises:
        Invalid: one of them can't be right; its fields are named ``items.<n>.<field>``.
    """
    with transaction() as session:
        kept: set[Channel] = set()
        for n, wish in enumerate(wishes):
            try:
                if wish.channel in kept:
                    raise Invalid(fields={"channel": ["每种接收方式只能设置一次。"]})
                _enter(session, actor, wish)
            except Invalid as error:
                fields = {f"items.{n}.{key}": told for key, told in error.fields.items()}
                raise Invalid(fields=fields) from error
            kept.add(wish.channel)
        gone = [channel for channel in Channel if channel not in kept]
        _drop(session, actor, gone)


def remove(actor: Actor, channel: Channel) -> None:
    """Forget an address.

    Raises:
        NotFound: there was none.
    """
    with transaction() as session:
        if not _drop(session, actor, [channel]):
            raise NotFound


def _drop(session: Session, actor: Actor, channels: Sequence[Channel]) -> int:
    mine = (Subscription.user_id == actor.id, Subscription.channel.in_(channels))
    gone = session.scalars(delete(Subscription).where(*mine).returning(Subscription.id))
    return len(gone.all())


def _enter(session: Session, actor: Actor, wish: Wish) -> None:
    mine = select(Subscription).filter_by(user_id=actor.id, channel=wish.channel)
    found = session.scalars(mine).first()
    if found is None:
        found = Subscription(user_id=actor.id, channel=wish.channel, secret="")
        session.add(found)
    secret = found.secret if wish.secret is None else wish.secret
    _check(wish, secret)
    found.secret = secret if wish.channel in SIGNING else ""
    found.muted = sorted(set(wish.muted))
    for name in ("address", "active", "digest", "quiet_from", "quiet_until"):
        setattr(found, name, getattr(wish, name))
    session.flush()


def _check(wish: Wish, secret: str) -> None:
    if (wish.quiet_from is None) != (wish.quiet_until is None):
        raise Invalid(fields={"quiet_until": ["免打扰时段须同时填写起止时间，或都不填。"]})
    transport = deliveries.ways().get(wish.channel)
    try:
        if transport is None:
            raise Undeliverable("no_way")
        transport.check(wish.address, secret)
    except Undeliverable as fault:
        field = "secret" if fault.fault in _OF_SECRET else "address"
        raise Invalid(fields={field: [FAULTS[fault.fault]]}) from fault
