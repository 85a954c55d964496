"""Posting to hosts outside, and to no other place."""

import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
import trustme

from app.services._transports import Undeliverable, posting
from app.services._transports.posting import Poster, is_inner, is_public
from config.outgoing import Host
from tests.receivers import Hook, hook

NAME = "hooks.example.test"
ALLOWED = (Host(NAME), Host("qyapi.weixin.qq.com"), Host("127.0.0.1"))


def _table(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


TABLES = Path(__file__).with_name("astray.txt").read_text(encoding="utf-8").split("\n\n")
ASTRAY, NEARER = map(_table, TABLES)


def refused(call) -> str:
    with pytest.raises(Undeliverable) as refusal:
        call()
    return refusal.value.fault


def resolving(*addresses: str):
    """A resolver that knows one answer for every name."""

    def resolve(name: str, port: int, **_kwargs: object) -> list[tuple]:
        families = [socket.AF_INET6 if ":" in one else socket.AF_INET for one in addresses]
        return [
            (family, socket.SOCK_STREAM, 6, "", (one, port))
            for family, one in zip(families, addresses, strict=True)
        ]

    return resolve


def post(poster: Poster, url: str):
    return poster.post(url, b"{}", {"Content-Type": "application/json"})


@pytest.fixture
def here() -> Iterator[Hook]:
    with hook() as made:
        yield made


@pytest.fixture
def inner(here):
    """A poster that may go to the program here, under a name that only it can resolve."""
    return Poster([Host(NAME, "http", here.port, inner=True)], resolving("127.0.0.1"))


def test_there_are_enough_ways_to_go_astray():
    assert len(ASTRAY) + len(NEARER) >= 90


@pytest.mark.parametrize("url", [*ASTRAY, f"https://{NAME}/\r\nX: y", f"https://{NAME}/ a", ""])
def test_a_strange_address_goes_nowhere(url):
    poster = Poster(ALLOWED, resolving("127.0.0.1"))

    assert refused(lambda: post(poster, url)) in ("no_address", "host_not_allowed")


@pytest.mark.parametrize("url", [f"https://{NAME}", f"HTTPS://{NAME.upper()}:443/a?b=c&d=%20"])
def test_an_allowed_host_is_found(url):
    assert Poster(ALLOWED).target(url).host.name == NAME


@pytest.mark.parametrize("address", NEARER)
def test_an_allowed_name_that_leads_inside_is_refused(address):
    assert not is_public(address)
    poster = Poster(ALLOWED, resolving(address))
    assert refused(lambda: post(poster, f"https://{NAME}/")) == "address_not_allowed"


def test_one_address_inside_among_public_ones_is_enough():
    poster = Poster(ALLOWED, resolving("101.91.34.103", "127.0.0.1"))

    assert refused(lambda: post(poster, f"https://{NAME}/")) == "address_not_allowed"


def test_an_address_on_the_list_is_still_no_way_inside():
    assert refused(lambda: post(Poster(ALLOWED), "https://127.0.0.1/")) == "address_not_allowed"


@pytest.mark.parametrize(
    "address", ["101.91.34.103", "2400:3200::1", "::ffff:101.91.34.103", "64:ff9b::655b:2267"]
)
def test_the_internet_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "fe80::1", "fd00:ec2::254", "::", "ff02::1"]
)
def test_even_a_host_of_the_inner_network_is_no_machine_that_tells_secrets(address):
    assert not is_inner(address)
    assert is_inner("10.1.2.3")


def test_a_name_is_resolved_once_and_the_connection_goes_to_that_address(here):
    answers = [resolving("127.0.0.1"), resolving("169.254.169.254")]
    asked = []

    def rebinding(name: str, port: int, **more: object) -> list[tuple]:
        asked.append(name)
        return answers.pop(0)(name, port, **more)

    poster = Poster([Host(NAME, "http", here.port, inner=True)], rebinding)
    answer = post(poster, f"http://{NAME}:{here.port}/x")

    assert (answer.status, asked) == (200, [NAME])
    assert here.calls[0].headers["host"] == f"{NAME}:{here.port}"


def test_a_redirect_is_not_followed(inner, here):
    here.answers.append((302, {"Location": f"http://127.0.0.1:{here.port}/inside"}, b""))

    assert post(inner, f"http://{NAME}:{here.port}/").status == 302
    assert [call.path for call in here.calls] == ["/"]


def test_a_megabyte_is_the_end(inner, here):
    here.answers.append((200, {}, b"x" * (posting.LARGEST + 1)))

    assert refused(lambda: post(inner, f"http://{NAME}:{here.port}/")) == "too_large"


@pytest.mark.parametrize(
    ("part", "drop"),
    [
        (b"HTTP/1.1 ", b"2"),
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
    ],
)
def test_who_answers_drop_by_drop_is_cut_off(inner, here, monkeypatch, part, drop):
    monkeypatch.setattr(posting, "SECONDS", 0.4)

    def drip(request) -> None:
        request.wfile.write(part)
        for _ in range(30):
            request.wfile.write(drop)
            time.sleep(0.1)

    here.answers.append(drip)
    began = time.monotonic()

    assert refused(lambda: post(inner, f"http://{NAME}:{here.port}/")) == "timeout"
    assert time.monotonic() - began < 2


def test_nobody_there_is_said(inner, here):
    port = here.port
    poster = Poster([Host(NAME, "http", 1, inner=True)], resolving("127.0.0.1"))

    assert refused(lambda: post(poster, f"http://{NAME}:1/")) == "unreachable"
    assert refused(lambda: post(Poster([Host(NAME)]), f"https://{NAME}/")) == "unresolved"
    assert port


@pytest.fixture
def authority(monkeypatch, tmp_path):
    """An authority that this program trusts."""
    made = trustme.CA()
    made.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return made


@pytest.mark.parametrize(("name", "fault"), [(NAME, None), ("other.example.test", "tls")])
def test_a_certificate_must_be_of_the_name_that_was_allowed(authority, name, fault):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)

    with hook(context) as here:
        poster = Poster([Host(NAME, "https", here.port, inner=True)], resolving("127.0.0.1"))
        url = f"https://{NAME}:{here.port}/"
        found = refused(lambda: post(poster, url)) if fault else post(poster, url).status

    assert found == (fault or 200)


def test_a_listener_that_never_greets_is_given_up(monkeypatch):
    monkeypatch.setattr(posting, "SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        poster = Poster([Host(NAME, "https", port, inner=True)], resolving("127.0.0.1"))
        found: list[str] = []
        thread = Thread(
            target=lambda: found.append(refused(lambda: post(poster, f"https://{NAME}:{port}/")))
        )
        thread.start()
        thread.join(5)

    assert found == ["timeout"]
