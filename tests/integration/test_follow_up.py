"""回头看: closed-out cases are looked at again; a problem that came back opens its case anew."""

from datetime import date

import pytest
from sqlalchemy import select

from app.db import db
from app.domain.case import FollowUp
from app.domain.errors import Invalid, NotAllowed, NotFound, WrongStage
from app.domain.vocabulary import Category, Light, Mode, Stage
from app.services import accounts, follow_ups, history


@pytest.fixture
def case(cast):
    """A case that was closed out and is drawn a month later."""
    case = cast.closes_out()
    cast.passes(days=35)
    cast.draws(case)
    return case


@pytest.fixture
def relapsed(cast, case):
    """The same, once its problem was found to have come back."""
    cast.does(case, "check", result="relapse")
    cast.walks(case, "comment_on_facts", "confirm_relapse")
    return case


def result_of(case):
    return db.session.scalars(select(FollowUp.result).filter_by(case_id=case.id)).one()


def test_a_drawn_case_waits_for_its_lead_verifier(cast, case):
    assert case.stage is Stage.FOLLOW_UP
    assert cast.task(case, "check").assignee.username == "tangbo"
    assert case.light is Light.GREEN


def test_a_problem_that_stayed_away_leaves_the_case_closed_out(cast, case):
    cast.does(case, "check")

    assert (case.stage, result_of(case)) == (Stage.CLOSED_OUT, "consolidated")
    assert case.followed_up_at is not None
    assert cast.open_tasks(case) == []


def test_a_trifle_is_put_right_without_opening_the_case(cast, case):
    cast.does(case, "check", result="mostly")
    assert cast.open_tasks(case) == ["remedy"]

    cast.does(case, "remedy")

    assert (case.stage, result_of(case), case.cycle) == (Stage.CLOSED_OUT, "mostly", 1)


def test_a_relapse_that_is_not_confirmed_changes_nothing(cast, case):
    cast.does(case, "check", result="relapse")
    cast.does(case, "comment_on_facts", accepted="no", comment="现场为临时施工，已恢复。")

    cast.does(case, "confirm_relapse", confirmed="no", reason="临时施工所致，不予认定反弹。")

    assert (case.stage, case.cycle) == (Stage.CLOSED_OUT, 1)
    assert result_of(case) == "not_confirmed"


def test_a_unit_that_says_nothing_to_the_facts_accepts_them(cast, case):
    cast.does(case, "check", result="relapse")

    cast.passes(days=7)

    assert cast.open_tasks(case) == ["confirm_relapse"]


def test_a_relapse_opens_the_case_anew_under_its_number(cast, relapsed):
    assert (relapsed.stage, relapsed.cycle) == (Stage.RECTIFYING, 2)
    assert relapsed.number.endswith("-0001")
    assert relapsed.closed_out_at is None
    assert result_of(relapsed) == "relapse"
    assert cast.open_tasks(relapsed) == ["draft_letter", "rectify"]
    assert [letter.reason for letter in cast.letters(relapsed)] == ["relapse"]


def test_a_relapse_has_half_the_days_of_the_first_time(cast, relapsed):
    assert relapsed.mode is Mode.DATED
    assert (relapsed.due_on - relapsed.counted_from).days == 15
    assert relapsed.original_due_on == date(2026, 4, 1)


def test_a_relapse_in_safety_is_put_right_at_once(cast):
    case = cast.closes_out(category=Category.C01, limit_days=22)
    case.category = Category.C04  # reports of safety cases hold photographs, which matter not here
    db.session.commit()
    cast.draws(case)

    cast.does(case, "check", result="relapse")
    cast.walks(case, "comment_on_facts", "confirm_relapse")

    assert (case.mode, (case.due_on - case.counted_from).days) == (Mode.IMMEDIATE, 11)


def test_the_second_close_out_is_the_committees_and_the_first_stays_in_history(cast, relapsed):
    cast.walks(relapsed, "rectify", "sign_report", "first_review", "dispatch", "verify")
    cast.does(relapsed, "publish_notice")
    cast.passes(days=10)
    cast.does(relapsed, "approve_by_committee")

    assert relapsed.stage is Stage.CLOSED_OUT
    lines = [line for line in cast.told(relapsed, "cycle") if line[0] in ("closed_out", "relapsed")]
    assert lines == [("closed_out", 1), ("relapsed", 2), ("closed_out", 2)]
    assert history.verify() == []


def test_a_case_can_be_drawn_again_after_it_held(cast, case):
    cast.does(case, "check")

    cast.draws(case)

    assert case.stage is Stage.FOLLOW_UP
    assert len(db.session.scalars(select(FollowUp)).all()) == 2


def test_only_closed_out_cases_are_drawn(cast):
    with pytest.raises(WrongStage):
        cast.draws(cast.starts_work())


def test_all_are_drawn_or_none(cast):
    closed, running = cast.closes_out(), cast.starts_work()
    draw = follow_ups.Draw([closed.number, running.number], "抽样", "tangbo")

    with pytest.raises(WrongStage):
        follow_ups.draw(draw, accounts.actor("wangmin"))

    assert closed.stage is Stage.CLOSED_OUT
    assert cast.open_tasks(closed) == []


def test_a_number_that_does_not_exist_draws_none(cast):
    closed = cast.closes_out()
    draw = follow_ups.Draw([closed.number, "QL-2026-ZB-9999"], "抽样", "tangbo")

    with pytest.raises(NotFound):
        follow_ups.draw(draw, accounts.actor("wangmin"))


def test_only_the_office_draws_and_only_members_of_the_team_look(cast):
    closed = cast.closes_out()

    with pytest.raises(NotAllowed):
        follow_ups.draw(
            follow_ups.Draw([closed.number], "抽样", "tangbo"), accounts.actor("sunwei")
        )
    with pytest.raises(Invalid):
        cast.draws(closed, lead="zhangjing")


def test_two_people_look(cast, case):
    with pytest.raises(Invalid):
        cast.does(case, "check", second_checker="tangbo")
