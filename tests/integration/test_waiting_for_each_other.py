"""Several at one process at once wait in one order, so that nobody waits for one who waits."""

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from sqlalchemy import create_engine, select, text

from app.db import db, transaction
from app.domain.process import Process, Task
from app.services import accounts, reminding, tasks


@pytest.fixture
def task(cast):
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite lets one write at a time")
    return cast.task(cast.open_case(), "acknowledge")


@pytest.fixture
def other():
    """A connection of somebody else's."""
    engine = create_engine(db.engine.url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def hold(connection, process_id):
    """Hold a process as those do who complete a task of it."""
    held = select(Process.id).where(Process.id == process_id).with_for_update(key_share=True)
    connection.execute(held)


def until_somebody_waits(connection):
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    for _ in range(200):
        if connection.execute(waiting).scalar():
            return
        sleep(0.05)
    raise AssertionError("nobody waits")


@pytest.mark.parametrize(
    "act",
    [
        lambda task_id: tasks.claim(task_id, accounts.actor("lyxx_clerk")),
        lambda task_id: reminding.remind(task_id, accounts.actor("wangmin")),
    ],
    ids=["claim", "remind"],
)
def test_who_waits_for_a_process_holds_no_task_of_it(app, task, other, act):
    task_id, process_id = task.id, task.process_id
    db.session.rollback()
    hold(other, process_id)

    def acts():
        with app.app_context():
            act(task_id)
            db.session.remove()

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(acts)
        until_somebody_waits(other)
        task_itself = select(Task.id).where(Task.id == task_id).with_for_update(nowait=True)
        try:
            assert other.execute(task_itself).scalar() == task_id
        finally:
            other.rollback()
        waiting.result(timeout=10)


def test_what_refers_to_a_process_that_is_held_may_still_be_written(task, other):
    process_id = task.process_id
    db.session.rollback()
    with transaction() as session:
        tasks._load(session, task.id, accounts.actor("lyxx_clerk"))

        refers = select(Process.id).where(Process.id == process_id)
        refers = refers.with_for_update(nowait=True, read=True, key_share=True)
        assert other.execute(refers).scalar() == process_id
