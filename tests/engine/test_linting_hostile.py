"""The linter against diagrams made to break it: it answers, soon, and never with a crash."""

import time
from copy import deepcopy
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from app import engine
from app.domain.errors import InvalidDiagram
from app.engine import fixing
from app.engine.linting import lint, problems_of
from app.engine.parsing import parse_xml
from app.engine.step import Catalogue, Source

from .drawing import chain, diagram, flow, nested, node, on_boundary, straight, timed
from .test_law import CATALOGUE, LAW, WHOLE, about, deadline
from .test_linting import BROKEN, SOUND


def many(count, tag, **attributes):
    return [node(tag, f"n{number}", **attributes) for number in range(count)]


def gates(count):
    """Alternate choices and joins, each choice leading to all joins behind it."""
    nodes = [
        node("exclusiveGateway" if n % 2 else "parallelGateway", f"n{n}") for n in range(count)
    ]
    jumps = [flow(f"n{n}", f"n{m}") for n in range(1, count, 2) for m in range(n + 3, count, 40)]
    return straight(*nodes) + "".join(jumps)


HEAVY = {
    "a chain of 5,000 tasks": straight(*many(5_000, "userTask")),
    "5,000 loose nodes": "".join(many(5_000, "userTask")),
    "5,000 boundary events": straight(node("userTask", "a"))
    + "".join(many(5_000, "boundaryEvent", attachedToRef="a")),
    "5,000 self-loops": "".join(
        node("scriptTask", f"n{n}") + flow(f"n{n}", f"n{n}") for n in range(5_000)
    ),
    "300 gateways": gates(290),
    "a complete graph": "".join(many(60, "exclusiveGateway"))
    + "".join(flow(f"n{a}", f"n{b}") for a in range(60) for b in range(60)),
    "1,000 gateways": gates(1_000),
    "sub-processes 240 deep": nested(240),
    "5,000 signals thrown": "".join(
        node("endEvent", f"n{n}", '<~signalEventDefinition signalRef="s" />') for n in range(5_000)
    ),
    "a long expression": on_boundary(
        "timerEventDefinition", timed("timeDate", "(" * 900 + "x" + ")" * 900)
    ),
    "a ring of 299": "".join(many(299, "scriptTask"))
    + chain(*[f"n{n}" for n in range(299)], "n0"),
}  # fmt: skip


@pytest.mark.parametrize("name", HEAVY)
def test_a_heavy_diagram_is_refused_within_two_seconds(name):
    start = time.process_time()

    problems = lint(Source("p", diagram(HEAVY[name])))

    assert time.process_time() - start < 2
    assert any(problem.severity == "error" and problem.element for problem in problems)


CHOICES = {f"v{n}": {str(m): str(m) for m in range(20)} for n in range(60)}


def answered(count):
    """Ask for sixty variables at each task, and at gateways that lead everywhere for each."""
    asked = [node("userTask", f"n{n}", camunda__formKey="verify") for n in range(count)]
    gates = [node("exclusiveGateway", f"x{n}") for n in range(100)]
    jumps = [flow(f"x{n}", f"n{m}", f"v{n % 60} == '99'") for n in range(100) for m in range(count)]
    return straight(*asked, *gates) + "".join(jumps)


def late(count):
    """Let timers on each task run out on a day of rest and lead wherever the task leads."""
    tasks = [node("userTask", f"n{n}", camunda__formKey="verify") for n in range(count)]
    mark = PROPERTY.format("deadline", "true")
    timer = f"<~timerEventDefinition>{timed('timeDate', '2026-10-03')}</~timerEventDefinition>"
    events = [
        node("boundaryEvent", f"b{n}", mark + timer, attachedToRef=f"n{n % count}")
        + flow(f"b{n}", f"n{(n * 7) % count}")
        for n in range(3 * count)
    ]
    return straight(*tasks) + flow(f"n{count - 1}", "n0") + "".join(events)


def closing(count):
    """Close out everywhere, in sub-processes within each other and behind many joins."""
    ends = [node("serviceTask", f"c{n}", camunda__topic="close_out") for n in range(count)]
    jumps = [flow(f"n{n}", f"c{m}") for n in range(290) for m in range(n % 7, count, 29)]
    return gates(290) + "".join(ends) + "".join(jumps)


PROPERTY = (
    "<~extensionElements><camunda:properties>"
    '<camunda:property name="{}" value="{}" /></camunda:properties></~extensionElements>'
)
BEFORE_THE_LAW = {
    "60 variables asked for 120 times": lambda: answered(120),
    "290 timers too late": lambda: late(290),
    "3,000 timers": lambda: late(1_000),
    "closed out everywhere": lambda: closing(300),
    "closed out 1,500 times": lambda: closing(1_500),
    "sub-processes 240 deep": lambda: nested(240),
    "5,000 tasks": lambda: straight(*many(5_000, "userTask", camunda__formKey="verify")),
}
SEVERE = Catalogue(
    frozenset({"office"}),
    {"verify": frozenset(CHOICES)},
    {"close_out": (frozenset(), frozenset())},
    frozenset(),
    choices={"verify": CHOICES},
    law=replace(LAW, unfinished=frozenset(map(str, range(20))), laborious=frozenset({"verify"})),
)


@pytest.mark.parametrize("name", BEFORE_THE_LAW)
def test_a_heavy_drawing_about_a_case_is_judged_within_two_seconds(name):
    text = diagram(PROPERTY.format("subject", "case") + BEFORE_THE_LAW[name]())
    start = time.process_time()

    problems = lint(Source("p", text), SEVERE)

    assert time.process_time() - start < 2
    assert any(problem.severity == "error" and problem.element for problem in problems)


SEEDS = [text for _, _, text in BROKEN if len(text) < 20_000] + [diagram(b) for b in SOUND.values()]


def mutated(draw, root):
    """Remove, copy, move or rename something."""
    elements = [element for element in root.iter(etree.Element) if element is not root]
    element, other = draw(st.sampled_from(elements)), draw(st.sampled_from(elements))
    match draw(st.sampled_from(["remove", "copy", "tag", "attribute", "text"])):
        case "remove":
            element.getparent().remove(element)
        case "copy":
            other.append(deepcopy(element))
        case "tag":
            element.tag = other.tag
        case "attribute" if element.attrib and other.attrib:
            name = draw(st.sampled_from(sorted(element.attrib)))
            value = draw(st.sampled_from([*other.attrib.values(), "", "x y", "${a", "-1"]))
            element.set(name, value)
        case _:
            element.text = draw(st.sampled_from(["", "x", "1 / 0", "R/PT0M", "a = b", "((", "\n"]))


@st.composite
def mutants(draw, seeds=tuple(SEEDS)):
    root = parse_xml(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, 6))):
        if len(root) and sum(1 for _ in root.iter()) < 200:
            mutated(draw, root)
    return etree.tostring(root, encoding="unicode")


@settings(max_examples=300, deadline=None)
@given(mutants())
def test_no_mutant_crashes_the_linter_and_what_it_accepts_compiles(text):
    source = Source("p", text)
    errors = [p for p in problems_of(parse_xml(text), source=source) if p.severity == "error"]

    if errors:
        with pytest.raises(InvalidDiagram):
            engine.compile(source)
    else:
        engine.compile(source)


LAWFUL = [
    about(WHOLE + deadline("work", "timeDate", text))
    for text in ("after(due, days(3))", "2026-10-03T23:00", "PT72H")
]


@settings(max_examples=200, deadline=None)
@given(mutants(seeds=(*LAWFUL, *SEEDS[::5])))
def test_no_mutant_crashes_the_law_and_what_says_it_can_be_mended_can(text):
    for problem in problems_of(parse_xml(text), CATALOGUE, source=Source("p", text)):
        if problem.fix:
            mended = fixing.fix(
                Source("p", text), CATALOGUE, code=problem.code, element=problem.element
            )
            again = problems_of(parse_xml(mended), CATALOGUE, source=Source("p", mended))
            assert problem not in again
