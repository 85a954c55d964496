"""变更: more time, a pause, an end; asked for by the unit, granted by whom the rules name."""

from datetime import date

import pytest
from sqlalchemy import select

from app.db import db
from app.domain.change import ChangeRequest
from app.domain.errors import (
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
    SeparationOfDuties,
    WrongStage,
)
from app.domain.notice import Notice
from app.domain.process import TimerMove
from app.domain.vocabulary import (
    Category,
    ChangeKind,
    ChangeState,
    Mode,
    MoveCause,
    Role,
    Severity,
    Stage,
)
from app.services import accounts, changes, history

ASKED = {
    "reason": "设备招标流标，须重新采购。",
    "done_so_far": "已完成现场清理。",
    "safeguards": "安排专人值守，每周报告。",
    "extension_ground": "procurement",
    "asked_until": "2026-04-20",
}


def files(case, kind=ChangeKind.EXTENSION, who="lyxx_owner", **answers):
    """Ask for a change of *case*."""
    return changes.file_request(case.number, accounts.actor(who), kind, {**ASKED, **answers})


def grants(cast, case, key="decide_by_office_head", **answers):
    given = {"granted": "yes", "granted_until": "2026-04-20", "opinion": "同意。", "signature": "x"}
    cast.does(case, key, **given | answers)


def signs(cast, case):
    cast.does(case, "sign_change", signed="yes")
    cast.does(case, "give_opinion", supported="yes", opinion="情况属实。")


@pytest.fixture
def case(cast):
    """A general case at work, due on the first of April."""
    return cast.starts_work()


def test_a_granted_extension_moves_the_date_and_keeps_the_first(cast, case):
    change = files(case)
    signs(cast, case)
    grants(cast, case)

    assert (case.due_on, case.original_due_on) == (date(2026, 4, 20), date(2026, 4, 1))
    assert (change.state, change.late, change.due_on) == (
        ChangeState.GRANTED,
        False,
        date(2026, 4, 1),
    )
    assert cast.open_tasks(case) == ["rectify"]
    assert "extension_granted" in cast.told(case)
    assert {*db.session.scalars(select(TimerMove.cause))} == {MoveCause.EXTENSION}
    assert history.verify() == []


def test_an_extension_asked_for_too_late_is_granted_and_overdue_all_the_same(cast, case):
    """Scenario ③: the date that was missed stays missed."""
    cast.until(date(2026, 4, 7))
    change = files(case)
    signs(cast, case)

    grants(cast, case)

    assert (change.late, change.state) == (True, ChangeState.GRANTED)
    assert case.due_on == date(2026, 4, 20)
    assert case.original_due_on == date(2026, 4, 1)
    assert case.overdue_at is not None
    assert "extension_filed_late" in cast.told(case)


def test_the_clock_does_not_wait_for_the_decision(cast, case):
    cast.until(date(2026, 3, 20))
    files(case)

    cast.until(date(2026, 4, 3))

    assert case.due_on == date(2026, 4, 1)
    assert "draft_letter" in cast.open_tasks(case)
    assert "sign_change" in cast.open_tasks(case)


def test_less_than_three_workdays_before_the_date_it_is_late(cast, case):
    cast.until(date(2026, 3, 27))
    assert changes.choices(case, accounts.actor("lyxx_owner"))[0].why_not is None
    cast.until(date(2026, 3, 30))

    assert files(case).late


def test_a_refusal_says_why_and_changes_nothing(cast, case):
    change = files(case)
    signs(cast, case)

    cast.does(
        case,
        "decide_by_office_head",
        granted="no",
        reasons="准备不足，应当自行克服。",
        signature="陈",
    )

    assert (change.state, change.opinion) == (ChangeState.REFUSED, "准备不足，应当自行克服。")
    assert case.due_on == date(2026, 4, 1)
    query = select(Notice.params).filter_by(what="change_refused", case_id=case.id)
    assert all(one["reasons"] == change.opinion for one in db.session.scalars(query))
    assert db.session.scalars(query).first() is not None


def test_a_head_who_does_not_sign_ends_the_request(cast, case):
    change = files(case)

    cast.does(case, "sign_change", signed="no", opinion="理由不充分，请补充后再报。")

    assert (change.state, change.opinion) == (ChangeState.REFUSED, "理由不充分，请补充后再报。")
    assert cast.open_tasks(case) == ["rectify"]
    assert files(case).state is ChangeState.PENDING


def test_the_applicant_takes_a_pending_request_back(cast, case):
    change = files(case)
    cast.does(case, "sign_change", signed="yes")

    changes.withdraw(change.id, accounts.actor("lyxx_owner"))

    assert change.state is ChangeState.WITHDRAWN
    assert cast.open_tasks(case) == ["rectify"]
    with pytest.raises(WrongStage):
        changes.withdraw(change.id, accounts.actor("lyxx_owner"))


def test_nobody_else_takes_it_back(cast, case):
    change = files(case)

    with pytest.raises(NotAllowed):
        changes.withdraw(change.id, accounts.actor("wangmin"))
    with pytest.raises(NotFound):
        changes.withdraw(change.id, accounts.actor("sgzx_owner"))


def test_what_is_reported_done_needs_no_more_time(cast, case):
    change = files(case)

    cast.walks(case, "rectify", "sign_report")

    assert change.state is ChangeState.WITHDRAWN
    assert cast.open_tasks(case) == ["first_review"]
    with pytest.raises(WrongStage):
        files(case)


def test_only_one_request_of_a_kind_is_pending(cast, case):
    files(case)

    with pytest.raises(Conflict):
        files(case)
    assert files(case, ChangeKind.SUSPENSION, suspension_ground="litigation")


@pytest.mark.parametrize(
    ("until", "reason"),
    [("2026-04-01", "须晚于"), ("2026-03-20", "须晚于"), ("2026-05-05", "不得超过原整改期限")],
)
def test_a_date_that_cannot_be_is_refused(cast, case, until, reason):
    with pytest.raises(Invalid) as refusal:
        files(case, asked_until=until)

    assert reason in refusal.value.fields["asked_until"][0]
    assert db.session.scalars(select(ChangeRequest)).all() == []


def test_a_missing_answer_is_named(cast, case):
    with pytest.raises(Invalid) as refusal:
        changes.file_request(
            case.number, accounts.actor("lyxx_owner"), ChangeKind.EXTENSION, {"reason": "招标流标"}
        )

    assert refusal.value.fields.keys() <= ASKED.keys()


def test_an_unknown_ground_is_refused(cast, case):
    with pytest.raises(Invalid) as refusal:
        files(case, extension_ground="weather")

    assert "extension_ground" in refusal.value.fields


def test_no_more_is_granted_than_was_asked_for(cast, case):
    files(case)
    signs(cast, case)

    with pytest.raises(Invalid):
        grants(cast, case, granted_until="2026-04-21")
    grants(cast, case, granted_until="2026-04-10")

    assert case.due_on == date(2026, 4, 10)


def test_a_decision_without_a_date_is_none(cast, case):
    files(case)
    signs(cast, case)

    with pytest.raises(Invalid) as refusal:
        cast.does(case, "decide_by_office_head", granted="yes", opinion="同意。")
    assert "granted_until" in refusal.value.fields


def test_the_second_goes_to_the_chief_the_third_to_the_committee_and_no_fourth(cast):
    case = cast.starts_work(limit_days=60)
    for day, decider in (("05-11", "office_head"), ("05-18", "chief"), ("05-25", "committee")):
        until = f"2026-{day}"
        files(case, asked_until=until)
        signs(cast, case)
        grants(cast, case, f"decide_by_{decider}", granted_until=until)

    with pytest.raises(WrongStage, match="3"):
        files(case, asked_until="2026-06-01")


def test_more_than_thirty_days_go_to_the_chief(cast):
    case = cast.starts_work(limit_days=60)

    files(case, asked_until="2026-06-10")
    signs(cast, case)

    assert "decide_by_chief" in cast.open_tasks(case)


def test_a_major_case_goes_to_the_committee(cast):
    case = cast.starts_work(severity=Severity.MAJOR)

    files(case)
    signs(cast, case)

    assert "decide_by_committee" in cast.open_tasks(case)


def test_safety_that_is_put_right_at_once_gets_no_more_time(cast):
    case = cast.open_case(category=Category.C04, mode=Mode.IMMEDIATE, limit_days=15)
    cast.does(case, "acknowledge")

    with pytest.raises(WrongStage, match="立行立改"):
        files(case, asked_until="2026-03-25")
    assert files(case, ChangeKind.SUSPENSION, suspension_ground="force_majeure")


def test_who_asked_does_not_decide(cast, case):
    both = cast.hires("both", Role.UNIT_OWNER, Role.OFFICE_HEAD)
    files(case, who="both")
    signs(cast, case)

    with pytest.raises(SeparationOfDuties):
        cast.does(
            case,
            "decide_by_office_head",
            both.username,
            granted="no",
            reasons="理由不充分，不同意。",
        )


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("sgzx_owner", NotFound),
        ("lyxx_clerk", NotAllowed),
        ("lyxx_head", NotAllowed),
        ("zhangjing", NotAllowed),
        ("wangmin", NotAllowed),
        ("ly_owner", NotAllowed),
    ],
)
def test_only_the_lead_units_owner_asks_for_time(cast, case, who, error):
    with pytest.raises(error):
        files(case, who=who)


def test_the_menu_says_what_one_may_ask_for_and_why_not(cast, case):
    offered = {one.kind: one.why_not for one in changes.choices(case, accounts.actor("lyxx_owner"))}

    assert offered[ChangeKind.EXTENSION] is None
    assert "没有中止" in offered[ChangeKind.RESUMPTION]
    assert "单位主要负责人" in offered[ChangeKind.REASSIGNMENT]
    assert changes.choices(case, accounts.actor("zhangjing")) == []


def test_what_goes_on_for_long_has_a_date_for_each_review(cast, case):
    files(
        case,
        ChangeKind.STANDING,
        stage_goal="完成主体工程",
        next_review_on="2026-06-30",
        expected_done_on="2026-12-31",
    )
    signs(cast, case)

    grants(cast, case, "decide_by_chief", granted_until="2026-06-30")

    assert (case.mode, case.stage) == (Mode.STANDING, Stage.CONTINUING)
    assert case.due_on == date(2026, 6, 30)
    cast.does(case, "rectify", next_step="progress", percent=40)
    assert case.stage is Stage.CONTINUING


def suspends(cast, case, who="lyxx_owner"):
    files(case, ChangeKind.SUSPENSION, who, suspension_ground="litigation")
    if who == "lyxx_owner":
        signs(cast, case)
    cast.does(case, "decide_by_office_head", granted="yes", opinion="同意中止。", signature="陈")


def test_forty_five_days_of_suspension_move_the_date_by_what_remained(cast, case):
    """Scenario ⑩: what remained remains."""
    cast.until(date(2026, 3, 12))
    suspends(cast, case)
    assert (case.stage, case.suspended_at is not None) == (Stage.SUSPENDED, True)

    cast.until(date(2026, 4, 27))  # 46 days later, none of them counts
    files(case, ChangeKind.RESUMPTION, reason="判决已经生效，可以继续整改。")
    cast.does(case, "sign_change", signed="yes")
    cast.does(case, "decide_by_office_head", granted="yes", opinion="同意恢复。", signature="陈")

    assert (case.stage, case.suspended_at) == (Stage.RECTIFYING, None)
    assert case.due_on == date(2026, 5, 18)  # 20 days from 27 April is a Sunday
    assert cast.open_tasks(case) == ["rectify"]


def test_nothing_can_be_asked_of_a_suspended_case_but_to_go_on(cast, case):
    suspends(cast, case)

    with pytest.raises(WrongStage, match="恢复"):
        files(case)
    assert files(case, ChangeKind.RESUMPTION, "wangmin", reason="督导办认为可以恢复。")
    assert "decide_by_office_head" in cast.open_tasks(case)


def test_the_office_may_suspend_by_itself_and_a_second_time_the_committee_decides(cast, case):
    suspends(cast, case, "wangmin")
    files(case, ChangeKind.RESUMPTION, "wangmin", reason="督导办认为可以恢复。")
    cast.does(case, "decide_by_office_head", granted="yes", opinion="同意恢复。", signature="陈")

    files(case, ChangeKind.SUSPENSION, "wangmin", suspension_ground="policy")

    assert "decide_by_committee" in cast.open_tasks(case)


def test_what_cannot_be_put_right_is_ended_by_the_committee(cast, case):
    files(case, ChangeKind.TERMINATION, alternatives="另行安排就近入学。", study=[])
    signs(cast, case)

    cast.does(case, "decide_by_committee", granted="yes", opinion="同意终结。", signature="刘")

    assert case.stage is Stage.TERMINATED
    assert cast.open_tasks(case) == []
    assert changes.of_case(case)[0].state is ChangeState.GRANTED
    assert history.verify() == []


def test_every_step_that_waits_is_reminded_of(cast, case):
    files(case)
    cast.passes(days=4)
    cast.does(case, "sign_change", signed="yes")
    cast.passes(days=6)
    cast.does(case, "give_opinion", supported="no", opinion="不宜延期。")
    cast.passes(days=9)

    told = set(db.session.scalars(select(Notice.what).filter_by(case_id=case.id)))
    assert {"sign_change_due", "change_opinion_due", "change_decision_due"} <= told
