"""Which ways of a drawing were taken by plays, and which never."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.services.design.charts import Chart, Flow
from app.services.design.played import Played


@dataclass(frozen=True, slots=True)
class Coverage:
    """How often each flow was taken and each node passed."""

    chart: Chart
    flows: Mapping[str, int]
    nodes: Mapping[str, int]

    @property
    def never(self) -> list[Flow]:
        """The flows that nothing took, in the order of the drawing."""
        return [flow for flow in self.chart.flows if not self.flows.get(flow.id)]

    @property
    def percent(self) -> int:
        """How many of a hundred flows were taken; 100 only if all were."""
        total = len(self.chart.flows)
        return 100 * (total - len(self.never)) // total if total else 100


def coverage_of(chart: Chart, plays: Iterable[Played]) -> Coverage:
    """Add up what these plays took."""
    ways: Counter[tuple[str, str]] = Counter()
    nodes: Counter[str] = Counter()
    for played in plays:
        ways.update(played.ways)
        nodes.update(played.passed)
        nodes.update(sheet.task.key for sheet in played.sheets)
    flows = {
        flow.id: ways[flow.source, flow.target]
        for flow in chart.flows
        if ways[flow.source, flow.target]
    }
    return Coverage(chart, flows, nodes)
