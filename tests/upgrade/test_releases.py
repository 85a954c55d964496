"""A register that an earlier release wrote is read, verified and worked on by this one."""

import gzip
import sqlite3
from datetime import datetime
from pathlib import Path

import pytest
import time_machine
from flask_migrate import upgrade
from sqlalchemy import select

from app import create_app, scheduler
from app.clock import LOCAL
from app.db import db
from app.domain.process import Incident, Process, Task
from app.domain.vocabulary import ProcessStatus
from app.services import accounts, history, inbox, processes, tasks
from tests.cast import ANSWERS
from tests.conftest import settings_for

RELEASES = sorted((Path(__file__).parent / "releases").glob("*.sql.gz"))
#: The demo county of every release ends on the day its dump was made.
SINCE = datetime(2026, 12, 24, 9, 0, tzinfo=LOCAL)


@pytest.fixture(params=RELEASES, ids=lambda file: file.name.removesuffix(".sql.gz"))
def register(request, tmp_path):
    """The register of an earlier release, migrated to this one, a month after it was left."""
    file = tmp_path / "old.db"
    with sqlite3.connect(file) as connection:
        connection.executescript(gzip.decompress(request.param.read_bytes()).decode())
    connection.close()
    app = create_app(settings_for(f"sqlite:///{file}", tmp_path / "instance"))
    with app.app_context(), time_machine.travel(SINCE, tick=False):
        upgrade(directory=str(Path(__file__).parents[2] / "migrations"))
        yield app
        db.session.remove()
        db.engine.dispose()


def test_its_history_verifies_and_its_rows_agree_with_its_states(register):
    running = select(Process.id).where(Process.status == ProcessStatus.RUNNING)

    found = {one: processes.resync(one) for one in db.session.scalars(running).all()}

    assert found
    assert set(found.values()) == {0}
    assert list(history.verify()) == []


def test_its_deadlines_fire_and_nothing_breaks(register):
    assert scheduler.sweep() > 0
    assert scheduler.sweep() == 0
    assert db.session.scalars(select(Incident)).all() == []
    assert list(history.verify()) == []


def test_its_tasks_can_be_completed(register):
    query = select(Task).where(Task.key == "draft_letter", Task.closed_at.is_(None))
    task = db.session.scalars(query.order_by(Task.id)).first()

    opened = tasks.complete_task(task.id, accounts.actor("wangmin"), ANSWERS["expediting_letter"])

    assert [one.key for one in inbox.by_ids(opened)] == ["sign_letter"]
