"""The cast and the stage: a fresh database for each test, the demo county's people, a clock.

Tests under ``tests/integration`` run on SQLite and on PostgreSQL, all others on SQLite.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context
from datetime import datetime
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any
from typing import cast as typed

import hypothesis
import pytest
import time_machine
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.orm import Session

from app import create_app, demo, messages
from app.cli.setup import prepare
from app.clock import LOCAL
from app.db import db
from app.domain.people import Actor
from app.domain.process import Diagram
from app.services import _calendar, accounts, deliveries, diagrams, evidence
from config.settings import Settings
from tests import postgres
from tests.cast import Cast

#: Machines that run tests may be busy: how long one example takes says nothing.
hypothesis.settings.register_profile("tests", deadline=None)
hypothesis.settings.load_profile("tests")

#: A Monday morning; the working calendar of 2026 is known.
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=LOCAL)
#: A Sunday noon, when the demo county's cases stand where their samples say.
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=LOCAL)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run integration tests on both databases."""
    if "database" in metafunc.fixturenames:
        both = "integration" in Path(metafunc.definition.path).parts
        names = ["sqlite", "postgresql"] if both else ["sqlite"]
        metafunc.parametrize("database", names, indirect=True)


def settings_for(url: str, instance: Path) -> Settings:
    return Settings(
        instance=instance, database_url=url, secret_key="test-" * 8, testing=True, demo=False
    )


def _fill(url: str, instance: Path) -> None:
    """Migrate a new database and enter calendar, diagrams and the county."""
    app = create_app(settings_for(url, instance))
    with app.app_context(), time_machine.travel(MONDAY, tick=False):
        prepare(county=True)
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture(scope="session", autouse=True)
def thrift() -> Iterator[None]:
    """Spend on what tests are about: hash cheaply, compile a diagram and read the calendar once."""
    compiled, compile_anew = dict[Any, Any](), diagrams._compile
    seeded, ask_anew = list[Any](), _calendar._ask

    def compile_once(row: Diagram) -> Any:
        of = (row.id, row.key, row.version, row.name, row.sha256)
        if of not in compiled:
            compiled[of] = compile_anew(row)
        return compiled[of]

    def ask_once(session: Session, known: Any) -> Any:
        found = ask_anew(session, known or (_calendar._Read(*seeded) if seeded else None))
        if found.version and found.version[0] == 1:
            seeded[:] = found.version, found.national, 0
        return found

    with pytest.MonkeyPatch.context() as patch:
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(accounts, "_HASHER", cheap)
        patch.setattr(accounts, "_NOBODY", cheap.hash("nobody"))
        patch.setattr(diagrams, "_compile", compile_once)
        patch.setattr(_calendar, "_ask", ask_once)
        yield


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    _fill(f"sqlite:///{folder / 'template.db'}", folder)
    return folder / "template.db"


@pytest.fixture(scope="session")
def demo_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo county, worked through until NOON; what each step said lies beside it.

    It takes a quarter of a minute, so one process of the test run plays it for all of them.
    """
    run = tmp_path_factory.getbasetemp()
    folder = (run.parent if "PYTEST_XDIST_WORKER" in os.environ else run) / "demo-county"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not (folder / "lines.json").exists():
            shutil.copy(sqlite_template, folder / "xiaohao.db")
            with opened(folder / "xiaohao.db", folder):
                lines = list(demo.play())
            (folder / "lines.json").write_text(json.dumps(lines), encoding="utf-8")
    return folder / "xiaohao.db"


@contextmanager
def opened(file: Path, folder: Path) -> Iterator[Any]:
    """Open an application on the database *file* at NOON; yield the clock."""
    app = create_app(settings_for(f"sqlite:///{file}", folder))
    with app.app_context(), time_machine.travel(NOON, tick=False) as clock:
        yield clock
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture(scope="session")
def postgres_template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[URL]:
    folder = tmp_path_factory.mktemp("postgres")
    with postgres.server() as server:
        template = postgres.create(server.url, "template_xiaohao")
        _fill(template.render_as_string(hide_password=False), folder / "instance")
        yield template


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database of this test's own, filled with the county."""
    if request.param == "sqlite":
        file = tmp_path / "xiaohao.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        return f"sqlite:///{file}"
    template = make_url(request.getfixturevalue("postgres_template"))
    postgres.create(template.set(database="postgres"), "xiaohao_test", "template_xiaohao")
    return template.set(database="xiaohao_test").render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def assembled(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The program, put together once: that takes longer than most tests do."""
    return create_app(settings_for("sqlite://", tmp_path_factory.mktemp("program")))


@pytest.fixture
def app(assembled: Flask, database: str, tmp_path: Path) -> Iterator[Flask]:
    """The program, on this test's own database and in its own folder."""
    config = dict(assembled.config)
    with assembled.app_context():
        _seat(assembled, settings_for(database, tmp_path / "instance"))
        yield assembled
        db.session.remove()
        db.engine.dispose()
    assembled.config.clear()
    assembled.config.update(config)
    assembled.test_client_class = None


def _seat(app: Flask, settings: Settings) -> None:
    """Give the program another place to work at."""
    app.config.update(SETTINGS=settings, SQLALCHEMY_DATABASE_URI=settings.database_url)
    settings.instance.mkdir(parents=True)
    evidence.configure(settings.instance / "evidence")
    deliveries.configure(settings.outgoing, messages.Writer(settings.outgoing.base_url))
    typed(dict[Any, Any], db.engines)[None] = _engine(make_url(settings.database_url))


#: By kind of database: what SQLAlchemy has compiled lasts as long as its engine.
_engines: dict[str, Engine] = {}
_addresses: dict[str, URL] = {}


def _engine(url: URL) -> Engine:
    """Return an engine of this address alone: what was read from a database is kept with its own.

    It shares what was compiled, and the pool, which is empty between two tests.
    """
    kind = url.get_backend_name()
    if kind not in _engines:
        _engines[kind] = create_engine(url)
        event.listen(_engines[kind], "do_connect", _readdress)
    _addresses[kind] = url
    engine = _engines[kind].execution_options()
    engine.url = url
    return engine


def _readdress(dialect: Any, _record: Any, arguments: list[Any], options: dict[str, Any]) -> None:
    """Connect to the database of the test that runs now."""
    arguments[:], now = dialect.create_connect_args(_addresses[dialect.name])
    options.update(now)


@pytest.fixture
def clock() -> Iterator[Any]:
    """A clock that stands on MONDAY until the test moves it."""
    with time_machine.travel(MONDAY, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def cast(app: Flask, clock: Any) -> Cast:
    """The county's people, ready to open cases and complete tasks."""
    return Cast(clock)


@pytest.fixture
def actor(app: Flask) -> Callable[[str], Actor]:
    return accounts.actor


class Visitor(FlaskClient):
    """A client that comes from outside: the test's own application context isn't its own."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        return Context().run(super().open, *args, **kwargs)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    app.test_client_class = Visitor
    return app.test_client()


@pytest.fixture
def county(app: Flask) -> Flask:
    """The app with the demo county's units, people and published diagrams in it."""
    return app
