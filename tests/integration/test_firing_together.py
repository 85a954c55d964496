"""Many deadlines that run out at once are fired in few transactions, each as if it were alone."""

import logging
from datetime import datetime

import pytest
from sqlalchemy import event, select, update

from app.clock import LOCAL
from app.db import db, transaction
from app.domain.case import Case
from app.domain.history import Event
from app.domain.process import Incident, Process, Task, Timer
from app.domain.vocabulary import Stage, TimerState
from app.services import deadlines, history

#: Two working days after Monday, 2 March: the notice counts as served.
DUE = datetime(2026, 3, 5, tzinfo=LOCAL)
MANY = 7


@pytest.fixture
def cases(cast):
    return [cast.open_case(problem=f"第{number}个“问题”") for number in range(MANY)]


@pytest.fixture
def sweep(caplog):
    """Sweep, and see that nothing had to be fired by itself."""

    def swept():
        with caplog.at_level(logging.INFO, logger="app.services.deadlines"):
            fired = deadlines.sweep("a")
        assert "one by one" not in caplog.text
        return fired

    return swept


def rows(table, case, *columns):
    query = select(*(getattr(table, name) for name in columns)).where(table.case_id == case.id)
    return db.session.execute(query.order_by(table.id)).all()


def account(case):
    """Return what is written of a case, without the numbers that tell one case from another."""
    whole = db.session.get_one(Case, case.id, populate_existing=True)
    return (
        (whole.stage, whole.light, whole.acknowledged_at, whole.history_length),
        rows(Event, case, "seq", "at", "what", "by_name", "passed"),
        rows(Task, case, "key", "name", "role", "unit_id", "opened_at", "closed_at", "due_at"),
        rows(Timer, case, "key", "name", "rule", "base", "due_at", "state", "armed_at", "fired_at"),
    )


def test_each_of_many_is_as_if_it_were_alone(cases, clock, sweep):
    clock.move_to(DUE)
    *others, alone = cases
    (of_it,) = db.session.scalars(select(Timer.id).filter_by(case_id=alone.id, due_at=DUE))
    assert deadlines.fire(of_it, "a")

    assert sweep() == MANY - 1

    assert [account(case) for case in others] == [account(alone)] * (MANY - 1)
    assert history.verify() == []


def test_the_clocks_of_a_task_know_its_row(cases, clock, sweep):
    clock.move_to(DUE)
    sweep()

    for case in cases:
        (task,) = db.session.scalars(select(Task).filter_by(case_id=case.id, closed_at=None))
        armed = db.session.scalars(
            select(Timer).filter_by(case_id=case.id, state=TimerState.ARMED)
        ).all()
        assert {timer.task_id for timer in armed} == {task.id}


def test_what_is_written_keeps_quotes_and_backslashes(cases, clock, sweep):
    name = 'C:\\报告\\"定稿", {第一}'
    with transaction() as session:
        session.execute(update(Timer).where(Timer.due_at == DUE).values(name=name))
    clock.move_to(DUE)

    sweep()

    lines = db.session.scalars(select(Event).filter_by(what="timer_fired")).all()
    assert [line.params["timer"] for line in lines] == [name] * MANY
    assert history.verify() == []


def test_one_that_cannot_be_fired_holds_up_no_other(cases, clock):
    broken, *others = cases
    with transaction() as session:
        session.execute(update(Process).filter_by(case_id=broken.id).values(state="[broken"))
    clock.move_to(DUE)

    assert deadlines.sweep() == MANY - 1

    stages = {db.session.get_one(Case, case.id, populate_existing=True).stage for case in others}
    assert stages == {Stage.PLANNING}
    assert db.session.scalars(select(Incident)).all() == []  # it is tried again first


def test_of_one_case_one_deadline_is_fired_at_a_time(cases, clock, sweep):
    clock.move_to(DUE)
    sweep()
    clock.move_to(datetime(2026, 6, 1, tzinfo=LOCAL))

    fired = sweep()

    lines = db.session.scalars(select(Event).filter_by(what="timer_fired")).all()
    assert len(lines) == MANY + fired > 2 * MANY
    assert len({line.timer_id for line in lines}) == len(lines)
    assert history.verify() == []


def test_many_take_few_transactions(cases, clock):
    clock.move_to(DUE)
    commits = []

    def note(connection):
        commits.append(connection)

    event.listen(db.engine, "commit", note)

    assert deadlines.sweep() == MANY

    event.remove(db.engine, "commit", note)
    assert len(commits) < MANY
