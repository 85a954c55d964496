"""The request that a process is about, and its end. Shared by the services."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app import engine
from app.domain.change import ChangeRequest
from app.domain.errors import NotFound
from app.domain.people import UNIT_ROLES, Actor
from app.domain.process import Process
from app.domain.vocabulary import ChangeKind, ChangeState, ProcessStatus, Role
from app.services import _notices, _progress, diagrams
from app.services._catalogue import Context, running
from app.services._change_rules import Asking
from app.services._history import record

#: Who hears of each decision.
TOLD = (Role.UNIT_OWNER, Role.UNIT_HEAD, Role.DEPARTMENT, Role.OFFICE)
#: The message that a process takes for the applicant's withdrawal.
WITHDRAW = "withdraw"


def of(context: Context) -> ChangeRequest:
    """Return the request that the context's process is about.

    Raises:
        NotFound: it is about none.
    """
    found = context.session.get(ChangeRequest, context.process.change_request_id or 0)
    if found is None:
        raise NotFound("该流程没有对应的变更申请。")
    return found


def asking(context: Context, actor: Actor | None = None) -> Asking:
    """Return the context as somebody's asking for a change of its case."""
    return Asking(context.session, context.case, actor or context.person, context.at)


def settle(context: Context, change: ChangeRequest, state: ChangeState) -> None:
    """End a request: note it in the history and tell those whom it concerns."""
    change.settle(state, context.at)
    record(context, _what(change, state), told(change))
    tell(context, change, state)


def tell(context: Context, change: ChangeRequest, state: ChangeState) -> None:
    """Tell those whom a decision concerns."""
    what, of_this = _what(change, state), f"change:{change.id}"
    _notices.tell(context, what, TOLD, of=of_this, params=told(change))


def _what(change: ChangeRequest, state: ChangeState) -> str:
    return f"{change.kind if state is ChangeState.GRANTED else 'change'}_{state}"


def told(change: ChangeRequest) -> dict[str, Any]:
    """Return what is told of a request."""
    return {
        "kind": change.kind,
        "from": change.due_on.isoformat(),
        "until": change.granted_until.isoformat() if change.granted_until else "",
        "unit": change.to_unit.name if change.to_unit else "",
        "reasons": change.opinion,
    }


def lapse(context: Context, *kinds: ChangeKind) -> None:
    """Withdraw what else is pending for the context's case, because it has become pointless."""
    query = (
        select(Process.id)
        .join(ChangeRequest, ChangeRequest.id == Process.change_request_id)
        .where(
            ChangeRequest.case_id == context.case.id,
            ChangeRequest.state == ChangeState.PENDING,
            ChangeRequest.kind.in_(kinds or tuple(ChangeKind)),
            ChangeRequest.id != (context.process.change_request_id or 0),
        )
    )
    for process_id in list(context.session.scalars(query)):
        withdraw(context, process_id)


def withdraw(context: Context, process_id: int) -> None:
    """Bring the applicant's withdrawal to a process of the context's case."""
    process = running(context.session, process_id)
    status = context.session.scalar(select(Process.status).filter_by(id=process_id))
    own = Context(
        context.session, process, context.at, context.by, chain=context.chain, _case=context.case
    )
    if status in (ProcessStatus.TERMINATED, ProcessStatus.FINISHED):
        settle(own, of(own), ChangeState.WITHDRAWN)
    else:
        program = diagrams.compiled(context.session, process.diagram_id).program
        _progress.apply(own, engine.send(program, process.state, WITHDRAW, {}))
    context.chain = own.chain


def is_applicant(actor: Actor, change: ChangeRequest) -> bool:
    """Tell whether *actor* asked, or holds the same post as who did."""
    filed = Actor.of(change.filed_by)
    if actor.id == filed.id:
        return True
    shared = actor.roles & filed.roles
    at_home = actor.unit_id == filed.unit_id
    return bool(shared - UNIT_ROLES) or (at_home and bool(shared & UNIT_ROLES))
