"""``Idempotency-Key``: a write that is sent twice is done once and answered alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus

from flask import Response, g, request

from app.api.reading import fingerprint
from app.domain.errors import Conflict
from app.services import idempotency
from app.services.idempotency import Answer, Write

HEADER = "Idempotency-Key"


def once(run: Callable[[], Response]) -> Response:
    """Answer the request by *run*, or as it was answered before.

    Refusals are not kept: nothing was done, so the same key may try again.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return run()
    call = f"{request.method} {request.path}"
    write = Write(user_id=g.actor.id, call=call, key=key, body=fingerprint())
    if (before := idempotency.answered(write)) is not None:
        return _again(before)
    try:
        with idempotency.claimed(write):
            response = run()
            kept = Answer(response.status_code, response.get_data(as_text=True))
            idempotency.keep(write, kept)
    except Conflict:
        if (before := idempotency.answered(write)) is not None:
            return _again(before)
        raise
    return response


def _again(answer: Answer) -> Response:
    response = Response(answer.body, answer.status, content_type="application/json")
    response.headers["Idempotency-Replayed"] = "true"
    if answer.status == HTTPStatus.ACCEPTED:
        response.headers["Location"] = json.loads(answer.body)["url"]
    return response
