"""What the service tasks of objections do to a case. See `_catalogue`."""

from __future__ import annotations

from app.domain.change import Objection
from app.domain.vocabulary import MoveCause, ObjectionState, Stage
from app.services import _changes, _objection_clocks, _objections
from app.services._catalogue import Context, effect
from app.services._history import record


@effect("异议结论")
def settle_objection(context: Context, outcome: str) -> None:
    """Do what the conclusion says: keep the case, change it, or take it off the ledger."""
    objection, state = _objections.of(context), ObjectionState(outcome)
    _objection_clocks.start_again(context, objection)
    _objections.settle(context, objection, state)
    if state is ObjectionState.CHANGED:
        _change(context, objection)
    if state is ObjectionState.REVOKED:
        _changes.terminate(context, Stage.REVOKED, reason=objection.conclusion[:200])


def _change(context: Context, objection: Objection) -> None:
    case = context.case
    if objection.new_requirement:
        record(context, "requirement_changed", {"from": case.requirement})
        case.requirement = objection.new_requirement
    if objection.new_due_on and objection.new_due_on != case.due_on:
        cause, reason = MoveCause.OBJECTION, objection.conclusion[:200]
        _changes.set_due(context, objection.new_due_on, cause=cause, reason=reason)


@effect("复查结论视为送达")
def deem_objection_served(context: Context) -> None:
    """Take the conclusion as served because the unit let the time to sign lapse."""
    _objections.of(context).served_at = context.at
    record(context, "objection_deemed_served")


@effect("登记撤回异议")
def withdraw_objection(context: Context) -> None:
    """Take note that the unit no longer objects."""
    objection = _objections.of(context)
    _objection_clocks.start_again(context, objection)
    _objections.settle(context, objection, ObjectionState.WITHDRAWN)
