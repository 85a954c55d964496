"""Several at one case at once wait in one order, so that nobody waits for one who waits.

Somebody holds the main process, so that whoever comes first stops in the middle of it, with all
that he took before; then the other one comes, and has to wait for him.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from functools import partial
from time import sleep

import pytest
from sqlalchemy import create_engine, select, text

from app.clock import LOCAL, utcnow
from app.db import db, transaction
from app.domain.case import Case
from app.domain.errors import Conflict, WrongStage
from app.domain.process import Incident, Process, Task, Timer
from app.domain.vocabulary import ChangeKind
from app.services import (
    _firing,
    accounts,
    calendar_moves,
    cases,
    changes,
    deadlines,
    history,
    incidents,
    mending,
    objections,
    processes,
    reminding,
    tasks,
)
from app.services.design import migrations
from tests import redrawing
from tests.calendars import WHOLE_NOTICE, rows
from tests.cast import ANSWERS
from tests.integration.test_changes import files, signs, suspends
from tests.integration.test_objections import WHY, admits, examines, objects

DECIDED = {"granted": "yes", "opinion": "同意。", "signature": "陈"}
PROGRESS = {"next_step": "progress", "percent": 30}


@pytest.fixture
def people(cast):
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite lets one write at a time")
    return cast


@pytest.fixture
def task(people):
    return people.task(people.open_case(), "acknowledge")


@pytest.fixture
def other(people):
    """A connection of somebody else's."""
    engine = create_engine(db.engine.url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def hold(connection, process_id):
    """Hold a process, but not its case: whoever moves it now stops there."""
    held = select(Process.id).where(Process.id == process_id).with_for_update(key_share=True)
    connection.execute(held)


def until_waiting(connection, number=1):
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    for _ in range(200):
        if connection.execute(waiting).scalar() == number:
            return
        sleep(0.05)
    raise AssertionError(f"not {number} wait")


def one_after_the_other(app, other, case, *acts):
    """Let each begin while those before it are in the middle of theirs; return what they say."""

    def does(act):
        with app.app_context():
            try:
                return act()
            finally:
                db.session.remove()

    process_id = redrawing.process_of(case).id
    db.session.rollback()
    hold(other, process_id)
    with ThreadPoolExecutor(len(acts)) as pool:
        begun = []
        try:
            for number, act in enumerate(acts, start=1):
                begun.append(pool.submit(does, act))
                until_waiting(other, number)
        finally:
            other.rollback()
        return [one.exception(timeout=10) for one in begun]


def completing(cast, case, key, **answers):
    """Return what completes the open task *key*, by whoever must."""
    task = cast.task(case, key)
    given = {**ANSWERS.get(task.form_key, {}), **answers}
    return partial(tasks.complete_task, task.id, cast.whose(task), given)


def extension(cast):
    case = cast.starts_work()
    files(case)
    signs(cast, case)
    until = {"granted_until": "2026-04-20"}
    return case, completing(cast, case, "decide_by_office_head", **DECIDED, **until)


def withdrawal(cast):
    case = cast.starts_work()
    change = files(case)
    return case, partial(changes.withdraw, change.id, accounts.actor("lyxx_owner"))


def request(cast):
    case = cast.starts_work()
    return case, partial(files, case)


def objection(cast):
    case = cast.starts_work()
    objects(case)
    admits(cast, case)
    examines(cast, case)
    concluded = {"outcome": "changed", "reasons": WHY, "signature": "陈", "new_due": "2026-04-10"}
    return case, completing(cast, case, "conclude_objection", **concluded)


def objection_withdrawn(cast):
    case = cast.starts_work()
    made = objects(case)
    return case, partial(objections.withdraw, made.id, accounts.actor("lyxx_head"))


def _adopting(cast, limit_days):
    """Return a case that is due in the next year, and what adopts the calendar of that."""
    cast.clock.move_to(datetime(2026, 11, 22, 9, tzinfo=LOCAL))
    case = cast.starts_work(issued_on=date(2026, 11, 22), limit_days=limit_days)
    source = "国办发明电〔2026〕7号"
    adopt = calendar_moves.adopt_notice
    return case, partial(adopt, rows(*WHOLE_NOTICE), source=source, actor=None)


def calendar(cast):
    return _adopting(cast, limit_days=78)


def calendar_that_moves_nothing(cast):
    return _adopting(cast, limit_days=50)


def letter(cast):
    case = cast.starts_work()
    cast.until(date(2026, 4, 3))
    return case, completing(cast, case, "draft_letter")


def migration(cast):
    case = cast.starts_work()
    drawn = migrations.Drawn(key=redrawing.KEY, version=redrawing.with_a_clock().version, note="改")
    plan = migrations.draw_up(drawn, redrawing.analyst())
    return case, partial(migrations.apply, plan.id, redrawing.head())


def _failed(cast):
    """Return a case, and the incident of a clock of it that has run out."""
    case = cast.starts_work()
    cast.clock.move_to(datetime.combine(date(2026, 4, 3), time(0), LOCAL))
    timer = db.session.scalars(select(Timer).filter_by(key="rectify_expediting")).one()
    failure = incidents.Failure(
        cause="督办函没有起草。", likeness="x", process_id=timer.process_id, timer_id=timer.id
    )
    with transaction() as session:
        incidents.report(session, failure)
    return case, db.session.scalars(select(Incident.id)).one()


def retry(cast):
    case, incident_id = _failed(cast)
    return case, partial(mending.retry, incident_id, accounts.actor("chenjianguo"))


def skip(cast):
    case, incident_id = _failed(cast)
    return case, partial(mending.skip, incident_id, accounts.actor("chenjianguo"), "已另行处理")


#: Those that move the main process themselves, and those that do other things to its case.
MOVING = (extension, objection, calendar, migration, retry)
BESIDE = (request, withdrawal, objection_withdrawn, letter, calendar_that_moves_nothing)


@pytest.mark.parametrize("meets", [*MOVING, *BESIDE], ids=lambda one: one.__name__)
def test_who_changes_a_case_waits_for_who_completes_a_task_of_it(app, people, other, meets):
    case, change = meets(people)
    work = completing(people, case, "rectify", **PROGRESS)

    assert one_after_the_other(app, other, case, work, change) == [None, None]
    assert_whole(case)


@pytest.mark.parametrize("meets", [*MOVING, skip], ids=lambda one: one.__name__)
def test_who_completes_a_task_waits_for_who_changes_its_case(app, people, other, meets):
    case, change = meets(people)
    work = completing(people, case, "rectify", **PROGRESS)

    assert one_after_the_other(app, other, case, change, work) == [None, None]
    assert_whole(case)


def assert_whole(case):
    db.session.expire_all()
    assert history.verify() == []
    assert {processes.resync(one.id) for one in cases.processes_of(case)} == {0}


def test_what_is_suspended_meanwhile_can_be_done_no_more(app, people, other):
    case = people.starts_work()
    files(case, ChangeKind.SUSPENSION, "wangmin", suspension_ground="litigation")
    suspend = completing(people, case, "decide_by_office_head", **DECIDED)
    work = completing(people, case, "rectify", **PROGRESS)

    said = one_after_the_other(app, other, case, suspend, work)

    assert said[0] is None
    assert isinstance(said[1], WrongStage)


def test_what_is_resumed_meanwhile_can_be_done_again(app, people, other):
    case = people.starts_work()
    suspends(people, case)
    files(case, ChangeKind.RESUMPTION, "wangmin", reason="督导办认为可以恢复。")
    resume = completing(people, case, "decide_by_office_head", **DECIDED)
    work = completing(people, case, "rectify", **PROGRESS)

    said = one_after_the_other(app, other, case, resume, work)

    assert said == [None, None]
    assert history.verify() == []


def test_a_request_that_lapses_while_it_is_decided_says_so(app, people, other):
    case = people.starts_work()
    files(case)
    signs(people, case)
    people.does(case, "rectify")
    report = completing(people, case, "sign_report")
    grant = completing(people, case, "decide_by_office_head", **DECIDED, granted_until="2026-04-20")

    said = one_after_the_other(app, other, case, report, grant)

    assert said[0] is None
    assert type(said[1]) is not Conflict
    assert history.verify() == []


def test_a_sweep_leaves_out_what_somebody_is_at(people, other):
    held, free = (people.open_case() for _ in range(2))
    people.clock.shift(timedelta(days=3))
    due = deadlines.due_timers()
    other.execute(select(Case.id).where(Case.id == held.id).with_for_update(key_share=True))

    with transaction() as session:
        fired = _firing.together(session, due, {"at": utcnow(), "worker": "a"})

    (timer_id,) = fired
    assert len(due) == 2
    assert db.session.get_one(Timer, timer_id).case_id == free.id


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
        until_waiting(other)
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
