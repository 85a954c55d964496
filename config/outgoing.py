"""What the settings say of messages that leave the program: by whom, where to, when not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

#: The robots of 企业微信 and 钉钉.
ROBOTS = "qyapi.weixin.qq.com,oapi.dingtalk.com"
NIGHT = "21:00-07:30"

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")
_MAILBOX = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+")
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_TLS = ("starttls", "tls", "none")


@dataclass(frozen=True, slots=True)
class Smtp:
    """The mail server that messages are handed to."""

    host: str
    port: int
    user: str
    password: str
    sender: str
    tls: str


@dataclass(frozen=True, slots=True)
class Host:
    """A host that webhooks may go to."""

    name: str
    scheme: str = "https"
    port: int = 443
    #: Written with its scheme: then it may lie in the inner network.
    inner: bool = False


@dataclass(frozen=True, slots=True)
class Outgoing:
    """All of it."""

    base_url: str = "http://127.0.0.1:5000"
    smtp: Smtp | None = None
    hosts: tuple[Host, ...] = ()
    #: The quiet hours proposed to everybody; each may choose others.
    quiet: tuple[time, time] | None = None


def read_smtp(text: str) -> Smtp | None:
    """Read ``smtp://user:password@host:587?from=…&tls=starttls``; nothing stays nothing.

    Raises:
        ValueError: it is no such address; the message never holds the password.
    """
    if not text:
        return None
    url, port = _split(text)
    query = parse_qs(url.query)
    user = unquote(url.username or "")
    sender = query.get("from", [user])[0]
    tls = query.get("tls", ["tls" if url.scheme == "smtps" else "starttls"])[0]
    if url.scheme not in ("smtp", "smtps") or not url.hostname:
        raise ValueError("应如 smtp://用户:密码@主机:587?from=发件地址&tls=starttls。")
    if not _MAILBOX.fullmatch(sender):
        raise ValueError("缺少发件地址，请加上 ?from=发件地址。")
    if tls not in _TLS:
        raise ValueError("tls 只能是 starttls、tls 或 none。")
    port = port or (465 if tls == "tls" else 587)
    return Smtp(url.hostname, port, user, unquote(url.password or ""), sender, tls)


def read_base_url(text: str) -> str:
    """Read the address that people open this program at, without a slash at its end.

    Raises:
        ValueError: it is no such address.
    """
    url, _port = _split(text)
    if url.scheme not in ("http", "https") or not url.hostname or url.query or url.fragment:
        raise ValueError("应如 https://主机，为用户打开本系统的网址。")
    return text.rstrip("/")


def read_hosts(text: str) -> tuple[Host, ...]:
    """Read the hosts that webhooks may go to, comma-separated.

    Raises:
        ValueError: one of them is neither a name nor ``scheme://name:port``.
    """
    return tuple(_host(one.strip().lower()) for one in text.split(",") if one.strip())


def _host(text: str) -> Host:
    if _NAME.fullmatch(text):
        return Host(text)
    url, port = _split(text)
    name = url.hostname or ""
    strange = url.scheme not in ("http", "https") or not _NAME.fullmatch(name)
    if strange or url.path.strip("/") or url.query or url.username:
        raise ValueError(f"“{text}”应为主机名，内网主机写成 https://主机:端口。")
    return Host(name, url.scheme, port or (443 if url.scheme == "https" else 80), inner=True)


def read_quiet(text: str) -> tuple[time, time] | None:
    """Read the quiet hours, ``21:00-07:30`` or ``none``.

    Raises:
        ValueError: it is neither.
    """
    if text == "none":
        return None
    found = _HOURS.fullmatch(text)
    if found is None:
        raise ValueError("应如 21:00-07:30，不设免打扰时段写 none。")
    since, since_minute, until, until_minute = map(int, found.groups())
    return time(since, since_minute), time(until, until_minute)


def _split(text: str) -> tuple[SplitResult, int | None]:
    """Split an address; a port that is no number is the address's fault, not the program's."""
    try:
        url = urlsplit(text)
        return url, url.port
    except ValueError:
        raise ValueError("不是有效的网址。") from None
