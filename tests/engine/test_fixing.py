"""Automatic changes: each mends what it was asked to mend, and touches nothing else."""

from dataclasses import replace

import pytest
from lxml import etree

from app.engine import fixing
from app.engine.fixing import CannotFix
from app.engine.linting import RULES, lint
from app.engine.linting.fixes import FIXES, LABELS
from app.engine.step import Source

from .drawing import diagram, flow, node, split, straight
from .test_law import ASIDE, CATALOGUE, PARTS, WHOLE, about, chain, deadline, step
from .test_linting import BROKEN, DECISIONS, REGION, STRANGE, service

LANES = node("laneSet", "l", node("lane", "unit", "".join(
    f"<~flowNodeRef>{key}</~flowNodeRef>" for key in ("a", "u")
)))  # fmt: skip
OFFICE = {"camunda__candidateGroups": "office", "camunda__formKey": "plan"}
TASK = PARTS + step("work") + chain("start", "work")
#: A clock that names a number of the rule book, where that says another length.
CODED = TASK + deadline("work", "timeDuration", "workdays(4)", **ASIDE).replace(
    "</camunda:properties>",
    '<camunda:property name="code" value="T05" /></camunda:properties>',
)
BOOK = replace(CATALOGUE, codes={"T05": "workdays(10)"})
#: What is mended, beside the broken diagrams of the linter: catalogue and text.
MORE = [
    (None, diagram(straight(), attributes='id="p"')),
    (REGION, diagram(straight(node("userTask", "u", **OFFICE | {
        "camunda__candidateGroups": "Office, king"})))),
    (REGION, diagram(LANES + straight(
        node("userTask", "a", **OFFICE), node("userTask", "u", camunda__formKey="plan")))),
    (REGION, diagram(straight(service("remind", to="office", too="x")))),
    (REGION, diagram(split("exclusiveGateway", "due", None, None))),
    (BOOK, about(CODED)),
    (CATALOGUE, about(WHOLE + deadline("work", "timeDate", "after(due, workdays(5))", **ASIDE))),
    (CATALOGUE, about(TASK + deadline("work", "timeDate", "2026-10-03", **ASIDE))),
    (CATALOGUE, about(TASK + deadline("work", "timeDate", "2026-11-20T23:00", **ASIDE))),
    (CATALOGUE, about(TASK + deadline("work", "timeDuration", "PT72H", **ASIDE))),
    (CATALOGUE, about(WHOLE + deadline("work", "timeDuration", "days(5)"))),
    (CATALOGUE, about(TASK + flow("work", "end") + deadline("work", "timeDuration", "days(5)"))),
]  # fmt: skip
ALL = [
    *((None, text) for _, _, text in BROKEN),
    *((REGION, diagram(straight(body))) for _, _, body in STRANGE),
    *MORE,
]


def source(text):
    return Source("p", text, DECISIONS)


def fixable():
    """Every finding of all these that says it can be mended."""
    for catalogue, text in ALL:
        for problem in lint(source(text), catalogue):
            if problem.fix:
                yield pytest.param(catalogue, text, problem, id=f"{problem.code}-{problem.fix}")


def counted(text, catalogue):
    problems = lint(source(text), catalogue)
    return [(p.code, p.element, str(p.message)) for p in problems]


@pytest.mark.parametrize(("catalogue", "text", "problem"), list(fixable()))
def test_a_finding_that_says_so_is_mended_and_nothing_else_breaks(catalogue, text, problem):
    before = counted(text, catalogue)
    mended = fixing.fix(source(text), catalogue, code=problem.code, element=problem.element)
    after = counted(mended, catalogue)

    assert (problem.code, problem.element, str(problem.message)) not in after
    assert len(after) <= len(before)  # a cycle in its place may be one too many there


def test_every_change_is_tried_named_and_used():
    tried = {param.values[2].fix for param in fixable()}

    assert tried == set(FIXES) == set(LABELS) == {rule.fix for rule in RULES if rule.fix}


LAYOUT = (
    '<di:BPMNDiagram xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" id="d"><di:BPMNPlane>'
    '<!-- by hand --><di:BPMNEdge bpmnElement="{}" /><di:BPMNShape bpmnElement="g" />'
    "</di:BPMNPlane></di:BPMNDiagram>"
)


def test_the_layout_stays_and_only_a_removed_flow_takes_its_line_along():
    double = diagram(
        straight(node("parallelGateway", "g", "<~outgoing>again</~outgoing>"))
        + node("sequenceFlow", "again", sourceRef="g", targetRef="end")
    )
    text = '<?xml version="1.0" encoding="UTF-8"?>\n' + double.replace(
        "</bpmn:definitions>", LAYOUT.format("again") + "</bpmn:definitions>"
    )
    mended = fixing.fix(source(text), None, code="structure/double_flow", element="g")

    assert mended.startswith('<?xml version="1.0" encoding="UTF-8"?>')
    assert "again" not in mended
    assert "<!-- by hand -->" in mended
    assert 'bpmnElement="g"' in mended


def test_what_can_only_be_mended_by_people_is_refused():
    gate = diagram(split("exclusiveGateway", "x", "y"))
    fine = diagram(straight(node("userTask", "a")))

    for text, code, element in (
        (gate, "flow/no_default", "split"),  # which of the two is nobody's guess
        (fine, "flow/no_default", "a"),
        (fine, "no/rule", None),
        (diagram(split("exclusiveGateway", "x", "y", default="z")), "flow/bad_default", "end0"),
    ):
        with pytest.raises(CannotFix):
            fixing.fix(source(text), None, code=code, element=element)


def test_a_timer_whose_way_joins_the_others_is_not_simply_let_run_beside_them():
    joining = deadline("work", "timeDuration", "days(5)").replace("late_end", "close")
    body = (TASK + chain("work", "close") + joining).replace(node("endEvent", "close"), "")

    lost = [p for p in lint(source(about(body)), CATALOGUE) if p.code == "law/lost_work"]

    assert [(p.element, p.fix) for p in lost] == [("late", None)]  # the case would go on twice


def test_the_last_of_several_ways_without_condition_becomes_the_default():
    text = diagram(split("exclusiveGateway", "x", None, None))

    mended = etree.fromstring(
        fixing.fix(source(text), None, code="flow/no_default", element="split")
    )

    assert mended.find(".//{*}exclusiveGateway").get("default") == "split-end2"


def test_a_role_is_filled_in_only_if_no_other_can_be_meant():
    two = node("userTask", "u", **OFFICE | {"camunda__candidateGroups": "office,unit_clerk"})

    problem = next(p for p in lint(source(diagram(straight(two))), REGION))

    assert (problem.code, problem.fix) == ("catalogue/role", None)
