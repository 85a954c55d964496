"""Letters: finding and reading them. They are drafted and signed through tasks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, func, or_, select
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


@dataclass(frozen=True, slots=True)
class Page:
    """Some letters, how many there are in all, and after which the next page begins."""

    items: Sequence[Letter]
    total: int
    next: tuple[datetime, int] | None


def page(
    actor: Actor,
    *,
    state: LetterState | None = None,
    limit: int = 50,
    after: tuple[datetime, int] | None = None,
) -> Page:
    """List the letters about cases that *actor* may see, the last drafted first."""
    query = _visible(actor)
    if state is not None:
        query = query.where(Letter.state == state)
    total = db.session.scalar(query.with_only_columns(func.count(Letter.id))) or 0
    if after is not None:
        at, row = after
        same = and_(Letter.drafted_at == at, Letter.id < row)
        query = query.where(or_(Letter.drafted_at < at, same))
    latest_first = query.options(*_WHOLE).order_by(Letter.drafted_at.desc(), Letter.id.desc())
    found = db.session.scalars(latest_first.limit(limit + 1)).all()
    last = found[limit - 1] if len(found) > limit else None
    return Page(found[:limit], total, (last.drafted_at, last.id) if last else None)


def of_case(case: Case, actor: Actor) -> Sequence[Letter]:
    """List the letters about one case that *actor* may see, the last drafted first."""
    query = _visible(actor).options(*_WHOLE).where(Letter.case_id == case.id)
    return db.session.scalars(query.order_by(Letter.drafted_at.desc(), Letter.id.desc())).all()


def get(letter_id: int, actor: Actor) -> Letter:
    """Return one letter.

    Raises:
        NotFound: there is none for this actor.
    """
    query = _visible(actor).options(*_WHOLE).where(Letter.id == letter_id)
    found = db.session.scalars(query).first()
    if found is None:
        raise NotFound
    return found


_WHOLE = (joinedload(Letter.case).joinedload(Case.lead_unit), joinedload(Letter.signer))


def _visible(actor: Actor) -> Select[Letter]:
    query = select(Letter).join(Case, Case.id == Letter.case_id).where(visible(actor))
    return query if actor.sees_county else query.where(Letter.state.in_(_SENT))
