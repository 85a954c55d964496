"""Ending what runs about a case before its time. Shared by the services."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import update

from app.domain.change import ChangeRequest, Objection
from app.domain.letter import Letter
from app.domain.process import Incident
from app.domain.vocabulary import ChangeState, LetterState, ObjectionState
from app.services import _moves
from app.services._catalogue import Context
from app.services._moves import Concerned

_UNSENT = (LetterState.DRAFT, LetterState.SIGNED)
_UNDECIDED = tuple(state for state in ObjectionState if state.is_open)


def end_all(context: Context, ended: Sequence[Concerned], why: str) -> None:
    """End processes where they stand, with what they are about.

    Letters that were not sent never will be, requests and objections that were not decided lapse,
    and incidents are nobody's business now.

    Raises:
        Conflict: somebody moved one of them at the same time.
    """
    for one in ended:
        _moves.end(one)
    session, at = context.session, context.at
    letters = [one.process.letter_id for one in ended]
    requests = [one.process.change_request_id for one in ended]
    objections = [one.process.objection_id for one in ended]
    for statement in (
        update(Letter)
        .where(Letter.id.in_(filter(None, letters)), Letter.state.in_(_UNSENT))
        .values(state=LetterState.SKIPPED),
        update(ChangeRequest)
        .where(ChangeRequest.id.in_(filter(None, requests)))
        .where(ChangeRequest.state == ChangeState.PENDING)
        .values(state=ChangeState.WITHDRAWN, decided_at=at, opinion=why),
        update(Objection)
        .where(Objection.id.in_(filter(None, objections)), Objection.state.in_(_UNDECIDED))
        .values(state=ObjectionState.WITHDRAWN, decided_at=at, conclusion=why),
        update(Incident)
        .where(Incident.process_id.in_([one.process.id for one in ended]))
        .where(Incident.resolved_at.is_(None))
        .values(resolved_at=at, resolution="passed", reason=why),
    ):
        session.execute(statement)
    session.flush()
