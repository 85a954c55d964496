"""Those who are told outside: a mail server, programs that are called; real ones, in threads."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

OK = (200, {}, b'{"errcode":0,"errmsg":"ok"}')


@dataclass
class Call:
    """One request that arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Hook:
    """A program that is called; answers in turn what it was given, then always that all is well."""

    port: int = 0
    calls: list[Call] = field(default_factory=list)
    #: Status, headers, body; or a function that answers by itself.
    answers: list[Any] = field(default_factory=list)

    @property
    def keys(self) -> list[str]:
        return [call.headers["idempotency-key"] for call in self.calls]


def _handler(hook: Hook) -> type[BaseHTTPRequestHandler]:
    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            hook.calls.append(Call(self.path, headers, self.rfile.read(size)))
            answer = hook.answers.pop(0) if hook.answers else OK
            if callable(answer):
                answer(self)
                return
            status, more, body = answer
            self.send_response(status)
            for name, value in {**more, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    return Receiver


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *args: Any) -> None:
        """Say nothing of callers that hang up: that is what some tests are about."""


@contextmanager
def hook(context: ssl.SSLContext | None = None) -> Iterator[Hook]:
    """Serve a program at 127.0.0.1, with TLS if there is a *context* for it."""
    made = Hook()
    with _Quiet(("127.0.0.1", 0), _handler(made)) as server:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        made.port = server.server_port
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield made
        server.shutdown()
        thread.join()


class Mailbox:
    """What the mail server has taken; `refuse` answers a recipient with an error."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.refuse: list[str] = []
        self.logins: list[tuple[bytes, bytes]] = []
        self.port = 0

    async def handle_RCPT(  # noqa: N802 - as the library calls it
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.refuse:
            return self.refuse.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - as the library calls it
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        self.letters.append(message_from_bytes(envelope.content, policy=default))
        self.recipients += envelope.rcpt_tos
        return "250 OK"

    def knows(self, server: Any, session: Any, envelope: Any, how: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"right", handled=False)


class _AnyPort(Controller):
    """A controller that learns which port it was given before it tries itself out."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mailbox(context: ssl.SSLContext | None = None) -> Iterator[Mailbox]:
    """Serve a mail server at localhost, with STARTTLS and a login if there is a *context*."""
    made = Mailbox()
    options: dict[str, Any] = {}
    if context is not None:
        options = {"authenticator": made.knows, "auth_required": True, "require_starttls": True}
    controller = _AnyPort(made, hostname="127.0.0.1", port=0, tls_context=context, **options)
    controller.start()
    made.port = controller.port
    yield made
    controller.stop()
