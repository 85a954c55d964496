"""Letters: finding and reading them. They are drafted and signed through tasks."""

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from app.db import db
from app.domain.case import Case
from app.domain.errors import NotFound
from app.domain.letter import Letter
from app.domain.people import Actor
from app.domain.vocabulary import LetterState
from app.services import _letters
from app.services._scope import visible

#: What a letter may be written for, with the sentence that says so.
REASONS = _letters.REASONS

#: What a unit may see of the office's letters: those that were sent.
_SENT = (LetterState.ISSUED, LetterState.REPLIED, LetterState.SETTLED)


def listing(actor: Actor, *, state: LetterState | None = None) -> list[Letter]:
    """List the letters about cases that *actor* may see, the latest first."""
    query = _visible(actor)
    if state is not None:
        query = query.where(Letter.state == state)
    return list(db.session.scalars(query.order_by(Letter.id.desc()).limit(500)))


def get(letter_id: int, actor: Actor) -> Letter:
    """Return one letter.

    Raises:
        NotFound: there is none for this actor.
    """
    found = db.session.scalars(_visible(actor).where(Letter.id == letter_id)).first()
    if found is None:
        raise NotFound
    return found


def _visible(actor: Actor) -> Select[Letter]:
    query = (
        select(Letter)
        .join(Case, Case.id == Letter.case_id)
        .options(joinedload(Letter.case).joinedload(Case.lead_unit), joinedload(Letter.signer))
        .where(visible(actor))
    )
    return query if actor.sees_county else query.where(Letter.state.in_(_SENT))
