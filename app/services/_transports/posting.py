"""Posting to hosts outside, and to no other place: the guard against being sent astray (SSRF).

Only hosts of the settings; the name is resolved once and the connection goes to that very address,
which must be a public one; nothing is followed; five seconds and one megabyte are the end.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Event, Timer
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError as NotThere
from urllib3.exceptions import SSLError
from urllib3.exceptions import TimeoutError as Slow

from app.services._transports.port import Undeliverable
from config.outgoing import Host

SECONDS = 5.0
LARGEST = 1024 * 1024

#: Just what we need of an address, so that no two readers of it can differ.
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<name>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[!-\[\]-~]*)?",
    re.IGNORECASE,
)
#: Public IPv4 addresses as hosts with IPv6 alone see them.
_NAT64 = IPv6Network("64:ff9b::/96")
#: All that is given out of IPv6.
_UNICAST = IPv6Network("2000::/3")
#: Where clouds tell machines their secrets, as far as these are not link-local.
_METADATA = frozenset(map(ip_address, ("100.100.100.200", "fd00:ec2::254")))

Resolve = Callable[..., Sequence[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Target:
    """Where a post goes, as far as its address and the settings say."""

    host: Host
    path: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    content: bytes


class Poster:
    """Posts to the hosts that the settings allow."""

    def __init__(self, hosts: Sequence[Host], resolve: Resolve = socket.getaddrinfo) -> None:
        self._hosts = {(one.scheme, one.name, one.port): one for one in hosts}
        self._resolve = resolve

    def target(self, url: str) -> Target:
        """Return where *url* leads.

        Raises:
            Undeliverable: it is no plain address, or its host is not allowed.
        """
        found = _URL.fullmatch(url)
        if found is None or "#" in url:
            raise Undeliverable("no_address", lasting=True)
        scheme, name = found["scheme"].lower(), found["name"].lower()
        port = int(found["port"] or (443 if scheme == "https" else 80))
        host = self._hosts.get((scheme, name, port))
        if host is None:
            raise Undeliverable("host_not_allowed", lasting=True)
        return Target(host, found["path"] or "/")

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post *body* to *url* and read the answer; redirects are an answer like any other.

        Raises:
            Undeliverable: it may not go there, or did not arrive in time.
        """
        target = self.target(url)
        connection = _connection(target.host, self._address(target.host))
        over, line = Event(), _Line()
        timer = Timer(SECONDS, _cut, (line, over))
        timer.daemon = True
        timer.start()
        try:
            connection.connect()
            line.sock = connection.sock
            answer = _exchange(connection, target, body, headers)
        except Undeliverable:
            raise
        except Exception as error:
            raise _fault(error, over=over.is_set()) from None
        finally:
            timer.cancel()
            connection.close()
        if over.is_set():
            raise Undeliverable("timeout")  # what was cut off can look like a whole answer
        return answer

    def _address(self, host: Host) -> str:
        """Resolve the name, once; every address that it has must be one that we may go to."""
        try:
            found = self._resolve(host.name, host.port, type=socket.SOCK_STREAM)
        except OSError:
            raise Undeliverable("unresolved") from None
        addresses = [str(entry[4][0]) for entry in sorted(found, key=_plain_first)]
        allowed = is_inner if host.inner else is_public
        if not addresses:
            raise Undeliverable("unresolved")
        if not all(allowed(one) for one in addresses):
            raise Undeliverable("address_not_allowed")
        return addresses[0]


def _plain_first(entry: tuple[Any, ...]) -> bool:
    return bool(entry[0] != socket.AF_INET)


def is_public(text: str) -> bool:
    """Tell whether an address lies in the internet, and nowhere nearer."""
    address = _unwrapped(text)
    if address is None or not address.is_global:
        return False
    if isinstance(address, IPv6Address):
        tunnel = address.sixtofour or address.teredo
        return address in _UNICAST and not tunnel
    return not (address.is_multicast or address.is_reserved)


def is_inner(text: str) -> bool:
    """Tell whether an address is one of a host, near or far, and tells no machine's secrets."""
    address = _unwrapped(text)
    if address is None or address in _METADATA:
        return False
    return not (address.is_link_local or address.is_multicast or address.is_unspecified)


def _unwrapped(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address; one of IPv4 in IPv6's clothes counts as what it is."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _connection(host: Host, address: str) -> HTTPConnection:
    if host.scheme == "http":
        return HTTPConnection(address, host.port, timeout=SECONDS)
    return HTTPSConnection(
        address,
        host.port,
        timeout=SECONDS,
        server_hostname=host.name,
        ssl_context=ssl.create_default_context(),
    )


def _exchange(
    connection: HTTPConnection, target: Target, body: bytes, headers: Mapping[str, str]
) -> Answer:
    host = target.host
    usual = 443 if host.scheme == "https" else 80
    name = host.name if host.port == usual else f"{host.name}:{host.port}"
    sent = {"Host": name, "User-Agent": "xiaohao", "Accept-Encoding": "identity", **headers}
    connection.request("POST", target.path, body, sent, preload_content=False, decode_content=False)
    with connection.getresponse() as response:
        content = response.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise Undeliverable("too_large")
    return Answer(response.status, content)


@dataclass(slots=True)
class _Line:
    """The wire of an exchange; the connection lets go of it before the answer is read."""

    sock: socket.socket | None = None


def _cut(line: _Line, over: Event) -> None:
    """End an exchange that has had its time, however little of it is still to come."""
    over.set()
    if line.sock is not None:
        with suppress(OSError):
            line.sock.shutdown(socket.SHUT_RDWR)


def _fault(error: Exception, *, over: bool) -> Undeliverable:
    """Say what went wrong on the way, by its kind alone; the words of others may hold addresses."""
    if over or (isinstance(error, Slow | TimeoutError) and not isinstance(error, NotThere)):
        return Undeliverable("timeout")
    if isinstance(error, SSLError | ssl.SSLError):
        return Undeliverable("tls", _reason(error))
    return Undeliverable("unreachable", type(error).__name__)


def _reason(error: Exception) -> str:
    inner = error.args[0] if error.args else error
    return str(getattr(inner, "verify_message", "") or getattr(inner, "reason", "") or "")
