"""What a decision does to a running case: more time, a pause, another unit, an end.

Shared by the services. Each verb runs inside the transaction of its cause, usually as an effect of
the change request's own process; that process itself is left alone. `preview` tells by the same
plans what a verb would do.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from app.clock import local_date
from app.domain.calendar import Calendar
from app.domain.plan import Plan as UnitsPlan
from app.domain.vocabulary import MoveCause, Stage
from app.services import _lights, _moves, calendars
from app.services._catalogue import Context
from app.services._endings import end_all
from app.services._history import record
from app.services._moves import Why, concerned, plan_due, plan_going_on
from app.services._previews import Change, Effects, TimerEffect, preview
from app.services._remaining import due_on_after_suspension
from app.services._takeover import reassign

__all__ = [
    "Change",
    "Effects",
    "TimerEffect",
    "preview",
    "reassign",
    "resume",
    "set_due",
    "suspend",
    "terminate",
]

#: Moves with which the unit's own plan moves along: it was given the time.
_GIVEN = (MoveCause.EXTENSION, MoveCause.RESUMPTION, MoveCause.OBJECTION)
#: What history calls the ends without a close-out.
_ENDINGS = {Stage.TERMINATED: "terminated", Stage.REVOKED: "revoked"}


def set_due(context: Context, until: date, *, cause: MoveCause, reason: str) -> None:
    """Make *until* the day on which the context's case is due, and move all that hangs on it.

    Clocks that have struck for the old date wait again for the new one; that the old date passed
    unreported is not undone.

    Raises:
        WrongStage: the case is over.
        Conflict: somebody moved one of its processes at the same time.
    """
    case, why = context.case, Why(cause, reason)
    calendar = calendars.current(case.county_id)
    before = case.due_on
    _note_due(context, until, why, calendar)
    plans = [plan_due(one, until, case.counted_from, calendar) for one in concerned(context)]
    for plan in plans:
        _moves.carry_out(plan, why, calendar)
    _put_off_plan(context, (until - before).days, cause)
    _lights.refresh(context)


def _note_due(context: Context, until: date, why: Why, calendar: Calendar) -> None:
    """Write the due date on the case, and into its history."""
    case, before = context.case, context.case.due_on
    provisional = calendar.is_provisional_between(local_date(context.at), until)
    case.move_due(until, provisional=provisional, at=context.at)
    if until != before:
        _moves.tell(context, {"timer": "due_on"}, (before, until), why)


def _put_off_plan(context: Context, days: int, cause: MoveCause) -> None:
    """Let the unfinished measures of the unit's plan move along with the due date."""
    query = select(UnitsPlan).filter_by(case_id=context.case.id, cycle=context.case.cycle)
    plan = context.session.scalars(query.order_by(UnitsPlan.id.desc()).limit(1)).first()
    if plan is not None and days > 0 and cause in _GIVEN:
        plan.put_off(days)
        context.session.flush()


def suspend(context: Context, *, reason: str) -> None:
    """Stop the case: its clocks stand still and its tasks can't be done until it is resumed.

    Raises:
        WrongStage: it is over, or suspended already.
        Conflict: somebody moved one of its processes at the same time.
    """
    context.case.suspend(context.at)
    record(context, "suspended", {"reason": reason})
    for one in concerned(context):
        _moves.stop(one)
    _lights.refresh(context)


def resume(context: Context) -> None:
    """Let a suspended case go on; what remained of each deadline remains, in its own unit.

    Raises:
        WrongStage: it isn't suspended.
        Conflict: somebody moved one of its processes at the same time.
    """
    case, at, why = context.case, context.at, Why(MoveCause.RESUMPTION)
    calendar = calendars.current(case.county_id)
    since, until = case.suspended_at or at, due_on_after_suspension(case, at, calendar)
    shift = (until - case.due_on).days
    case.take_up(put_off=shift)
    record(context, "resumed", {"days": (local_date(at) - local_date(since)).days})
    _note_due(context, until, why, calendar)
    plans = [plan_due(one, until, case.counted_from, calendar) for one in concerned(context)]
    for plan in plans:
        _moves.go_on(plan_going_on(plan, calendar), why, calendar)
    _put_off_plan(context, shift, why.cause)
    _lights.refresh(context)


def terminate(context: Context, stage: Stage, *, reason: str) -> None:
    """End the case as TERMINATED or REVOKED: tasks withdrawn, clocks disarmed, drafts dropped.

    Raises:
        WrongStage: it is over already.
        Conflict: somebody moved one of its processes at the same time.
    """
    context.case.end(stage)
    record(context, _ENDINGS[stage], {"reason": reason})
    end_all(context, concerned(context, all_kinds=True), stage.label)
    _lights.refresh(context)
