"""转办: another unit takes the case over, asked first; what it disputes, the chief decides."""

from datetime import date

import pytest

from app.domain.errors import Conflict, Invalid, NotAllowed, NotFound, WrongStage
from app.domain.vocabulary import ChangeKind, ChangeState, Stage
from app.services import accounts, cases, changes, history, inbox, rule_sets

OTHER = "柳塬镇初级中学"
WHY = "该问题发生在初级中学食堂，应由其负责。"


def asks(case, who="lyxx_head", unit=OTHER):
    answers = {"to_unit": unit, "reason": WHY}
    return changes.file_request(case.number, accounts.actor(who), ChangeKind.REASSIGNMENT, answers)


@pytest.fixture
def case(cast):
    case = cast.open_case()
    cast.does(case, "acknowledge")
    return case


@pytest.fixture
def asked(cast, case):
    """A request that the office has put to the other school."""
    change = asks(case)
    cast.does(case, "coordinate", forwarded="yes", to_unit=OTHER)
    return change


def test_the_proposed_unit_is_asked_and_sees_the_case_meanwhile(cast, case, asked):
    task = cast.task(case, "answer_reassignment")
    head = accounts.actor("lyzx_head")

    assert (task.unit.name, cast.whose(task).username) == (OTHER, "lyzx_head")
    assert cases.get(case.number, head).id == case.id
    assert task.id in {one.id for one in inbox.page(head).items}
    with pytest.raises(NotFound):
        cases.get(case.number, accounts.actor("sgzx_head"))


def test_a_unit_that_accepts_takes_the_case_over_and_signs_for_it(cast, case, asked):
    cast.does(case, "answer_reassignment", accepted="yes")

    assert asked.state is ChangeState.GRANTED
    assert (case.lead_unit.name, case.unit.name) == (OTHER, "柳塬镇中心小学")
    assert (case.stage, case.acknowledged_at) == (Stage.ISSUED, None)
    assert case.due_on == date(2026, 4, 1)
    assert cast.task(case, "acknowledge").unit.name == OTHER
    assert cast.open_tasks(case) == ["acknowledge"]
    assert history.verify() == []


def test_silence_is_consent(cast, case, asked):
    cast.passes(days=3)

    assert asked.state is ChangeState.GRANTED
    assert case.lead_unit.name == OTHER
    assert "reassignment_deemed_accepted" in cast.told(case)


@pytest.mark.parametrize(
    ("granted", "unit", "state"),
    [("yes", OTHER, ChangeState.GRANTED), ("no", "柳塬镇中心小学", ChangeState.REFUSED)],
)
def test_what_the_other_unit_disputes_the_chief_decides(cast, asked, granted, unit, state):
    """Scenario ⑨."""
    case = asked.case
    cast.does(
        case, "answer_reassignment", accepted="no", reasons="事发地点不在我校，不应由我校负责。"
    )
    assert cast.open_tasks(case) == ["decide_reassignment", "draft_plan"]

    cast.does(
        case, "decide_reassignment", granted=granted, reasons="按属地和事权决定。", signature="周"
    )

    assert (asked.state, case.lead_unit.name) == (state, unit)
    assert "reassignment_declined" in cast.told(case)
    assert asked.opinion == "按属地和事权决定。"


def test_the_office_may_refuse_at_once(cast, case):
    change = asks(case)

    cast.does(case, "coordinate", forwarded="no", reasons="问题确在你校，不予转办。")

    assert (change.state, change.opinion) == (ChangeState.REFUSED, "问题确在你校，不予转办。")
    assert cast.open_tasks(case) == ["draft_plan"]


def test_the_office_may_propose_another_unit_than_was_asked_for(cast, case):
    asks(case)

    cast.does(case, "coordinate", forwarded="yes", to_unit="石鼓坪镇初级中学")

    assert cast.task(case, "answer_reassignment").unit.name == "石鼓坪镇初级中学"


def test_the_office_asks_the_other_unit_directly_and_at_any_time(cast, case):
    cast.walks(case, "draft_plan", "sign_plan")
    cast.until(date(2026, 3, 20))

    asks(case, "wangmin")

    assert "answer_reassignment" in cast.open_tasks(case)


def test_a_unit_asks_within_two_workdays_of_signing(cast, case):
    cast.until(date(2026, 3, 5))

    with pytest.raises(WrongStage, match="2026-03-04"):
        asks(case)


def test_it_takes_the_request_back_while_the_other_thinks(cast, case, asked):
    changes.withdraw(asked.id, accounts.actor("lyxx_head"))

    assert asked.state is ChangeState.WITHDRAWN
    assert cast.open_tasks(case) == ["draft_plan"]
    with pytest.raises(NotFound):
        cases.get(case.number, accounts.actor("lyzx_head"))


@pytest.mark.parametrize("unit", ["柳塬镇中心小学", "没有这个单位", ""])
def test_it_goes_to_another_unit_of_the_county(cast, case, unit):
    with pytest.raises(Invalid) as refusal:
        asks(case, unit=unit)
    assert "to_unit" in refusal.value.fields


def test_once_is_enough_and_only_the_head_asks(cast, case, asked):
    with pytest.raises(Conflict):
        asks(case)
    with pytest.raises(NotAllowed):
        asks(case, "lyxx_owner")


def test_the_window_is_the_rule_sets(cast):
    assert str(rule_sets.get("default").limits["T03"].span) == "workdays(2)"
