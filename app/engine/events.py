"""Events: who catches one, and what catching does to the others."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.event_definitions import (
    ConditionalEventDefinition,
    EscalationEventDefinition,
    MessageEventDefinition,
    SignalEventDefinition,
    TerminateEventDefinition,
)
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.util import BpmnEvent

from app.engine.loops import LoopTask
from app.engine.nested import EventSubProcess
from app.engine.specs import InclusiveGateway
from app.engine.timers import TimerDefinition

_MANY_TIMES = (MessageEventDefinition, SignalEventDefinition, EscalationEventDefinition)


class EventBasedGateway(BpmnSpecMixin):
    """A gateway behind which several events wait; the first to come takes the others away.

    The library lets the gateway itself wait for all; then no event of it has a timer of its own.
    """


class _Awaited:
    """An event in the flow, perhaps one of several behind an event-based gateway."""

    def _on_ready_hook(self, my_task: Any) -> None:
        super()._on_ready_hook(my_task)  # type: ignore[misc]
        if isinstance(my_task.parent.task_spec, EventBasedGateway):
            for sibling in my_task.parent.children:
                if sibling is not my_task:
                    sibling.cancel()


class IntermediateCatchEvent(_Awaited, defaults.IntermediateCatchEvent):
    """An event that the flow waits for."""


class ReceiveTask(_Awaited, defaults.ReceiveTask):
    """A task that waits for a message."""


class BoundaryEvent(defaults.BoundaryEvent):
    """An event that waits as long as its activity is open."""

    def _on_ready_hook(self, my_task: Any) -> None:
        """Take the activity away at once, before anything in it can still complete."""
        super()._on_ready_hook(my_task)
        if self.cancel_activity:
            for sibling in my_task.parent.children:
                is_event = isinstance(sibling.task_spec, BoundaryEvent)
                if not is_event or sibling.state == TaskState.WAITING:
                    sibling.cancel()


def disarm(_workflow: Any, activity: Any) -> None:
    """Take away the boundary events that still wait, because their activity is completed."""
    for sibling in activity.parent.children:
        if isinstance(sibling.task_spec, BoundaryEvent) and sibling.state == TaskState.WAITING:
            sibling.cancel()


class StartEvent(defaults.StartEvent):
    """A start event; that of an interrupting event sub-process takes all around it away."""

    def _on_ready_hook(self, my_task: Any) -> None:
        super()._on_ready_hook(my_task)
        host = _event_host(my_task)
        if host is not None and self.extensions.interrupting:
            for token in list(host.workflow.tasks.values()):
                if token is not host:
                    token.cancel()


class EndEvent(defaults.EndEvent):
    """An end event; "terminate" ends its process."""

    def _on_complete_hook(self, my_task: Any) -> None:
        if isinstance(self.event_definition, TerminateEventDefinition):
            my_task.workflow.finish()


def deliver(process: Any, event: BpmnEvent) -> int:
    """Trigger all who wait for *event*; return how many there were."""
    if event.target is None:
        found = [token for tree in process.trees() for token in tree.live() if _waits(token, event)]
    else:
        found = _nearest(process.current, event)
    for token in found:
        if token.state == TaskState.WAITING:  # another may just have taken it away
            trigger(token)
    return len(found)


def send_out(process: Any, event: BpmnEvent) -> None:
    """Note a message that nobody in the process itself waits for."""
    if isinstance(event.event_definition, MessageEventDefinition):
        process.sent.append((event.event_definition.name, dict(event.payload)))


def trigger(token: Any) -> None:
    """Let the event that *token* waits for happen."""
    fired = _twin(token) if _happens_again(token) else token
    fired.internal_data["event_fired"] = True
    fired.task_spec._update(fired)
    if fired is not token and isinstance(token.task_spec.event_definition, TimerDefinition):
        token.task_spec.event_definition.rearm(token)
        token.workflow.top_workflow.rearmed.add(token.id)


def looks_around(spec: Any) -> bool:
    """Whether tokens at *spec* move by what happens elsewhere, so must look when all rests."""
    definition = getattr(spec, "event_definition", None)
    return isinstance(spec, InclusiveGateway) or isinstance(definition, ConditionalEventDefinition)


def is_caught(token: Any) -> bool:
    """Whether the token waits for an event."""
    return isinstance(token.task_spec, CatchingEvent) and token.state == TaskState.WAITING


def is_idle(token: Any) -> bool:
    """Whether the token only stands for an event sub-process that nothing has started."""
    if not isinstance(token.task_spec, EventSubProcess):
        return False
    inner = token.workflow.top_workflow.subprocesses.get(token.id)
    return inner is not None and any(_is_waiting_start(each) for each in inner.live())


def _is_waiting_start(token: Any) -> bool:
    return isinstance(token.task_spec, StartEvent) and token.state == TaskState.WAITING


def _event_host(token: Any) -> Any | None:
    """Return the event sub-process that *token* is directly inside of."""
    host = getattr(token.workflow, "host", None)
    return host if host is not None and isinstance(host.task_spec, EventSubProcess) else None


def _waits(token: Any, event: BpmnEvent) -> bool:
    return is_caught(token) and token.task_spec.event_definition.catches(token, event)


def _happens_again(token: Any) -> bool:
    """Whether the event may come again while its activity or process is still there."""
    spec = token.task_spec
    if isinstance(spec, BoundaryEvent):
        may_repeat = not spec.cancel_activity
    else:
        may_repeat = _event_host(token) is not None and not spec.extensions.interrupting
    definition = spec.event_definition
    return may_repeat and (
        isinstance(definition, _MANY_TIMES)
        or (isinstance(definition, TimerDefinition) and definition.has_more(token))
    )


def _twin(token: Any) -> Any:
    """Return a second token for the same event, which fires in place of the first.

    So the first keeps waiting under its id, and what the event begins does not hang on it.
    """
    host = _event_host(token)
    if host is None:
        return token.parent._add_child(token.task_spec, TaskState.WAITING)
    again = host.parent._add_child(host.task_spec, TaskState.FUTURE)
    again.task_spec._update(again)
    inner = token.workflow.top_workflow.subprocesses[again.id]
    return next(each for each in inner.live() if _is_waiting_start(each))


def _nearest(thrower: Any, event: BpmnEvent) -> list[Any]:
    """Return who catches an error, escalation or cancel event: the innermost scope that can.

    The library asks every event in the thrower's process, and when nobody there answers, every one
    anywhere; so a stranger's boundary event could fire.
    """
    tree = thrower.workflow
    is_inside_handler = False
    while True:
        found = [] if is_inside_handler else _starts(tree, event)
        host = getattr(tree, "host", None)
        if not found and host is not None:
            found = _on_boundary(host, event)
        if found or host is None:
            return sorted(found, key=_is_vague)[:1]
        is_inside_handler = isinstance(host.task_spec, EventSubProcess)
        tree = host.workflow


def _is_vague(token: Any) -> bool:
    return getattr(token.task_spec.event_definition, "code", None) is None


def _starts(tree: Any, event: BpmnEvent) -> list[Any]:
    """Return the start events of the tree's event sub-processes that wait for *event*."""
    inners = tree.top_workflow.subprocesses
    hosts = [token for token in tree.live() if is_idle(token)]
    return [t for host in hosts for t in inners[host.id].live() if _waits(t, event)]


def _on_boundary(host: Any, event: BpmnEvent) -> list[Any]:
    """Return the boundary events of *host* that wait for *event*."""
    activity = host.parent if isinstance(host.parent.task_spec, LoopTask) else host
    if not isinstance(activity.parent.task_spec, BoundaryEventSplit):
        return []
    return [token for token in activity.parent.children if _waits(token, event)]
