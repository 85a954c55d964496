"""A browser, the program served from this process with a clock that can be moved, and its people.

The server runs in a thread of the test's own process and on a database of the test's own.
"""

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from threading import Thread

import pytest
import waitress
from flask import Flask
from playwright.sync_api import Browser, sync_playwright
from waitress import wasyncore

from app.clock import travel, utcnow
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.ui.people import Person

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the browser's tests on one worker: they share one browser."""
    for item in items:
        if "/tests/ui/" in item.path.as_posix():
            item.add_marker(pytest.mark.xdist_group("ui"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # The same browser without its own windows and menus, where it is to be had: half the work.
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    assert chromium, "Chromium is missing: tests/prepare installs it"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, headless=True, args=QUIET)
        yield browser
        browser.close()


class Clock:
    """The clock of the whole process: people, server and sweeps."""

    def __init__(self, move_to: Callable[[datetime], None]) -> None:
        self.move_to = move_to

    def shift(self, by: timedelta) -> None:
        self.move_to(utcnow() + by)


@pytest.fixture
def clock() -> Iterator[Clock]:
    """A clock that stands on MONDAY until the test moves it."""
    with travel() as move_to:
        move_to(MONDAY)
        yield Clock(move_to)


@pytest.fixture
def cast(app: Flask, clock: Clock) -> Cast:
    """The same people, working behind the pages."""
    return Cast(clock)


@pytest.fixture
def address(app: Flask, clock: Clock) -> Iterator[str]:
    """The address that the program is served at."""
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = Thread(target=server.run, name="server")
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    # Everything is closed in the server's own loop, which ends when nothing is left to serve.
    server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))
    thread.join()
    server.task_dispatcher.shutdown()


@pytest.fixture
def person(browser: Browser, address: str) -> Iterator[Callable[..., Person]]:
    """Seat somebody at a browser of their own; in the end, nothing may have gone wrong in any."""
    seated: list[Person] = []

    def seat(username: str = "", **options: object) -> Person:
        seated.append(Person(browser, address, username, **options))
        return seated[-1]

    yield seat
    for one in seated:
        one.leaves()
    assert [trouble for one in seated for trouble in one.trouble] == []


@pytest.fixture
def clerk(person: Callable[..., Person]) -> Person:
    return person("lyxx_clerk")


@pytest.fixture
def owner(person: Callable[..., Person]) -> Person:
    return person("lyxx_owner")


@pytest.fixture
def head(person: Callable[..., Person]) -> Person:
    return person("lyxx_head")


@pytest.fixture
def department(person: Callable[..., Person]) -> Person:
    return person("zhangjing")


@pytest.fixture
def office(person: Callable[..., Person]) -> Person:
    return person("wangmin")


@pytest.fixture
def office_head(person: Callable[..., Person]) -> Person:
    return person("chenjianguo")


@pytest.fixture
def inspector(person: Callable[..., Person]) -> Person:
    return person("sunwei")
