"""What must hold before a case goes on: the guards of reporting, first review and verification."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.db import db
from app.domain.errors import Invalid, NotAllowed
from app.domain.notice import Notice
from app.domain.people import User
from app.domain.vocabulary import Mode, Role, Stage
from app.services import accounts, stepping_in

MEASURES = [
    {"text": text, "owner": "总务主任", "starts_on": "2026-03-03", "ends_on": "2026-03-20"}
    for text in ("逐项整改", "建立台账")
]
CHECKS = ("measures", "penalty", "standard", "like_problems", "mechanism", "evidence", "public")


def refused(cast, case, key, **answers):
    with pytest.raises(Invalid) as refusal:
        cast.does(case, key, **answers)
    db.session.expire_all()
    return {name: str(texts[0]) for name, texts in refusal.value.fields.items()}


def shares(*percents):
    return [{"measure": str(n), "percent": each} for n, each in enumerate(percents, start=1)]


def checked(answer):
    return {f"check_{one}": answer for one in CHECKS}


@pytest.fixture
def planned(cast):
    case = cast.open_case()
    cast.does(case, "acknowledge")
    cast.does(case, "draft_plan", measures=MEASURES)
    cast.walks(case, "sign_plan", "review_plan", "approve_plan")
    return case


@pytest.fixture
def reported(cast):
    """A case that waits for its first review."""
    case = cast.starts_work()
    cast.walks(case, "rectify", "sign_report")
    return case


def test_a_unit_that_is_not_done_reports_nothing_done(cast):
    case = cast.open_case(mode=Mode.IMMEDIATE, limit_days=15)
    cast.does(case, "acknowledge")

    faults = refused(cast, case, "rectify", percent=0)

    assert faults == {"percent": "报结时总体完成须为100%，现为0%；未完成的请先填报进展。"}
    assert (case.stage, case.percent) == (Stage.RECTIFYING, 0)


def test_a_report_needs_each_measure_of_the_plan_done(cast, planned):
    faults = refused(cast, planned, "rectify", measure_progress=shares(100, 60))

    assert faults == {"measure_progress.1.percent": "第2项措施只完成60%，报结须达到100%。"}


def test_a_report_is_held_against_the_whole_plan(cast, planned):
    faults = refused(cast, planned, "rectify", measure_progress=shares(100))

    assert faults == {"measure_progress": "报结须对照方案逐项填写措施完成情况，还缺第2项措施。"}
    cast.does(planned, "rectify", measure_progress=shares(100, 100))
    assert planned.stage is Stage.REPORTING


def test_only_a_lasting_case_is_reported_by_stages(cast, planned):
    stage = {"conclusion": "stage", "percent": 40, "measure_progress": shares(100, 0)}

    assert list(refused(cast, planned, "rectify", **stage)) == ["conclusion"]

    staged = cast.starts_work(mode=Mode.STAGED, limit_days=180)
    cast.does(staged, "rectify", conclusion="stage", percent=40, measure_progress=shares(60))
    assert staged.stage is Stage.REPORTING


def test_a_checklist_that_is_not_met_closes_no_case(cast):
    case = cast.awaits_verification()
    unmet = checked("no") | {"checks_note": "留样柜仍未上锁。"}

    faults = refused(cast, case, "verify", **unmet)

    wrong = "销号检查表有7项“不符合”，不能认定“完成”；请核对检查表，或改选其他结论。"
    assert faults == {"result": wrong}
    cast.does(case, "verify", **unmet, result="r4", due="2026-04-10")
    assert case.stage is Stage.RECTIFYING


@pytest.mark.parametrize("answer", ["no", "na"])
def test_what_is_not_met_or_does_not_apply_is_explained(cast, answer):
    case = cast.awaits_verification()
    found = checked("yes") | {"check_public": answer, "result": "r2", "due": "2026-03-10"}

    faults = refused(cast, case, "verify", **found, checks_note=" ")

    assert list(faults) == ["checks_note"]
    cast.does(case, "verify", **found, checks_note="书面核查，未访谈师生家长。")


def test_nobody_has_verified_before_being_sent_nor_tomorrow(cast):
    case = cast.awaits_verification()
    sent_on = date(2026, 3, 2)
    cast.passes(days=2)

    for day in (sent_on - timedelta(days=1), sent_on + timedelta(days=3)):
        assert list(refused(cast, case, "verify", verified_on=str(day))) == ["verified_on"]

    cast.does(case, "verify", verified_on=str(sent_on))
    assert case.stage is Stage.APPROVAL


def test_a_date_that_verification_sets_is_not_provisional(cast):
    case = cast.awaits_verification()
    case.due_provisional = True
    db.session.commit()

    cast.does(case, "verify", result="r4", due="2026-04-10")

    assert (case.due_on, case.due_provisional) == (date(2026, 4, 10), False)


def test_the_office_may_take_over_a_first_review_that_is_overdue(cast, reported):
    office, task = accounts.actor("wangmin"), cast.task(reported, "first_review")
    department = cast.whose(task)
    with pytest.raises(NotAllowed):
        stepping_in.step_in(task.id, office)
    cast.until(date(2026, 3, 10))
    for other in ("sunwei", department.username):
        with pytest.raises(NotAllowed):
            stepping_in.step_in(task.id, accounts.actor(other))
    assert reported.stage is Stage.FIRST_REVIEW  # it does not move on by itself

    stepping_in.step_in(task.id, office)

    with pytest.raises(NotAllowed):
        cast.does(reported, "first_review", department.username)
    cast.does(reported, "first_review", "wangmin")
    assert cast.open_tasks(reported) == ["dispatch"]
    assert ("stepped_in", "青岚县教育局") in cast.told(reported, "from")


def test_only_a_first_review_is_taken_over(cast, reported):
    cast.does(reported, "first_review")
    cast.does(reported, "dispatch")
    cast.until(date(2026, 6, 1))

    task = cast.task(reported, "verify")

    assert not stepping_in.may_step_in(task, accounts.actor("wangmin"))


@pytest.mark.parametrize(
    ("advice", "kind", "role"),
    [
        ("advise_extension", "extension_advised", Role.UNIT_OWNER),
        ("advise_reassignment", "reassignment_advised", Role.OFFICE),
    ],
)
def test_a_first_review_may_advise_a_change(cast, reported, advice, kind, role):
    cast.does(reported, "first_review", passed=advice, opinion="消防设计审批尚需一个月。")

    assert (reported.stage, cast.open_tasks(reported)) == (Stage.RECTIFYING, ["rectify"])
    assert reported.reported_done_at is None
    told = db.session.scalars(select(User).join(Notice).where(Notice.what == kind))
    assert any(grant.role == role for user in told for grant in user.grants)
