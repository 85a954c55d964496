"""Variables set from outside: clocks follow, nobody moves; and processes ended from outside."""

import json
import random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app import engine
from app.domain.errors import EngineError
from tests.engine.sketching import Case, boundary, effect, inner, node, path, sketch, timer, user
from tests.engine.test_walks import EVENTS, INCLUSIVE, INSTANCES, NESTED, PARALLEL
from tests.engine.walking import ROOT, Rows, Walked, moves

DEADLINES = sketch(
    user("plan"),
    boundary("soon", "plan", timer("before(due, days(5))", "timeDate"), cancel=False),
    boundary("late", "plan", timer("due", "timeDate"), cancel=False),
    boundary("slow", "plan", timer("workdays(8)"), cancel=False),
    boundary("monthly", "plan", timer("period", "timeCycle"), cancel=False),
    effect("told"),
    node("exclusiveGateway", "tell"),
    *(path(key, "tell") for key in ("soon", "late", "slow", "monthly")),
    node("endEvent", "told_end"),
    path("tell", "told", "told_end"),
    path("start", "plan", "end"),
)
MAIN = Walked((ROOT / "bpmn" / "rectification.bpmn").read_text())


@pytest.fixture
def case():
    return Case(DEADLINES, due="2026-03-31", period="every(days(7))")


def assign(case, **variables):
    case._take(engine.assign(case.diagram, case.state, variables))
    return case.step


def rules(diagram, state):
    return {each.id: (each.key, each.rule) for each in engine.waiting(diagram, state).armed}


def test_clocks_that_hang_on_the_variable_get_their_new_rule(case):
    soon, late = case.ids["soon"], case.ids["late"]

    step = assign(case, due="2026-04-30")

    assert [(each.id, each.rule) for each in step.armed] == [
        (soon, "before(2026-04-30, days(5))"),
        (late, "2026-04-30"),
    ]
    assert (step.opened, step.closed, step.disarmed, step.passed) == ((), (), (), ())


def test_a_clock_that_has_struck_for_the_old_date_waits_for_the_new(case):
    plan, late = case.ids["plan"], case.ids["late"]
    case.fire("late")

    step = assign(case, due="2026-04-30")

    planted = next(each for each in step.armed if each.key == "late")
    assert (planted.rule, planted.task) == ("2026-04-30", plan)
    assert planted.id > late
    assert case.fire("late").tasks == ["plan"]


def test_a_clock_that_has_struck_and_does_not_hang_on_it_stays_silent(case):
    case.fire("slow")

    step = assign(case, due="2026-04-30")

    assert "slow" not in [each.key for each in step.armed]


def test_a_cycle_keeps_its_period_until_it_strikes(case):
    step = assign(case, period="every(days(1))")
    assert step.armed == ()

    case.fire("monthly")

    assert [each.rule for each in case.step.armed] == ["every(days(1))"]


def test_the_same_value_moves_nothing(case):
    case.fire("late")
    before = case.state

    step = assign(case, due="2026-03-31")

    assert (step.state, step.armed) == (before, ())


def test_a_clock_inside_a_sub_process_follows_too():
    case = Case(
        sketch(
            inner(
                "sub",
                user("a"),
                boundary("late", "a", timer("due", "timeDate")),
                path("sub_start", "a", "sub_end"),
                path("late", "sub_end"),
            ),
            path("start", "sub", "end"),
        ),
        due="2026-03-31",
    )

    step = assign(case, due="2026-04-30")

    assert [(each.key, each.rule) for each in step.armed] == [("late", "2026-04-30")]
    assert case.fire("late").finished


def test_a_value_that_is_no_date_is_refused_by_the_element(case):
    before = case.state

    with pytest.raises(EngineError, match="soon"):
        assign(case, due="some day")

    assert case.state == before


def test_other_variables_are_only_noted(case):
    step = assign(case, due="2026-03-31", remark="paper")

    assert step.armed == ()
    assert json.loads(step.state)["d"]["remark"] == "paper"


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**9), steps=st.integers(0, 40))
def test_assigning_what_is_there_changes_nothing_anywhere(seed, steps):
    rows = wander(MAIN, random.Random(seed), steps)
    variables = json.loads(rows.state)["d"]

    step = engine.assign(MAIN.diagram, rows.state, variables)

    assert step == engine.Step(state=rows.state, finished=step.finished)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**9), steps=st.integers(0, 25), more=st.integers(1, 25))
def test_assigned_late_is_assigned_from_the_beginning(seed, steps, more):
    """After the clocks planted anew have struck, both go the same way by the same rules."""
    chance, late, early = random.Random(seed), Rows(MAIN), Rows(postponed(MAIN))
    together(chance, late, early, steps)
    assume(not late.finished)

    late.take(step := engine.assign(MAIN.diagram, late.state, {"due": "2026-09-30"}))
    kept = {each for each in late.timers if each in early.timers}
    assert {each.key for each in step.armed} <= set(late.timers.values())
    for number in sorted(late.timers.keys() - kept):
        late.fire(number)

    assert keyed(late) == keyed(early)
    together(chance, late, early, more)
    assert keyed(late) == keyed(early)


def postponed(walked):
    other = Walked(walked.text)
    other.variables = walked.variables | {"due": "2026-09-30"}
    return other


def keyed(rows):
    return sorted(rules(rows.diagram, rows.state).values())


def together(chance, rows, other, steps):
    """Make the same moves with both; they number what waits alike as long as they move alike."""
    for _ in range(steps):
        if rows.finished:
            return
        verb, number, key, nth = chance.choice(list(moves(other)))
        answers = {name: chance.choice(values) for name, values in MAIN.choices.items()}
        same = [n for v, n, k, i in moves(rows) if (v, k, i) == (verb, key, nth)]
        for each, to in ((rows, same[0]), (other, number)):
            each.complete(to, answers) if verb == "complete" else each.fire(to)


def wander(walked, chance, steps):
    rows = Rows(walked)
    for _ in range(steps):
        if rows.finished:
            break
        verb, number, _, _ = chance.choice(list(moves(rows)))
        answers = {name: chance.choice(values) for name, values in walked.choices.items()}
        rows.complete(number, answers) if verb == "complete" else rows.fire(number)
    return rows


@pytest.mark.parametrize("source", [PARALLEL, NESTED, EVENTS, INSTANCES, INCLUSIVE])
def test_a_cancelled_process_waits_for_nobody_and_passes_nothing(source):
    walked = Walked(source.xml)
    rows = wander(walked, random.Random(3), 7)

    step = engine.cancel(walked.diagram, rows.state)

    assert set(step.closed) == set(rows.tasks)
    assert set(step.disarmed) == set(rows.timers)
    assert (step.finished, step.opened, step.armed, step.effects) == (True, (), (), ())
    assert engine.waiting(walked.diagram, step.state).finished
