"""What a process waits for, told in the plain values of a `Step`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn.specs import defaults

from app.engine.events import BoundaryEvent
from app.engine.expressions import compile_expression
from app.engine.step import ArmedTimer, OpenTask
from app.engine.timers import TimerDefinition
from app.engine.tokens import Process, Token
from app.engine.wiring import is_expression


def open_tokens(process: Process) -> dict[int, Token]:
    """Return the tokens that wait for a person, by id."""
    return {token.id: token for token in _live(process) if is_open(token)}


def armed_tokens(process: Process) -> dict[int, Token]:
    """Return the tokens that wait for a clock, by id."""
    return {token.id: token for token in _live(process) if is_armed(token)}


def is_open(token: Token) -> bool:
    """Whether the token waits for a person."""
    return bool(token.task_spec.manual) and token.state == TaskState.READY


def is_armed(token: Token) -> bool:
    """Whether the token waits for a clock."""
    definition = getattr(token.task_spec, "event_definition", None)
    return isinstance(definition, TimerDefinition) and token.state == TaskState.WAITING


def open_task(token: Token) -> OpenTask:
    """Describe a task that waits for a person."""
    spec, settings = token.task_spec, token.task_spec.extensions
    return OpenTask(
        id=token.id,
        key=spec.bpmn_id,
        name=spec.bpmn_name or "",
        role=settings.role,
        form=settings.form,
        assignee=_assignee(token),
        properties=settings.properties,
    )


def armed_timer(token: Token) -> ArmedTimer:
    """Describe a timer that waits for its clock."""
    spec = token.task_spec
    is_boundary = isinstance(spec, BoundaryEvent)
    return ArmedTimer(
        id=token.id,
        key=spec.bpmn_id,
        name=spec.bpmn_name or "",
        rule=token.internal_data["rule"],
        task=_task_of(token) if is_boundary else None,
        interrupting=is_boundary and spec.cancel_activity,
        properties=spec.extensions.properties,
    )


def _live(process: Process) -> Iterator[Token]:
    for tree in process.trees():
        yield from tree.live()


def _task_of(timer: Token) -> int | None:
    """Return the id of the open task that a boundary timer sits on."""
    siblings: list[Any] = timer.parent.children
    tasks = [each.id for each in siblings if isinstance(each.task_spec, _TASKS) and is_open(each)]
    return tasks[0] if tasks else None


_TASKS = (defaults.UserTask, defaults.ManualTask, defaults.NoneTask)


def _assignee(token: Token) -> str | None:
    text = token.task_spec.extensions.assignee
    if text is None or not is_expression(text):
        return text or None
    value = compile_expression(text).evaluate(token.data)
    return None if value is None or value == "" else str(value)
