"""Who calls: a token in the header and nothing else; cookies don't count."""

from __future__ import annotations

from flask import g, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from app.api.calls import CALLS
from app.services import accounts


def authenticate() -> None:
    """Let only callers with a good token pass, and note who they are."""
    name = (request.endpoint or "").rpartition(".")[2]
    call, _ = CALLS.get(name, (None, None))
    if call is not None and call.public:
        return
    token = bearer()
    actor = accounts.signed_in(token) if token else None
    if actor is None:
        raise Unauthorized(www_authenticate=WWWAuthenticate("bearer", {"realm": "xiaohao"}))
    g.actor = actor


def bearer() -> str:
    """Return the token of the request, empty if there is none."""
    given = request.authorization
    return given.token or "" if given is not None and given.type == "bearer" else ""
