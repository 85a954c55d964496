"""Tasks that run several times, and inclusive gateways."""

import pytest

from app.domain.errors import EngineError
from tests.engine.sketching import (
    Case,
    effect,
    node,
    path,
    sketch,
    user,
    xor,
)


def test_a_list_gives_each_instance_its_own_item_and_collects_results():
    case = Case(
        sketch(
            user(
                "sign",
                "<bpmn:multiInstanceLoopCharacteristics>"
                "<bpmn:loopDataInputRef>members</bpmn:loopDataInputRef>"
                "<bpmn:loopDataOutputRef>opinions</bpmn:loopDataOutputRef>"
                '<bpmn:inputDataItem name="member"/><bpmn:outputDataItem name="opinion"/>'
                "</bpmn:multiInstanceLoopCharacteristics>",
                _assignee="${member}",
            ),
            effect("note", opinions="${opinions}"),
            path("start", "sign", "note", "end"),
        ),
        members=["zhao", "qian"],
    )
    assert [task.assignee for task in case.step.opened] == ["zhao", "qian"]
    assert case.passed == ["start"]

    case.complete("sign", opinion="yes").complete("sign", opinion="no")

    assert case.effects[0].params == {"opinions": ["yes", "no"]}
    assert case.passed.count("sign") == 1
    assert case.finished


def test_one_refusal_is_enough_when_the_completion_condition_says_so():
    case = Case(
        sketch(
            user(
                "sign",
                "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>3"
                "</bpmn:loopCardinality><bpmn:completionCondition>agreed == false or "
                "nrOfCompletedInstances == nrOfInstances</bpmn:completionCondition>"
                "</bpmn:multiInstanceLoopCharacteristics>",
            ),
            path("start", "sign", "end"),
        )
    )
    assert case.complete("sign", agreed=True).tasks == ["sign", "sign"]

    case.complete("sign", agreed=False)

    assert case.finished
    assert len(case.step.closed) == 2


def test_instances_in_sequence_open_one_by_one():
    case = Case(
        sketch(
            user(
                "sign",
                '<bpmn:multiInstanceLoopCharacteristics isSequential="true"><bpmn:loopCardinality>2'
                "</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>",
            ),
            path("start", "sign", "end"),
        )
    )

    assert case.tasks == ["sign"]
    assert case.complete("sign").tasks == ["sign"]
    assert case.complete("sign").finished


def test_a_loop_repeats_while_its_condition_holds():
    case = Case(
        sketch(
            user(
                "try",
                "<bpmn:standardLoopCharacteristics><bpmn:loopCondition>again</bpmn:loopCondition>"
                "</bpmn:standardLoopCharacteristics>",
            ),
            path("start", "try", "end"),
        )
    )

    assert case.complete("try", again=True).complete("try", again=True).tasks == ["try"]
    assert case.complete("try", again=False).finished


def test_an_inclusive_join_waits_for_those_who_were_asked_and_no_others():
    case = Case(
        sketch(
            node("inclusiveGateway", "ask", default="nobody"),
            user("a"),
            user("b"),
            user("c"),
            node("inclusiveGateway", "all"),
            path("ask", "a", "all", flow="nobody"),
            path("ask", "b", "all", when="with_b"),
            path("ask", "c", "all", when="with_c"),
            user("after"),
            xor("go_on", default="back"),
            path("start", "ask"),
            path("all", "after", "go_on"),
            path("go_on", "ask", flow="back"),
            path("go_on", "end", when="enough"),
        ),
        with_b=True,
        with_c=True,
    )

    assert case.tasks == ["b", "c"]
    assert case.complete("b").tasks == ["c"]
    assert case.complete("c").tasks == ["after"]

    assert case.complete("after", enough=False, with_c=False).tasks == ["b"]
    assert case.complete("b").complete("after", enough=True).finished


def test_an_inclusive_join_does_not_wait_for_who_may_come_by_a_way_that_is_taken():
    case = Case(
        sketch(
            node("parallelGateway", "fork"),
            user("a"),
            user("b"),
            xor("either", default="left"),
            node("exclusiveGateway", "up"),
            node("inclusiveGateway", "all"),
            user("after"),
            path("start", "fork", "a", "up", "all", "after", "end"),
            path("fork", "b", "either"),
            path("either", "up", flow="left"),
            path("either", "all", when="right"),
        )
    )

    case.complete("a")

    # By BPMN 2.0, a token that can also reach the side where one waits does not hold it up.
    assert sorted(case.tasks) == ["after", "b"]


def test_a_list_may_be_written_as_camunda_writes_it():
    case = Case(
        sketch(
            user(
                "sign",
                '<bpmn:multiInstanceLoopCharacteristics camunda:collection="${members}" '
                'camunda:elementVariable="member"/>',
                _assignee="${member}",
            ),
            path("start", "sign", "end"),
        ),
        members=["zhao", "qian"],
    )

    assert [task.assignee for task in case.step.opened] == ["zhao", "qian"]


@pytest.mark.parametrize("members", ["zhao", 2, None])
def test_a_list_that_is_none_stops_the_step_by_name(members):
    many = (
        '<bpmn:multiInstanceLoopCharacteristics camunda:collection="members" '
        'camunda:elementVariable="member"/>'
    )

    with pytest.raises(EngineError, match="sign"):
        Case(sketch(user("sign", many), path("start", "sign", "end")), members=members)
