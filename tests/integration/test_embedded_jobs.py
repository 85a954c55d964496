"""The runner of a single machine: threads of the served process."""

import time
from threading import Event

import pytest
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import update

from app.db import db, transaction
from app.domain.errors import Sentence
from app.domain.job import Job
from app.domain.people import User
from app.domain.vocabulary import JobState
from app.jobs.embedded import EmbeddedRunner
from app.services import accounts, jobs
from app.services.job_claims import stopping
from app.services.jobs import KINDS, Order, Result


@pytest.fixture
def scheduler():
    scheduler = BackgroundScheduler(timezone="Asia/Shanghai")
    yield scheduler
    jobs.stop()
    scheduler.shutdown(wait=True)
    jobs.configure()


@pytest.fixture
def trial(app):
    """A kind of job that notes where it ran."""
    runs = []

    def run(params, progress):
        runs.append(progress.job_id)
        while params.get("long") and not stopping.is_set():
            time.sleep(0.01)
        progress(1, 2)
        return Result(Sentence("好。"))

    jobs.job("trial", label="试验")(run)
    yield runs
    KINDS.pop("trial")


def start(**params) -> Job:
    return jobs.start(Order(kind="trial", params=params, actor=accounts.actor("wangmin")))


def state(job: Job) -> JobState:
    db.session.rollback()
    return db.session.get_one(Job, job.id, populate_existing=True).state


def until(met) -> None:
    end = time.monotonic() + 20
    while not met():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def test_a_job_is_run_as_soon_as_it_is_committed(app, scheduler, trial):
    EmbeddedRunner(app, scheduler)
    scheduler.start()

    many = [start() for _ in range(5)]
    until(lambda: all(state(job) is JobState.DONE for job in many))

    assert sorted(trial) == [job.id for job in many]


def test_what_was_left_from_before_is_found(app, scheduler, trial):
    left = start()

    EmbeddedRunner(app, scheduler)
    scheduler.start()

    until(lambda: state(left) is JobState.DONE)


def test_stopping_hands_a_long_job_back(app, scheduler, trial):
    EmbeddedRunner(app, scheduler)
    scheduler.start()
    job = start(long=True)
    until(lambda: trial == [job.id])

    jobs.stop()

    until(lambda: state(job) is JobState.QUEUED)
    assert jobs.waiting() in ([job.id], [])


def test_a_job_that_writes_without_a_pause_lets_others_write_too(app, scheduler):
    at_work, steps = Event(), []

    def run(params, progress):
        for step in range(60):
            with transaction() as session:
                session.execute(update(User).values(failures=0))
                time.sleep(0.05)
            at_work.set()
            steps.append(step)
            progress(step, 60)
        return Result(Sentence("好。"))

    jobs.job("busy", label="试验")(run)
    EmbeddedRunner(app, scheduler)
    scheduler.start()
    jobs.start(Order(kind="busy", params={}))
    assert at_work.wait(20)

    for _ in range(6):
        with transaction() as session:
            session.execute(update(User).values(failures=0))

    assert len(steps) < 60
    KINDS.pop("busy")
