"""The objection that a process is about, and its end. Shared by the services."""

from __future__ import annotations

from sqlalchemy import select

from app.domain.case import Part
from app.domain.change import Objection
from app.domain.errors import NotFound, SeparationOfDuties
from app.domain.history import Event
from app.domain.vocabulary import ObjectionState, Role
from app.services import _notices
from app.services._catalogue import Context
from app.services._history import record

TOLD = (Role.UNIT_CLERK, Role.UNIT_HEAD, Role.DEPARTMENT, Role.OFFICE)


def of(context: Context) -> Objection:
    """Return the objection that the context's process is about.

    Raises:
        NotFound: it is about none.
    """
    found = context.session.get(Objection, context.process.objection_id or 0)
    if found is None:
        raise NotFound("该流程没有对应的异议。")
    return found


def require_fresh_eyes(context: Context, user_id: int) -> None:
    """Raise SeparationOfDuties if somebody had a part in what is objected to."""
    opened = select(Event.id).filter_by(case_id=context.case.id, what="opened", by_id=user_id)
    took_part = select(Part.id).filter_by(case_id=context.case.id, user_id=user_id)
    for query in (opened, took_part):
        if context.session.scalar(query.limit(1)) is not None:
            raise SeparationOfDuties("复查须由未参与原立案和核查的人员办理。")


def settle(context: Context, objection: Objection, state: ObjectionState) -> None:
    """End an objection: note it in the history and tell those whom it concerns."""
    objection.settle(state, context.at)
    what = f"objection_{'withdrawn' if state is ObjectionState.WITHDRAWN else 'settled'}"
    record(context, what, {"outcome": state, "reasons": objection.conclusion})
    of_this = f"objection:{objection.id}"
    _notices.tell(context, what, TOLD, of=of_this, params={"outcome": state})
