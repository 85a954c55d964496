"""A form that is sent twice does its work once: it carries a key, as a write by the API does.

The key counts together with what was typed: who goes back and types something else means it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable

from flask import g, request

from app.domain.errors import Conflict
from app.services import idempotency
from app.services.idempotency import Answer, Write

#: The hidden field of the form.
FIELD = "once_key"

Told = dict[str, str]


def new_key() -> str:
    """Return a key for a form that is being drawn."""
    return secrets.token_hex(16)


def once(run: Callable[[], Told]) -> Told:
    """Return what *run* tells, or what it told when this very form was sent before.

    Refusals are not kept: nothing was done.
    """
    if not request.form.get(FIELD):
        return run()
    write = _write()
    if (before := idempotency.answered(write)) is not None:
        return _again(before)
    try:
        with idempotency.claimed(write):
            told = run()
            idempotency.keep(write, Answer(303, json.dumps(told)))
    except Conflict:
        if (before := idempotency.answered(write)) is not None:
            return _again(before)
        raise
    return told


def _write() -> Write:
    typed = [pair for pair in request.form.items(multi=True) if pair[0] != "csrf_token"]
    digest = hashlib.sha256(json.dumps(sorted(typed)).encode()).hexdigest()
    call = f"{request.method} {request.path}"
    return Write(user_id=g.actor.id, call=call, key=digest, body=digest)


def _again(answer: Answer) -> Told:
    told: Told = json.loads(answer.body)
    return told
