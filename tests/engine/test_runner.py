"""The verbs: what a step opens, closes and does."""

import pytest

from app import engine
from app.domain.errors import EngineError, TaskNotFound
from tests.engine.sketching import (
    Case,
    boundary,
    effect,
    event,
    node,
    path,
    properties,
    script,
    sketch,
    timer,
    user,
    xor,
)


def test_starting_opens_the_first_task_with_its_settings():
    source = sketch(
        user("plan", properties(lead="3"), name="制定方案", _candidateGroups="unit_owner",
             _formKey="plan"),
        path("start", "plan", "end"),
    )  # fmt: skip

    step = engine.start(engine.compile(source), {})

    (task,) = step.opened
    assert task == engine.OpenTask(
        1 + 1, "plan", "制定方案", "unit_owner", "plan", None, {"lead": "3"}
    )
    assert (step.passed, step.finished) == (("start",), False)


def test_a_diagram_tells_the_names_and_forms_of_its_tasks():
    source = sketch(user("plan", name="制定方案", _formKey="plan"), path("start", "plan", "end"))

    diagram = engine.compile(source)

    assert diagram.process_id == diagram.key == "p"
    assert diagram.tasks["plan"] == engine.UserTask("制定方案", "", "plan", {})


def test_equal_sources_give_the_same_diagram():
    one = sketch(user("a"), path("start", "a", "end"))
    other = sketch(user("a"), path("start", "a", "end"))

    assert engine.compile(one) is engine.compile(other)


def test_completing_closes_the_task_and_opens_the_next():
    case = Case(sketch(user("a"), user("b"), path("start", "a", "b", "end")))
    first = case.ids["a"]

    case.complete("a")

    assert case.step.closed == (first,)
    assert [task.key for task in case.step.opened] == ["b"]
    assert case.complete("b").finished


def test_a_task_that_nobody_waits_for_is_not_found():
    case = Case(sketch(user("a"), user("b"), path("start", "a", "b", "end")))
    done, state = case.ids["a"], case.state
    case.complete("a")

    with pytest.raises(TaskNotFound):
        engine.complete(case.diagram, case.state, done, {})

    assert engine.complete(case.diagram, state, done, {}).state == case.state


def test_answers_choose_the_way():
    def going(passed):
        return Case(LOOP).complete("review", passed=passed)

    assert going("yes").tasks == ["report"]
    assert going("no").tasks == ["review"]


LOOP = sketch(
    user("review"),
    xor("ok", default="again"),
    user("report"),
    path("start", "review", "ok"),
    path("ok", "review", flow="again"),
    path("ok", "report", "end", when="passed == 'yes'"),
)


def test_an_assignee_is_computed_from_the_variables():
    source = sketch(user("check", _assignee="${lead}"), path("start", "check", "end"))

    assert engine.start(engine.compile(source), {"lead": "li"}).opened[0].assignee == "li"
    assert engine.start(engine.compile(source), {"lead": None}).opened[0].assignee is None


def test_effects_come_in_order_with_their_parameters_computed():
    source = sketch(
        script("count", "n = n + 1\nlead = workdays(n)"),
        effect("number", n="${n * 10}", lead="${lead}", text="n"),
        effect("notify"),
        path("start", "count", "number", "notify", "end"),
    )

    step = engine.start(engine.compile(source), {"n": 1})

    assert [effect.topic for effect in step.effects] == ["number", "notify"]
    assert step.effects[0].params == {"n": 20, "lead": "workdays(2)", "text": "n"}
    assert step.finished


def test_a_decision_sets_its_outputs_as_variables():
    source = sketch(
        node("businessRuleTask", "decide", _decisionRef="mode"),
        effect("set_mode", mode="${mode}"),
        path("start", "decide", "set_mode", "end"),
        decisions={"mode": DECISION},
    )

    step = engine.start(engine.compile(source), {"severity": "major"})

    assert step.effects[0].params == {"mode": "dated"}


DECISION = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d"
  namespace="x"><decision id="mode" name="mode"><decisionTable id="t" hitPolicy="FIRST">
  <input id="i"><inputExpression id="e"><text>severity</text></inputExpression></input>
  <output id="o" name="mode"/><rule id="r"><inputEntry id="ie"><text>"major"</text></inputEntry>
  <outputEntry id="oe"><text>"dated"</text></outputEntry></rule></decisionTable></decision>
  </definitions>"""


def test_the_end_of_all_paths_finishes_the_process():
    case = Case(TWO_WAYS).complete("a")
    assert not case.finished

    assert case.complete("b").finished


TWO_WAYS = sketch(
    node("parallelGateway", "fork"),
    user("a"),
    user("b"),
    node("endEvent", "other_end"),
    path("start", "fork", "a", "end"),
    path("fork", "b", "other_end"),
)


def test_a_terminate_end_takes_the_other_tasks_and_timers_away():
    case = Case(
        sketch(
            node("parallelGateway", "fork"),
            user("a"),
            user("b"),
            boundary("late", "b", timer("days(3)"), cancel=False),
            node("endEvent", "late_end"),
            node("endEvent", "stop", event("terminate")),
            path("start", "fork", "a", "stop"),
            path("fork", "b", "end"),
            path("late", "late_end"),
        )
    )
    b, late = case.ids["b"], case.ids["late"]

    case.complete("a")

    assert case.finished
    assert b in case.step.closed
    assert case.step.disarmed == (late,)


def test_a_failing_expression_names_the_element_and_leaves_the_state_alone():
    case = Case(LOOP)

    with pytest.raises(EngineError, match="ok"):
        case.complete("review")

    assert case.complete("review", passed="yes").tasks == ["report"]


def test_no_way_out_of_a_gateway_is_an_error_that_names_it():
    source = sketch(
        user("a"),
        node("exclusiveGateway", "which"),
        path("start", "a", "which"),
        path("which", "a", when="n == 1"),
        path("which", "end", when="n == 2"),
    )

    with pytest.raises(EngineError, match="which"):
        Case(source).complete("a", n=3)


def test_a_loop_that_nobody_waits_in_ends_at_the_budget():
    source = sketch(
        script("count", "n = n + 1"),
        xor("go_on", default="out"),
        path("start", "count", "go_on"),
        path("go_on", "count", when="n != 0"),
        path("go_on", "end", flow="out"),
    )

    with pytest.raises(EngineError, match="2000"):
        Case(source, n=1)


@pytest.mark.parametrize("value", [object(), {1, 2}, float("nan")])
def test_a_variable_that_no_json_holds_is_refused(value):
    case = Case(sketch(user("a"), path("start", "a", "end")))

    with pytest.raises(EngineError):
        case.complete("a", odd=value)


def test_an_undefined_state_is_refused():
    diagram = engine.compile(sketch(user("a"), path("start", "a", "end")))

    for state in ("", "{}", "[]", '{"v":2}', '{"v":1,"n":1,"d":{},"t":[[1,0,"other",16]]}'):
        with pytest.raises(EngineError):
            engine.waiting(diagram, state)
