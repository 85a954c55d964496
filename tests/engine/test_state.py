"""The state: small, complete, and the same text for the same history."""

import json
import random
import re

import pytest

from app import engine
from app.domain.errors import EngineError
from app.engine import state as states
from tests.engine.sketching import Case, boundary, inner, node, path, sketch, timer, user, xor
from tests.engine.test_walks import INCLUSIVE, INSTANCES, NESTED, PARALLEL
from tests.engine.walking import ROOT, Rows, Walked, moves

RECTIFY = (ROOT / "bench" / "rectify.bpmn").read_text()

REVIEWED = sketch(
    user("plan"),
    boundary("late", "plan", timer("days(30)"), cancel=False),
    user("review"),
    xor("ok", default="on"),
    node("endEvent", "late_end"),
    path("start", "plan", "review", "ok"),
    path("late", "late_end"),
    path("ok", "plan", when="passed == 'no'"),
    path("ok", "end", flow="on"),
)


def test_a_state_says_no_more_than_who_waits_where():
    step = engine.start(engine.compile(sketch(user("a"), path("start", "a", "end"))), {"n": 1})

    state = {"v": 2, "b": 1, "n": 2, "d": {"n": 1}, "t": [[1, 0, "a", 16]]}
    assert json.loads(step.state) == state
    assert [task.id for task in step.opened] == [2]


def test_a_state_of_the_first_format_goes_on():
    diagram = engine.compile(sketch(user("a"), user("b"), path("start", "a", "b", "end")))
    old = json.dumps({"v": 1, "n": 3, "d": {}, "t": [[2, 0, "a", 16]]}, separators=(",", ":"))

    step = engine.complete(diagram, old, 2, {})

    assert [(task.id, task.key) for task in step.opened] == [(3, "b")]


@pytest.mark.parametrize("text", ["", "{}", '{"v":3,"b":0,"n":1}', '{"v":2,"n":1}', "[1]"])
def test_a_text_that_is_no_state_is_refused(text):
    diagram = engine.compile(sketch(user("a"), path("start", "a", "end")))

    with pytest.raises(EngineError, match="无法识别"):
        engine.complete(diagram, text, 1, {})


def test_two_cases_that_wait_at_the_same_place_take_the_same_step():
    young, old = Case(REVIEWED, passed="no"), Case(REVIEWED)
    old.complete("plan").complete("review", passed="no")

    same, again = young.complete("plan"), old.complete("plan")

    assert states.split(same.state)[1] == states.split(again.state)[1]
    assert same.ids["review"] < again.ids["review"]


@pytest.mark.parametrize(
    "source", [PARALLEL, NESTED, INSTANCES, INCLUSIVE], ids=["parallel", "nested", "many", "asked"]
)
def test_reading_and_writing_changes_nothing(source):
    walked = Walked(source.xml)
    chance, rows = random.Random(7), Rows(walked)

    for _ in range(60):
        if rows.finished:
            break
        _, written = states.split(rows.state)
        assert states.dump(states.load(walked.diagram, written)) == (0, written)
        verb, number, _, _ = chance.choice(list(moves(rows)))
        answers = {name: chance.choice(values) for name, values in walked.choices.items()}
        rows.complete(number, answers) if verb == "complete" else rows.fire(number)


def test_the_same_moves_give_the_same_text():
    def walked():
        return Case(REVIEWED).complete("plan").complete("review", passed="no").fire("late").state

    assert walked() == walked()


def shape(case):
    """Return the state without its numbers, which have more digits as time goes on."""
    return re.sub(r"\d+", "#", case.state)


def test_the_state_stays_the_same_size_through_every_loop():
    case = Case(REVIEWED)
    before = shape(case.complete("plan").complete("review", passed="no"))

    for _ in range(300):
        case.complete("plan").complete("review", passed="no")

    assert shape(case) == before


def test_a_branch_that_goes_round_while_another_waits_leaves_no_trace():
    case = Case(
        sketch(
            node("parallelGateway", "fork"),
            user("slow"),
            user("quick"),
            xor("again", default="out"),
            node("parallelGateway", "join"),
            path("start", "fork", "slow", "join", "end"),
            path("fork", "quick", "again"),
            path("again", "quick", when="more"),
            path("again", "join", flow="out"),
        )
    )
    before = shape(case.complete("quick", more=True))

    for _ in range(200):
        case.complete("quick", more=True)

    assert shape(case) == before
    assert case.complete("quick", more=False).complete("slow").finished


def test_the_bench_process_stays_under_a_kilobyte():
    case = Case(engine.Source("rectify", RECTIFY))
    answers = {"plan_ok": True, "first_ok": True, "site_ok": True}
    keys = ("notice", "plan", "plan_review", "report", "first_review", "site_check")

    sizes = [len(case.complete(key, **answers).state) for key in keys]

    assert max(sizes) < 1_000
    assert case.complete("close_approval").fire("watch").complete("spot_check").finished


def test_the_ids_of_what_waits_do_not_change_while_others_move():
    case = Case(
        sketch(
            node("parallelGateway", "fork"),
            user("slow"),
            boundary("late", "slow", timer("days(3)"), cancel=False),
            user("quick"),
            inner("sub", user("deep"), path("sub_start", "deep", "sub_end")),
            node("endEvent", "late_end"),
            path("start", "fork", "slow", "end"),
            path("fork", "quick", "sub", "end"),
            path("late", "late_end"),
        )
    )
    slow, late = case.ids["slow"], case.ids["late"]

    case.complete("quick").complete("deep")

    assert (case.ids["slow"], case.ids["late"]) == (slow, late)


def test_a_finished_process_holds_its_variables_and_nothing_else():
    case = Case(sketch(user("a"), path("start", "a", "end"))).complete("a", n=1)

    assert json.loads(case.state) == {"v": 2, "b": 1, "n": 3, "d": {"n": 1}, "t": []}
    assert engine.waiting(case.diagram, case.state).finished


def test_values_of_the_caller_are_never_shared_with_the_process():
    answers = {"list": [1, 2]}
    case = Case(sketch(user("a"), user("b"), path("start", "a", "b", "end")))

    case.complete("a", **answers)
    answers["list"].append(3)

    assert json.loads(case.complete("b").state)["d"] == {"list": [1, 2]}
