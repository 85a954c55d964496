"""Workers as they really are: processes of their own on one PostgreSQL, killed as they come."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update
from sqlalchemy.engine import make_url

from app import create_app
from app.clock import utcnow
from app.db import db, transaction
from app.domain.case import Case
from app.domain.history import Event
from app.domain.job import Job, Worker
from app.domain.process import Timer
from app.domain.vocabulary import JobState, TimerState
from app.services import accounts, deadlines, jobs, ledger_jobs
from app.services.ledger_jobs import Intake
from config.settings import Settings
from tests import postgres
from tests.cast import Cast
from tests.integration.test_jobs import file_of

PATIENCE = 120
QUEUED = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'run_job'")


@pytest.fixture
def url(postgres_template) -> str:
    template = make_url(postgres_template)
    name = f"xiaohao_workers_{os.getpid()}"
    made = postgres.create(template.set(database="postgres"), name, "template_xiaohao")
    return made.render_as_string(hide_password=False)


@pytest.fixture
def app(url: str, tmp_path: Path) -> Iterator[Flask]:
    """The program as a web process has it: what it starts, workers run."""
    settings = Settings(
        instance=tmp_path / "instance",
        database_url=url,
        secret_key="test-" * 8,
        jobs="procrastinate",
        testing=True,
        demo=False,
    )
    app = create_app(settings)
    with app.app_context():
        yield app
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()
    jobs.configure()


@pytest.fixture
def begin(app: Flask, url: str, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a process of the program; whatever still runs in the end is killed."""
    begun: list[subprocess.Popen[str]] = []
    environment = os.environ | {
        "XIAOHAO_DATABASE_URL": url,
        "XIAOHAO_INSTANCE": str(tmp_path / "instance"),
        "XIAOHAO_JOBS": "procrastinate",
        "XIAOHAO_SECRET_KEY": "test-" * 8,
        "DEMO": "0",
    }

    def start(command: str, **more: str) -> subprocess.Popen[str]:
        run = [sys.executable, "-c", "from app.cli import main; main()", command]
        process = subprocess.Popen(
            run, env=environment | more, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        begun.append(process)
        return process

    yield start
    for process in begun:
        process.kill()
        sys.stdout.write(process.communicate()[0])  # shown if the test fails


@pytest.fixture
def office(app: Flask):
    return accounts.actor("wangmin")


def until(met: Callable[[], object]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not met():
        assert time.monotonic() < end, "waited in vain"
        db.session.rollback()
        time.sleep(0.1)
    db.session.rollback()


def seen() -> int:
    return db.session.scalar(select(func.count()).select_from(Worker)) or 0


def hands_in(office, rows: int) -> Job:
    data = file_of(*[{}] * rows)
    job = ledger_jobs.take_in(Intake(data=data, name="a.json", at_once=5), office)
    assert isinstance(job, Job)
    return job


def done(job: Job) -> bool:
    return db.session.scalar(select(Job.state).where(Job.id == job.id)) is JobState.DONE


def problems() -> list[str]:
    return list(db.session.scalars(select(Case.problem)))


def expire(job: Job) -> None:
    """Let the time pass after which the claim of a dead worker ends."""
    with transaction() as session:
        session.execute(update(Job).where(Job.id == job.id).values(claimed_until=utcnow()))


def due_timers(cast: Cast, cases: int) -> None:
    """Open cases whose first deadline has just run out."""
    for _ in range(cases):
        cast.open_case()
    with transaction() as session:
        ago = utcnow() - timedelta(seconds=5)
        session.execute(update(Timer).values(due_at=ago, try_at=ago))
        session.execute(update(Case).values(light_at=None))


def test_a_job_is_deferred_in_the_transaction_that_writes_its_row(office):
    job = hands_in(office, 6)
    assert db.session.scalar(QUEUED) == 1

    with pytest.raises(RuntimeError):
        _broken_off(office)

    assert db.session.scalar(QUEUED) == 1
    assert jobs.waiting() == [job.id]


def _broken_off(office) -> None:
    with transaction() as session:
        jobs.enqueue(session, jobs.Order(kind="import_ledger", params={}, actor=office))
        raise RuntimeError


def test_two_workers_share_the_work_and_do_it_once(begin, office, app):
    due_timers(Cast(None), 30)
    workers = [begin("worker"), begin("worker")]
    many = [hands_in(office, 30) for _ in range(4)]

    until(lambda: all(done(job) for job in many))
    until(lambda: deadlines.overdue_count() == 0)

    assert len(problems()) == 30 + 4 * 30
    fired = db.session.scalars(select(Timer).where(Timer.state == TimerState.FIRED)).all()
    lines = db.session.scalar(select(func.count(Event.id)).where(Event.what == "timer_fired"))
    assert lines == len(fired) >= 30
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
        assert "已停止" in worker.communicate(timeout=30)[0]
        assert worker.returncode == 0
    assert seen() == 0


def test_what_a_killed_worker_had_in_hand_another_finishes(begin, office, app):
    victim = begin("worker")
    until(lambda: seen() == 1)
    job = hands_in(office, 250)
    until(lambda: len(problems()) > 20)

    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()
    assert not done(job)
    expire(job)
    begin("worker")
    until(lambda: done(job))

    assert len(problems()) == len(set(problems())) == 250
    assert db.session.get_one(Job, job.id).attempts == 2


def test_a_worker_that_is_stopped_hands_a_long_job_back_at_once(begin, office, app):
    first = begin("worker")
    until(lambda: seen() == 1)
    job = hands_in(office, 3000)
    until(lambda: len(problems()) > 20)

    first.send_signal(signal.SIGTERM)
    first.communicate(timeout=30)

    row = db.session.get_one(Job, job.id, populate_existing=True)
    assert (first.returncode, row.state, row.claimed_by) == (0, JobState.QUEUED, None)
    assert jobs.waiting() == [job.id]


def test_the_sweep_finds_a_job_that_the_queue_lost(begin, office, app):
    job = hands_in(office, 6)
    with transaction() as session:
        session.execute(text("DELETE FROM procrastinate_jobs"))

    begin("worker")
    until(lambda: done(job))

    assert len(problems()) == 6


def test_served_pages_leave_sweeping_to_workers(begin, app, tmp_path):
    due_timers(Cast(None), 1)
    port = _free_port()
    web = begin("serve", PORT=port)
    until(lambda: "已启动" in web.stdout.readline())
    time.sleep(3)
    assert _health(port)["workers"] == 0
    assert not db.session.scalars(select(Timer).where(Timer.state == TimerState.FIRED)).all()

    begin("worker")
    until(lambda: _health(port)["last_sweep"])

    health = _health(port)
    assert (health["jobs"], health["workers"]) == ("procrastinate", 1)
    assert health["overdue_timers"] == 0


def _free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return str(server.getsockname()[1])


def _health(port: str) -> dict[str, object]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
        return dict(json.load(answer))
