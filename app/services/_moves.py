"""Moving the clocks of a case: where each comes to stand, and putting it there.

Shared by the services. Planning writes nothing, so that a page can show what a change does by the
very plan that is then carried out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select

from app import engine
from app.domain.calendar import Calendar
from app.domain.deadlines import due, last_day
from app.domain.going import GOING, TICKING
from app.domain.process import Process, Task, Timer, TimerMove
from app.domain.vocabulary import MoveCause, ProcessStatus, TimerState
from app.engine import ArmedTimer, Step
from app.services import _progress, _start, diagrams
from app.services._catalogue import Context, Running, running
from app.services._history import end_of_chain, record
from app.services._remaining import Place, what_remains
from app.services._rules import rule_of


@dataclass(frozen=True, slots=True)
class Why:
    """What entitles to a move."""

    cause: MoveCause
    #: The notice number, the reason of the request.
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Concerned:
    """One process that a change reaches, with what it waits for."""

    #: The context of the change, turned to this process.
    context: Context
    diagram: diagrams.Compiled
    #: Its clocks, running or suspended.
    timers: Sequence[Timer]
    #: Its open tasks by the engine's number.
    tasks: Mapping[int, Task]

    @property
    def process(self) -> Running:
        """The process itself."""
        return self.context.process

    @property
    def is_the_work(self) -> bool:
        """Whether it is part of the case's own work, not a request or an objection beside it."""
        return self.process.change_request_id is None and self.process.objection_id is None


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of the clocks of one process."""

    of: Concerned
    #: What the engine makes of new variables; ``None`` if the process has none of them.
    step: Step | None
    #: By id of the timer; one that isn't here stays as it is.
    places: Mapping[int, Place]
    #: Clocks that wait anew, each with the row to be written for it.
    planted: Sequence[tuple[ArmedTimer, Mapping[str, Any]]] = ()


def concerned(context: Context, *, all_kinds: bool = False) -> list[Concerned]:
    """Read the processes of the context's case that are its work, but not the context's own.

    With *all_kinds* also the requests and objections that run beside it.
    """
    query = select(Process.id).where(
        Process.case_id == context.case.id,
        Process.status.in_(GOING),
        Process.id != context.process.id,
    )
    context.session.flush()
    end_of_chain(context)  # their contexts add to the same history
    found = [_concerned(context, n) for n in context.session.scalars(query.order_by(Process.id))]
    return [one for one in found if all_kinds or one.is_the_work]


def _concerned(context: Context, process_id: int) -> Concerned:
    session, process = context.session, running(context.session, process_id)
    ticking = select(Timer).where(Timer.process_id == process_id, Timer.state.in_(TICKING))
    waiting = select(Task).where(Task.process_id == process_id, Task.closed_at.is_(None))
    anew = {"populate_existing": True}
    timers = session.scalars(ticking.order_by(Timer.due_at, Timer.id), execution_options=anew)
    tasks = session.scalars(waiting.order_by(Task.id), execution_options=anew)
    return Concerned(
        replace(context, process=process, task=None),
        diagrams.compiled(session, process.diagram_id),
        timers.all(),
        {task.engine_id: task for task in tasks},
    )


def plan_due(one: Concerned, due_on: date, counted_from: date, calendar: Calendar) -> Plan:
    """Tell what becomes of the clocks of a process when its case is due on another day."""
    context = one.context
    hanging = _start.due_variables(due_on, counted_from)
    own = {name: value for name, value in hanging.items() if name in one.diagram.variables}
    if "due" not in own:
        return Plan(one, None, {})
    step = engine.assign(one.diagram.program, one.process.state, own)
    rows = {timer.engine_id: timer for timer in one.timers}
    places, planted = {}, []
    for armed in step.armed:
        if (row := rows.get(armed.id)) is None:
            planted.append((armed, _progress.timer_row(context, armed, calendar)))
        else:
            rule = rule_of(context, armed).rule
            places[row.id] = Place(str(rule), row.base, due(rule, row.base, calendar))
    return Plan(one, step, places, planted)


def plan_going_on(plan: Plan, calendar: Calendar) -> Plan:
    """Let the suspended clocks that do not hang on the due date go on with what remained."""
    remaining = {
        timer.id: what_remains(timer, plan.of.context.at, calendar)
        for timer in plan.of.timers
        if timer.state is TimerState.SUSPENDED and timer.id not in plan.places
    }
    return replace(plan, places={**remaining, **plan.places})


def carry_out(plan: Plan, why: Why, calendar: Calendar) -> None:
    """Make the rows agree with the plan.

    Raises:
        Conflict: somebody moved the process at the same time.
    """
    context = plan.of.context
    if plan.step is not None:
        _progress.save(context, plan.step, context.process.status)
    for timer in plan.of.timers:
        if (place := plan.places.get(timer.id)) is not None:
            _move(context, timer, place, why, calendar)
    for armed, row in plan.planted:
        _plant(plan.of, armed, row)
    context.session.flush()
    _date_tasks(plan.of)
    context.session.flush()


def _move(context: Context, timer: Timer, to: Place, why: Why, calendar: Calendar) -> None:
    if to.due.at != timer.due_at:
        context.session.add(
            TimerMove(
                timer_id=timer.id,
                at=context.at,
                cause=why.cause,
                reason=why.reason[:200],
                by_id=context.by.id if context.by else None,
                from_at=timer.due_at,
                to_at=to.due.at,
                from_rule=timer.rule,
                to_rule=to.rule,
                calendar_version=calendar.version,
            )
        )
        # The due date of the case is told as such.
        if timer.is_deadline and to.due.on != context.case.due_on:
            told = {"timer": timer.name, "key": timer.key, "timer_id": timer.id}
            tell(context, told, (last_day(timer.due_at), to.due.on), why)
        timer.calendar_version, timer.attempts = calendar.version, 0
        timer.due_at = timer.try_at = to.due.at
        timer.provisional = to.due.provisional
    timer.rule, timer.base = to.rule, to.base


def tell(context: Context, what: Mapping[str, Any], dates: tuple[date, date], why: Why) -> None:
    """Write into the history that a deadline was moved."""
    before, after = (day.isoformat() for day in dates)
    # A notice has a number to tell; the reasons of a request are told with its decision.
    reason = why.reason if why.cause is MoveCause.CALENDAR else why.cause
    line = {"from": before, "to": after, "cause": why.cause, "reason": reason}
    record(context, "deadline_moved", {**what, **line})


def _plant(one: Concerned, armed: ArmedTimer, row: Mapping[str, Any]) -> None:
    """Write the row of a clock that waits anew beside an open task."""
    task = one.tasks.get(armed.task or 0)
    timer = Timer(**{**row, "task_id": task.id if task else None})
    one.context.session.add(timer)
    if one.process.status is ProcessStatus.SUSPENDED and timer.state is TimerState.ARMED:
        timer.state, timer.suspended_at = TimerState.SUSPENDED, one.context.case.suspended_at


def stop(one: Concerned) -> None:
    """Let a process stand still: its clocks stop, and its tasks are due at no time.

    Raises:
        Conflict: somebody moved the process at the same time.
    """
    _stand(one, ProcessStatus.SUSPENDED)
    for timer in one.timers:
        # One that an objection has stopped stands still since then.
        timer.suspended_at = timer.suspended_at or one.context.at
        timer.state = TimerState.SUSPENDED
        timer.claimed_by = timer.claimed_until = None
    for task in one.tasks.values():
        task.due_at, task.due_provisional, task.sort_at = None, False, _progress.NEVER
    one.context.session.flush()


def keep_still(context: Context) -> None:
    """Let what was written anew for a suspended process stand still with the rest of it."""
    one = _concerned(context, context.process.id)
    runs = any(timer.state is TimerState.ARMED for timer in one.timers)
    if runs or any(task.due_at for task in one.tasks.values()):
        stop(one)


def go_on(plan: Plan, why: Why, calendar: Calendar) -> None:
    """Let a process that stood still go on as planned.

    Raises:
        Conflict: somebody moved the process at the same time.
    """
    _stand(plan.of, ProcessStatus.RUNNING)
    for timer in plan.of.timers:
        timer.state, timer.suspended_at = TimerState.ARMED, None
    carry_out(plan, why, calendar)


def _stand(one: Concerned, status: ProcessStatus) -> None:
    _progress.save(one.context, Step(state=one.process.state), status)


def end(one: Concerned) -> None:
    """End a process where it stands: tasks withdrawn, clocks disarmed.

    Raises:
        Conflict: somebody moved the process at the same time.
    """
    step = engine.cancel(one.diagram.program, one.process.state)
    _progress.save(one.context, step, ProcessStatus.TERMINATED)
    _progress.close(one.context, step)


def _date_tasks(one: Concerned) -> None:
    """Let each open task be due when its deadline is; while it stands still, at no time."""
    if one.process.status is ProcessStatus.SUSPENDED:
        return
    query = select(Timer).where(Timer.process_id == one.process.id, Timer.is_deadline)
    found = {
        timer.task_id: timer for timer in one.context.session.scalars(query.order_by(Timer.id))
    }
    for task in one.tasks.values():
        if (timer := found.get(task.id)) is not None:
            task.due_at = task.sort_at = timer.due_at
            task.due_provisional = timer.provisional
