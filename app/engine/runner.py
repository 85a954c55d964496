"""The verbs: state in, state out, with an account of what happened and what now waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.bpmn.util import BpmnEvent

from app.domain.errors import DomainError, EngineError, NotFound, TaskNotFound, TimerNotFound
from app.engine import state as states
from app.engine.accounts import (
    armed_timer,
    armed_tokens,
    is_armed,
    is_open,
    open_task,
    open_tokens,
)
from app.engine.compiling import Diagram
from app.engine.events import deliver, trigger
from app.engine.step import Step
from app.engine.tokens import Process, Token
from app.engine.variables import storable


def start(diagram: Diagram, variables: Mapping[str, Any]) -> Step:
    """Start a process with these variables.

    Raises:
        EngineError: an expression fails, or the process does not come to rest.
    """
    process = states.begin(diagram, storable(variables))
    with _move(process) as told:
        process.task_tree.run()
    return told.step()


def complete(diagram: Diagram, state: str, task_id: int, variables: Mapping[str, Any]) -> Step:
    """Complete an open task; its form's answers become variables.

    Raises:
        TaskNotFound: the process no longer waits for that task.
        EngineError: an expression fails, or the process does not come to rest.
    """
    process = states.load(diagram, state)
    token = process.find(task_id)
    if token is None or not is_open(token):
        raise TaskNotFound
    with _move(process) as told:
        token.data.update(storable(variables))
        token.run()
    return told.step()


def fire(diagram: Diagram, state: str, timer_id: int) -> Step:
    """Let a timer fire; nothing else ever does.

    Raises:
        TimerNotFound: the process no longer waits for that timer.
        EngineError: an expression fails, or the process does not come to rest.
    """
    process = states.load(diagram, state)
    token = process.find(timer_id)
    if token is None or not is_armed(token):
        raise TimerNotFound
    with _move(process) as told:
        trigger(token)
    return told.step()


def send(diagram: Diagram, state: str, message: str, variables: Mapping[str, Any]) -> Step:
    """Bring a message to all in the process who wait for it; what it carries becomes variables.

    Raises:
        NotFound: nobody waits for that message.
        EngineError: an expression fails, or the process does not come to rest.
    """
    process = states.load(diagram, state)
    with _move(process) as told:
        process.variables.update(storable(variables))
        if deliver(process, BpmnEvent(MessageEventDefinition(message))) == 0:
            raise NotFound("流程现在不等待消息“%(message)s”。", message=message)
    return told.step()


def waiting(diagram: Diagram, state: str) -> Step:
    """Tell all open tasks and armed timers of a state, which stays as it is."""
    process = states.load(diagram, state)
    opened, armed = open_tokens(process), armed_tokens(process)
    return Step(
        state=state,
        opened=tuple(open_task(token) for token in opened.values()),
        armed=tuple(armed_timer(token) for token in armed.values()),
        finished=not process.live(),
        stuck=process.stuck(),
    )


class _Account:
    """What waited before a move; compared with what waits after it, that is the step."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.opened = open_tokens(process).keys()
        self.armed = armed_tokens(process).keys()

    def step(self) -> Step:
        """Return the account of the move."""
        process = self.process
        opened, armed = open_tokens(process), armed_tokens(process)
        fresh = [n for n in armed if n not in self.armed or n in process.rearmed]
        return Step(
            state=states.dump(process),
            opened=tuple(open_task(opened[n]) for n in opened if n not in self.opened),
            closed=tuple(sorted(self.opened - opened.keys())),
            armed=tuple(armed_timer(armed[n]) for n in fresh),
            disarmed=tuple(sorted(self.armed - armed.keys())),
            effects=tuple(process.effects),
            passed=tuple(process.passed),
            sent=tuple(process.sent),
            finished=process.completed,
            stuck=process.stuck(),
        )


@contextmanager
def _move(process: Process) -> Iterator[_Account]:
    """Make one move and let the process come to rest; any error becomes one that says where.

    The step is all or nothing: on an error the state that came in is still the state.
    """
    account = _Account(process)
    try:
        yield account
        process.settle()
    except (EngineError, NotFound):
        raise
    except Exception as error:
        reason = error.sentence if isinstance(error, DomainError) else type(error).__name__
        template = "“%(element)s”执行出错：%(reason)s"
        raise EngineError(template, element=_place(process.current), reason=reason) from error


def _place(token: Token | None) -> str:
    return "" if token is None else str(token.task_spec.bpmn_id or token.task_spec.name)
