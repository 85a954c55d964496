"""The robots of group chats: 企业微信 and 钉钉."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Collection
from typing import Any
from urllib.parse import quote_plus

from app.clock import utcnow
from app.services._transports.port import Sending, Undeliverable
from app.services._transports.posting import Answer, Poster

#: Of one message to 企业微信, in bytes; 钉钉 takes more.
LARGEST = 4096


class WeCom:
    """A `Transport` to the group robot of 企业微信."""

    #: The address of the robot is no longer good.
    LASTING = (93000,)
    _path = re.compile(r"/cgi-bin/webhook/send\?key=[\w-]+")

    def __init__(self, poster: Poster) -> None:
        self._poster = poster

    def check(self, address: str, secret: str) -> None:
        """Refuse what is no robot's address."""
        if not self._path.fullmatch(self._poster.target(address).path):
            raise Undeliverable("no_robot", lasting=True)

    def send(self, sending: Sending) -> None:
        """Post the message as markdown."""
        self.check(sending.address, sending.secret)
        content = shortened(sending.message.markdown, LARGEST)
        body = {"msgtype": "markdown", "markdown": {"content": content}}
        answer = self._poster.post(sending.address, _json(body), _headers(sending))
        judge(answer, self.LASTING)


class DingTalk:
    """A `Transport` to the group robot of 钉钉; signed, if the robot has a secret."""

    #: The robot's safety settings refuse us (key word, signature, address), or it is gone.
    LASTING = (310000, 300001, 300005)
    _path = re.compile(r"/robot/send\?access_token=[\w-]+")

    def __init__(self, poster: Poster) -> None:
        self._poster = poster

    def check(self, address: str, secret: str) -> None:
        """Refuse what is no robot's address."""
        if not self._path.fullmatch(self._poster.target(address).path):
            raise Undeliverable("no_robot", lasting=True)

    def send(self, sending: Sending) -> None:
        """Post the message as markdown."""
        self.check(sending.address, sending.secret)
        message = sending.message
        text = shortened(message.markdown, LARGEST)
        body = {"msgtype": "markdown", "markdown": {"title": message.title, "text": text}}
        url = sending.address + (signed(sending.secret) if sending.secret else "")
        judge(self._poster.post(url, _json(body), _headers(sending)), self.LASTING)


def signed(secret: str) -> str:
    """Return what 钉钉 wants at the end of the address: the moment, and its seal."""
    moment = str(round(utcnow().timestamp() * 1000))
    seal = hmac.digest(secret.encode(), f"{moment}\n{secret}".encode(), hashlib.sha256)
    return f"&timestamp={moment}&sign={quote_plus(base64.b64encode(seal))}"


def judge(answer: Answer, lasting: Collection[int]) -> None:
    """Raise `Undeliverable` unless a robot says that it took the message: they say so in JSON."""
    if answer.status != 200:
        raise Undeliverable("status", str(answer.status), lasting=300 <= answer.status < 400)
    try:
        said = json.loads(answer.content)
        code, words = int(said["errcode"]), str(said.get("errmsg", ""))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Undeliverable("no_answer") from None
    if code:
        raise Undeliverable("robot_refused", f"{code} {words}", lasting=code in lasting)


def shortened(text: str, most: int) -> str:
    """Return *text*, cut at the end of a line if it has more than *most* bytes."""
    if len(text.encode()) <= most:
        return text
    kept = text.encode()[: most - 4].decode(errors="ignore")
    return kept[: kept.rfind("\n")] + "\n…"


def _json(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def _headers(sending: Sending) -> dict[str, str]:
    return {"Content-Type": "application/json", "Idempotency-Key": sending.key}
