"""The way of one step, told in the order in which it was gone; and when its clocks strike."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from app.domain.calendar import Calendar
from app.domain.deadlines import Due, due, next_occurrence
from app.domain.design_terms import LineKind
from app.domain.rules import Rule
from app.engine import Effect, Step
from app.services.design._paper import Paper
from app.services.design.charts import Chart, Flow
from app.services.design.played import Clock


def counted(
    rule: Rule, before: Clock | None, at: datetime, calendar: Calendar
) -> tuple[datetime, Due, int]:
    """Return from when a clock counts, when it strikes, and how many periods were missed."""
    if before is None:
        return at, due(rule, at, calendar), 0
    return before.base, *next_occurrence(rule, before.base, before.due, now=at, calendar=calendar)


def tell_way(paper: Paper, chart: Chart, step: Step) -> Iterator[Effect]:
    """Note which ways and which rules of tables were taken; yield each effect in its place."""
    effects = deque(step.effects)
    decided = {element: (table, read) for element, table, read in step.decided}
    onward: dict[str, list[Flow]] = defaultdict(list)
    for flow in chart.flows_taken(step.taken):
        onward[flow.source].append(flow)
    for element in step.passed:
        while effects and effects[0].key == element:
            yield effects.popleft()
            break
        if element in decided:
            _tell_table(paper, element, *decided[element])
        node = chart.nodes.get(element)
        if node is not None and node.divides:
            for flow in onward[element][:1] if node.kind == "exclusiveGateway" else onward[element]:
                _tell_flow(paper, chart, flow)
            onward[element] = onward[element][1:]
    yield from effects


def _tell_table(paper: Paper, element: str, key: str, read: Mapping[str, Any]) -> None:
    table = paper.decisions[key]
    said = {name: _plain(value) for name, value in table.evaluate(read).items()}
    paper.note(LineKind.DECIDED, element, name=table.name, rows=table.hits(read), said=said)


def _plain(value: object) -> object:
    return value if isinstance(value, bool | int | float | list) else str(value)


def _tell_flow(paper: Paper, chart: Chart, flow: Flow) -> None:
    divided = [other for other in chart.flows if other.source == flow.source]
    if len(divided) > 1:
        paper.note(LineKind.WAY, flow.source, what=flow.id, to=flow.target, name=flow.name)
