"""A signed call to a program of somebody's own."""

from __future__ import annotations

import hmac
import json

from app.clock import utcnow
from app.services._transports.port import Sending, Undeliverable
from app.services._transports.posting import Poster

SHORTEST_SECRET = 16
#: The receiver says that it is gone for good, or that it is somewhere else, where we don't follow.
_LASTING = (301, 302, 303, 307, 308, 410)


class Webhook:
    """A `Transport` by JSON, signed with HMAC-SHA256 over the moment and the body."""

    def __init__(self, poster: Poster) -> None:
        self._poster = poster

    def check(self, address: str, secret: str) -> None:
        """Refuse a place that is not allowed, and a secret that is easily guessed."""
        self._poster.target(address)
        if len(secret) < SHORTEST_SECRET:
            raise Undeliverable("short_secret", lasting=True)

    def send(self, sending: Sending) -> None:
        """Post the facts of the message; any status of 2xx means that it was taken."""
        self.check(sending.address, sending.secret)
        facts = {"key": sending.key, "title": sending.message.title, **sending.message.facts}
        body = json.dumps(facts, ensure_ascii=False).encode()
        moment = str(int(utcnow().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": sending.key,
            "X-Xiaohao-Timestamp": moment,
            "X-Xiaohao-Signature": signature(sending.secret, moment, body),
        }
        status = self._poster.post(sending.address, body, headers).status
        if not 200 <= status < 300:
            raise Undeliverable("status", str(status), lasting=status in _LASTING)


def signature(secret: str, moment: str, body: bytes) -> str:
    """Return the seal that the receiver compares: over the moment, a dot, and the body."""
    return "sha256=" + hmac.new(secret.encode(), f"{moment}.".encode() + body, "sha256").hexdigest()
