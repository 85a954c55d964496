"""Which variables a diagram reads and which it sets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from app.domain.errors import InvalidDiagram
from app.engine.decisions import Decision, compile_decision
from app.engine.expressions import Expression, ExpressionError, compile_expression
from app.engine.linting.model import Flow, Model, Node, children, setting, text_of
from app.engine.scripting import Script


def script_lines(node: Node) -> Iterator[str]:
    """Yield the lines of a script task that do something."""
    for script in children(node.element, "script"):
        yield from (line.strip() for line in text_of(script).splitlines() if line.strip())


def assignments(node: Node) -> Iterator[tuple[str, Expression]]:
    """Yield what a script task sets, and to what; lines with faults are left out."""
    for line in script_lines(node):
        with suppress(ExpressionError):
            yield from Script(line).lines


def read_names(text: str) -> frozenset[str]:
    """Return the variables an expression reads; none if it is no expression."""
    try:
        return compile_expression(text).names
    except ExpressionError:
        return frozenset()


def condition_names(flows: Iterable[Flow]) -> set[str]:
    """Return the variables that the conditions of *flows* read."""
    conditions = (flow.condition for flow in flows if flow.condition is not None)
    return {name for condition in conditions for name in read_names(text_of(condition))}


def decision_of(model: Model, node: Node) -> Decision | None:
    """Return the decision a business rule task names, if it is there and sound."""
    key = setting(node.element, "decisionRef")
    text = model.source.decisions.get(key) if model.source and key else None
    try:
        return compile_decision(text) if text else None
    except InvalidDiagram:
        return None


def assigned_names(model: Model, nodes: Iterable[Node]) -> set[str]:
    """Return the variables that these nodes set, by script or by decision."""
    names: set[str] = set()
    for node in nodes:
        if node.kind == "scriptTask":
            names |= {name for name, _ in assignments(node)}
        elif node.kind == "businessRuleTask" and (decision := decision_of(model, node)):
            names |= set(decision.outputs)
        elif node.inner is not None:
            names |= assigned_names(model, node.inner.nodes)
    return names


def collections(model: Model) -> Iterator[tuple[Any, str]]:
    """Yield each multi-instance activity's list as Camunda writes it."""
    for loop in model.executable("multiInstanceLoopCharacteristics"):
        if text := setting(loop, "collection"):
            yield loop, text


def item_names(element: Any) -> set[str]:
    """Return the variables that a multi-instance activity sets for each instance."""
    item = setting(element, "elementVariable")
    items = [child.get("name") or child.get("id") for child in children(element, "inputDataItem")]
    return {name for name in [item, *items] if name}
