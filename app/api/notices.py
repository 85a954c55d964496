"""Notices: what the caller was told, who was told about a case, and where else they go."""

from __future__ import annotations

from typing import Any

from flask import g

from app import cursors
from app.api.calls import Call
from app.api.schemas.notices import (
    NoticePage,
    NoticeQuery,
    NoticeTold,
    Services,
    Subscriptions,
    SubscriptionsIn,
)
from app.domain.notice import Notice
from app.services import cases, notices, subscriptions


@Call(method="GET", path="/notices", query=NoticeQuery(), answer=NoticePage())
def list_notices(query: dict[str, Any]) -> dict[str, Any]:
    """List what the caller was told, the latest first."""
    after = cursors.moment_after(query["cursor"], of="notices")
    page = notices.page(g.actor, unread=query["unread"], limit=query["limit"], after=after)
    following = cursors.encode(page.next, of="notices")
    return {"items": page.items, "next": following, "total": page.total}


@Call(method="POST", path="/notices/<int:notice_id>/read", answer=NoticeTold(), writes=True)
def read_notice(notice_id: int) -> Notice:
    """Note that the caller has read a notice; what was read before keeps its moment."""
    return notices.opened(notice_id, g.actor)


@Call(method="GET", path="/cases/<number>/notices", answer=Services(), restricted=True)
def get_case_notices(number: str) -> dict[str, Any]:
    """List who was told what about a case, when, by which way, and when they read it.

    For the office alone.
    """
    return {"items": notices.about(cases.get(number, g.actor), g.actor)}


@Call(method="GET", path="/me/subscriptions", answer=Subscriptions())
def get_subscriptions() -> dict[str, Any]:
    """List the channels that the caller is told on besides the inbox."""
    return {"items": subscriptions.listing(g.actor)}


@Call(
    method="PUT",
    path="/me/subscriptions",
    body=SubscriptionsIn(),
    answer=Subscriptions(),
    writes=True,
)
def put_subscriptions(body: dict[str, Any]) -> dict[str, Any]:
    """Be told on just these channels from now on; addresses that can't be right are refused."""
    subscriptions.replace(g.actor, body["items"])
    return {"items": subscriptions.listing(g.actor)}
