"""The verbs: state in, state out, with an account of what happened and what now waits.

Inside, ids are counted from the base of the state, so that a step of one case is the same step in
the next, and need not be computed twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.bpmn.util import BpmnEvent

from app.domain.errors import DomainError, EngineError, NotFound, TaskNotFound, TimerNotFound
from app.engine import assigning
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
from app.engine.step import ArmedTimer, Step
from app.engine.tokens import Process, Token
from app.engine.variables import storable

#: A step is a function of diagram, shape, action and answers, and cases of one inspection take the
#: same ones: so many of each verb are remembered. Each takes some 2 kB.
REMEMBERED = 4096


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
    base, shape = states.split(state)
    step = _completed(diagram, shape, task_id - base, states.written(storable(variables)))
    return counted_from(base, step)


def fire(diagram: Diagram, state: str, timer_id: int) -> Step:
    """Let a timer fire; nothing else ever does.

    Raises:
        TimerNotFound: the process no longer waits for that timer.
        EngineError: an expression fails, or the process does not come to rest.
    """
    base, shape = states.split(state)
    return counted_from(base, _fired(diagram, shape, timer_id - base))


def send(diagram: Diagram, state: str, message: str, variables: Mapping[str, Any]) -> Step:
    """Bring a message to all in the process who wait for it; what it carries becomes variables.

    Raises:
        NotFound: nobody waits for that message.
        EngineError: an expression fails, or the process does not come to rest.
    """
    base, shape = states.split(state)
    with _move(states.load(diagram, shape)) as told:
        told.process.variables.update(storable(variables))
        if deliver(told.process, BpmnEvent(MessageEventDefinition(message))) == 0:
            raise NotFound("流程现在不等待消息“%(message)s”。", message=message)
    return counted_from(base, told.step())


def skip(diagram: Diagram, state: str, timer_id: int) -> Step:
    """Take away a clock that runs beside a task, without letting it fire; the task goes on waiting.

    Raises:
        TimerNotFound: the process no longer waits for that timer.
    """
    base, shape = states.split(state)
    process = states.load(diagram, shape)
    token = process.find(timer_id - base)
    if token is None or not is_armed(token):
        raise TimerNotFound
    with _move(process) as told:
        token.cancel()
    return counted_from(base, told.step())


def assign(diagram: Diagram, state: str, variables: Mapping[str, Any]) -> Step:
    """Set variables of a process where it stands; only clocks whose rule changes are armed anew.

    Raises:
        EngineError: a clock that reads one of them makes no rule of it.
    """
    base, shape = states.split(state)
    with _move(states.load(diagram, shape), settles=False) as told:
        assigning.assign(told.process, storable(variables))
    return counted_from(base, told.step())


def cancel(diagram: Diagram, state: str) -> Step:
    """End a process where it stands; nothing more happens in it."""
    base, shape = states.split(state)
    with _move(states.load(diagram, shape)) as told:
        told.process.finish()
    return counted_from(base, told.step())


def waiting(diagram: Diagram, state: str) -> Step:
    """Tell all open tasks and armed timers of a state, which stays as it is."""
    base, shape = states.split(state)
    process = states.load(diagram, shape)
    opened, armed = open_tokens(process), armed_tokens(process)
    step = Step(
        state=states.joined(0, shape),
        opened=tuple(open_task(token) for token in opened.values()),
        armed=tuple(armed_timer(token) for token in armed.values()),
        finished=not process.live(),
        stuck=process.stuck(),
    )
    return counted_from(base, step)


@lru_cache(maxsize=REMEMBERED)
def _completed(diagram: Diagram, shape: str, task_id: int, variables: str) -> Step:
    process = states.load(diagram, shape)
    token = process.find(task_id)
    if token is None or not is_open(token):
        raise TaskNotFound
    with _move(process) as told:
        token.data.update(json.loads(variables))
        token.run()
    return told.step()


@lru_cache(maxsize=REMEMBERED)
def _fired(diagram: Diagram, shape: str, timer_id: int) -> Step:
    process = states.load(diagram, shape)
    token = process.find(timer_id)
    if token is None or not is_armed(token):
        raise TimerNotFound
    with _move(process) as told:
        trigger(token)
    return told.step()


def counted_from(base: int, step: Step) -> Step:
    """Return a step with all ids counted on from *base*."""
    if base == 0:
        return step
    moved, shape = states.split(step.state)
    return step._replace(
        state=states.joined(base + moved, shape),
        opened=tuple(task._replace(id=task.id + base) for task in step.opened),
        closed=tuple(number + base for number in step.closed),
        armed=tuple(_timer_from(base, timer) for timer in step.armed),
        disarmed=tuple(number + base for number in step.disarmed),
    )


def _timer_from(base: int, timer: ArmedTimer) -> ArmedTimer:
    task = None if timer.task is None else timer.task + base
    return timer._replace(id=timer.id + base, task=task)


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
            state=states.joined(*states.dump(process)),
            opened=tuple(open_task(opened[n]) for n in opened if n not in self.opened),
            closed=tuple(sorted(self.opened - opened.keys())),
            armed=tuple(armed_timer(armed[n]) for n in fresh),
            disarmed=tuple(sorted(self.armed - armed.keys())),
            effects=tuple(process.effects),
            passed=tuple(process.passed),
            taken=tuple(process.taken),
            decided=tuple(process.decided),
            sent=tuple(process.sent),
            finished=process.completed,
            stuck=process.stuck(),
        )


@contextmanager
def _move(process: Process, *, settles: bool = True) -> Iterator[_Account]:
    """Make one move and let the process come to rest; any error becomes one that says where.

    The step is all or nothing: on an error the state that came in is still the state.
    """
    account = _Account(process)
    try:
        yield account
        if settles:
            process.settle()
    except (EngineError, NotFound):
        raise
    except Exception as error:
        reason = error.sentence if isinstance(error, DomainError) else type(error).__name__
        template = "“%(element)s”执行出错：%(reason)s"
        raise EngineError(template, element=_place(process.current), reason=reason) from error


def _place(token: Token | None) -> str:
    return "" if token is None else str(token.task_spec.bpmn_id or token.task_spec.name)
