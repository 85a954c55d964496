"""异议: the finding itself is looked at again, beside the case, by fresh eyes."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from app.db import db
from app.domain.case import Part
from app.domain.errors import (
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
    SeparationOfDuties,
    WrongStage,
)
from app.domain.process import Timer, TimerMove
from app.domain.vocabulary import (
    Duty,
    MoveCause,
    ObjectionState,
    ProcessStatus,
    Role,
    Stage,
    TimerState,
)
from app.services import accounts, cases, history, objections, rule_sets

MATTER = {"matter": "问题定性有误。", "reason": "留样记录完整，抽查日为停餐日，不应认定缺失。"}
WHY = "经复查，原认定事实不清，依据不足。"


def objects(case, who="lyxx_head"):
    return objections.file_objection(case.number, accounts.actor(who), MATTER)


def admits(cast, case, examiner="gaofeng"):
    cast.does(case, "admit_objection", admitted="yes", examiner=examiner)


def examines(cast, case, proposal="kept"):
    finding = "调阅台账并实地核对，情况属实。"
    cast.does(case, "examine_objection", finding=finding, proposal=proposal, heard=True)


def concludes(cast, case, outcome, **answers):
    given = {"outcome": outcome, "reasons": WHY, "signature": "陈建国"}
    cast.does(case, "conclude_objection", **given | answers)


@pytest.fixture
def case(cast):
    """A general case, signed for and its plan under way."""
    case = cast.open_case()
    cast.does(case, "acknowledge")
    return case


@pytest.fixture
def heard(cast, case):
    """An objection to it that was admitted and examined."""
    objection = objects(case)
    admits(cast, case)
    examines(cast, case)
    return objection


def test_an_objection_runs_beside_the_case_and_stops_nothing(cast, case):
    objection = objects(case)

    assert objection.state is ObjectionState.FILED
    assert cast.open_tasks(case) == ["admit_objection", "draft_plan"]
    assert case.stage is Stage.PLANNING
    assert case.due_on == date(2026, 4, 1)
    states = set(db.session.scalars(select(Timer.state).filter_by(case_id=case.id)))
    assert TimerState.SUSPENDED not in states


def test_its_answer_is_due_a_month_after_it_was_filed(cast, case, heard):
    timer = db.session.scalars(select(Timer).filter_by(key="answer_due")).one()

    assert heard.filed_at.date() == date(2026, 3, 2)
    assert (timer.code, timer.rule) == ("T04b", "after(2026-03-02, months(1))")
    assert timer.due_at.isoformat() == "2026-04-02T16:00:00+00:00"


def test_a_conclusion_that_keeps_the_case_changes_nothing_and_is_served(cast, case, heard):
    concludes(cast, case, "kept")
    assert "acknowledge_conclusion" in cast.open_tasks(case)

    cast.does(case, "acknowledge_conclusion")

    assert (heard.state, heard.conclusion) == (ObjectionState.KEPT, WHY)
    assert heard.served_at is not None
    assert case.due_on == date(2026, 4, 1)
    assert cast.open_tasks(case) == ["draft_plan", "note_appeal"]


def test_silence_serves_the_conclusion_and_lets_the_time_to_appeal_pass(cast, case, heard):
    concludes(cast, case, "kept")

    cast.passes(days=5)
    assert heard.served_at is not None
    cast.passes(days=25)

    assert "note_appeal" not in cast.open_tasks(case)
    assert "objection_deemed_served" in cast.told(case)


def test_an_appeal_is_noted_with_its_result(cast, case, heard):
    concludes(cast, case, "kept")
    cast.does(case, "acknowledge_conclusion")

    cast.does(case, "note_appeal", body="市教育督导办公室", appealed_on="2026-03-02")
    cast.does(case, "note_appeal_result", result="维持复查结论。")

    assert (heard.appeal_body, heard.appealed_on) == ("市教育督导办公室", date(2026, 3, 2))
    assert heard.appeal_result == "维持复查结论。"
    (process,) = [one for one in cases.processes_of(case) if one.objection_id]
    assert process.status is ProcessStatus.FINISHED


def test_a_conclusion_may_change_demand_and_date(cast, case, heard):
    concludes(cast, case, "changed", requirement="补齐三天台账", new_due="2026-04-10")

    assert heard.state is ObjectionState.CHANGED
    assert (case.requirement, case.due_on) == ("补齐三天台账", date(2026, 4, 10))
    assert case.original_due_on == date(2026, 4, 1)
    told = cast.told(case)
    assert {"objection_settled", "requirement_changed"} <= set(told)
    cast.walks(case, "draft_plan", "sign_plan", "review_plan", "approve_plan")
    moved = set(db.session.scalars(select(TimerMove.cause)))
    assert moved <= {MoveCause.OBJECTION}


def test_a_change_that_changes_nothing_is_refused(cast, case, heard):
    with pytest.raises(Invalid) as refusal:
        concludes(cast, case, "changed", requirement=case.requirement)
    assert set(refusal.value.fields) == {"requirement", "new_due"}

    with pytest.raises(Invalid):
        concludes(cast, case, "changed", new_due="2026-02-27")


def test_an_upheld_objection_takes_the_case_off_the_ledger_and_keeps_its_history(cast, case, heard):
    """Scenario ④."""
    concludes(cast, case, "revoked")

    assert (case.stage, heard.state) == (Stage.REVOKED, ObjectionState.REVOKED)
    assert cast.open_tasks(case) == ["acknowledge_conclusion"]
    office = accounts.actor("wangmin")
    assert cases.page(office, cases.Filter(open=True)).total == 0
    assert "opened" in cast.told(case)
    assert history.verify() == []
    cast.does(case, "acknowledge_conclusion")
    assert cast.open_tasks(case) == []


def test_an_objection_that_is_not_admitted_is_answered_with_reasons(cast, case):
    objection = objects(case)

    cast.does(case, "admit_objection", admitted="no", reasons="超出督导意见范围，不予受理。")

    assert objection.state is ObjectionState.NOT_ADMITTED
    assert objection.conclusion == "超出督导意见范围，不予受理。"
    assert "acknowledge_conclusion" in cast.open_tasks(case)


def test_the_head_takes_it_back(cast, case):
    objection = objects(case)
    admits(cast, case)

    objections.withdraw(objection.id, accounts.actor("lyxx_head"))

    assert objection.state is ObjectionState.WITHDRAWN
    assert cast.open_tasks(case) == ["draft_plan"]
    assert objects(case).state is ObjectionState.FILED


def test_nobody_else_takes_it_back(cast, case):
    objection = objects(case)

    with pytest.raises(NotAllowed):
        objections.withdraw(objection.id, accounts.actor("wangmin"))
    with pytest.raises(NotFound):
        objections.withdraw(objection.id, accounts.actor("sgzx_head"))


def test_it_is_too_early_before_the_notice_is_signed_for(cast):
    with pytest.raises(WrongStage, match="签收"):
        objects(cast.open_case())


def test_it_is_too_late_after_fifteen_days(cast, case):
    cast.until(date(2026, 3, 17))
    assert objections.why_not(case, accounts.actor("lyxx_head")) is None

    cast.until(date(2026, 3, 18))

    with pytest.raises(WrongStage, match="2026-03-17"):
        objects(case)


def test_one_at_a_time_and_none_after_a_conclusion(cast, case, heard):
    with pytest.raises(Conflict):
        objects(case)
    concludes(cast, case, "kept")

    with pytest.raises(WrongStage):
        objects(case)


@pytest.mark.parametrize(
    ("who", "error"),
    [("sgzx_head", NotFound), ("lyxx_owner", NotAllowed), ("wangmin", NotAllowed)],
)
def test_only_the_units_head_objects(cast, case, who, error):
    with pytest.raises(error):
        objects(case, who)


def test_who_opened_the_case_neither_examines_nor_concludes(cast, case):
    opener = cast.hires("opener", Role.OFFICE, Role.OFFICE_HEAD, Role.TEAM)
    own = cast.open_case()
    own_line = [line for line in history.events_of(own) if line.what == "opened"]
    assert own_line[0].by_id != opener.id

    objects(case)
    db.session.add(Part(case_id=case.id, cycle=1, duty=Duty.VERIFY, user_id=opener.id))
    db.session.commit()

    with pytest.raises(SeparationOfDuties):
        admits(cast, case, examiner="opener")
    admits(cast, case)
    examines(cast, case)
    with pytest.raises(SeparationOfDuties):
        cast.does(case, "conclude_objection", "opener", outcome="kept", reasons=WHY)


def test_only_a_member_of_the_team_examines(cast, case):
    objects(case)

    with pytest.raises(Invalid) as refusal:
        admits(cast, case, examiner="zhangjing")
    assert "examiner" in refusal.value.fields


@pytest.fixture
def stopping(monkeypatch):
    """A rule set that stops the time for the plan and the due date while an objection is open."""
    usual = rule_sets.all_sets()["default"]
    strict = replace(usual, objection=replace(usual.objection, stops=("T05", "T09")))
    monkeypatch.setattr(rule_sets, "of_county", lambda *_: strict)
    return strict


def test_it_stops_only_the_clocks_that_the_rule_set_names(cast, case, stopping):
    plan_due = select(Timer).filter_by(case_id=case.id, key="plan_due")
    before = db.session.scalars(plan_due).one().due_at
    cast.passes(days=1)
    objection = objects(case)

    states = {row.key: row.state for row in db.session.execute(select(Timer.key, Timer.state))}
    assert states["plan_due"] is TimerState.SUSPENDED
    assert states["plan_expediting"] is TimerState.ARMED
    assert "deadline_stopped" in cast.told(case)

    cast.passes(days=7)
    objections.withdraw(objection.id, accounts.actor("lyxx_head"))

    timer = db.session.scalars(plan_due).one()
    assert (timer.state, (timer.due_at - before).days) == (TimerState.ARMED, 7)
