"""When the database is away, busy or full: a clear word, nothing half done, and on by itself."""

import io
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from time import sleep

import pytest
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import create_engine, event, func, select, text

from app import create_app, scheduler
from app.db import db, transaction
from app.domain.case import Case
from app.domain.errors import Conflict, StorageFull
from app.jobs.embedded import EmbeddedRunner
from app.services import accounts, evidence, jobs
from tests.conftest import settings_for
from tests.soak.places import CannotMount, small_disk
from tests.web.calling import PASSWORD, Caller, feedback


def is_postgresql():
    return db.engine.dialect.name == "postgresql"


@contextmanager
def on_every_connection(*pragmas: str) -> Iterator[None]:
    """Have every connection to SQLite begin with *pragmas*."""

    def prepare(connection, _record, _proxy):
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    event.listen(db.engine, "checkout", prepare)
    try:
        yield
    finally:
        event.remove(db.engine, "checkout", prepare)
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def office(client, cast):
    return Caller(client, "wangmin")


def cases():
    db.session.rollback()
    return db.session.scalar(select(func.count(Case.id)))


def test_a_full_database_refuses_writes_goes_on_reading_and_recovers_by_itself(office):
    if is_postgresql():
        pytest.skip("SQLite can be told how large it may become")

    with on_every_connection("max_page_count=1"):  # it never shrinks below what is there
        answers = [office.response("POST", "/cases", json=feedback()) for _ in range(60)]
        office.get("/cases", 200)

    opened, refused = ([a for a in answers if a.status_code == s] for s in (201, 503))
    assert len(opened) + len(refused) == 60
    assert {answer.json["code"] for answer in refused} == {"storage_full"}
    assert {answer.headers["Retry-After"] for answer in refused} == {"30"}
    assert "存储空间已满" in refused[0].json["detail"]
    assert cases() == len(opened)
    office.post("/cases", 201, json=feedback())


def test_a_database_that_is_held_by_another_is_busy_not_broken(office, clock):
    if is_postgresql():
        pytest.skip("PostgreSQL locks rows, not the database")
    other = sqlite3.connect(db.engine.url.database)
    other.execute("BEGIN IMMEDIATE")
    clock.shift(timedelta(minutes=2))  # when somebody was last seen would be noted again

    with on_every_connection("busy_timeout=10"):
        office.get("/cases", 200)
        answer = office.response("POST", "/cases", json=feedback())
    other.close()

    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
    assert cases() == 0


def test_a_connection_that_was_cut_is_replaced(office):
    if not is_postgresql():
        pytest.skip("SQLite has no connections to cut")
    db.session.remove()
    other = create_engine(db.engine.url)
    with other.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    other.dispose()

    statuses = [office.response("GET", "/cases").status_code for _ in range(3)]

    assert statuses == [503, 200, 200]


@pytest.fixture
def cut_off(tmp_path):
    """A program whose database is nowhere."""
    (tmp_path / "file").touch()
    nowhere = {
        True: f"postgresql+psycopg://x@/x?host={tmp_path}",
        False: f"sqlite:///{tmp_path}/file/xiaohao.db",
    }

    def made(postgresql):
        app = create_app(settings_for(nowhere[postgresql], tmp_path / "off"))
        return app.test_client()

    return made


def test_without_a_database_a_page_says_so_in_words(app, cut_off):
    client = cut_off(is_postgresql())
    with client.session_transaction() as session:
        session["_user_id"] = "somebody"

    page = client.get("/inbox")

    assert page.status_code == 503
    assert page.headers["Retry-After"] == "30"
    assert "系统暂时无法服务" in page.text
    assert "Traceback" not in page.text


def test_without_a_database_programs_are_told_when_to_try_again(app, cut_off):
    client = cut_off(is_postgresql())

    health = client.get("/healthz")
    answer = client.post("/api/v1/tokens", json={"username": "wangmin", "password": PASSWORD})

    assert (health.status_code, health.json["database"]) == (503, "unreachable")
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "30"


def test_without_a_database_the_sweeps_keep_trying_and_say_so_in_a_line(app, cut_off, caplog):
    clockwork = scheduler.start(cut_off(is_postgresql()).application)
    sleep(2.5)
    clockwork.shutdown()

    said = [record for record in caplog.records if "sweep put off" in record.getMessage()]
    assert len(said) >= 2
    assert {record.exc_info for record in said} == {None}


def test_without_a_database_the_runner_of_jobs_waits_quietly(app, cut_off):
    runner = EmbeddedRunner(cut_off(is_postgresql()).application, BackgroundScheduler())
    jobs.configure()  # it is not to be called for others

    assert runner.look() is None


def test_of_two_who_wait_for_each_other_one_loses_and_is_told_so(cast):
    if not is_postgresql():
        pytest.skip("SQLite has one writer at a time")
    first, second = cast.open_case().id, cast.open_case().id
    lock = 'SELECT id FROM "case" WHERE id = :id FOR UPDATE'
    other, waiting = create_engine(db.engine.url), []

    def meets(rival, pool):
        with transaction() as session:
            session.execute(text("SET LOCAL deadlock_timeout = '50ms'"))
            session.execute(text(lock), {"id": first})
            rival.execute(text(lock), {"id": second})
            waiting.append(pool.submit(rival.execute, text(lock), {"id": first}))
            sleep(0.2)
            session.execute(text(lock), {"id": second})

    with ThreadPoolExecutor(1) as pool, other.connect() as rival:
        with pytest.raises(Conflict):
            meets(rival, pool)
        waiting[0].result()
    other.dispose()


def test_a_file_that_finds_no_room_is_refused_and_leaves_nothing(cast, tmp_path):
    try:
        with small_disk(tmp_path / "small", kilobytes=64) as disk:
            evidence.configure(disk)

            with pytest.raises(StorageFull):
                evidence.store(io.BytesIO(PDF), "报告.pdf", accounts.actor("lyxx_clerk"))

            assert not [path for path in disk.rglob("*") if path.is_file()]
    except CannotMount as reason:
        pytest.skip(str(reason))


#: Larger than the disk.
PDF = b"%PDF-1.4\n" + b"%" * 100_000 + b"\n%%EOF\n"
