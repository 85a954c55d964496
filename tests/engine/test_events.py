"""Events: messages, errors, event gateways, and sub-processes of all kinds."""

import pytest

from app import engine
from app.domain.errors import NotFound
from tests.engine.sketching import (
    Case,
    boundary,
    effect,
    event,
    inner,
    node,
    path,
    script,
    sketch,
    timer,
    user,
    xor,
)

MESSAGE = '<bpmn:message id="reply" name="reply"/>'


def test_a_message_wakes_who_waits_for_it_and_brings_variables():
    case = Case(
        sketch(
            node("intermediateCatchEvent", "wait", event("message", "reply")),
            effect("note", text="${text}"),
            path("start", "wait", "note", "end"),
            shared=MESSAGE,
        )
    )

    case.send("reply", text="收到")

    assert case.finished
    assert case.effects[0].params == {"text": "收到"}


def test_a_message_that_nobody_waits_for_is_not_found():
    case = Case(sketch(user("a"), path("start", "a", "end")))

    with pytest.raises(NotFound):
        case.send("reply")


def test_a_receive_task_and_a_message_on_the_boundary_catch_too():
    case = Case(
        sketch(
            node("receiveTask", "hear", messageRef="reply"),
            user("a"),
            boundary("withdrawn", "a", event("message", "reply")),
            node("endEvent", "gone"),
            path("start", "hear", "a", "end"),
            path("withdrawn", "gone"),
            shared=MESSAGE,
        )
    )

    assert case.send("reply").tasks == ["a"]
    assert case.send("reply").finished
    assert case.passed[-2:] == ["withdrawn", "gone"]


def test_a_message_thrown_is_handed_out_with_the_variables():
    source = sketch(
        node("intermediateThrowEvent", "tell", event("message", "reply")),
        path("start", "tell", "end"),
        shared=MESSAGE,
    )

    step = engine.start(engine.compile(source), {"number": 7})

    assert step.sent == (("reply", {"number": 7}),)


def test_a_message_that_can_come_many_times_begins_work_each_time():
    case = Case(
        sketch(
            user("a"),
            boundary("asked", "a", event("message", "reply"), cancel=False),
            user("answer"),
            node("endEvent", "answered"),
            path("start", "a", "end"),
            path("asked", "answer", "answered"),
            shared=MESSAGE,
        )
    )

    case.send("reply").send("reply")

    assert case.tasks == ["a", "answer", "answer"]


def test_the_first_event_behind_an_event_gateway_takes_the_others_away():
    source = sketch(
        node("eventBasedGateway", "either"),
        node("intermediateCatchEvent", "heard", event("message", "reply")),
        node("intermediateCatchEvent", "silent", timer("workdays(5)")),
        user("read"),
        path("start", "either", "heard", "read", "end"),
        path("either", "silent", "end"),
        shared=MESSAGE,
    )
    case = Case(source)
    silent = case.ids["silent"]

    case.send("reply")
    assert (case.tasks, case.step.disarmed) == (["read"], (silent,))

    assert Case(source).fire("silent").finished


def test_a_sub_process_works_with_the_variables_of_its_process():
    case = Case(
        sketch(
            inner(
                "sub",
                user("a"),
                script("set", "seen = n"),
                path("sub_start", "a", "set", "sub_end"),
            ),
            effect("note", seen="${seen}"),
            path("start", "sub", "note", "end"),
        ),
        n=1,
    )

    case.complete("a", n=5)

    assert case.effects[0].params == {"seen": 5}
    assert case.passed == ["start", "sub_start", "a", "set", "sub_end", "sub", "note", "end"]


def test_a_called_process_is_told_by_its_own_elements():
    callee = sketch(user("inside"), path("start", "inside", "end"), key="callee")
    caller = sketch(
        node("callActivity", "call", calledElement="callee"),
        path("start", "call", "end"),
        called={"callee": callee.xml},
    )
    case = Case(caller)

    assert case.tasks == ["inside"]
    assert case.diagram.tasks["inside"].name == ""
    assert case.complete("inside").finished


def test_an_error_leaves_by_the_boundary_of_the_nearest_sub_process():
    case = Case(
        sketch(
            inner(
                "outer",
                inner("sub", user("a"), node("endEvent", "sub_end", event("error", "bad")),
                      path("sub_start", "a", "sub_end")),
                boundary("any", "sub", event("error")),
                boundary("named", "sub", event("error", "bad")),
                user("repair"),
                path("outer_start", "sub", "outer_end"),
                path("any", "outer_end"),
                path("named", "repair", "outer_end"),
            ),
            path("start", "outer", "end"),
            shared='<bpmn:error id="bad" errorCode="bad"/>',
        )
    )  # fmt: skip

    case.complete("a")

    assert case.tasks == ["repair"]
    assert "any" not in case.passed
    assert "sub" not in case.passed


def test_an_event_sub_process_runs_beside_its_process_each_time():
    case = Case(
        sketch(
            user("a"),
            inner(
                "asked",
                node(
                    "startEvent", "asked_start", event("message", "reply"), isInterrupting="false"
                ),
                user("answer"),
                path("asked_start", "answer", "asked_end"),
                triggeredByEvent="true",
            ),
            path("start", "a", "end"),
            shared=MESSAGE,
        )
    )

    case.send("reply").send("reply").complete("answer").complete("a")
    assert (case.tasks, case.finished) == (["answer"], False)

    assert case.complete("answer").finished


def test_a_process_does_not_wait_for_an_event_sub_process_that_nothing_began():
    case = Case(
        sketch(
            user("a"),
            inner(
                "late",
                node("startEvent", "late_start", timer("days(9)"), isInterrupting="false"),
                path("late_start", "late_end"),
                triggeredByEvent="true",
            ),
            path("start", "a", "end"),
        )
    )
    late = case.ids["late_start"]

    case.complete("a")

    assert case.finished
    assert case.step.disarmed == (late,)


def test_a_signal_wakes_all_in_the_process_who_wait_for_it():
    case = Case(
        sketch(
            node("parallelGateway", "fork"),
            user("a"),
            node("intermediateCatchEvent", "one", event("signal", "s")),
            node("intermediateCatchEvent", "two", event("signal", "s")),
            node("endEvent", "shout", event("signal", "s")),
            path("start", "fork", "a", "shout"),
            path("fork", "one", "end"),
            path("fork", "two", "end"),
            shared='<bpmn:signal id="s" name="s"/>',
        )
    )

    assert case.complete("a").finished
    assert {"one", "two"} <= set(case.passed)


def test_a_condition_is_looked_at_when_all_is_at_rest():
    case = Case(
        sketch(
            node("parallelGateway", "fork"),
            user("a"),
            user("b"),
            node(
                "intermediateCatchEvent",
                "enough",
                "<bpmn:conditionalEventDefinition><bpmn:condition>n &gt; 1</bpmn:condition>"
                "</bpmn:conditionalEventDefinition>",
            ),
            user("c"),
            path("start", "fork", "a", "end"),
            path("fork", "b", "end"),
            path("fork", "enough", "c", "end"),
        ),
        n=0,
    )

    assert case.complete("a", n=1).tasks == ["b"]
    assert case.complete("b", n=2).tasks == ["c"]


def test_an_escalation_beside_the_sub_process_lets_it_go_on():
    case = Case(
        sketch(
            inner(
                "sub",
                user("a"),
                node("intermediateThrowEvent", "up", event("escalation", "e")),
                user("b"),
                path("sub_start", "a", "up", "b", "sub_end"),
            ),
            boundary("heard", "sub", event("escalation", "e"), cancel=False),
            user("help"),
            node("endEvent", "helped"),
            path("start", "sub", "end"),
            path("heard", "help", "helped"),
            shared='<bpmn:escalation id="e" escalationCode="e"/>',
        )
    )

    assert sorted(case.complete("a").tasks) == ["b", "help"]


def test_an_error_handler_inside_takes_the_rest_of_its_process_away():
    case = Case(
        sketch(
            inner(
                "sub",
                node("parallelGateway", "fork"),
                user("a"),
                user("b"),
                node("endEvent", "bad", event("error", "e")),
                inner(
                    "handler",
                    node("startEvent", "failed", event("error", "e")),
                    user("repair"),
                    path("failed", "repair", "handler_end"),
                    triggeredByEvent="true",
                ),
                path("sub_start", "fork", "a", "bad"),
                path("fork", "b", "sub_end"),
            ),
            path("start", "sub", "end"),
            shared='<bpmn:error id="e" errorCode="e"/>',
        )
    )

    assert case.complete("a").tasks == ["repair"]
    assert case.complete("repair").finished


def test_a_cancelled_transaction_is_left_by_its_cancel_event():
    case = Case(
        sketch(
            inner(
                "deal",
                user("a"),
                node("endEvent", "deal_end", event("cancel")),
                path("deal_start", "a", "deal_end"),
                tag="transaction",
            ),
            boundary("off", "deal", event("cancel")),
            user("undo"),
            path("start", "deal", "end"),
            path("off", "undo", "end"),
        )
    )

    assert case.complete("a").tasks == ["undo"]
    assert "deal" not in case.passed


def test_a_join_that_nobody_can_reach_any_more_is_told():
    case = Case(
        sketch(
            user("a"),
            node("inclusiveGateway", "some", default="one"),
            node("parallelGateway", "both"),
            user("b"),
            path("start", "a", "some"),
            path("some", "both", flow="one"),
            path("some", "b", "both", when="more"),
            path("both", "end"),
        )
    )
    assert case.step.stuck is None

    case.complete("a", more=False)

    assert (case.step.stuck, case.finished) == ("both", False)
    assert engine.waiting(case.diagram, case.state).stuck == "both"


def test_a_process_begun_by_a_message_begins_when_it_is_started():
    source = sketch(
        node("startEvent", "start", event("message", "reply")),
        user("a"),
        path("start", "a", "end"),
        shared=MESSAGE,
    )

    assert Case(source).tasks == ["a"]


def test_an_escalation_of_a_handler_goes_up_and_not_round():
    case = Case(
        sketch(
            inner(
                "sub",
                user("a"),
                node("intermediateThrowEvent", "up", event("escalation", "e")),
                user("b"),
                inner(
                    "handler",
                    node("startEvent", "heard", event("escalation", "e"), isInterrupting="false"),
                    node("endEvent", "handler_end", event("escalation", "e")),
                    path("heard", "handler_end"),
                    triggeredByEvent="true",
                ),
                path("sub_start", "a", "up", "b", "sub_end"),
            ),
            boundary("above", "sub", event("escalation", "e"), cancel=False),
            node("endEvent", "above_end"),
            path("start", "sub", "end"),
            path("above", "above_end"),
            shared='<bpmn:escalation id="e" escalationCode="e"/>',
        )
    )

    case.complete("a")

    assert case.tasks == ["b"]
    assert case.passed.count("heard") == case.passed.count("above") == 1


def test_what_an_interrupting_event_takes_away_does_not_hear_the_same_message():
    case = Case(
        sketch(
            user("a"),
            boundary("stop", "a", event("message", "reply")),
            boundary("note", "a", event("message", "reply"), cancel=False),
            node("endEvent", "stopped"),
            node("endEvent", "noted"),
            path("start", "a", "end"),
            path("stop", "stopped"),
            path("note", "noted"),
            shared=MESSAGE,
        )
    )

    assert case.send("reply").finished
    assert "note" not in case.passed


def test_an_error_in_one_instance_takes_the_others_away_before_they_act():
    many = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality>"
        "</bpmn:multiInstanceLoopCharacteristics>"
    )
    case = Case(
        sketch(
            inner(
                "each",
                xor("which", default="other"),
                node("endEvent", "bad", event("error", "e")),
                effect("never"),
                path("each_start", "which"),
                path("which", "bad", when="loopCounter == 0"),
                path("which", "never", "each_end", flow="other"),
                many,
            ),
            boundary("failed", "each", event("error", "e")),
            path("start", "each", "end"),
            path("failed", "end"),
            shared='<bpmn:error id="e" errorCode="e"/>',
        )
    )

    assert case.finished
    assert case.effects == []
    assert case.passed[-3:] == ["bad", "failed", "end"]


def test_a_task_that_calls_its_own_interruption_does_not_go_on():
    once = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>1</bpmn:loopCardinality>"
        "</bpmn:multiInstanceLoopCharacteristics>"
    )
    case = Case(
        sketch(
            node("sendTask", "tell", once, messageRef="reply"),
            boundary("heard", "tell", event("message", "reply")),
            effect("never"),
            user("a"),
            path("start", "tell", "never", "end"),
            path("heard", "a", "end"),
            shared=MESSAGE,
        )
    )

    assert (case.tasks, case.effects) == (["a"], [])
