"""A running process carried over into another drawing: all wait on, nothing is done twice."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from app import engine
from app.engine import migrating
from app.engine.parsing import bpmn, parse_xml
from tests.engine.sketching import (
    Case,
    boundary,
    inner,
    node,
    path,
    sketch,
    timer,
    user,
)
from tests.engine.test_walks import EVENTS, INCLUSIVE, INSTANCES, NESTED, PARALLEL
from tests.engine.walking import ROOT, Rows, Walked, moves

MAIN = Walked((ROOT / "bpmn" / "rectification.bpmn").read_text())
CONSTRUCTS = [Walked(each.xml) for each in (PARALLEL, NESTED, EVENTS, INSTANCES, INCLUSIVE)]
NAMES = ("parallel", "nested", "events", "instances", "inclusive")
_JOINS = tuple(map(bpmn, ("parallelGateway", "inclusiveGateway")))
_REFERENCES = ("id", "sourceRef", "targetRef", "attachedToRef", "default")


def redrawn(walked, *, rename=True, lengthen=True):
    """Return the same process drawn anew: other ids, and a gateway put into every flow that may
    have one; and which element is which.
    """
    root = parse_xml(walked.text)
    if lengthen:
        for flow in list(root.iter(bpmn("sequenceFlow"))):
            _lengthen(root, flow)
    mapping = _rename(root) if rename else {}
    return Walked(etree.tostring(root, encoding="unicode")), mapping


def _lengthen(root, flow):
    ends = {e.get("id"): e for e in root.iter() if e.get("id")}
    source, target = ends[flow.get("sourceRef")], ends[flow.get("targetRef")]
    if target.tag in _JOINS or source.tag == bpmn("eventBasedGateway"):
        return
    key = f"on_{flow.get('id')}"
    for element in (*root.iter(bpmn("incoming")), *root.iter(bpmn("outgoing"))):
        element.getparent().remove(element)
    place = flow.getparent()
    etree.SubElement(place, bpmn("exclusiveGateway"), id=key)
    etree.SubElement(
        place, bpmn("sequenceFlow"), id=f"{key}_2", sourceRef=key, targetRef=target.get("id")
    )
    flow.set("targetRef", key)


def _rename(root):
    inside = list(root.iter(bpmn("process")))
    known = {e.get("id") for p in inside for e in p.iter() if e is not p and e.get("id")}
    for element in root.iter():
        for name in _REFERENCES if isinstance(element.tag, str) else ():
            if element.get(name) in known:
                element.set(name, f"{element.get(name)}_anew")
        if element.tag == bpmn("flowNodeRef"):
            element.text = f"{element.text.strip()}_anew"
    return {key: f"{key}_anew" for key in known}


def waits(rows):
    """Return what waits, without numbers and with the ids as they were first drawn."""
    now = engine.waiting(rows.diagram, rows.state)
    hosts = {task.id: first(task.key) for task in now.opened}
    return (
        sorted((first(t.key), t.role, t.form or "") for t in now.opened),
        sorted((first(t.key), t.rule, hosts.get(t.task, "")) for t in now.armed),
        now.finished,
    )


def first(key):
    return key.removesuffix("_anew")


def together(chance, rows, other, steps):
    for _ in range(steps):
        assert waits(rows) == waits(other)
        if rows.finished:
            return
        verb, number, key, nth = chance.choice(list(moves(rows)))
        same = [n for v, n, k, i in moves(other) if (v, first(k), i) == (verb, key, nth)]
        choices = rows.walked.choices.items()
        answers = {name: chance.choice(values) for name, values in choices}
        for each, to in ((rows, number), (other, same[0])):
            each.complete(to, answers) if verb == "complete" else each.fire(to)


def wander(walked, chance, steps):
    """Return a process after so many moves, but never a finished one."""
    rows = Rows(walked)
    rows.walked = walked
    for _ in range(steps):
        before = (rows.state, dict(rows.tasks), dict(rows.timers), rows.finished)
        verb, number, _, _ = chance.choice(list(moves(rows)))
        answers = {name: chance.choice(values) for name, values in walked.choices.items()}
        rows.complete(number, answers) if verb == "complete" else rows.fire(number)
        if rows.finished:
            rows.state, rows.tasks, rows.timers, rows.finished = before
            break
    return rows


def carried(rows, to, mapping, **how):
    other = Rows.__new__(Rows)
    other.diagram, other.walked, other.passed = to.diagram, to, rows.passed.copy()
    other.tasks = {number: mapping.get(key, key) for number, key in rows.tasks.items()}
    other.timers = {number: mapping.get(key, key) for number, key in rows.timers.items()}
    step = engine.migrate(rows.diagram, to.diagram, rows.state, mapping, **how)
    assert not isinstance(step, engine.Refusal), step
    other.take(step)
    other.finished = rows.finished
    return other, step


def check(walked, to, mapping, *, seed, steps, more=25):
    chance = random.Random(seed)
    rows = wander(walked, chance, steps)
    for keeps in (True, False):
        other, step = carried(rows, to, mapping, keeps_timers=keeps)
        assert (step.opened, step.closed, step.armed, step.disarmed) == ((), (), (), ())
        assert (step.effects, step.passed) == ((), ())
    together(chance, rows, other, more)


MAIN_ANEW = redrawn(MAIN)
CONSTRUCTS_ANEW = [redrawn(each) for each in CONSTRUCTS]


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(0, 10**9), steps=st.integers(0, 40))
def test_the_main_process_goes_on_in_an_equal_drawing_as_if_nothing_had_been(seed, steps):
    check(MAIN, *MAIN_ANEW, seed=seed, steps=steps)


@pytest.mark.parametrize("number", range(len(CONSTRUCTS)), ids=NAMES)
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**9), steps=st.integers(0, 30))
def test_every_construct_goes_on_in_an_equal_drawing(number, seed, steps):
    check(CONSTRUCTS[number], *CONSTRUCTS_ANEW[number], seed=seed, steps=steps)


@pytest.mark.parametrize("walked", [MAIN, *CONSTRUCTS], ids=["main", *NAMES])
def test_the_same_drawing_leaves_all_as_it_is(walked):
    for seed in range(30):
        rows = wander(walked, random.Random(seed), seed)

        other, step = carried(rows, walked, {})

        assert step == engine.Step(state=step.state, stuck=step.stuck)
        assert waits(other) == waits(rows)


LATE = node("endEvent", "late_end")
BEFORE = sketch(
    user("a", name="甲"),
    boundary("late", "a", timer("days(5)"), cancel=False),
    boundary("over", "a", timer("days(9)")),
    user("b", name="乙"),
    path("start", "a", "b", "end"),
    path("late", "late_end"),
    path("over", "late_end"),
    LATE,
)
FORK = (node("parallelGateway", "fork"), node("parallelGateway", "join", name="会合"))
PAIR = sketch(
    *FORK,
    user("a", name="甲"),
    user("b", name="乙"),
    path("start", "fork", "a", "join", "end"),
    path("fork", "b", "join"),
)


def move(case, source, mapping=None, **how):
    return engine.migrate(case.diagram, engine.compile(source), case.state, mapping or {}, **how)


def test_a_step_that_is_put_in_later_is_met_on_the_way():
    case = Case(sketch(user("a"), user("b"), path("start", "a", "b", "end")))
    to = sketch(user("a"), user("check"), user("b"), path("start", "a", "check", "b", "end"))

    step = move(case, to)
    gone_on = engine.complete(engine.compile(to), step.state, case.ids["a"], {})

    assert [task.key for task in gone_on.opened] == ["check"]


def test_clocks_that_are_new_beside_the_task_are_armed_and_those_no_more_drawn_disarmed():
    case = Case(BEFORE)
    to = sketch(
        user("a"),
        boundary("late", "a", timer("days(5)"), cancel=False),
        boundary("soon", "a", timer("days(3)"), cancel=False),
        path("start", "a", "end"),
        path("late", "late_end"),
        path("soon", "late_end"),
        LATE,
    )

    step = move(case, to)

    assert [(t.key, t.rule, t.task) for t in step.armed] == [("soon", "days(3)", case.ids["a"])]
    assert step.disarmed == (case.ids["over"],)
    assert (step.opened, step.closed) == ((), ())


def test_a_task_gets_its_first_clock_and_loses_its_last():
    bare = sketch(user("a"), path("start", "a", "end"))
    timed = sketch(
        user("a"),
        boundary("late", "a", timer("days(1)")),
        path("start", "a", "end"),
        path("late", "end"),
    )

    first_clock, none_left = move(Case(bare), timed), move(case := Case(timed), bare)

    assert [timer.key for timer in first_clock.armed] == ["late"]
    assert none_left.disarmed == (case.ids["late"],)
    to = engine.compile(timed)
    assert engine.fire(to, first_clock.state, first_clock.armed[0].id).finished


LONGER = engine.Source(BEFORE.key, BEFORE.xml.replace("days(5)", "workdays(20)"))


def test_a_clock_keeps_its_old_rule_if_it_is_to():
    assert move(Case(BEFORE), LONGER).armed == ()


def test_a_clock_that_is_to_be_set_anew_waits_by_the_new_rule_under_its_number():
    case = Case(BEFORE)

    step = move(case, LONGER, keeps_timers=False)

    assert [(t.id, t.rule) for t in step.armed] == [(case.ids["late"], "workdays(20)")]


@pytest.mark.parametrize("keeps", [True, False])
def test_a_clock_that_has_struck_stays_struck(keeps):
    case = Case(BEFORE).fire("late")

    assert move(case, LONGER, keeps_timers=keeps).armed == ()


def test_a_date_that_became_a_period_is_another_clock():
    monthly = BEFORE.xml.replace(timer("days(5)"), timer("R/P1M", "timeCycle"))
    case = Case(BEFORE)

    step = move(case, engine.Source("p", monthly))

    assert [timer.rule for timer in step.armed] == ["every(months(1))"]
    assert step.disarmed == (case.ids["late"],)


def test_a_new_event_sub_process_begins_to_look_on():
    case = Case(sketch(user("a"), path("start", "a", "end")))
    to = sketch(
        user("a"),
        inner(
            "look",
            node("startEvent", "weekly", timer("R/P7D", "timeCycle"), isInterrupting="false"),
            user("see"),
            path("weekly", "see", "look_end"),
            triggeredByEvent="true",
        ),
        path("start", "a", "end"),
    )

    step = move(case, to)

    assert [timer.key for timer in step.armed] == ["weekly"]
    there = engine.fire(engine.compile(to), step.state, step.armed[0].id)
    assert [task.key for task in there.opened] == ["see"]


def test_one_branch_may_grow_while_the_other_waits_at_the_join():
    case = Case(PAIR).complete("a")
    to = sketch(
        *FORK,
        user("a"),
        user("b"),
        user("c"),
        path("start", "fork", "a", "join", "end"),
        path("fork", "b", "c", "join"),
    )

    step = move(case, to)
    step = engine.complete(engine.compile(to), step.state, case.ids["b"], {})

    (task,) = step.opened
    assert engine.complete(engine.compile(to), step.state, task.id, {}).finished


SUB = inner("sub", user("a", name="甲"), path("sub_start", "a", "sub_end"))
RENAMED = sketch(user("x"), path("start", "x", "end"))
THREE = sketch(
    *FORK,
    user("a"),
    user("b"),
    user("c", name="丙"),
    path("start", "fork", "a", "join", "end"),
    path("fork", "b", "join"),
    path("fork", "c", "join"),
)
IN_A_ROW = sketch(user("a"), user("b"), path("start", "a", "b", "end"))
LONE = sketch(user("a", name="甲"), path("start", "a", "end"))
SIGNED_TOO = sketch(
    *FORK,
    user("a"),
    user("sign", name="会签"),
    path("start", "fork", "a", "join", "end"),
    path("fork", "sign", "join"),
)
ANSWERED_BY_A = sketch(
    *FORK,
    user("a"),
    user("b"),
    user("more"),
    path("start", "fork", "a", "more", "join", "end"),
    path("fork", "b", "join"),
)
DUE = sketch(
    user("a"),
    boundary("late", "a", timer("due", "timeDate")),
    path("start", "a", "end"),
    path("late", "end"),
)
REFUSALS = [
    (LONE, [], RENAMED, ("gone", "a"), "新版本中没有“甲”"),
    (
        LONE,
        [],
        sketch(node("manualTask", "m"), SUB, path("start", "m", "sub", "end")),
        ("scope", "a"),
        "子流程",
    ),
    (
        LONE,
        [],
        sketch(inner("a", user("u"), path("a_start", "u", "a_end")), path("start", "a", "end")),
        ("kind", "a"),
        "另一类",
    ),
    (sketch(SUB, path("start", "sub", "end")), [], LONE, ("gone", "sub"), "sub"),
    (PAIR, [], THREE, ("join", "a"), "“丙”一路"),
    (PAIR, [], IN_A_ROW, ("together", "a"), "“甲”与“乙”"),
    (LONE, [], SIGNED_TOO, ("join", "a"), "“会签”一路"),
    (PAIR, ["a"], ANSWERED_BY_A, ("join", "join"), "“会合”在新版本中不再有来自“甲”的进线"),
    (LONE, [], DUE, ("rule", "late"), "变量“due”没有值"),
]


@pytest.mark.parametrize(("source", "done", "to", "where", "words"), REFUSALS)
def test_what_cannot_be_carried_right_is_refused_with_element_and_reason(
    source, done, to, where, words
):
    case = Case(source)
    for key in done:
        case.complete(key)

    refusal = move(case, to)

    assert isinstance(refusal, engine.Refusal)
    assert (refusal.code, refusal.element) == where
    assert words in refusal.reason


def test_a_mapping_says_where_a_task_went():
    case = Case(LONE)

    step = move(case, RENAMED, {"a": "x"})

    waiting = engine.waiting(engine.compile(RENAMED), step.state)
    assert [(task.id, task.key) for task in waiting.opened] == [(case.ids["a"], "x")]


def test_two_tasks_mapped_to_one_would_do_the_rest_twice():
    refusal = move(Case(PAIR), RENAMED, {"a": "x", "b": "x"})

    assert refusal.code == "together"


def test_an_inclusive_join_that_nothing_holds_any_more_is_not_opened_by_the_way():
    asked = (
        node("inclusiveGateway", "ask", default="other"),
        node("inclusiveGateway", "all"),
        *(user(key) for key in "abc"),
        path("start", "ask"),
        path("ask", "a", "all", "end", when="both"),
        path("ask", "b", "all", flow="other"),
    )
    joined = sketch(*asked, path("ask", "c", "all", when="both"))
    apart = sketch(*asked, path("ask", "c", "gone", when="both"), node("endEvent", "gone"))
    case = Case(joined, both=True).complete("a")

    refusal = move(case, apart)

    assert (refusal.code, refusal.element) == ("moves", "all")


def test_cases_that_wait_alike_are_carried_alike_and_only_once():
    young, old = Case(BEFORE), Case(BEFORE)
    old.state = old.state.replace('"b":0', '"b":40') if '"b":0' in old.state else old.state
    to = engine.compile(LONGER)
    migrating._migrated.cache_clear()

    for case in (young, old, young):
        engine.migrate(case.diagram, to, case.state, {})

    assert migrating._migrated.cache_info().misses == 1


ASKED = sketch(
    user("a", _formKey="first"),
    user("b"),
    node("exclusiveGateway", "way", default="other", name="是否紧急"),
    path("start", "a", "b", "way"),
    path("way", "end", when="urgent"),
    path("way", "a", flow="other"),
)
SETS = {"first": frozenset({"urgent"})}


def test_what_will_be_asked_for_before_it_is_set_is_told_with_the_element():
    case, anew = Case(IN_A_ROW).complete("a"), engine.compile(ASKED)

    step = engine.migrate(case.diagram, anew, case.state, {})

    assert engine.lacks(anew, step.state, SETS) == (("urgent", "way", "是否紧急"),)


def test_what_is_set_on_the_way_or_known_already_is_not_lacking():
    before, known = Case(IN_A_ROW), Case(IN_A_ROW).complete("a", urgent=True)
    anew = engine.compile(ASKED)

    for case in (before, known):
        step = engine.migrate(case.diagram, anew, case.state, {})
        assert engine.lacks(anew, step.state, SETS) == ()
