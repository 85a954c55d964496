"""Reading the questions, and noting what the office did with each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.clock import utcnow
from app.db import db, transaction
from app.domain.errors import Invalid, NotAllowed, NotFound, Sentence
from app.domain.people import Actor, User
from app.domain.process import Submission
from app.domain.signal import Signal, SignalMark, SignalState
from app.domain.vocabulary import Role
from app.services.signals._kinds import KINDS
from app.services.signals.texts import Passage, passages, text_of

#: Who is asked. Nobody else sees the questions: they are no verdicts.
ASKED = (Role.OFFICE, Role.OFFICE_HEAD, Role.CHIEF)
LONGEST_NOTE = 1_000


def concerns(actor: Actor) -> bool:
    """Tell whether the questions are put to *actor*."""
    return actor.has(*ASKED)


def require(actor: Actor) -> None:
    """Raise NotAllowed if the questions are not put to *actor*."""
    if not concerns(actor):
        raise NotAllowed("异常提示只供督导办和总督学核实使用。")


@dataclass(frozen=True, slots=True)
class SignalFilter:
    """What a list of questions is narrowed down to; no state: all."""

    kind: str = ""
    state: SignalState | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the list of questions, and where the next begins."""

    items: list[Signal]
    next: tuple[datetime, int] | None


def page(
    actor: Actor,
    narrow: SignalFilter,
    *,
    limit: int = 50,
    after: tuple[datetime, int] | None = None,
) -> Page:
    """List the questions, the latest first.

    Raises:
        NotAllowed: they are not put to the actor.
        Invalid: there is no such kind.
    """
    require(actor)
    if narrow.kind and narrow.kind not in KINDS:
        told = Sentence("没有“%(name)s”这个筛选条件。", name=narrow.kind[:40])
        raise Invalid(fields={"kind": [told]})
    query = select(Signal).options(joinedload(Signal.unit)).filter_by(county_id=actor.county_id)
    if narrow.kind:
        query = query.filter_by(kind=narrow.kind)
    if narrow.state is not None:
        query = query.filter_by(state=narrow.state)
    if after is not None:
        at, row = after
        same = and_(Signal.changed_at == at, Signal.id < row)
        query = query.where(or_(Signal.changed_at < at, same))
    query = query.order_by(Signal.changed_at.desc(), Signal.id.desc()).limit(limit + 1)
    found = list(db.session.scalars(query))
    items = found[:limit]
    end = (items[-1].changed_at, items[-1].id) if len(found) > limit else None
    return Page(items, end)


def counts(actor: Actor) -> dict[tuple[str, SignalState], int]:
    """Count the questions by kind and state."""
    require(actor)
    query = select(Signal.kind, Signal.state, func.count()).filter_by(county_id=actor.county_id)
    rows = db.session.execute(query.group_by(Signal.kind, Signal.state))
    return {(kind, state): count for kind, state, count in rows if kind in KINDS}


def looked_at() -> datetime | None:
    """Return when it was last looked for anything to ask."""
    return db.session.scalar(select(func.max(SignalMark.at)))


def get(signal_id: int, actor: Actor) -> Signal:
    """Return a question with what happened to it.

    Raises:
        NotAllowed: it is not put to the actor.
        NotFound: there is none.
    """
    require(actor)
    whole = (joinedload(Signal.unit), selectinload(Signal.steps))
    query = select(Signal).options(*whole).filter_by(id=signal_id, county_id=actor.county_id)
    found = db.session.scalars(query).first()
    if found is None:
        raise NotFound
    return found


def decide(signal_id: int, actor: Actor, state: SignalState, note: str) -> Signal:
    """Note what the office did with a question, and why.

    Raises:
        NotAllowed, NotFound: as `get` does.
        Invalid: nothing was decided, or no reason given.
        Conflict: somebody else has just decided.
    """
    with transaction() as session:
        found = get(signal_id, actor)
        found.decide(state, note[:LONGEST_NOTE], utcnow(), session.get_one(User, actor.id))
        return found


@dataclass(frozen=True, slots=True)
class Beside:
    """Two texts side by side: the first is whole, the other marked where it says the same."""

    number: str
    unit: str
    passages: Sequence[Passage]


def texts_of(signal: Signal, *, most: int = 6) -> list[Beside]:
    """Return the texts that a question is about, each marked where it is like the first."""
    wanted = [fact for fact in signal.facts if fact["submission_id"]][:most]
    ids = [fact["submission_id"] for fact in wanted]
    query = select(Submission.id, Submission.form_key, Submission.answers)
    rows = db.session.execute(query.where(Submission.id.in_(ids)))
    texts = {row.id: text_of(row.form_key, row.answers) for row in rows}
    shown = [(fact, texts[fact["submission_id"]]) for fact in wanted]
    if len(shown) < 2 or not all(text for _, text in shown):
        return []
    first, second = shown[0][1], shown[1][1]
    return [
        Beside(fact["case"], fact["unit"], passages(text, second if place == 0 else first))
        for place, (fact, text) in enumerate(shown)
    ]
