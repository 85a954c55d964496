"""接收设置: where else the person wants to be told, what of it, and when not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.domain.errors import DomainError, Invalid
from app.domain.notice import Delivery, Subscription
from app.domain.vocabulary import Channel, DeliveryState, Role
from app.http import problem_of, status_of
from app.messages import fault_text, kinds
from app.services import deliveries, subscriptions
from app.services.subscriptions import SIGNING, Wish
from app.texts import NOTICES, label, say

bp = Blueprint("receiving", __name__, url_prefix="/me/notices")

Errors = Mapping[str, Sequence[str]]


@dataclass(slots=True)
class Card:
    """One channel as its form shows it."""

    channel: Channel
    possible: bool
    signs: bool
    known: bool = False
    active: bool = True
    address: str = ""
    #: A proposal where there is none yet; what is kept is not shown again.
    secret: str = ""
    digest: bool = False
    quiet_from: str = ""
    quiet_until: str = ""
    muted: Sequence[str] = ()
    last: Delivery | None = None
    errors: Errors = field(default_factory=dict)


@bp.get("")
def page() -> ResponseReturnValue:
    """Show each channel with its form."""
    return _draw()


@bp.post("/<channel>")
def save(channel: str) -> ResponseReturnValue:
    """Keep what was typed for one channel."""
    which = _channel(channel)
    try:
        subscriptions.save(g.actor, _wish(which))
    except DomainError as error:
        return _draw(_typed(which, problem_of(error).get("errors", {}))), status_of(error)
    flash(gettext("“%(channel)s”的接收设置已保存。", channel=label(which)))
    return redirect(url_for("receiving.page", _anchor=which), 303)


@bp.post("/<channel>/remove")
def remove(channel: str) -> ResponseReturnValue:
    """Forget an address."""
    which = _channel(channel)
    subscriptions.remove(g.actor, which)
    flash(gettext("不再通过“%(channel)s”接收通知。", channel=label(which)))
    return redirect(url_for("receiving.page"), 303)


@bp.post("/<channel>/test")
def send_test(channel: str) -> ResponseReturnValue:
    """Try out an address at once, and say how it went."""
    which = _channel(channel)
    try:
        sent = deliveries.send_test(g.actor, which)
    except Invalid as error:
        told = "".join(text for texts in error.fields.values() for text in texts)
        flash(gettext(told), "error")
    except DomainError as error:
        flash(say(error), "error")
    else:
        _tell(sent)
    return redirect(url_for("receiving.page", _anchor=which), 303)


def _tell(sent: Delivery) -> None:
    name = label(sent.channel)
    if sent.state is DeliveryState.SENT:
        flash(gettext("测试消息已通过“%(channel)s”发出，请查收。", channel=name))
    else:
        flash(gettext("测试消息没有发出：%(why)s", why=fault_text(sent)), "error")


def _channel(text: str) -> Channel:
    if text not in list(Channel):
        abort(404)
    return Channel(text)


def _wish(channel: Channel) -> Wish:
    form = request.form
    wanted = form.getlist("kind")
    return Wish(
        channel=channel,
        address=form.get("address", "").strip()[:400],
        secret=form.get("secret", "").strip()[:120] or None,
        active=form.get("active") == "1",
        digest=form.get("mode") == "digest",
        muted=[kind for kind in NOTICES if kind not in wanted],
        quiet_from=_time("quiet_from"),
        quiet_until=_time("quiet_until"),
    )


def _time(name: str) -> time | None:
    text = request.form.get(name, "").strip()
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0) if text else None
    except ValueError:
        raise Invalid(fields={name: ["时间应如 21:00。"]}) from None


def _draw(typed: Card | None = None) -> str:
    known = {one.channel: one for one in subscriptions.listing(g.actor)}
    last = subscriptions.latest(g.actor)
    cards = {channel: _card(channel, known.get(channel)) for channel in Channel}
    if typed is not None:
        typed.known = typed.channel in known
        cards[typed.channel] = typed
    for channel, delivery in last.items():
        cards[channel].last = delivery
    return render_template(
        "receiving/page.html",
        here="receiving",
        cards=cards.values(),
        kinds=kinds(),
        hosts=subscriptions.allowed_hosts(),
        fault_text=fault_text,
        keeps_program=g.actor.has(Role.SYSTEM_ADMIN),
    )


def _card(channel: Channel, known: Subscription | None) -> Card:
    card = Card(channel, subscriptions.is_possible(channel), channel in SIGNING)
    if known is None:
        usual = subscriptions.usual_quiet()
        card.quiet_from, card.quiet_until = map(_clock, usual or (None, None))
        card.secret = subscriptions.new_secret() if channel is Channel.WEBHOOK else ""
        return card
    card.known, card.active, card.digest = True, known.active, known.digest
    card.address, card.muted = known.address, known.muted
    card.quiet_from, card.quiet_until = _clock(known.quiet_from), _clock(known.quiet_until)
    return card


def _clock(at: time | None) -> str:
    return at.strftime("%H:%M") if at else ""


def _typed(channel: Channel, errors: Errors) -> Card:
    """Return the form as it was sent, with what is wrong about it."""
    form = request.form
    wanted = form.getlist("kind")
    card = Card(channel, subscriptions.is_possible(channel), channel in SIGNING)
    card.address, card.secret = form.get("address", ""), form.get("secret", "")
    card.active, card.digest = form.get("active") == "1", form.get("mode") == "digest"
    card.quiet_from, card.quiet_until = form.get("quiet_from", ""), form.get("quiet_until", "")
    card.muted = [kind for kind in NOTICES if kind not in wanted]
    card.errors = errors
    return card
