"""What a change would do to each clock of a case. Shared by the services.

It is told by the plans that `_changes` carries out, and nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app import engine
from app.clock import local_date
from app.domain.calendar import Calendar
from app.domain.case import Case
from app.domain.change import TimerFate
from app.domain.vocabulary import ChangeKind, TimerState
from app.services import _progress, _start, calendars, diagrams
from app.services._catalogue import Context, about
from app.services._moves import Concerned, Plan, concerned, plan_due, plan_going_on
from app.services._remaining import due_on_after_suspension
from app.services._takeover import ends_with_transfer, new_lead, variables_after


@dataclass(frozen=True, slots=True)
class Change:
    """What is asked for, as far as it matters to the clocks."""

    kind: ChangeKind
    #: Of an extension: the new due date.
    until: date | None = None
    #: Of a reassignment: the new lead unit.
    unit_id: int | None = None
    #: The process of the request itself, which goes on; ``None`` before it is filed.
    process_id: int | None = None


@dataclass(frozen=True, slots=True)
class TimerEffect:
    """What becomes of one clock."""

    fate: TimerFate
    #: The timer's name and element, and those of the task it sits on, if any.
    timer: str
    key: str
    step: str
    step_key: str
    #: The process it belongs to; ``None`` for one that is yet to begin.
    process_id: int | None
    #: The rule it then runs by.
    rule: str
    #: ``None`` for one that begins to run.
    from_at: datetime | None
    #: ``None`` for one that stops or ends.
    to_at: datetime | None
    provisional: bool
    is_deadline: bool


@dataclass(frozen=True, slots=True)
class Effects:
    """What a change does to a case's due date and to each of its clocks, earliest first."""

    due_from: date
    #: ``None`` while the case is suspended, or when it is over.
    due_to: date | None
    timers: tuple[TimerEffect, ...]


def preview(session: Session, case: Case, change: Change, *, at: datetime) -> Effects:
    """Tell what *change*, granted at *at*, does to every clock of *case*; nothing is changed.

    Raises:
        Invalid: the unit that is named can't take the case over.
    """
    context = Context(session, replace(about(case), id=change.process_id or 0), at, None)
    calendar = calendars.current(case.county_id)
    reached, beside = _parted(context, change.kind)
    due_to = _due_to(case, change, at, calendar)
    told = [line for one in reached for line in _told(one, change.kind, due_to, calendar)]
    told += [line for one in beside for line in _kept(one)]
    if change.kind is ChangeKind.REASSIGNMENT:
        new_lead(session, case, change.unit_id or 0)
        told += _begun(context, calendar)
    told.sort(key=lambda line: (line.to_at or line.from_at or at, line.key))
    return Effects(case.due_on, due_to, tuple(told))


def _parted(context: Context, kind: ChangeKind) -> tuple[list[Concerned], list[Concerned]]:
    """Part the processes of the case into those that the change reaches and the others."""
    every = concerned(context, all_kinds=True)
    if kind is ChangeKind.TERMINATION:
        return every, []
    if kind is ChangeKind.REASSIGNMENT:
        reached = [one for one in every if ends_with_transfer(one)]
    else:
        reached = [one for one in every if one.is_the_work]
    return reached, [one for one in every if one not in reached]


def _due_to(case: Case, change: Change, at: datetime, calendar: Calendar) -> date | None:
    match change.kind:
        case ChangeKind.SUSPENSION | ChangeKind.TERMINATION:
            return None
        case ChangeKind.RESUMPTION:
            return due_on_after_suspension(case, at, calendar)
        case ChangeKind.REASSIGNMENT:
            return case.due_on
        case _:
            return change.until or case.due_on


def _told(
    one: Concerned, kind: ChangeKind, due_to: date | None, calendar: Calendar
) -> Iterator[TimerEffect]:
    case = one.context.case
    if kind is ChangeKind.SUSPENSION:
        return _all(one, TimerFate.STOPS)
    if kind in (ChangeKind.TERMINATION, ChangeKind.REASSIGNMENT):
        return _all(one, TimerFate.ENDS)
    until, counted_from = due_to or case.due_on, case.counted_from
    if kind is ChangeKind.RESUMPTION:
        plan = plan_due(one, until, counted_from + (until - case.due_on), calendar)
        return _planned(plan_going_on(plan, calendar))
    return _planned(plan_due(one, until, counted_from, calendar))


def _all(one: Concerned, fate: TimerFate) -> Iterator[TimerEffect]:
    return (replace(line, fate=fate, to_at=None) for line in _kept(one))


def _kept(one: Concerned) -> Iterator[TimerEffect]:
    steps = {task.id: (task.name, task.key) for task in one.tasks.values()}
    for timer in one.timers:
        step, step_key = steps.get(timer.task_id or 0, ("", ""))
        yield TimerEffect(
            fate=TimerFate.KEPT,
            timer=timer.name,
            key=timer.key,
            step=step,
            step_key=step_key,
            process_id=timer.process_id,
            rule=timer.rule,
            from_at=timer.due_at,
            to_at=timer.due_at,
            provisional=timer.provisional,
            is_deadline=timer.is_deadline,
        )


def _planned(plan: Plan) -> Iterator[TimerEffect]:
    for timer, line in zip(plan.of.timers, _kept(plan.of), strict=True):
        to = plan.places.get(timer.id)
        if to is None or to.due.at == timer.due_at:
            yield line
        else:
            yield replace(
                line,
                fate=TimerFate.MOVED,
                rule=to.rule,
                to_at=to.due.at,
                provisional=to.due.provisional,
            )
    for armed, row in plan.planted:
        task = plan.of.tasks.get(armed.task or 0)
        yield from _armed(row, task.name, task.key) if task else _armed(row)


def _armed(row: Mapping[str, Any], step: str = "", step_key: str = "") -> Iterator[TimerEffect]:
    """Tell of a clock that begins to run, unless it has struck for that moment already."""
    if row["state"] is not TimerState.ARMED:
        return
    yield TimerEffect(
        fate=TimerFate.ARMED,
        timer=row["name"],
        key=row["key"],
        step=step,
        step_key=step_key,
        process_id=row["process_id"] or None,
        rule=row["rule"],
        from_at=None,
        to_at=row["due_at"],
        provisional=row["provisional"],
        is_deadline=row["is_deadline"],
    )


def _begun(context: Context, calendar: Calendar) -> Iterator[TimerEffect]:
    """Tell of the clocks of the main process that begins for the new lead unit."""
    case, diagram = context.case, diagrams.published(context.session, _start.MAIN)
    step = engine.start(diagram.program, variables_after(case, local_date(context.at)))
    steps = {task.id: task.name for task in step.opened}
    for armed in step.armed:
        row = _progress.timer_row(context.beside(), armed, calendar)
        yield from _armed(row, steps.get(armed.task or 0, ""))
