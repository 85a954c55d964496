"""One case from feedback to close-out, through the services, as the regulation has it."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from app.clock import local_date
from app.db import db
from app.domain.plan import Plan
from app.domain.process import Task
from app.domain.vocabulary import Light, Mode, Result, Severity, SourceLevel, Stage
from tests.cast import REPORTING

TODAY = date(2026, 3, 2)
CLOSED = (Stage.CLOSED_OUT, [])


def state(cast, case):
    return case.stage, cast.open_tasks(case)


def test_a_general_problem_goes_from_feedback_to_close_out(cast):
    case = cast.open_case()

    cast.walks(case, "acknowledge", "draft_plan", "sign_plan", "review_plan", "approve_plan")
    assert case.stage is Stage.RECTIFYING

    cast.walks(case, "rectify", "sign_report", "first_review", "dispatch", "verify")
    cast.does(case, "approve_by_office_head")

    assert case.stage is Stage.CLOSED_OUT
    assert case.light is Light.GREEN
    assert cast.open_tasks(case) == []


def test_an_immediate_problem_is_closed_out_in_three_days_without_a_plan(cast):
    case = cast.open_case(mode=Mode.IMMEDIATE, limit_days=3)

    cast.walks(case, "acknowledge", "rectify", "sign_report")
    cast.passes(days=1)
    cast.walks(case, "first_review", "dispatch")
    cast.passes(days=1)
    cast.walks(case, "verify", "approve_by_office_head")

    assert state(cast, case) == CLOSED
    assert local_date(case.closed_out_at) <= case.issued_on + timedelta(days=3)
    assert db.session.scalar(select(func.count(Plan.id))) == 0


def test_each_task_puts_the_case_into_its_stage(cast):
    case = cast.open_case()
    seen = [case.stage]

    for key in ("acknowledge", "draft_plan", "sign_plan", "review_plan", "approve_plan", "rectify"):
        cast.does(case, key)
        seen.append(case.stage)

    assert seen == [
        Stage.ISSUED,
        Stage.PLANNING,
        Stage.PLANNING,
        Stage.PLAN_REVIEW,
        Stage.PLAN_REVIEW,
        Stage.RECTIFYING,
        Stage.REPORTING,
    ]


def test_a_serious_problem_is_announced_for_five_workdays_and_approved_by_the_chief(cast):
    case = cast.awaits_verification(severity=Severity.SERIOUS)
    cast.walks(case, "verify", "publish_notice")
    assert state(cast, case) == (Stage.PUBLIC_NOTICE, ["hear_objections"])

    cast.until(date(2026, 3, 9))
    assert cast.open_tasks(case) == ["hear_objections"]  # the last day is not over
    cast.until(date(2026, 3, 10))
    assert state(cast, case) == (Stage.APPROVAL, ["approve_by_chief"])

    cast.does(case, "approve_by_chief")
    assert state(cast, case) == CLOSED


def test_a_major_problem_is_approved_by_the_committee(cast):
    case = cast.awaits_verification(severity=Severity.MAJOR)

    cast.walks(case, "verify", "publish_notice")
    cast.until(date(2026, 3, 10))
    cast.does(case, "approve_by_committee")

    assert state(cast, case) == CLOSED


def test_a_problem_of_the_government_is_approved_by_the_committee(cast):
    case = cast.awaits_verification(unit="青岚县财政局")

    cast.walks(case, "verify", "publish_notice")
    cast.until(date(2026, 3, 10))

    assert cast.open_tasks(case) == ["approve_by_committee"]


def test_a_problem_found_by_the_higher_level_is_reported_upward_after_its_close_out(cast):
    case = cast.awaits_verification(source_level=SourceLevel.HIGHER, external_number="省-7")

    cast.walks(case, "verify", "publish_notice")
    cast.until(date(2026, 3, 10))
    cast.does(case, "approve_by_committee")

    assert state(cast, case) == (Stage.CLOSED_OUT, ["report_upward"])
    cast.does(case, "report_upward", reported_on="2026-03-10")
    assert state(cast, case) == CLOSED


def test_an_objection_that_is_upheld_has_the_case_verified_again(cast):
    case = cast.awaits_verification(severity=Severity.SERIOUS)
    cast.walks(case, "verify", "publish_notice")

    cast.does(case, "hear_objections", upheld="no")
    assert cast.open_tasks(case) == ["hear_objections"]
    cast.does(case, "hear_objections", upheld="yes")

    assert state(cast, case) == (Stage.VERIFICATION, ["dispatch"])
    assert case.verified_at is None


def test_mostly_done_gives_the_unit_a_short_new_date_and_no_letter(cast):
    case = cast.awaits_verification()

    cast.does(case, "verify", result="r2", due="2026-03-12")

    assert state(cast, case) == (Stage.RECTIFYING, ["rectify"])
    assert (case.verify_result, case.due_on) == (Result.R2, date(2026, 3, 12))
    assert case.reported_done_at is None


@pytest.mark.parametrize("mode", [Mode.STAGED, Mode.STANDING])
def test_on_schedule_keeps_a_lasting_case_open_until_its_next_node(cast, mode):
    case = cast.awaits_verification(mode=mode, limit_days=180)

    cast.does(case, "verify", result="r3", due="2027-03-01")

    assert state(cast, case) == (Stage.CONTINUING, ["rectify"])
    assert case.due_on == date(2027, 3, 1)
    cast.walks(case, "rectify", "sign_report", "first_review", "dispatch")
    cast.walks(case, "verify", "approve_by_office_head")
    assert state(cast, case) == CLOSED


def test_not_done_sends_the_unit_back_and_proposes_a_letter(cast):
    case = cast.awaits_verification()

    cast.does(case, "verify", result="r4", due="2026-04-10")

    assert state(cast, case) == (Stage.RECTIFYING, ["draft_letter", "rectify"])
    assert [letter.reason for letter in cast.letters(case)] == ["not_done"]


def test_a_false_report_is_besides_recorded_as_a_clue(cast):
    case = cast.awaits_verification()

    cast.does(case, "verify", result="r5", due="2026-04-10")

    assert cast.open_tasks(case) == ["draft_letter", "rectify"]
    assert ("clue_recorded", "false_report") in cast.told(case, "kind")


def test_the_head_of_the_unit_may_send_plan_and_report_back(cast):
    case = cast.open_case()

    cast.walks(case, "acknowledge", "draft_plan")
    cast.does(case, "sign_plan", signed="no")
    assert cast.open_tasks(case) == ["draft_plan"]

    cast.walks(case, "draft_plan", "sign_plan", "review_plan", "approve_plan", "rectify")
    cast.does(case, "sign_report", signed="no")
    assert state(cast, case) == (Stage.RECTIFYING, ["rectify"])
    assert case.reported_done_at is None


def test_a_plan_that_is_returned_twice_brings_a_letter_and_once_does_not(cast):
    case = cast.open_case()
    cast.walks(case, "acknowledge", "draft_plan", "sign_plan")

    cast.does(case, "review_plan", passed="no")
    assert state(cast, case) == (Stage.PLANNING, ["draft_plan"])
    cast.walks(case, "draft_plan", "sign_plan", "review_plan")
    cast.does(case, "approve_plan", passed="no")

    assert state(cast, case) == (Stage.PLANNING, ["draft_letter", "draft_plan"])
    assert [letter.reason for letter in cast.letters(case)] == ["plan_returned"]


def test_the_department_may_send_the_case_back_to_the_unit(cast):
    case = cast.starts_work()
    cast.walks(case, "rectify", "sign_report")

    cast.does(case, "first_review", passed="no", opinion="佐证材料不足。")

    assert state(cast, case) == (Stage.RECTIFYING, ["rectify"])
    assert case.reported_done_at is None


@pytest.mark.parametrize(
    ("where", "task", "stage"),
    [("verification", "dispatch", Stage.VERIFICATION), ("rectifying", "rectify", Stage.RECTIFYING)],
)
def test_the_authority_may_refuse_and_say_where_the_case_goes_back_to(cast, where, task, stage):
    case = cast.awaits_verification()
    cast.does(case, "verify")

    cast.does(case, "approve_by_office_head", approved="no", return_to=where)

    assert state(cast, case) == (stage, [task])
    assert case.verify_result is None


def test_two_people_move_one_case_and_nothing_is_open_when_it_is_closed_out(cast):
    case = cast.closes_out()

    query = select(Task.closed_by_id).where(Task.case_id == case.id)
    assert len(set(db.session.scalars(query))) >= 6
    assert state(cast, case) == CLOSED


#: The steps after the work, and how the last of them sends the case back.
SENT_BACK = (
    (("sign_report",), {"signed": "no"}),
    (("sign_report", "first_review"), {"passed": "no"}),
    (("sign_report", *REPORTING[2:], "verify"), {"result": "r2", "due": "2026-03-10"}),
    (
        ("sign_report", *REPORTING[2:], "verify", "approve_by_office_head"),
        {"approved": "no", "return_to": "rectifying"},
    ),
)


def test_a_report_that_was_sent_back_is_no_progress(cast):
    case = cast.starts_work()
    told = 0
    for steps, answers in SENT_BACK:
        cast.walks(case, "rectify", *steps[:-1])
        assert case.percent == 100

        cast.does(case, steps[-1], **answers)

        assert case.percent == told
        told = 40
        cast.does(case, "rectify", next_step="progress", percent=told)
