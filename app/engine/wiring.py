"""The last touch to a parsed process: what SpiffWorkflow adds and we do without, and what it lacks.

After this nothing changes a spec any more, so threads share it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin, BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.event_definitions import (
    ConditionalEventDefinition,
    NoneEventDefinition,
)
from SpiffWorkflow.bpmn.specs.event_definitions.timer import (
    CycleTimerEventDefinition,
    TimerEventDefinition,
)
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent

from app.domain.errors import DomainError, InvalidDiagram, Problem
from app.engine.decisions import compile_decision
from app.engine.events import BoundaryEvent, EndEvent, disarm
from app.engine.expressions import compile_expression
from app.engine.importing import original_id
from app.engine.loops import LoopTask
from app.engine.nested import EventSubProcess
from app.engine.scripting import Script
from app.engine.specs import DecisionTask, EffectTask, ScriptTask, Settings
from app.engine.step import NOT_PARAMS
from app.engine.timers import TimerDefinition, compile_timer


def wire(process: Any, decisions: Mapping[str, str]) -> Iterator[Problem]:
    """Complete the tasks of one process or sub-process; yield what can not be compiled."""
    _begin_event_sub_processes(process)
    for spec in list(process.task_specs.values()):
        spec.bpmn_id = None if spec.bpmn_id is None else original_id(spec.bpmn_id)
        _unwire_ends(process, spec)
        if isinstance(spec, BoundaryEventSplit):
            _wire_activity(process, spec)
        elif isinstance(spec, LoopTask):
            _wire_loop(process, spec)
        try:
            _compile(spec, decisions)
        except InvalidDiagram as error:
            yield from error.problems
        except DomainError as error:
            yield Problem("element_invalid", spec.bpmn_id, "%(reason)s", {"reason": error.sentence})


def receive(process: Any) -> None:
    """Let the message start event of a top process begin at once: that is what `start` is for."""
    for spec in process.start.outputs:
        if isinstance(spec, CatchingEvent):
            spec.event_definition = NoneEventDefinition()


def _begin_event_sub_processes(process: Any) -> None:
    """Let every event sub-process begin to wait with the process around it."""
    for spec in list(process.task_specs.values()):
        if isinstance(spec, EventSubProcess) and spec.name not in process.start._outputs:
            process.start.connect(spec)


def _unwire_ends(process: Any, spec: Any) -> None:
    """Let paths simply end; a process is done when no token is left."""
    if isinstance(spec, (EndEvent, EventSubProcess)):
        spec._outputs = [name for name in spec._outputs if name != process.end.name]


def _wire_activity(process: Any, split: BoundaryEventSplit) -> None:
    """Let the activity itself take its boundary events away when it is completed.

    The library's join behind every event would have to be kept as long as what the event began.
    """
    (activity,) = [spec for spec in split.outputs if not isinstance(spec, BoundaryEvent)]
    activity.completed_event.connect(disarm)
    for spec in split.outputs:
        joins = [each.name for each in spec.outputs if isinstance(each, BoundaryEventJoin)]
        spec._outputs = [name for name in spec._outputs if name not in joins]


def _wire_loop(process: Any, loop: Any) -> None:
    """Connect the instances to their loop; the library forgets that when a state is loaded."""
    process.task_specs[loop.task_spec].completed_event.connect(loop.merge_child)


def _compile(spec: Any, decisions: Mapping[str, str]) -> None:
    """Compile what the element says, so that a fault shows now and not in a running case.

    Raises:
        DomainError: it can not be compiled.
    """
    for condition, _ in getattr(spec, "cond_task_specs", ()):
        if condition is not None:
            compile_expression(condition.args[0] or "")
    definition = getattr(spec, "event_definition", None)
    if isinstance(definition, TimerEventDefinition):
        body = compile_timer(definition.expression or "")
        is_cycle = isinstance(definition, CycleTimerEventDefinition)
        spec.event_definition = TimerDefinition(definition.name, body, is_cycle=is_cycle)
    elif isinstance(definition, ConditionalEventDefinition):
        compile_expression(definition.expression or "")
    if isinstance(spec, ScriptTask):
        spec.compiled = Script(spec.script or "")
    elif isinstance(spec, EffectTask):
        settings = spec.extensions.properties.items()
        spec.params = {name: _param(text) for name, text in settings if name not in NOT_PARAMS}
    elif isinstance(spec, DecisionTask):
        spec.decision = _decision(spec.extensions, decisions)


def _param(text: str) -> Any:
    return compile_expression(text) if is_expression(text) else text


def is_expression(text: str) -> bool:
    """Whether a setting is to be computed; anything not in ``${…}`` is meant as it stands."""
    return text.strip().startswith("${") and text.strip().endswith("}")


def _decision(settings: Settings, decisions: Mapping[str, str]) -> Any:
    text = decisions.get(settings.decision or "")
    if text is None:
        raise DomainError("找不到决策表 %(key)s。", key=settings.decision or "")
    return compile_decision(text)
