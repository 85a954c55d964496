"""Signing in and out, and who one is."""

from __future__ import annotations

from typing import Any

from flask import g, request

from app.api.calls import Call
from app.api.login import bearer
from app.api.schemas.people import Credentials, Me, Token
from app.services import accounts, inbox, notices


@Call(
    method="POST",
    path="/tokens",
    body=Credentials(),
    answer=Token(),
    status=201,
    public=True,
)
def sign_in(body: dict[str, str]) -> dict[str, Any]:
    """Sign in with name and password. Five wrong passwords lock the account for half an hour."""
    name, password, address = body["username"], body["password"], request.remote_addr
    token, login = accounts.sign_in(name, password, kind="api", address=address)
    return {"token": token, "expires_at": login.expires_at}


@Call(method="DELETE", path="/tokens/current", status=204)
def sign_out() -> None:
    """Sign out: the token that this call carries is good no more."""
    accounts.sign_out(bearer())


@Call(method="GET", path="/me", answer=Me())
def me() -> dict[str, Any]:
    """Tell who is signed in, and how much waits for them."""
    actor = g.actor
    counts = inbox.counts(actor)
    return {
        "user": actor,
        "roles": sorted(actor.roles),
        "unit": actor.unit_name,
        "counts": {
            **{name: getattr(counts, name) for name in ("mine", "claimable", "overdue", "today")},
            "unread": notices.unread(actor),
        },
    }
