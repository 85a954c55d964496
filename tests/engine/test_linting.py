"""The linter: each rule refuses what it should, names the element, and no more than that."""

from dataclasses import replace

import pytest

from app.domain.errors import Problem
from app.engine.fixing import fix
from app.engine.linting import RULES, lint
from app.engine.step import Catalogue, Source

from .drawing import (
    chain,
    diagram,
    event_sub_process,
    flow,
    looped,
    nested,
    node,
    on_boundary,
    person,
    properties_of,
    service,
    split,
    straight,
    timed,
)
from .test_decisions import table
from .test_law import CODES

CATALOGUE = Catalogue(
    roles=frozenset({"office", "unit_clerk"}),
    forms={"plan": frozenset({"passed"}), "report": frozenset()},
    effects={"remind": (frozenset({"to"}), frozenset({"text"}))},
    variables=frozenset({"due"}),
    unit_roles=frozenset({"unit_clerk"}),
    fields=frozenset({"name"}),
)

#: One that also knows what the decision table reads.
REGION = replace(CATALOGUE, variables=frozenset({"due", "region"}))


DECISIONS = {
    "limit": table(["region"], ["period"], [["", "3"]]),
    "bad": table(["n."], ["x"], [["1", "1"]]),
    "other": table(["due"], ["x"], [["1", "1"]]),
}
MESSAGE = '<bpmn:message id="m" name="order" />'
SIGNAL = '<bpmn:signal id="s" name="alarm" />'
PAR = "".join(
    node("parallelGateway", f"g{i}")
    + node("parallelGateway", f"h{i}")
    + node("userTask", f"a{i}")
    + node("userTask", f"b{i}")
    + chain(f"g{i}", f"a{i}", f"h{i}")
    + chain(f"g{i}", f"b{i}", f"h{i}")
    for i in range(7)
) + "".join(flow(f"h{i}", f"g{i + 1}") for i in range(6))
TIMER = "timerEventDefinition"
CATCH = "intermediateCatchEvent"

#: Rule, element and a diagram that breaks it.
BROKEN = [
    ("structure/no_process", "definitions", diagram("", attributes='id="p"')),
    ("structure/key", "definitions", diagram(
        straight(), attributes='id="q" isExecutable="true"',
        root='<bpmn:process id="r" isExecutable="true" />')),
    ("structure/id", "p", diagram(straight() + '<~userTask name="x" />')),
    ("structure/id", "a b", diagram(straight(node("userTask", "a b")))),
    ("structure/duplicate_id", "a", diagram(straight(node("userTask", "a")) + node("group", "a"))),
    ("structure/reserved_id", "a.BoundaryEventSplit", diagram(
        straight(node("userTask", "a.BoundaryEventSplit")))),
    ("structure/unknown_element", "c", diagram(straight() + node("choreographyTask", "c"))),
    ("structure/data_association", "i", diagram(straight(
        node("userTask", "a", node("dataInputAssociation", "i"))))),
    ("structure/loose_flow", "end-gone", diagram(straight() + flow("end", "gone"))),
    ("structure/flow_id", "p", diagram(straight().replace(' id="start-end"', ""))),
    ("structure/foreign_setting", "u", diagram(straight(node("userTask", "u", node(
        "extensionElements", "",
        '<z:taskDefinition xmlns:z="http://camunda.org/schema/zeebe/1.0" type="x" />'))))),
    ("structure/double_flow", "g", diagram(straight(node("parallelGateway", "g"))
        + node("sequenceFlow", "again", sourceRef="g", targetRef="end"))),
    ("structure/too_many_nodes", "p", diagram(straight(
        *[node("userTask", f"t{i}") for i in range(299)]))),
    ("structure/start", "p", diagram(node("endEvent", "end"))),
    ("structure/start", "p", diagram(straight() + node("startEvent", "two") + flow("two", "end"))),
    ("structure/no_end", "p", diagram(node("startEvent", "s"))),
    ("structure/dead_end", "a", diagram(
        node("startEvent", "s") + node("userTask", "a") + flow("s", "a"))),
    ("structure/direction", "start", diagram(straight(node("userTask", "a")) + flow("a", "start"))),
    ("structure/direction", "end", diagram(straight(node("userTask", "a")) + flow("end", "a"))),
    ("structure/implicit_split", "a", diagram(straight(node("userTask", "a"))
        + node("endEvent", "e2") + flow("a", "e2"))),
    ("structure/quantity", "a", diagram(straight(node("userTask", "a", startQuantity="2")))),
    ("flow/unreachable", "b", diagram(straight() + node("userTask", "b") + flow("b", "end"))),
    ("flow/no_condition", "split-end1", diagram(split("exclusiveGateway", "1 == 1", None))),
    ("flow/condition_on_activity", "a-b", diagram(straight(node("userTask", "a"))
        + node("userTask", "b") + flow("a", "b", "x") + flow("b", "end"))),
    ("flow/ignored_condition", "split-end0", diagram(split("parallelGateway", "x", None))),
    ("flow/no_default", "split", diagram(split("inclusiveGateway", "x", "y"))),
    ("flow/bad_default", "split", diagram(split("exclusiveGateway", "x", "y", default="gone"))),
    ("flow/condition_on_default", "split-end0", diagram(
        split("exclusiveGateway", "x", "y", default="split-end0"))),
    ("flow/join_and_fork", "j", diagram(
        split("parallelGateway", None, None)
        .replace("endEvent", "userTask").replace("end1", "b").replace("end0", "a")
        + node("parallelGateway", "j") + flow("a", "j") + flow("b", "j")
        + "".join(node("endEvent", e) + flow("j", e) for e in ("e1", "e2")))),
    ("flow/deadlock", "j", diagram(
        node("startEvent", "s") + node("exclusiveGateway", "x") + node("parallelGateway", "j")
        + node("userTask", "a") + node("userTask", "b") + node("endEvent", "e")
        + chain("s", "x", "a", "j", "e") + chain("x", "b", "j"))),
    ("flow/deadlock", "j", diagram(
        straight(node("parallelGateway", "j"), node("userTask", "a"), node("exclusiveGateway", "x"))
        + flow("x", "j", "true"))),
    ("flow/parallel_chain", "p", diagram(
        node("startEvent", "s") + node("endEvent", "e") + PAR + flow("s", "g0") + flow("h6", "e"))),
    ("flow/endless_loop", "a", diagram(
        straight(node("scriptTask", "a", "<~script>n = 1</~script>"), node("exclusiveGateway", "x"))
        + flow("x", "a", "m"))),
    ("event/unsupported", "late", diagram(on_boundary("compensateEventDefinition"))),
    ("event/unsupported", "start", diagram(straight().replace(
        'id="start">', 'id="start"><~timerEventDefinition />'))),
    ("event/unsupported", "l", diagram(straight(
        node("intermediateThrowEvent", "l", "<~linkEventDefinition />")))),
    ("event/unsupported", "c", diagram(straight(
        node("intermediateThrowEvent", "c", "<~compensateEventDefinition />")))),
    ("event/unsupported", "n", diagram(straight(node(CATCH, "n")))),
    ("event/multiple", "late", diagram(on_boundary(
        TIMER, "", parallelMultiple="true"))),
    ("event/reference", "r", diagram(straight(node(CATCH, "n", node("eventDefinitionRef", "r"))))),
    ("event/no_target", "n", diagram(straight(
        node(CATCH, "n", '<~messageEventDefinition messageRef="gone" />')))),
    ("event/no_target", "n", diagram(straight(node(CATCH, "n", "<~signalEventDefinition />")))),
    ("event/no_target", "late", diagram(on_boundary("errorEventDefinition", "").replace(
        "<~errorEventDefinition>", '<~errorEventDefinition errorRef="gone">'))),
    ("structure/nesting", "s10", diagram(nested(12))),
    ("event/boundary_host", "late", diagram(on_boundary(TIMER).replace(
        'attachedToRef="work"', 'attachedToRef="gone"'))),
    ("event/error_continues", "late", diagram(on_boundary(
        "errorEventDefinition", cancelActivity="false"))),
    ("event/cancel_outside", "late", diagram(on_boundary("cancelEventDefinition"))),
    ("event/gateway_target", "a", diagram(straight(
        node("eventBasedGateway", "g"), node("userTask", "a")))),
    ("event/gateway_kind", "g", diagram(straight(
        node("eventBasedGateway", "g"), node("userTask", "a")))),
    ("event/message_name", "m", diagram(straight(), root='<bpmn:message id="m" />')),
    ("event/unheard_signal", "t", diagram(straight(
        node("intermediateThrowEvent", "t", '<~signalEventDefinition signalRef="s" />')),
        root=SIGNAL)),
    ("event/silent_signal", "t", diagram(straight(
        node(CATCH, "t", '<~signalEventDefinition signalRef="s" />')), root=SIGNAL)),
    ("event/uncaught_error", "end", diagram(straight().replace(
        'id="end">', 'id="end"><~errorEventDefinition />'))),
    ("event/no_condition", "late", diagram(on_boundary("conditionalEventDefinition"))),
    ("structure/ignored_setting", "u", diagram(straight(person(camunda__dueDate="x")))),
    ("structure/ignored_setting", "c", diagram(straight(node("callActivity", "c", node(
        "extensionElements", "", '<camunda:in source="a" target="b" />'), calledElement="q")))),
    ("activity/unsupported", "g", diagram(straight(node("complexGateway", "g")))),
    ("activity/unsupported", "s", diagram(straight(node("adHocSubProcess", "s")))),
    ("activity/compensation", "u", diagram(
        straight() + node("userTask", "u", isForCompensation="true"))),
    ("activity/no_topic", "s", diagram(straight(node("serviceTask", "s")))),
    ("activity/no_message", "r", diagram(straight(node("receiveTask", "r")))),
    ("activity/instantiate", "r", diagram(straight(
        node("receiveTask", "r", messageRef="m", instantiate="true")), root=MESSAGE)),
    ("activity/no_decision", "b", diagram(straight(node("businessRuleTask", "b")))),
    ("activity/event_sub_process", "aside", diagram(
        event_sub_process("x").replace("<~x />", ""))),
    ("loop/behavior", "m", diagram(looped(node(
        "multiInstanceLoopCharacteristics", "m", "<~loopCardinality>3</~loopCardinality>",
        behavior="One")))),
    ("loop/no_cardinality", "work", diagram(looped("<~multiInstanceLoopCharacteristics />"))),
    ("loop/too_many", "m", diagram(looped(node(
        "multiInstanceLoopCharacteristics", "m", "<~loopCardinality>201</~loopCardinality>")))),
    ("loop/too_many", "m", diagram(looped(node(
        "multiInstanceLoopCharacteristics", "m", "<~loopCardinality>-1</~loopCardinality>")))),
    ("loop/maximum", "l", diagram(looped(
        node("standardLoopCharacteristics", "l", loopMaximum="-1")))),
    ("loop/endless", "work", diagram(looped("<~standardLoopCharacteristics />"))),
    ("loop/endless", "work", diagram(looped(
        "<~standardLoopCharacteristics><~loopCondition>true</~loopCondition>"
        "</~standardLoopCharacteristics>"))),
    ("call/no_target", "c", diagram(straight(node("callActivity", "c")))),
    ("call/no_target", "c", diagram(straight(node("callActivity", "c", calledElement="${x}")))),
    ("call/unknown", "c", diagram(straight(node("callActivity", "c", calledElement="gone")))),
    ("call/cycle", "c", diagram(straight(node("callActivity", "c", calledElement="p")))),
    ("timer/body", "late", diagram(on_boundary(TIMER))),
    ("timer/body", "late", diagram(on_boundary(TIMER, 2 * timed("timeDuration", "P1D")))),
    *[("timer/invalid", "late", diagram(on_boundary(TIMER, timed("timeDuration", text))))
      for text in ("PT10S", "P1M3D", "P0.5M", "15D", "P", "PT", "", "3", "days(1.5)", "x.y",
                   "tomorrow()", "'soon'", "0 0/5 * * * ?", "2026-02-30", "P9999999D")],
    ("timer/cycle", "late", diagram(on_boundary(TIMER, timed("timeDuration", "R/P1M")))),
    ("timer/cycle", "late", diagram(on_boundary(
        TIMER, timed("timeCycle", "days(3)"), cancelActivity="false"))),
    ("timer/cycle_in_flow", "late", diagram(on_boundary(TIMER, timed("timeCycle", "R/P1M")))),
    ("timer/cycle_in_flow", "n", diagram(straight(node(
        CATCH, "n", f"<~{TIMER}>{timed('timeCycle', 'every(days(1))')}</~{TIMER}>")))),
    ("timer/too_short", "late", diagram(on_boundary(
        TIMER, timed("timeCycle", "R/PT0M"), cancelActivity="false"))),
    ("timer/too_short", "late", diagram(on_boundary(
        TIMER, timed("timeCycle", "every(days(0))"), cancelActivity="false"))),
    ("expression/invalid", "split-end0", diagram(split("exclusiveGateway", "a.b", "y"))),
    ("expression/invalid", "u", diagram(straight(person(camunda__assignee="${a.b}")))),
    ("expression/script", "s", diagram(straight(
        node("scriptTask", "s", "<~script>import os</~script>")))),
    ("expression/script", "s", diagram(straight(node("scriptTask", "s")))),
    ("expression/language", "split-end0", diagram(split("exclusiveGateway", "x", "y").replace(
        "<~conditionExpression>x", '<~conditionExpression language="javascript">x'))),
]  # fmt: skip


#: The same, for what only shows against a catalogue and the decision tables.
STRANGE = [
    ("catalogue/role", "u", node("userTask", "u", camunda__formKey="plan")),
    ("catalogue/role", "u", person(camunda__candidateGroups="office,unit_clerk")),
    ("catalogue/role", "u", person(camunda__candidateGroups="${role}")),
    ("catalogue/form", "u", node("userTask", "u", camunda__candidateGroups="office")),
    ("catalogue/form", "u", person(camunda__formKey="gone")),
    ("catalogue/effect", "s", service("fly")),
    ("catalogue/missing_param", "s", service("remind")),
    ("catalogue/told_role", "s", service("remind", to="office, unit")),
    ("start/unit_role", "u", person(camunda__candidateGroups="unit_clerk")),
    ("catalogue/unknown_param", "s", service("remind", to="unit", too="unit")),
    ("catalogue/decision", "b", node("businessRuleTask", "b", camunda__decisionRef="gone")),
    ("catalogue/bad_decision", "b", node("businessRuleTask", "b", camunda__decisionRef="bad")),
    ("catalogue/bad_decision", "b", node("businessRuleTask", "b", camunda__decisionRef="other")),
    ("expression/decision_input", "b", node("businessRuleTask", "b", camunda__decisionRef="limit")),
    ("expression/unknown_name", "s", service("remind", to="${nobody}")),
    ("expression/unknown_name", "s", node("scriptTask", "s", "<~script>n = m + 1</~script>")),
    ("expression/unknown_name", "u", person(camunda__assignee="${nobody}")),
    ("expression/unknown_name", "n", node(
        CATCH, "n", f"<~{TIMER}>{timed('timeDate', 'deu')}</~{TIMER}>")),
]  # fmt: skip

#: Rule, and what a process says of its beginning that breaks it.
BEGUN = [
    ("start/starters", {"starters": "office, officer"}),
    ("start/started_by", {"started_by": "anybody"}),
    ("start/nobody", {"started_by": "program"}),
    ("start/title", {"title": "nick"}),
]


def errors(text, catalogue=None, **parts):
    return [(p.code, p.element) for p in lint(Source("p", text, **parts), catalogue)]


def numbered(table):
    return [f"{row[0]}-{number}" for number, row in enumerate(table)]


@pytest.mark.parametrize(("code", "element", "text"), BROKEN, ids=numbered(BROKEN))
def test_a_broken_diagram_is_refused_with_the_rule_and_the_element(code, element, text):
    assert (code, element) in errors(text)


@pytest.mark.parametrize(("code", "element", "body"), STRANGE, ids=numbered(STRANGE))
def test_what_the_catalogue_does_not_know_is_refused(code, element, body):
    assert (code, element) in errors(diagram(straight(body)), CATALOGUE, decisions=DECISIONS)


@pytest.mark.parametrize(("code", "said"), BEGUN, ids=numbered(BEGUN))
def test_what_a_process_says_of_its_beginning_must_make_sense(code, said):
    assert (code, "p") in errors(diagram(properties_of(**said) + straight(person())), CATALOGUE)


def test_a_unit_that_begins_a_process_can_be_given_its_tasks():
    told = properties_of(starters="unit_clerk")
    person_of_unit = person(camunda__candidateGroups="unit_clerk")

    assert errors(diagram(told + straight(person_of_unit)), CATALOGUE) == []


def test_every_rule_has_a_diagram_that_breaks_it():
    tried = {row[0] for row in [*BROKEN, *STRANGE, *BEGUN]} | {
        "catalogue/deadline",
        "catalogue/code",
    }
    tried |= {"catalogue/ruled_length", "flow/no_way_on", *CODES}

    assert tried == {rule.code for rule in RULES}


def test_without_a_catalogue_nothing_is_held_against_it():
    assert errors(diagram(straight(person(camunda__formKey="gone")))) == []


def test_two_deadlines_on_one_task_are_refused():
    mark = (
        "<~extensionElements><camunda:properties>"
        '<camunda:property name="deadline" value="true" /></camunda:properties>'
        "</~extensionElements>"
    )
    body = on_boundary(TIMER, timed("timeDate", "due"), host=person()).replace(
        f"<~{TIMER}>", f"{mark}<~{TIMER}>"
    )
    once = diagram(body)
    second = body[body.index("<~boundaryEvent") :]
    twice = diagram(body + second.replace("late", "later"))

    assert errors(once, CATALOGUE) == []
    assert errors(twice, CATALOGUE) == [("catalogue/deadline", "u")]


def test_a_code_that_the_rule_book_lacks_is_a_warning_naming_the_timer():
    mark = (
        '<~extensionElements><camunda:properties><camunda:property name="code" value="T99" />'
        "</camunda:properties></~extensionElements>"
    )
    body = on_boundary(TIMER, timed("timeDate", "due"), host=person())
    text = diagram(body.replace(f"<~{TIMER}>", f"{mark}<~{TIMER}>"))

    book = replace(CATALOGUE, codes={"T05": "workdays(10)"})

    assert [(p.severity, p.code, p.element) for p in lint(Source("p", text), book)] == [
        ("warning", "catalogue/code", "late")
    ]
    assert lint(Source("p", text), replace(book, codes={"T99": ""})) == []
    assert lint(Source("p", text), CATALOGUE) == []  # nobody told it of a rule book


def test_a_length_that_the_rule_book_overrules_is_a_warning_and_can_be_freed():
    mark = (
        '<~extensionElements><camunda:properties><camunda:property name="code" value="T05" />'
        "</camunda:properties></~extensionElements>"
    )
    body = on_boundary(TIMER, timed("timeDuration", "workdays(4)"), host=person())
    text = diagram(body.replace(f"<~{TIMER}>", f"{mark}<~{TIMER}>"))
    source, book = Source("p", text), replace(CATALOGUE, codes={"T05": "workdays(10)"})

    (found,) = lint(source, book)

    assert (found.severity, found.code, found.element) == (
        "warning",
        "catalogue/ruled_length",
        "late",
    )
    assert "图上所写的4个工作日不起作用" in found.message
    mended = fix(source, book, code=found.code, element=found.element)
    assert "workdays(4)" in mended
    assert lint(Source("p", mended), book) == []
    assert lint(source, replace(book, codes={"T05": "workdays(4)"})) == []


SOUND = {
    "a task": straight(node("userTask", "a")),
    "an effect": straight(service("anything")),
    "a script": straight(node("scriptTask", "s", "<~script>n = 1&#10;m = n + 1</~script>")),
    "a call": straight(node("callActivity", "c", calledElement="other")),
    "a reminder every month": on_boundary(
        TIMER, timed("timeCycle", "R/P1M"), cancelActivity="false"),
    "a deadline": on_boundary(TIMER, timed("timeDate", "before(due, workdays(3))")),
    "a choice": split("exclusiveGateway", "x > 1", None, default="split-end1"),
    "a rework loop": straight(
        node("userTask", "a"), node("exclusiveGateway", "x", default="x-end"))
        + flow("x", "a", "not passed"),
    "a counting loop": straight(
        node("scriptTask", "a", "<~script>n = n + 1</~script>"),
        node("exclusiveGateway", "x", default="x-end")) + flow("x", "a", "n &lt; 3"),
    "a loop whose wait is in one parallel branch": node("startEvent", "s") + node("endEvent", "e")
        + node("exclusiveGateway", "m") + node("parallelGateway", "f") + node("userTask", "a")
        + service("b") + node("parallelGateway", "j")
        + node("exclusiveGateway", "x", default="x-e")
        + chain("s", "m", "f", "a", "j", "x", "e") + chain("f", "b", "j") + flow("x", "m", "again"),
    "six parallel blocks": node("startEvent", "s") + node("endEvent", "e")
        + PAR.split('<~parallelGateway id="g6"')[0] + chain("s", "g0") ,
    "an event sub-process": event_sub_process(TIMER, isInterrupting="false").replace(
        f"<~{TIMER} />", f"<~{TIMER}>{timed('timeDuration', 'P1D')}</~{TIMER}>"),
    "several instances": looped("<~multiInstanceLoopCharacteristics>"
        "<~loopCardinality>200</~loopCardinality></~multiInstanceLoopCharacteristics>"),
    "a signal from one branch to the other": node("startEvent", "s") + node("endEvent", "e")
        + node("parallelGateway", "f") + chain("s", "f", "t", "e") + chain("f", "c", "e")
        + node("intermediateThrowEvent", "t", '<~signalEventDefinition signalRef="z" />')
        + node(CATCH, "c", '<~signalEventDefinition signalRef="z" />')
        + '</bpmn:process><bpmn:signal id="z" name="z" /><bpmn:process id="void">',
    "notes for people": straight(node("userTask", "a")) + node("textAnnotation", "t")
        + node("dataObjectReference", "d") + node("laneSet", "l"),
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name in SOUND if name != "six parallel blocks"])
def test_a_sound_diagram_has_no_error(name):
    called = {"other": diagram(straight(), attributes='id="other" isExecutable="true"')}
    problems = lint(Source("p", diagram(SOUND[name]), called=called))

    assert [p for p in problems if p.severity == "error"] == []


def test_all_problems_are_told_at_once_and_errors_first():
    text = diagram(
        split("exclusiveGateway", "a.b", "c.d", tail=node("serviceTask", "s") + flow("s", "end0"))
    )

    assert [(p.severity, p.code, p.element) for p in lint(Source("p", text))] == [
        ("error", "activity/no_topic", "s"),
        ("error", "flow/unreachable", "s"),
        ("error", "expression/invalid", "split-end0"),
        ("error", "expression/invalid", "split-end1"),
        ("warning", "flow/no_default", "split"),
    ]


def test_a_problem_is_told_in_chinese_with_the_name_of_the_element():
    text = diagram(straight(node("serviceTask", "s", name="催办")))

    assert lint(Source("p", text)) == [
        Problem(
            "activity/no_topic",
            "s",
            "系统任务“%(name)s”没有选择动作，系统不知道该做什么。请在“动作”中选择。",
            {"name": "催办"},
            why="系统走过此处却什么也不做，该发的通知、函件不会发出。",
        )
    ]
    assert lint(Source("p", text))[0].message.startswith("系统任务“催办”")


def test_an_element_that_nobody_named_is_told_by_its_kind():
    (found,) = lint(Source("p", diagram(straight(node("serviceTask", "s")))))

    assert (found.element, found.message[:14]) == ("s", "系统任务“未命名的系统任务”")


@pytest.mark.parametrize(
    "text", ["", "no xml", "<a/>", "<!DOCTYPE a><a/>", "<?x y?><a/>", "\ud800"]
)
def test_what_is_no_diagram_is_a_problem_and_not_a_crash(text):
    assert [p.severity for p in lint(Source("p", text))] == ["error"]


def test_an_error_may_be_caught_around_it_or_where_its_process_is_called():
    failing = straight().replace('id="end">', 'id="end"><~errorEventDefinition />')
    inside = failing.replace('"start"', '"in"').replace('"end"', '"out"')
    around = on_boundary("errorEventDefinition", host=node("subProcess", "work", inside))
    caller = on_boundary(
        "errorEventDefinition", host=node("callActivity", "work", calledElement="q")
    )
    called = f'<bpmn:process id="q" isExecutable="true">{inside}</bpmn:process>'
    deeper = straight(node("subProcess", "deep", inside))
    deeper = deeper.replace('"start"', '"in2"').replace('"end"', '"out2"')
    twice = on_boundary("errorEventDefinition", host=node("subProcess", "work", deeper))

    assert errors(diagram(around)) == []
    assert errors(diagram(twice)) == []
    assert errors(diagram(caller, root=called)) == []


def test_mutual_calls_are_refused():
    caller = diagram(straight(node("callActivity", "c", calledElement="q")))
    called = diagram(
        straight(node("callActivity", "d", calledElement="p")),
        attributes='id="q" isExecutable="true"',
    )

    assert errors(caller, called={"q": called}) == [("call/cycle", "c")]


def test_a_loop_over_a_called_process_that_nobody_waits_in_is_endless():
    loop = straight(node("callActivity", "c", calledElement="q"), node("exclusiveGateway", "x"))
    text = diagram(loop.replace("x-end", "x-e") + flow("x", "c", "again"))
    rushing = diagram(straight(service("b")), attributes='id="q" isExecutable="true"')
    waiting = diagram(straight(node("userTask", "b")), attributes='id="q" isExecutable="true"')

    assert ("flow/endless_loop", "c") in errors(text, called={"q": rushing})
    assert ("flow/endless_loop", "c") not in errors(text, called={"q": waiting})


def test_variables_may_come_from_forms_scripts_decisions_and_the_program():
    body = straight(
        person(),
        node("scriptTask", "c", "<~script>n = 1</~script>"),
        node("businessRuleTask", "b", camunda__decisionRef="limit"),
        service("remind", to="${passed and n == 1 and period == 3 and due != null}"),
    )

    assert errors(diagram(body), REGION, decisions=DECISIONS) == []
