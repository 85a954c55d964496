"""Reporter, verifier, approver and follow-up verifier of a case are different people."""

import pytest
from sqlalchemy import func, select

from app.db import db
from app.domain.case import Part
from app.domain.errors import Invalid, SeparationOfDuties
from app.domain.process import Submission
from app.domain.vocabulary import Role, Stage
from app.services import inbox

TO_REPORT = ("sign_report", "first_review")


@pytest.fixture
def jack(cast):
    """Somebody of the school who holds every post at once."""
    return cast.hires(
        "jack", Role.UNIT_OWNER, Role.UNIT_HEAD, Role.TEAM, Role.OFFICE_HEAD, Role.OFFICE
    )


def test_who_reported_is_not_sent_to_verify(cast, jack):
    case = cast.starts_work()
    cast.does(case, "rectify", "jack")
    cast.walks(case, *TO_REPORT)

    with pytest.raises(SeparationOfDuties, match="报结"):
        cast.does(case, "dispatch", verifiers=["sunwei", "jack"])

    assert case.stage is Stage.VERIFICATION


def test_who_signed_the_report_is_not_sent_to_verify(cast, jack):
    case = cast.starts_work()
    cast.does(case, "rectify")
    cast.does(case, "sign_report", "jack")
    cast.does(case, "first_review")

    with pytest.raises(SeparationOfDuties):
        cast.does(case, "dispatch", verifiers=["jack", "limei"], lead_verifier="jack")


def test_who_only_filed_progress_may_verify(cast, jack):
    case = cast.starts_work()
    cast.does(case, "rectify", "jack", next_step="progress", percent=40)
    cast.walks(case, "rectify", *TO_REPORT)

    cast.does(case, "dispatch", verifiers=["jack", "limei"], lead_verifier="jack")

    assert cast.task(case, "verify").assignee.username == "jack"


def test_who_reported_does_not_approve(cast, jack):
    case = cast.starts_work()
    cast.does(case, "rectify", "jack")
    cast.walks(case, *TO_REPORT, "dispatch", "verify")
    task = cast.task(case, "approve_by_office_head")

    assert "jack" in inbox.why_not(task, jack)
    with pytest.raises(SeparationOfDuties):
        cast.does(case, "approve_by_office_head", "jack")


@pytest.mark.parametrize("lead", ["jack", "sunwei"])
def test_who_verified_does_not_approve_leading_or_not(cast, jack, lead):
    case = cast.starts_work()
    cast.walks(case, "rectify", *TO_REPORT)
    cast.does(case, "dispatch", verifiers=["sunwei", "jack"], lead_verifier=lead)
    cast.does(case, "verify")

    with pytest.raises(SeparationOfDuties, match="核查"):
        cast.does(case, "approve_by_office_head", "jack")


def test_who_approved_or_verified_does_not_lead_the_follow_up(cast, jack):
    case = cast.awaits_verification()
    cast.does(case, "verify")
    cast.does(case, "approve_by_office_head", "jack")

    with pytest.raises(SeparationOfDuties, match="审定"):
        cast.draws(case, lead="jack")
    with pytest.raises(SeparationOfDuties, match="核查"):
        cast.draws(case, lead="sunwei")


def test_nor_is_the_second_of_the_follow_up_one_of_them(cast):
    case = cast.closes_out()
    cast.draws(case)

    with pytest.raises(SeparationOfDuties):
        cast.does(case, "check", second_checker="limei")


def test_in_the_next_cycle_the_duties_are_handed_out_anew(cast):
    case = cast.closes_out()
    cast.draws(case)
    cast.does(case, "check", result="relapse")
    cast.walks(case, "comment_on_facts", "confirm_relapse", "rectify", *TO_REPORT)

    cast.does(case, "dispatch", verifiers=["tangbo", "luoyun"], lead_verifier="tangbo")
    cast.does(case, "verify")

    assert case.stage is Stage.PUBLIC_NOTICE


def test_a_refusal_leaves_no_trace(cast, jack):
    case = cast.starts_work()
    cast.does(case, "rectify", "jack")
    cast.walks(case, *TO_REPORT, "dispatch", "verify")
    before = (len(cast.told(case)), db.session.scalar(select(func.count(Submission.id))))

    with pytest.raises(SeparationOfDuties):
        cast.does(case, "approve_by_office_head", "jack")

    after = (len(cast.told(case)), db.session.scalar(select(func.count(Submission.id))))
    assert after == before
    assert cast.open_tasks(case) == ["approve_by_office_head"]


def test_on_site_two_people_go(cast):
    case = cast.starts_work()
    cast.walks(case, "rectify", *TO_REPORT)

    with pytest.raises(Invalid):
        cast.does(case, "dispatch", verifiers=["sunwei"])

    cast.does(case, "dispatch", verify_method="written", verifiers=["sunwei"])
    assert cast.open_tasks(case) == ["verify"]


def test_only_members_of_the_team_verify(cast):
    case = cast.starts_work()
    cast.walks(case, "rectify", *TO_REPORT)

    with pytest.raises(Invalid):
        cast.does(case, "dispatch", verifiers=["sunwei", "zhangjing"])


def test_every_duty_is_on_record(cast):
    case = cast.closes_out()

    duties = db.session.scalars(select(Part.duty).filter_by(case_id=case.id))
    assert sorted(duties) == ["approve", "report", "report", "verify", "verify"]
