"""The clocks that an objection stops, if the rule set names any. Shared by the services."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from app.clock import local_date
from app.domain.change import Objection
from app.domain.process import Timer
from app.domain.vocabulary import MoveCause, TimerState
from app.services import _changes, _moves, calendars, rule_sets
from app.services._catalogue import Context
from app.services._history import record
from app.services._remaining import what_remains

#: The due date of the case itself: with it everything that hangs on it moves.
DUE = "T09"


def stop(context: Context) -> None:
    """Let the clocks that the rule set names stand still while the objection is open."""
    for one in _moves.concerned(context):
        stopped = [timer for timer in one.timers if _is_named(context, timer)]
        for timer in stopped:
            timer.state, timer.suspended_at = TimerState.SUSPENDED, context.at
            timer.claimed_by = timer.claimed_until = None
            line = {"timer": timer.name, "key": timer.key, "timer_id": timer.id}
            record(one.context, "deadline_stopped", line)
            context.chain = one.context.chain
    context.session.flush()


def _is_named(context: Context, timer: Timer) -> bool:
    stops = rule_sets.of_county(context.session, context.case.county_id).objection.stops
    return timer.state is TimerState.ARMED and timer.code in stops


def stops_now(context: Context, timer: Timer) -> bool:
    """Tell whether an open objection stops a clock that just begins."""
    if context.process.case_id is None or not _is_named(context, timer):
        return False
    of_case = select(Objection.state).where(Objection.case_id == context.process.case_id)
    return any(state.is_open for state in context.session.scalars(of_case))


def start_again(context: Context, objection: Objection) -> None:
    """Let them go on with what remained."""
    if context.case.suspended_at is not None:
        return  # the whole case stands still; they go on with it
    calendar = calendars.current(context.case.county_id)
    why = _moves.Why(MoveCause.OBJECTION)
    still = (local_date(context.at) - local_date(objection.filed_at)).days
    moves_due = False
    for one in _moves.concerned(context):
        stopped = [timer for timer in one.timers if timer.state is TimerState.SUSPENDED]
        places = {
            timer.id: what_remains(timer, context.at, calendar)
            for timer in stopped
            if timer.code != DUE
        }
        moves_due = moves_due or any(timer.code == DUE for timer in stopped)
        for timer in stopped:
            timer.state, timer.suspended_at = TimerState.ARMED, None
        _moves.carry_out(_moves.Plan(one, None, places), why, calendar)
        context.chain = one.context.chain
    if moves_due and still:
        until = calendar.next_workday(context.case.due_on + timedelta(days=still))
        _changes.set_due(context, until, cause=MoveCause.OBJECTION, reason="")
