"""An extension: the due date and all that hangs on it, and what is not undone."""

import json
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from app import engine
from app.clock import LOCAL, utcnow
from app.db import db, transaction
from app.domain.deadlines import last_day
from app.domain.errors import Conflict, WrongStage
from app.domain.history import Event
from app.domain.plan import Plan
from app.domain.process import Process, Timer
from app.domain.vocabulary import (
    Light,
    MoveCause,
    TimerState,
)
from app.services import (
    _progress,
    cases,
    tasks,
)
from app.services._catalogue import Context, running
from tests.deciding import (
    ANSWER,
    DUE,
    LATER,
    armed,
    extend,
    last_days,
    moves,
    program_of,
    resume,
    suspend,
)


@pytest.fixture
def case(cast):
    """A general problem whose unit is at work and has until the first of April."""
    return cast.starts_work()


def test_an_extension_moves_the_due_date_and_keeps_the_original(case):
    extend(case)

    assert (case.due_on, case.original_due_on) == (LATER, DUE)
    assert last_days(case)["rectify_due"] == LATER
    assert last_days(case)["rectify_expediting"] == date(2026, 5, 6)  # the holiday of May


def test_an_extension_moves_reminders_and_leaves_the_monthly_report_alone(case):
    monthly = armed(case)["progress_missing"].due_at

    extend(case)

    # 59 days from the issue: blue at 20 days, yellow at 10
    assert last_days(case)["turning_blue"] == LATER - timedelta(days=21)
    assert last_days(case)["turning_yellow"] == LATER - timedelta(days=11)
    assert armed(case)["progress_missing"].due_at == monthly


def test_the_open_task_keeps_its_claim_and_its_draft_and_is_due_with_the_case(cast, case):
    task = cast.task(case, "rectify")
    owner = cast.whose(task)
    tasks.claim(task.id, owner)
    tasks.save_draft(task.id, owner, {"percent": 40})

    extend(case)

    same = cast.task(case, "rectify")
    assert (same.id, same.assignee_id, same.draft) == (task.id, owner.id, {"percent": 40})
    assert last_day(same.due_at) == LATER
    assert same.sort_at == same.due_at


def test_every_moved_clock_has_a_line_that_says_from_when_to_when_and_why(case):
    before = armed(case)["rectify_due"].due_at

    extend(case)

    told = {move.timer.key: move for move in moves(case)}
    assert set(told) == {"rectify_due", "rectify_expediting", "turning_blue", "turning_yellow"}
    one = told["rectify_due"]
    assert (one.cause, one.reason, one.from_at) == (MoveCause.EXTENSION, "招标采购", before)
    assert (one.from_rule, one.to_rule) == ("2026-04-01", "2026-04-30")


def test_the_history_says_that_the_due_date_was_moved(cast, case):
    extend(case)

    line = ("deadline_moved", "due_on", "2026-04-01", "2026-04-30", "extension")
    assert line in cast.told(case, "timer", "from", "to", "cause")


def test_whoever_got_more_time_is_reminded_of_the_new_date_too(cast, case):
    cast.until(date(2026, 4, 3))  # blue, yellow, due and the letter's draft have all struck
    assert set(armed(case)) == {"progress_missing", "draft_letter_due"}

    extend(case)

    assert set(last_days(case)) >= {"turning_blue", "turning_yellow", "rectify_due"}
    assert last_days(case)["rectify_due"] == LATER
    assert last_day(cast.task(case, "rectify").due_at) == LATER


def test_the_new_date_that_is_missed_too_brings_a_letter_of_its_own(cast, case):
    cast.until(date(2026, 4, 3))
    extend(case)
    assert len(cast.letters(case)) == 1

    cast.until(date(2026, 5, 7))

    assert [letter.missed_due_on for letter in cast.letters(case)] == [DUE, LATER]


def test_a_date_that_passed_before_the_extension_was_granted_counts_as_overdue(cast, case):
    cast.until(date(2026, 4, 2))
    extend(case)

    assert case.overdue_at == datetime(2026, 4, 2, tzinfo=LOCAL)
    assert case.light is not Light.RED


def test_so_it_does_when_nobody_swept_in_between(cast, case):
    cast.clock.move_to(datetime(2026, 4, 2, 0, 0, 1, tzinfo=LOCAL))

    extend(case)

    assert case.overdue_at == datetime(2026, 4, 2, tzinfo=LOCAL)


def test_who_extends_in_time_was_never_overdue(cast, case):
    cast.until(DUE, time(23, 59))
    extend(case)
    cast.until(date(2026, 4, 15))

    assert case.overdue_at is None


def test_the_first_missed_date_is_remembered_at_the_moment_it_passed(cast, case):
    cast.until(date(2026, 4, 20))

    assert case.overdue_at == datetime(2026, 4, 2, tzinfo=LOCAL)


def test_a_report_that_comes_late_is_overdue_although_nobody_looked(cast, case):
    cast.does(case, "rectify")
    cast.clock.move_to(datetime(2026, 4, 2, 9, tzinfo=LOCAL))

    cast.does(case, "sign_report")

    assert case.overdue_at == datetime(2026, 4, 2, tzinfo=LOCAL)


def test_measures_that_are_not_done_move_along_with_the_date(cast, case):
    cast.until(date(2026, 3, 25))
    assert case.light is Light.RED  # the plan's one measure should be done since the 20th

    extend(case)

    (measure,) = db.session.scalars(select(Plan).filter_by(case_id=case.id)).one().measures
    assert measure.ends_on == date(2026, 4, 18)
    assert case.light is Light.GREEN


def test_the_process_reads_the_new_date_in_its_next_round(cast, case):
    extend(case)

    cast.does(case, "rectify", next_step="progress", percent=50)

    assert last_days(case)["rectify_due"] == LATER


def test_a_case_that_is_over_gets_no_more_time(cast):
    case = cast.closes_out()

    with pytest.raises(WrongStage):
        extend(case)


def test_who_read_the_process_before_the_change_comes_too_late(cast, case):
    found = db.session.scalars(select(Process).filter_by(case_id=case.id)).one()
    stale, program = running(db.session(), found.id), program_of(found)
    step = engine.complete(program, stale.state, cast.task(case, "rectify").engine_id, ANSWER)

    suspend(case)

    with pytest.raises(Conflict), transaction() as session:
        _progress.apply(Context(session, stale, utcnow(), None), step)


def test_the_due_date_never_changes_without_a_line_that_says_so(cast, case):
    cast.until(date(2026, 3, 10))
    extend(case)
    suspend(case)
    cast.until(date(2026, 4, 10))
    resume(case)
    extend(case, date(2026, 8, 3))

    query = (
        select(Event.params).filter_by(case_id=case.id, what="deadline_moved").order_by(Event.seq)
    )
    told = [line for line in db.session.scalars(query) if line["timer"] == "due_on"]
    steps = [DUE.isoformat(), *(line["to"] for line in told)]
    assert [line["from"] for line in told] == steps[:-1]
    assert steps[-1] == case.due_on.isoformat()


def test_the_state_waits_for_just_what_the_rows_say(cast, case):
    cast.until(date(2026, 4, 3))
    extend(case)
    suspend(case)
    cast.passes(days=10)
    resume(case)

    for process in cases.processes_of(case):
        state = running(db.session(), process.id).state
        waits = engine.waiting(program_of(process), state)
        rows = db.session.scalars(
            select(Timer.engine_id).filter_by(process_id=process.id, state=TimerState.ARMED)
        )
        assert sorted(timer.id for timer in waits.armed) == sorted(rows)
    assert (
        json.loads(running(db.session(), min(p.id for p in cases.processes_of(case))).state)["d"][
            "due"
        ]
        == case.due_on.isoformat()
    )
