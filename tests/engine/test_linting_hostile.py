"""The linter against diagrams made to break it: it answers, soon, and never with a crash."""

import time
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from app import engine
from app.domain.errors import InvalidDiagram
from app.engine.linting import lint, problems_of
from app.engine.parsing import parse_xml
from app.engine.step import Source

from .drawing import chain, diagram, flow, nested, node, on_boundary, straight, timed
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
def mutants(draw):
    root = parse_xml(draw(st.sampled_from(SEEDS)))
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
