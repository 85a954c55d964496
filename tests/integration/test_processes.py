"""Processes: started on any diagram; their rows are put right from the state, the truth."""

import pytest
from sqlalchemy import delete, func, select, update

from app.db import db
from app.domain.errors import Invalid, NotAllowed, NotFound
from app.domain.process import Process, Task, Timer
from app.domain.vocabulary import ProcessStatus, TimerState
from app.services import accounts, cases, processes
from tests.appointing import KEY, bundle, published


@pytest.fixture
def case(cast):
    return cast.starts_work()


@pytest.fixture
def process(case):
    (found,) = cases.processes_of(case)
    return found


def behind_the_programs_back(statement):
    db.session.rollback()
    db.session.execute(statement)
    db.session.commit()
    db.session.expire_all()


def rows(process):
    """What the rows say: tasks by key with their due dates, and clocks with theirs."""
    return (
        sorted((task.key, task.due_at) for task in processes.open_tasks(process)),
        sorted((timer.key, timer.due_at) for timer in processes.armed_timers(process)),
    )


def test_nothing_is_put_right_where_nothing_is_wrong(process):
    assert [processes.resync(process.id), processes.resync(process.id)] == [0, 0]


def test_a_deleted_task_is_opened_again_with_its_clocks(cast, case, process):
    before = rows(process)
    lost = Task.process_id == process.id, Task.closed_at.is_(None)
    behind_the_programs_back(update(Timer).where(Timer.task_id.is_not(None)).values(task_id=None))
    behind_the_programs_back(delete(Task).where(*lost))
    assert cast.open_tasks(case) == []

    assert processes.resync(process.id) > 0

    assert [key for key, _ in rows(process)[0]] == [key for key, _ in before[0]]
    cast.walks(case, "rectify", "sign_report")
    assert cast.open_tasks(case) == ["first_review"]


def test_deleted_timers_are_armed_again(process):
    before = rows(process)[1]
    behind_the_programs_back(
        delete(Timer).where(Timer.process_id == process.id, Timer.state == TimerState.ARMED)
    )

    assert processes.resync(process.id) == len(before)

    assert rows(process)[1] == before


def test_a_task_that_the_state_knows_nothing_of_is_withdrawn(cast, case, process):
    real = cast.task(case, "rectify")
    extra = Task(
        process_id=process.id,
        case_id=case.id,
        engine_id=9999,
        key="verify",
        name="核查",
        role="team",
        unit_id=real.unit_id,
        opened_at=real.opened_at,
        sort_at=real.sort_at,
    )
    db.session.add(extra)
    db.session.commit()

    assert processes.resync(process.id) == 1

    assert cast.open_tasks(case) == ["rectify"]


def test_a_timer_that_the_state_knows_nothing_of_is_disarmed(process):
    before = rows(process)
    behind_the_programs_back(
        update(Timer)
        .where(Timer.id == select(func.max(Timer.id)).scalar_subquery())
        .values(engine_id=9999)
    )

    assert processes.resync(process.id) == 2  # one too many, one missing

    assert rows(process) == before


def test_a_finished_process_is_no_longer_among_the_running(cast, case, process):
    assert process.id in processes.running_ids()

    cast.walks(case, "rectify", "sign_report", "first_review", "dispatch", "verify")
    cast.does(case, "approve_by_office_head")

    assert process.id not in processes.running_ids()
    status = db.session.scalar(select(Process.status).filter_by(id=process.id))
    assert status is ProcessStatus.FINISHED
    assert rows(process) == ([], [])


@pytest.fixture
def by_hand(app):
    """A process about a case that people begin: the appointment of inspectors, called so."""
    published(bundle(('"subject" value="none"', '"subject" value="case"')))
    return KEY


def test_a_process_about_a_case_can_be_started_by_hand(cast, case, by_hand):
    started = processes.start(by_hand, accounts.actor("wangmin"), {}, subject=case.number)

    assert started in [one.id for one in cases.processes_of(case)]
    assert "propose" in cast.open_tasks(case)


def test_it_must_be_told_the_case(cast, by_hand):
    with pytest.raises(Invalid):
        processes.start(by_hand, accounts.actor("wangmin"), {})


def test_only_the_office_starts_processes_and_only_published_ones(cast, case, by_hand):
    with pytest.raises(NotAllowed):
        processes.start(by_hand, accounts.actor("sunwei"), {}, subject=case.number)
    with pytest.raises(NotFound):
        processes.start("nowhere", accounts.actor("wangmin"), {}, subject=case.number)


def test_somebody_elses_process_is_not_found(process):
    assert processes.get(process.id, accounts.actor("lyxx_head")).id == process.id
    with pytest.raises(NotFound):
        processes.get(process.id, accounts.actor("sgzx_head"))
