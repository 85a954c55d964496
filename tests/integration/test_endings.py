"""A case that ends without a close-out, and one that goes to another unit."""

from datetime import date

import pytest
from sqlalchemy import func, select

from app.db import db
from app.domain.errors import Invalid, WrongStage
from app.domain.plan import Plan
from app.domain.process import Task
from app.domain.vocabulary import (
    LetterState,
    Light,
    Stage,
)
from app.services import (
    accounts,
    cases,
    inbox,
)
from tests.cast import PLANNING, REPORTING
from tests.deciding import DUE, open_rows, reassign, suspend, terminate


@pytest.fixture
def case(cast):
    """A general problem whose unit is at work and has until the first of April."""
    return cast.starts_work()


@pytest.mark.parametrize("stage", [Stage.TERMINATED, Stage.REVOKED])
def test_a_case_that_ends_leaves_nothing_to_do_and_nothing_to_wait_for(cast, case, stage):
    cast.until(date(2026, 4, 3))

    terminate(case, stage)

    assert (case.stage, case.stage_before) == (stage, Stage.RECTIFYING)
    assert (case.light, case.light_at) == (Light.GREY, None)
    assert open_rows(case) == [0, 0, 0]
    assert [letter.state for letter in cast.letters(case)] == [LetterState.SKIPPED]
    assert cast.passes(days=100) == 0


def test_a_suspended_case_may_end(case):
    suspend(case)
    terminate(case)

    assert open_rows(case) == [0, 0, 0]
    assert (case.stage, case.suspended_at) == (Stage.TERMINATED, None)


def test_what_is_over_does_not_end_again(cast, case):
    terminate(case)
    with pytest.raises(WrongStage):
        terminate(case, Stage.REVOKED)

    closed = cast.closes_out()
    with pytest.raises(WrongStage):
        terminate(closed)


def test_a_task_of_an_ended_case_needs_no_doing(cast, case):
    task = cast.task(case, "rectify")
    owner = cast.whose(task)
    terminate(case)

    assert "撤回" in str(inbox.why_not(db.session.get(Task, task.id), owner))


def test_a_case_that_ended_is_on_no_list_of_what_is_open_or_overdue(cast, case):
    cast.until(date(2026, 4, 10))
    office = accounts.actor("wangmin")
    assert cases.page(office, cases.Filter(overdue=True)).total == 1

    terminate(case)

    found = [cases.page(office, narrow).total for narrow in NARROWED]
    assert found == [0, 0, 1]


NARROWED = (cases.Filter(overdue=True), cases.Filter(open=True), cases.Filter(open=False))


def test_a_suspended_case_is_open_but_not_overdue(cast, case):
    suspend(case)
    cast.passes(days=60)

    office = accounts.actor("wangmin")
    assert [cases.page(office, narrow).total for narrow in NARROWED] == [0, 1, 0]


def test_the_new_unit_signs_for_the_case_and_works_it_from_the_start(cast, case):
    cast.until(date(2026, 3, 12))

    unit = reassign(case)

    assert (case.lead_unit_id, case.stage) == (unit.id, Stage.ISSUED)
    assert case.department_id == unit.department_id
    assert cast.open_tasks(case) == ["acknowledge"]
    assert cast.task(case, "acknowledge").unit_id == unit.id
    assert case.acknowledged_at is None


def test_the_due_date_stays_and_the_days_before_are_not_the_new_units(cast, case):
    cast.until(date(2026, 3, 12))

    reassign(case)

    assert (case.due_on, case.counted_from, case.percent) == (DUE, date(2026, 3, 12), 0)


def test_the_old_units_plan_stays_on_file_and_is_not_held_against_the_new(cast, case):
    cast.until(date(2026, 3, 25))
    assert case.light is Light.RED  # behind the old unit's plan

    reassign(case)
    cast.walks(case, "acknowledge")

    assert case.light is not Light.RED
    assert db.session.scalar(select(func.count(Plan.id)).filter_by(case_id=case.id)) == 1


def test_the_new_unit_can_bring_the_case_to_its_close_out(cast, case):
    reassign(case)

    cast.walks(case, *PLANNING, *REPORTING, "verify", "approve_by_office_head")

    assert case.stage is Stage.CLOSED_OUT
    assert open_rows(case) == [0, 0, 0]


def test_the_history_keeps_both_units(cast, case):
    old, unit = case.lead_unit.name, reassign(case)

    assert ("reassigned", old, unit.name) in cast.told(case, "from", "to")


def test_a_case_that_relapsed_is_signed_for_by_its_new_unit_too(cast):
    case = cast.closes_out()
    cast.draws(case)
    cast.does(case, "check", result="relapse")
    cast.does(case, "comment_on_facts")
    cast.does(case, "confirm_relapse")
    assert "rectify" in cast.open_tasks(case)

    reassign(case)

    assert cast.open_tasks(case) == ["acknowledge"]
    assert case.cycle == 2


def test_a_letter_to_the_old_unit_ends_with_its_part_in_the_case(cast, case):
    cast.until(date(2026, 4, 3))
    assert "draft_letter" in cast.open_tasks(case)

    reassign(case)

    assert cast.open_tasks(case) == ["acknowledge"]
    assert [letter.state for letter in cast.letters(case)] == [LetterState.SKIPPED]


def test_a_unit_that_reported_cannot_hand_the_case_on(cast):
    case = cast.awaits_verification()

    with pytest.raises(WrongStage):
        reassign(case)


@pytest.mark.parametrize("name", ["柳塬镇中心小学", "青岚县"])
def test_the_new_unit_must_be_another_one_that_has_a_department(case, name):
    with pytest.raises(Invalid):
        reassign(case, name)
