"""Notices, their ways out, and who wants which."""

from __future__ import annotations

from datetime import time
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from app.api.schemas.cases import Paging
from app.api.schemas.fields import Flag, In, Out, Text, Word, labels, moment, name_of, told
from app.domain.vocabulary import Channel, DeliveryState
from app.forms.wording import _
from app.messages import fault_text
from app.services.subscriptions import Wish
from app.texts import NOTICES, label, notice_text


class DeliveryOut(Out):
    """One sending of a notice outside."""

    channel = Word(Channel)
    state = Word(DeliveryState)
    sent_at = moment()
    attempts = fields.Integer(metadata={"description": "How often it failed."})
    error = told(fault_text, "string", description="Why it was not sent, a sentence.")
    labels = labels(lambda one: {"channel": label(one.channel), "state": label(one.state)})


class NoticeTold(Out):
    """What a person was told: once, and when they read it."""

    id = fields.Integer()
    kind = fields.String(attribute="what")
    text = told(notice_text, "string")
    case = name_of("case.number")
    process = fields.Integer(
        attribute="process_id",
        allow_none=True,
        metadata={"description": "Of a notice about no case."},
    )
    #: The key of a process whose drawing the notice is about.
    diagram = name_of("diagram.key")
    at = moment()
    read_at = moment()
    deliveries = fields.List(fields.Nested(DeliveryOut))


class NoticeQuery(Paging):
    """What a list of notices is narrowed down to."""

    unread = Flag(load_default=None, allow_none=True)


class NoticePage(Out):
    """A stretch of the list."""

    items = fields.List(fields.Nested(NoticeTold))
    next = fields.String(allow_none=True)
    total = fields.Integer()


class ServiceOut(Out):
    """Who was told what: the proof of service."""

    username = fields.String(attribute="user.username")
    name = fields.String(attribute="user.name")
    unit = fields.String(attribute="user.unit.name")
    notice = fields.Nested(NoticeTold)


class Services(Out):
    """All notices about a case, the latest first."""

    items = fields.List(fields.Nested(ServiceOut))


class Clock(fields.Field[time]):
    """A time of day in Beijing, ``HH:MM``."""

    def __init__(self, **options: Any) -> None:
        super().__init__(metadata={"type": "string", "pattern": r"^\d\d:\d\d$"}, **options)

    def _serialize(self, value: time | None, attr: Any, obj: Any, **_kwargs: Any) -> str | None:
        return value.strftime("%H:%M") if value else None

    def _deserialize(self, value: Any, attr: Any, data: Any, **_kwargs: Any) -> time:
        try:
            return time.fromisoformat(str(value)).replace(second=0, microsecond=0, tzinfo=None)
        except ValueError:
            raise ValidationError(_("时间应如 21:00。")) from None


class SubscriptionOut(Out):
    """One channel that the caller is told on; its secret is never shown."""

    channel = Word(Channel)
    address = fields.String()
    has_secret = told(lambda one: bool(one.secret), "boolean")
    active = fields.Boolean()
    digest = fields.Boolean(metadata={"description": "One summary a day instead of each notice."})
    muted = fields.List(fields.String(), metadata={"description": "Kinds not wanted here."})
    quiet_from = Clock(allow_none=True)
    quiet_until = Clock(allow_none=True)
    labels = labels(lambda one: {"channel": label(one.channel)})


class SubscriptionIn(In):
    """One channel; without a secret, the one that is kept stays."""

    channel = Word(Channel, required=True)
    address = Text(400, least=1, required=True)
    secret = Text(120, allow_none=True, load_default=None)
    active = Flag(load_default=True)
    digest = Flag(load_default=False)
    muted = fields.List(
        Text(48, least=1), load_default=list, validate=validate.Length(max=len(NOTICES) * 2)
    )
    quiet_from = Clock(allow_none=True, load_default=None)
    quiet_until = Clock(allow_none=True, load_default=None)

    @post_load
    def wish(self, given: dict[str, Any], **_kwargs: Any) -> Wish:
        """Make what the service takes."""
        return Wish(**given)


class SubscriptionsIn(In):
    """All of them."""

    items = fields.List(
        fields.Nested(SubscriptionIn), required=True, validate=validate.Length(max=len(Channel))
    )


class Subscriptions(Out):
    """All of them."""

    items = fields.List(fields.Nested(SubscriptionOut))
