"""What the service tasks of change requests do to a case. See `_catalogue`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.domain.change import ChangeRequest
from app.domain.errors import WrongStage
from app.domain.vocabulary import ChangeKind, ChangeState, MoveCause, Stage
from app.services import _change_requests, _changes
from app.services._catalogue import Context, effect
from app.services._history import record


@effect("执行变更")
def grant_change(context: Context) -> None:
    """Do what was granted."""
    change = _change_requests.of(context)
    _change_requests.settle(context, change, ChangeState.GRANTED)
    _DO[change.kind](context, change)


def _extend(context: Context, change: ChangeRequest) -> None:
    if change.granted_until is None:
        raise WrongStage("审批意见没有写明新期限。")
    cause, reason = MoveCause.EXTENSION, change.opinion[:200]
    _changes.set_due(context, change.granted_until, cause=cause, reason=reason)


def _make_standing(context: Context, change: ChangeRequest) -> None:
    _extend(context, change)
    context.case.make_standing()


def _suspend(context: Context, change: ChangeRequest) -> None:
    _changes.suspend(context, reason=change.reason[:200])


def _resume(context: Context, change: ChangeRequest) -> None:
    _changes.resume(context)


def _terminate(context: Context, change: ChangeRequest) -> None:
    _changes.terminate(context, Stage.TERMINATED, reason=change.reason[:200])


def _reassign(context: Context, change: ChangeRequest) -> None:
    """Hand the case over; the old unit has been told, now the new one is."""
    _changes.reassign(context, change.to_unit_id or 0, reason=change.reason[:200])
    _change_requests.tell(context, change, ChangeState.GRANTED)


_DO: Mapping[ChangeKind, Callable[[Context, ChangeRequest], None]] = {
    ChangeKind.EXTENSION: _extend,
    ChangeKind.STANDING: _make_standing,
    ChangeKind.SUSPENSION: _suspend,
    ChangeKind.RESUMPTION: _resume,
    ChangeKind.TERMINATION: _terminate,
    ChangeKind.REASSIGNMENT: _reassign,
}


@effect("告知不同意")
def refuse_change(context: Context) -> None:
    """Leave the case as it is and tell the unit why."""
    _change_requests.settle(context, _change_requests.of(context), ChangeState.REFUSED)


@effect("登记撤回申请")
def withdraw_change(context: Context) -> None:
    """Take note that nothing is asked for any more."""
    _change_requests.settle(context, _change_requests.of(context), ChangeState.WITHDRAWN)


@effect("视为接收")
def deem_accepted(context: Context) -> None:
    """Take the proposed unit's silence as its consent."""
    change = _change_requests.of(context)
    record(context, "reassignment_deemed_accepted", _change_requests.told(change))
