"""A program that calls the API of a server that keeps dying, under keys that make it safe."""

import json
import socket
import threading
import urllib.error
import urllib.request
import uuid
from collections import Counter
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Any

from tests.cast import SCHOOL
from tests.soak.crew import Post
from tests.web.calling import PASSWORD


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Client:
    """Opens one case after the other, each under a key, and repeats until it is answered."""

    def __init__(self, port: int, post: Post) -> None:
        self._root, self._post = f"http://127.0.0.1:{port}/api/v1", post
        self._stop, self._token = threading.Event(), ""
        #: How often each came.
        self.statuses: Counter[int] = Counter()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> "Client":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._stop.is_set():
            token = f"client-{uuid.uuid4().hex[:16]}"
            while not self._stop.is_set() and not self._open(token):
                self._stop.wait(0.2)

    def _open(self, token: str) -> bool:
        """Ask for a case; tell whether the answer came."""
        body = {
            "unit": SCHOOL,
            "problem": token,
            "requirement": "规范留样",
            "category": "C05",
            "severity": "general",
            "issued_on": datetime.now(UTC).date().isoformat(),
        }
        try:
            if not self._token:
                self._token = self._send("/tokens", {"username": "wangmin", "password": PASSWORD})[
                    "token"
                ]
            made = self._send("/cases", body, **{"Idempotency-Key": token})
        except urllib.error.HTTPError as refusal:
            self.statuses[refusal.code] += 1
            if refusal.code not in (401, 409, 503):
                self._post.fault()
            self._token = "" if refusal.code == 401 else self._token
            return False
        except (OSError, HTTPException, json.JSONDecodeError):
            return False  # it died before or while it answered
        self.statuses[201] += 1
        self._post.tell("opened", made["number"])
        return True

    def _send(self, path: str, body: dict[str, Any], **headers: str) -> Any:
        given = {"Content-Type": "application/json", **headers}
        if self._token:
            given["Authorization"] = f"Bearer {self._token}"
        request = urllib.request.Request(  # noqa: S310 - our own server
            self._root + path, json.dumps(body).encode(), given
        )
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            return json.load(answer)
