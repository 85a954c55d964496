"""Faults of SpiffWorkflow that its users do not speak of; each shown in the bare library first."""

from app import engine
from tests.engine.library import Library
from tests.engine.sketching import (
    Case,
    boundary,
    effect,
    event,
    inner,
    node,
    path,
    sketch,
    timer,
    user,
    xor,
)


def bare(source, **variables):
    return Library(source.xml, source.key, variables)


def test_the_order_in_the_file_decides_between_conditions_and_not_the_layout():
    source = sketch(
        xor("g", default="none"),
        user("first"),
        user("second"),
        path("start", "g"),
        path("g", "first", "end", when="n > 1"),
        path("g", "second", "end", when="n > 2"),
        path("g", "end", flow="none"),
    )
    shapes = "".join(
        f'<di:BPMNShape bpmnElement="{key}"><dc:Bounds x="0" y="{y}" width="9" height="9"/>'
        "</di:BPMNShape>" for key, y in (("first", 500), ("second", 100))
    )  # fmt: skip
    drawing = (
        '<di:BPMNDiagram xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc='
        f'"http://www.omg.org/spec/DD/20100524/DC">{shapes}</di:BPMNDiagram></bpmn:definitions>'
    )
    laid_out = engine.Source("p", source.xml.replace("</bpmn:definitions>", drawing))

    assert bare(source, n=5).tasks == ["first"]
    assert bare(laid_out, n=5).tasks == ["second"]
    assert Case(laid_out, n=5).tasks == ["first"]


def test_an_event_sub_process_does_not_keep_its_process_from_ending():
    source = sketch(
        user("a"),
        inner(
            "later",
            node("startEvent", "soon", timer("days(3)"), isInterrupting="false"),
            path("soon", "later_end"),
            triggeredByEvent="true",
        ),
        path("start", "a", "end"),
    )
    library = bare(source)
    library.complete("a")

    assert not library.finished
    assert Case(source).complete("a").finished


def test_an_escalation_does_not_fire_the_boundary_of_a_stranger():
    source = sketch(
        node("parallelGateway", "fork"),
        inner("one", user("a"), path("one_start", "a", "one_end")),
        boundary("not_mine", "one", event("escalation", "e")),
        inner(
            "two",
            user("b"),
            node("endEvent", "two_end", event("escalation", "e")),
            path("two_start", "b", "two_end"),
        ),
        user("repair"),
        path("start", "fork", "one", "end"),
        path("fork", "two", "end"),
        path("not_mine", "repair", "end"),
        shared='<bpmn:escalation id="e" escalationCode="e"/>',
    )
    library, ours = bare(source), Case(source)
    library.complete("b")

    assert "repair" in library.tasks
    assert ours.complete("b").tasks == ["a"]


def test_what_terminate_took_away_is_not_run():
    source = sketch(
        user("a"),
        node("parallelGateway", "fork"),
        node("endEvent", "stop", event("terminate")),
        effect("never"),
        path("start", "a", "fork", "stop"),
        path("fork", "never", "end"),
    )

    library = bare(source)
    library.complete("a")
    assert library.passed["never"] == 1

    assert Case(source).complete("a").effects == []


MANY = (
    "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality>"
    "</bpmn:multiInstanceLoopCharacteristics>"
)


def test_instances_are_counted_after_a_state_is_read_where_it_was_not_written():
    source = sketch(user("sign", MANY), path("start", "sign", "end"))
    state = engine.start(engine.compile(source), {}).state
    elsewhere = engine.compile(engine.Source("p", source.xml + "<!-- another worker -->"))

    for _ in range(2):
        task = engine.waiting(elsewhere, state).opened[0]
        step = engine.complete(elsewhere, state, task.id, {})
        state = step.state

    assert step.finished
