"""Clocks of carried cases that stood still, or that an objection stops."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.clock import today
from app.db import db
from app.domain.deadlines import last_day
from app.domain.process import Timer
from app.domain.vocabulary import TimerState
from app.services import accounts, objections, rule_sets
from tests import redrawing
from tests.deciding import armed, resume, suspend
from tests.integration.test_migrations import migrate, rehearse
from tests.integration.test_objections import objects

LAWFUL = redrawing.NUDGE.replace(
    "<bpmn:timerEventDefinition>",
    '<bpmn:extensionElements><camunda:properties><camunda:property name="code" value="T05"/>'
    "</camunda:properties></bpmn:extensionElements><bpmn:timerEventDefinition>",
    1,
)


@pytest.fixture
def case(cast):
    """A general problem whose unit is at work, with a clock of three days."""
    case = cast.starts_work()
    migrate(redrawing.with_a_clock().version)
    return case


@pytest.fixture
def resumed(cast, case):
    """It stood still for a week after the first of the three: two were left."""
    cast.passes(days=1)
    suspend(case)
    cast.passes(days=7)
    resume(case)
    return case


def ends_in(case):
    return (last_day(armed(case)["nudge"].due_at) - today()).days


def test_a_clock_that_stood_still_becomes_longer_by_as_much_as_its_rule(resumed):
    assert ends_in(resumed) == 2

    migrate(redrawing.publish((">days(3)<", ">days(4)<")).version, keeps_timers=False)

    assert ends_in(resumed) == 3


def test_one_that_has_not_so_much_left_strikes_at_once_and_the_rehearsal_says_so(cast, resumed):
    cast.passes(days=1)
    made = redrawing.publish((">days(3)<", ">days(1)<"))

    (found,) = rehearse(made.version, keeps_timers=False)

    assert [clock["key"] for clock in found.at_once] == ["nudge"]


def test_one_whose_rule_counts_in_another_unit_now_keeps_what_was_left(resumed):
    migrate(redrawing.publish((">days(3)<", ">workdays(9)<")).version, keeps_timers=False)

    assert ends_in(resumed) == 2


def test_one_that_never_stood_still_is_counted_from_its_beginning(cast, case):
    began = last_day(armed(case)["nudge"].due_at) - timedelta(days=3)
    cast.passes(days=1)

    migrate(redrawing.publish((">days(3)<", ">workdays(9)<")).version, keeps_timers=False)

    assert last_day(armed(case)["nudge"].due_at) == began + timedelta(days=11)


@pytest.mark.parametrize(
    ("withdrawn", "state"), [(False, TimerState.SUSPENDED), (True, TimerState.ARMED)]
)
def test_a_clock_that_begins_while_an_objection_stops_its_kind_stands_still(
    cast, monkeypatch, withdrawn, state
):
    usual = rule_sets.all_sets()["default"]
    strict = replace(usual, objection=replace(usual.objection, stops=("T05",)))
    monkeypatch.setattr(rule_sets, "of_county", lambda *_: strict)
    objection = objects(cast.starts_work())
    if withdrawn:
        objections.withdraw(objection.id, accounts.actor("lyxx_head"))

    migrate(redrawing.publish(add=LAWFUL).version)

    assert db.session.scalars(select(Timer.state).where(Timer.key == "nudge")).one() is state
