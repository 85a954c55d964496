"""What the clocks of a diagram would be for a process, without moving it.

The same definitions evaluate a body here that evaluate it when a clock is armed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit

from app.engine.compiling import Diagram
from app.engine.events import BoundaryEvent
from app.engine.importing import original_id
from app.engine.step import ArmedTimer
from app.engine.timers import TimerDefinition


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock of a diagram."""

    key: str
    name: str
    #: The activity beside which it runs; ``None`` for one that the flow waits for.
    host: str | None
    interrupting: bool
    properties: Mapping[str, str]
    #: The variables that it reads.
    reads: frozenset[str]
    _definition: TimerDefinition = field(repr=False)

    def armed(self, variables: Mapping[str, Any]) -> ArmedTimer:
        """Return the clock as it would be armed in a process with these variables.

        Raises:
            ExpressionError: one that it reads is missing, or makes no rule.
        """
        rule = str(self._definition._timing(SimpleNamespace(data=variables)).rule)
        return ArmedTimer(0, self.key, self.name, rule, None, self.interrupting, self.properties)


def clocks(diagram: Diagram) -> Mapping[str, Clock]:
    """Return the clocks of a diagram by the id of the element, those of sub-processes too."""
    specs = (diagram.spec, *diagram.inner_specs.values())
    return {clock.key: clock for spec in specs for clock in _clocks(spec)}


def _clocks(spec: Any) -> Iterator[Clock]:
    hosts = {
        event.name: main.bpmn_id
        for split in spec.task_specs.values()
        if isinstance(split, BoundaryEventSplit)
        for main in split.outputs
        if not isinstance(main, BoundaryEvent)
        for event in split.outputs
    }
    for task in spec.task_specs.values():
        definition = getattr(task, "event_definition", None)
        if isinstance(definition, TimerDefinition):
            host = hosts.get(task.name)
            yield Clock(
                task.bpmn_id,
                task.bpmn_name or "",
                original_id(host) if host else None,
                isinstance(task, BoundaryEvent) and bool(task.cancel_activity),
                task.extensions.properties,
                definition.body.names,
                definition,
            )
