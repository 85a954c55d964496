"""Timers: what a body means, and that nothing but `fire` moves them."""

import pytest

from app import engine
from app.domain.errors import EngineError, TimerNotFound
from app.engine.expressions import ExpressionError
from app.engine.timers import compile_timer
from tests.engine.sketching import (
    Case,
    boundary,
    effect,
    inner,
    node,
    path,
    properties,
    sketch,
    timer,
    user,
)


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ("P5D", "days(5)"),
        ('"P7D"', "days(7)"),
        ("'P1M'", "months(1)"),
        ("P2W", "days(14)"),
        ("P1Y", "years(1)"),
        ("P1Y6M", "months(18)"),
        ("PT1H", "hours(1)"),
        ("P1DT12H", "hours(36)"),
        ("PT90M", "minutes(90)"),
        ("R/P1M", "every(months(1))"),
        ("R3/P1W", "every(days(7))"),
        ("2026-05-01", "2026-05-01"),
        ("2026-05-01T09:00:00Z", "2026-05-01T09:00:00+00:00"),
        ("2026-05-01T09:00", "2026-05-01T09:00:00+08:00"),
        ("workdays(10)", "workdays(10)"),
        ("${workdays(n * 2)}", "workdays(6)"),
        ("due", "2026-06-30"),
        ("before(due, workdays(3))", "before(2026-06-30, workdays(3))"),
        ("after(due, lead)", "after(2026-06-30, workdays(2))"),
        ("lead", "workdays(2)"),
        ("period", "every(days(7))"),
        ("before(due, days(2))", "before(2026-06-30, days(2))"),
        ("length", "days(30)"),
    ],
)
def test_a_body_comes_to_the_canonical_rule(body, rule):
    variables = {
        "n": 3,
        "due": "2026-06-30",
        "lead": "workdays(2)",
        "period": "every(days(7))",
        "length": "P30D",
    }

    assert str(compile_timer(body).evaluate(variables).rule) == rule


@pytest.mark.parametrize(
    "body",
    ["", "P", "R0/P1D", "P1M10D", "'soon'", "P5DT", "2026-02-30", "import os", "P9999999D"],
)
def test_a_body_that_is_no_time_is_refused(body):
    with pytest.raises(ExpressionError):
        compile_timer(body).evaluate({})


@pytest.mark.parametrize("value", [None, 5, True, "soon", ["2026-01-01"]])
def test_a_variable_that_is_no_time_stops_the_step_by_name(value):
    source = sketch(
        user("a"), boundary("late", "a", timer("due")), user("b"),
        path("start", "a", "end"), path("late", "b", "end"),
    )  # fmt: skip

    with pytest.raises(EngineError, match="due"):
        Case(source, due=value)


DEADLINES = sketch(
    user("plan"),
    boundary("remind", "plan", properties(notice="plan_due") + timer("workdays(8)"), cancel=False),
    boundary("late", "plan", timer("due", "timeDate")),
    effect("reminded"),
    user("letter"),
    node("endEvent", "reminded_end"),
    path("start", "plan", "end"),
    path("remind", "reminded", "reminded_end"),
    path("late", "letter", "end"),
)


def test_arming_tells_rule_task_and_kind():
    step = engine.start(engine.compile(DEADLINES), {"due": "2026-03-31"})

    (plan,) = step.opened
    remind, late = step.armed
    assert (remind.rule, remind.task, remind.interrupting) == ("workdays(8)", plan.id, False)
    assert remind.properties == {"notice": "plan_due"}
    assert (late.rule, late.task, late.interrupting) == ("2026-03-31", plan.id, True)


def test_a_timer_beside_the_task_leaves_it_open():
    case = Case(DEADLINES, due="2026-03-31").fire("remind")

    assert case.tasks == ["plan"]
    assert case.timers == ["late"]
    assert [effect.topic for effect in case.effects] == ["reminded"]


def test_an_interrupting_timer_takes_task_and_other_timers_away():
    case = Case(DEADLINES, due="2026-03-31")
    plan, remind, late = case.ids["plan"], case.ids["remind"], case.ids["late"]

    case.fire("late")

    assert case.tasks == ["letter"]
    assert case.step.closed == (plan,)
    assert case.step.disarmed == (remind, late)
    assert "plan" not in case.passed


def test_completing_the_task_disarms_its_timers():
    case = Case(DEADLINES, due="2026-03-31")
    timers = (case.ids["remind"], case.ids["late"])

    case.complete("plan")

    assert case.step.disarmed == timers
    assert case.finished


def test_a_timer_that_no_longer_waits_is_not_found():
    case = Case(DEADLINES, due="2026-03-31")
    late, plan = case.ids["late"], case.ids["plan"]
    case.fire("late")

    for number in (late, plan, 999):
        with pytest.raises(TimerNotFound):
            engine.fire(case.diagram, case.state, number)


def test_a_date_long_past_fires_only_when_it_is_told():
    case = Case(DEADLINES, due="1999-01-01")

    assert case.timers == ["remind", "late"]


def monthly(rule, **variables):
    return Case(
        sketch(
            user("rectify"),
            boundary("monthly", "rectify", timer(rule, "timeCycle"), cancel=False),
            effect("asked"),
            node("endEvent", "asked_end"),
            path("start", "rectify", "end"),
            path("monthly", "asked", "asked_end"),
        ),
        **variables,
    )


def test_a_cycle_is_armed_anew_under_its_id():
    case = monthly("R/P1M")
    first = case.step.armed

    case.fire("monthly")

    assert case.step.armed == first
    assert case.step.disarmed == ()
    assert len(case.fire("monthly").effects) == 2


def test_a_cycle_with_a_number_ends_after_so_many_times():
    case = monthly("R2/P1M")

    case.fire("monthly")
    assert case.timers == ["monthly"]

    case.fire("monthly")
    assert (case.timers, case.tasks) == ([], ["rectify"])
    assert len(case.effects) == 2


def test_a_cycle_takes_the_period_that_the_variables_now_give():
    case = monthly("period", period="months(1)")
    assert case.step.armed[0].rule == "every(months(1))"

    step = engine.complete(case.diagram, case.state, case.ids["rectify"], {})

    assert step.finished


def test_a_date_is_no_cycle_and_a_cycle_no_date():
    with pytest.raises(EngineError):
        monthly("due", due="2026-05-01")
    with pytest.raises(EngineError):
        Case(DEADLINES, due="every(days(1))")


def test_a_hundred_ticks_leave_no_trace_in_the_state():
    case = monthly("R/P1M")
    case.fire("monthly")
    before = len(case.state)

    for _ in range(100):
        case.fire("monthly")

    assert len(case.state) - before <= 2  # the next id grew


def test_a_timer_in_the_flow_and_one_of_an_event_sub_process_move_by_fire():
    case = Case(
        sketch(
            node("intermediateCatchEvent", "watch", timer("days(90)")),
            user("look_back"),
            inner(
                "weekly",
                node("startEvent", "week", timer("R/P7D", "timeCycle"), isInterrupting="false"),
                effect("counted"),
                path("week", "counted", "weekly_end"),
                triggeredByEvent="true",
            ),
            path("start", "watch", "look_back", "end"),
        )
    )
    week = case.ids["week"]

    case.fire("week").fire("week")
    assert [effect.topic for effect in case.effects] == ["counted", "counted"]
    assert case.ids["week"] == week

    assert case.fire("watch").tasks == ["look_back"]
    assert case.complete("look_back").finished


def test_a_timer_on_a_sub_process_sits_on_no_task():
    case = Case(
        sketch(
            inner("sub", user("a"), path("sub_start", "a", "sub_end")),
            boundary("late", "sub", timer("days(3)")),
            node("endEvent", "late_end"),
            path("start", "sub", "end"),
            path("late", "late_end"),
        )
    )
    a = case.ids["a"]
    assert case.step.armed[0].task is None

    case.fire("late")

    assert case.finished
    assert case.step.closed == (a,)
