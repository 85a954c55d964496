"""Carrying one process over into another version: its state, its tasks, its clocks, its history.

Shared by the services; runs inside the transaction of its cause.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app import engine
from app.clock import utcnow
from app.domain.going import TICKING
from app.domain.people import Actor
from app.domain.process import Process, Task, Timer, TimerMove
from app.domain.vocabulary import MoveCause, ProcessStatus, Role, Stage, TimerState
from app.engine import ArmedTimer, OpenTask, Refusal, Step
from app.services import _lights, _objection_clocks, _progress, calendars, diagrams, incidents
from app.services._catalogue import Context, running
from app.services._history import record, record_rest
from app.services._remaining import Place
from app.services._rules import rule_of
from app.services.design._crossing import Candidate, Crossing, Target, Way, cross


def candidate(session: Session, process_id: int, by: Actor | None) -> Candidate:
    """Read a process to be carried."""
    context = Context(session, running(session, process_id), utcnow(), by)
    ticking = select(Timer).where(Timer.process_id == process_id, Timer.state.in_(TICKING))
    anew = {"populate_existing": True}
    timers = session.scalars(ticking.order_by(Timer.id), execution_options=anew).all()
    diagram = diagrams.compiled(session, context.process.diagram_id)
    return Candidate(context, diagram, timers, calendars.current(context.process.county_id))


def move(one: Candidate, way: Way) -> Refusal | None:
    """Carry a process over, or say why it stays.

    Raises:
        Conflict: somebody moved the process at the same time.
    """
    found = cross(one, way)
    if isinstance(found, Refusal):
        return found
    context, target = one.context, way.target
    stood = engine.waiting(one.diagram.program, context.process.state)
    waits = engine.waiting(target.program, found.step.state)
    put(one, found.step.state, target)
    _progress.close(context, found.step)
    tasks = agree(one, target, stood, waits)
    _set_clocks(one, found, waits, tasks)
    date_tasks(context, tasks, found.lost)
    if stood.stuck and not waits.stuck:
        incidents.passed(context.session, context.at, process_id=context.process.id, timer_id=None)
    finish(one, "migrated", {"from": one.diagram.version, "to": target.version})
    return None


def put(one: Candidate, state: str, target: Target) -> None:
    """Write the state and the version of a process.

    Raises:
        Conflict: somebody moved the process since it was read.
    """
    context = one.context
    _progress.save(context, Step(state=state), context.process.status)
    set_version = update(Process).where(Process.id == context.process.id)
    context.session.execute(set_version.values(diagram_id=target.diagram_id))
    context.process.diagram_id = target.diagram_id or 0


def finish(one: Candidate, what: str, line: dict[str, Any]) -> None:
    """Write the line of history, and look at the light of the case."""
    context = one.context
    context.session.flush()
    if context.process.case_id is not None:
        record(context, what, line)
    if context.touched:
        _lights.refresh(context)
        record_rest(context)


def agree(one: Candidate, target: Target, stood: Step, waits: Step) -> Mapping[int, Task]:
    """Make the open tasks say what the drawing says of them; return them by the engine's number.

    A form that was open in a browser is refused as out of date if the task is now another one.
    """
    context = one.context
    query = select(Task).where(Task.process_id == context.process.id, Task.closed_at.is_(None))
    anew = {"populate_existing": True}
    rows = {task.engine_id: task for task in context.session.scalars(query, execution_options=anew)}
    before = {task.id: task for task in stood.opened}
    for task in waits.opened:
        if (row := rows.get(task.id)) is None:
            continue
        was = before[task.id]
        _agree(context, row, was, task)
        is_another = (was.key, was.role, was.form) != (task.key, task.role, task.form)
        has_form = (forms.get(task.form or "") for forms in (one.diagram.forms, target.forms))
        if is_another or len({repr(form) for form in has_form}) > 1:
            row.revision += 1
    return rows


def _agree(context: Context, row: Task, before: OpenTask, after: OpenTask) -> None:
    row.key, row.name, row.form_key = after.key, after.name, after.form
    if before.role != after.role or before.properties.get("unit") != after.properties.get("unit"):
        row.role, row.assignee_id = Role(after.role), None
        row.unit_id = _progress.unit_of(after, context)
    if before.assignee != after.assignee:
        row.assignee_id = _progress.user_id(context, after.assignee)
    stage = after.properties.get("stage")
    if stage and stage != before.properties.get("stage") and context.process.case_id is not None:
        context.case.enter(Stage(stage))


def _set_clocks(one: Candidate, found: Crossing, waits: Step, tasks: Mapping[int, Task]) -> None:
    """Write the clocks that begin, move those with another rule, and name all as drawn."""
    context = one.context
    for timer, place in found.moved:
        shift(one, timer, place, reason="")
    name_clocks(one, waits, {timer.id for timer, _ in found.moved})
    still = context.process.status is ProcessStatus.SUSPENDED
    for armed, row in found.planted:
        task = tasks.get(armed.task or 0)
        timer = Timer(**{**row, "task_id": task.id if task else row.get("task_id")})
        context.session.add(timer)
        if still and timer.state is TimerState.ARMED:
            timer.state, timer.suspended_at = TimerState.SUSPENDED, context.case.suspended_at
        elif not still and _objection_clocks.stops_now(context, timer):
            timer.state, timer.suspended_at = TimerState.SUSPENDED, context.at
    context.session.flush()


def shift(one: Candidate, timer: Timer, place: Place, *, reason: str) -> None:
    """Let a clock strike at another moment, with a line that says so."""
    context, by = one.context, one.context.by
    context.session.add(
        TimerMove(
            timer_id=timer.id,
            at=context.at,
            cause=MoveCause.MIGRATION,
            reason=reason,
            by_id=by.id if by else None,
            from_at=timer.due_at,
            to_at=place.due.at,
            from_rule=timer.rule,
            to_rule=place.rule,
            calendar_version=one.calendar.version,
        )
    )
    timer.rule, timer.base = place.rule, place.base
    timer.due_at = timer.try_at = place.due.at
    timer.provisional, timer.attempts = place.due.provisional, 0
    timer.calendar_version = one.calendar.version


def name_clocks(one: Candidate, waits: Step, moved: set[int]) -> None:
    """Call the clocks what the drawing calls them; their law stays with their rule."""
    drawn: Mapping[int, ArmedTimer] = {timer.id: timer for timer in waits.armed}
    for row in one.timers:
        armed = drawn.get(row.engine_id)
        if armed is None:
            continue
        ruled = rule_of(one.context, armed)
        row.key, row.is_deadline = armed.key, armed.properties.get("deadline") == "true"
        if row.id in moved or str(ruled.rule) == row.rule:
            row.name, row.article, row.ruled_by = ruled.name, ruled.article, ruled.ruled_by
            row.code = armed.properties.get("code", "")


def date_tasks(context: Context, tasks: Mapping[int, Task], gone: Iterable[Timer]) -> None:
    """Let each open task be due when its deadline is; one whose deadline is *gone*, at no time.

    While its case stands still, a task is due at no time anyway. One that was due already when it
    opened, its deadline having struck before, stays as it is.
    """
    if context.process.status is ProcessStatus.SUSPENDED:
        return
    context.session.flush()
    query = select(Timer).where(
        Timer.process_id == context.process.id,
        Timer.is_deadline,
        or_(Timer.state != TimerState.DISARMED, Timer.disarmed_at == Timer.armed_at),
    )
    found = {timer.task_id: timer for timer in context.session.scalars(query.order_by(Timer.id))}
    undated = {timer.task_id for timer in gone if timer.is_deadline}
    for task in tasks.values():
        if (timer := found.get(task.id)) is not None:
            task.due_at = task.sort_at = timer.due_at
            task.due_provisional = timer.provisional
        elif task.id in undated:
            task.due_at, task.due_provisional, task.sort_at = None, False, _progress.NEVER
    context.session.flush()
